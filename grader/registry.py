#!/usr/bin/env python3
"""What a check is, what can come of one, and the list of them"""

import collections
import contextlib

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

# What a file earns nothing for if it learns nothing, or something else.
LEARNING = ('loss', 'penalty', 'training', 'optimizer')

CHECKS = []


class Fault(Exception):
    """What is wrong with a file, in a sentence that a student understands"""

    def __init__(self, sentence, line=None, also=(), unless=(), found=None,
                 takes=(), instead=None):
        """Takes the sentence and what goes with it

        Args:
            sentence: str.
            line: int, a line of the file; or str, a name of source.lines.
            also: iterable of Fault, others that were found with it.
            unless: tuple of str, names of checks. If one of these has a
                fault, that is the cause of this one, which is not told.
            found: what the check has found in spite of the fault.
            takes: tuple of str, names of other checks that earn nothing
                beside this fault, see LEARNING.
            instead: str, the name of the check that has this fault, if it is
                not the one that finds it.
        """
        super().__init__(sentence)
        self.line = line
        self.also = list(also)
        self.unless = unless
        self.found = found
        self.takes = takes
        self.instead = instead


class Unjudged(Exception):
    """Why a check cannot be made: a sentence, or the checks that know it"""

    def __init__(self, sentence='', by=(), found=None):
        """Takes the reason

        Args:
            sentence: str, that of a fault, if it is known.
            by: tuple of str, names of checks, one of which has a fault that
                is the reason.
            found: what the check has found all the same.
        """
        super().__init__(sentence)
        self.by = by
        self.found = found


class Check:
    """One thing that must be true of a file"""

    def __init__(self, name, judge, tasks, needs, after, advice):
        """Makes a check

        Args:
            name: str, unique within a task: scores.py has its weight.
            judge: function of a Solution and of a dict from the names in
                `needs` and `after` to what these checks have found, None
                where that is not known. It gives what it has found itself,
                or raises Fault or Unjudged.
            tasks: tuple of int, the tasks that it is for.
            needs: tuple of str, checks that must have found something, else
                this one is not judged.
            after: tuple of str, other checks that are made before.
            advice: bool, whether it is not scored; then it is made for
                files without a fault alone.
        """
        self.name = name
        self.judge = judge
        self.tasks = tasks
        self.needs = needs
        self.after = after
        self.advice = advice

    @property
    def before(self):
        """tuple of str, the checks that are made before this one"""
        return self.needs + self.after


def check(name, tasks=ALL, needs=(), after=(), advice=False):
    """Makes the decorator that puts a function on the list of checks"""
    def register(judge):
        """Puts judge on the list"""
        CHECKS.append(Check(name, judge, tasks, needs, after, advice))
        return judge
    return register


@contextlib.contextmanager
def finding(value):
    """Lets a check that fails give what it has found until then

    Args:
        value: what the check has found, a dict that grows say.
    """
    try:
        yield
    except (Fault, Unjudged) as raised:
        raised.found = value
        raise


def require(valid, sentence, *values, line=None, **more):
    """Raises a Fault unless valid; the sentence is formatted with values

    Args:
        valid: bool.
        sentence: str, with a place for each of the values.
        *values: what stands there.
        line: see Fault.
        **more: see Fault.
    """
    if not valid:
        raise Fault(sentence.format(*values), line, **more)


def raise_all(faults):
    """Raises the first of a list of faults, with the others, if any"""
    if faults:
        faults[0].also += faults[1:]
        raise faults[0]
