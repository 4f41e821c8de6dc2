#!/usr/bin/env python3
"""Runs killed again and again, and weights that change the TensorFlow"""

import random
import signal
import subprocess
import time

import pytest

from common import checkpoint
from tests import saved
from tests.support import TASKS, start
from tools.matrix import find_python

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
def test_killed_runs_end_like_an_undisturbed_one(
        task, data, tmp_path, record_property):
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
    state = folder / f'{task}-unfinished.npz'
    kills, resumed, epochs = 0, 0, []
    while True:
        kept = 0
        if state.exists():
            description, _ = checkpoint.read(str(state))
            kept = len(description['losses']['loss'])
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
            assert f'Resuming after epoch {kept}\n' in printed, what
            resumed += 1
            epochs.append(kept)
        if not killed:
            break
        kills += 1
    assert main.returncode == 0, errors
    assert not state.exists()
    assert epochs == sorted(epochs), 'an older state came back'
    name = f'{task}-losses.csv'
    assert ((folder / name).read_bytes() ==
            (tmp_path / 'undisturbed' / name).read_bytes()), 'other losses'
    record_property(
        f'task {task}, kills survived of kills tried',
        f'{kills} of {KILLS[task]}, with {resumed} restarts in the middle')


def test_weights_of_keras_2_load_on_keras_3(tmp_path, record_property):
    """Weights that TensorFlow 2.15 saved give the same predictions"""
    folder = str(tmp_path)
    saved.call('save', folder, find_python('tf2.15'))
    saved.call('weights', folder)
    for task in TASKS:
        saved.assert_same(folder, 'weights.npz', task)
    record_property('tasks whose weights went from TensorFlow 2.15 to the '
                    'newest', f'{len(TASKS)} of {len(TASKS)}')
