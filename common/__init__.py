#!/usr/bin/env python3
"""What the four mains share

Read in this order: command, from the command line to the exit status; mnist
and data, the images; training; unfinished, what a stopped run leaves; film,
what the explorer shows of a training; saving; figures; explorer. runtime and
files serve them.

TensorFlow is imported inside functions here: it takes seconds, and wrong
options and --help are to be answered at once.
"""

import importlib.util
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A main without its environment would end in a traceback.
for package in ('numpy', 'matplotlib', 'tensorflow'):
    if importlib.util.find_spec(package) is None:
        sys.exit('{}: error: {} is not installed. Call `make run`, or activate'
                 ' its environment first: . .venv/bin/activate'.format(
                     os.path.basename(sys.argv[0]), package))
# A notebook names the backend of its own Python, which another Python may not
# have, and matplotlib cannot be imported with a name that it does not know.
# So only a notebook's own backend stays; figures tries others.
BACKEND = os.environ.get('MPLBACKEND', '')
if not (BACKEND.startswith('module://') and
        importlib.util.find_spec(BACKEND[9:].split('.')[0])):
    os.environ.pop('MPLBACKEND', None)


class UserError(Exception):
    """A fault that the user can mend; its text is the one line to show"""


def one_line(message):
    """Puts what is said of a fault, names of files in it too, on one line"""
    return ' '.join(str(message).split())
