#!/usr/bin/env python3
"""Finds what was handed in, in whatever form it came

names: how learning platforms call what they give out, in one table.
tree: what lies in a folder or in an archive; archives: reads those safely.
choice: which of the files of a hand-in are the four.
hand_ins: the hand-ins in the folders that the command is given.
"""

from .choice import MISSING
from .hand_ins import find

__all__ = ['MISSING', 'find']
