#!/usr/bin/env python3
"""The files that the command writes: JSON, CSV, JUnit, Gradescope's"""

import csv
import io
import json
import os
import re
from xml.etree import ElementTree

from . import files, report
from .printable import clean
from .submissions import FILES

# What a cell may hold in the usual spreadsheets.
LONGEST = 32000
FORMULA = re.compile(r'(^|[,;|\t] *"?)(?=[-=+@])')


def read(path):
    """Reads the submissions that an earlier run has graded

    Args:
        path: str, the file in JSON, if there is one yet.

    Returns:
        dict from the name of a submission to what the judge gave for it.

    Raises:
        ValueError: if the file is another one.
    """
    if files.direct(path) or not os.path.exists(path):
        return {}
    try:
        with open(path, encoding='utf-8') as file:
            rows = json.load(file)
        if not isinstance(rows, list):
            raise TypeError
        return {row['submission']: row for row in rows
                if row['tasks'] and row['files']}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError('--json must be a new file or one that the grader '
                         'has written. Received: ' + path)


def as_json(rows, weights):
    """Gives everything, as a list in JSON

    Args:
        rows: list of dict, what the judge gave for each submission.
        weights: dict from task to dict from check to points.

    Returns:
        str, the file's text.
    """
    return json.dumps(rows, indent=1) + '\n'


def as_csv(rows, weights, missing=0):
    """Gives a row a submission, for a spreadsheet; see as_json

    `missing` is how many are not graded yet; if any, the last row says so.
    """
    tasks = rows[0]['tasks']
    checks = [(task['file'], name) for task in tasks
              for name in task.get('checks', ())]
    lines = [['submission', 'score'] + [task['file'] for task in tasks] +
             ['{} {}'.format(*each) for each in checks] +
             ['notes', 'faults', 'all faults']]
    lines += [csv_row(row, checks) for row in rows]
    if missing:
        lines.append(['partial: {} more are not graded yet'.format(missing)])
    text = io.StringIO()
    for line in lines:
        # A spreadsheet computes what begins like a formula, and in many a
        # country a cell ends with a semicolon.
        csv.writer(text, lineterminator='\n').writerow(
            [FORMULA.sub(r"\1'", clean(str(cell), LONGEST)) for cell in line])
    return text.getvalue()


def csv_row(row, checks):
    """Gives the cells of a submission

    Args:
        row: dict, what the judge gave for it.
        checks: list of (str, str), files and their checks.

    Returns:
        list.
    """
    tasks = row['tasks']
    faults = ['{}: {}{}'.format(task['file'], report.sentence_of(fault),
                                report.cost([fault]))
              for task in tasks for fault in task['faults']]
    # What the grader has failed on has no fault and no points.
    causes = sorted({cause['because'] for task in tasks
                     for cause in task['not_judged']})
    earned = {(task['file'], name): points[0] for task in tasks
              for name, points in task.get('checks', {}).items()}
    return ([row['submission'], row['score']] +
            [task['score'] for task in tasks] +
            [earned.get(each, '') for each in checks] +
            ['; '.join(row.get('notes', ())), len(faults),
             ' | '.join(faults or causes)])


def as_junit(rows, weights):
    """Gives a test suite a submission in JUnit's XML; see as_json"""
    suites = ElementTree.Element('testsuites')
    for row in rows:
        suite = ElementTree.SubElement(suites, 'testsuite', {
            'name': clean(row['submission']),
            'time': '{:.2f}'.format(sum(
                task['seconds'] for task in row['tasks']))})
        for task in row['tasks']:
            number = FILES.index(task['file'])
            found = {}
            for kind, entries in (('failure', task['faults']),
                                  ('skipped', task['not_judged'])):
                for entry in entries:
                    found.setdefault(entry['check'], (kind, []))[1].append(
                        clean(report.sentence_of(entry)))
            checks = list(weights[number])
            for check in checks + sorted(set(found).difference(checks)):
                case = ElementTree.SubElement(suite, 'testcase', {
                    'classname': task['file'], 'name': clean(check)})
                if check in found:
                    kind, sentences = found[check]
                    ElementTree.SubElement(
                        case, kind, message=sentences[0]
                    ).text = '\n'.join(sentences)
        for key, path in (('tests', 'testcase'), ('failures', '*/failure'),
                          ('skipped', '*/skipped')):
            suite.set(key, str(len(suite.findall(path))))
    return ElementTree.tostring(suites, 'unicode') + '\n'


def as_gradescope(rows, weights):
    """Gives the results.json of Gradescope; see as_json"""
    row, = rows
    return json.dumps({
        'score': row['score'],
        'output': '\n'.join(report.lines_of(rows)),
        'visibility': 'visible',
        'execution_time': sum(task['seconds'] for task in row['tasks']),
        # The sum of the tests must be the score.
        'tests': [{
            'name': task['file'],
            'score': task['score'] / len(row['tasks']),
            'max_score': 100 / len(row['tasks']),
            'status': 'failed' if report.is_wrong(task) else 'passed',
            'output': '\n'.join(report.task_lines(task))}
            for task in row['tasks']]}, indent=1) + '\n'
