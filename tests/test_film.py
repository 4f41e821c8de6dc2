#!/usr/bin/env python3
"""The film of a training: which frames it has, and what they show"""

import argparse

import numpy as np
import pytest

from common import film, training
from tests.support import TASKS, TINY, build, images

EPOCHS = 3


@pytest.mark.parametrize('task', TASKS)
def test_frames_show_the_model(task, tmp_path):
    """The last frame is what the model makes of the first test images"""
    encoder, _, auto = build(task, arguments=TINY[task])
    x_train, x_test = images(task, 300), images(task, 40)
    run = training.Run(auto, x_train, x_test, argparse.Namespace(
        task=task, epochs=EPOCHS, seed=7, resume=False,
        output=str(tmp_path)), encoder if task == 3 else None)
    auto.fit(epochs=EPOCHS, verbose=0, callbacks=run.callbacks, **run.batches)
    assert run.film.epochs == list(range(EPOCHS + 1))
    if task == 3:
        shown, expected = (run.film.frames[-1] / 1000,
                           encoder.predict(x_test)[1])
        step = 1e-3
    else:
        shown, expected = run.film.frames[-1] / 255, auto.predict(x_test[:10])
        step = 1 / 255
    np.testing.assert_allclose(shown, expected, atol=0.51 * step)
    assert np.ptp(run.film.frames, axis=0).max() > 0, 'nothing moves'


@pytest.mark.parametrize('epochs', [1, 5, 50, 100, 10 ** 6])
def test_frames_are_few(epochs):
    """No film is longer than another: less than half a megabyte"""
    _, _, auto = build(0, arguments=TINY[0])
    made = film.Film(auto, np.zeros((10, 40), np.float32), epochs)
    assert {0, 1, epochs} <= made.wanted <= set(range(epochs + 1))
    assert len(made.wanted) <= film.MOST_FRAMES
    most = max(film.PICTURES * 784, film.POINTS * 2 * 2)
    assert len(made.wanted) * most < 5e5


def test_means_that_are_no_numbers():
    """A training that failed ends as it did before there was a film"""
    made = film.Film(None, np.zeros((1, 40), np.float32), 1, has_means=True)
    made.shoot(1, np.array([[np.nan, 1e9]]))
    assert made.frames[0].tolist() == [[0, 32767]]
