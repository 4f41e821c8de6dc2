#!/usr/bin/env python3
"""Lays the four files of the exercise into an empty folder, for a student

A file has what the project's own says of itself, without what it does. Beside
them stands start.md, the exercise in a few words, as README.md.
"""

import argparse
import ast
import os
import shlex
import sys
import urllib.parse

from common import ROOT, one_line
from tools import MODULES

FILE = '''#!/usr/bin/env python3
"""{}"""

import tensorflow.keras as keras


def autoencoder({}):
    """{}"""
    raise NotImplementedError
'''


def begin(source):
    """Takes out of a task file what a student begins with

    Args:
        source: str, the file.

    Returns:
        str, the first line, the import, and the function with its arguments
        and docstring.
    """
    module = ast.parse(source)
    function, = (node for node in module.body
                 if getattr(node, 'name', None) == 'autoencoder')
    return FILE.format(ast.get_docstring(module),
                       ', '.join(each.arg for each in function.args.args),
                       ast.get_docstring(function, clean=False))


def read(*path):
    """Reads a file of the project"""
    with open(os.path.join(ROOT, *path), encoding='utf-8') as file:
        return file.read()


def main():
    """Writes the files, or says in one line why it does not"""
    parser = argparse.ArgumentParser(prog='python -m tools.start',
                                     description=__doc__.split('\n')[0])
    parser.add_argument('folder', metavar='FOLDER',
                        help='a new folder, or an empty one')
    folder = parser.parse_args().folder
    # A path may have letters that the terminal has not.
    sys.stdout.reconfigure(errors='backslashreplace')
    texts = {name + '.py': begin(read(name + '.py')) for name in MODULES}
    texts['README.md'] = read('tools', 'start.md').format(
        folder=shlex.quote(os.path.relpath(folder, ROOT)),
        project=shlex.quote(os.path.relpath(ROOT, folder)),
        link=urllib.parse.quote(os.path.relpath(ROOT, folder)))
    try:
        os.makedirs(folder, exist_ok=True)
        there = os.listdir(folder)
        if there:
            sys.exit(one_line(
                'start: error: the folder must be new or empty. Received: '
                f'{folder}, which has {min(there)}'))
        for name, text in texts.items():
            path = os.path.join(folder, name)
            # Not even a file that has just come is written over.
            with open(path, 'x', encoding='utf-8') as file:
                file.write(text)
            if name.endswith('.py'):
                os.chmod(path, 0o755)
            print('Wrote', path)
    except OSError as error:
        sys.exit(one_line(f'start: error: {folder}: {error.strerror}'))
    print('Read', os.path.join(folder, 'README.md'), 'first')


if __name__ == '__main__':
    main()
