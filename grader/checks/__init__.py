#!/usr/bin/env python3
"""The checks of models, each of which names those that it needs

contract: what autoencoder takes and returns.
layers: the weights of the models, and what they compute.
roles, heads: the outputs of a variational encoder; sampling: their noise.
loss, elbo, sparse: the loss, that of the variational file, the penalty.
training: how auto is trained; training_moves: where that takes the weights;
training_fit: the call of fit; training_noise: the noise; trainee: what is
known of the loss.
advice: what is not scored.

Those of a file's text are in grader/source.
"""

import importlib
import pkgutil

from .. import scores
from ..registry import CHECKS

# A module puts its checks on the list as it is imported.
for _, module, _ in pkgutil.iter_modules(__path__):
    importlib.import_module('.' + module, __name__)


def checks_of(task):
    """Lists the checks of a task, each after those that it needs

    Else they are in the order of scores.py. Advice comes last, for it may
    change the models.
    """
    by_name = {check.name: check for check in CHECKS if task in check.tasks}
    ordered = []

    def add(name):
        """Puts a check behind those that are made before it"""
        check = by_name.get(name)
        # A check of several tasks may name one that only some of them have.
        if check is not None and check not in ordered:
            for earlier in check.before:
                add(earlier)
            ordered.append(check)

    for name in list(scores.WEIGHTS[task]) + sorted(by_name):
        add(name)
    return ordered
