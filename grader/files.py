#!/usr/bin/env python3
"""Files that are written whole or not at all"""

import argparse
import contextlib
import os
import shutil
import sys


def is_stdout(path):
    """Tells whether a path is the standard output, a file or not"""
    try:
        return os.path.samestat(os.stat(path), os.fstat(sys.stdout.fileno()))
    except OSError:
        return False


def direct(path):
    """Tells whether a path is a pipe or a device, which nothing replaces"""
    return is_stdout(path) or os.path.exists(path) and not os.path.isfile(path)


@contextlib.contextmanager
def beside(path):
    """Names the file that takes a path when it is whole; else it goes"""
    # Not the link is replaced, but the file that it points to.
    part = '{}.{}.part'.format(os.path.realpath(path), os.getpid())
    try:
        yield part
    finally:
        if os.path.exists(part):
            os.unlink(part)


def writable(path):
    """Reads the path of a file to write, for argparse's `type`

    Args:
        path: str, where.

    Returns:
        str, the path.

    Raises:
        argparse.ArgumentTypeError: if it cannot be written.
    """
    try:
        # realpath('') is the current folder.
        if os.path.isdir(os.path.realpath(path)):
            raise IsADirectoryError(0, 'is a folder')
        if os.path.exists(path) and not os.access(path, os.W_OK):
            raise PermissionError(0, 'Permission denied')
        if not direct(path):
            with beside(path) as part:
                open(part, 'wb').close()
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            'must be a file that can be written ({}). Received: {}'.format(
                getattr(error, 'strerror', error), path))
    return path


def write(path, text):
    """Writes a file, whole or not at all

    Args:
        path: str, where; a pipe or a device is written directly.
        text: str, what.
    """
    data = text.encode('utf-8')
    if is_stdout(path):
        # Opened by its name, a file would be written over from the beginning.
        sys.stdout.flush()
        path = os.dup(sys.stdout.fileno())
    elif not direct(path):
        with beside(path) as part:
            with open(part, 'wb') as file:
                if os.path.exists(path):
                    shutil.copymode(path, part)
                file.write(data)
            os.replace(part, os.path.realpath(path))
        return
    with open(path, 'wb') as file:
        file.write(data)
