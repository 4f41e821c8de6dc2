#!/usr/bin/env python3
"""The layers: their weights, what they compute, and that they are shared"""

import numpy as np

from .. import oracle
from ..models import COUNT, FITTING, Missing
from ..networks import counts_of, shapes_of, steps_for
from ..registry import (DENSE, Fault, IMAGES, LEARNING, SPARSE, Unjudged,
                        VARIATIONAL, check, finding, raise_all, require)
from ..sizes import EXERCISE, inputs_for, over_sizes
from ..solution import SCALE
from ..wording import listed, plural
from .activations import explain, name_of

# Of kernels that lead to large values.
LARGE = 6.0
# The share of values at the start that may be of no use; and from where on a
# sigmoid is so near to 1 that Keras cuts it off.
RARE, CERTAIN = 1e-3, 16.0
# How many rows of an image, from its edge, hold little: of MNIST 2 % of the
# first and 6 % of the last are above 0, of the whole 19 %.
BLACK = 5


def rank_of(solution):
    """Tells how many dimensions kernels have"""
    return 4 if solution.task == IMAGES else 2


def pairs(weights, rank):
    """Pairs kernels with biases; None where there is something else"""
    layers = list(zip(weights[::2], weights[1::2]))
    if len(weights) % 2 == 0 and not too_many(weights) and all(
            kernel.ndim == rank and bias.ndim == 1 for kernel, bias in layers):
        return layers
    return None


def too_many(weights):
    """Tells whether looking for what they compute would take too long"""
    return len(weights) > 20 or any(
        w.shape[-1] > (512 if w.ndim == 4 else 4096) for w in weights
        if w.ndim)


def layers_of(solution, side, weights):
    """Pairs a model's weights to layers, each a kernel and a bias"""
    rank = rank_of(solution)
    layers = pairs(weights, rank)
    if layers is None:
        require(not too_many(weights), 'the {} has too many layers, or too '
                'large ones: {} arrays of weights, {} values', side,
                len(weights), sum(w.size for w in weights), line=side)
        ranks = [w.ndim for w in weights]
        require(ranks != [rank] * len(ranks),
                'the layers of the {} have no bias', side, line=side)
        raise Fault('the {} has weights of shapes {}; it must have nothing '
                    'but {} layers, each with a kernel and a bias'.format(
                        side, ', '.join(str(w.shape) for w in weights),
                        'convolutional' if rank == 4 else 'fully connected'),
                    side)
    return layers


def paired(solution, side, weights):
    """Pairs weights as layers_of does, for checks that do not judge that

    Raises:
        Unjudged: if there is something else than layers.
    """
    try:
        return layers_of(solution, side, weights)
    except Fault as fault:
        raise Unjudged(str(fault))


def wrong_counts(solution, side, received, expected, sizes):
    """Raises the Fault of wrong numbers of nodes or filters"""
    noun = 'filters' if solution.task == IMAGES else 'nodes'
    latent = sizes[2]
    if solution.task == VARIATIONAL and side == 'encoder':
        for wrong in latent, 2 * latent:
            require(received != expected[:-2] + [wrong], 'the encoder ends '
                    'with one layer of {} nodes; it must end with two of {}, '
                    'for the mean and the log variance', wrong, latent,
                    line=side)
    reason = 'the layers of the {} are wrong'.format(side)
    if len(received) < len(expected):
        reason = 'a layer of the {} is missing, used twice or not known to ' \
            'Keras'.format(side)
    elif len(received) > len(expected):
        reason = 'the {} has a layer too many'.format(side)
    elif side == 'decoder':
        if received[-1] != expected[-1]:
            reason = 'the last layer of the decoder is wrong'
        elif sorted(received) == sorted(expected):
            reason = '{} are not reversed for the decoder'.format(
                solution.parameters[1])
    raise Fault('{}: the layers have {} {}; they must have {}'.format(
        reason, listed(received), noun, listed(expected)), side)


def judge_layers(solution, side, models):
    """Compares the shapes of a model's weights with the exercise's"""
    layers = layers_of(solution, side, getattr(models, side).weights())
    for i, (kernel, bias) in enumerate(layers):
        require(solution.task != IMAGES or kernel.shape[3] == len(bias),
                'convolution {} of the {} is transposed; it must be an '
                'ordinary convolution', i + 1, side, line=side)
    received = [len(bias) for _, bias in layers]
    expected = counts_of(solution.task, side, models.sizes)
    if received != expected:
        wrong_counts(solution, side, received, expected, models.sizes)
    shapes = shapes_of(solution.task, side, models.sizes)
    for i, ((kernel, bias), (wanted, _)) in enumerate(zip(layers, shapes)):
        require(kernel.shape[:-2] in [(), (3, 3)], 'convolution {} of the '
                '{} has kernels of {}; it must be 3x3', i + 1, side,
                'x'.join(map(str, kernel.shape[:-2])), line=side)
        head = (solution.task == VARIATIONAL and side == 'encoder' and
                i == len(layers) - 1)
        require(kernel.shape[-2] == wanted[-2], 'layer {} of the {} is '
                'applied to {} values; it must be applied to {}, those of the '
                'layer before it{}', i + 1, side, kernel.shape[-2], wanted[-2],
                ', as the mean is' if head else '', line=side,
                # The decoder may be right for a wrong encoder.
                unless=() if side == 'encoder' or i else ('encoder-layers',))
        require(not isinstance(bias, Missing), '{} has no bias', name_of(
            solution.task, side, i, len(layers)), line=side)
    judge_start(solution, side, models, layers)


def are_equal(kernel, axis):
    """Tells whether several inputs or nodes have the same weights"""
    return kernel.shape[axis] > 1 and not np.ptp(kernel, axis=axis).any()


def judge_start(solution, side, models, layers):
    """Checks that the weights with which a model begins can learn

    Of few nodes chance may give zeros, so those of the exercise are judged.
    """
    last = side == 'decoder'
    relus = len(layers) - (1 if last else 2 * (solution.task == VARIATIONAL))
    for i, (kernel, bias) in enumerate(layers[:relus]):
        require(kernel.any() or (bias > 0).any(), '{} begins with weights of '
                'zero; with relu it never learns', name_of(
                    solution.task, side, i, len(layers)), line=side,
                takes=LEARNING)
    if models.sizes != EXERCISE[solution.task]:
        return
    for i, ((kernel, bias), (after, _)) in enumerate(zip(
            layers[:relus], layers[1:relus + last])):
        require(not are_equal(kernel, -1) or np.ptp(bias) or not (
            are_equal(after, -1) or are_equal(after, -2)),
                '{} begins with equal weights, as the next layer does; so '
                'its {} learn much the same', name_of(
                    solution.task, side, i, len(layers)),
                'filters' if solution.task == IMAGES else 'nodes', line=side,
                takes=LEARNING)
    steps = steps_for(solution.task, side, relus + last)
    inputs = inputs_for(solution, models.sizes, COUNT, side)
    values, _ = oracle.preactivations(steps, layers, inputs)
    for i, (before, _) in enumerate(values[:relus]):
        require((before > 0).mean() > RARE, '{} begins with weights with '
                'which relu gives zero for nearly all inputs; so it hardly '
                'learns', name_of(solution.task, side, i, len(layers)),
                line=side, takes=LEARNING)
    require(not last or (np.abs(values[-1][0]) < CERTAIN).mean() >
            RARE, 'the decoder begins with outputs so near to 0 or 1 that the '
            'cross-entropy has no gradient', line=side, takes=LEARNING)
    if not last:
        rows = inputs.reshape(COUNT, 28, -1)
        rows[:, :BLACK] = rows[:, -BLACK:] = 0
        values, _ = oracle.preactivations(steps, layers, inputs)
        require((values[0][0] > 0).mean() > RARE, '{} begins with weights '
                'that see little more than the first or last rows of images, '
                'which are mostly black; so it learns slowly', name_of(
                    solution.task, side, 0, len(layers)), line=side)


@check('encoder-layers')
def encoder_layers(solution, found):
    """Checks the encoder's weights"""
    over_sizes(solution, lambda models: judge_layers(
        solution, 'encoder', models))


@check('decoder-layers', after=('encoder-layers',))
def decoder_layers(solution, found):
    """Checks the decoder's weights"""
    over_sizes(solution, lambda models: judge_layers(
        solution, 'decoder', models))


def drawn(solution, models, purpose, scale=SCALE):
    """Draws weights of encoder and decoder, and sets them

    Where there is something else than layers, each weight keeps its sign: it
    may be a variance.

    Returns:
        dict from side to list of arrays.
    """
    weights = {}
    for side in ('encoder', 'decoder'):
        given = getattr(models, side).weights()
        if pairs(given, rank_of(solution)):
            weights[side] = solution.randomise(given, purpose + side, scale)
        else:
            draw = solution.draw(purpose + side)
            weights[side] = [array * draw.uniform(0.5, 1.5, array.shape)
                             for array in given]
    models.set(**weights)
    return weights


def fitting(steps, layers, inputs):
    """Computes a network's output; None where its layers do not fit"""
    try:
        with np.errstate(all='ignore'):
            return oracle.forward(steps, layers, inputs)
    except ValueError:
        return None


def judge_output(solution, side, models, networks):
    """Compares a model's output with the oracle's, with random weights

    Args:
        solution: Solution.
        side: str, encoder or decoder.
        models: Models.
        networks: dict from the layers of models to the network that the file
            has there, right or wrong; that of these models is put into it,
            if it is known.
    """
    model = getattr(models, side)
    inputs = inputs_for(solution, models.sizes, COUNT, side)
    # Also with values so large that what is cut off there shows.
    for scale in (SCALE, LARGE)[:1 + (models is solution.primary)]:
        weights = solution.randomise(model.weights(), side, scale)
        if scale == LARGE:
            # Its inputs are 1 at most; its values must be large as well.
            weights[0] = 4 * weights[0]
        layers = paired(solution, side, weights)
        models.set(**{side: weights})
        received = model.call(inputs)
        require(len(received) == 1, 'the {} puts out {}; it must be one',
                side, plural(len(received), 'value'), line=side)
        received = received[0]
        steps = steps_for(solution.task, side, len(layers))
        expected = fitting(steps, layers, inputs)
        if expected is not None and oracle.close(
                received, expected, max(1, np.abs(expected).max())):
            networks.setdefault(models.layers, steps)
            continue
        cases = [(layers, inputs, received)]
        for number in range(3):
            # With some weights other networks have the same outputs.
            again = solution.randomise(weights, side + str(number), scale)
            models.set(**{side: again})
            cases.append((paired(solution, side, again), inputs,
                          model.one(inputs)))
        models.set(**{side: weights})
        faults, other = oracle.diagnose(steps, cases, solution.deadline)
        if faults:
            networks[models.layers] = other
            # A convolution too many, or too few, without pooling is one
            # fault, which judge_layers finds.
            known = len(layers) != len(counts_of(solution.task, side,
                                                 models.sizes))
            raise_all([Fault(explain(solution.task, side, fault, len(layers)),
                             side) for fault in faults if not (
                known and fault[0] in ('pool', 'up') and fault[2] == 'none')])
            continue
        raise Fault(unexplained(side, received, expected), side,
                    unless=(side + '-layers',))
    if models is solution.primary:
        # Smaller ones lead to outputs that are not near 0 and 1.
        models.set(**{side: solution.randomise(weights, side + 'predict', 1)})
        judge_predict(models, side, inputs, model.one(inputs))


def unexplained(side, received, expected):
    """Words that a model puts out something else than it must"""
    if expected is not None and received.shape != expected.shape:
        return 'the {} puts out shape {} an input; its layers must give ' \
            '{}'.format(side, received.shape[1:], expected.shape[1:])
    if not np.isfinite(received).all():
        return 'the {} puts out infinite values or NaN'.format(side)
    return 'the output of the {} is not what its layers must give{}; they ' \
        'compute something else, or something stands between or after ' \
        'them'.format(side, '' if expected is None else
                      ': it differs by up to {:.2g}'.format(
                          np.abs(received - expected).max()))


@check('encoder-output', tasks=(DENSE, SPARSE, IMAGES),
       after=('encoder-layers', 'decoder-layers'))
def encoder_output(solution, found):
    """Checks the encoder's output; gives its networks, see judge_output"""
    networks = {}
    with finding(networks):
        over_sizes(solution, lambda models: judge_output(
            solution, 'encoder', models, networks))
    return networks


@check('decoder-output', after=FITTING[:-1])
def decoder_output(solution, found):
    """Checks the decoder's output; gives its networks, see judge_output"""
    networks = {}
    with finding(networks):
        over_sizes(solution, lambda models: judge_output(
            solution, 'decoder', models, networks))
    return networks


def judge_shared(models, inputs, weights, unless=()):
    """Checks that auto follows when the weights of one side change"""
    require(not oracle.close(models.auto.one(inputs), inputs), 'auto puts out '
            'its input; it must put out what the decoder makes of it',
            line='auto')
    for side in ('encoder', 'decoder'):
        before = models.auto.one(inputs)
        models.set(**{side: [0.7 * w + 0.1 for w in weights[side]]})
        after = models.auto.one(inputs)
        require(not oracle.close(before, after), 'the weights of auto and {} '
                'are not shared: a change of those of the {} does not change '
                'what auto puts out', side, side, line='auto', unless=unless,
                takes=LEARNING)


def judge_codes(models, inputs, constant, unless=()):
    """Checks that auto puts out the same for inputs that have the same code

    Args:
        models: Models.
        inputs: array.
        constant: list of arrays, with which the encoder puts out that code.
        unless: see Fault.
    """
    models.set(encoder=constant)
    codes, received, again = [model.one(inputs) for model in (
        models.encoder, models.auto, models.auto)]
    require(not oracle.close(codes, codes[::-1]) or
            not oracle.close(received, again) or
            oracle.close(received, received[::-1]), 'auto puts out more than '
            'the decoder makes of the code: where all codes are equal, it '
            'depends on its inputs', line='auto', unless=unless,
            takes=LEARNING)


def judge_predict(models, side, inputs, received):
    """Checks that a model predicts what it puts out when it is called

    Args:
        models: Models.
        side: str, encoder, decoder or auto.
        inputs, received: arrays, what it puts out for what.
    """
    require(oracle.close(
        getattr(models, side).call(inputs, predict=COUNT)[0], received),
        'predict of {} gives something else than calling it does',
        side if side == 'auto' else 'the ' + side, line=side)


def unlike_decoder(unless=()):
    """Makes the Fault where auto computes something of its own"""
    return Fault('auto puts out something else than the decoder does for '
                 'what the encoder puts out', 'auto', unless=unless)


def judge_auto(solution, models):
    """Compares auto with the decoder applied to the encoder"""
    weights = drawn(solution, models, 'auto')
    inputs = inputs_for(solution, models.sizes, COUNT)
    received = models.auto.one(inputs)
    codes = models.encoder.one(inputs)
    if not oracle.close(received, models.decoder.one(codes)):
        judge_shared(models, inputs, weights)
        judge_codes(models, inputs, [
            0 * array for array in weights['encoder']])
        raise unlike_decoder()
    if models is solution.primary:
        with finding(True):
            judge_predict(models, 'auto', inputs, received)


@check('auto-output', tasks=(DENSE, SPARSE, IMAGES), after=FITTING)
def auto_output(solution, found):
    """Checks what auto computes; tells whether training can be judged"""
    over_sizes(solution, lambda models: judge_auto(solution, models), True)
    return True
