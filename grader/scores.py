#!/usr/bin/env python3
"""What each check counts: the one table, and the score of a task"""

import json

from .registry import SPARSE, TASKS, VARIATIONAL

FORM = {'first-line': 2, 'mode': 1, 'new-line': 1, 'style': 2,
        'documentation': 2, 'imports': 2, 'syntax': 2}
MODELS = {'returns': 3, 'name': 3, 'list': 2, 'program': 1, 'sizes': 5,
          'order': 2, 'outputs': 4, 'encoder-layers': 8, 'encoder-output': 8,
          'decoder-layers': 7, 'decoder-output': 7, 'auto-output': 2,
          'sample': 7}
TRAINING = {'loss': 25, 'penalty': 10, 'optimizer': 8, 'training': 7}
# Checks that only one task has.
ONLY = {'outputs': VARIATIONAL, 'sample': VARIATIONAL, 'penalty': SPARSE}

# The points of each task are 100. Faults are told in this order.
WEIGHTS = {task: {name: points for table in (FORM, MODELS, TRAINING)
                  for name, points in table.items()
                  if ONLY.get(name, task) == task}
           for task in range(len(TASKS))}
WEIGHTS[SPARSE]['loss'] = 15
WEIGHTS[VARIATIONAL].update({
    'list': 1, 'sizes': 3, 'encoder-layers': 5, 'encoder-output': 5,
    'decoder-layers': 4, 'decoder-output': 4, 'auto-output': 6})


def read(path):
    """Reads weights of one's own

    Args:
        path: str, a file in JSON: an object of names of checks and points,
            which stand in place of those above.

    Returns:
        dict from task to dict from name to points.

    Raises:
        ValueError: if the file is not that.
    """
    try:
        with open(path, encoding='utf-8') as file:
            changed = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError('--weights must be a file in JSON. Received: {}: {}'
                         .format(path, getattr(error, 'strerror', error)))
    known = set().union(*WEIGHTS.values())
    if not isinstance(changed, dict) or not all(
            name in known and type(points) in (int, float) and
            0 <= points < 1e6 for name, points in changed.items()):
        raise ValueError('--weights must be an object whose names are among '
                         '{} and whose values are 0 or more. Received: {}'
                         .format(', '.join(sorted(known)), changed))
    weights = {task: {name: changed.get(name, points)
                      for name, points in table.items()}
               for task, table in WEIGHTS.items()}
    if not all(sum(table.values()) for table in weights.values()):
        raise ValueError('--weights must leave points in every task. '
                         'Received: {}'.format(changed))
    return weights


def score(weights, failed):
    """Computes the score of a task

    Args:
        weights: dict from name to points.
        failed: set of str, the checks with a fault or not judged.

    Returns:
        float, 0 to 100: the points of the other checks.
    """
    kept = sum(points for name, points in weights.items()
               if name not in failed)
    return round(100.0 * kept / sum(weights.values()), 1)


def points(weights, failed):
    """Lists what each check of a task earns

    Args:
        weights: dict from name to points.
        failed: set of str, the checks with a fault or not judged.

    Returns:
        dict from name to two floats: the points that are earned, and those
        that can be, of 100 for all.
    """
    whole = sum(weights.values())
    return {name: [0.0 if name in failed else round(100.0 * each / whole, 1),
                   round(100.0 * each / whole, 1)]
            for name, each in weights.items()}
