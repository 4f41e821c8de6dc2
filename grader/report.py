#!/usr/bin/env python3
"""What the command prints for one submission and for a class"""

import collections
import os
import re

from . import memory, scores
from .labels import labels
from .printable import clean
from .registry import TASKS
from .wording import plural

NO_CAGE = ('No cage: the files could read and change what you can, and forge '
           'nothing but their own answers.')
MOST_LINES = 40
MOST_ADVICE = 4
MOST_ROWS = 10
MOST_HIDDEN = 6
NAME = 24


def number(value):
    """Writes a score, with one digit after the point where it needs one"""
    return '{:g}'.format(round(value, 1))


def sentence_of(entry):
    """Gives the sentence of a fault, with its line, or of what it hides

    Args:
        entry: dict, one of a task's `faults` or `not_judged`.
    """
    if 'because' in entry:
        return entry['because']
    if entry['line'] is None:
        return entry['sentence']
    return 'line {}: {}'.format(entry['line'], entry['sentence'])


def is_wrong(task):
    """Tells whether a required check of a task failed, or was not judged"""
    return bool(task['faults'] or task['not_judged'])


def not_graded(row):
    """Says why a submission was not graded, or not whole; else None"""
    causes = [cause['because'] for task in row['tasks']
              for cause in task['not_judged']]
    if row['cage'] is None:
        return causes[0]
    return memory.CAUSE if memory.CAUSE in causes else None


def cut(lines, most):
    """Leaves lines out that are too many, and says how many"""
    if len(lines) <= most:
        return lines
    return lines[:most - 1] + ['  {} more: --json FILE has all'.format(
        len(lines) - most + 1)]


def not_judged(entries):
    """Writes which checks a fault hides"""
    checks = [entry['check'] for entry in entries]
    more = len(checks) - MOST_HIDDEN
    return '  not judged for this: {}{}{}'.format(
        clean(', '.join(checks[:MOST_HIDDEN])),
        ' and {} more'.format(more) if more > 0 else '', cost(entries))


def cost(entries):
    """Writes what faults cost, or checks that are not judged"""
    points = sum(entry.get('cost', 0) for entry in entries)
    return ' (-{})'.format(number(points)) if points else ''


def task_lines(task):
    """Writes a line a fault, and below it what could not be judged for it

    Args:
        task: dict, one of what the judge gives as `tasks`.

    Returns:
        list of str.
    """
    hidden = {}
    for entry in task['not_judged']:
        hidden.setdefault(entry['because'], []).append(entry)
    lines = []
    for fault in task['faults']:
        lines.append('  ' + clean(sentence_of(fault)) + cost([fault]))
        # What is not judged names the fault by its sentence or its check.
        for cause in (fault['sentence'], fault['check']):
            if cause in hidden:
                checks = hidden.pop(cause)
                # Where nothing is judged, the fault itself says enough.
                lines += [not_judged(checks)] * bool(task['score'])
    for cause in sorted(hidden):
        lines += ['  ' + clean(cause), not_judged(hidden[cause])]
    return lines


def advice_lines(tasks):
    """Writes the paragraph of advice, each sentence once

    Args:
        tasks: list of dict, see task_lines.

    Returns:
        list of str.
    """
    files = {}
    for task in tasks:
        for entry in task['advice']:
            names = files.setdefault(clean(entry['sentence']), [])
            # The README is the folder's, not a file's.
            if entry['check'] != 'readme' and task['file'] not in names:
                names.append(task['file'])
    lines = sorted('  {}{}{}'.format(', '.join(names), ': ' * bool(names),
                                     sentence)
                   for sentence, names in files.items())
    return cut(['Advice, which costs nothing:'] * bool(lines) + lines,
               MOST_ADVICE)


def one(row):
    """Writes the report of one submission, see lines_of"""
    faults = [task_lines(task) for task in row['tasks']]
    end = advice_lines(row['tasks'])
    # Each task may have so many lines that all fit.
    room = MOST_LINES - 4 - len(faults) - len(end)
    most = max(most for most in range(room + 1)
               if sum(min(most, len(lines)) for lines in faults) <= room)
    lines = []
    for task, found in zip(row['tasks'], faults):
        lines.append('{}: {} of 100{}'.format(
            task['file'], number(task['score']),
            ', not changed since it was graded' * bool(task.get('kept'))))
        lines += cut(found, most)
    of = '' if len(faults) == len(TASKS) else ', of {}'.format(
        ' and '.join(task['file'] for task in row['tasks']))
    return lines + end + ['Score: {} of 100{}'.format(
        number(row['score']), of)]


def commonest(rows):
    """Counts in how many submissions each fault is

    Args:
        rows: list of dict, what the judge gave for each submission.

    Returns:
        list of str, a line a fault that two or more have.
    """
    names, sentences = {}, {}
    for row in rows:
        for task in row['tasks']:
            for fault in task['faults']:
                # The same fault may be told with other sizes and lines.
                key = fault['check'], re.sub(r'\d+([.,e +-]+\d+)*', '0',
                                             fault['sentence'])
                names.setdefault(key, set()).add(row['submission'])
                sentences.setdefault(key, clean(fault['sentence']))
    return ['  {:4} {}'.format(len(names[key]), sentences[key]) for key
            in sorted(names, key=lambda key: (-len(names[key]), key))
            if len(names[key]) > 1]


def likeness(rows, known=()):
    """Finds the files that are the same but for names, layout and comments

    Args:
        rows: list of dict, what the judge gave for each submission.
        known: collection of pairs of a file's name and its normal form,
            those that were handed out.

    Returns:
        OrderedDict from a tuple of names of submissions to the list of files
        that all these have alike. First those that say most: who share a
        fault, then those who are few. Right files are alike more easily, the
        more so the more have them.
    """
    owners, groups, wrong = {}, {}, set()
    for row in rows:
        for file, normal in sorted(row['normal'].items()):
            if normal is not None and (file, normal) not in known:
                owners.setdefault((file, normal), []).append(row['submission'])
        wrong.update((row['submission'], task['file']) for task in row['tasks']
                     if {fault['check'] for fault in task['faults']} -
                     set(scores.FORM))
    for (file, _), names in sorted(owners.items()):
        if len(names) > 1:
            groups.setdefault(tuple(names), []).append(file)
    return collections.OrderedDict(sorted(
        groups.items(), key=lambda group: (
            not any((group[0][0], file) in wrong for file in group[1]),
            len(group[0]), -len(group[1]), group[0])))


def note_lines(rows, name=lambda row: ''):
    """Writes what is said of how files were found, a line a submission"""
    return ['{}{}'.format(name(row), clean('; '.join(row['notes'])))
            for row in rows if row.get('notes')]


def table(rows, names):
    """Writes the table of a class: a line for its head and for each row

    Args:
        rows: see lines_of.
        names: dict from the names of submissions to those that are shown.

    Returns:
        list of str.
    """
    tasks = rows[0]['tasks']
    form = '{{:<{}}} {{:>6}}'.format(NAME) + ' {:>5}' * (len(tasks) + 1)
    return [form.format('', 'score', *[task['file'][:5] for task in tasks] +
                        ['wrong'])] + [form.format(
                            names[row['submission']], number(row['score']),
                            *[number(task['score']) for task in row['tasks']] +
                            [sum(len(task['faults'])
                                 for task in row['tasks'])]) +
                            '  not judged' * bool(not_graded(row))
                            for row in rows]


def many(rows, known=()):
    """Writes the report of a class, see lines_of"""
    names = labels([row['submission'] for row in rows], NAME)
    lines = table(rows, names)
    graded = [row['score'] for row in rows if not not_graded(row)]
    if graded:
        lines.append('{}, mean score {} of 100'.format(
            plural(len(graded), 'submission'),
            number(sum(graded) / len(graded))))
    faults = commonest(rows)
    groups = ['Same but for names: {}: {}'.format(
        clean(', '.join(names[one] for one in alike), 200), ', '.join(files))
        for alike, files in likeness(rows, known).items()]

    def named(row):
        """Begins a line about a row"""
        return names[row['submission']] + ': '
    failed = [named(row) + clean(not_graded(row))
              for row in rows if not_graded(row)]
    return (lines + failed + note_lines(rows, named) +
            ['Commonest faults:'] * bool(faults) + cut(faults, MOST_ROWS) +
            cut(groups, MOST_ROWS) +
            ['The faults of one: grade its folder alone, or see --json FILE'])


def lines_of(rows, left=(), known=()):
    """Writes the report

    Args:
        rows: list of dict, what the judge gave for each submission.
        left: list of str, paths of what is no submission.
        known: see likeness.

    Returns:
        list of str, printable lines. Of a class the last one counts.
    """
    cages = sorted({row['cage'] for row in rows} - {None})
    seeds = ', '.join(sorted({str(row['seed']) for row in rows}))
    graded = len([row for row in rows if not not_graded(row)])
    counts = clean('{} handed in, {} graded, {} not graded'.format(
        len(rows), graded, len(rows) - graded))
    return [NO_CAGE] * ('none' in cages) + (
        note_lines(rows) + one(*rows) if len(rows) == 1 else many(rows, known)
        ) + ['Not taken for submissions: ' + clean(', '.join(
            map(os.path.basename, left)))] * bool(left) + [clean(
                'Seed {}, runtime {}, cage {}'.format(
                    seeds, rows[0]['runtime'], ', '.join(cages) or 'unknown'))
                ] + [counts] * (len(rows) > 1 or graded < len(rows))
