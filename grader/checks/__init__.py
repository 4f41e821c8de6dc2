#!/usr/bin/env python3
"""The checks of models, in the order in which they are made

Those of a file's text are in grader/source.
"""

from . import contract
from . import layers
from . import variational
from . import sizes
from . import loss
from . import sparse
from . import training
from . import advice
from ..registry import CHECKS


def checks_of(task):
    """Lists the checks of a task, in order"""
    return [check for check in CHECKS if task in check.tasks]
