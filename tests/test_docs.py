#!/usr/bin/env python3
"""The README's links and commands lead to what they say"""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read(name):
    """Reads a file of the project"""
    with open(os.path.join(ROOT, name), encoding='utf-8') as file:
        return file.read()


def test_links_to_lines_quote_them():
    """A link to a line of code has that line as its text"""
    links = re.findall(r'\[`([^`]+)`\]\(([^)#]+)#L(\d+)\)', read('README.md'))
    assert links, 'the README quotes no code'
    for code, name, number in links:
        line = read(name).split('\n')[int(number) - 1]
        assert line.strip() == code, '{} line {}'.format(name, number)


def test_links_to_files():
    """What the README links to is there"""
    for name in re.findall(r'\]\(([^):#]+)[^)]*\)', read('README.md')):
        assert os.path.exists(os.path.join(ROOT, name)), name


def test_make_commands():
    """Every make command that the README names is one of the Makefile's"""
    targets = re.findall(r'^(\w+):', read('Makefile'), re.MULTILINE)
    named = set(re.findall(r'(?:`|^)make (\w+)', read('README.md'),
                           re.MULTILINE))
    assert named and named <= set(targets), named - set(targets)
