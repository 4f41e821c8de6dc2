#!/usr/bin/env python3
"""The checks, in the order of the table; importing this lists them"""

from . import source
from . import contract
from . import layers
from . import training
from . import sparse
from . import variational
from . import advice
from ..registry import CHECKS


def checks_of(task):
    """Lists the checks of a task, in order"""
    return [check for check in CHECKS if task in check.tasks]
