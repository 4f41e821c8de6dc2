#!/usr/bin/env python3
"""Finds things in the syntax tree of a file"""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def parameters_of(function):
    """Lists the names of a function's parameters that take a position"""
    arguments = function.args
    # Python 3.8 and later have parameters that take only a position.
    return [argument.arg for argument in
            getattr(arguments, 'posonlyargs', []) + arguments.args]


def name_of(node):
    """Gives the last name of what a node names: `b` of `b`, `a.b`; or None"""
    return getattr(node, 'attr', getattr(node, 'id', None))


def line_of(node):
    """Gives a node's line; None of None"""
    return getattr(node, 'lineno', None)


def ordered(nodes, *kinds):
    """Lists the nodes below some nodes that are of some kinds, as written"""
    return sorted((node for top in nodes for node in ast.walk(top)
                   if isinstance(node, kinds)),
                  key=lambda node: (node.lineno, node.col_offset))


def last(nodes):
    """Gives the last of some nodes, or None"""
    return nodes[-1] if nodes else None


def argument(call, position, keyword):
    """Gives an argument of a call by its position or name, or None"""
    named = [item.value for item in call.keywords if item.arg == keyword]
    return named[0] if named else (
        call.args[position] if len(call.args) > position else None)


def values(node):
    """Lists the values of a tuple or a list; of others, none"""
    return getattr(node, 'elts', []) if isinstance(
        node, (ast.Tuple, ast.List)) else []


def assigned(nodes, name):
    """Gives the last assignment to a name, or None"""
    return last([
        node for node in ordered(nodes, ast.Assign, ast.AnnAssign)
        for target in getattr(node, 'targets', [getattr(node, 'target', 0)])
        for item in values(target) or [target]
        if name and isinstance(item, ast.Name) and item.id == name])


def bound_names(tree):
    """Collects the names that a file gives to something, a set of str"""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.ExceptHandler)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
    return names
