#!/usr/bin/env python3
"""What the exercise does not say, but what good files have: never scored

Some of it is what a file says of itself, which counts for nothing else.
"""

import re

from .. import oracle
from ..models import SIDES
from ..registry import (DENSE, Fault, IMAGES, SPARSE, VARIATIONAL, check,
                        require)
from ..sizes import LAMBTHA, NO_LAYERS, inputs_for
from ..wording import without_hint, written

# What is no number of nodes, of each kind one.
NO_SIZES = (0, -1, 2.5, True, None, '3')
NO_LISTS = (5, '5', None, [0], [-2, 3], [2.5], [None])


@check('scalar', advice=True)
def scalar(solution, found):
    """Advises on what evaluate returns"""
    models = solution.primary
    _, count = models.evaluate(inputs_for(solution, models.sizes, 2))
    require(count == 1, 'auto.evaluate returns {} values; without metrics it '
            'returns one, the loss', count)


@check('names', advice=True)
def names(solution, found):
    """Advises on the names of the models"""
    received = solution.primary.tell()['names']
    require(not any(re.match(r'(model|functional|sequential)(_\d+)?$', name)
                    for name in received) and len(set(received)) == 3,
            'the models are called {}; names such as encoder, decoder and '
            'autoencoder read better', ', '.join(received))


@check('quiet', advice=True)
def quiet(solution, found):
    """Advises on what is printed"""
    require(not solution.primary.tell()['printed'], 'the file or autoencoder '
            'prints something; only a main should')


@check('folder', advice=True)
def folder(solution, found):
    """Advises on the working directory"""
    require(not solution.primary.tell()['moved'], 'the file or autoencoder '
            'changes the working directory')


@check('kinds-of-numbers', advice=True)
def kinds_of_numbers(solution, found):
    """Advises on tuples and NumPy's numbers"""
    try:
        solution.build(solution.primary.sizes, numpy=True,
                       tuples=[0, 1, 2])
    except Fault as fault:
        raise Fault("with tuples and NumPy's int64, {}".format(
            without_hint(str(fault))))


@check('independent', advice=True)
def independent(solution, found):
    """Advises that a second call leaves the models of the first alone"""
    one = solution.primary
    two = solution.build(one.sizes, number=2)[1]
    for side in SIDES[:2]:
        before = getattr(one, side).weights()
        two.set(**{side: solution.randomise(before, 'independent')})
        require(all(oracle.close(a, b) for a, b in zip(
            before, getattr(one, side).weights())), 'the {}s of two calls '
                'share their weights', side)


def bad_arguments(solution):
    """Yields the place of an argument and arguments that are wrong there"""
    sizes = solution.primary.sizes
    bad = {place: NO_SIZES for place in (0, 2)}
    bad[1] = NO_LISTS
    if solution.task == IMAGES:
        bad = {0: (12, '12', None, [12, 20], [12, 0, 2]),
               1: NO_LISTS + ([],), 2: (5, None, [2, 3], [2, 3, 9])}
    if solution.task == SPARSE:
        bad[3] = (-1, float('nan'), None, '1')
    for place in sorted(bad):
        for value in bad[place]:
            yield place, sizes[:place] + (value,) + sizes[place + 1:]


@check('no-layers', tasks=(DENSE, SPARSE, VARIATIONAL), advice=True)
def no_layers(solution, found):
    """Advises on an empty list"""
    try:
        solution.made(NO_LAYERS + (LAMBTHA,) * (solution.task == SPARSE))
    except Fault as fault:
        raise Fault('{}; the exercise does not say what an empty list makes, '
                    'but it can make an autoencoder'.format(
                        without_hint(str(fault))))


@check('bad-arguments', advice=True)
def bad_arguments_named(solution, found):
    """Advises on a ValueError or TypeError that names the argument"""
    for place, arguments in bad_arguments(solution):
        name = solution.parameters[place]
        wish = 'a ValueError that names {} would help'.format(name)
        try:
            solution.build(arguments, turned=False)
        except Fault as fault:
            said = without_hint(str(fault))
            require(re.search('raised (Value|Type)Error', said) and name in
                    said.split('raised')[-1], '{}; {}', said, wish)
        else:
            raise Fault('{} raises no error; {}'.format(
                written(arguments), wish))
