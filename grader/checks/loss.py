#!/usr/bin/env python3
"""The loss of the models without noise"""

import collections

import numpy as np

from .. import oracle
from ..registry import (DENSE, Fault, IMAGES, LEARNING, SPARSE, Unjudged,
                        check, require)
from ..sizes import BATCH, bright, dark_inputs, trained_sizes
from ..wording import WRITTEN
from .activations import explain
from .layers import drawn, pairs, rank_of

# What Keras 3 and what Keras 2 add to what they take a logarithm of. Where an
# output is 0 or 1, it matters. TensorFlow may add it to the 1 of 1 - p first.
ADDED = ((0.0, 0.0), (oracle.EPSILON, oracle.EPSILON),
         (oracle.EPSILON, 1 - oracle.MOST))

# The loss of a file, right or wrong. function: of inputs, outputs, and mean
# and log variance, gives a number for each row, of which the loss is the mean;
# logits: bool, whether Keras computes it from what the decoder's last
# activation is given, as if that were a sigmoid, whatever it is.
Objective = collections.namedtuple('Objective', 'function logits')

# Where auto gives another shape than its input has, one of these may know why.
SHAPING = ('auto-output', 'decoder-output', 'decoder-layers',
           'encoder-output', 'encoder-layers')

# How many values an output may have: more would take the judge too long.
MOST = 2 ** 14

CUT = 'where outputs are near 0 and 1, the loss reported is {:.5g}; it must ' \
    'be {:.5g}, for nothing may be cut off there'
WELL = 'where images are reconstructed well, the loss reported is {:.5g}; ' \
    'it must be {:.5g}'
# Where students cut outputs.
LEAST = (0, 1e-3, 0.01, 0.02, 0.05, 0.1)
COMPILED = 'it must be compiled with Adam and binary cross-entropy'


def summed_up(function):
    """Sums a function of targets and outputs over the last axis"""
    return lambda t, p: np.sum(function(t, p), axis=-1)


def averaged(function):
    """Averages a function of targets and outputs over the last axis"""
    return lambda t, p: np.mean(function(t, p), axis=-1)


def logit(p):
    """Computes the inverse of the logistic function"""
    return np.log(p / (1 - p))


def clipped(t):
    """Keeps targets above 0"""
    return np.clip(t, oracle.EPSILON, 1)


# Keras 3 computes the categorical cross-entropy from what a sigmoid is given.
# TensorFlow's gradients of it are right only for targets whose sum is 1.
OF_LOGITS = summed_up(lambda t, p: -t * np.log(oracle.softmax(logit(p))))


# With the names that people give them; functions of targets and outputs, which
# give a number for each row.
LOSSES = (
    ('the mean squared error', averaged(lambda t, p: (t - p) ** 2)),
    ('the mean absolute error',
     averaged(lambda t, p: oracle.magnitude(t - p))),
    ('the categorical cross-entropy', summed_up(
        lambda t, p: -t * np.log(p / p.sum(axis=-1, keepdims=True)))),
    ('the categorical cross-entropy', OF_LOGITS),
    ('the binary cross-entropy of logits', averaged(
        lambda t, p: np.log1p(np.exp(p)) - t * p)),
    ('the KL divergence from inputs to outputs', summed_up(
        lambda t, p: clipped(t) * np.log(clipped(t) / p))),
    ('the Huber loss', averaged(lambda t, p: (t - p) ** 2 / 2)),
    ('the hinge loss', averaged(
        lambda t, p: oracle.relu(1 - (2 * t - 1) * p))),
    ('the log of the hyperbolic cosine', averaged(
        lambda t, p: np.log(np.cosh(t - p)))),
    ('the Poisson loss', averaged(lambda t, p: p - t * np.log(p))),
    ('the binary cross-entropy with label smoothing of 0.1',
     lambda t, p: entropies(0.9 * t + 0.05, p)),
    ('the binary focal cross-entropy', averaged(
        lambda t, p: (t + p - 2 * t * p) ** 2 *
        oracle.binary_crossentropy(t, p))),
) + tuple(('the binary cross-entropy with inputs and outputs swapped',
           lambda t, p, added=added: entropies(p, t, added))
          for added in ADDED)


def entropies(t, p, added=ADDED[0]):
    """Computes the mean binary cross-entropy of each row"""
    return oracle.binary_crossentropy(t, p, added).mean(axis=-1)


def entropy(t, p, added=ADDED[0]):
    """Computes the mean binary cross-entropy"""
    return entropies(t, p, added).mean()


def near(received, expected):
    """Tells whether two losses agree within rounding, infinite ones never"""
    return (np.isfinite(expected) and
            abs(received - expected) <= 2e-4 * abs(expected) + 2e-6)


def demand_loss(way, name, received, expected, count, slack=0):
    """Demands that training reports the loss that it must

    Args:
        way: str, the method that reports it.
        name: str, how that calls it.
        received, expected: float.
        count: int, the size of the batch.
        slack: float, how far it may be away.
    """
    require(not np.isnan(received), '{} reports no {} that is a number', way,
            name, line='loss')
    # TensorFlow 1.12 multiplies by the batch, see loss.
    require(any(near(received, factor * expected) or
                abs(received - factor * expected) < factor * slack
                for factor in (1, count)),
            '{} reports a {} of {:.5g}; that of these outputs is {:.5g}', way,
            name, received, expected, line='loss')


def judge_chance(models, inputs):
    """Checks that training reports one loss for the same weights and inputs"""
    losses = models.chance(inputs)
    require(not losses, 'for the same weights and inputs training reports '
            'losses from {:.6g} to {:.6g}, as with dropout or noise',
            *losses or (0, 0), line='auto')


def nearest(received, loss, factors=(1,)):
    """Finds which of ADDED leads to the loss that is nearest to a number

    Args:
        received: float.
        loss: function of one of ADDED, which gives a float.
        factors: sequence of int, by which it may be multiplied.
    """
    return min(ADDED, key=lambda added: min(
        abs(received - factor * loss(added)) for factor in factors))


def objective(function, logits=False):
    """Makes the Objective of a function of inputs and outputs alone"""
    return Objective(lambda t, p, values: function(t, p), logits)


# Last activations with which, after an epoch of task 0, outputs are worse than
# the mean image: most may give 0 or less, where the cross-entropy has no
# gradient.
WORST = ('elu', 'exponential', 'leaky relu (0.01)', 'leaky relu (0.2)',
         'leaky relu (0.3)', 'linear', 'relu', 'relu that ends at 6', 'selu',
         'softmax', 'softsign', 'swish', 'tanh')


def with_sigmoid(steps):
    """Gives a network another last activation, the sigmoid"""
    last = steps[-1]
    return steps[:-1] + [last[:2] + ('sigmoid',) + last[3:]]


def last_activation(models, found):
    """Gives place and name of the decoder's last activation, or Nones"""
    steps = (found['decoder-output'] or {}).get(models.layers)
    return steps[-1][1:3] if steps and len(steps[-1]) > 2 else (None, None)


def judge_outputs(models, found, right):
    """Judges a last activation with which nothing is learnt

    Args:
        models: Models.
        found: dict, what the checks of outputs have found.
        right: Objective.
    """
    at, name = last_activation(models, found)
    if name in WORST and not (name == 'linear' and right.logits):
        # What `decoder-output` says; here is known what it costs.
        raise Fault(explain(
            models.solution.task, 'decoder', ('activation', at, name,
                                              'sigmoid'), at + 1),
                    'decoder', found=right, instead='decoder-output',
                    takes=LEARNING)


def evaluated(models, inputs):
    """Asks for the loss; says if auto is not compiled"""
    solution, fault = models.solution, None
    try:
        received = models.evaluate(inputs)[0]
    except Fault as raised:
        if solution.gone:
            raise
        received, fault = 0, raised
    # Where auto has no loss, Keras 2 reports 0.
    if received and not np.isnan(received):
        return received
    # What auto says of itself chooses the words; it is no proof.
    told = models.tell()
    require(told['optimizer'], 'auto is not compiled; ' + COMPILED,
            line='auto')
    # Some other runtime may take it: the error says so at its end.
    _, *elsewhere = str(fault).partition(WRITTEN)
    require(told['loss'] or received or
            fault and 'compile' not in str(fault), 'auto is compiled without '
            'a loss; ' + COMPILED + ''.join(elsewhere), line='compile')
    raise fault or Fault('auto.evaluate() reports ' + (
        'no loss that is a number' if received else 'a loss of 0'), 'loss')


def reconstruct(models, inputs):
    """Computes auto's output; gives also what it must be, see targets"""
    outputs = models.auto.one(inputs).astype('float64')
    targets = models.targets(inputs)
    require(outputs.shape == targets.shape and outputs[0].size <= MOST,
            'auto puts out shape {} for inputs of {}', outputs.shape[1:],
            inputs.shape[1:], line='auto', unless=SHAPING)
    return outputs, targets


def multiple(solution, models, inputs):
    """Finds what the binary cross-entropy is multiplied by, if by a constant

    Returns:
        float, or None.
    """
    ratios = []
    for purpose in ('loss', 'loss two', 'loss three', 'loss four'):
        drawn(solution, models, purpose, 1.0)
        outputs, targets = reconstruct(models, inputs)
        ratios.append(evaluated(models, inputs) / entropy(targets, outputs))
    return ratios[0] if all(near(one, ratios[0]) for one in ratios) else None


def other_loss(targets, outputs, received, factors):
    """Raises the Fault of a loss that has a name, if it is one

    Args:
        targets, outputs: arrays.
        received: float, the loss reported.
        factors: list of int, by which it may be multiplied.
    """
    with np.errstate(all='ignore'):
        values = [function(targets, outputs).mean() for _, function in LOSSES]
    # Of several that are near, the nearest: versions of Keras differ little.
    likely = sorted((abs(received - factor * value), at)
                    for at, value in enumerate(values) for factor in factors
                    if near(received, factor * value))
    if likely:
        name, function = LOSSES[likely[0][1]]
        raise Fault('the loss is {}; it must be the binary cross-entropy'
                    .format(name), 'compile',
                    found=None if function is OF_LOGITS else
                    objective(function))


def summed(targets, received, expected):
    """Raises the Fault of a cross-entropy that is summed, if it is"""
    size = targets[0].size
    for count, over in ((size, 'the values of an input'),
                        (BATCH, 'the batch'), (BATCH * size, 'both')):
        if near(received, count * expected):
            raise Fault('the binary cross-entropy is summed over {}; it must '
                        'be averaged'.format(over), 'loss', found=objective(
                            lambda t, p: count * entropies(t, p)))


def is_of_logits(solution, models, found, inputs, weights, is_it):
    """Tells whether Keras 3 computes the loss as if of a sigmoid

    It does so for a last layer with another activation.

    Args:
        solution: Solution.
        models: Models.
        found: dict, what the checks of outputs have found.
        inputs: array.
        weights: dict from side to list of arrays.
        is_it: function that tells whether a number is the loss reported.
    """
    steps = [(found[side + '-output'] or {}).get(models.layers)
             for side in ('encoder', 'decoder')]
    if not all(steps) or steps[1][-1][0] not in ('dense', 'conv'):
        return False
    outputs = inputs
    for side, network in zip(('encoder', 'decoder'),
                             (steps[0], with_sigmoid(steps[1]))):
        outputs = oracle.forward(network, pairs(
            weights[side], weights[side][0].ndim), outputs)
    return is_it(entropy(models.targets(inputs), outputs))


def cut(least):
    """Makes the cross-entropy of outputs that are cut to least, 1 - least"""
    return lambda t, p: entropies(t, np.where(p.real < least, least, np.where(
        p.real > 1 - least, 1 - least, p)))


def black(weights, inputs):
    """Makes images nearly black, and a decoder whose outputs are so as well

    Args:
        weights: list of arrays, the decoder's.
        inputs: array.

    Returns:
        list of arrays; array, rounded as it is sent.
    """
    return weights[:-2] + [0.1 * weights[-2], 0 * weights[-1] - 4], (
        0.05 * inputs).astype('float32').astype('float64')


def judge_black(models, inputs, weights, factors, right):
    """Checks the loss of images reconstructed well: they are nearly black

    Codes are 0, for a penalty that does not depend on lambtha may be there.

    Args:
        right: Objective.
        models, inputs, weights, factors: see judge_edges.
    """
    decoder, inputs = black(weights['decoder'], inputs)
    models.set(encoder=[0 * array for array in weights['encoder']],
               decoder=decoder)
    outputs, targets = reconstruct(models, inputs)
    received, expected = models.evaluate(inputs)[0], right.function(
        targets, outputs, None).mean()
    require(any(near(received, factor * expected) for factor in factors),
            WELL, received, expected, line='loss', found=right)


def judge_white(models, inputs, right):
    """Checks the loss where outputs are 1, as their inputs are"""
    encoder, decoder = [[0 * array for array in model.weights()]
                        for model in (models.encoder, models.decoder)]
    models.set(encoder=encoder, decoder=decoder[:-1] + [decoder[-1] + 30])
    white = 0 * inputs + 1
    # By other activations outputs are not 1; of another shape targets are not.
    if np.abs(np.array(reconstruct(models, white)) - 1).max() < 1e-6:
        received = models.evaluate(white)[0]
        require(abs(received) < 0.01, 'where outputs are 1, as their inputs '
                'are, the loss reported is {:.3g}; it must be 0', received,
                line='loss', found=right)


def near_edges(models, decoder, inputs):
    """Sets weights with outputs near 0 and 1; nearer, float32 cuts them off

    Args:
        models: Models.
        decoder: list of arrays, the decoder's weights.
        inputs: array.

    Returns:
        outputs and targets, see reconstruct, or None if no weights do that.
    """
    *first, kernel, bias = decoder
    for factor in (12, 8, 5, 3, 2, 1.5, 1):
        models.set(decoder=first + [factor * kernel, factor * bias])
        outputs, targets = reconstruct(models, inputs)
        if 1e-4 < outputs.min() and outputs.max() < 1 - 1e-4:
            return outputs, targets
    return None


def judge_edges(models, inputs, weights, factors):
    """Checks the loss where outputs are near 0 and 1, or elsewhere not

    Args:
        models: Models.
        inputs: array.
        weights: dict from side to list of arrays.
        factors: list of int, by which the loss may be multiplied.
    """
    found = near_edges(models, weights['decoder'], inputs)
    if found:
        outputs, targets = found
        received = evaluated(models, inputs)
        expected = entropy(targets, outputs)
        least = next((one for one in LEAST if any(near(
            received, each * cut(one)(targets, outputs).mean())
                                            for each in factors)), None)
        require(least == 0, CUT, received, expected, line='loss',
                found=None if least is None else objective(cut(least)))


def judge_alone(models, inputs, weights):
    """Checks that the loss depends on the outputs alone

    Args:
        models, inputs, weights: see judge_edges.
    """
    *first, kernel, bias = weights['decoder']
    losses = []
    for factor in (1, 1, 2):
        # The outputs are those of the last bias.
        models.set(
            encoder=[factor * array for array in weights['encoder']],
            decoder=[factor * array for array in first] + [0 * kernel, bias])
        losses.append(evaluated(models, inputs))
    # What hangs on chance is something else.
    require(not near(*losses[:2]) or near(*losses[1:]), 'the loss contains a '
            'penalty on layers; it must be the binary cross-entropy alone',
            line='loss')


def judge_loss(solution, models, found):
    """Compares what evaluate reports with the binary cross-entropy

    Returns:
        Objective.
    """
    inputs = dark_inputs(solution, models.sizes, BATCH)
    weights = drawn(solution, models, 'loss', 1.0)
    weights['decoder'][-1] = bright(weights['decoder'][-1])
    models.set(decoder=weights['decoder'])
    outputs, targets = reconstruct(models, inputs)
    received = evaluated(models, inputs)
    # TensorFlow 1.12, of graphs only, reports the loss of images times the
    # size of the batch; one that averages over all is reported as it is.
    factors = [1] + [BATCH] * (solution.task == IMAGES and not solution.eager)

    def is_it(expected):
        """Tells whether a number is the loss that is reported"""
        return any(near(received, factor * expected) for factor in factors)

    added = nearest(received, lambda added: entropy(targets, outputs, added),
                    factors)
    if is_it(entropy(targets, outputs, added)):
        right = objective(lambda t, p: entropies(t, p, added))
        rank = rank_of(solution)
        if pairs(weights['decoder'], rank):
            judge_edges(models, inputs, weights, factors)
            if pairs(weights['encoder'], rank):
                judge_black(models, inputs, weights, factors, right)
                judge_white(models, inputs, right)
        return right
    _, name = last_activation(models, found)
    of_logits = is_of_logits(solution, models, found, inputs, weights, is_it)
    # Of linear outputs that is right.
    if name == 'linear' and of_logits:
        return objective(entropies, logits=True)
    other_loss(targets, outputs, received, factors)
    expected = factors[-1] * entropy(targets, outputs)
    summed(targets, received, expected)
    if of_logits:
        return objective(entropies, logits=True)
    # Keras cuts off outputs that are 0 or 1, or beyond: these would not show
    # which loss it is.
    if not 0 < outputs.min() <= outputs.max() < 1 and name != 'sigmoid':
        raise Unjudged(by=('decoder-output', 'decoder-layers'))
    constant = multiple(solution, models, inputs)
    if constant:
        raise Fault('the binary cross-entropy is multiplied by {:.3g}; it '
                    'must be as it is'.format(constant / factors[-1]), 'loss',
                    found=objective(lambda t, p: constant * entropies(t, p)))
    # This may be a penalty that does not depend on lambtha, which the check
    # `penalty` finds.
    if solution.task == SPARSE and received > expected:
        return objective(entropies)
    require(np.isfinite(received), 'the loss reported is {}; the binary '
            'cross-entropy of these outputs is {:.5g}', received, expected,
            line='loss')
    judge_alone(models, inputs, weights)
    raise Fault('the loss reported is {:.5g}; the binary cross-entropy of '
                'these outputs is {:.5g}'.format(received, expected), 'loss')


@check('loss', tasks=(DENSE, SPARSE, IMAGES), after=SHAPING)
def loss(solution, found):
    """Checks what evaluate reports, for a penalty of 0; gives an Objective"""
    sizes = trained_sizes(solution, found['encoder-output'],
                          found['decoder-output'])
    models = solution.models(sizes[:3] + (0.0,) * (solution.task == SPARSE))
    right = judge_loss(solution, models, found)
    judge_outputs(models, found, right)
    return right
