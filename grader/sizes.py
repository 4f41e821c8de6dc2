#!/usr/bin/env python3
"""The arguments that autoencoder is called with, and inputs for its models"""

import contextlib

import numpy as np

from .registry import Fault, IMAGES, SPARSE, Unjudged, finding
from .wording import written

# Every layer of the first has another size, so that a wrong order shows; the
# long checks use it. Then four equal layers, one layer.
VECTORS = [(21, [13, 8], 5), (12, [6, 6, 6, 6], 3), (10, [6], 4)]
# Of no layers the exercise says nothing.
NO_LAYERS = (8, [], 3)
# auto gives height and width back for the first: with three filters these must
# be 4 less than a multiple of 8.
STACKS = [((12, 20, 2), [4, 3, 5], (2, 3, 5)),
          ((9, 14, 3), [6, 4], (3, 4, 4)),
          ((12, 28, 1), [3, 3, 3, 3], (1, 2, 3)),
          ((10, 8, 1), [4], (5, 4, 4))]
# Here height and width are even at every pooling, so that its padding does
# not matter.
EVEN = ((16, 24, 2), [4, 3, 5], (2, 3, 5))
LAMBTHA = 0.03
# How many inputs losses are judged with: a prime, for the batch divided by the
# latent dimensions must be no factor that people write.
BATCH = 23
# The exercise's batch.
WHOLE = 256

# The exercise's own arguments.
EXERCISE = [(784, [128, 64], 32), (784, [128, 64], 32, 10e-6),
            ((28, 28, 1), [16, 8, 8], (4, 4, 8)), (784, [512], 2)]


def shape_of(dims):
    """Makes a shape of one of the exercise's dims: an integer or a tuple"""
    return tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)


def drawn_sizes(solution):
    """Draws arguments that no file can know beforehand

    Always three layers: two equal neighbours, then a larger one, so that to
    sort them is not to reverse them.
    """
    draw = solution.draw('sizes')
    images = solution.task == IMAGES
    low, high = sorted(draw.permutation(
        range(3, 9) if images else range(4, 15))[:2].tolist())
    layers = [low, low, high]
    if images:
        filters = layers
        height, width = draw.randint(1, 3, 2).tolist()
        return ((8 * height - 4, 8 * width + 4, int(draw.randint(1, 4))),
                filters, (height, width + 1, filters[-1]))
    # More inputs than a batch has, and more than two latent dimensions: then
    # a loss with a wrong factor never has the right value by chance. And an
    # average over these is not the same as a factor that people write.
    sizes = (int(draw.randint(BATCH + 2, 40)),
             layers, int(draw.choice((3, 6, 7))))
    return sizes + (LAMBTHA,) if solution.task == SPARSE else sizes


def sizes_of(solution):
    """Lists the arguments that autoencoder is called with"""
    listed = STACKS if solution.task == IMAGES else VECTORS
    if solution.task == SPARSE:
        listed = [sizes + (LAMBTHA,) for sizes in listed]
    return listed[:1] + EXERCISE[solution.task:][:1] + listed[1:] + [
        drawn_sizes(solution)]


def possible_sizes(solution):
    """Lists arguments of which a file with valid pooling knows some, too"""
    return sizes_of(solution) + [EVEN] * (solution.task == IMAGES)


def trained_sizes(solution, *networks):
    """Chooses the arguments with which loss and training are judged

    Those that are drawn, if auto gives back as many values as it takes there
    and all networks are known; else the first others of which that is true.

    Args:
        solution: Solution.
        *networks: dicts that the checks of outputs have found, or None.

    Raises:
        Unjudged: if no models can be made.
    """
    made = []
    for sizes in [drawn_sizes(solution)] + possible_sizes(solution):
        with contextlib.suppress(Unjudged):
            models = solution.models(sizes)
            made.append((
                shape_of(sizes[0])[-1:] not in models.shapes['decoder'],
                not all(found and models.layers in found
                        for found in networks), len(made), sizes))
    if not made:
        solution.primary
        raise Unjudged('there are no models whose loss could be judged',
                       by=('returns', 'sizes'))
    return min(made)[-1]


def inputs_for(solution, sizes, count, side='encoder'):
    """Makes inputs in [0, 1], the ends among them"""
    dims = sizes[2 if side == 'decoder' else 0]
    return values_like_inputs(solution, (count,) + shape_of(dims))


def dark_inputs(solution, sizes, count):
    """Makes inputs for loss and fit, most of them near 0, as pixels are

    A quarter is 0 in all of them, as the edges of digits are, and three
    quarters in most of them. With `bright` outputs, another loss does not have
    at some values what it lacks at others.
    """
    values = np.square(inputs_for(solution, sizes, count)).astype(
        'float32').astype('float64')
    pixels = values.reshape(count, -1)
    pixels[:, ::4] = 0
    for place in (1, 2):
        pixels[:count - count // 4, place::4] = 0
    return values


def bright(bias):
    """Makes a last bias that leads to outputs near 1, see dark_inputs"""
    return (1 + np.abs(bias)).astype('float32').astype('float64')


def values_like_inputs(solution, shape):
    """Makes values in [0, 1], the ends among them

    Each image is darker than the one before.
    """
    values = np.clip(1.4 * solution.draw('inputs').rand(*shape) - 0.2, 0, 1)
    values *= np.linspace(1, 0.1, len(values)).reshape(
        (-1,) + (1,) * (values.ndim - 1))
    # Rounded as they are sent, so that the oracle has the same.
    return values.astype('float32').astype('float64')


def over_sizes(solution, judge, found=None):
    """Judges the models of all sizes that can be made

    Where a fault is not there with the first sizes, its sentence says with
    which it is.

    Args:
        solution: Solution.
        judge: function of Models, which raises a Fault.
        found: what is known once the first sizes are judged, see finding.
    """
    primary = solution.primary
    judge(primary)
    with finding(found):
        for sizes in sizes_of(solution):
            try:
                models = solution.models(sizes)
            except Unjudged:
                # The check `sizes` says so.
                continue
            if models is not primary:
                try:
                    judge(models)
                except Fault as fault:
                    fault.args = '{} ({})'.format(fault, written(sizes)),
                    raise
