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
    found, readmes, there = look(nodes)
    reasons = list(collections.OrderedDict.fromkeys(
        reason for node in nodes for reason in node.reasons()))
    chosen, notes, problem = {}, [], None
    try:
        if found:
            chosen, notes = decide(found)
        else:
            problem = '; '.join(reasons[:3]) or nothing(there)
    except Undecided as undecided:
        problem = str(undecided)
    files = dict.fromkeys(submissions.FILES, submissions.File(
        None, False, problem or MISSING))
    files.update((file, each.file) for file, each in chosen.items())
    return submissions.Submission(
        name, folder, files, has_readme(nodes, readmes, chosen.values()),
        problem, [] if problem else reasons + notes,
        sorted({each.path for each in chosen.values()}))


def has_readme(nodes, readmes, chosen):
    """Tells whether there is a README.md above or beside one of the files

    Args:
        nodes: list of tree.Node.
        readmes: set of tuples of str, the folders that have one.
        chosen: collection of Found.

    Returns:
        bool, of one who hands in no folder, and has no place for it, True.
    """
    return all(node.children is None for node in nodes) or any(
        way == each.folder[:len(way)] for way in readmes for each in chosen)


def look(nodes):
    """Lists what has the name of one of the four, and what else there is

    Args:
        nodes: list of tree.Node.

    Returns:
        dict from one of the four names to a list of Found; set of tuples of
        str, the folders with a README.md; list of str, all others.
    """
    found, readmes, there = {}, set(), []
    for node in nodes:
        top = names.of_folder(node.name)
        for parts, leaf in node.files():
            # The hand-in's own folder is no part of the way.
            way, read, file = parts[1:-1], names.of_file(leaf.name), leaf.file
            if not file:
                there.append('/'.join(parts[1:] or parts))
            elif read.file == names.README:
                readmes.add(way)
            else:
                if read.system or top.system:
                    file = file._replace(executable=None)
                found.setdefault(read.file, []).append(Found(
                    way, leaf.name, read.turn or top.turn, read.exact, file,
                    leaf.path))
    return found, readmes, there


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
        last, attempts = last_of(several)
        if attempts > 1:
            notes.append('{}: the last of {}'.format(
                file, plural(attempts, 'attempt')))
        for each in last:
            folders.setdefault(each.folder, {}).setdefault(
                file, []).append(each)
    chosen = {folder: {file: one_of(file, several)
                       for file, several in files.items()}
              for folder, files in folders.items()}
    home = home_of(chosen) or together(chosen)
    places = {each.folder for each in home.values()} - {()}
    if places:
        notes.insert(0, 'found in ' + ', '.join(
            '/'.join(place) for place in sorted(places)))
    return home, notes + remarks(home, found)


def remarks(home, found):
    """Says what was taken under another name, and what was not taken

    Args:
        home: dict from file to Found, those that are taken.
        found: dict from file to list of Found, all.

    Returns:
        list of str.
    """
    taken = ['{} as {}'.format(label(each), file)
             for file, each in sorted(home.items()) if not each.exact]
    return ['taken: ' + ', '.join(taken)] * bool(taken) + [
        '{} is there too, and was not graded'.format(label(other))
        for file, each in sorted(home.items()) for other in found[file]
        if other.file != each.file and other.turn == each.turn]


def last_of(several):
    """Takes the last of several attempts, where names tell which it is

    Args:
        several: list of Found.

    Returns:
        list of Found; int, how many attempts there are.
    """
    turns = {each.turn for each in several}
    if len(turns) < 2 or not all(turns):
        return several, 1
    last = max(turns, key=lambda turn: (len(turn), turn))
    return [each for each in several if each.turn == last], len(turns)


def together(chosen):
    """Puts together what several folders have, see home_of and decide"""
    home = {}
    for folder in sorted(chosen):
        for file, each in chosen[folder].items():
            demand_same(file, home.setdefault(file, each), each)
    return home


def demand_same(file, one, other):
    """Demands that two files that may be meant are the same, see decide"""
    if one.file != other.file:
        raise Undecided('two files may be {}: {} and {}; hand in one'.format(
            file, label(one), label(other)))


def label(found):
    """Says where a file is"""
    return '/'.join(found.folder + (found.name,))


def one_of(file, several):
    """Decides between files of one folder, see decide"""
    several = [each for each in several if each.exact] or several
    for other in several[1:]:
        demand_same(file, several[0], other)
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
