#!/usr/bin/env python3
"""The table of all checks"""

import itertools
import textwrap

from .checks import checks_of
from .registry import TASKS


def lines_of(grades):
    """Writes the table

    Args:
        grades: dict from task to what judge.grade gives for it.

    Returns:
        list of str: for each file a row a check, the sentence that says what
        is wrong below the rows that it is for, and the score; then all
        scores.
    """
    lines, scores = [], []
    for task, verdicts in sorted(grades.items()):
        scored = [check for check in checks_of(task) if check.required]
        passed = [check for check in scored if verdicts[check.name] is None]
        scores.append('{}: {} of {} required checks passed'.format(
            TASKS[task].file, len(passed), len(scored)))
        lines.append(scores[-1])
        for (sentence, required), group in itertools.groupby(
                checks_of(task),
                lambda check: (verdicts[check.name], check.required)):
            verdict = ('passed' if sentence is None else 'WRONG') + (
                '' if required else ' (advised)')
            lines += ['  {:<62}{}'.format(check.title, verdict)
                      for check in group]
            lines += textwrap.wrap(sentence or '', 79,
                                   initial_indent='   -> ',
                                   subsequent_indent=' ' * 6)
        lines.append('')
    return lines + scores
