#!/usr/bin/env python3
"""What a run leaves while it trains, and what --resume makes of it

The folder OUTPUT/N-unfinished holds `backup`, which Keras' own callback
writes, and `epoch-K`: after K epochs a copy of it, with a file run.json that
says whose it is, below its own SHA-256. The copy is made as `partial` and
renamed when it is whole, so that whenever a run is killed, the newest one is
good. What is saved at the end is written there too, in `saving`.
"""

import glob
import hashlib
import json
import os
import shutil
import sys
import time
import zlib

import numpy as np

from common import UserError, files, one_line

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# How much of its time a training spends on keeping its state, at most.
SHARE = 0.02
# Seconds to wait after it could not be kept.
PAUSE = 60


class Unfinished:
    """The state of a training, in a folder of its own

    Attributes:
        folder: str, the folder.
        backup: str, the folder in it that is Keras' own.
        run: dict, what a training must share with another to go on with it.
        losses: dict of lists of float, by name: the losses of the epochs
            done.
        noise: list of lists of int, the states of the layers of noise.
        order: dict of lists by package, the states of the random generators
            that order images on JAX and PyTorch; empty at first.
    """

    def __init__(self, folder, run):
        """Takes note of the folder and of whose it is; touches nothing"""
        self.folder = folder
        self.backup = os.path.join(folder, 'backup')
        self.run = run
        self.losses = {'loss': [], 'val_loss': []}
        self.noise = []
        self.order = {}

    def start(self):
        """Makes the folder an empty one; says what that discards

        Raises:
            UserError: if the folder cannot be made.
        """
        copy = newest(self.folder)
        if copy:
            print('Starting afresh. Discarded: the unfinished run in {}, {}'
                  .format(self.folder, os.path.basename(copy)))
        try:
            discard(self.folder)
            os.makedirs(self.backup)
        except OSError as error:
            raise UserError('{}: {}'.format(self.folder, error.strerror))

    def resume(self):
        """Goes back to the newest copy, or starts where there is none

        Raises:
            UserError: if it is damaged or another run's, and left alone; or
                if the folder cannot be made.
        """
        copy = newest(self.folder)
        if copy is None:
            print('Nothing to resume in {}: starting from the first epoch'
                  .format(self.folder))
            self.start()
            return
        try:
            with open(os.path.join(copy, 'run.json'), 'rb') as file:
                digest, content = file.read().split(b'\n', 1)
            whole = digest == sha256(content)
            kept = json.loads(content.decode()) if whole else {}
            whole = whole and kept['files'] == digests(
                os.path.join(copy, 'backup'))
        except (OSError, ValueError):
            whole = False
        if not whole:
            raise UserError('--resume: {} is damaged'.format(copy))
        for name in sorted(set(self.run) | set(kept['run'])):
            values = kept['run'].get(name), self.run.get(name)
            if values[0] != values[1]:
                raise UserError(
                    '--resume: {} is of a run with {} {}. Received: {}'.format(
                        copy, name, *values))
        self.losses, self.noise, self.order = (
            kept[name] for name in ('losses', 'noise', 'order'))
        shutil.rmtree(self.backup, ignore_errors=True)
        shutil.copytree(os.path.join(copy, 'backup'), self.backup)
        print('Resuming after epoch {}'.format(len(self.losses['loss'])))

    def keep(self):
        """Copies what Keras has written, and drops the copy before

        Raises:
            OSError, UserError: if it cannot; the copy before is left.
        """
        before = newest(self.folder)
        partial = os.path.join(self.folder, 'partial')
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(self.backup, os.path.join(partial, 'backup'))
        content = json.dumps({
            'run': self.run, 'losses': self.losses, 'noise': self.noise,
            'order': self.order,
            'files': digests(os.path.join(partial, 'backup'))}).encode()
        files.write(os.path.join(partial, 'run.json'),
                    sha256(content) + b'\n' + content)
        os.rename(partial, os.path.join(
            self.folder, 'epoch-{}'.format(len(self.losses['loss']))))
        if before:
            shutil.rmtree(before)


def folder_of(options):
    """Names the folder of what an unfinished run leaves"""
    return os.path.join(options.output,
                        '{}-unfinished'.format(options.task))


def identity_of(options, *arrays):
    """Describes what two trainings must share for one to go on with another

    Args:
        options: argparse.Namespace, the options of the main.
        *arrays: arrays, the data.

    Returns:
        dict by name, of what JSON can hold.
    """
    import tensorflow as tf

    backend = tf.keras.backend.backend()
    code = hashlib.sha256()
    paths = glob.glob(os.path.join(glob.escape(ROOT),
                                   '{}-*.py'.format(options.task)))
    for path in sorted(paths) + [
            os.path.join(ROOT, 'common', 'training.py')]:
        with open(path, 'rb') as file:
            code.update(file.read())
    return {
        'task': options.task, '--epochs': options.epochs,
        '--seed': options.seed,
        '--bfloat16': getattr(options, 'bfloat16', False),
        'data of CRC': [zlib.crc32(array) for array in arrays],
        'the code of SHA-256': code.hexdigest(),
        'TensorFlow': tf.__version__,
        # Before Keras 3 it is a part of TensorFlow.
        'Keras': getattr(tf.keras, 'version', str)(),
        'backend': '{} {}'.format(backend, sys.modules[backend].__version__)}


def finish(options):
    """Drops what a run has left to resume it, unless it ended early

    Args:
        options: argparse.Namespace, the options of the main.
    """
    copy = newest(folder_of(options))
    if copy and os.path.basename(copy) != 'epoch-{}'.format(options.epochs):
        print('--resume goes on with', copy)
    else:
        discard(folder_of(options))


def discard(folder):
    """Removes a folder, under another name: half a state is none

    Args:
        folder: str, the folder; may be missing.
    """
    discarded = folder + '-discarded'
    shutil.rmtree(discarded, ignore_errors=True)
    if os.path.isdir(folder):
        os.rename(folder, discarded)
        shutil.rmtree(discarded, ignore_errors=True)


def newest(folder):
    """Finds the newest whole copy of a state

    Args:
        folder: str, the folder of an unfinished run; may be missing.

    Returns:
        str, the path of the copy, or None.
    """
    epochs = [int(name[6:]) for name in os.listdir(folder)
              if name.startswith('epoch-') and name[6:].isdigit()
              ] if os.path.isdir(folder) else []
    if not epochs:
        return None
    return os.path.join(folder, 'epoch-{}'.format(max(epochs)))


def digests(folder):
    """Computes the SHA-256 of every file below a folder

    Args:
        folder: str, the folder.

    Returns:
        dict of str: by the path of a file from the folder, its SHA-256.
    """
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, 'rb') as file:
                found[os.path.relpath(path, folder)] = sha256(
                    file.read()).decode()
    return found


def sha256(content):
    """Computes the SHA-256 of bytes, as hexadecimal digits in bytes"""
    return hashlib.sha256(content).hexdigest().encode()


def callback(state):
    """Makes the callback that keeps the state of a training

    Args:
        state: Unfinished, started or resumed.

    Returns:
        keras.callbacks.BackupAndRestore, which restores the state when the
        training begins, or has nothing to restore.
    """
    import tensorflow.keras as keras

    class Keep(keras.callbacks.BackupAndRestore):
        """Keeps the state after epochs, seldom enough to cost little time"""

        due = 0

        def on_train_begin(self, logs=None):
            """Restores the state"""
            # Keras 3.0 restores no optimizer that has no state yet.
            if not getattr(self.model.optimizer, 'built', True):
                self.model.optimizer.build(self.model.trainable_variables)
            super().on_train_begin(logs)
            for variable, value in zip(noise_of(self.model), state.noise):
                variable.assign(value)
            set_order(state.order)

        def on_epoch_end(self, epoch, logs=None):
            """Keeps the state, if it is time to and the epoch is whole"""
            # Ctrl-C stops in the middle of an epoch.
            if self.model.stop_training:
                return
            for name, losses in state.losses.items():
                losses.append(float(logs[name]))
            start = time.monotonic()
            if start < self.due and epoch + 1 < self.params['epochs']:
                return
            # A full disk, say: the training is worth more than its state.
            # What Keras raises then differs from format to format.
            try:
                # Weights and Adam's two moments, by Keras and as a copy.
                files.reserve(state.folder,
                              2 * 3 * 4 * self.model.count_params())
                super().on_epoch_end(epoch, logs)
                state.noise = [[int(part) for part in variable.numpy()]
                               for variable in noise_of(self.model)]
                state.order = get_order()
                state.keep()
            except Exception as error:
                print('\nState not kept: {}'.format(
                    one_line(error)), file=sys.stderr)
                self.due = start + PAUSE
            else:
                now = time.monotonic()
                self.due = now + (now - start) * (1 / SHARE - 1)

    return Keep(state.backup)


def noise_of(model):
    """Lists the states of a model's layers of noise, where Keras has them

    Keras 3 has them among the variables, and keeps them in no file.

    Args:
        model: keras.Model, the model.

    Returns:
        list of variables, each of shape (2,).
    """
    weights = {id(variable) for variable in model.weights}
    return [variable for variable in model.variables
            if id(variable) not in weights]


def get_order():
    """Takes the states of the generators that order images

    TensorFlow's is none: its states cannot be had, see training.feed.

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
        order: dict, what get_order has returned; or an empty one.
    """
    if 'numpy' in order:
        np.random.set_state(order['numpy'])
    if 'torch' in order:
        torch = sys.modules['torch']
        torch.set_rng_state(torch.tensor(order['torch'], dtype=torch.uint8))
