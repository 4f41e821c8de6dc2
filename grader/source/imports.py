#!/usr/bin/env python3
"""Checks what a file imports"""

import ast

from ..printable import clean
from .findings import and_more, fault
from .tree import bound_names

IMPORT = 'import tensorflow.keras as keras'
# Names that import without `import`. A file may give the names of the second
# line, and of those that wait for a keyboard, to something of its own.
HIDDEN = ('__import__', '__builtins__')
BUILTINS = ('exec', 'eval', 'compile', 'open', 'importlib')
WAITING = ('input', 'breakpoint', 'pdb')


def imported(node):
    """Lists the modules that a node imports, but for the one allowed import"""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if (
            alias.name, alias.asname) != ('tensorflow.keras', 'keras')]
    if isinstance(node, ast.ImportFrom):
        return [node.module or '.']
    return []


def forbidden(node, own):
    """Gives the name that a node uses if it is a forbidden one, or None

    Args:
        node: ast.AST.
        own: set of str, names that the file gives to something of its own.
    """
    name = getattr(node, 'id', getattr(node, 'attr', None))
    plain = isinstance(node, ast.Name) and name not in own
    return name if name in HIDDEN or (
        plain and name in BUILTINS + WAITING) else None


def sentence_of(modules, name):
    """Says what is wrong with a line; it has a place for that line, {}

    Args:
        modules: list of str, what is imported there.
        name: str, a forbidden name that is used there, or None.

    Returns:
        str, or None if nothing is wrong.
    """
    roots = {module.split('.')[0] for module in modules}
    if name in WAITING or 'pdb' in roots:
        return '`{}` waits for a keyboard, which nobody has where the file ' \
            'is imported; take it out'
    if roots and roots <= {'tensorflow', 'keras'}:
        return '`{}` must be `' + IMPORT + '`'
    if roots or name:
        return '`{}` is not allowed; the only import may be `' + IMPORT + '`'
    return None


def check(tree, lines):
    """Checks the imports

    Args:
        tree: ast.Module.
        lines: list of str, of the text.

    Returns:
        list of one fault or none; list of int, the lines that are wrong.
    """
    found = {}
    own = bound_names(tree).union(
        (alias.asname or alias.name).split('.')[0] for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names)
    for node in ast.walk(tree):
        sentence = sentence_of(imported(node), forbidden(node, own))
        if sentence:
            found.setdefault(node.lineno, sentence.format(
                clean(lines[node.lineno - 1], 100)))
    wrong = sorted(found)
    return [fault('imports', found[wrong[0]] + and_more(wrong), wrong[0])
            ] if wrong else [], wrong
