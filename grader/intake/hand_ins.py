#!/usr/bin/env python3
"""The hand-ins in the folders that the command is given"""

import collections
import os

from ..printable import clean
from ..submissions import FILES
from . import names, tree
from .choice import choose


def find(folders, left=None, ours=()):
    """Finds the hand-ins in folders and reads their files

    Args:
        folders: iterable of str, paths. Each is one of the four files; or a
            folder or an archive, which is a hand-in or holds a class of
            them: folders, archives, files whose names begin with an owner.
        left: None, or a list, which takes what is no hand-in: str, paths.
        ours: collection of str, real paths of what the grader itself writes.

    Returns:
        list of Submission, each with a name of its own.

    Raises:
        ValueError: if none of the four files is in one of them.
    """
    found = collections.OrderedDict()
    for folder in folders:
        node = demand_some(folder)
        for path, nodes in hand_ins(node, os.path.abspath(folder),
                                    [] if left is None else left, ours):
            # A folder that is named twice is one hand-in; of its files, each
            # may be named.
            if path not in found:
                found[path] = nodes
            elif node.children is None:
                found[path] += nodes
    paths = list(found)
    return [choose(name, path, found[path])
            for name, path in zip(names_of(paths), paths)]


def demand_some(folder):
    """Looks into a folder, and demands that one of the four is in it

    Args:
        folder: str.

    Returns:
        tree.Node.

    Raises:
        ValueError: if none is.
    """
    node = None
    try:
        # A variable that is not set is not the folder that one is in.
        node = folder and tree.grow(folder)
    except (OSError, ValueError):
        pass
    if not node or not (node.holds or any(
            child.problems for child in node.children or ())):
        raise ValueError(
            'FOLDER must exist and hold one of {}, or a class. Received: {}'
            .format(', '.join(FILES), clean(repr(folder), 150)))
    return node


def hand_ins(node, path, left, ours):
    """Tells the hand-ins apart that a folder or an archive holds

    Args:
        node: tree.Node.
        path: str, where it is.
        left, ours: see find.

    Returns:
        list of (str, list of Node): a path that stands for the hand-in, and
        what belongs to it.
    """
    if node.children is None:
        return [(os.path.dirname(path), [node])]
    if is_one(node, path):
        return [(path, [node])]
    grouped = collections.OrderedDict()
    for child in node.children:
        owner, place = owner_of(child), os.path.join(path, child.name)
        if os.path.realpath(place) in ours:
            continue
        if owner is None:
            left.append(place)
        else:
            grouped.setdefault(os.path.join(path, owner) if owner else path,
                               []).append(child)
    holding = folders_of(node)
    if len(grouped) == 1 and len(holding) == 1:
        # What a platform or a browser has put around the class.
        inner = hand_ins(holding[0], os.path.join(path, holding[0].name),
                         left, ours)
        if len(inner) > 1:
            return inner
    return list(grouped.items())


def folders_of(node):
    """Lists the folders and archives in a Node that hold one of the four"""
    return [child for child in node.children
            if child.children is not None and child.holds]


def is_one(node, path):
    """Tells whether a folder is one hand-in, and no class; see hand_ins"""
    files = [child for child in node.children
             if child.children is None and child.holds]
    owned = [child for child in files if names.of_file(child.name).owner]
    there = {child.name for child in node.children}
    repository = any(name in there or os.path.exists(os.path.join(path, name))
                     for name in names.REPOSITORY)
    return bool((files or repository) and not owned and
                len(folders_of(node)) < 2)


def owner_of(child):
    """Tells whose something in the folder of a class is

    Args:
        child: tree.Node.

    Returns:
        str, empty for a file without an owner; None if it is no hand-in.
    """
    if child.children is not None:
        return names.of_folder(child.name).owner
    name = names.of_file(child.name)
    if name.owner or child.holds:
        return name.owner
    return None if names.BESIDE.match(child.name) else child.name


def names_of(paths):
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
