#!/usr/bin/env python3
"""How sentences are worded: numbers, calls, and errors that a file raises"""

import re

from .hints import HINTS
from .options import runtimes
from .printable import clean

# How the end of a sentence begins that names another runtime.
WRITTEN = '; written for'


def plural(number, noun):
    """Says how many there are of something, in English"""
    return '{} {}{}'.format(number, noun, '' if number == 1 else 's')


def listed(numbers):
    """Writes a list of numbers"""
    return ', '.join(map(str, numbers))


def written(arguments):
    """Writes a call of autoencoder as a student would"""
    return 'autoencoder({})'.format(', '.join(map(repr, arguments)))


def gist(text):
    """Finds the line of an error's text that says what is wrong"""
    text = re.sub('\x1b\\[[0-9;]*m', '', text)
    text = re.split('\n+(?:Call a|A)rguments received by', text)[0]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # Keras begins with where it was, and tells the cause below.
    if re.match('in user code|Traceback', text.strip()):
        return lines[-1]
    lines = [line for line in lines if not re.match(
        r'Exception encountered when|Graph execution error|Detected at',
        line)] or lines
    return lines[0] if lines else ''


def without_hint(sentence):
    """Takes out of an error's sentence what it may mean, see error_sentence

    What is raised for arguments that are wrong on purpose means nothing else.
    """
    for _, meaning, _ in HINTS:
        sentence = sentence.split(': ' + meaning)[0]
    return sentence


def error_sentence(action, kind, text, runtime):
    """Says that an action raised an error, and what that means

    Args:
        action: str, what was done, as a sentence about it begins.
        kind: str, the name of the error's class.
        text: str, the error's own.
        runtime: str, the name of the runtime that raised it.

    Returns:
        str.
    """
    if kind == 'SystemExit':
        return action + ' called exit'
    if 'MemoryError' in kind or 'bad_alloc' in text:
        return action + ' used more memory than it may'
    what = re.sub(r'^{}: '.format(re.escape(kind)), '', gist(text))
    said = '{} {} {}'.format(action, kind, text)
    meaning, other = next(
        ((': ' + meaning, other) for pattern, meaning, other in HINTS
         if re.search(pattern, said, re.DOTALL)), ('', None))
    if other not in (None, runtime):
        names = runtimes()
        meaning += WRITTEN + ' {} TensorFlow? Try RUNTIME={}'.format(
            'a newer' if names.index(runtime) < names.index(other) else
            'an older', other)
    if meaning:
        what = clean(what, 280 - len(action + kind + meaning))
    return '{} raised {}{}{}'.format(action, kind, what and ': ' + what,
                                     meaning)
