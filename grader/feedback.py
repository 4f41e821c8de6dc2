#!/usr/bin/env python3
"""Pages for those who are graded, and one for who grades

Each page is whole: it needs no network and no other file. What a stranger has
written is escaped, and no page of a student has a script.
"""

import base64
import hashlib
import html
import os
import re

from . import files, report
from .printable import clean

HERE = os.path.dirname(os.path.abspath(__file__))
# Lines of a file before and after that of a fault, and letters of each.
AROUND, WIDTH = 3, 120
LESSON = 'docs/learn.md'
# Headings of the lesson about what a check looks at; the task's own is first.
READ = {
    'loss': 'The loss', 'penalty': 'A sparse autoencoder',
    'encoder-layers': 'The bottleneck', 'decoder-layers': 'The bottleneck',
    'auto-output': 'An autoencoder', 'outputs': 'A variational autoencoder',
    'sample': 'The reparameterisation trick', 'training': 'The loss',
    'optimizer': 'The loss', 'returns': 'An autoencoder',
    'encoder-output': 'The latent space'}
OF_TASK = {('3-variational.py', 'loss'): 'The Kullback-Leibler divergence',
           ('2-convolutional.py', 'encoder-layers'):
               'A convolutional autoencoder',
           ('2-convolutional.py', 'decoder-layers'):
               'A convolutional autoencoder'}
SORT = """
document.querySelectorAll('th button').forEach((button, column) => {
  button.addEventListener('click', () => {
    const body = document.querySelector('tbody');
    const up = button.parentNode.getAttribute('aria-sort') !== 'ascending';
    document.querySelectorAll('th').forEach((each) =>
      each.removeAttribute('aria-sort'));
    button.parentNode.setAttribute('aria-sort',
      up ? 'ascending' : 'descending');
    const key = (row) => row.children[column].textContent;
    [...body.rows].sort((one, other) => (up ? 1 : -1) * key(one).localeCompare(
      key(other), undefined, {numeric: true})).forEach((row) =>
      body.append(row));
  });
});
"""


def safe(text, most=300):
    """Makes HTML of a stranger's text"""
    return html.escape(clean(str(text), most))


def page(title, body, script=''):
    """Fills the template; a script is the only one that the page may run"""
    with open(os.path.join(HERE, 'feedback.html'), encoding='utf-8') as file:
        text = file.read()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest())
    parts = {'title': safe(title), 'body': body,
             'allowed': "'sha256-{}'".format(digest.decode()) if script
             else "'none'",
             'script': '<script>{}</script>'.format(script) if script else ''}
    return re.sub('{{(.*?)}}', lambda found: parts[found.group(1)], text)


def table(head, rows, sortable=False):
    """Makes a table; all but the first column are numbers where they can be

    Args:
        head: list of str, HTML.
        rows: list of list of str, HTML.
        sortable: bool, whether its heads are buttons.
    """
    def cell(tag, at, content):
        """Makes a cell"""
        if sortable and tag == 'th':
            content = '<button>{}</button>'.format(content)
        return '<{0}{1}>{2}</{0}>'.format(
            tag, ' class="number"' if at else '', content)
    return '<div class="wide"><table><thead>{}</thead><tbody>{}</tbody>' \
        '</table></div>'.format(*(''.join('<tr>{}</tr>'.format(''.join(
            cell(tag, at, each) for at, each in enumerate(row)))
            for row in part) for tag, part in (('th', [head]), ('td', rows))))


def excerpt(content, line):
    """Makes HTML of a line of a file and of those around it

    Args:
        content: bytes, or None.
        line: int, or None.
    """
    if content is None or not line:
        return ''
    lines = content.decode('utf-8', 'replace').splitlines()
    shown = []
    for number in range(max(1, line - AROUND),
                        min(len(lines), line + AROUND) + 1):
        # A tab is no layout that a page could keep.
        text = lines[number - 1].expandtabs()
        text = '{:4}  {}'.format(number, ''.join(
            each if each.isprintable() else '\ufffd' for each in text[:WIDTH]))
        shown.append(('<b>{}</b>' if number == line else '{}').format(
            html.escape(text)))
    return '<pre>{}</pre>'.format('\n'.join(shown)) if shown else ''


def fault_of(task, fault, content):
    """Makes HTML of a fault: sentence, cost, lines, what to read"""
    heading = OF_TASK.get((task['file'], fault['check']),
                          READ.get(fault['check']))
    return '<li>{}<span class="lost">{}</span>{}{}</li>'.format(
        safe(report.sentence_of(fault)), report.cost([fault]),
        ' <span class="soft">Read “{}” in {}.</span>'.format(
            heading, LESSON) if heading else '',
        excerpt(content, fault['line']))


def part_of(task, file):
    """Makes HTML of one file of a submission

    Args:
        task: dict, one of what the judge gives as `tasks`.
        file: submissions.File.
    """
    parts = ['<h2>{}: {} of 100</h2>'.format(
        task['file'], report.number(task['score']))]
    if task['faults']:
        parts.append('<ul>{}</ul>'.format(''.join(
            fault_of(task, fault, file.content) for fault in task['faults'])))
    causes = {}
    for entry in task['not_judged']:
        causes.setdefault(entry['because'], []).append(entry)
    for because, entries in sorted(causes.items()):
        parts.append('<p>Not judged{}: {}, because {}</p>'.format(
            report.cost(entries), safe(', '.join(
                entry['check'] for entry in entries), 1000), safe(because)))
    parts.append('<details><summary>Points of every check</summary>{}'
                 '</details>'.format(table(
                     ['check', 'earned', 'possible'],
                     [[safe(name), report.number(earned),
                       report.number(possible)] for name, (earned, possible)
                      in task.get('checks', {}).items()])))
    if task['advice']:
        parts.append('<p>Advice, which costs nothing:</p><ul>{}</ul>'.format(
            ''.join('<li>{}</li>'.format(safe(entry['sentence']))
                    for entry in task['advice'])))
    return ''.join(parts)


def of_one(row, submission):
    """Makes the page of a submission

    Args:
        row: dict, what the judge gave.
        submission: submissions.Submission.

    Returns:
        str, HTML.
    """
    body = '<h1>{}: {} of 100</h1>'.format(
        safe(row['submission']), report.number(row['score']))
    because = report.not_graded(row)
    if because:
        body += '<p class="lost">Not graded: {}</p>'.format(safe(because))
    body += ''.join('<p class="soft">{}</p>'.format(safe(note))
                    for note in row.get('notes', ()))
    if row['cage'] is not None:
        body += ''.join(part_of(task, submission.files[task['file']])
                        for task in row['tasks'])
    body += '<p class="soft">Seed {}, runtime {}</p>'.format(
        row['seed'], safe(row['runtime']))
    return page(row['submission'], body)


def of_class(rows, names, known):
    """Makes the page of a class, for who grades it

    Args:
        rows: list of dict, what the judge gave.
        names: dict from a submission's name to its page's.
        known: see report.likeness.

    Returns:
        str, HTML.
    """
    head = ['submission', 'score'] + [
        task['file'] for task in rows[0]['tasks']] + ['faults']
    body = '<h1>{} submissions</h1>'.format(len(rows)) + table(head, [
        ['<a href="{}">{}</a>{}'.format(
            names[row['submission']], safe(row['submission']),
            ' (not graded)' if report.not_graded(row) else ''),
         report.number(row['score'])] +
        [report.number(task['score']) for task in row['tasks']] +
        [str(sum(len(task['faults']) for task in row['tasks']))]
        for row in rows], sortable=True)
    for title, lines in (
            ('Faults that several have', report.commonest(rows)),
            ('The same but for names, layout and comments', [
                '{}: {}'.format(', '.join(alike), ', '.join(shared))
                for alike, shared in report.likeness(rows, known).items()])):
        if lines:
            body += '<h2>{}</h2><ul>{}</ul>'.format(title, ''.join(
                '<li>{}</li>'.format(safe(line, 1000)) for line in lines))
    return page('{} submissions'.format(len(rows)), body, SORT)


def page_names(names):
    """Gives each submission the name of a file that every system takes"""
    return {name: '{:03}-{}'.format(at, re.sub(
        r'[^A-Za-z0-9]+', '-', name).strip('-')[:40] or 'x')
        for at, name in enumerate(names, 1)}


def write(folder, rows, found, known):
    """Writes the pages

    Args:
        folder: str, made if need be.
        rows: list of dict, what the judge gave.
        found: list of submissions.Submission.
        known: see report.likeness.
    """
    os.makedirs(folder, exist_ok=True)
    names = {name: made + '.html' for name, made in page_names(
        [row['submission'] for row in rows]).items()}
    given = {submission.name: submission for submission in found}
    for row in rows:
        files.write(os.path.join(folder, names[row['submission']]),
                    of_one(row, given[row['submission']]))
    files.write(os.path.join(folder, 'index.html'),
                of_class(rows, names, known))
