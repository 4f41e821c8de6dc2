#!/usr/bin/env python3
"""What was handed in: a submission, and how its files are read"""

import collections
import errno
import hashlib
import os
import stat

from .printable import clean
from .registry import TASKS

# content: bytes, or None where problem, a sentence, says what is wrong;
# executable: bool, whether the file's mode says so; None where it came in a
# way that keeps no modes.
File = collections.namedtuple('File', 'content executable problem')

# name: str, which no other submission has, not fit to print as it is;
# folder: str, a path; files: dict of str to File, for each of the four names;
# readme: bool, whether there is a README.md; problem: None, or a sentence,
# why it cannot be told what to grade; notes: list of sentences, what is to be
# said of how the files were found; paths: list of str, where they are.
Submission = collections.namedtuple(
    'Submission', 'name folder files readme problem notes paths')

FILES = tuple(task.file for task in TASKS)
MOST = 256 * 1024
TOO_LARGE = 'the file has more than {} KiB; leave out what the exercise ' \
    'does not ask for'.format(MOST // 1024)
EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH

KINDS = ((stat.S_ISDIR, 'folder'), (stat.S_ISFIFO, 'pipe'),
         (stat.S_ISCHR, 'device'), (stat.S_ISBLK, 'device'))


def read(path):
    """Reads a file, once

    Args:
        path: str, of anything or nothing.

    Returns:
        File.
    """
    try:
        # Else a pipe would block, and a terminal would become the one that
        # controls the grader.
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK |
                       os.O_NOCTTY)
    except OSError as error:
        return File(None, False, {
            errno.ENOENT: 'the file does not exist; hand it in under exactly '
                          'this name',
            errno.ELOOP: 'the file is a link; hand in the file itself',
            errno.ENXIO: 'the file is a socket or a device; hand in a regular '
                         'file',
        }.get(error.errno, 'the file cannot be read ({}); chmod +r may make '
              'it readable'.format(clean(error.strerror))))
    try:
        mode = os.fstat(file).st_mode
        content, problem = read_open(file, mode)
    except OSError as error:
        content, problem = None, 'the file cannot be read ({}); hand it in ' \
            'again'.format(clean(error.strerror))
    finally:
        os.close(file)
    return File(content, bool(mode & EXECUTABLE), problem)


def read_open(file, mode):
    """Reads an open file

    Args:
        file: int, the descriptor.
        mode: int, what fstat says of it.

    Returns:
        bytes and None, or None and a sentence that says why not.

    Raises:
        OSError: if the file system fails.
    """
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in KINDS if is_kind(mode)),
                    'special file')
        return None, 'the file is a {}; hand in a regular file'.format(kind)
    content = b''
    # A file may grow while it is read, so its size says nothing.
    while len(content) <= MOST:
        part = os.read(file, MOST + 1 - len(content))
        if not part:
            return content, None
        content += part
    return None, TOO_LARGE


def sha256(file):
    """Computes the hash of a File's bytes, str; None if there are none"""
    if file.content is None:
        return None
    return hashlib.sha256(file.content).hexdigest()
