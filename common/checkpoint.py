#!/usr/bin/env python3
"""What a run leaves to be resumed from: one file, OUTPUT/N-unfinished.npz

It is written after every epoch, whole or not at all. A zip archive, it has
a checksum of every part, so that a damaged one cannot be read.
"""

import glob
import hashlib
import io
import json
import os
import sys
import zlib

import numpy as np

from common import ROOT, UserError, features, files, one_line


class Checkpoint:
    """Where a run stands after its last whole epoch

    Attributes:
        path: str, the file that has it.
        identity: dict, see identity_of.
        kept: None, or of a resumed run where it stood, until it goes on: the
            order, see get_order, and the values of variables_of.
    """

    def __init__(self, options, *arrays):
        """Names the file of a run, and what the run is

        Args:
            options: argparse.Namespace, the options of the main.
            *arrays: arrays, the data.
        """
        self.path = path_of(options)
        self.identity = identity_of(options, *arrays)
        self.kept = None

    def discard(self):
        """Removes what an earlier run has left, and says so"""
        if os.path.exists(self.path):
            print('Starting afresh. Discarded: the unfinished run in',
                  self.path)
            os.remove(self.path)

    def resume(self, run):
        """Gives a run the losses and the film of the last whole epoch, if any

        Args:
            run: training.Run.

        Raises:
            UserError: if the file is damaged or another run's, and left
                alone.
        """
        if not os.path.exists(self.path):
            print('Nothing to resume in {}: starting from the first epoch'
                  .format(os.path.dirname(self.path)))
            return
        description, values = read(self.path)
        compare(self.path, description['identity'], self.identity)
        run.losses = description['losses']
        run.film.epochs = description['film']
        frames = len(values) - len(run.film.epochs)
        run.film.frames = values[frames:]
        self.kept = description['order'], values[:frames]
        print('Resuming after epoch {}'.format(len(run.losses['loss'])))

    def restore(self, run):
        """Puts the model and all that is random where a resumed run stood"""
        if self.kept:
            order, values = self.kept
            set_order(order)
            for variable, value in zip(variables_of(run.auto), values):
                variable.assign(value)

    def keep(self, run):
        """Writes where a run stands, unless nothing could go on from there

        A full disk, say, is only told of: the training is worth more.
        """
        if not features.can_resume():
            return
        try:
            write(self.path, {'identity': self.identity, 'order': get_order(),
                              'losses': run.losses, 'film': run.film.epochs},
                  [variable.numpy() for variable in variables_of(run.auto)] +
                  run.film.frames)
        except UserError as error:
            print('\nState not kept: {}'.format(one_line(error)),
                  file=sys.stderr)


def path_of(options):
    """Names the file of a run

    Args:
        options: argparse.Namespace, the options of the main.

    Returns:
        str, its path.
    """
    return os.path.join(options.output,
                        '{}-unfinished.npz'.format(options.task))


def identity_of(options, *arrays):
    """Describes what two runs must share for one to go on with the other

    Args:
        options: argparse.Namespace, the options of the main.
        *arrays: arrays, the data.

    Returns:
        dict by name, of what JSON can hold.
    """
    import tensorflow as tf

    code = hashlib.sha256()
    paths = glob.glob(os.path.join(glob.escape(ROOT),
                                   '{}-*.py'.format(options.task)))
    for path in sorted(paths) + [
            os.path.join(ROOT, 'common', name)
            for name in ('batches.py', 'training.py')]:
        with open(path, 'rb') as file:
            code.update(file.read())
    backend = features.backend()
    return {
        'task': options.task, 'epochs': options.epochs, 'seed': options.seed,
        'bfloat16': getattr(options, 'bfloat16', False),
        'data of CRC': [zlib.crc32(array) for array in arrays],
        'the code of SHA-256': code.hexdigest(),
        'TensorFlow': tf.__version__,
        # Before Keras 3 it is a part of TensorFlow.
        'Keras': getattr(tf.keras, 'version', str)(),
        'backend': '{} {}'.format(backend, sys.modules[backend].__version__)}


def write(path, description, variables):
    """Writes the state of a run

    Args:
        path: str, the file.
        description: dict, of what JSON can hold.
        variables: list of arrays.

    Raises:
        UserError: if it cannot; a state that was there stays.
    """
    content = io.BytesIO()
    np.savez(content, *variables, description=np.frombuffer(
        json.dumps(description).encode(), np.uint8))
    files.write(path, content.getvalue())


def read(path):
    """Reads the state of a run

    Args:
        path: str, the file.

    Returns:
        description, variables: what has been given to write.

    Raises:
        UserError: if the file is damaged.
    """
    # Damage can make NumPy raise anything.
    try:
        with np.load(path, allow_pickle=False) as archive:
            description = json.loads(
                archive['description'].tobytes().decode())
            variables = [archive['arr_{}'.format(index)]
                         for index in range(len(archive.files) - 1)]
    except Exception:
        raise UserError('{} is damaged'.format(path))
    return description, variables


def compare(path, kept, identity):
    """Refuses the state of another run

    Args:
        path: str, the file of the state.
        kept: dict, the identity of its run.
        identity: dict, the identity of this run.

    Raises:
        UserError: if they are not the same.
    """
    for name in sorted(identity):
        if kept.get(name) != identity[name]:
            raise UserError(
                '{} is of a run with {} {}; without --resume it is discarded. '
                'Received: {}'.format(
                    path, name, kept.get(name), identity[name]))


def variables_of(auto):
    """Lists all that training changes in a model

    Args:
        auto: keras.Model, its optimizer built.

    Returns:
        list of variables: weights, on Keras 3 the states of noise, and those
        of the optimizer.
    """
    adam = auto.optimizer.variables
    # A method in Keras 2.
    return list(auto.variables) + list(adam() if callable(adam) else adam)


def get_order():
    """Takes the states of the generators that order images

    TensorFlow's is none: its states cannot be had, see batches.

    Returns:
        dict of lists by package: NumPy's, in use on JAX, and PyTorch's.
    """
    name, keys, *rest = np.random.get_state()
    order = {'numpy': [name, keys.tolist()] + rest}
    if 'torch' in sys.modules:
        order['torch'] = sys.modules['torch'].get_rng_state().tolist()
    return order


def set_order(order):
    """Has the generators that order images go on from states

    Args:
        order: dict, what get_order has returned.
    """
    np.random.set_state(order['numpy'])
    if 'torch' in order:
        torch = sys.modules['torch']
        torch.set_rng_state(torch.tensor(order['torch'], dtype=torch.uint8))


def finish(options):
    """Drops the state of a run that has done all its epochs

    Args:
        options: argparse.Namespace, the options of the main.

    Returns:
        str, the path of the state of a run that ended early, or None.
    """
    path = path_of(options)
    if not os.path.exists(path):
        return None
    description, _ = read(path)
    if len(description['losses']['loss']) < options.epochs:
        return path
    os.remove(path)
    return None
