#!/usr/bin/env python3
"""Grades folders with the four files of the exercise

Three programs: the command, a judge for each submission, and a servant in a
cage, which alone runs what a student has written. Read in this order:

__main__: the command; jobs: its judges at work; files: what it writes.
submissions: finds the files and reads them once.
judge: judges a submission, and gives what docs/grading.md says.
source: the checks of a file's text.
sandbox: runs the files where they can do no harm, and answers questions.
registry: what a check is; checks: those of models, made by asking.
solution: a file's models as the checks see them; oracle: NumPy's answers.
scores: what each check counts.
report, formats: what is printed and written; printable: of strangers' text.
proof: `python3 -m grader.proof` proves that the grader judges well.
CHECKS.md: how to add a check.
"""

import os

# Products of the judge's size gain nothing from threads of NumPy's, which
# would take the processors from other submissions.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
