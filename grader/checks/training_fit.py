#!/usr/bin/env python3
"""The exercise's own call of fit, beside what Adam makes of its steps"""

import numpy as np

from ..optimizers import adam
from ..registry import Fault, VARIATIONAL, require
from ..sizes import BATCH, EXERCISE, WHOLE, dark_inputs, inputs_for
from ..wording import written
from .loss import demand_loss, judge_chance
from .trainee import Trainee, flat
from .training_moves import Run, judge_run

# Here fit gets one image many times, and two where it has one batch, so that
# their order does not matter; but one for several steps of a graph, whose loss
# is known between two only if it falls. The exercise's last batch is smaller.
LAST = 96
# How often fit goes through the images, where it has one batch.
EPOCHS = 6
# With a larger learning rate a few steps lead to outputs so near to 0 and 1
# that versions of Keras compute another loss.
FAST = 0.002
# How large kernels are where it has one step: outputs must depend on inputs.
SCALE = 1.4


def judge_fit(trainee, rate, batch, last):
    """Judges the exercise's own call of fit, of some batches; then of epochs

    Args:
        trainee: Trainee.
        rate: function of the number of a step, from 0, its learning rate.
        batch: int, the size of a batch.
        last: int, that of the last of several.

    Returns:
        two lists of Fault, see judge_run.
    """
    # Of more than 1,000 images, for some files do something else with many.
    several = 5 * [batch]
    calls = (several + [last], 1), ([last], EPOCHS)
    if rate(len(trainee.slopes)) > FAST:
        calls = ([batch], 1),
    elif not trainee.solution.eager:
        # Of one step alone the loss is known, see LOOSE.
        calls = (([batch], 1),) + calls
    for sizes, epochs in calls:
        faults, others = judge_epochs(trainee, rate, sizes, epochs)
        for fault in faults + others:
            fault.args = 'in fit, {}'.format(fault),
        if faults + others:
            break
    return faults, others


def steps_of_fit(trainee, arrays, images, rates, sizes):
    """Computes steps of fit by Adam's rule

    Args:
        trainee: Trainee.
        arrays: list of arrays, all weights before.
        images: array, those of a batch.
        rates: list of float, the learning rate of each step.
        sizes: list of int, how many images each batch has: these again and
            again.

    Returns:
        list of float, the loss of each step; array (weights,), how far all
        steps move the weights.
    """
    losses, moved = [], 0
    ends = np.cumsum([array.size for array in arrays])[:-1]
    # It takes the gradients that are put there later too.
    rule = adam(trainee.slopes, trainee.epsilon)
    for _ in list(trainee.slopes):
        next(rule)
    for step_rate, size in zip(rates, sizes):
        loss, slope = trainee.learn(arrays, images, size // len(images))
        losses.append(loss)
        trainee.slopes.append(slope)
        move = step_rate * next(rule)
        moved = moved + move
        arrays = [array + part.reshape(array.shape)
                  for array, part in zip(arrays, np.split(move, ends))]
    return losses, moved


def judge_epochs(trainee, rate, sizes, epochs):
    """Judges a call of fit, see judge_fit

    Args:
        trainee: Trainee.
        rate: function, see judge_fit.
        sizes: list of int, how many images each batch of an epoch has.
        epochs: int.

    Returns:
        two lists of Fault, see judge_run.
    """
    images, unseen = np.split(dark_inputs(
        trainee.solution, trainee.models.sizes, 3), [1])
    made, several = len(trainee.slopes), len(sizes) * epochs
    if len(sizes) == 1 and sizes[0] % 2 == 0 and (
            several == 1 or trainee.solution.eager):
        # Its negative is as far from it as can be. Rounded as it is sent.
        images = np.concatenate([images, 1 - images]).astype(
            'float32').astype('float64')
    if trainee.models.targets(unseen) is not unseen:
        # What is wanted of the second of two is not known of it alone.
        unseen = unseen[:1]
    before = trainee.prepare('fit {} '.format(epochs), images,
                             1.0 if several > 1 else SCALE)
    reported, after = trainee.models.train(
        images, unseen, times=sum(sizes) // len(images), way='fit',
        batch=sizes[0], epochs=epochs, count=made)
    require(reported[2] == epochs, 'fit is to train {} epochs; it trains {:g}',
            epochs, reported[2], line='compile')
    moved = flat(after) - flat(before)
    losses, wanted = steps_of_fit(
        trainee, before, images,
        [rate(made + step) for step in range(several)], epochs * sizes)
    # These moves have their rates already.
    faults, others, _ = judge_run(trainee, Run(
        moved[None], wanted[None], np.array(trainee.slopes),
        [len(trainee.slopes) - 1], several), 1.0, not trainee.solution.eager)
    if not faults and rate(made) <= FAST:
        # Each is a batch of its own.
        demand_loss('fit', 'val_loss', reported[1], np.mean([
            trainee.learn(after, unseen[at:at + 1], sizes[0])[0]
            for at in range(len(unseen))]), sizes[0])
    if not faults + others:
        graph = several > 1 and not trainee.solution.eager
        # Between those before and after a graph's steps.
        some = [losses[0], trainee.learn(
            after, images, sizes[0] // len(images))[
                0]] if graph else losses[-len(sizes):]
        # The first versions of Keras 3 do not weigh batches by their sizes.
        expected = min((np.average(some, weights=weights)
                        for weights in (None, None if graph else sizes)),
                       key=lambda one: abs(one - reported[0]))
        demand_loss('fit', 'loss', reported[0], expected, sizes[0],
                    1.5 * graph * np.ptp(some))
    return faults, others


def judge_fit_of(trainee, seen, rates, found):
    """Judges fit with the exercise's sizes, for a file that is right so far

    Args:
        trainee: Trainee, of other sizes.
        seen: list, the numbers of steps that it has made.
        rates: array (steps,), the learning rates of these.
        found: judge.Found.

    Returns:
        two lists of Fault, see judge_run.
    """
    solution, sizes = trainee.solution, EXERCISE[trainee.solution.task]
    others = found.right and trainee.models.sizes != sizes

    def rate(step):
        """Gives the learning rate; a schedule is a line between steps"""
        return np.interp(step, seen, rates)
    if not found.right:
        # Of a wrong loss it is not known what it is for other batches.
        return judge_fit(trainee, rate, BATCH, BATCH)
    try:
        if others:
            epsilon = trainee.epsilon
            trainee = Trainee(solution, solution.models(sizes), found)
            trainee.which = 'that other sizes have'
            trainee.epsilon = epsilon
            if not solution.eager and solution.task != VARIATIONAL:
                # For there losses and moves are known less well.
                judge_chance(trainee.models,
                             inputs_for(solution, sizes, BATCH))
        # A graph multiplies the loss of each by its size, see demand_loss.
        faults = judge_fit(trainee, rate, WHOLE,
                           LAST if solution.eager else WHOLE)
    except Fault as fault:
        faults = [fault], []
    for fault in sum(faults, []):
        fault.args = '{} ({})'.format(fault, written(sizes)),
    return faults
