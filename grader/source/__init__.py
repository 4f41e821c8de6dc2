#!/usr/bin/env python3
"""Examines the text of a file without running it

examination: the order of the checks, made in a process with limits.
form, syntax, documentation, imports, style: a check each.
lines: where in a file is what a fault may be about.
likeness: what is the same in files that differ in names and layout.
findings, tree: what these have in common.
"""
