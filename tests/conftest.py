#!/usr/bin/env python3
"""What all tests need: a backend that opens no window, made images"""

import os
import signal

import numpy as np
import pytest

os.environ['MPLBACKEND'] = 'Agg'
# Tests that a shell runs in its background are started with these ignored, and
# so would be all that the tests start, which are to heed them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope='session')
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
