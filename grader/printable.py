#!/usr/bin/env python3
"""Text of strangers, made fit to print"""

import re


def clean(text, most=300):
    """Makes one printable line of any text

    Args:
        text: str, anything.
        most: int, the number of characters that it may have.

    Returns:
        str, in which runs of white space are one blank, and in which control
        characters, those that turn the direction of writing and others that
        cannot be printed are backslash escapes; cut at a word if too long.
    """
    text = re.sub(r'\s+', ' ', text).strip()
    # Escapes make a text longer, never shorter: what follows would be cut.
    line = ''.join(
        character if character.isprintable() else
        character.encode('unicode_escape').decode()
        for character in text[:most + 1])
    if len(line) <= most:
        return line
    line = line[:most - 3]
    # Where the last word is more than half of the line, it is cut itself.
    blank = line.rfind(' ')
    return line[:blank if 2 * blank > most else None] + '...'
