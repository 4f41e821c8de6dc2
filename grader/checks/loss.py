#!/usr/bin/env python3
"""The loss of the models without noise

An objective is what the file's loss is, right or wrong: a function of
inputs, outputs and the pairs of values before and after each activation of
the encoder, which gives a number. The checks of training need it.
"""

import numpy as np

from .. import oracle
from ..registry import DENSE, Fault, IMAGES, SPARSE, check, require
from .contract import BATCH, inputs_for, trained_sizes
from .layers import drawn, pairs

# What Keras 3 and what Keras 2 add to what they take a logarithm of. It shows
# where an output is 0 or 1. TensorFlow may add it to the 1 of 1 - p first.
ADDED = ((0.0, 0.0), (oracle.EPSILON, oracle.EPSILON),
         (oracle.EPSILON, 1 - oracle.MOST))

COMPILED = 'it must be compiled with Adam and binary cross-entropy'


def mean_of_sums(function):
    """Averages a function of targets and outputs, summed over the last axis"""
    return lambda t, p: np.mean(np.sum(function(t, p), axis=-1))


def logit(p):
    """Computes the inverse of the logistic function"""
    return np.log(p / (1 - p))


def squared(t, p):
    """Computes the mean squared error"""
    return np.mean((t - p) ** 2)


def clipped(t):
    """Keeps targets above 0"""
    return np.clip(t, oracle.EPSILON, 1)


# Keras 3 computes the categorical cross-entropy of a sigmoid from what it was
# given. TensorFlow's gradients of it are those for targets whose sum is 1.
OF_LOGITS = mean_of_sums(lambda t, p: -t * np.log(oracle.softmax(logit(p))))


def swapped(added):
    """Makes the mean binary cross-entropy of outputs in place of inputs"""
    return lambda t, p: oracle.binary_crossentropy(p, t, added).mean()


def focal(t, p):
    """Computes the mean focal cross-entropy, with a gamma of 2"""
    return np.mean((t + p - 2 * t * p) ** 2 *
                   oracle.binary_crossentropy(t, p))


# Named as one would: of targets and outputs.
LOSSES = (
    ('the mean squared error', squared),
    ('the mean absolute error',
     lambda t, p: np.mean(oracle.magnitude(t - p))),
    ('the categorical cross-entropy', mean_of_sums(
        lambda t, p: -t * np.log(p / p.sum(axis=-1, keepdims=True)))),
    ('the categorical cross-entropy', OF_LOGITS),
    ('the binary cross-entropy of logits', lambda t, p: np.mean(
        np.log1p(np.exp(p)) - t * p)),
    ('the KL divergence from inputs to outputs', mean_of_sums(
        lambda t, p: clipped(t) * np.log(clipped(t) / p))),
    ('the Huber loss', lambda t, p: squared(t, p) / 2),
    ('the hinge loss', lambda t, p: np.mean(
        oracle.relu(1 - (2 * t - 1) * p))),
    ('the log of the hyperbolic cosine', lambda t, p: np.mean(
        np.log(np.cosh(t - p)))),
    ('the Poisson loss', lambda t, p: np.mean(p - t * np.log(p))),
    ('the binary cross-entropy with label smoothing of 0.1',
     lambda t, p: entropy(0.9 * t + 0.05, p)),
    ('the binary focal cross-entropy', focal),
) + tuple(('the binary cross-entropy with inputs and outputs swapped',
           swapped(added)) for added in ADDED)


def entropy(t, p, added=ADDED[0]):
    """Computes the mean binary cross-entropy"""
    return oracle.binary_crossentropy(t, p, added).mean()


def near(received, expected):
    """Tells whether two losses agree within rounding, infinite ones never"""
    return (np.isfinite(expected) and
            abs(received - expected) <= 2e-4 * abs(expected) + 2e-6)


def evaluated(models, inputs):
    """Asks for the loss; says if auto is not compiled"""
    subject, fault = models.subject, None
    try:
        received = models.evaluate(inputs)
    except Fault as raised:
        if subject.gone:
            raise
        received, fault = 0, raised
    # Without a loss, Keras 2 reports 0.
    if received:
        return received
    # What auto says of itself is for words alone.
    told = subject.ask('tell', 'auto.layers', key=models.key,
                       order=subject.order)[0]
    require(told['optimizer'], 'auto is not compiled; ' + COMPILED,
            line='auto')
    require(told['loss'] or fault and 'compile' not in str(fault),
            'auto is compiled without a loss; ' + COMPILED, line='compile')
    if fault:
        raise fault
    return received


def with_sigmoid(models, inputs, weights):
    """Computes auto's output as if the last activation were a sigmoid"""
    steps = models.steps
    if not {'encoder', 'decoder'} <= set(steps) or (
            steps['decoder'][-1][0] not in ('dense', 'conv')):
        return None
    last = steps['decoder'][-1]
    for side, network in (('encoder', steps['encoder']), (
            'decoder', steps['decoder'][:-1] + [
                last[:2] + ('sigmoid',) + last[3:]])):
        inputs = oracle.forward(network, pairs(
            weights[side], weights[side][0].ndim), inputs)
    return inputs


def reconstruct(models, inputs):
    """Computes auto's output, of the shape of its input"""
    outputs = models.auto.one(inputs).astype('float64')
    if outputs.shape != inputs.shape:
        models.subject.because('auto-output', 'decoder-output',
                               'decoder-layers', 'encoder-output',
                               'encoder-layers')
    require(outputs.shape == inputs.shape, 'auto puts out shape {} for '
            'inputs of {}', outputs.shape[1:], inputs.shape[1:], line='auto')
    return outputs


def multiple(subject, models, inputs):
    """Finds what the binary cross-entropy is multiplied by, if by a constant

    Returns:
        float, or None.
    """
    ratios = []
    for purpose in ('loss', 'loss two', 'loss three', 'loss four'):
        drawn(subject, models, purpose, 1.0)
        ratios.append(evaluated(models, inputs) / entropy(
            inputs, reconstruct(models, inputs)))
    return ratios[0] if all(near(one, ratios[0]) for one in ratios) else None


def judge_loss(subject, models):
    """Compares what evaluate reports with the binary cross-entropy"""
    inputs = inputs_for(subject, models.sizes, BATCH)
    weights = drawn(subject, models, 'loss', 1.0)
    outputs = reconstruct(models, inputs)
    received = evaluated(models, inputs)
    # TensorFlow 1.12, of graphs only, reports the loss of images times the
    # size of the batch; one that averages over all is reported as it is.
    factors = [1] + [BATCH] * (subject.task == IMAGES and not subject.eager)
    if any(near(received, factor * entropy(inputs, outputs, added))
           for factor in factors for added in ADDED):
        subject.objective = lambda t, p, values: entropy(t, p)
        return
    with np.errstate(all='ignore'):
        for name, function in LOSSES:
            if any(near(received, factor * function(inputs, outputs))
                   for factor in factors):
                if function is not OF_LOGITS:
                    subject.objective = lambda t, p, values: function(t, p)
                raise Fault('the loss is {}; it must be the binary '
                            'cross-entropy'.format(name), 'compile')
    expected = factors[-1] * entropy(inputs, outputs)
    size = inputs[0].size
    for count, over in ((size, 'the values of an input'),
                        (BATCH, 'the batch'), (BATCH * size, 'both')):
        if near(received, count * expected):
            subject.objective = lambda t, p, values: entropy(t, p)
            raise Fault('the binary cross-entropy is summed over {}; it must '
                        'be averaged'.format(over), 'loss')
    # Where a last layer has another activation than sigmoid, Keras 3 computes
    # the loss from what that was given all the same.
    logits = with_sigmoid(models, inputs, weights)
    if logits is not None and any(near(received, factor * entropy(
            inputs, logits)) for factor in factors):
        last = models.steps['decoder'][-1]
        models.steps['decoder'][-1] = last[:2] + ('sigmoid',) + last[3:]
        subject.objective = lambda t, p, values: entropy(t, p)
        return
    if not 0 < outputs.min() <= outputs.max() < 1:
        subject.because('decoder-output', 'decoder-layers')
    constant = multiple(subject, models, inputs)
    if constant:
        subject.objective = lambda t, p, values: constant * entropy(t, p)
        raise Fault('the binary cross-entropy is multiplied by {:.3g}; it '
                    'must be as it is'.format(constant / factors[-1]), 'loss')
    # A penalty that is there even without lambtha is the next check's.
    if subject.task == SPARSE and received > expected:
        subject.objective = lambda t, p, values: entropy(t, p)
        return
    require(np.isfinite(received), 'the loss reported is {}; the binary '
            'cross-entropy of these outputs is {:.5g}', received, expected,
            line='loss')
    raise Fault('the loss reported is {:.5g}; the binary cross-entropy of '
                'these outputs is {:.5g}'.format(received, expected), 'loss')


@check('loss', tasks=(DENSE, SPARSE, IMAGES))
def loss(subject):
    """Checks what evaluate reports, for a penalty of 0"""
    sizes = trained_sizes(subject)
    judge_loss(subject, subject.models(sizes[:3] + (0.0,) * (
        subject.task == SPARSE)))
