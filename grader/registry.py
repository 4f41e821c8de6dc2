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
    """What is wrong with a file, in one sentence that a student understands"""


class Check:
    """One thing that must be true of a file"""

    def __init__(self, name, title, judge, tasks, required, needs):
        """Makes a check

        Args:
            name: str, short, unique within a task: part of the test's id.
            title: str, what must be true, as the table shows it.
            judge: function of a Subject, which raises a Fault.
            tasks: tuple of int, the tasks that it is for.
            required: bool, whether the exercise says it; else it is advice.
            needs: tuple of str, the names of the checks without which this
                one cannot tell anything.
        """
        self.name = name
        self.title = title
        self.judge = judge
        self.tasks = tasks
        self.required = required
        self.needs = needs


def check(name, title, tasks=ALL, required=True, needs=()):
    """Makes the decorator that puts a function on the list of checks"""
    def register(judge):
        """Puts judge on the list"""
        CHECKS.append(Check(name, title, judge, tasks, required, needs))
        return judge
    return register


def require(valid, sentence, *values):
    """Raises a Fault unless valid; the sentence is formatted with values"""
    if not valid:
        raise Fault(sentence.format(*values))


def plural(number, noun):
    """Says how many there are of something, in English"""
    return '{} {}{}'.format(number, noun, '' if number == 1 else 's')
