#!/usr/bin/env python3
"""What has changed between two runs over the same class"""

from .printable import clean
from .report import number


def lines_of(old, rows):
    """Writes what has changed since an older run

    Args:
        old: dict from names of submissions to what the judge gave then.
        rows: list of dict, what it gives now.

    Returns:
        list of str, printable lines: one for each submission that has other
        points, is new or is gone.
    """
    lines, new = [], {row['submission']: row for row in rows}
    for name in sorted(set(old) | set(new)):
        if name not in new:
            lines.append('{}: is gone, had {}'.format(
                clean(name), number(old[name]['score'])))
        elif name not in old:
            lines.append('{}: is new, has {}'.format(
                clean(name), number(new[name]['score'])))
        else:
            before = {task['file']: task['score']
                      for task in old[name]['tasks']}
            changed = ['{} {} -> {}'.format(
                task['file'], number(before[task['file']]),
                number(task['score'])) for task in new[name]['tasks']
                if before.get(task['file'], task['score']) != task['score']]
            if changed:
                lines.append('{}: {} -> {} ({})'.format(
                    clean(name), number(old[name]['score']),
                    number(new[name]['score']), ', '.join(changed)))
    return ['Changed since then: {} of {}'.format(len(lines), len(rows))
            ] + ['  ' + line for line in lines]
