#!/usr/bin/env python3
"""Grades the four files of the exercise, wherever they lie

registry: what a check is, and the four tasks.
checks: the checks themselves.
oracle: what models compute, in NumPy.
subject: one file as the checks see it; runtime: its models at work.
worker: the program that grades one file; judge: starts and limits it.
table: what pytest prints at the end.
variants, prove: wrong and right solutions, which prove that it judges well.
"""
