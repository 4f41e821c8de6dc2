#!/usr/bin/env python3
"""Runs killed again and again, and weights that change the TensorFlow"""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests'))

import test_saving  # noqa: E402
from common import unfinished  # noqa: E402
from mains import data, start  # noqa: E402, F401
from results.__main__ import find_python  # noqa: E402

EPOCHS = 120
KILLS = {0: 10, 3: 10, 1: 4, 2: 4}
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
# How far into its training a run comes before it is killed, at most.
SECONDS = 3
# What Python prints where Ctrl-C comes before the main can take note of it.
PYTHONS_OWN = 'KeyboardInterrupt'


def disturb(main, seconds, number, pause):
    """Lets a main run for a while, then kills it

    Args:
        main: subprocess.Popen, the main.
        seconds: float, how long it may run.
        number: int, the signal; SIGINT is sent twice.
        pause: float, the seconds between the two.

    Returns:
        bool, whether it was killed; str, standard output and error.
    """
    try:
        return False, *main.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        main.send_signal(number)
    if number == signal.SIGINT:
        time.sleep(pause)
        main.send_signal(number)
    return True, *main.communicate()


@pytest.mark.parametrize('task', KILLS)
def test_killed_runs_end_like_an_undisturbed_one(task, data, tmp_path, tell):
    """However often a run is killed, --resume leads to the same losses"""
    def begin(folder):
        """Starts the main, or goes on with it"""
        return start(task, '--resume', '--epochs', EPOCHS, '--data', data,
                     '--output', folder)

    began = time.monotonic()
    main = begin(tmp_path / 'undisturbed')
    for line in main.stdout:
        if line.startswith('Epoch 2/'):
            break
    ready = time.monotonic() - began
    _, errors = main.communicate()
    assert main.returncode == 0, errors

    draw = random.Random(task)
    folder = tmp_path / 'disturbed'
    state = str(folder / f'{task}-unfinished')
    kills, resumed, epochs = 0, 0, []
    while True:
        kept = unfinished.newest(state)
        number = SIGNALS[kills % len(SIGNALS)]
        main = begin(folder)
        killed, printed, errors = disturb(
            main, None if kills == KILLS[task] else
            draw.uniform(0, ready + SECONDS), number, draw.uniform(0, 0.3))
        what = f'kill {kills}, {number!r}: {printed[-300:]}\n{errors}'
        assert 'main.py: error' not in errors, what
        if 'Traceback' in errors:
            assert number == signal.SIGINT, what
            assert PYTHONS_OWN in errors, what
            assert 'Epoch' not in printed or ': interrupted' in errors, what
        if kept and 'Epoch' in printed:
            epoch = os.path.basename(kept).replace('epoch-', '')
            assert f'Resuming after epoch {epoch}\n' in printed, what
            resumed += 1
            epochs.append(int(epoch))
        if not killed:
            break
        kills += 1
    assert main.returncode == 0, errors
    assert not os.path.exists(state)
    assert epochs == sorted(epochs), 'an older state came back'
    name = f'{task}-losses.csv'
    assert ((folder / name).read_bytes() ==
            (tmp_path / 'undisturbed' / name).read_bytes()), 'other losses'
    tell(f'task {task}, kills survived of kills tried',
         f'{kills} of {KILLS[task]}, with {resumed} restarts in the middle')


def test_weights_of_keras_2_load_on_keras_3(tmp_path, tell):
    """Weights that TensorFlow 2.15 saved give the same predictions"""
    folder = str(tmp_path)
    test_saving.call("save('.')", folder, find_python('tf2.15'))
    test_saving.call('load_weights()', folder)
    for task in test_saving.MODELS:
        test_saving.assert_same(folder, 'weights.npz', task)
    tell('tasks whose weights went from TensorFlow 2.15 to the newest',
         f'{len(test_saving.MODELS)} of {len(test_saving.MODELS)}')
