#!/usr/bin/env python3
"""The workshop: what measures the project and writes the tables of docs/

matrix: the tests on every runtime.
results: the losses of the mains beside those of the exercise.
benchmark: the seconds of an epoch beside other ways to train.
memory: the memory of the mains over the number of images.
points: the harm of faults beside the points that they cost.
long_tests: the long tests, and a table of what they tried.
document: the tables in docs/, and what they say of when and at what commit.

In Python 3.5's syntax, as is document, since the tests import both on every
runtime.
"""

import importlib

import numpy as np

# What the mains build, by task.
MODULES = ('0-vanilla', '1-sparse', '2-convolutional', '3-variational')
ARGUMENTS = (
    (784, [128, 64], 32),
    (784, [128, 64], 32, 10e-6),
    ((28, 28, 1), [16, 8, 8], (4, 4, 8)),
    (784, [512], 2),
)


def build(task):
    """Builds the models of a task as its main does

    Args:
        task: int, 0 to 3.

    Returns:
        encoder, decoder, auto: keras.Models.
    """
    module = importlib.import_module(MODULES[task])
    return module.autoencoder(*ARGUMENTS[task])


def shaped(task, images):
    """Gives images the shape that the models of a task take

    Args:
        task: int, 0 to 3.
        images: array of n * 28 * 28 values.

    Returns:
        array (n, 784), or for the convolutional task (n, 28, 28, 1).
    """
    return images.reshape((-1, *np.atleast_1d(ARGUMENTS[task][0])))
