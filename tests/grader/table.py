#!/usr/bin/env python3
"""The table of all checks"""

import textwrap

from .checks import checks_of
from .registry import TASKS

WIDTH = 100


def rows(check, sentence):
    """Writes the lines of one check"""
    if sentence is None:
        verdict = 'passed'
    else:
        verdict = ('WRONG: ' if check.required else 'advice: ') + sentence
    title = '  {:<62}'.format(check.title)
    return textwrap.wrap(verdict, WIDTH, initial_indent=title + ' ',
                         subsequent_indent=' ' * 12) if sentence is None \
        else [title.rstrip()] + textwrap.wrap(
            verdict, WIDTH, initial_indent=' ' * 6,
            subsequent_indent=' ' * 8)


def lines_of(grades):
    """Writes the table

    Args:
        grades: dict from task to what judge.grade gives for it.

    Returns:
        list of str, its lines.
    """
    lines, scores = [], []
    for task in sorted(grades):
        verdicts = grades[task]
        checks = checks_of(task)
        scored = [check for check in checks if check.required]
        passed = [check for check in scored if verdicts[check.name] is None]
        score = '{}: {} of {} required checks passed'.format(
            TASKS[task].file, len(passed), len(scored))
        scores.append(score)
        lines += [score]
        sentences = {}
        for check in checks:
            sentences.setdefault(verdicts[check.name], []).append(check)
        for check in checks:
            lines += rows(check, verdicts[check.name])
        lines.append('')
    return lines + scores
