#!/usr/bin/env python3
"""How the checks of a text say what they find"""

from ..printable import clean


class Refused(Exception):
    """Why nothing more can be examined: a sentence, and a line or None"""


def fault(check, sentence, line=None):
    """Makes a fault, a list that JSON can hold"""
    return [check, clean(sentence), line]


def and_more(lines):
    """Says how many faults there are after the first

    Args:
        lines: list of int, the lines of all, in order.

    Returns:
        str, the end of a sentence; empty if there is one line only.
    """
    rest = sorted(set(lines[1:]))
    return ' (and {} more: line{} {}{})'.format(
        len(lines) - 1, 's' * (len(rest) > 1),
        ', '.join(map(str, rest[:5])), ' ...' * (len(rest) > 5)
        ) if rest else ''
