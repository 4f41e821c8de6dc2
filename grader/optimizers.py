#!/usr/bin/env python3
"""The rules by which optimizers move weights, in NumPy"""

import warnings

import numpy as np

# How far a weight may end from a rule, in learning rates; and the median of
# an array's weights from theirs, as a share of these moves; how often the
# learning rate may change, as in a schedule; and how often it may be another
# than a known one. Right files are within 4e-5. TensorFlow
# 1.12, of graphs only, sometimes uses the rate of the step after; of several
# steps of fit it then goes elsewhere.
EXACT, LOOSE = (0.05, 0.002, 1000.0, 1.02), (0.3, 0.3, 1.4, 1.4)
# What float32 may round off a weight at a step: that of a silent log variance
# is large.
ROUNDING = 1e-6
# Where a gradient is so small a part of the largest of its array, rounding may
# decide where Adam goes.
SMALL = 1e-3
# That of Keras, and that of the paper: with small gradients they differ.
EPSILONS = (1e-7, 1e-8)


def adam(slopes, epsilon=EPSILONS[0]):
    """Computes steps of Adam, Kingma and Ba 2015, section 2, its last lines

    Args:
        slopes: list of arrays, the gradients at each step.
        epsilon: float, what is added to the divisor.

    Yields:
        array, the step for a learning rate of 1.
    """
    mean = square = 0
    for step, slope in enumerate(slopes, 1):
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope ** 2
        rate = np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
        yield -rate * mean / (np.sqrt(square) + epsilon)


def rmsprop(slopes):
    """Computes steps of RMSprop, see adam"""
    square = 0
    for slope in slopes:
        square = 0.9 * square + 0.1 * slope ** 2
        yield -slope / np.sqrt(square + 1e-7)


# A file that names one of these is believed.
OTHERS = ('SGD', 'RMSprop', 'Adagrad', 'Adadelta', 'Adamax', 'Nadam', 'Ftrl',
          'AdamW', 'Lion', 'Lamb', 'Adafactor', 'Muon')

# Where the weights do not move by Adam's rule, they may move by these.
RULES = (('SGD', lambda slopes: [-slope for slope in slopes]),
         ('RMSprop', rmsprop))


def of_each(function, values, numbers):
    """Applies a function of an axis to the weights of each array

    Args:
        function: function of an array and of `axis`.
        values: array (steps, weights).
        numbers: array (weights,), sorted, to which array each of them
            belongs.

    Returns:
        array (steps, arrays).
    """
    return np.transpose([function(part, axis=1) for part in np.split(
        values, np.flatnonzero(np.diff(numbers)) + 1, axis=1)])


def misses(run, numbers, wanted, rate=None, bounds=EXACT):
    """Compares moves of weights with those of a rule

    Args:
        run: checks.training_moves.Run.
        numbers: array (weights,), to which array each of them belongs.
        wanted: array, the moves by the rule for a learning rate of 1.
        rate: float, the learning rate, if it is known.
        bounds: EXACT or LOOSE.

    Returns:
        array (steps, arrays) of bool, of each step the arrays that went
        elsewhere, which are all if nothing moved; array (arrays,) of bool,
        those with weights that went elsewhere at nearly all of some steps;
        array (steps,), the learning rates.
    """
    slopes = np.abs(run.slopes)
    slopes = np.array([slopes[:at + 1].max(axis=0) for at in run.seen])
    places = np.cumsum(np.append(0, np.diff(numbers) != 0))
    largest = of_each(np.max, slopes, numbers)[:, places]
    # Without a KL divergence the log variance has no gradient but that of the
    # noise, which may be large enough for Adam.
    known = (largest > 0) & ((slopes == 0) | (slopes > SMALL * largest))
    scale = np.abs(wanted).max(axis=1, keepdims=True)
    large = known & (np.abs(wanted) > 0.01 * scale)

    def medians(values):
        """Takes the median of each array, of large moves alone"""
        return of_each(np.nanmedian, np.where(large, values, np.nan), numbers)
    with np.errstate(all='ignore'), warnings.catch_warnings():
        # An array without large moves has no median.
        warnings.simplefilter('ignore', RuntimeWarning)
        rates = np.nanmedian(medians(run.moves / wanted), axis=1)
        distance, share, *most = bounds
        most = most[rate is not None]
        rate = np.nanmax(rates) if rate is None else rate
        rates = np.clip(rates, *sorted([rate / most, rate * most]))
        by_rule = rates[:, None] * wanted
        errors = np.abs(run.moves - by_rule)
        rounding = run.times * ROUNDING
        typical = medians(errors) > rounding + share * medians(
            np.abs(by_rule))
        typical |= ~run.moves.any(axis=1, keepdims=True)
        far = ~(errors <= rounding + distance * np.abs(
            rates[:, None]) * scale) & known
    return (typical | (of_each(np.mean, far, numbers) > 0.15), of_each(
        np.max, far.mean(axis=0, keepdims=True), numbers)[0] > 0.75 + (
            len(far) < 4), rates)
