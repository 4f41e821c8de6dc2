#!/usr/bin/env python3
"""What an answer of the runner must hold, which a file may have forged"""


def optional(form):
    """Makes the form of what may be None"""
    return lambda value: value is None or fits(value, form)


def numbers(value):
    """Tells whether a value is a dict of floats, the form of a layer's l1"""
    return isinstance(value, dict) and all(
        type(one) is float for one in value.values())


# Of each question, see `fits`; beside this an answer may hold more.
LAYER = {'class': str, 'name': str, 'activation': optional(str),
         'inputs': int, 'is': (bool, bool), 'l1': numbers}
FORMS = {
    'load': {'functions': [(str, [(str, bool)])]},
    'build': {'kind': str, 'changed': optional(str),
              'models': optional([(bool, str)])},
    'tell': {'models': ({'name': str, 'layers': [LAYER]},) * 3,
             'printed': bool, 'moved': bool, 'optimizer': optional(str),
             'loss': optional(str)},
    'evaluate': {'count': int},
    'program': {'status': int},
    'error': {'kind': str, 'text': str},
}


def fits(value, form):
    """Tells whether what a stranger has sent is of a form

    Args:
        value: what JSON can hold.
        form: a type; a list of one form, for any number of them; a tuple of
            forms, one after the other; a dict of forms, each by its name; or
            a function that tells.

    Returns:
        bool.
    """
    if isinstance(form, type):
        return type(value) is form
    if isinstance(form, dict):
        return isinstance(value, dict) and all(
            fits(value.get(name), form[name]) for name in form)
    if isinstance(form, list):
        return isinstance(value, list) and all(
            fits(one, form[0]) for one in value)
    if isinstance(form, tuple):
        return (isinstance(value, list) and len(value) == len(form) and
                all(map(fits, value, form)))
    return form(value)
