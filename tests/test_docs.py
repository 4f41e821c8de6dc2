#!/usr/bin/env python3
"""The links and commands of README and docs lead to what they say"""

import os
import re

import pytest

from common import ROOT

DOCS = ['README.md', 'CONTRIBUTING.md'] + sorted(
    os.path.join('docs', name) for name in os.listdir(
        os.path.join(ROOT, 'docs')) if name.endswith('.md'))


def read(name):
    """Reads a file of the project"""
    with open(os.path.join(ROOT, name), encoding='utf-8') as file:
        return file.read()


def anchors(text):
    """Lists the anchors that GitHub gives to the headings of a page"""
    return {re.sub(r'[^\w -]', '', heading.lower()).replace(' ', '-')
            for heading in re.findall(r'^#+ (.*)$', text, re.MULTILINE)}


@pytest.mark.parametrize('doc', DOCS)
def test_links(doc):
    """A link leads to a file that is there, its heading or a line of it"""
    for text, name, anchor in re.findall(
            r'\[([^]]*)\]\(([^):#]*)(?:#([^)]*))?\)', read(doc)):
        path = os.path.normpath(os.path.join(
            os.path.dirname(doc), name)) if name else doc
        assert os.path.exists(os.path.join(ROOT, path)), name
        if name.endswith('.py') and text.startswith('`'):
            lines = ['`{}`'.format(line.strip())
                     for line in read(path).split('\n')]
            assert text in lines, '{} is no line of {}'.format(text, path)
        if anchor:
            assert anchor in anchors(read(path)), (path, anchor)


def test_lines_of_code_are_quoted():
    """The lesson quotes every task file"""
    quoted = re.findall(r'`\]\(\.\./(\d[^)]+)\)', read('docs/learn.md'))
    assert len(set(quoted)) == 4, quoted


def test_every_idea_is_shown():
    """Each idea of the lesson has a picture, code and something to try"""
    ideas = read('docs/learn.md').split('\n## ')[1:-3]
    assert len(ideas) == 12
    for idea in ideas:
        for part in '\n![', '\n> [`':
            assert part in idea, (part, idea.split('\n')[0])
        # What is tried has an answer to open.
        for part in '\n**Try:**', '\n<details markdown="1">\n':
            assert idea.count(part) == 1, (part, idea.split('\n')[0])


@pytest.mark.parametrize('doc', DOCS)
def test_make_commands(doc):
    """Every make command that is named is one of the Makefile's"""
    targets = re.findall(r'^([\w-]+):', read('Makefile'), re.MULTILINE)
    named = re.findall(r'(?:`|^)make ([\w-]+)', read(doc), re.MULTILINE)
    assert set(named) <= set(targets), set(named) - set(targets)


def test_readme_is_short():
    """The README is what one reads before anything else"""
    assert read('README.md').count('\n') <= 150
