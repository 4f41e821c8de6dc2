#!/usr/bin/env python3
"""The layers: their weights, what they compute, and that they are shared"""

import numpy as np

from .. import oracle
from ..registry import (DENSE, Fault, IMAGES, SPARSE, VARIATIONAL, check,
                        plural, require)
from ..subject import written
from .contract import inputs_for, sizes_of

# Sizes that are halved without a rest: any padding of the pooling does.
EVEN = ((16, 24, 2), [4, 3, 5], (2, 3, 5))


def build(subject, sizes):
    """Builds the models; where layers do not fit together, says why"""
    try:
        return subject.build(*sizes)
    except Fault as fault:
        if subject.task != IMAGES or 'raised ValueError' not in str(fault):
            raise
        try:
            subject.build(*EVEN)
        except Fault:
            raise Fault('{} fails, for layers do not fit together: only the '
                        'second to last convolution of the decoder may have '
                        'valid padding'.format(written(sizes)))
        raise Fault('{} fails, but {} does not: max pooling must have same '
                    'padding, which rounds up where a size is odd'.format(
                        written(sizes), written(EVEN)))


def pairs(weights, rank):
    """Pairs kernels with biases; None where there is something else"""
    layers = list(zip(weights[::2], weights[1::2]))
    if len(weights) % 2 == 0 and all(
            kernel.ndim == rank and bias.ndim == 1 for kernel, bias in layers):
        return layers
    return None


def layers_of(subject, side, model):
    """Reads a model's layers, each a kernel and a bias"""
    rank = 4 if subject.task == IMAGES else 2
    weights = model.get_weights()
    layers = pairs(weights, rank)
    if layers is None:
        require([w.ndim for w in weights] != [rank] * len(weights),
                'the layers of the {} have no bias', side)
        raise Fault('the {} has weights of shapes {}; it must have nothing '
                    'but {} layers, each with a kernel and a bias'.format(
                        side, ', '.join(str(w.shape) for w in weights),
                        'convolutional' if rank == 4 else 'fully connected'))
    return layers


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
                    'for the mean and the log variance', wrong, latent)
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
        reason, listed(received), noun, listed(expected)))


def judge_layers(subject, side, sizes):
    """Compares the shapes of a model's weights with the exercise's"""
    model = getattr(build(subject, sizes), side)
    layers = layers_of(subject, side, model)
    expected = list(counts_of(subject, side, sizes))
    if subject.task == IMAGES:
        for i, (kernel, bias) in enumerate(layers):
            require(kernel.shape[3] == len(bias), 'convolution {} of the {} '
                    'is transposed; it must be an ordinary convolution',
                    i + 1, side)
    received = [len(bias) for _, bias in layers]
    if received != expected:
        wrong_counts(subject, side, received, expected, sizes)
    first = sizes[2] if side == 'decoder' else sizes[0]
    before = first[-1] if subject.task == IMAGES else first
    for i, (kernel, bias) in enumerate(layers):
        require(kernel.shape[:-2] in [(), (3, 3)], 'convolution {} of the '
                '{} has kernels of {}; it must be 3x3', i + 1, side,
                'x'.join(map(str, kernel.shape[:-2])))
        last = (subject.task == VARIATIONAL and side == 'encoder' and
                i == len(layers) - 1)
        inputs = len(layers[i - 2][1]) if last and i > 1 else before
        require(kernel.shape[-2] == inputs, 'layer {} of the {} is applied '
                'to {} values; it must be applied to {}, those of the layer '
                'before it{}', i + 1, side, kernel.shape[-2], inputs,
                ', as the mean is' if last else '')
        before = len(bias)


@check('encoder-layers', 'the encoder has the layers of the exercise')
def encoder_layers(subject):
    """Checks the encoder's weights"""
    for sizes in sizes_of(subject.task):
        judge_layers(subject, 'encoder', sizes)


@check('decoder-layers', 'the decoder has them in reverse, then the last')
def decoder_layers(subject):
    """Checks the decoder's weights"""
    for sizes in sizes_of(subject.task):
        judge_layers(subject, 'decoder', sizes)


def randomise(model, seed, scale=1.5):
    """Gives a model random weights, with values of both signs everywhere"""
    random = np.random.RandomState(seed)
    model.set_weights([
        random.randn(*w.shape) * (scale / np.sqrt(np.prod(w.shape[:-1]))
                                  if w.ndim > 1 else 0.4)
        for w in model.get_weights()])


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
    if kind == 'order':
        return 'in the {}, {} is before a convolution; it must be after ' \
            'it'.format(side, {'pool': 'pooling', 'up': 'upsampling'}[used])
    return {
        'last': 'the last convolution of the decoder is followed by '
                'upsampling; nothing must follow it',
        'pool': 'the encoder has {} pooling; it must be max pooling of '
                '(2, 2) with same padding'.format(
                    {'none': 'no', 'strided': 'strides instead of'}.get(
                        used, used)),
        'up': 'the decoder has {} upsampling; it must be upsampling of '
              '(2, 2), which repeats values'.format(
                  'no' if used == 'none' else used),
    }[kind]


def compare(subject, side, steps, layers, inputs, received):
    """Compares an output with the oracle's; raises a Fault that says why"""
    expected = oracle.forward(steps, layers, inputs)
    if oracle.close(received, expected):
        return
    fault = oracle.diagnose(steps, layers, inputs, received)
    require(not fault, '{}', fault and explain(subject, side, fault,
                                               len(layers)))
    require(received.shape == expected.shape, 'the {} puts out shape {} an '
            'input; its layers must give {}', side, received.shape[1:],
            expected.shape[1:])
    raise Fault('the output of the {} differs by up to {:.2g} from what its '
                'weights give with the activations of the exercise'.format(
                    side, np.abs(received - expected).max()))


def judge_output(subject, side, sizes, steps_for):
    """Compares a model's output with the oracle's, with random weights"""
    model = getattr(build(subject, sizes), side)
    randomise(model, 2)
    layers = layers_of(subject, side, model)
    inputs = inputs_for(sizes[0 if side == 'encoder' else 2], 12)
    received = subject.call('the ' + side, model, inputs)
    require(not isinstance(received, list), 'the {} puts out {}; it must be '
            'one', side, plural(len(received), 'value'))
    compare(subject, side, steps_for(len(layers)), layers, inputs, received)


@check('encoder-output', 'the encoder computes what the exercise says',
       tasks=(DENSE, SPARSE, IMAGES), needs=('encoder-layers',))
def encoder_output(subject):
    """Checks the encoder's output"""
    for sizes in sizes_of(subject.task):
        judge_output(subject, 'encoder', sizes, oracle.encoder_of_images
                     if subject.task == IMAGES else
                     lambda count: oracle.dense_network(['relu'] * count))


def dense_decoder(count):
    """Makes the steps of the decoder of fully connected layers"""
    return oracle.dense_network(['relu'] * (count - 1) + ['sigmoid'])


@check('decoder-output', 'the decoder computes what the exercise says',
       needs=('decoder-layers',))
def decoder_output(subject):
    """Checks the decoder's output"""
    for sizes in sizes_of(subject.task):
        judge_output(subject, 'decoder', sizes,
                     (lambda count: oracle.decoder_of_images(count - 1))
                     if subject.task == IMAGES else dense_decoder)


def heads_of(subject, models, sizes, seed=3):
    """Finds which layers of a variational encoder are mean and log variance

    The encoder gets random weights. Its three outputs are compared with
    what its last two layers give; the sample tells which of the two is the
    mean, so the order of the layers is the file's own affair.

    Returns:
        dict of int: which layer is 'mean' and which 'log variance'.
    """
    encoder = models.encoder
    randomise(encoder, seed)
    layers = layers_of(subject, 'encoder', encoder)
    inputs = inputs_for(sizes[0], 4000)
    outputs = subject.call('the encoder', encoder, inputs)
    wanted = 'it must put out the latent representation, the mean and the ' \
             'log variance'
    require(isinstance(outputs, list) and len(outputs) == 3,
            'the encoder puts out {}; {}', plural(
                len(outputs) if isinstance(outputs, list) else 1, 'value'),
            wanted)
    trunk = len(layers) - 2
    values = []
    for head in (trunk, trunk + 1):
        steps = oracle.dense_network(['relu'] * trunk + ['linear'])
        values.append(oracle.forward(
            steps, layers[:trunk] + [layers[head]], inputs))
    found = [next((i for i in (0, 1) if oracle.close(o, values[i])), None)
             for o in outputs]
    if sorted(found[1:], key=str) == [0, 1]:
        sample, mean, log_var = outputs
        straight, swapped = [
            oracle.normal_distance((sample - a) / np.exp(b / 2))
            for a, b in ((mean, log_var), (log_var, mean))]
        require(straight < oracle.SURE or swapped > oracle.SURE, 'the '
                'encoder puts out the log variance before the mean; {}',
                wanted)
        return {'mean': trunk + found[1], 'log variance': trunk + found[2]}
    require(found[1] is None or found[1] != found[2], 'the encoder puts out '
            'the same values as mean and as log variance')
    require(0 not in found or 1 not in found, 'the outputs of the encoder '
            'are in another order; {}', wanted)
    for i, head in ((1, 'mean'), (2, 'log variance')):
        for at in (trunk, trunk + 1) if found[i] is None else ():
            fault = oracle.diagnose(
                oracle.dense_network(['relu'] * trunk + ['linear']),
                layers[:trunk] + [layers[at]], inputs[:100],
                outputs[i][:100])
            if fault:
                kind, index, used, right = fault
                if index == trunk or right == 'linear':
                    index = trunk + (head == 'log variance')
                raise Fault(explain(subject, 'encoder',
                                    (kind, index, used, right), trunk + 2))
    raise Fault('mean and log variance are not what the last two layers of '
                'the encoder give without an activation')


@check('encoder-output', 'the encoder puts out sample, mean, log variance',
       tasks=(VARIATIONAL,), needs=('encoder-layers',))
def encoder_outputs(subject):
    """Checks the encoder's mean and log variance"""
    for sizes in sizes_of(subject.task):
        heads_of(subject, build(subject, sizes), sizes)


def silence(subject, models, sizes):
    """Gives the encoder random weights but next to no deviation"""
    heads = heads_of(subject, models, sizes)
    weights = models.encoder.get_weights()
    at = 2 * heads['log variance']
    weights[at] = 0 * weights[at]
    weights[at + 1] = 0 * weights[at + 1] - 40
    models.encoder.set_weights(weights)


def composed(subject, models, inputs):
    """Computes the decoder's output for the encoder's, step by step"""
    codes = subject.call('the encoder', models.encoder, inputs)
    if subject.task == VARIATIONAL:
        codes = codes[1]
    return subject.call('the decoder', models.decoder, codes)


def judge_shared(subject, models, inputs, side):
    """Checks that auto follows when the weights of one side change"""
    before = subject.call('auto', models.auto, inputs)
    model = getattr(models, side)
    model.set_weights([0.7 * w + 0.1 for w in model.get_weights()])
    after = subject.call('auto', models.auto, inputs)
    require(not oracle.close(before, after), 'the weights of {} and {} are '
            'not shared: a change of those of {} does not change what auto '
            'puts out', 'auto', side, side)


@check('auto-output', 'auto is the decoder applied to the encoder',
       tasks=(DENSE, SPARSE, IMAGES))
def auto_output(subject):
    """Checks what auto computes"""
    for sizes in sizes_of(subject.task):
        judge_auto(subject, sizes, randomise_both)


def randomise_both(subject, models, sizes):
    """Gives the encoder and the decoder random weights"""
    randomise(models.encoder, 3)
    randomise(models.decoder, 4)


def judge_auto(subject, sizes, prepare):
    """Compares auto with the decoder applied to the encoder"""
    models = build(subject, sizes)
    inputs = inputs_for(sizes[0], 12)
    prepare(subject, models, sizes)
    received = subject.call('auto', models.auto, inputs)
    if oracle.close(received, composed(subject, models, inputs)):
        return
    for side in ('encoder', 'decoder'):
        judge_shared(subject, models, inputs, side)
    raise Fault('auto puts out something else than the decoder does for '
                'what the encoder puts out')


@check('auto-output', 'auto is the decoder applied to the encoder',
       tasks=(VARIATIONAL,), needs=('encoder-output',))
def auto_of_mean(subject):
    """Checks what auto computes where the sample is the mean"""
    for sizes in sizes_of(subject.task):
        def prepare(subject, models, sizes):
            """Makes the sample equal to the mean"""
            silence(subject, models, sizes)
            randomise(models.decoder, 4)
        judge_auto(subject, sizes, prepare)
