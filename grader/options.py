#!/usr/bin/env python3
"""The options of the command, as it is called"""

import argparse
import ast
import os
import sys

from . import files
from .printable import clean
from .registry import TASKS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Parser(argparse.ArgumentParser):
    """Parser of options whose errors are one line"""

    def error(self, message):
        """Ends the program with one line and status 2"""
        self.exit(2, 'grader: error: {}\n'.format(clean(message, 1000)))


def number(kind, least, most):
    """Makes the reader of a number, for argparse's `type`"""
    def read(text):
        """Reads the number"""
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(
                'must be a {}number from {} to {}. Received: {}'.format(
                    'whole ' if kind is int else '', least, most, text))
        return value
    return read


def runtimes():
    """Lists the runtimes of noxfile.py, from the oldest to the newest"""
    with open(os.path.join(ROOT, 'noxfile.py'), encoding='utf-8') as file:
        names, = (list(ast.literal_eval(node.value))
                  for node in ast.parse(file.read()).body
                  if isinstance(node, ast.Assign) and
                  getattr(node.targets[0], 'id', None) == 'PYTHONS')
    return names


def runtime(name):
    """Reads the name of a runtime, for argparse's `type`"""
    names = runtimes()
    if name not in names:
        raise argparse.ArgumentTypeError('must be one of {}. Received: {}'
                                         .format(', '.join(names), name))
    if not os.path.exists(python_of(name)):
        raise argparse.ArgumentTypeError(
            'must be an environment that is there; `make grade RUNTIME={} '
            'DIR=...` makes it. Received: {}'.format(name, name))
    return name


def python_of(name):
    """Gives the path of a runtime's Python"""
    if name == 'newest':
        return sys.executable
    # nox names its folders so.
    return os.path.join(ROOT, '.nox', name.replace('.', '-'), 'bin', 'python')


def tasks(text):
    """Reads numbers of tasks, as 0,3, for argparse's `type`"""
    numbers = sorted(set(text.split(',')))
    if not set(numbers) <= set(map(str, range(len(TASKS)))):
        raise argparse.ArgumentTypeError(
            'must be numbers from 0 to {}, with commas between them. '
            'Received: {}'.format(len(TASKS) - 1, text))
    return [int(number) for number in numbers]


def processors():
    """Counts the processors that this process may use"""
    # On macOS a process may use all.
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def make_parser(description):
    """Makes the parser of the command's options; the description is of all"""
    parser = Parser(prog='python3 -m grader', description=description,
                    formatter_class=argparse.RawDescriptionHelpFormatter,
                    allow_abbrev=False)
    add = parser.add_argument
    add('folders', metavar='FOLDER', nargs='+',
        help='a submission, or a folder or archive of a class, as platforms '
        'give it out')
    for name, content in (('json', 'everything; run again with the same file, '
                           'only what has changed is graded'),
                          ('csv', 'a row for each submission'),
                          ('junit', "JUnit's report in XML")):
        add('--' + name, metavar='FILE', type=files.writable,
            help='writes FILE: ' + content)
    add('--gradescope', metavar='PATH',
        help="writes Gradescope's results.json; of a class one for each "
        'submission, into the folder PATH')
    add('--feedback', metavar='FOLDER',
        help='writes a page for each submission, and index.html')
    add('--known', metavar='FOLDER',
        help='files that were handed out, to be alike is no wonder')
    add('--compare', metavar='OLD.json',
        help='says what has changed since an older --json FILE')
    add('--tasks', '--task', metavar='N,N', type=tasks,
        help='the tasks that count, as 0,3 (default: of one submission those '
        'whose files are there, of a class all)')
    add('--again', action='store_true',
        help='grades also what is known from before')
    add('--jobs', metavar='N', type=number(int, 1, 1000), default=processors(),
        help='submissions at a time (default: %(default)s, the processors)')
    add('--runtime', metavar='NAME', type=runtime, default='newest',
        help='the environment that the files were written for, as page or '
        'tf2.15 (default: %(default)s)')
    add('--seed', metavar='N', type=number(int, 0, 2 ** 32 - 1),
        help='of the sizes and weights that are drawn (default: drawn)')
    limit = number(float, 0.001, 10 ** 6)
    add('--task-seconds', metavar='SECONDS', type=limit, default=120,
        help='the time that each task has (default: %(default)s)')
    add('--task-memory', metavar='GIB', type=limit, default=4,
        help='the memory in GiB that each task has (default: %(default)s)')
    add('--no-cage', dest='cage', action='store_false',
        help='runs the files where they can read and change what you can')
    add('--weights', metavar='FILE',
        help='what each check counts, see docs/grading.md')
    return parser
