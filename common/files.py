#!/usr/bin/env python3
"""Files that are written whole or not at all"""

import contextlib
import itertools
import os
import tempfile

from common import UserError

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
    """Finds out whether a folder, made if missing, takes files of a size

    It writes them: neither a quota nor a limit of the process shows in what
    a disk says to be free.

    Args:
        folder: str, the folder.
        size: int, bytes.

    Raises:
        UserError: if it does not.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.writelines(itertools.repeat(bytes(BLOCK), -(-size // BLOCK)))
    except OSError as error:
        raise UserError('{}: {}'.format(folder, error.strerror))
