#!/usr/bin/env python3
"""The four functions called with anything: thousands of calls each"""

import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests'))

import fuzzing  # noqa: E402

CALLS = 2000


@pytest.mark.parametrize('file', fuzzing.FILES)
def test_builds_or_says_what_is_wrong(file, tell):
    """A call builds models of the right shapes, or names what it received"""
    counts = fuzzing.fuzz(file, CALLS)
    assert sum(counts.values()) >= CALLS
    tell('calls of ' + file, '{built} built, {refused} refused'.format(
        **counts))
