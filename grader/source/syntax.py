#!/usr/bin/env python3
"""Reads a text as Python does, and as Python 3.5 would"""

import ast
import codecs
import io
import tokenize

import vermin
from vermin.formats.format import Format

from ..printable import clean
from .findings import Refused, and_more, fault


def decode(content):
    """Makes text of bytes, as Python does

    Args:
        content: bytes.

    Returns:
        str, whose lines end with a new line alone.

    Raises:
        Refused: if it is not text in UTF-8, or says that it is another.
    """
    content = content.replace(b'\r\n', b'\n').replace(b'\r', b'\n')
    if b'\0' in content:
        raise Refused('the file holds a null byte; it must be text',
                      content[:content.index(b'\0')].count(b'\n') + 1)
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise Refused(
            'the file is not UTF-8 (byte 0x{:02x}); save it as UTF-8'.format(
                content[error.start]),
            content[:error.start].count(b'\n') + 1)
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
        utf_8 = codecs.lookup(encoding).name in ('utf-8', 'utf-8-sig')
    except (LookupError, SyntaxError):
        utf_8 = False
    if not utf_8:
        raise Refused('a comment says that the file has another encoding than '
                      'UTF-8; take the comment out', None)
    return text


def parse(text):
    """Makes the syntax tree of a text, or raises Refused"""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise Refused(*unreadable(error))


def compiling(tree):
    """Compiles a tree, for some errors show no sooner; returns faults"""
    try:
        compile(tree, 'file', 'exec', dont_inherit=True)
    except SyntaxError as error:
        return [fault('syntax', *unreadable(error))]
    return []


def unreadable(error):
    """Says what a SyntaxError is, and in which line"""
    return ('Python cannot load the file: {}'.format(clean(error.msg, 200)),
            error.lineno or None)


class Violations(Format):
    """Keeps what vermin finds: lines, what is there, versions of Python"""

    def __init__(self):
        """Makes an empty one"""
        super().__init__('violations')
        self.found = []

    def set_config(self, config):
        """Asks for the lines too"""
        config.set_verbose(3)
        super().set_config(config)

    def skip_output_line(self):
        """Wants every line"""
        return False

    def format_output_line(self, msg, path=None, line=None, col=None,
                           versions=None, plural=None, violation=False):
        """Takes what is found"""
        if violation and versions:
            self.found.append((line or 0, msg, versions[1]))
        return ''

    def output_result(self, proc_res):
        """Prints nothing"""

    def sort_output_lines(self, lines):
        """Sorts nothing"""
        return lines


def newer(text, known):
    """Checks with vermin that Python 3.5 can run a text

    Args:
        text: str, which this Python can compile.
        known: list of int, lines that are wrong for other reasons.

    Returns:
        list of one fault or none.
    """
    config = vermin.Config()
    violations = Violations()
    config.set_format(violations)
    config.set_only_show_violations(True)
    # vermin heeds comments that silence it: here they must change nothing.
    config.set_parse_comments(False)
    config.add_target('3.5-')
    vermin.visit(text, config)
    # vermin does not find these.
    violations.found += [
        (token.start[0], 'underscores in numbers', (3, 6))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.NUMBER and '_' in token.string]
    found = sorted((line, what, 'came with Python {}.{}'.format(*version) if
                    version else 'Python 2 has alone')
                   for line, what, version in violations.found
                   if line not in known)
    if not found:
        return []
    line, what, origin = found[0]
    return [fault('syntax', 'Python 3.5 must be able to run the file; it does '
                  'not know {}, which {}{}'.format(what, origin, and_more(
                      [place[0] for place in found])), line or None)]
