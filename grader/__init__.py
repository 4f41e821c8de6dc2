#!/usr/bin/env python3
"""Grades folders with the four files of the exercise

Three programs: the command, a judge for each submission, and a servant in a
cage, which alone runs what a student has written. Read in this order:

__main__: the command; jobs: its judges at work; files: what it writes.
submissions: finds the files and reads them once.
judge: judges a submission, and gives what docs/grading.md says.
text: the checks of a file's text; landmarks: where things are in it.
servant: runs the files and answers questions; wire: how; it has no verdict.
cage: starts it where it can do no harm; confine: what it does to itself.
registry: what a check is; checks: those of models, made by asking.
subject: a file's models as the checks see them; oracle: NumPy's answers.
scores: what each check counts.
report, formats: what is printed and written; printable: of strangers' text.
variants, prove: `python3 -m grader.prove` proves that the grader judges well
by wrong and right solutions. The folder `frozen` has the four files that most
of them are made from: frozen, since an edit of the project's own files is to
break none of them. The folder `right` has right solutions of other ways.
CHECKS.md: how to add a check.
"""

import os

# Products of the judge's size gain nothing from threads of NumPy's, which
# would take the processors from other submissions.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
