#!/usr/bin/env python3
"""What was handed in: the submissions in folders, and their files"""

import collections
import errno
import hashlib
import os
import stat

from .printable import clean
from .registry import TASKS

# content: bytes, or None where problem, a sentence, says what is wrong;
# executable: bool, whether the file's mode says so.
File = collections.namedtuple('File', 'content executable problem')

# name: str, which no other submission has, not fit to print as it is;
# folder: str, a path; files: dict of str to File, for each of the four names;
# readme: bool, whether there is a README.md.
Submission = collections.namedtuple('Submission', 'name folder files readme')

FILES = tuple(task.file for task in TASKS)
MOST = 256 * 1024
EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH

KINDS = ((stat.S_ISDIR, 'folder'), (stat.S_ISFIFO, 'pipe'),
         (stat.S_ISCHR, 'device'), (stat.S_ISBLK, 'device'))


def find(folders):
    """Finds the submissions in folders and reads their files

    Args:
        folders: iterable of str, paths: each a submission, which holds one of
            the four files at least, or a folder of such.

    Returns:
        list of Submission, those of a folder in the order of their names.

    Raises:
        ValueError: if there is no submission in one of them.
    """
    paths = []
    for folder in folders:
        # An empty path, as from a shell variable that is not set, must not
        # mean the current folder.
        found = [folder] if folder and holds(folder) else [
            path for path in below(folder) if holds(path)]
        if not found:
            raise ValueError(
                'FOLDER must hold one of {}, or folders that do. Received: {}'
                .format(', '.join(FILES), clean(repr(folder), 150)))
        paths += [os.path.abspath(path) for path in found]
    # A folder that is given twice is graded once.
    paths = list(collections.OrderedDict.fromkeys(paths))
    # A student may hand in a link to another's folder; only the user may
    # name a link.
    given = {os.path.abspath(folder) for folder in folders}
    return [Submission(name, path, files_of(path, path in given),
                       regular(os.path.join(path, 'README.md')))
            for name, path in zip(names(paths), paths)]


def holds(folder):
    """Tells whether a folder holds one of the four files, or its name"""
    return any(os.path.lexists(os.path.join(folder, file)) for file in FILES)


def below(folder):
    """Lists the paths in a folder, sorted; none if it cannot be read"""
    try:
        return [os.path.join(folder, name)
                for name in sorted(os.listdir(folder))]
    except OSError:
        return []


def regular(path):
    """Tells whether a path is a regular file, not a link to one"""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def names(paths):
    """Gives each path a name of its own: as few of its last parts as can be

    Args:
        paths: list of str, absolute, each another.

    Returns:
        list of str, in the same order.
    """
    parts = [path.split(os.sep) for path in paths]
    counts = collections.Counter(
        tuple(part[-count:]) for part in parts
        for count in range(1, len(part) + 1))
    return [os.sep.join(next(part[-count:] for count in range(
        1, len(part) + 1) if counts[tuple(part[-count:])] == 1))
            for part in parts]


def files_of(folder, given):
    """Reads the four files of a folder

    Args:
        folder: str, a path.
        given: bool, whether the user named it, who may name a link.

    Returns:
        dict of str to File.
    """
    if os.path.islink(folder) and not given:
        return {file: File(None, False, 'its folder is a link; hand in the '
                           'folder itself') for file in FILES}
    return {file: read(os.path.join(folder, file)) for file in FILES}


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
    return None, ('the file has more than {} KiB; leave out what the exercise '
                  'does not ask for'.format(MOST // 1024))


def sha256(file):
    """Computes the hash of a File's bytes, str; None if there are none"""
    if file.content is None:
        return None
    return hashlib.sha256(file.content).hexdigest()
