#!/usr/bin/env python3
"""What autoencoder takes and returns, and the sizes that it is judged with"""

import numpy as np

from ..registry import Fault, IMAGES, SPARSE, Unjudged, check, require
from ..solution import SIDES, shape_of, written

# The first are those of the long checks: each layer has a size of its own,
# so that no order hides. Then equal neighbours, one layer, none.
VECTORS = [(21, [13, 8], 5), (12, [6, 6], 3), (10, [6], 4), (8, [], 3)]
# Height and width are given back by the first; with three filters that
# takes 4 less than a multiple of 8.
STACKS = [((12, 20, 2), [4, 3, 5], (2, 3, 5)),
          ((9, 14, 3), [6, 4], (3, 4, 4)),
          ((4, 12, 1), [3, 3, 3], (1, 2, 3)),
          ((8, 6, 1), [4], (4, 3, 4))]
# Halved without a rest: any padding of the pooling does.
EVEN = ((16, 24, 2), [4, 3, 5], (2, 3, 5))
LAMBTHA = 0.03
# Inputs with which losses are judged.
BATCH = 24

# The exercise's own arguments.
EXERCISE = [(784, [128, 64], 32), (784, [128, 64], 32, 10e-6),
            ((28, 28, 1), [16, 8, 8], (4, 4, 8)), (784, [512], 2)]


def drawn_sizes(subject):
    """Draws arguments that no file can know"""
    draw = subject.draw('sizes')
    if subject.task == IMAGES:
        filters = draw.randint(3, 9, 3).tolist()
        height, width = draw.randint(1, 3, 2).tolist()
        return ((8 * height - 4, 8 * width + 4, int(draw.randint(1, 4))),
                filters, (height, width + 1, filters[-1]))
    # More inputs than there are in a batch, and more than two latent
    # dimensions: so that no wrong factor of a loss is a right one.
    sizes = (int(draw.randint(BATCH + 1, 40)),
             draw.randint(4, 15, draw.randint(2, 4)).tolist(),
             int(draw.randint(3, 8)))
    return sizes + (LAMBTHA,) if subject.task == SPARSE else sizes


def sizes_of(subject):
    """Lists the arguments that autoencoder is called with"""
    listed = STACKS if subject.task == IMAGES else VECTORS
    if subject.task == SPARSE:
        listed = [sizes + (LAMBTHA,) for sizes in listed]
    return listed[:1] + EXERCISE[subject.task:][:1] + listed[1:] + [
        drawn_sizes(subject)]


def trained_sizes(subject):
    """Chooses the arguments with which loss and training are judged

    Those that are drawn, if the file has what it must have there; else the
    first with which auto gives back the size of its input.

    Raises:
        Unjudged: if there are none.
    """
    subject.primary
    listed = [drawn_sizes(subject)] + sizes_of(subject)[:2]
    made = []
    for sizes in listed:
        try:
            models = subject.models(sizes)
        except Unjudged:
            continue
        made.append(sizes)
        if 'decoder' in models.steps and {'encoder', 'log_var'} & set(
                models.steps):
            return sizes
    if not made:
        subject.because('returns', 'sizes')
        raise Unjudged('there are no models whose loss could be judged')
    return made[0]


def inputs_for(subject, sizes, count, side='encoder'):
    """Makes inputs in [0, 1], the ends among them"""
    dims = sizes[2 if side == 'decoder' else 0]
    values = subject.draw('inputs').rand(count, *shape_of(dims))
    # As the servant has them, to the last digit.
    return np.clip(1.4 * values - 0.2, 0, 1).astype(
        'float32').astype('float64')


def over_sizes(subject, judge):
    """Judges the models of all sizes that can be made

    Where a fault is not there with the first sizes, its sentence says with
    which it is.

    Args:
        subject: Subject.
        judge: function of Models, which raises a Fault.
    """
    primary = subject.primary
    judge(primary)
    for sizes in sizes_of(subject):
        try:
            models = subject.models(sizes)
        except Unjudged:
            # The check `sizes` says so.
            continue
        if models is not primary:
            try:
                judge(models)
            except Fault as fault:
                raise Fault('{} ({})'.format(fault, written(sizes)),
                            fault.line)


@check('name')
def name(subject):
    """Checks the name of the function"""
    # An empty function has no models, and its name is worth nothing.
    subject.primary
    received = subject.function()[0]
    require(received == 'autoencoder', 'the function is called {}; it must '
            'be called autoencoder', received, line='def')


@check('order')
def order(subject):
    """Checks the order of the models"""
    subject.primary
    names = [SIDES[subject.order.index(at)] for at in range(3)]
    require(names == list(SIDES), 'the models are returned in another order: '
            '{}; it must be encoder, decoder, auto', ', '.join(names),
            line='return')


@check('list')
def arguments(subject):
    """Checks that the caller's list is left alone"""
    sizes = subject.primary.sizes
    answer = subject.build(sizes, number=1)[0]
    if answer.get('changed'):
        outcome = ''
        try:
            again = subject.build(sizes, again=True)[1]
            # Not weights(), which demands the same shapes.
            shapes = [[w.shape for w in model.ask('weights', 'get_weights()')]
                      for made in (subject.primary, again)
                      for model in (made.encoder, made.decoder)]
            if shapes[:2] != shapes[2:]:
                outcome = ', so that a second call makes other models'
        except Fault:
            outcome = ', so that a second call fails'
        raise Fault("the caller's list {} becomes {}{}; it must be left "
                    'alone'.format(sizes[1], answer['changed'], outcome),
                    'list')


@check('signature', about=('name',))
def signature(subject):
    """Advises on the names of the arguments: mains call by position"""
    received = subject.function()[1]
    names = tuple(name for name, _ in received)
    count = len(subject.parameters)
    require(names[:count] == subject.parameters and all(
        optional for _, optional in received[count:]),
            'the arguments are ({}); the exercise calls them ({})',
            ', '.join(names), ', '.join(subject.parameters))
