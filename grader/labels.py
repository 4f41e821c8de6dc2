#!/usr/bin/env python3
"""Names of strangers on a terminal: short, and each unlike all others"""

import collections
import unicodedata

from .printable import clean

# Letters that look like Latin ones, of Cyrillic and of Greek. What else looks
# like one, such as full-width letters, NFKC turns into it.
ALIKE = str.maketrans(
    'аеорсухіјѕһӏԁԛԝвкмнтАВЕКМНОРСТУХІЈЅҺαορνικτυχβΑΒΕΖΗΙΚΜΝΟΡΤΥΧ',
    'aeopcyxijshldqwbkmhtABEKMHOPCTYXIJSHaopviktuxbABEZHIKMNOPTYX')
# What is printed as nothing, though Python calls it printable.
INVISIBLE = dict.fromkeys([0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800,
                           0x3164, 0xffa0] + list(range(0xfe00, 0xfe10)))


def look(text):
    """Reduces a text to what it looks like, so that the like are equal"""
    for _ in range(2):
        # What a letter looks like may have an accent to join.
        text = unicodedata.normalize('NFKC', text).translate(
            INVISIBLE).translate(ALIKE)
    return text


def short(text, most):
    """Cuts a text in its middle, for beginnings and ends often differ"""
    if len(text) <= most:
        return text
    return '{}..{}'.format(text[:most - 8], text[-6:])


def labels(names, most):
    """Gives each name a printable label of its own

    Args:
        names: list of str, each another.
        most: int, the characters that a label may have.

    Returns:
        dict from name to str.
    """
    made = {name: clean(name, 1000) for name in names}
    looks = collections.Counter(look(made[name]) for name in names)
    for name in names:
        if looks[look(made[name])] > 1:
            escaped = name.encode('unicode_escape').decode('ascii')
            # Of several blanks, and of those at the ends, clean leaves less.
            made[name] = clean(escaped if clean(escaped, 1000) == escaped else
                               escaped.replace(' ', '\\x20'), 1000)
    cut, taken = {}, collections.Counter()
    for name in sorted(names):
        label = short(made[name], most)
        taken[look(label)] += 1
        if taken[look(label)] > 1:
            number = '~{}'.format(taken[look(label)])
            label = short(made[name], most - len(number)) + number
        cut[name] = label
    return cut
