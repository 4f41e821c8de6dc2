#!/usr/bin/env python3
"""Trains a student's own file with our main: his pictures, his explorer

First the grader says in one line whether it would refuse the file.
"""

import argparse
import importlib.util
import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
import types

from common import ROOT, UserError, explorer, one_line
from tools import MODULES

# Of a decoder, what the explorer's page can compute.
DRAWN = ('InputLayer', 'Dense', 'Conv2D', 'UpSampling2D')


def ask_grader(folder, task):
    """Prints in one line what the grader would refuse, if there is anything

    Args:
        folder: str.
        task: int.
    """
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, 'grade.json')
        done = subprocess.run(
            [sys.executable, '-m', 'grader', '--task', str(task), '--json',
             path, '--', folder], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if not os.path.exists(path):
            print('Not graded:', one_line(done.stdout[-300:]))
            return
        with open(path, encoding='utf-8') as file:
            graded = json.load(file)[0]['tasks'][0]
    for fault in (graded['faults'] + graded['not_judged'])[:1]:
        print(f"The grader gives {graded['score']:g} of 100:",
              fault.get('sentence') or fault['because'])


def call(path, name, function):
    """Calls what runs a student's code

    Args:
        path: str, his file.
        name: str, what he calls it.
        function: function of no argument.

    Returns:
        what that gives.

    Raises:
        UserError: if it raises anything.
    """
    try:
        return function()
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(
            error.__traceback__) if frame.filename == path]
        where = f'{name} line {lines[-1]}' if lines else name
        raise UserError(f'{where}: {type(error).__name__}: '
                        f'{str(error).strip()[:300]}')


def make(path, name):
    """Makes the function that our main calls in place of its own

    Args:
        path: str, the student's file.
        name: str, that of its module.

    Returns:
        function of autoencoder's arguments.
    """
    def autoencoder(*arguments):
        """Calls the student's, and asks for what our main needs"""
        import tensorflow.keras as keras

        file = os.path.basename(path)
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        call(path, file, lambda: spec.loader.exec_module(module))
        if not hasattr(module, 'autoencoder'):
            raise UserError(f'{file} must have a function called autoencoder')
        models = call(path, file, lambda: module.autoencoder(*arguments))
        if not (isinstance(models, (tuple, list)) and len(models) == 3 and
                all(isinstance(each, keras.Model) for each in models)):
            raise UserError(
                f'{file}: autoencoder must return three models, encoder, '
                f'decoder, auto. Received: {type(models).__name__}')
        encoder, decoder, auto = models
        if not getattr(auto, 'optimizer', None):
            raise UserError(f'{file}: autoencoder must compile auto, the last '
                            'of its models. Received: one without optimizer')
        wanted = 3 if name[0] == '3' else 1
        if len(encoder.outputs) != wanted:
            raise UserError(f'{file}: the encoder must put out {wanted} '
                            f'tensors. Received: {len(encoder.outputs)}')
        return models

    return autoencoder


def write(encoder, decoder, *more, page=explorer.write):
    """Writes the explorer's page, where it can compute the decoder"""
    for layer in decoder.layers:
        if type(layer).__name__ not in DRAWN:
            print('No explorer: its page computes Dense, Conv2D and '
                  f'UpSampling2D. Received: {type(layer).__name__}')
            return
    page(encoder, decoder, *more)


def main():
    """Runs a main with another file than ours"""
    parser = argparse.ArgumentParser(
        prog='python -m tools.own', description=__doc__.split('\n')[0],
        epilog='All else is for the main, see python 0-main.py --help.')
    parser.add_argument('folder', metavar='FOLDER',
                        help='a folder with the file of the task')
    parser.add_argument('task', type=int, choices=range(len(MODULES)))
    options, rest = parser.parse_known_args()
    name = MODULES[options.task]
    path = os.path.abspath(os.path.join(options.folder, name + '.py'))
    if not os.path.isfile(path):
        sys.exit(one_line('own: error: the folder must have the file '
                          f'{name}.py. Received: {options.folder}'))
    ask_grader(os.path.abspath(options.folder), options.task)
    sys.modules[name] = types.SimpleNamespace(autoencoder=make(path, name))
    explorer.write = write
    script = os.path.join(ROOT, f'{options.task}-main.py')
    # His results do not lie upon ours.
    sys.argv = [script, '--output', os.path.join(options.folder, 'output'),
                *rest]
    runpy.run_path(script, run_name='__main__')


if __name__ == '__main__':
    main()
