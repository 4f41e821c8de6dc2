#!/usr/bin/env python3
"""Which of the files of one hand-in are the four"""

import collections

from .. import submissions
from ..wording import plural
from . import names

# folder: tuple of str, where it is; name: str; turn: str, see names.Name;
# exact: bool, whether its name is that of the exercise.
Found = collections.namedtuple('Found', 'folder name turn exact file path')
MISSING = 'the file does not exist; hand it in under exactly this name'


class Undecided(Exception):
    """Why it cannot be told which files are meant: a sentence"""


def choose(name, folder, nodes):
    """Makes a submission of what one has handed in

    Args:
        name: str, what it is called.
        folder: str, where it is.
        nodes: list of tree.Node: its folders, archives and files.

    Returns:
        submissions.Submission.
    """
    found, readmes, there = {}, set(), []
    for node in nodes:
        top = names.of_folder(node.name)
        for parts, leaf in node.files():
            # The hand-in's own folder is no part of the way.
            way = parts[1:-1]
            read = names.of_file(leaf.name)
            if read.file == names.README and leaf.file:
                readmes.add(way)
            elif leaf.file:
                file = leaf.file
                if read.system or top.system:
                    file = file._replace(executable=None)
                found.setdefault(read.file, []).append(Found(
                    way, leaf.name, read.turn or top.turn,
                    read.exact, file, leaf.path))
            else:
                there.append('/'.join(parts[1:] or parts))
    reasons = list(collections.OrderedDict.fromkeys(
        reason for node in nodes for reason in node.reasons()))
    chosen, notes, problem = {}, list(reasons), None
    if not found:
        problem = '; '.join(reasons[:3]) or nothing(there)
    try:
        chosen, more = decide(found)
        notes += more
    except Undecided as undecided:
        problem = str(undecided)
    return submissions.Submission(
        name, folder, {file: chosen[file].file if file in chosen else
                       submissions.File(None, False, problem or MISSING)
                       for file in submissions.FILES},
        # Who hands in no folder has no place for one.
        all(node.children is None for node in nodes) or
        any(way == each.folder[:len(way)] for way in readmes
            for each in chosen.values()),
        problem, [] if problem else notes,
        sorted({each.path for each in chosen.values()}))


def nothing(there):
    """Says what is there in place of the four files"""
    if not there:
        return 'it is empty'
    return 'it has none of the four files, but {}{}'.format(
        ', '.join(there[:3]), ' and {} more'.format(len(there) - 3)
        if len(there) > 3 else '')


def decide(found):
    """Decides which files are meant

    Args:
        found: dict from one of the four names to a list of Found.

    Returns:
        dict from the names to Found; list of str, what is to be said.

    Raises:
        Undecided: if it cannot be told.
    """
    notes, folders = [], {}
    for file, several in sorted(found.items()):
        turns = {each.turn for each in several}
        if len(turns) > 1 and all(turns):
            last = max(turns, key=lambda turn: (len(turn), turn))
            several = [each for each in several if each.turn == last]
            notes.append('{}: the last of {}'.format(
                file, plural(len(turns), 'attempt')))
        for each in several:
            folders.setdefault(each.folder, {}).setdefault(
                file, []).append(each)
    chosen = {folder: {file: one_of(file, several)
                       for file, several in files.items()}
              for folder, files in folders.items()}
    home = home_of(chosen)
    if home is None:
        home = {}
        for folder in sorted(chosen):
            for file, each in chosen[folder].items():
                first = home.setdefault(file, each)
                if first.file != each.file:
                    raise Undecided(
                        'two files may be {}: {} and {}; hand in one'.format(
                            file, label(first), label(each)))
    taken = ['{} as {}'.format(label(each), file)
             for file, each in sorted(home.items()) if not each.exact]
    if taken:
        notes.append('taken: ' + ', '.join(taken))
    for file, each in sorted(home.items()):
        notes += ['{} is there too, and was not graded'.format(label(other))
                  for other in found[file] if other.file != each.file and
                  other.turn == each.turn]
    places = {each.folder for each in home.values()} - {()}
    return home, ['found in ' + ', '.join(
        '/'.join(place) for place in sorted(places))] * bool(places) + notes


def label(found):
    """Says where a file is"""
    return '/'.join(found.folder + (found.name,))


def one_of(file, several):
    """Decides between files of one folder, see decide"""
    several = [each for each in several if each.exact] or several
    for other in several[1:]:
        if other.file != several[0].file:
            raise Undecided('two files may be {}: {} and {}; hand in one'
                            .format(file, label(several[0]), label(other)))
    return several[0]


def home_of(chosen):
    """Finds the folder whose files are meant, where others have them too

    Args:
        chosen: dict from a folder to a dict from file to Found.

    Returns:
        dict from file to Found; None if no folder is above all others.
    """
    for folder, files in chosen.items():
        if all(set(other) <= set(files) and (
                len(place) > len(folder) or len(other) < len(files))
                for place, other in chosen.items() if place != folder):
            return files
    return None
