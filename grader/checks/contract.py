#!/usr/bin/env python3
"""What autoencoder takes and returns"""

import inspect
import itertools

import numpy as np

from ..registry import DENSE, Fault, IMAGES, SPARSE, check, require
from ..subject import Models, shape_of

# None of them the exercise's, each with hidden layers that no order hides.
SIZES = {
    DENSE: [(21, [13, 8], 5), (10, [6], 4), (12, [5, 9, 7], 3)],
    # Height and width are given back here; with the exercise's layers that
    # takes 4 less than a multiple of 8.
    IMAGES: [((12, 20, 2), [4, 3, 5], (2, 3, 5)),
             ((9, 14, 3), [6, 4], (3, 4, 4)),
             ((4, 12, 1), [2, 5, 3], (1, 2, 3))],
}


def sizes_of(task):
    """Lists the arguments that a task's autoencoder is called with"""
    if task == SPARSE:
        return [sizes + (0.03,) for sizes in SIZES[DENSE]]
    return SIZES.get(task, SIZES[DENSE])


def inputs_for(dims, count):
    """Makes inputs in [0, 1], the ends among them, always the same"""
    random = np.random.RandomState(1)
    return np.clip(1.4 * random.rand(count, *shape_of(dims)) - 0.2, 0, 1)


@check('signature', "autoencoder's arguments are the exercise's")
def signature(subject):
    """Checks the names of the arguments"""
    received = list(inspect.signature(subject.load()).parameters.values())
    count = len(subject.parameters)
    names = tuple(parameter.name for parameter in received)
    require(names[:count] == subject.parameters and
            all(parameter.default is not parameter.empty or
                parameter.kind in (parameter.VAR_POSITIONAL,
                                   parameter.VAR_KEYWORD)
                for parameter in received[count:]),
            'the arguments are ({}); they must be ({})', ', '.join(names),
            ', '.join(subject.parameters))


@check('returns', 'autoencoder returns three models')
def returns(subject):
    """Checks what autoencoder returns"""
    for sizes in sizes_of(subject.task):
        subject.build(*sizes)


def outputs_of(subject, models, sizes):
    """Lists the shapes that the models put out, each called as it must be"""
    shapes = []
    for name, model, dims in zip(Models._fields, models,
                                 (sizes[0], sizes[2], sizes[0])):
        output = subject.call(name, model, inputs_for(dims, 2))
        output = output[0] if isinstance(output, list) else output
        shapes.append(output.shape[1:])
    return shapes


@check('shapes', 'encoder, decoder and auto put out the right shapes')
def shapes(subject):
    """Checks the order of the models and the shapes that they put out"""
    for sizes in sizes_of(subject.task):
        # Whether the decoder of images gives a size back depends on it.
        if subject.task == IMAGES and sizes is SIZES[IMAGES][1]:
            continue
        expected = [shape_of(sizes[i]) for i in (2, 0, 0)]
        models = subject.build(*sizes)
        failure = received = None
        try:
            received = outputs_of(subject, models, sizes)
        except Fault as error:
            failure = error
        if received == expected:
            continue
        for order in itertools.permutations(range(3)):
            again = subject.fresh(*sizes)
            try:
                other = outputs_of(subject, [again[i] for i in order], sizes)
            except Fault:
                continue
            require(other != expected, 'the models are returned in another '
                    'order; it must be encoder, decoder, auto')
        require(failure is None, '{}', failure)
        for name, got, want in zip(Models._fields, received, expected):
            require(got == want, '{} puts out shape {} an input; it must be '
                    '{}', name, got, want)
