#!/usr/bin/env python3
"""The four functions called with anything: a hundred calls each"""

import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

import fuzzing  # noqa: E402


@pytest.mark.parametrize('file', fuzzing.FILES)
def test_builds_or_says_what_is_wrong(file):
    """A call builds models of the right shapes, or names what it received"""
    counts = fuzzing.fuzz(file, 100)
    assert min(counts.values()) >= 20, counts
