#!/usr/bin/env python3
"""What the four mains share

Read in this order: command, from the command line to the exit status;
environment, what it needs; mnist, data and folder, the images; training;
batches, the images on their way to it; checkpoint, what a stopped run leaves;
film, what the explorer shows of a training; saving; figures; explorer.
features, files and memory serve them.

TensorFlow is imported inside functions here: it takes seconds, and wrong
options and --help are to be answered at once.
"""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class UserError(Exception):
    """A fault that the user can mend; its text is the one line to show"""


def one_line(message):
    """Puts what is said of a fault, names of files in it too, on one line"""
    return ' '.join(str(message).split())
