#!/usr/bin/env python3
"""What an answer of the runner must hold, which a file may have forged"""


def optional(form):
    """Makes the form of what may be None"""
    return lambda value: value is None or fits(value, form)


ERROR = {'kind': str, 'text': str}
# Of each question, see `fits`; beside this an answer may hold more.
FORMS = {
    'load': {'functions': [(str, [(str, bool)])], 'refused': optional(ERROR)},
    'build': {'kind': str, 'changed': optional(str),
              'models': optional([(bool, str)]), 'refused': optional(ERROR)},
    'tell': {'names': (str, str, str), 'printed': bool, 'moved': bool,
             'optimizer': optional(str), 'loss': bool},
    'evaluate': {'count': int},
    'program': {'status': int},
    'error': ERROR,
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
