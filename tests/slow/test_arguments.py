#!/usr/bin/env python3
"""The four functions called with anything: thousands of calls each"""

import pytest

from tests import fuzzing
from tests.support import FILES

CALLS = 2000


@pytest.mark.parametrize('file', FILES)
def test_builds_or_says_what_is_wrong(file, record_property):
    """A call builds models of the right shapes, or names what it received"""
    counts = fuzzing.fuzz(file, CALLS)
    assert sum(counts.values()) >= CALLS
    record_property('calls of ' + file, '{built} built, {refused} refused'
                    .format(**counts))
