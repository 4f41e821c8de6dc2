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

from common import ROOT, UserError, files, runtime


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
            os.path.join(ROOT, 'common', 'training.py')]:
        with open(path, 'rb') as file:
            code.update(file.read())
    backend = runtime.backend()
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
            raise UserError('{} is of a run with {} {}. Received: {}'.format(
                path, name, kept.get(name), identity[name]))


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
