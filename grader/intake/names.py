#!/usr/bin/env python3
"""The names of files and folders that learning platforms give out

What is known of a platform is a row of SYSTEMS. A name of none of them is
taken to begin with its owner's name.
"""

import collections
import re

from ..registry import TASKS

# prefix: regex of what it puts before the name of a file. In it `who` and
# `id` make the owner; where one comes several times, the last `turn` counts.
# folders: bool, whether it gives folders such names too.
System = collections.namedtuple('System', 'name prefix folders')

# In this order: the first that fits is taken. None of them keeps the modes
# of the files that it was given.
SYSTEMS = (
    # "Anna Meier_4711_assignsubmission_file_" is a folder, or begins a file.
    System('Moodle', r'(?P<who>.+)_(?P<id>\d+)_assignsubmission_'
           r'(?:file|onlinetext)_?', True),
    # "Homework 4_ameier_attempt_2022-08-26-23-59-59_0-vanilla.py"
    System('Blackboard', r'(?P<who>.+?)_attempt_'
           r'(?P<turn>\d{4}(?:-\d\d){5})[_.]?', True),
    # "4711-815 - Anna Meier - 26 August 2022 1159 PM - 0-vanilla.py"
    System('Brightspace', r'(?P<id>\d+-\d+) - (?P<who>.+?) - '
           r'[^-]*\d{4}[^-]*(?: - |$)', True),
    # "submission_4711" is a folder.
    System('Gradescope', r'(?P<who>submission)_(?P<id>\d+)(?:$|_)', True),
    # "meieranna_LATE_4711_815_0-vanilla.py"; each file has a second number
    # of its own, which some downloads leave out.
    System('Canvas', r'(?P<who>.+?)(?:_LATE)?_'
           r'(?:(?P<id>\d+)_(?P<turn>\d+)|(?P<only>\d{5,}))_', False),
)
# What is known to be no work of a student's: in it nothing is looked for.
SKIPPED = ('__MACOSX', '__pycache__', 'node_modules', 'site-packages', 'venv',
           'Thumbs.db', 'desktop.ini')
# In a class's folder: what teachers and platforms lay beside the hand-ins.
BESIDE = re.compile(r'(?i)readme\.\w+$|.*\.(csv|html?|json|log|md|ods|txt|'
                    r'xlsx?|xml|ya?ml)$')
ARCHIVE = re.compile(r'(?i)(?P<name>.+)\.(?P<kind>zip|tar|tgz|tbz2?|txz|'
                     r'tar\.(?:gz|bz2|xz))$')
# Of these there is no reader in Python.
UNREADABLE = re.compile(r'(?i).+\.(rar|7z|zst|lz|arj|ace|cab)$')
# A folder that has one of them is the work of one, like a clone.
REPOSITORY = ('.git', 'unsupervised_learning')
README = 'README.md'

FILES = {task.file[2:-len('.py')]: task.file for task in TASKS}
TASK = re.compile(
    r'(?is)(?P<before>.*?)(?P<rest>(?:(?P<digit>[0-3])[-_ .\u2010-\u2015]?)?'
    r'(?P<word>{})(?P<copy>(?:[ _-]*(?:\(\d+\)|copy|copie|kopie|copia|kopia|'
    r'final|v?\d{{1,2}}))*)[ _-]*\.py(?:\.py|\.txt)?)'.format('|'.join(FILES)))
COPY = re.compile(r'(?i)(copy of|copie de|kopie von|copia d[ei])\s+')

# owner: str, empty if the name has none; turn: str, what tells the last of
# several attempts, or empty; system: bool, whether a platform gave the name;
# file: str, the one of the four that is meant, or README.md, or None;
# exact: bool, whether it is called so.
Name = collections.namedtuple('Name', 'owner turn system file exact')


def prefix_of(text, whole):
    """Reads what a platform puts before a name

    Args:
        text: str.
        whole: bool, whether that must be all.

    Returns:
        System, or None; str, the owner; str, the turn; int, where it ends.
    """
    for system in SYSTEMS:
        found = re.compile(system.prefix).match(text)
        if found and (found.end() == len(text) or not whole):
            parts = found.groupdict()
            return system, '_'.join(filter(None, (
                parts['who'], parts.get('id') or parts.get('only')))), (
                    parts.get('turn') or ''), found.end()
    return None, '', '', 0


def of_file(name):
    """Reads the name of a file; returns Name"""
    found = TASK.fullmatch(name)
    file = found and FILES[found.group('word').lower()]
    if file and found.group('digit') in (None, file[0]):
        before = COPY.sub('', found.group('before'))
        system, owner, turn, _ = prefix_of(before, True)
        return Name(owner or before.strip(' _-.'), turn, bool(system), file,
                    found.group('rest') == file)
    system, owner, turn, end = prefix_of(name, False)
    file = README if name[end:] == README else None
    return Name(owner, turn, bool(system), file, True)


def of_folder(name):
    """Reads the name of a folder or an archive in a class's; returns Name"""
    archive = ARCHIVE.match(name)
    system, owner, turn, end = prefix_of(name, False)
    if system and (archive or system.folders and end == len(name)):
        return Name(owner, turn, True, None, True)
    return Name(archive.group('name') if archive else name, '', False, None,
                True)


def skipped(name):
    """Tells whether nothing is looked for in what has this name"""
    return name.startswith('.') or name in SKIPPED
