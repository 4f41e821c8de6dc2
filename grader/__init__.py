#!/usr/bin/env python3
"""Grades folders with the four files of the exercise

Three programs work together: the command; a judge for each submission; and a
runner in a cage, which alone runs what a student has written. Read in this
order:

__main__: the command; jobs: its judges at work; memory: how many fit; files:
what it writes.
submissions: a submission, whose files are read once; intake: finds them.
judge: judges a submission, and gives what docs/grading.md says.
source: the checks of a file's text.
sandbox: runs the files where they can do no harm, and answers questions.
registry: what a check is; checks: those of models, made by asking.
solution: a file's models as the checks see them; oracle: NumPy's answers.
rounds: what a student's last round has found.
scores: what each check counts.
report, formats: what is printed and written; printable, labels: of strangers'
texts and names.
proof: `python3 -m grader.proof` proves that the grader judges well.
CHECKS.md: how to add a check.
"""

import os

# The judge's matrices are small. Threads of NumPy would not make it faster,
# but take the processors from other submissions.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
