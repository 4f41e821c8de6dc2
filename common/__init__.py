#!/usr/bin/env python3
"""What the four mains share: MNIST, options and training, figures"""


class UserError(Exception):
    """A fault that the user can mend; its text is the one line to show"""


def one_line(message):
    """Puts what is said of a fault, names of files in it too, on one line"""
    return ' '.join(str(message).split())
