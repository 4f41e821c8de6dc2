#!/usr/bin/env python3
"""How the weights move while auto is trained, beside how Adam moves them"""

import collections

import numpy as np

from ..optimizers import (EPSILONS, EXACT, LOOSE, OTHERS, ROUNDING, RULES,
                          adam, misses, of_each)
from ..registry import Fault, LEARNING, raise_all

# How many steps come after many with the same weights.
LATE = 4

BY_ADAM = 'move as Adam with its usual parameters moves them'

# Some steps of training: arrays (steps, weights) of how far the weights have
# moved, and how far Adam moves them for a learning rate of 1; the gradients at
# all steps; at which of these the moves are known; how many of them a move is.
Run = collections.namedtuple('Run', 'moves wanted slopes seen times')


def find_epsilon(trainee, run):
    """Finds with which epsilon Adam goes nearest to where the weights went

    Returns:
        float; array (steps, weights), how far Adam moves them with it, for a
        learning rate of 1.
    """
    def judge(epsilon):
        """Computes the distance, and what is to be found"""
        wanted = np.array(list(adam(trainee.slopes, epsilon)))[run.seen]
        rates = misses(run, trainee.numbers, wanted)[2]
        return (np.abs(run.moves - rates[:, None] * wanted).sum(), epsilon,
                wanted)
    return min(map(judge, EPSILONS), key=lambda judged: judged[0])[1:]


def frozen_arrays(trainee, run):
    """Lists the numbers of arrays that have gradients and do not move"""
    sloped, moved = [of_each(np.any, values, trainee.numbers).any(axis=0)
                     for values in (run.slopes, run.moves)]
    return np.unique(trainee.numbers)[sloped & ~moved].tolist()


def takes_of(numbers):
    """Tells what else is lost where arrays are not trained: of biases nothing

    Args:
        numbers: iterable of int, those of the arrays.
    """
    return LEARNING if any(number % 2 == 0 for number in numbers) else ()


def judge_run(trainee, run, rate=None, graph=False):
    """Judges some steps of training

    Args:
        trainee: Trainee.
        run: Run.
        rate: float, the learning rate, if it is known.
        graph: bool, whether a graph made several steps: then it is judged
            alone whether all arrays move, and how far, see optimizers.LOOSE.

    Returns:
        two lists of Fault: what is wrong with the training, and with the
        optimizer; array (steps,), the learning rates.

    Raises:
        Fault: if the training hides what the optimizer is.
    """
    frozen = frozen_arrays(trainee, run)
    faults = [Fault('training does not change {}; all must be trained'.format(
        trainee.names(frozen)), 'compile', takes=takes_of(frozen))
        ] if frozen else []
    if not run.moves.any():
        raise_all(faults)
    told = trainee.models.tell()['optimizer']
    if told in OTHERS:
        return faults, [Fault('the optimizer is {}; it must be Adam'
                              .format(told), 'compile')], None
    if graph or not trainee.exact:
        others = []
        if graph and 2 * np.abs(run.moves).max() < np.abs(run.wanted).max():
            others = [Fault('the weights move less than half as far as by '
                            'Adam', 'compile')]
        return faults, others, [rate]
    kept = ~np.isin(trainee.numbers, frozen)
    more, others, rates = judge_moves(
        trainee, trainee.numbers[kept],
        Run(*[array[:, kept] for array in run[:3]], *run[3:]), rate)
    # What does not move may be why others go elsewhere.
    return faults or more, others, rates


def other_rule(run, compare):
    """Names the rule by which the weights move, if it is known"""
    return next((', but as {} does'.format(name) for name, rule in RULES
                 if not compare(np.array(list(rule(run.slopes)))[
                     run.seen])[0].any()), '')


def judge_moves(trainee, numbers, run, rate):
    """Compares moves with those of Adam, see judge_run

    Args:
        trainee: Trainee.
        numbers: array (weights,), to which array each of them belongs.
        run: Run, of these weights.
        rate: float, or None.

    Returns:
        what judge_run does.
    """
    def compare(wanted):
        """Compares the moves with those of a rule, see misses"""
        return misses(run, numbers, wanted, rate,
                      EXACT if trainee.solution.eager else LOOSE)
    missed, lost, rates = compare(run.wanted)
    if not trainee.solution.eager:
        # See optimizers.LOOSE; later the step after has nearly the same.
        rates = np.full(len(rates), np.median(rates[-LATE:]))
    often = missed.mean(axis=0) > 0.5
    late = missed[-LATE:].mean(axis=0) > 0.5
    if late.any() and not missed[:3, late].any():
        step = int(np.argmax(missed[:, late].any(axis=1)))
        moved = run.moves[step].any()
        fault = Fault('after {} steps the weights do not {}'.format(
            run.seen[step], BY_ADAM if moved else 'change any more'),
                      'compile', takes=() if moved else LEARNING)
        return ([], [fault], rates) if moved else ([fault], [], rates)
    # By another rule most arrays go elsewhere at some step. In a graph it is
    # not known which arrays these are, see LOOSE; nor where rounding hides
    # most, since all hardly move.
    if often.any() and (missed.any(axis=0).mean() > 0.5 or
                        not trainee.solution.eager or
                        rates.max() < 100 * ROUNDING):
        return [], [Fault(
            'the weights do not {}, with the gradients of the loss {}{}'
            .format(BY_ADAM, trainee.which, other_rule(run, compare)),
            'compile')], rates
    wrong = np.unique(numbers)[often | lost]
    return [Fault('training moves {} elsewhere than the gradient of the loss '
                  'does; all must be trained on it'.format(
                      trainee.names(wrong)), 'compile', takes=takes_of(wrong))
            ] if wrong.size else [], [], rates
