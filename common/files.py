#!/usr/bin/env python3
"""Files that are written whole or not at all"""

import contextlib
import fcntl
import itertools
import os
import sys
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


@contextlib.contextmanager
def locked(path):
    """Keeps other runs of the same files out, while a block is run

    The lock ends with the process, however that ends. On a disk without
    locks, as some networks have them, the block is run all the same.

    Args:
        path: str, a file that is made for this, and removed.

    Raises:
        UserError: if another run has it.
    """
    with open(path, 'w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError('{}: another run of the same task writes there'
                            .format(os.path.dirname(path)))
        except OSError as error:
            print('{}: this disk has no locks ({}): start no second run of '
                  'the same task there'.format(
                      os.path.dirname(path), error.strerror), file=sys.stderr)
        try:
            yield
        finally:
            # Its folder may have been deleted.
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
