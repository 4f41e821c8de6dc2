#!/usr/bin/env python3
"""A class on a machine that is too small: no student pays for it

A control group stands for the machine: it needs root, and an own group that
may have groups in it.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from common import ROOT
from grader import memory

FILE = '0-vanilla.py'


@pytest.fixture
def group():
    """Makes a control group; gives a function of its bytes and a command"""
    for folder, row in memory.groups():
        place = pathlib.Path(folder) / f'grader-{os.getpid()}'
        try:
            place.mkdir()
        except OSError:
            continue
        if (place / row[2]).exists():
            break
        place.rmdir()
    else:
        pytest.skip('no control group can be made here')

    def run(most, command):
        """Runs a command in the group; gives its CompletedProcess"""
        (place / row[2]).write_text(str(most))
        return subprocess.run(
            command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: (place / 'cgroup.procs').write_text(
                str(os.getpid())))
    yield run
    place.rmdir()


@pytest.mark.parametrize('most', [900, 300, 240])
def test_small(most, group, tmp_path, record_property):
    """Four right files earn 100 each, or they are not judged"""
    for name in ('ada', 'bob', 'cy', 'dee'):
        (tmp_path / name).mkdir()
        shutil.copy(os.path.join(ROOT, FILE), tmp_path / name)
    path = tmp_path / 'class.json'
    done = group(most * 2 ** 20, [
        sys.executable, '-m', 'grader', str(tmp_path), '--jobs', '4',
        '--json', str(path)])
    rows = json.loads(path.read_text())
    scores = []
    for row in rows:
        task = row['tasks'][0]
        assert not task['faults'], task
        causes = {cause['because'] for cause in task['not_judged']}
        assert causes <= {memory.CAUSE}, causes
        assert causes or task['score'] == 100
        scores.append(None if causes else task['score'])
    if most >= 900:
        assert scores == [100] * 4
    if None in scores:
        assert 'too little memory' in done.stdout
    record_property(f'class in {most} MiB', str(scores))
