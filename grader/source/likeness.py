#!/usr/bin/env python3
"""Computes what is the same in files that differ in names and layout"""

import ast
import hashlib

from .tree import FUNCTIONS, bound_names


class Renamer:
    """Gives the names of a file others, by the order of their appearance"""

    def __init__(self, tree):
        """Finds the names that the file itself gives

        Args:
            tree: ast.Module.
        """
        self.own = bound_names(tree)
        self.functions = {node.name for node in ast.walk(tree)
                          if isinstance(node, FUNCTIONS)}
        self.new = {}

    def rename(self, name):
        """Gives the new name of a name; that of a library stays"""
        return self.new.setdefault(name, '_{}'.format(len(self.new))) if (
            name in self.own) else name

    def change(self, node):
        """Renames what is in a node, in the order of the text"""
        if isinstance(node, ast.Call):
            self.change_keywords(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                self.change_list(field, value)
            elif isinstance(value, ast.AST):
                self.change(value)
            elif (field == 'id' or field == 'arg' and isinstance(node, ast.arg)
                  or field == 'name' and not isinstance(node, ast.alias)):
                setattr(node, field, self.rename(value))

    def change_keywords(self, call):
        """Takes the names of layers out of a call, and renames parameters"""
        call.keywords = [keyword for keyword in call.keywords
                         if keyword.arg != 'name']
        if getattr(call.func, 'id', None) in self.functions:
            for keyword in call.keywords:
                keyword.arg = self.rename(keyword.arg)

    def change_list(self, field, items):
        """Renames what is in a list of a node, and takes docstrings out"""
        # Python 3.6 has Str where newer ones have Constant.
        items[:] = [item for item in items if not (
            isinstance(item, ast.Expr) and
            type(item.value).__name__ in ('Str', 'Constant'))]
        for i, item in enumerate(items):
            if isinstance(item, ast.AST):
                self.change(item)
            elif field == 'names':
                items[i] = self.rename(item)


def fingerprint(tree):
    """Computes a hash that does not depend on names, layout and comments

    Nor on docstrings.

    Args:
        tree: ast.Module, which is changed.

    Returns:
        str, in hexadecimal.
    """
    Renamer(tree).change(tree)
    return hashlib.sha256(ast.dump(tree).encode(
        'utf-8', 'backslashreplace')).hexdigest()
