#!/usr/bin/env python3
"""What lies in a folder or an archive, of which both look the same"""

import os
import stat

from .. import submissions
from . import archives, names

# Folders in folders; files below one hand-in.
DEPTH = 12
MOST = 20000
LINK = 'its folder is a link; hand in the folder itself'


class Node:
    """A file, a folder or an archive

    Attributes:
        name: str.
        path: str, the file or folder on the disk that it is in.
        file: submissions.File, of what has the name of one of the four.
        children: list of Node, or None for a file.
        problems: list of str, why something in it could not be read.
        holds: bool, whether something below it has such a name.
    """

    def __init__(self, name, path, file=None, children=None, problems=()):
        """Makes one"""
        self.name = name
        self.path = path
        self.file = file
        self.children = children
        self.problems = list(problems)
        self.holds = (
            any(child.holds for child in children) if children is not None
            else file is not None and names.of_file(name).file !=
            names.README)

    def files(self, parts=()):
        """Lists the files below, as pairs of a tuple of str and a Node"""
        parts += self.name,
        if self.children is None:
            return [(parts, self)]
        return [found for child in self.children
                for found in child.files(parts)]

    def reasons(self):
        """Lists the problems of this and of all below, a list of str"""
        return self.problems + [problem for child in self.children or ()
                                for problem in child.reasons()]


def grow(path, depth=0, left=None):
    """Looks what there is; follows no link but the path itself

    Args:
        path: str, of a file or folder.
        depth: int, how deep it is below the one that is given.
        left: list of one int, how many files may be looked at still.

    Returns:
        Node.
    """
    name = os.path.basename(os.path.abspath(path))
    mode = os.stat(path, follow_symlinks=not depth).st_mode
    wanted = names.of_file(name).file
    if stat.S_ISDIR(mode) and (not wanted or not depth):
        return folder(name, path, depth, left)
    if stat.S_ISREG(mode) and names.ARCHIVE.match(name):
        return unpacked(name, path)
    if stat.S_ISLNK(mode) and not wanted and os.path.isdir(path):
        return Node(name, path, None, [], [LINK])
    if wanted == names.README and not stat.S_ISREG(mode):
        wanted = None
    return Node(name, path, submissions.read(path) if wanted else None)


def folder(name, path, depth, left):
    """Makes the Node of a folder; see grow"""
    children, problems = [], []
    try:
        found = sorted(os.listdir(path))
    except OSError as error:
        return Node(name, path, None, [], ['it cannot be read ({})'.format(
            error.strerror)])
    if depth >= DEPTH:
        return Node(name, path, None, [], ['its folders are too deep'])
    for each in found:
        if names.skipped(each):
            continue
        # Each hand-in of a class has as much.
        part = [MOST] if left is None else left
        part[0] -= 1
        if part[0] < 0:
            problems.append('it has more than {} files; the rest was not '
                            'looked at'.format(MOST))
            break
        try:
            children.append(grow(os.path.join(path, each), depth + 1, part))
        except OSError as error:
            problems.append('{} cannot be read ({})'.format(
                each, error.strerror))
    return Node(name, path, None, children, problems)


def unpacked(name, path):
    """Makes the Node of an archive"""
    found, problems = archives.read(path)
    folders = {}
    # What comes twice is what comes last, as it is when it is unpacked.
    for parts, file in found:
        place = folders
        for part in parts[:-1]:
            if not isinstance(place.get(part), dict):
                place[part] = {}
            place = place[part]
        if not isinstance(place.get(parts[-1]), dict):
            place[parts[-1]] = file

    def made(name, content):
        """Makes the Node of a folder in it, or of a file"""
        if not isinstance(content, dict):
            return Node(name, path, content)
        return Node(name, path, None, [
            made(part, content[part]) for part in sorted(content)])
    node = made(name, folders)
    node.problems = problems
    return node
