#!/usr/bin/env python3
"""What the four functions take, and that they refuse the rest by name"""

import inspect
import re

import numpy as np
import pytest

from tests import fuzzing
from tests.support import FILES, SMALL, TASKS

NUMBERS = (0, -1, 2.5, 3., True, '3', None, float('nan'), float('inf'),
           np.float32(3), np.bool_(True), [3], {3: 3})
LISTS = (5, '5', b'5', None, {3: 3}, {3}, np.array([3.]), [0], [3, -1], [2.5],
         [3, True], ['3'], [None], [float('nan')], [[3]])
WEIGHTS = (-1e-5, True, '0.1', None, float('nan'), float('inf'), [0.1], 1j,
           np.bool_(True), np.array([0.1]), b'0.1', 10 ** 400)


def wrong_arguments():
    """Lists pairs of a task and arguments of which one is wrong"""
    for task in TASKS:
        names = fuzzing.NAMES[FILES[task]]
        for place, name in enumerate(names):
            right = SMALL[task][place]
            values = (WEIGHTS if name == 'lambtha' else
                      NUMBERS if isinstance(right, int) else LISTS)
            for value in values:
                arguments = list(SMALL[task])
                arguments[place] = value
                yield task, name, value, arguments


@pytest.mark.parametrize('task, name, value, arguments', [
    pytest.param(*case, id='{}-{}-{!r}'.format(*case[:3]))
    for case in wrong_arguments()])
def test_wrong_argument_is_refused_by_name(task, name, value, arguments):
    """The error names the argument and ends with what was received"""
    with pytest.raises(ValueError) as caught:
        __import__(FILES[task]).autoencoder(*arguments)
    assert fuzzing.names(caught.value, name, value), str(caught.value)


@pytest.mark.parametrize('arguments, message', [
    (((28, 28), [4], (14, 14, 4)), '`input_dims` must be height, width and'),
    (((12, 12, 1), [], (12, 12, 1)), '`filters` must not be empty'),
    (((12, 12, 1), [4, 3, 2], (2, 2, 3)), '`latent_dims` must be the shape'),
    (((12, 12, 1), [4, 3, 2], (2, 2)), '`latent_dims` must be the shape'),
    (((4, 12, 1), [4, 2], (1, 3, 2)), '`input_dims` must be at least 5'),
])
def test_images_and_filters_that_do_not_fit(arguments, message):
    """What makes no convolutional autoencoder is refused by name"""
    with pytest.raises(ValueError, match=re.escape(message)):
        __import__(FILES[2]).autoencoder(*arguments)


@pytest.mark.parametrize('kind', [np.int8, np.uint8, np.int64, np.uint64])
@pytest.mark.parametrize('task', TASKS)
def test_integers_of_numpy_are_taken(task, kind):
    """Models are those of Python's integers, lists may be tuples"""
    def convert(value):
        """Puts NumPy's integers in the place of Python's"""
        if isinstance(value, (list, tuple)):
            return tuple(map(kind, value))
        return kind(value) if isinstance(value, int) else value

    assert fuzzing.check(FILES[task], tuple(
        map(convert, SMALL[task]))) == 'built'


@pytest.mark.parametrize('file', FILES)
def test_builds_or_says_what_is_wrong(file):
    """Fifty calls with anything build models, or name what is wrong"""
    counts = fuzzing.fuzz(file, 50)
    assert all(counts.values()), counts


@pytest.mark.parametrize('name', ['positive', 'positives'])
def test_helpers_are_the_same_in_all_files(name):
    """What the task files share is the same word for word"""
    sources = {inspect.getsource(getattr(__import__(file), name))
               for file in FILES}
    assert len(sources) == 1


@pytest.mark.parametrize('file', FILES)
def test_exercise_comes_first(file):
    """The first thing that a reader meets is the function of the exercise"""
    source = inspect.getsource(__import__(file))
    assert re.findall(r'^(?:def|class) (\w+)', source,
                      re.MULTILINE)[0] == 'autoencoder'
