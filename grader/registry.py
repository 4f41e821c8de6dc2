#!/usr/bin/env python3
"""What a check is, and the list of them"""

import collections

Task = collections.namedtuple('Task', 'file parameters')

TASKS = (
    Task('0-vanilla.py', ('input_dims', 'hidden_layers', 'latent_dims')),
    Task('1-sparse.py',
         ('input_dims', 'hidden_layers', 'latent_dims', 'lambtha')),
    Task('2-convolutional.py', ('input_dims', 'filters', 'latent_dims')),
    Task('3-variational.py', ('input_dims', 'hidden_layers', 'latent_dims')),
)

DENSE, SPARSE, IMAGES, VARIATIONAL = range(4)
ALL = (DENSE, SPARSE, IMAGES, VARIATIONAL)

CHECKS = []


class Fault(Exception):
    """What is wrong with a file, in a sentence that a student understands"""

    def __init__(self, sentence, line=None, also=()):
        """Takes the sentence and where it is

        Args:
            sentence: str.
            line: int, a line of the file; or str, a name of source.lines.
            also: list of Fault, others that were found with it.
        """
        super().__init__(sentence)
        self.line = line
        self.also = list(also)


class Unjudged(Exception):
    """What cannot be judged, because of another fault: its sentence"""


class Check:
    """One thing that must be true of a file"""

    def __init__(self, name, judge, tasks, about):
        """Makes a check

        Args:
            name: str, unique within a task: scores.py has its weight.
            judge: function of a Subject. It raises a Fault, or Unjudged
                where another fault hides what it looks at.
            tasks: tuple of int, the tasks that it is for.
            about: None, or for advice, which is not scored: tuple of str,
                the checks that must have passed, else it is not given.
        """
        self.name = name
        self.judge = judge
        self.tasks = tasks
        self.about = about


def check(name, tasks=ALL, about=None):
    """Makes the decorator that puts a function on the list of checks"""
    def register(judge):
        """Puts judge on the list"""
        CHECKS.append(Check(name, judge, tasks, about))
        return judge
    return register


def require(valid, sentence, *values, line=None):
    """Raises a Fault unless valid; the sentence is formatted with values"""
    if not valid:
        raise Fault(sentence.format(*values), line)


def plural(number, noun):
    """Says how many there are of something, in English"""
    return '{} {}{}'.format(number, noun, '' if number == 1 else 's')
