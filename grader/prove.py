#!/usr/bin/env python3
"""Proves that the grader judges well: wrong variants fail, right ones pass

Every wrong variant must be caught by a required check whose sentence names
its fault; every right one must pass all required checks. Two processes share
the work.
"""

import argparse
import glob
import multiprocessing
import os
import re
import sys
import tempfile

from . import variants
from .checks import checks_of
from .registry import TASKS
from .subject import Subject
from .worker import judge

HERE = os.path.dirname(os.path.abspath(__file__))


def changed(variant):
    """Makes a variant's source

    Args:
        variant: Variant.

    Returns:
        str, the source.

    Raises:
        ValueError: if an old text does not occur exactly once.
    """
    with open(os.path.join(HERE, 'frozen',
                           TASKS[variant.task].file)) as lines:
        source = lines.read()
    for old, new in variant.changes:
        if source.count(old) != 1:
            raise ValueError('{} {!r}: must occur once. Received: {} times '
                             '{!r}'.format(TASKS[variant.task].file,
                                           variant.name, source.count(old),
                                           old))
        source = source.replace(old, new)
    return source


def cases():
    """Lists all variants, with their sources"""
    listed = [(variant, changed(variant))
              for variant in variants.WRONG + variants.RIGHT]
    for file in sorted(glob.glob(os.path.join(HERE, 'right', '*.py'))):
        name = os.path.basename(file)
        with open(file) as lines:
            listed.append((variants.right(int(name[0]), name), lines.read()))
    return listed


def quieten():
    """Keeps what TensorFlow says at its start out of the report"""
    os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


class Caught(Exception):
    """A wrong variant was caught for the right reason: enough of it"""


def prove(case):
    """Judges one variant by the required checks

    Returns:
        bool, whether it was judged as it must be; str, a line about it.
    """
    variant, source = case
    title = TASKS[variant.task].file + ' ' + variant.name
    faults = []

    def done(name, sentence):
        """Keeps faults, up to the one that names what was changed"""
        if sentence is not None:
            faults.append('{}: {}'.format(name, sentence))
            if variant.pattern and re.search(variant.pattern, sentence):
                raise Caught

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, TASKS[variant.task].file)
        with open(path, 'w') as file:
            file.write(source)
        os.chmod(path, 0o755)
        subject = Subject(variant.task, path)
        try:
            judge(subject, done, [check for check in checks_of(variant.task)
                                  if check.required])
        except Caught:
            return True, 'wrong: {}: caught by {}'.format(title, faults[-1])
        finally:
            subject.close()
    if variant.pattern is None:
        return not faults, 'right: {}: {}'.format(
            title, '; '.join(faults[:3]) or 'passed')
    return False, 'wrong: {}: {}'.format(
        title, 'NOT CAUGHT FOR THIS REASON, but by ' + '; '.join(faults[:3])
        if faults else 'NOT CAUGHT')


def main():
    """Judges all variants and prints what each was caught by"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--repeat', type=int, default=1, metavar='N',
                        help='judge every variant N times (default: 1)')
    parser.add_argument('--task', type=int, choices=range(len(TASKS)),
                        help='only the variants of this task')
    parser.add_argument('--only', default='', metavar='REGEX',
                        help='only the variants with such a name')
    options = parser.parse_args()
    chosen = [case for case in cases()
              if options.task in (None, case[0].task) and
              re.search(options.only, case[0].name)] * options.repeat
    good = []
    # New processes now and then: TensorFlow keeps some of every model.
    with multiprocessing.get_context('spawn').Pool(
            2, initializer=quieten, maxtasksperchild=40) as pool:
        for passed, line in pool.imap_unordered(prove, chosen):
            good.append(passed)
            print('ok  ' if passed else 'BAD ', line, flush=True)
    print('{} passed, {} failed'.format(sum(good), len(good) - sum(good)))
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
