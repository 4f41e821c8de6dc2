#!/usr/bin/env python3
"""Calls of the four functions with arguments of any type and size

What a person passes: no objects whose special methods raise or lie, and no
integers in disguise (an array of no dimension, a Decimal), which are taken.
"""

import decimal
import fractions
import re
from operator import index

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import keras

NAMES = {
    '0-vanilla': ('input_dims', 'hidden_layers', 'latent_dims'),
    '1-sparse': ('input_dims', 'hidden_layers', 'latent_dims', 'lambtha'),
    '2-convolutional': ('input_dims', 'filters', 'latent_dims'),
    '3-variational': ('input_dims', 'hidden_layers', 'latent_dims'),
}


def junk():
    """Gives the strategy of what no argument may be, nor a part of one"""
    numbers = st.one_of(
        st.integers(max_value=0), st.floats(max_value=0),
        st.sampled_from([float('nan'), float('inf'), 3.5, 3j, True, False]))
    arrays = st.sampled_from([
        np.array([3, 4]), np.array([3., 4.]), np.zeros((0, 3)), np.float32(3),
        np.float64('nan'), np.bool_(True), np.int8(-1), np.uint8(0),
        np.datetime64(3, 's'), np.timedelta64(3, 's'), np.str_('3')])
    others = st.one_of(
        st.text(max_size=4), st.binary(max_size=4),
        st.sampled_from([None, bytearray(3), range(3), memoryview(b'123')]),
        st.sets(st.integers(1, 9), max_size=3),
        st.dictionaries(st.integers(1, 9), st.integers(1, 9), max_size=3))
    # Hypothesis would give each part of the parts the same share.
    return st.sampled_from([numbers, arrays, others]).flatmap(
        lambda part: part)


def size(most):
    """Gives the strategy of sizes, Python's and NumPy's

    Args:
        most: int, the largest.
    """
    kinds = [int, int, np.int8, np.uint8, np.int32, np.int64, np.uint64]
    return st.builds(lambda kind, number: kind(number),
                     st.sampled_from(kinds), st.integers(1, most))


def sizes(most, least, longest):
    """Gives the strategy of lists and tuples of sizes

    Args:
        most: int, the largest size.
        least: int, the smallest number of sizes.
        longest: int, the largest number of sizes.
    """
    return st.builds(lambda kind, values: kind(values),
                     st.sampled_from([list, tuple]),
                     st.lists(size(most), min_size=least, max_size=longest))


def nearly(values):
    """Gives the strategy of lists that would be right but for a part of them

    Args:
        values: strategy of lists and tuples.
    """
    return st.builds(lambda whole, part, place: type(whole)(
        list(whole[:place]) + [part] + list(whole[place:])), values,
        st.one_of(junk(), st.lists(st.integers(1, 3), max_size=2)),
        st.integers(0, 4))


def convolutional():
    """Gives the strategy of arguments of task 2 that are right or nearly so"""
    def fitting(dims, filters, kind, off):
        """Adds latent_dims that fit, but for `off` more in their height"""
        scale = 2 ** len(filters)
        height, width = (-(-int(side) // scale) for side in dims[:2])
        return dims, filters, kind([height + off, width, filters[-1]])

    return st.builds(fitting, sizes(40, 3, 3), sizes(8, 1, 4),
                     st.sampled_from([list, tuple]),
                     st.sampled_from([0, 0, 0, 0, 0, 1]))


def arguments(file):
    """Gives the strategy of a task's arguments, about half of them right

    Args:
        file: str, the name of the task's file, without its ending.

    Returns:
        strategy of tuples.
    """
    layers = sizes(40, 0, 4)
    weights = st.one_of(
        st.floats(0, 1e30),
        st.integers(0, 9),
        st.sampled_from([np.float32(0.1), np.float16(2), np.int64(3), -0.,
                         fractions.Fraction(1, 3), decimal.Decimal('1e-5')]))
    right = {'input_dims': size(40), 'hidden_layers': layers,
             'latent_dims': size(40), 'lambtha': weights}
    wrong = dict.fromkeys(right, junk())
    wrong['hidden_layers'] = st.one_of(nearly(layers), junk())
    if file == '2-convolutional':
        right = {'input_dims': sizes(40, 3, 3), 'filters': sizes(8, 1, 4),
                 'latent_dims': sizes(8, 3, 3)}
        wrong = {name: st.one_of(nearly(values), sizes(8, 0, 2), junk())
                 for name, values in right.items()}
    names = NAMES[file]
    whole = (convolutional() if file == '2-convolutional' else
             st.tuples(*(right[name] for name in names)))
    mixed = st.tuples(*(st.one_of(right[name], wrong[name])
                        for name in names))
    return st.one_of(whole, mixed)


def expected_shapes(file, values):
    """Computes the shapes of the models that a call has to give

    Args:
        file: str, the name of the task's file, without its ending.
        values: tuple, the arguments.

    Returns:
        list of the input and output shapes of encoder, decoder and auto.
    """
    if file != '2-convolutional':
        image, code = (None, index(values[0])), (None, index(values[2]))
        codes = [code] * 3 if file == '3-variational' else code
        return [image, codes, code, image, image, image]
    image, code = ((None,) + tuple(map(index, dims))
                   for dims in (values[0], values[2]))
    scale = 2 ** len(values[1])
    height, width = (scale * side - 4 for side in code[1:3])
    reconstruction = (None, height, width, image[3])
    return [image, code, code, reconstruction, image, reconstruction]


def shapes(models):
    """Lists the input and output shapes of models"""
    found = []
    for model in models:
        for shape in (model.input_shape, model.output_shape):
            found.append([tuple(part) for part in shape]
                         if isinstance(shape, list) else tuple(shape))
    return found


def names(error, name, value):
    """Tells whether an error names an argument, or an item of it, and ends
    with what was received

    Args:
        error: ValueError.
        name: str, the argument.
        value: object, what was passed.
    """
    received = [value]
    if isinstance(value, (list, tuple)):
        received += value
        # Where every item is an integer, they are shown as Python's.
        if all(str(item).isdecimal() for item in value):
            received.append(tuple(int(item) for item in value))
    return re.match(r'`{}(\[\d+\])?` must '.format(name), str(error)) and any(
        str(error).endswith('Received: {!r}'.format(part))
        for part in received)


def check(file, values):
    """Calls a task's function: it builds what is right, or says what is wrong

    Args:
        file: str, the name of the task's file, without its ending.
        values: tuple, the arguments.

    Returns:
        str, 'built' or 'refused'.
    """
    try:
        models = __import__(file).autoencoder(*values)
    except ValueError as error:
        assert any(names(error, *pair) for pair in zip(NAMES[file], values)), (
            'The error names no argument, or not what was received: '
            '{!r}'.format(error))
        return 'refused'
    assert shapes(models) == expected_shapes(file, values)
    return 'built'


def fuzz(file, cases):
    """Calls a task's function many times, with the same arguments each time

    Args:
        file: str, the name of the task's file, without its ending.
        cases: int, how many calls.

    Returns:
        dict of str to int: how many calls have built models, how many were
        refused.
    """
    counts = {'built': 0, 'refused': 0}

    # Cases are small as they are: to make one smaller takes minutes. How long
    # one takes to make depends on what else the machine does.
    @settings(max_examples=cases, derandomize=True, database=None,
              deadline=None, phases=[Phase.generate],
              suppress_health_check=[HealthCheck.too_slow])
    @given(arguments(file))
    def call(values):
        """Makes one call, on a graph that does not grow without end"""
        if sum(counts.values()) % 20 == 0:
            keras.backend.clear_session()
        counts[check(file, values)] += 1

    call()
    return counts
