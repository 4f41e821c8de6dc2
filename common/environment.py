#!/usr/bin/env python3
"""What a main needs of its surroundings, looked at before anything else

Whoever needs it imports it first, for the others import packages that may be
missing or broken: that would end in a traceback.
"""

import importlib.util
import os
import sys
import tempfile
import warnings

from common import ROOT, one_line

# A notebook names the backend of its own Python, which another Python may not
# have, and matplotlib cannot be imported with a name that it does not know.
# So only a notebook's own backend stays; figures tries others.
BACKEND = os.environ.get('MPLBACKEND', '')
if not (BACKEND.startswith('module://') and
        importlib.util.find_spec(BACKEND[9:].split('.')[0])):
    os.environ.pop('MPLBACKEND', None)


def end(message):
    """Ends a main that cannot begin, with one line"""
    sys.exit('{}: error: {}'.format(os.path.basename(sys.argv[0]),
                                    one_line(message)))


def why_not_imported(package, error):
    """Says that a package cannot be imported, and what may be the reason"""
    path = os.environ.get('PYTHONPATH')
    return '{} cannot be imported{}: {}: {}'.format(
        package, ' with PYTHONPATH={}, perhaps of another Python'.format(
            path) if path else '', type(error).__name__, error)


def prepare():
    """Mends what would stop a main, or ends it with one line that says why"""
    # One that is closed, as a daemon's, is none. Keras writes there all the
    # same, and the next file that is opened would get its number.
    for stream in ('stdin', 'stdout', 'stderr'):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, 'r+'))
    # With -W error what a library warns of would end a training.
    if 'error' in (action for action, *_ in warnings.filters):
        warnings.simplefilter('default')
        os.environ.pop('PYTHONWARNINGS', None)
    # A main without its environment would end in a traceback.
    for package in ('numpy', 'matplotlib', 'tensorflow'):
        if importlib.util.find_spec(package) is None:
            end('{} is not installed. Call `make run` in {}, or activate its '
                'environment first: . .venv/bin/activate'.format(
                    package, ROOT))
    try:
        tempfile.gettempdir()
    except OSError:
        end('no folder for temporary files can be written. Name one in TMPDIR '
            'and MPLCONFIGDIR')
    for package in ('numpy', 'matplotlib.pyplot'):
        # A package of another Python may raise anything.
        try:
            importlib.import_module(package)
        except Exception as error:
            end(why_not_imported(package, error))


prepare()
