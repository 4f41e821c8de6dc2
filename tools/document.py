#!/usr/bin/env python3
"""The tables in docs/: where they stand, and what code they measured

A file may hold several, each between the lines <!-- make NAME: --> and
<!-- until here -->; the command `make NAME` writes what is between.
"""

import os
import subprocess
import time

from common import ROOT, files

BEGIN, END = '<!-- make {}: -->\n', '<!-- until here -->\n'
RESULTS, SPEED, RUNTIMES, POINTS = (
    os.path.join(ROOT, 'docs', name + '.md')
    for name in ('results', 'speed', 'runtimes', 'points'))
# What the commands write changes nothing that they measure.
WRITTEN = ('docs', 'tools/results/results.json')


def split(text, name):
    """Cuts a text at the marks of a table

    Args:
        text: str, a document.
        name: str, the name of the table.

    Returns:
        before, table, after: str, the marks left to the outer two.

    Raises:
        ValueError: if the marks are not there.
    """
    before, begin, rest = text.partition(BEGIN.format(name))
    table, end, after = rest.partition(END)
    if not end or '<!--' in table:
        raise ValueError('`text` must have the lines {!r} and {!r}. '
                         'Received: {!r}'.format(
                             BEGIN.format(name), END, text))
    return before + begin, table, end + after


def insert(text, name, table):
    """Puts a table between its marks, in place of what is there

    Args:
        text: str, a document.
        name: str, the name of the table.
        table: str, Markdown, no empty line first or last.

    Returns:
        str, the document with it.

    Raises:
        ValueError: if the marks are not there.
    """
    before, _, after = split(text, name)
    return '{}\n{}\n\n{}'.format(before, table, after)


def extract(text, name):
    """Gives the table that insert put there, '' if there is none yet"""
    return split(text, name)[1].strip('\n')


def read(path, name):
    """Reads a table of a file, as extract gives it"""
    with open(path, encoding='utf-8') as file:
        return extract(file.read(), name)


def write(path, name, table):
    """Writes a table into its place in a file

    Args:
        path: str, the file.
        name: str, the name of the table.
        table: str, as for insert.

    Raises:
        ValueError: if the marks are not there.
        UserError: if the file cannot be written.
    """
    with open(path, encoding='utf-8') as file:
        text = file.read()
    files.write(path, insert(text, name, table).encode())


def today():
    """Gives the date, such as 2026-11-26"""
    return time.strftime('%Y-%m-%d')


def commit():
    """Names the code that is there

    Returns:
        str, such as 'abc1234' or 'abc1234 with uncommitted changes';
        'unknown' where git cannot tell.
    """
    try:
        name = git('rev-parse', '--short', 'HEAD')
        changes = git('status', '--porcelain', '--untracked-files=no', '--',
                      *map(':!{}'.format, WRITTEN))
    except (OSError, subprocess.CalledProcessError):
        return 'unknown'
    return name + (' with uncommitted changes' if changes else '')


def git(*arguments):
    """Gives what git prints"""
    return subprocess.check_output(
        ('git',) + arguments, cwd=ROOT, stderr=subprocess.DEVNULL,
        universal_newlines=True).strip()


def stamp():
    """Says what is measured from now on, and when, for above a table"""
    return 'Measured on {} at commit {}'.format(today(), commit())
