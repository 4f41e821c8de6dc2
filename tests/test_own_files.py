#!/usr/bin/env python3
"""Our own four files, graded as anyone's are; advice counts here as well"""

import os
import shutil

import pytest

from grader.proof.__main__ import grade
from tests.support import FILES, ROOT


@pytest.fixture(scope='module')
def graded(tmpdir_factory):
    """Grades our files, executable also where an archive has lost the modes"""
    folder = tmpdir_factory.mktemp('ours')
    for name in [name + '.py' for name in FILES] + ['README.md']:
        shutil.copy(os.path.join(ROOT, name), str(folder))
        folder.join(name).chmod(0o755)
    return grade(str(folder))


@pytest.mark.parametrize('task', range(4))
def test_our_file(task, graded):
    """The file has no fault and needs no advice; else each is named"""
    said = graded['tasks'][task]
    found = ['{}: {}'.format(one['check'], one.get('sentence') or
                             one['because'])
             for key in ('faults', 'not_judged', 'advice')
             for one in said[key]]
    if found or said['score'] != 100:
        pytest.fail('{}: {}\n{}'.format(said['file'], said['score'],
                                        '\n'.join(found)), pytrace=False)
