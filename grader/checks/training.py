#!/usr/bin/env python3
"""How auto is compiled: the optimizer, the loss, and that it trains"""

import numpy as np

from .. import oracle
from ..registry import DENSE, IMAGES, SPARSE, VARIATIONAL, check, require
from .contract import SIZES, inputs_for, sizes_of
from .layers import build, randomise_both

BATCH = 24


def mean_of_sums(function):
    """Averages a function of targets and outputs, summed over the last axis"""
    return lambda t, p: np.mean(np.sum(function(t, p), axis=-1))


def logit(p):
    """Computes the inverse of the logistic function"""
    return np.log(p / (1 - p))


# Named as one would: of targets and outputs. Keras 3 computes the categorical
# cross-entropy of a sigmoid from what the sigmoid was given.
LOSSES = (
    ('the mean squared error', lambda t, p: np.mean((t - p) ** 2)),
    ('the mean absolute error', lambda t, p: np.mean(np.abs(t - p))),
    ('the categorical cross-entropy', mean_of_sums(
        lambda t, p: -t * np.log(p / p.sum(axis=-1, keepdims=True)))),
    ('the categorical cross-entropy', mean_of_sums(
        lambda t, p: -t * np.log(oracle.softmax(logit(p))))),
    ('the binary cross-entropy of logits', lambda t, p: np.mean(
        np.logaddexp(p, 0) - t * p)),
    ('the KL divergence from inputs to outputs', mean_of_sums(
        lambda t, p: np.clip(t, oracle.EPSILON, 1) * np.log(
            np.clip(t, oracle.EPSILON, 1) / p))),
    ('the Huber loss', lambda t, p: np.mean((t - p) ** 2) / 2),
    ('the hinge loss', lambda t, p: np.mean(
        np.maximum(1 - (2 * t - 1) * p, 0))),
    ('the log of the hyperbolic cosine', lambda t, p: np.mean(
        np.log(np.cosh(t - p)))),
    ('the Poisson loss', lambda t, p: np.mean(p - t * np.log(p))),
)


def near(received, expected):
    """Tells whether two losses agree within rounding, infinite ones never"""
    return (np.isfinite(expected) and
            abs(received - expected) <= 2e-4 * abs(expected) + 2e-6)


@check('optimizer', 'auto is compiled with Adam')
def optimizer(subject):
    """Checks the optimizer"""
    auto = build(subject, sizes_of(subject.task)[0]).auto
    received = getattr(auto, 'optimizer', None)
    require(received is not None,
            'auto is not compiled; it must be compiled with Adam')
    require(type(received).__name__ == 'Adam', 'the optimizer is {}; it must '
            'be Adam', type(received).__name__)


def plain_sizes(task):
    """Lists arguments with which auto gives back the size of its input"""
    if task == IMAGES:
        return [SIZES[IMAGES][0], SIZES[IMAGES][2]]
    if task == SPARSE:
        return [sizes + (0.0,) for sizes in SIZES[DENSE]][:2]
    return SIZES[DENSE][:2]


def reconstruct(subject, models, inputs):
    """Computes auto's output, of the shape of its input"""
    outputs = subject.call('auto', models.auto, inputs)
    require(outputs.shape == inputs.shape, 'auto puts out shape {} for '
            'inputs of {}', outputs.shape[1:], inputs.shape[1:])
    return np.asarray(outputs, 'float64')


@check('loss', 'the loss is the binary cross-entropy',
       tasks=(DENSE, SPARSE, IMAGES))
def loss(subject):
    """Checks what evaluate reports, for a penalty of 0"""
    for sizes in plain_sizes(subject.task):
        models = build(subject, sizes)
        randomise_both(subject, models, sizes)
        inputs = inputs_for(sizes[0], BATCH)
        outputs = reconstruct(subject, models, inputs)
        expected = oracle.binary_crossentropy(inputs, outputs).mean()
        received = subject.loss('evaluate', models.auto, inputs)
        # A loss that averages over all by itself is reported as it is.
        factors = [1]
        if subject.task == IMAGES:
            factors.append(subject.runtime.image_factor(BATCH))
        if any(near(received, factor * expected) for factor in factors):
            continue
        for name, function in LOSSES:
            require(not any(near(received, factor * function(inputs, outputs))
                            for factor in factors), 'the loss is {}; it must '
                    'be the binary cross-entropy', name)
        size = inputs[0].size
        for count, over in ((size, 'the values of an input'),
                            (BATCH, 'the batch'), (BATCH * size, 'both')):
            require(not near(received, count * expected), 'the binary '
                    'cross-entropy is summed over {}; it must be averaged',
                    over)
        require(0 < outputs.min() and outputs.max() < 1, 'this can be judged '
                'only once all outputs of auto lie between 0 and 1')
        require(False, 'the loss reported is {:.5g}; the binary '
                'cross-entropy of these outputs is {:.5g}', received,
                factors[-1] * expected)


def compare_ways(subject, models, inputs):
    """Checks that evaluate, train_on_batch and fit report the same loss"""
    weights = models.encoder.get_weights(), models.decoder.get_weights()
    losses = []
    for way in ('evaluate', 'train_on_batch', 'fit'):
        models.encoder.set_weights(weights[0])
        models.decoder.set_weights(weights[1])
        losses.append(subject.loss(way, models.auto, inputs))
        require(near(losses[-1], losses[0]), '{} reports a loss of {:.5g} '
                'where evaluate reports {:.5g} for the same inputs and '
                'weights; they must be the same', way, losses[-1], losses[0])


def compare_training(subject, models, inputs):
    """Checks that a few steps change every weight of both models"""
    before = [model.get_weights() for model in models[:2]]
    for _ in range(3):
        subject.loss('train_on_batch', models.auto, inputs)
    for name, model, weights in zip(models._fields, models, before):
        for i, (new, old) in enumerate(zip(model.get_weights(), weights)):
            require(np.isfinite(new).all(), 'training makes weights of the '
                    '{} infinite or not a number', name)
            require(np.abs(new - old).max() > 1e-6, 'training does not '
                    'change the {} of layer {} of the {}; all must be '
                    'trained', ('kernel', 'bias')[i % 2], i // 2 + 1, name)


@check('training', 'fit and train_on_batch train all layers on this loss')
def training(subject):
    """Checks that auto trains"""
    sizes = sizes_of(subject.task)[0]
    models = build(subject, sizes)
    inputs = inputs_for(sizes[0], BATCH)
    randomise_both(subject, models, sizes)
    reconstruct(subject, models, inputs)
    if subject.task != VARIATIONAL:
        compare_ways(subject, models, inputs)
    randomise_both(subject, models, sizes)
    compare_training(subject, models, inputs)
