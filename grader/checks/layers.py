#!/usr/bin/env python3
"""The layers: their weights, what they compute, and that they are shared"""

import itertools

import numpy as np

from .. import oracle
from ..registry import (DENSE, Fault, IMAGES, SPARSE, Unjudged, VARIATIONAL,
                        check, plural, require)
from ..solution import shape_of
from .contract import inputs_for, over_sizes

COUNT = 12
# Values of both signs before every activation, none so large that it ends.
SCALE = 1.5


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


def layers_of(subject, side, weights):
    """Pairs a model's weights to layers, each a kernel and a bias"""
    rank = 4 if subject.task == IMAGES else 2
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


def paired(subject, side, weights):
    """Pairs weights as layers_of does, for checks that do not judge that

    Raises:
        Unjudged: if there is something else than layers.
    """
    try:
        return layers_of(subject, side, weights)
    except Fault as fault:
        raise Unjudged(str(fault))


def counts_of(subject, side, sizes):
    """Lists the nodes or filters that the layers of a side must have"""
    dims, hidden, latent = sizes[:3]
    if subject.task == IMAGES:
        return hidden if side == 'encoder' else hidden[::-1] + [
            dims[-1]]
    if side == 'decoder':
        return hidden[::-1] + [dims]
    return hidden + [latent] * (2 if subject.task == VARIATIONAL else 1)


def listed(numbers):
    """Writes a list of numbers"""
    return ', '.join(map(str, numbers))


def wrong_counts(subject, side, received, expected, sizes):
    """Says what is wrong with the numbers of nodes or filters"""
    noun = 'filters' if subject.task == IMAGES else 'nodes'
    latent = sizes[2]
    if subject.task == VARIATIONAL and side == 'encoder':
        for wrong in latent, 2 * latent:
            require(received != expected[:-2] + [wrong], 'the encoder ends '
                    'with one layer of {} nodes; it must end with two of {}, '
                    'for the mean and the log variance', wrong, latent,
                    line=side)
    reason = 'the layers of the {} are wrong'.format(side)
    if len(received) < len(expected):
        reason = 'a layer of the {} is missing'.format(side)
    elif len(received) > len(expected):
        reason = 'the {} has a layer too many'.format(side)
    elif side == 'decoder':
        if received[-1] != expected[-1]:
            reason = 'the last layer of the decoder is wrong'
        elif sorted(received) == sorted(expected):
            reason = '{} are not reversed for the decoder'.format(
                subject.parameters[1])
    raise Fault('{}: they have {} {}; they must have {}'.format(
        reason, listed(received), noun, listed(expected)), side)


def shapes_of(subject, side, sizes):
    """Lists the shapes of kernel and bias that the layers of a side must have

    Returns:
        list of pairs of tuples.
    """
    counts = list(counts_of(subject, side, sizes))
    first = shape_of(sizes[2] if side == 'decoder' else sizes[0])[-1]
    sources = [first] + counts[:-1]
    if subject.task == VARIATIONAL and side == 'encoder':
        sources[-1] = sources[-2]
    window = (3, 3) if subject.task == IMAGES else ()
    return [(window + (source, count), (count,))
            for source, count in zip(sources, counts)]


def arrange(subject, side, models):
    """Finds the order of a model's weights where it is not that of the layers

    A model of one's own class has them in the order in which it makes its
    layers, not in which it applies them; a layer of one's own class may make
    its bias first. What is found is kept as models.places.
    """
    model = getattr(models, side)
    given = randomise(subject, model.weights(), 'arrange ' + side)
    wanted = shapes_of(subject, side, models.sizes)
    places = [sorted(pair, key=lambda at: -given[at].ndim) for pair in zip(
        range(0, len(given), 2), range(1, len(given), 2))]
    shapes = [tuple(given[at].shape for at in pair) for pair in places]
    if (len(given) % 2 or sorted(shapes) != sorted(wanted) or
            [w.shape for w in given] == sum(wanted, ())):
        return
    orders = [order for order in itertools.permutations(places)
              if [tuple(given[at].shape for at in pair)
                  for pair in order] == wanted]
    inputs = inputs_for(subject, models.sizes, COUNT, side)
    models.set(**{side: given})
    received = model.call(inputs) if orders[1:] else []
    steps = steps_for(subject, side, len(wanted))
    if subject.task == VARIATIONAL and side == 'encoder':
        # One head: which of two of the same shapes it is, is found later.
        steps = steps[:-2] + [('dense', len(wanted) - 1, 'linear')]

    def fits(order):
        """Tells whether the layers give an output in this order"""
        expected = oracle.forward(steps, [
            [given[at] for at in pair] for pair in order], inputs)
        return any(oracle.close(one, expected) for one in received)
    models.places[side] = sum(map(list, next(filter(fits, orders),
                                             orders[0])), [])


def judge_layers(subject, side, models):
    """Compares the shapes of a model's weights with the exercise's"""
    arrange(subject, side, models)
    sizes = models.sizes
    layers = layers_of(subject, side, getattr(models, side).weights())
    expected = list(counts_of(subject, side, sizes))
    if subject.task == IMAGES:
        for i, (kernel, bias) in enumerate(layers):
            require(kernel.shape[3] == len(bias), 'convolution {} of the {} '
                    'is transposed; it must be an ordinary convolution',
                    i + 1, side, line=side)
    received = [len(bias) for _, bias in layers]
    if received != expected:
        wrong_counts(subject, side, received, expected, sizes)
    first = sizes[2] if side == 'decoder' else sizes[0]
    before = first[-1] if subject.task == IMAGES else first
    for i, (kernel, bias) in enumerate(layers):
        require(kernel.shape[:-2] in [(), (3, 3)], 'convolution {} of the '
                '{} has kernels of {}; it must be 3x3', i + 1, side,
                'x'.join(map(str, kernel.shape[:-2])), line=side)
        last = (subject.task == VARIATIONAL and side == 'encoder' and
                i == len(layers) - 1)
        inputs = (len(layers[i - 2][1]) if i > 1 else sizes[0]) if last \
            else before
        if side == 'decoder' and not i and kernel.shape[-2] != inputs:
            # For a latent representation of the encoder's own size.
            subject.because('encoder-layers')
        require(kernel.shape[-2] == inputs, 'layer {} of the {} is applied '
                'to {} values; it must be applied to {}, those of the layer '
                'before it{}', i + 1, side, kernel.shape[-2], inputs,
                ', as the mean is' if last else '', line=side)
        before = len(bias)


@check('encoder-layers')
def encoder_layers(subject):
    """Checks the encoder's weights"""
    over_sizes(subject, lambda models: judge_layers(
        subject, 'encoder', models))


@check('decoder-layers')
def decoder_layers(subject):
    """Checks the decoder's weights"""
    over_sizes(subject, lambda models: judge_layers(
        subject, 'decoder', models))


def randomise(subject, weights, purpose, scale=SCALE):
    """Draws weights, with values of both signs everywhere

    Args:
        subject: Subject.
        weights: list of arrays, whose shapes they have.
        purpose: str, for which others are drawn than for another.
        scale: float, how large kernels are.

    Returns:
        list of arrays.
    """
    random = subject.draw(purpose)
    return [np.array(random.randn(*w.shape) * (
        scale / np.sqrt(np.prod(w.shape[:-1])) if w.ndim > 1 else 0.4
    ), 'float32').astype('float64') for w in weights]


def drawn(subject, models, purpose, scale=SCALE):
    """Draws weights of encoder and decoder, and sets them

    Returns:
        dict from side to list of arrays.

    Raises:
        Unjudged: if a side has something else than layers.
    """
    weights = {}
    for side in ('encoder', 'decoder'):
        given = getattr(models, side).weights()
        paired(subject, side, given)
        weights[side] = randomise(subject, given, purpose + side, scale)
    models.set(**weights)
    return weights


def name_of(subject, side, index, count):
    """Names a layer"""
    if subject.task == IMAGES:
        place = index + 1
        if side == 'decoder' and index >= count - 2:
            place = ('second to last', 'last')[index - count + 2]
            return 'the {} convolution of the decoder'.format(place)
        return 'convolution {} of the {}'.format(place, side)
    heads = {DENSE: ['latent'], SPARSE: ['latent'],
             VARIATIONAL: ['mean', 'log variance']}[subject.task]
    names = ['last'] if side == 'decoder' else heads
    if index >= count - len(names):
        return 'the {} layer of the {}'.format(
            names[index - count + len(names)], side)
    return 'hidden layer {} of the {}'.format(index + 1, side)


def explain(subject, side, fault, count):
    """Turns the fault that oracle.diagnose found into a sentence"""
    kind, index, used, wanted = fault
    if wanted == 'linear':
        wanted = 'None, which is linear'
    if kind == 'activation' and index is None:
        return 'the {} of the {}{} use {}; they must use {}'.format(
            'convolutions' if subject.task == IMAGES else 'hidden layers'
            if side == 'decoder' or subject.task == VARIATIONAL else 'layers',
            side, ' before the last'
            if subject.task == IMAGES and side == 'decoder' else '',
            used, wanted)
    if kind in ('activation', 'padding'):
        return '{} uses {}{}; it must use {}'.format(
            name_of(subject, side, index, count), used,
            ' padding' if kind == 'padding' else '', wanted)
    after = '' if index is None else ' after ' + name_of(
        subject, side, index, count)
    if kind == 'order':
        return 'in the {}, {} is before a convolution; it must be after ' \
            'it'.format(side, {'pool': 'pooling', 'up': 'upsampling'}[used])
    return {
        'valid': 'only the second to last convolution of the decoder may '
                 'have valid padding; here all but the last have it',
        'last': 'the last convolution of the decoder is followed by '
                'upsampling; nothing must follow it',
        'pool': 'the encoder has {} pooling{}; it must be max pooling of '
                '(2, 2) with same padding'.format(
                    {'none': 'no', 'strided': 'strides instead of'}.get(
                        used, used), after),
        'up': 'the decoder has {} upsampling{}; it must be upsampling of '
              '(2, 2), which repeats values'.format(
                  'no' if used == 'none' else used, after),
    }[kind]


def steps_for(subject, side, count):
    """Makes the network that a side of so many layers must be"""
    if subject.task == IMAGES:
        return (oracle.encoder_of_images(count) if side == 'encoder' else
                oracle.decoder_of_images(count - 1))
    last = 'relu' if side == 'encoder' else 'sigmoid'
    return oracle.dense_network(['relu'] * (count - 1) + [last])


def fitting(steps, layers, inputs):
    """Computes a network's output; None where its layers do not fit"""
    try:
        with np.errstate(all='ignore'):
            return oracle.forward(steps, layers, inputs)
    except ValueError:
        return None


def judge_output(subject, side, models):
    """Compares a model's output with the oracle's, with random weights

    What the file has there, right or wrong, is kept as models.steps.
    """
    model = getattr(models, side)
    weights = randomise(subject, model.weights(), side)
    layers = paired(subject, side, weights)
    models.set(**{side: weights})
    inputs = inputs_for(subject, models.sizes, COUNT, side)
    received = model.call(inputs)
    require(len(received) == 1, 'the {} puts out {}; it must be one', side,
            plural(len(received), 'value'), line=side)
    received = received[0]
    steps = steps_for(subject, side, len(layers))
    expected = fitting(steps, layers, inputs)
    if expected is not None and oracle.close(received, expected):
        models.steps.setdefault(side, steps)
        return
    fault, other = oracle.diagnose(steps, layers, inputs, received,
                                   subject.deadline)
    if fault:
        models.steps.setdefault(side, other)
        raise Fault(explain(subject, side, fault, len(layers)), side)
    subject.because(side + '-layers')
    require(expected is None or received.shape == expected.shape,
            'the {} puts out shape {} an input; its layers must give {}',
            side, received.shape[1:], expected is not None and
            expected.shape[1:], line=side)
    require(np.isfinite(received).all(), 'the {} puts out infinite values or '
            'NaN', side, line=side)
    raise Fault('the output of the {} is not what its weights give with the '
                'activations of the exercise: it differs by up to {:.2g}'
                .format(side, np.abs(received - expected).max()
                        if expected is not None else np.inf), side)


@check('encoder-output', tasks=(DENSE, SPARSE, IMAGES))
def encoder_output(subject):
    """Checks the encoder's output"""
    over_sizes(subject, lambda models: judge_output(
        subject, 'encoder', models))


@check('decoder-output')
def decoder_output(subject):
    """Checks the decoder's output"""
    over_sizes(subject, lambda models: judge_output(
        subject, 'decoder', models))


def judge_shared(models, inputs, weights):
    """Checks that auto follows when the weights of one side change"""
    for side in ('encoder', 'decoder'):
        before = models.auto.one(inputs)
        models.set(**{side: [0.7 * w + 0.1 for w in weights[side]]})
        after = models.auto.one(inputs)
        require(not oracle.close(before, after), 'the weights of auto and {} '
                'are not shared: a change of those of the {} does not change '
                'what auto puts out', side, side, line='auto')


def judge_auto(subject, models):
    """Compares auto with the decoder applied to the encoder"""
    weights = drawn(subject, models, 'auto')
    inputs = inputs_for(subject, models.sizes, COUNT)
    received = models.auto.one(inputs)
    codes = models.encoder.one(inputs)
    if oracle.close(received, models.decoder.one(codes)):
        return
    subject.fed = None
    judge_shared(models, inputs, weights)
    raise Fault('auto puts out something else than the decoder does for '
                'what the encoder puts out', 'auto')


@check('auto-output', tasks=(DENSE, SPARSE, IMAGES))
def auto_output(subject):
    """Checks what auto computes"""
    over_sizes(subject, lambda models: judge_auto(subject, models))
