#!/usr/bin/env python3
"""Checks that the module, its classes and functions have docstrings"""

import ast

from ..printable import clean
from .findings import and_more, fault
from .tree import FUNCTIONS


def check(tree):
    """Checks the docstrings

    Args:
        tree: ast.Module.

    Returns:
        list of one fault or none.
    """
    missing = sorted(
        (getattr(node, 'lineno', 1), getattr(node, 'name', ''),
         'function' if isinstance(node, FUNCTIONS) else
         'class' if isinstance(node, ast.ClassDef) else 'module')
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.Module)) and
        not (ast.get_docstring(node) or '').strip())
    # The module comes first, even if there is a function in line 1.
    missing.sort(key=lambda place: place[2] != 'module')
    if not missing:
        return []
    line, name, kind = missing[0]
    return [fault('documentation', 'the {} has no docstring{}'.format(
        ' '.join([kind, clean(name, 80)]).strip(), and_more(
            [place[0] for place in missing])), line)]
