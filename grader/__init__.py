#!/usr/bin/env python3
"""Grades folders with the four files of the exercise

Three programs work together: the command; a judge for each submission; and a
runner in a cage, which alone runs what a student has written. Read in this
order:

__main__: the command; jobs: its judges at work; memory: how many fit.
intake: finds what was handed in; submissions: reads each file once.
rounds: what a student's last round has found; files: what is written.
judge: judges a submission, and gives what docs/grading.md says.
source: examines the text of a file without running it.
sandbox: runs a file where it can do no harm.
registry: what a check is; checks: those of models.
solution, models: a file and its models, as the checks ask them.
sizes, networks: what the exercise's models must be.
oracle, optimizers: what models and training compute, in NumPy.
wording, hints: how sentences are worded; scores: what each check counts.
report, formats, feedback, compare: what is printed and written.
printable, labels: make a stranger's text and name fit to print.
proof: `python3 -m grader.proof` proves that the grader judges well.
CHECKS.md: how to add a check.
"""

import os

# The judge's matrices are small. Threads of NumPy would not make it faster,
# but take the processors from other submissions.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
