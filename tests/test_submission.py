#!/usr/bin/env python3
"""Our own four files, graded as anyone's are; advice counts here as well"""

import pytest

from grader import judge
from grader.registry import TASKS
from tests.support import ROOT


@pytest.mark.parametrize('task', range(len(TASKS)),
                         ids=[task.file for task in TASKS])
def test_our_file(task):
    """The file passes every check; else each that fails is named"""
    faults = ['{}: {}'.format(name, sentence) for name, sentence
              in judge.grade(ROOT, task).items() if sentence is not None]
    if faults:
        pytest.fail('\n'.join(faults), pytrace=False)
