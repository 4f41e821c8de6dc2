#!/usr/bin/env python3
"""Proves that the grader judges well, by wrong and by right solutions

variants: the solutions, made by small changes of those in `originals`; in
`right` are right ones that are written in another way.
__main__: grades them, and compares what is said with what must be said.
"""
