#!/usr/bin/env python3
"""Whole runs of the mains: the same seed, bfloat16, what results.json keeps"""

import csv
import json
import re
import subprocess

import pytest

from common import ROOT
from tests.support import TASKS, start
from tools import results
from tools.matrix import find_python
from tools.results.__main__ import environment_of, jobs_of, processor

with open(results.RESULTS, encoding='utf-8') as file:
    KEPT = json.load(file)
# TensorFlow 1.12 adds up in another order each time.
RUNS = [(runtime, name) for runtime in ('newest', 'tf2.15')
        for name in jobs_of(runtime)]


@pytest.mark.parametrize('task', TASKS)
def test_same_seed_same_losses(task, data, tmp_path):
    """The option --seed decides what a run leaves, to the last digit"""
    losses = []
    for seed in (3, 3, 4):
        main = start(task, '--epochs', 1, '--data', data,
                     '--output', tmp_path, '--seed', seed)
        _, errors = main.communicate()
        assert main.returncode == 0, errors
        losses.append((tmp_path / f'{task}-losses.csv').read_bytes())
    assert losses[0] == losses[1], 'the same seed gave other losses'
    assert losses[0] != losses[2], 'another seed gave the same losses'


def test_bfloat16_is_near_or_refused(data, tmp_path):
    """The option --bfloat16 barely changes losses, or says what it needs"""
    losses = []
    for options in ([], ['--bfloat16']):
        main = start(2, '--epochs', 2, '--data', data, '--output', tmp_path,
                     *options)
        printed, errors = main.communicate()
        if options and main.returncode:
            assert printed == ''
            assert re.search(
                r'(\A|\n)2-main.py: error: --bfloat16 needs .*\n\Z', errors)
            return
        assert main.returncode == 0, errors
        losses.append(float(re.findall(r'loss: (\d+\.\d+)', printed)[-1]))
    assert losses[1] == pytest.approx(losses[0], rel=0.02)


@pytest.mark.parametrize('runtime, name', RUNS)
def test_first_epoch_is_the_one_kept(runtime, name, tmp_path,
                                     record_property):
    """The numbers in docs/ are those of the code as it is"""
    subprocess.run(
        [find_python(runtime), *jobs_of(runtime)[name], '--epochs', '1',
         '--output', str(tmp_path)], cwd=ROOT, check=True,
        env=environment_of(runtime), stdout=subprocess.DEVNULL)
    log, = tmp_path.glob('*-losses.csv')
    with open(log, encoding='utf-8') as file:
        row, = csv.DictReader(file)
    kept = KEPT[runtime][name]
    first = [float(row['loss']), float(row['val_loss'])]
    if processor() == kept['processor']:
        assert first == kept['first']
    else:
        assert first == pytest.approx(kept['first'], rel=1e-3)
    record_property(f'first epoch as kept: {runtime}, {name}', 'yes')
