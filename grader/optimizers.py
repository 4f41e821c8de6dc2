#!/usr/bin/env python3
"""The rules by which optimizers move weights, in NumPy"""

import numpy as np

# How far a weight may end from Adam's rule, in learning rates. Right files
# are within 3e-4, other rules 2 or more away.
TOLERANCE = 0.05


def adam(slopes):
    """Computes steps of Adam, Kingma and Ba 2015, section 2, its last lines

    Args:
        slopes: list of arrays, the gradients at each step.

    Yields:
        array, the step for a learning rate of 1.
    """
    mean = square = 0
    for step, slope in enumerate(slopes, 1):
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope ** 2
        rate = np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
        yield -rate * mean / (np.sqrt(square) + 1e-7)


def rmsprop(slopes):
    """Computes steps of RMSprop, see adam"""
    square = 0
    for slope in slopes:
        square = 0.9 * square + 0.1 * slope ** 2
        yield -slope / np.sqrt(square + 1e-7)


# A file that names one of these is believed: some move the weights almost as
# Adam does for the steps that are followed.
OTHERS = ('SGD', 'RMSprop', 'Adagrad', 'Adadelta', 'Adamax', 'Nadam', 'Ftrl',
          'AdamW', 'Lion', 'Lamb', 'Adafactor', 'Muon')

# Where the weights do not move by Adam's rule, they may move by these.
RULES = (('SGD', lambda slopes: [-slope for slope in slopes]),
         ('RMSprop', rmsprop))


def misses(moves, slopes, rule):
    """Compares moves with a rule whose learning rate is not known

    Returns:
        array (steps,), of each step the share of weights that went elsewhere.
    """
    wanted = np.array(list(rule(slopes)))
    with np.errstate(all='ignore'):
        rates = np.median(moves / wanted, axis=1)
        # TensorFlow 1.12 sometimes uses the rate of the step before.
        rates = np.clip(rates, 0.6 * rates[0], 1.4 * rates[0])[:, None]
        far = ~(np.abs(moves - rates * wanted) <
                TOLERANCE * np.abs(rates * wanted).max())
    return far.mean(axis=1)
