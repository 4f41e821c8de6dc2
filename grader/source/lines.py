#!/usr/bin/env python3
"""Where in a file is what a fault may be about: a guess, from its text

The judge finds faults by other means. These lines only help a reader to find
them in the file, so a file can mislead nobody else.
"""

import ast

from .tree import (FUNCTIONS, argument, assigned, last, line_of, name_of,
                   ordered, parameters_of, values)

NOISE = ('random_normal', 'normal', 'GaussianNoise', 'truncated_normal',
         'random_uniform', 'uniform')
CHANGING = ('reverse', 'append', 'pop', 'sort', 'insert', 'extend', 'remove',
            'clear')
NAMES = ('def', 'return', 'encoder', 'decoder', 'auto', 'compile', 'loss',
         'sampling', 'decode', 'outputs', 'list')


def lines_of(tree, parameters):
    """Finds the lines of what faults are about

    Args:
        tree: ast.Module.
        parameters: tuple of str, those that the task's function has.

    Returns:
        dict of str to int or None:
            def: the task's function, or what seems to be it;
            return: its last return of three values;
            encoder, decoder, auto: where the first, second and third of them
                are assigned last;
            compile: where auto is compiled;
            loss: the function of the loss, or what else compile is given, or
                where add_loss is called;
            sampling: the function or class that draws noise;
            decode: where the decoder is called;
            outputs: the model that is given three outputs;
            list: where the function changes the list that it is given.
    """
    function = task_function(tree, len(parameters))
    if function is None:
        return dict.fromkeys(NAMES)
    returned, models = returned_models(function)
    _, decoder, auto = map(name_of, models)
    compiled = compilation(tree, auto)
    nodes = {
        'def': function, 'return': returned, 'compile': compiled,
        'loss': loss(tree, compiled), 'sampling': sampling(tree, function),
        'decode': last([call for call in ordered(function.body, ast.Call)
                        if decoder and name_of(call.func) == decoder]),
        'outputs': last([call for call in ordered(function.body, ast.Call)
                         if has_three_outputs(call, function)]),
        # The list is the second parameter of all four tasks.
        'list': changing(function, (parameters_of(function) + [None] * 2)[1])}
    for name, model in zip(('encoder', 'decoder', 'auto'), models):
        nodes[name] = assigned(function.body, name_of(model)) or model
    return {name: line_of(nodes[name]) for name in NAMES}


def task_function(tree, count):
    """Finds the task's function, or the one that must be meant; or None

    Args:
        tree: ast.Module.
        count: int, how many parameters it has.
    """
    public = [node for node in tree.body if isinstance(node, FUNCTIONS)]
    named = [node for node in public if node.name == 'autoencoder']
    others = [node for node in public if node.name[0] != '_' and
              len(parameters_of(node)) == count]
    return last(named) or (others[0] if len(others) == 1 else None)


def returned_models(function):
    """Finds a function's last return of three values

    Returns:
        ast.Return or None; list of the three nodes, or of three None.
    """
    inner = {node for other in ordered(function.body, *FUNCTIONS)
             for node in ast.walk(other)}
    returned = last([node for node in ordered(function.body, ast.Return)
                     if node not in inner and len(values(node.value)) == 3])
    return returned, values(returned.value) if returned else [None] * 3


def compilation(tree, auto):
    """Finds the last call of compile, that of auto if there is one; or None

    Args:
        tree: ast.Module.
        auto: str, auto's name, or None.
    """
    calls = [call for call in ordered([tree], ast.Call) if isinstance(
        call.func, ast.Attribute) and call.func.attr == 'compile']
    return last([call for call in calls if auto and
                 name_of(call.func.value) == auto] or calls)


def has_three_outputs(call, function):
    """Tells whether a call makes a model of three outputs"""
    if name_of(call.func) != 'Model':
        return False
    outputs = argument(call, 1, 'outputs')
    given = assigned(function.body, getattr(outputs, 'id', None))
    return 3 in (len(values(outputs)),
                 len(values(getattr(given, 'value', None))))


def loss(tree, compiled):
    """Finds what computes the loss, a node or None

    Args:
        tree: ast.Module.
        compiled: ast.Call of compile, or None.
    """
    given = argument(compiled, 1, 'loss') if compiled else None
    maker = given.func if isinstance(given, ast.Call) else None
    defined = last([node for node in ordered([tree], *FUNCTIONS)
                    if node.name in (name_of(given), name_of(maker))])
    if defined or isinstance(given, ast.Lambda):
        return defined or given
    added = last([call for call in ordered([tree], ast.Call)
                  if name_of(call.func) == 'add_loss'])
    return assigned([tree], getattr(given, 'id', None)) or added or given


def sampling(tree, function):
    """Finds the function or class that draws noise, a node or None

    Args:
        tree: ast.Module.
        function: ast.FunctionDef, the task's, in which a call is found.
    """
    draws = [
        node for node in ordered([tree], ast.Call)
        if name_of(node.func) in NOISE and name_of(
            getattr(node.func, 'value', None)) != 'initializers']
    if not draws:
        return None
    around = [node for node in ordered(
        [tree], ast.ClassDef, ast.Lambda, *FUNCTIONS)
        if node is not function and draws[0] in ast.walk(node)]
    classes = [node for node in around if isinstance(node, ast.ClassDef)]
    return last(classes or around) or draws[0]


def is_changed(node, names):
    """Tells whether a statement or call changes a list of one of the names"""
    def is_it(node):
        """Tells whether a node is one of the names"""
        return getattr(node, 'id', None) in names

    if isinstance(node, ast.Call):
        return getattr(node.func, 'attr', None) in CHANGING and is_it(
            getattr(node.func, 'value', None))
    if isinstance(node, ast.AugAssign) and is_it(node.target):
        return True
    return any(isinstance(target, ast.Subscript) and is_it(target.value)
               for target in getattr(node, 'targets', [
                   getattr(node, 'target', None)]))


def changing(function, name):
    """Finds where a function changes a list that it is given, or None

    Args:
        function: ast.FunctionDef.
        name: str, the list's.
    """
    names = {name}
    for node in ordered(function.body, ast.Assign, ast.AugAssign, ast.Delete,
                        ast.Call):
        if is_changed(node, names):
            return node
        if isinstance(node, ast.Assign):
            # Another name of the list, or another list of its name.
            same = getattr(node.value, 'id', None) in names
            (names.update if same else names.difference_update)(
                target.id for target in node.targets
                if isinstance(target, ast.Name))
    return None
