#!/usr/bin/env python3
"""What autoencoder takes and returns"""

import re

from ..models import FITTING, SIDES
from ..printable import clean
from ..registry import Fault, IMAGES, LEARNING, TASKS, Unjudged, check, require
from ..sizes import EVEN, EXERCISE, sizes_of
from ..wording import written


@check('name')
def name(solution, found):
    """Checks the name of the function"""
    # The name of a function that makes no models is worth nothing.
    solution.primary
    received = solution.function()[0]
    require(received == 'autoencoder', 'the function is called {}; it must '
            'be called autoencoder', received, line='def')


@check('order')
def order(solution, found):
    """Checks the order of the models"""
    solution.primary
    names = [SIDES[solution.order.index(at)] for at in range(3)]
    require(names == list(SIDES), 'the models are returned in another order: '
            '{}; it must be encoder, decoder, auto', ', '.join(names),
            line='return')


@check('list')
def arguments(solution, found):
    """Checks that the caller's list is left alone"""
    sizes = solution.primary.sizes
    answer = solution.build(sizes, number=1)[0]
    if answer.get('changed'):
        raise Fault("the caller's list {} becomes {}{}; it must be left "
                    'alone'.format(sizes[1], answer['changed'],
                                   outcome(solution, sizes)), 'list')


def outcome(solution, sizes):
    """Says what comes of a changed list where it is used again"""
    try:
        again = solution.build(sizes, again=True)[1]
        # weights() would fail, for it demands the same shapes.
        shapes = [[w.shape for w in model.ask('weights', 'get_weights()')]
                  for made in (solution.primary, again)
                  for model in (made.encoder, made.decoder)]
    except Fault:
        return ', so that a second call fails'
    return ', so that a second call makes other models' * (
        shapes[:2] != shapes[2:])


@check('program')
def program(solution, found):
    """Checks that the file ends with 0 when it runs as a program"""
    solution.primary
    if solution.unimported:
        raise Unjudged(by=('returns',))
    status = solution.run_program()
    require(not status, 'running ./{} as a program ends with status {}; it '
            'must end with 0', TASKS[solution.task].file, status)


@check('returns', after=FITTING)
def returns(solution, found):
    """Checks that there are three models, with the exercise's sizes

    Returns:
        True.
    """
    solution.function()
    sizes = EXERCISE[solution.task]
    try:
        solution.primary
    except Unjudged:
        # No sizes work at all: then the smallest say what is wrong.
        sizes = sizes_of(solution)[0]
    try:
        solution.made(sizes)
    except Fault as fault:
        # What was left out may be why.
        raise solution.unimported or explained(
            solution, sizes, fault, fits=False)
    fault = solution.unimported or solution.refused
    if fault:
        fault.found, fault.takes = True, LEARNING
        raise fault
    return True


@check('sizes', needs=('returns',), after=FITTING)
def sizes_all(solution, found):
    """Checks that there are three models, with other sizes too"""
    for sizes in sizes_of(solution):
        try:
            solution.made(sizes)
        except Fault as fault:
            fault = explained(solution, sizes, fault, fits=True)
            fault.args = '{}; with other sizes it does not'.format(fault),
            raise fault


def unfitting(sentence):
    """Tells whether an error is that layers do not fit together"""
    return re.search('raised ValueError: .*(shape|size|dimension|'
                     'incompatible)', sentence)


def explained(solution, sizes, fault, fits):
    """Makes a Fault that says why layers of images do not fit together

    Args:
        solution: Solution.
        sizes: tuple, for which models cannot be made.
        fault: Fault, what is said of that.
        fits: bool, whether there are models for the exercise's sizes.

    Returns:
        Fault, the same where this is not the reason.
    """
    if solution.task != IMAGES or not unfitting(str(fault)):
        return fault
    # Padding matters only where a size is odd at a pooling.
    if not any(size % 2 ** len(sizes[1]) for size in sizes[0][:2]):
        return fault
    sentence = '{}: its layers do not fit together, but with {} they do; ' \
        'max pooling must have same padding, which rounds up where a size ' \
        'is odd'.format(written(sizes), written(EVEN))
    unless = FITTING if fits else ('encoder-layers', 'encoder-output')
    try:
        solution.models(EVEN)
    except Unjudged as unjudged:
        sentence, unless = str(fault), FITTING
        # Layers that fit for the exercise may be made for its sizes alone.
        if unfitting(str(unjudged)) and not fits:
            sentence = '{}; its layers do not fit together: each ' \
                'convolution of the encoder needs pooling, and only the ' \
                'second to last convolution of the decoder may have valid ' \
                'padding'.format(clean(sentence, 130))
    return Fault(sentence, fault.line, unless=unless)


@check('signature', advice=True)
def signature(solution, found):
    """Advises on the names of the arguments: mains call by position"""
    received = solution.function()[1]
    names = tuple(name for name, _ in received)
    count = len(solution.parameters)
    require(names[:count] == solution.parameters and all(
        optional for _, optional in received[count:]),
            'the arguments are ({}); the exercise calls them ({})',
            ', '.join(names), ', '.join(solution.parameters))
