#!/usr/bin/env python3
"""Reads archives of strangers: what they hold comes into memory, and no more

An archive may be made to fill a disk, to write outside, or to crash what
reads it. So nothing is unpacked onto a disk: there is no path that could lead
outside. The few files that are wanted are read in a process with limits, up
to the size that a file may have.
"""

import base64
import io
import os
import re
import stat
import tarfile
import zipfile

from .. import submissions
from ..source.process import told_by
from . import names

SECONDS = 60
# Members; archives in archives; bytes of those; bytes that are told.
MEMBERS = 20000
DEPTH = 3
# Folders in folders.
DEEP = 20
INNER = 2 ** 26
TOLD = 2 ** 26
BAD = 'is damaged or no archive; hand in the files themselves, or a new .zip'
LOCKED = 'it is locked with a password; hand it in without one'


def read(path):
    """Reads what is wanted of an archive

    Args:
        path: str, of a regular file.

    Returns:
        list of (tuple of str, File or None): each path in it, of which an
            archive is a part like a folder; the File of those that have the
            name of one of the four.
        list of str, what could not be read, and why.
    """
    found, problems = [], []
    for told in told_by(lambda: opened(path), SECONDS, TOLD):
        if 'stop' in told:
            problems.append('{} takes too long, or is too large; hand in the '
                            'files themselves'.format(os.path.basename(path)))
        elif 'path' in told:
            content = told['content'] and base64.b64decode(told['content'])
            found.append((tuple(told['path']), submissions.File(
                content, told['executable'], told['problem'])
                if told['wanted'] else None))
        elif told:
            problems.append(told['problem'])
    return found, problems


def opened(path):
    """Gives what an archive holds; see members"""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(file, 'rb') as stream:
        for told in members(stream, (), os.path.basename(path), [MEMBERS]):
            yield told


def members(stream, place, name, left):
    """Gives what an archive holds, and what those in it hold

    Args:
        stream: file, the archive.
        place: tuple of str, where it is.
        name: str, its own.
        left: list of one int, how many members there may be still.

    Yields:
        dict of 'path', 'wanted', 'content' in base 64 or None, 'executable'
        as in File, 'problem'; or of 'problem' alone.
    """
    try:
        for told in (unzipped if name.lower().endswith('.zip') else untarred)(
                stream, place, left):
            left[0] -= 1
            if left[0] < 0:
                yield {'problem': '{} has more than {} files; the rest was '
                       'not looked at'.format(name, MEMBERS)}
                return
            yield told
    except MemoryError:
        raise
    # What a parser raises on something that was made to break it.
    except Exception:
        yield {'problem': '{} {}'.format(name, BAD)}


def unzipped(stream, place, left):
    """Gives the members of a zip, see members"""
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            known = info.create_system == 3 and mode & 0o777
            kind = ('folder' if info.filename.endswith('/') else
                    'link' if stat.S_ISLNK(mode) else
                    'special file' if stat.S_IFMT(mode) not in (
                        0, stat.S_IFREG) else None)
            for told in member(
                    info.filename, place, left, kind, info.file_size,
                    bool(mode & submissions.EXECUTABLE) if known else None,
                    lambda most: None if info.flag_bits & 1 else
                    archive.open(info).read(most)):
                yield told


def untarred(stream, place, left):
    """Gives the members of a tar, packed or not, see members"""
    with tarfile.open(fileobj=stream, mode='r:*') as archive:
        for info in archive:
            kind = ('folder' if info.isdir() else 'link' if info.issym() or
                    info.islnk() else None if info.isreg() else
                    'special file')
            for told in member(
                    info.name, place, left, kind, info.size,
                    bool(info.mode & submissions.EXECUTABLE),
                    lambda most: archive.extractfile(info).read(most)):
                yield told
            # It keeps all that it has seen.
            archive.members = []


def member(name, place, left, kind, size, executable, content):
    """Gives one member, or what it holds where it is an archive itself

    Args:
        name: str, its path in the archive.
        place: tuple of str, where the archive is.
        left: list of one int, see members.
        kind: None for a regular file, else str, what it is.
        size: int, what the archive says it has.
        executable: bool or None, see File.
        content: function of the most bytes to read, which gives them; None
            where a password would be needed.

    Yields:
        dict, see members.
    """
    parts = parts_of(name)
    if '..' in parts:
        yield {'problem': 'a path in it leads outside, {}; hand in the files '
               'themselves'.format(name[:200])}
        return
    if not parts or len(parts) > DEEP or any(map(names.skipped, parts)):
        return
    path = place + parts
    if not kind and names.ARCHIVE.match(parts[-1]):
        for told in inner(path, left, size, content):
            yield told
    elif kind == 'folder' or names.of_file(parts[-1]).file is None:
        yield {'path': path, 'wanted': False, 'content': None,
               'executable': executable, 'problem': None}
    else:
        yield wanted(path, kind, size, executable, content)


def inner(path, left, size, content):
    """Gives what an archive in an archive holds, see member"""
    deep = sum(1 for part in path if names.ARCHIVE.match(part))
    read, problem = None, '{} is too large, or too deep in other archives; ' \
        'hand in the files themselves'.format(path[-1])
    if size <= INNER and deep < DEPTH:
        read, problem = read_member(content, INNER, path[-1])
    if problem:
        yield {'problem': problem}
        return
    for told in members(io.BytesIO(read), path, path[-1], left):
        yield told


def wanted(path, kind, size, executable, content):
    """Gives one of the four, see member"""
    told = {'path': path, 'wanted': True, 'content': None,
            'executable': executable, 'problem': None}
    if kind:
        told['problem'] = 'the file is a {}; hand in the file itself'.format(
            kind)
    elif size > submissions.MOST:
        told['problem'] = submissions.TOO_LARGE
    else:
        read, problem = read_member(content, submissions.MOST + 1, path[-1])
        if problem:
            return {'problem': problem}
        told['content'] = base64.b64encode(read).decode()
    return told


def parts_of(name):
    """Splits the path of a member; one from a root has '..' in it, as others

    Args:
        name: str.

    Returns:
        tuple of str.
    """
    name = name.replace('\\', '/')
    root = name.startswith('/') or re.match('[A-Za-z]:', name)
    return ('..',) * bool(root) + tuple(
        part for part in name.split('/') if part not in ('', '.'))


def read_member(content, most, name):
    """Reads a member

    Args:
        content: function, see member.
        most: int, how many bytes are wanted.
        name: str, its own.

    Returns:
        bytes or None; None, or a sentence that says why there are none.
    """
    try:
        read = content(most)
    except MemoryError:
        raise
    # As in members; what comes after it may be whole.
    except Exception:
        return None, '{} {}'.format(name, BAD)
    return read, LOCKED if read is None else None
