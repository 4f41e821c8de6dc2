#!/usr/bin/env python3
"""What the tests of the mains share: made images, and a way to start one"""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """Makes a data set in the form of Keras' mnist.npz: blurred strokes"""
    rng = np.random.RandomState(0)
    arrays = {}
    for part, count in (('train', 600), ('test', 50)):
        images = np.zeros((count, 28, 28), np.uint8)
        for image in images:
            row, column = rng.randint(4, 20, size=2)
            image[row:row + 5, 4:24] = rng.randint(100, 256)
            image[4:24, column:column + 3] = rng.randint(100, 256)
        arrays['x_' + part] = images
        arrays['y_' + part] = rng.randint(0, 10, count).astype(np.uint8)
    path = str(tmp_path_factory.mktemp('data') / 'made.npz')
    np.savez(path, **arrays)
    return path


def start(task, *arguments, stdout=subprocess.PIPE):
    """Starts a main without a display, its output in pipes, or another one"""
    # Tests in a shell's background ignore Ctrl-C, and so would the main.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    hidden = ('DISPLAY', 'WAYLAND_DISPLAY', 'MPLBACKEND')
    environment = {name: value for name, value in os.environ.items()
                   if name not in hidden}
    return subprocess.Popen(
        [sys.executable, '-u', os.path.join(ROOT, '%d-main.py' % task)] +
        [str(argument) for argument in arguments], env=environment,
        stdin=subprocess.DEVNULL, stdout=stdout,
        stderr=subprocess.PIPE, universal_newlines=True)
