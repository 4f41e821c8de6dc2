#!/usr/bin/env python3
"""Grades any folder with the four files of the exercise

`python3 -m grader FOLDER` prints what is wrong with them. Read in this order:

__main__: that command.
registry: what a check is, and the four tasks.
checks: the checks themselves.
oracle: what models compute, in NumPy.
subject: one file as the checks see it; runtime: its models at work.
worker: the program that grades one file; judge: starts and limits it.
table: what the command prints.
variants, prove: `python3 -m grader.prove` proves that the grader judges well
by wrong and right solutions. The folder `frozen` has the four files that most
of them are made from: frozen, since an edit of the project's own files is to
break none of them. The folder `right` has right solutions of other ways.
"""
