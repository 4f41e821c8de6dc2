#!/usr/bin/env python3
"""How a wrong activation, padding, pooling or upsampling is worded"""

from ..registry import DENSE, IMAGES, SPARSE, VARIATIONAL


def name_of(task, side, index, count):
    """Names a layer"""
    if task == IMAGES:
        place = index + 1
        if side == 'decoder' and index >= count - 2:
            place = ('second to last', 'last')[index - count + 2]
            return 'the {} convolution of the decoder'.format(place)
        return 'convolution {} of the {}'.format(place, side)
    heads = {DENSE: ['latent'], SPARSE: ['latent'],
             VARIATIONAL: ['mean', 'log variance']}[task]
    names = ['last'] if side == 'decoder' else heads
    if index >= count - len(names):
        return 'the {} layer of the {}'.format(
            names[index - count + len(names)], side)
    return 'hidden layer {} of the {}'.format(index + 1, side)


def layers_named(task, side):
    """Names all layers of a side that share an activation"""
    if task == IMAGES:
        return 'convolutions of the {}{}'.format(
            side, ' before the last' * (side == 'decoder'))
    hidden = side == 'decoder' or task == VARIATIONAL
    return '{}layers of the {}'.format('hidden ' * hidden, side)


def explain(task, side, fault, count):
    """Words the fault that oracle.diagnose has found

    Args:
        task: int.
        side: str, encoder or decoder.
        fault: tuple, see oracle.alternatives.
        count: int, how many layers the side has.

    Returns:
        str, a sentence.
    """
    kind, index, used, wanted = fault
    if wanted == 'linear':
        wanted = 'None, which is linear'
    if kind == 'activation' and index is None:
        return 'the {} use {}; they must use {}'.format(
            layers_named(task, side), used, wanted)
    if kind == 'hidden':
        return 'the hidden layers of the {} use {}; they must use {}'.format(
            side, used, wanted)
    one = '' if index is None else name_of(task, side, index, count)
    if kind in ('activation', 'padding'):
        return '{} uses {}{}; it must use {}'.format(
            one, used, ' padding' * (kind == 'padding'), wanted)
    return {
        'order': 'in the {}, {} is before a convolution; it must be after it'
                 .format(side, {'pool': 'pooling'}.get(used, 'upsampling')),
        'valid': 'only the second to last convolution of the decoder may '
                 'have valid padding; here all but the last have it',
        'last': 'the last convolution of the decoder is followed by '
                'upsampling; nothing must follow it',
        'pool': 'the encoder has {} pooling{}; it must be max pooling of '
                '(2, 2) with same padding'.format(
                    {'none': 'no', 'strided': 'strides instead of'}.get(
                        used, used), one and ' after ' + one),
        'up': 'the decoder has {} upsampling{}; it must be upsampling of '
              '(2, 2), which repeats values'.format(
                  'no' if used == 'none' else used, one and ' after ' + one),
    }[kind]
