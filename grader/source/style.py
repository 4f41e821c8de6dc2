#!/usr/bin/env python3
"""Checks the style of a text with the exercise's version of pycodestyle

The requirements pin it for all runtimes: newer versions know other rules.
"""

import ast
import io
import re

import pycodestyle

from .findings import and_more, fault


class Report(pycodestyle.BaseReport):
    """Keeps the lines and texts of what pycodestyle finds"""

    def __init__(self, options):
        """Makes an empty report"""
        super().__init__(options)
        self.found = []

    def error(self, line_number, offset, text, check):
        """Takes a fault"""
        code = super().error(line_number, offset, text, check)
        # E9: it cannot read the text, which the check `syntax` says.
        if code and not code.startswith('E9'):
            self.found.append((line_number, text))
        return code


def f_strings(tree):
    """Lists the lines that f-strings are on

    Python 3.5 does not have them, which another check says. On Python 3.12
    and later, this pycodestyle takes what is in them for code.
    """
    return [line for node in ast.walk(tree)
            if isinstance(node, getattr(ast, 'JoinedStr', ()))
            for line in range(node.lineno, getattr(
                node, 'end_lineno', node.lineno) + 1)]


def check(text, tree, known):
    """Checks the style

    Args:
        text: str.
        tree: ast.Module, of the same text.
        known: list of int, lines that are wrong for other reasons: a line
            that is wrong already may break a rule for that reason.

    Returns:
        list of one fault or none.
    """
    # Comments such as noqa and the user's own settings must change nothing.
    pycodestyle.noqa = lambda line: None
    pycodestyle.USER_CONFIG = None
    options = pycodestyle.StyleGuide(reporter=Report).options
    report = Report(options)
    # A missing new line at the end is another check's fault.
    pycodestyle.Checker(
        lines=io.StringIO(re.sub(r'(?<!\n)\Z', '\n', text)).readlines(),
        options=options, report=report).check_all()
    known = set(known).union(f_strings(tree))
    found = sorted(one for one in report.found if one[0] not in known)
    return [fault('style', found[0][1] + and_more(
        [line for line, _ in found]), found[0][0])] if found else []
