#!/usr/bin/env python3
"""How auto is trained: by Adam, all layers, on its loss, for as long as asked

What a file says of its optimizer is no proof. After each step every weight
must be where Adam's rule takes it, with the gradients of the loss that the
file has. Before each step all weights are drawn anew, so that the gradients
change in size and sign, and other rules go elsewhere. The call of fit is that
of the exercise, for a file that is right so far: with its sizes, its batch and
images for the validation.
"""

import collections

import numpy as np

from ..optimizers import (EPSILONS, EXACT, LOOSE, OTHERS, RULES, adam,
                          misses)
from ..registry import (Fault, IMAGES, LEARNING, SPARSE, check, finding,
                        raise_all, require)
from ..sizes import BATCH, EXERCISE, inputs_for, trained_sizes
from ..wording import written
from .loss import demand_loss, reconstruct
from .sparse import LAMBTHA, WRONG
from .trainee import NEEDS, Trainee, flat
from .training_noise import judge_sample, learns_deviation

# Images, and models with many weights, take longer to compute.
FEW = 4
# The exercise's batch. Here fit gets one image many times, so that it does not
# matter which of them a batch has. The exercise's last batch is smaller.
WHOLE, LAST = 256, 96
# Steps by train_on_batch: a few, as many as fit will make, to which some are
# drawn; many more with always the same weights; a few again. From the many on
# weights are small, and so are most gradients: a rule that remembers larger
# ones shows. Of models with more than MOST weights, as a wrong file may need
# them, the many are a tenth of that.
EARLY, MANY, LATE, MOST = 12, 200, 4, 20000
SCALES, LITTLE, LARGE = (0.7, 1.0, 1.4), 0.3, 4.0
# Of fit, where each has one batch.
EPOCHS = 6
# With a larger learning rate a few steps of fit lead to outputs so near to 0
# and 1 that versions of Keras compute another loss. Outside the other two no
# model of the exercise learns.
FAST, LEAST_RATE, MOST_RATE = 0.002, 3e-6, 0.07
# The exercise's 50 epochs have somewhat more steps.
LONG = 10000

BY_ADAM = 'move as Adam with its usual parameters moves them'

# Some steps of training: arrays (steps, weights) of how far the weights have
# moved, and how far Adam moves them for a learning rate of 1; the gradients at
# all steps; at which of these the moves are known; how many of them a move is.
Run = collections.namedtuple('Run', 'moves wanted slopes seen times')

# For the exercise's own call of fit, all these must be right.
AFTER = ('returns', 'encoder-layers', 'decoder-layers', 'sample')


def trained_models(solution, found):
    """Gives the models whose training is judged"""
    sizes = trained_sizes(solution, found['encoder-output'],
                          found['decoder-output'])
    if solution.task == SPARSE:
        # The gradients of a wrong penalty are not known.
        sizes = sizes[:3] + (LAMBTHA * (found['penalty'] != WRONG),)
    return solution.models(sizes)


def follow(trainee, inputs):
    """Trains by train_on_batch

    Returns:
        Run, in which nothing is wanted yet.

    Raises:
        Fault: if training is not possible, or reports another loss.
    """
    draw = trainee.solution.draw('steps')
    early, many = EARLY + draw.randint(5), MANY + draw.randint(50)
    if trainee.numbers.size > MOST:
        many //= 10
    moves, seen = [], []
    reconstruct(trainee.models, inputs)
    for step, times in enumerate([1] * early + [many] + [1] * LATE):
        arrays = trainee.prepare('step {} '.format(step), inputs, draw.choice(
            SCALES) if step < early else LITTLE)
        loss, slope = trainee.learn(arrays, inputs)
        require(slope.any(), 'the loss does not depend on the weights',
                line='loss')
        losses, after = trainee.models.train(inputs, steps=times)
        if trainee.exact:
            demand_loss('train_on_batch', 'loss', losses[0], loss, len(inputs))
        moves.append(flat(after) - flat(arrays))
        trainee.slopes += times * [slope]
        seen.append(len(trainee.slopes) - 1)
    return Run(np.array(moves), None, np.array(trainee.slopes), seen, 1)


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
    largest = np.abs(run.slopes).max(axis=0)
    return [number for number in range(trainee.numbers[-1] + 1)
            if largest[trainee.numbers == number].any() and
            not run.moves[:, trainee.numbers == number].any()]


def judge_run(trainee, run, rate=None, graph=False):
    """Judges some steps of training

    Args:
        trainee: Trainee.
        run: Run.
        rate: float, the learning rate, if it is known.
        graph: bool, whether a graph made several steps: then it is judged
            alone whether all arrays move, see optimizers.LOOSE.

    Returns:
        two lists of Fault: what is wrong with the training, and with the
        optimizer; array (steps,), the learning rates.

    Raises:
        Fault: if the training hides what the optimizer is.
    """
    frozen = frozen_arrays(trainee, run)
    faults = [Fault('training does not change {}; all must be trained'.format(
        trainee.names(frozen)), 'compile', takes=LEARNING)] if frozen else []
    if not run.moves.any():
        raise_all(faults)
    told = trainee.models.tell()['optimizer']
    if told in OTHERS:
        return faults, [Fault('the optimizer is {}; it must be Adam'
                              .format(told), 'compile')], None
    if graph or not trainee.exact:
        return faults, [], [rate]
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
        # See optimizers.LOOSE.
        rates = np.full(len(rates), rates[0])
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
    # not known which arrays these are, see LOOSE.
    if often.any() and (missed.any(axis=0).mean() > 0.5 or
                        not trainee.solution.eager):
        return [], [Fault(
            'the weights do not {}, with the gradients of the loss {}{}'
            .format(BY_ADAM, trainee.which, other_rule(run, compare)),
            'compile')], rates
    wrong = np.unique(numbers)[often | lost]
    return [Fault('training moves {} elsewhere than the gradient of the loss '
                  'does; all must be trained on it'.format(
                      trainee.names(wrong)), 'compile', takes=LEARNING)
            ] if wrong.size else [], [], rates


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
    several = (3 + trainee.solution.draw('fit').randint(3)) * [batch]
    calls = (several + [last], 1), ([batch], EPOCHS)
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


def steps_of_fit(trainee, arrays, image, rates, sizes):
    """Computes steps of fit by Adam's rule

    Args:
        trainee: Trainee.
        arrays: list of arrays, all weights before.
        image: array, the only one.
        rates: list of float, the learning rate of each step.
        sizes: list of int, how many times each batch has the image.

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
        loss, slope = trainee.learn(arrays, image, size)
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
    image, other = np.split(inputs_for(
        trainee.solution, trainee.models.sizes, 2), 2)
    before, made = trainee.prepare('fit {} '.format(epochs), image), len(
        trainee.slopes)
    reported, after = trainee.models.train(
        image, other, images=sum(sizes), way='fit', batch=sizes[0],
        epochs=epochs, count=made)
    require(reported[2] == epochs, 'fit is to train {} epochs; it trains {:g}',
            epochs, reported[2], line='compile')
    if rate(made) <= FAST:
        demand_loss('fit', 'val_loss', reported[1], trainee.learn(
            after, other, sizes[0])[0], sizes[0])
    moved, several = flat(after) - flat(before), len(sizes) * epochs
    losses, wanted = steps_of_fit(
        trainee, before, image, [rate(made + step) for step in range(several)],
        epochs * sizes)
    # These moves have their rates already.
    faults, others, _ = judge_run(trainee, Run(
        moved[None], wanted[None], np.array(trainee.slopes),
        [len(trainee.slopes) - 1], several), 1.0, not trainee.solution.eager)
    if not faults + others:
        graph = several > 1 and not trainee.solution.eager
        # Between those before and after a graph's steps.
        some = [losses[0], trainee.learn(after, image, sizes[0])[
            0]] if graph else losses[-len(sizes):]
        demand_loss('fit', 'loss', reported[0], np.average(
            some, weights=None if graph else sizes), sizes[0],
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
        # A graph multiplies the loss of each by its size, see demand_loss.
        faults = judge_fit(trainee, rate, WHOLE,
                           LAST if solution.eager else WHOLE)
    except Fault as fault:
        faults = [fault], []
    for fault in sum(faults, []):
        fault.args = '{} ({})'.format(fault, written(sizes)),
    return faults


def moves_by_adam(trainee, inputs, scale, count=None):
    """Tells whether a step goes on by the rule, elsewhere or much later

    Args:
        trainee: Trainee.
        inputs: array.
        scale: float, how large the weights are.
        count: int, how many steps the optimizer is told that it has made.

    Returns:
        float, the learning rate; None if it goes elsewhere.
    """
    arrays = trainee.prepare('step of {} '.format(scale), inputs, scale)
    trainee.slopes.append(trainee.learn(arrays, inputs)[1])
    _, after = trainee.models.train(inputs, count=count)
    moved = flat(after) - flat(arrays)
    if not moved.any():
        return 0.0
    *_, move = adam(trainee.slopes, trainee.epsilon)
    missed, _, rates = misses(
        Run(moved[None], move[None], np.array(trainee.slopes),
            [len(trainee.slopes) - 1], 1), trainee.numbers, move[None],
        bounds=EXACT if trainee.solution.eager else LOOSE)
    return None if missed.any() else rates[0]


def judge_elsewhere(trainee, inputs, rates):
    """Judges a step with large weights, and one after many steps

    Args:
        trainee: Trainee.
        inputs: array.
        rates: array (steps,), its learning rates until now.

    Returns:
        list of Fault, what is wrong with the optimizer.
    """
    wrong = []
    # If auto decodes another output than the sample, the log variances would
    # be large too, and the KL divergence infinite.
    if trainee.fed not in ('mean', 'log_var') and not moves_by_adam(
            trainee, inputs, LARGE):
        wrong.append('where they are large, the weights do not ' + BY_ADAM)
    # It goes on from there, so each step later is told how many were made.
    # What Adam divides by, which grows with the steps, is in this rate.
    later = moves_by_adam(trainee, inputs, 1.0, LONG)
    if later is None:
        wrong.append('after {} steps the weights do not {}'.format(
            LONG, BY_ADAM))
    elif later < 0.01 * rates[0]:
        wrong.append('after {} steps the learning rate is less than a '
                     'hundredth of what it was'.format(LONG))
    return [Fault(sentence, 'compile') for sentence in wrong]


def judge_more(trainee, inputs, seen, rates, found):
    """Judges the learning rate, other steps, then fit, see judge_fit_of"""
    rate = rates.max()
    others = [] if LEAST_RATE < rate < MOST_RATE else [Fault(
        'the learning rate is {}, with which hardly anything is learnt; that '
        'of Adam is 0.001'.format('less than {:.0e}'.format(
            LEAST_RATE) if rate < MOST_RATE else 'more than {}'.format(
                MOST_RATE)), 'compile')]
    others = others or judge_elsewhere(trainee, inputs, rates)
    if others:
        return [], others
    # Last: after it a graph's moments are not known, see LOOSE.
    return judge_fit_of(trainee, seen, rates, found)


@check('training', needs=NEEDS, after=AFTER)
def training(solution, found):
    """Checks that all layers are trained, on this loss, as long as asked

    Returns:
        list of Fault, what is wrong with the optimizer.
    """
    models = trained_models(solution, found)
    trainee = Trainee(solution, models, found)
    few = solution.task == IMAGES or trainee.numbers.size > MOST
    # Of a wrong loss it is not known what it is for another batch.
    inputs = inputs_for(
        solution, models.sizes,
        FEW if few and not found.failed & {'loss', 'penalty'} else BATCH)
    run = follow(trainee, inputs)
    trainee.epsilon, wanted = find_epsilon(trainee, run)
    faults, others, rates = judge_run(trainee, run._replace(wanted=wanted))
    if trainee.exact and not faults + others:
        faults, others = judge_more(trainee, inputs, run.seen, rates, found)
    with finding(others):
        if (found['sample'] and trainee.fed == 'sample' and trainee.exact and
                not faults + others):
            # Of an averaged loss the gradients are lost in those before.
            learns = not found.right or learns_deviation(trainee, rates[-1])
            judge_sample(trainee)
            require(learns, 'the log variance is trained on the KL divergence '
                    'alone: the sample has no gradient through its deviation',
                    line='sampling')
        raise_all(faults)
    return others


@check('optimizer', needs=('training',))
def optimizer(solution, found):
    """Checks that the weights move as Adam moves them"""
    raise_all(found['training'])
