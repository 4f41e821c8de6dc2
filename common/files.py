#!/usr/bin/env python3
"""Files that are written whole or not at all"""

import contextlib
import itertools
import os
import tempfile

from common import UserError

# What a run writes at most: models, and states of the training.
ROOM = 2 ** 26
BLOCK = 2 ** 16


def write(path, content):
    """Writes a file, whole or not at all

    Args:
        path: str, the file; one that exists is replaced.
        content: bytes, what it will hold.

    Raises:
        UserError: if the file cannot be written.
    """
    partial = path + '.partial'
    try:
        with open(partial, 'wb') as file:
            file.write(content)
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.remove(partial)
        raise UserError('{}: {}'.format(path, error.strerror))


def reserve(folder, size):
    """Finds out whether a folder takes files of a size

    HDF5 ends the whole process with a crash where a disk is full, so it has
    to be known before.

    Args:
        folder: str, the folder.
        size: int, bytes.

    Raises:
        OSError: if it does not.
    """
    # In blocks: as much memory at once takes seven times as long.
    with tempfile.TemporaryFile(dir=folder) as file:
        file.writelines(itertools.repeat(bytes(BLOCK), -(-size // BLOCK)))


def prepare(folder):
    """Makes the output folder and finds out whether a run can write there

    Args:
        folder: str, the folder.

    Raises:
        UserError: if it cannot, or there is no room for what a run leaves.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        reserve(folder, ROOM)
    except OSError as error:
        raise UserError('--output {}: {}'.format(folder, error.strerror))
