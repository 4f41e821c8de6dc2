#!/usr/bin/env python3
"""Where in a file is what a fault may be about: a guess, from its text

The lines only help a student to find what the judge has found wrong by other
means; a file can mislead nobody but its reader.
"""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NOISE = ('random_normal', 'normal', 'GaussianNoise', 'truncated_normal',
         'random_uniform', 'uniform')
CHANGING = ('reverse', 'append', 'pop', 'sort', 'insert', 'extend', 'remove',
            'clear')
# Functions and letters that a claim about a file may have.
MOST = 100


def parameters_of(function):
    """Lists the names of a function's parameters that take a position"""
    arguments = function.args
    # From Python 3.8 on; it cannot be asked for once.
    return [argument.arg for argument in
            getattr(arguments, 'posonlyargs', []) + arguments.args]


def functions(tree):
    """Lists the public functions of a file

    Args:
        tree: ast.Module.

    Returns:
        list of [name, list of the parameters' names].
    """
    public = [[node.name, parameters_of(node)] for node in tree.body
              if isinstance(node, FUNCTIONS) and node.name[0] != '_']
    return [[name, parameters] for name, parameters in public
            if len(name + ''.join(parameters)) <= MOST][:MOST]


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


def landmarks(tree, parameters):
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
    marks = dict.fromkeys(('def', 'return', 'encoder', 'decoder', 'auto',
                           'compile', 'loss', 'sampling', 'decode', 'outputs',
                           'list'))
    public = [node for node in tree.body if isinstance(node, FUNCTIONS)]
    found = [node for node in public if node.name == 'autoencoder'] or [
        node for node in public if node.name[0] != '_' and
        len(parameters_of(node)) == len(parameters)]
    if not found or found[-1].name != 'autoencoder' and found[1:]:
        return marks
    function = found[-1]
    marks['def'] = function.lineno
    inner = {node for other in ordered(function.body, *FUNCTIONS)
             for node in ast.walk(other)}
    returned = last([node for node in ordered(function.body, ast.Return)
                     if node not in inner and len(values(node.value)) == 3])
    marks['return'] = line_of(returned)
    models = values(returned.value) if returned else [None] * 3
    for key, model in zip(('encoder', 'decoder', 'auto'), models):
        marks[key] = line_of(
            assigned(function.body, name_of(model)) or model)
    auto, decoder = name_of(models[2]), name_of(models[1])

    calls = ordered([tree], ast.Call)
    compiles = [call for call in calls if isinstance(
        call.func, ast.Attribute) and call.func.attr == 'compile']
    compiling = last([call for call in compiles if auto and
                      name_of(call.func.value) == auto] or compiles)
    marks['compile'] = line_of(compiling)
    marks['loss'] = line_of(loss(tree, compiling, calls))
    marks['sampling'] = line_of(sampling(tree, function))
    within = ordered(function.body, ast.Call)
    marks['decode'] = line_of(last([
        call for call in within if decoder and
        name_of(call.func) == decoder]))
    for call in within:
        if name_of(call.func) == 'Model':
            outputs = argument(call, 1, 'outputs')
            given = assigned(function.body, getattr(outputs, 'id', None))
            if 3 in (len(values(outputs)),
                     len(values(getattr(given, 'value', None)))):
                marks['outputs'] = call.lineno
    # The list is the second parameter of all four tasks.
    if len(parameters_of(function)) > 1:
        marks['list'] = line_of(changing(function,
                                         parameters_of(function)[1]))
    return marks


def loss(tree, compiling, calls):
    """Finds what computes the loss, a node or None"""
    given = argument(compiling, 1, 'loss') if compiling else None
    names = {name_of(node) for node in (
        [given] + ([given.func] if isinstance(given, ast.Call) else []))}
    defined = last([node for node in ordered([tree], *FUNCTIONS)
                    if node.name in names])
    if defined or isinstance(given, ast.Lambda):
        return defined or given
    own = assigned([tree], getattr(given, 'id', None))
    added = last([call for call in calls if name_of(call.func) == 'add_loss'])
    return own or added or given


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
        if node is not function and any(
            child is draws[0] for child in ast.walk(node))]
    classes = [node for node in around if isinstance(node, ast.ClassDef)]
    return last(classes or around) or draws[0]


def changing(function, name):
    """Finds where a function changes a list that it is given, or None"""
    same = {name}
    for node in ordered(function.body, ast.Assign, ast.AugAssign, ast.Delete,
                        ast.Call):
        targets = getattr(node, 'targets', [getattr(node, 'target', None)])
        if isinstance(node, ast.Call):
            targets = []
            if (isinstance(node.func, ast.Attribute) and
                    node.func.attr in CHANGING and
                    getattr(node.func.value, 'id', None) in same):
                return node
        if isinstance(node, ast.AugAssign) and getattr(
                node.target, 'id', None) in same:
            return node
        for target in targets:
            if isinstance(target, ast.Subscript) and getattr(
                    target.value, 'id', None) in same:
                return node
            if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
                # Another name of the list, or another list of the name.
                if getattr(node.value, 'id', None) in same:
                    same.add(target.id)
                else:
                    same.discard(target.id)
    return None
