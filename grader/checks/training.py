#!/usr/bin/env python3
"""How auto is trained: by Adam, all layers, on its loss, for as long as asked

What a file says of its optimizer is no proof. After each step every weight
must be where Adam's rule takes it, with the gradients of the loss that the
file has. Before each step all weights are drawn anew, so that the gradients
change in size and sign, and other rules go elsewhere. The call of fit is that
of the exercise, for a file that is right so far: with its sizes, its batch and
images for the validation.
"""

import numpy as np

from ..optimizers import EXACT, LOOSE, adam, misses
from ..registry import (Fault, IMAGES, SPARSE, Unjudged, VARIATIONAL, check,
                        finding, raise_all, require)
from ..sizes import BATCH, inputs_for, trained_sizes
from .loss import demand_loss, judge_chance, reconstruct
from .sparse import LAMBTHA, WRONG
from .trainee import NEEDS, Trainee, flat
from .training_fit import judge_fit_of
from .training_moves import BY_ADAM, LATE, Run, find_epsilon, judge_run
from .training_noise import judge_sample, learns_deviation

# Images, and models with many weights, take longer to compute.
FEW = 4
# Steps: a few, as many as fit will make, to which some are drawn; many more
# with always the same weights; a few again. From the many on weights are
# small, and so are most gradients: a rule that remembers larger ones shows. Of
# models with more than MOST weights, as a wrong file may need them, the many
# are a tenth of that.
EARLY, MANY, MOST = 12, 200, 20000
SCALES, LITTLE, LARGE = (0.7, 1.0, 1.4), 0.3, 4.0
# The exercise's 50 epochs have somewhat more steps. A few of those before are
# drawn.
LONG, BETWEEN = 10000, 4
# With other learning rates no model of the exercise learns.
LEAST_RATE, MOST_RATE = 3e-6, 0.07

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
    """Trains step by step

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
        losses, after = trainee.models.train(inputs, steps=times)
        if trainee.exact:
            try:
                demand_loss('training', 'loss', losses[0], loss, len(inputs))
            except Fault:
                if trainee.penalty == WRONG:
                    raise Unjudged(by=('penalty',))
                # A variational file has noise, however small.
                if trainee.solution.task != VARIATIONAL:
                    judge_chance(trainee.models, inputs)
                raise
        moves.append(flat(after) - flat(arrays))
        trainee.slopes += times * [slope]
        seen.append(len(trainee.slopes) - 1)
    # At a step or two it may not: without biases relu may give zeros alone.
    require(np.any(trainee.slopes), 'the loss does not depend on the weights',
            line='loss')
    return Run(np.array(moves), None, np.array(trainee.slopes), seen, 1)


def moves_by_adam(trainee, inputs, scale, count=None):
    """Tells whether a step goes on by the rule, elsewhere or much later

    Args:
        trainee: Trainee.
        inputs: array.
        scale: float, how large the weights are.
        count: int, how many steps the optimizer is told that it has made.

    Returns:
        float, the learning rate, 0 if nothing moves; None if it goes
        elsewhere.
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


def judge_elsewhere(trainee, inputs, seen, rates):
    """Judges a step with large weights, and one after many steps

    Args:
        trainee: Trainee.
        inputs: array.
        seen: list, the numbers of steps that it has made.
        rates: array (steps,), the learning rates of these.

    Returns:
        list of Fault, what is wrong with the optimizer.
    """
    # By a schedule the rate may be next to nothing by now.
    count = seen[np.flatnonzero(rates > rates.max() / 2)[-1]]
    # The step that those are compared with.
    if not moves_by_adam(trainee, inputs, 1.0, count):
        return [Fault('after {} steps the weights do not {}'.format(
            len(trainee.slopes) - 1, BY_ADAM), 'compile')]
    wrong = []
    # If auto decodes another output than the sample, the log variances would
    # be large too, and the KL divergence infinite.
    if trainee.fed not in ('mean', 'log_var') and not moves_by_adam(
            trainee, inputs, LARGE, count):
        wrong.append('where they are large, the weights do not ' + BY_ADAM)
    # It goes on from there, so each step later is told how many were made.
    # What Adam divides by, which grows with the steps, is in these rates.
    draw = trainee.solution.draw('later')
    counts = sorted(draw.randint(len(trainee.slopes), LONG, BETWEEN).tolist())
    counts.append(LONG)
    later = [moves_by_adam(trainee, inputs, 1.0, step) for step in counts]
    if None in later:
        wrong.append('after {} steps the weights do not {}'.format(
            counts[later.index(None)], BY_ADAM))
    else:
        low = [step for step, rate in zip(counts, later)
               if rate < 0.01 * rates[0]]
        # With restarts it may be low at a few.
        if LONG in low or len(low) > BETWEEN / 2:
            wrong.append('after {} steps the learning rate is less than a '
                         'hundredth of what it was'.format(low[-1]))
    return [Fault(sentence, 'compile') for sentence in wrong]


def judge_more(trainee, inputs, seen, rates, found):
    """Judges the learning rate, other steps, then fit, see judge_fit_of"""
    rate = rates.max()
    if not LEAST_RATE < rate < MOST_RATE:
        than = ('less', LEAST_RATE) if rate < MOST_RATE else (
            'more', MOST_RATE)
        return [], [Fault(
            'the weights move as with a learning rate of {} than {}, with '
            'which hardly anything is learnt; that of Adam is 0.001'.format(
                *than), 'compile')]
    others = judge_elsewhere(trainee, inputs, seen, rates)
    if others:
        return [], others
    # Last: after it a graph's moments are not known, see LOOSE.
    return judge_fit_of(trainee, seen, rates, found)


def judge_half_black(trainee, inputs):
    """Demands finite weights after a step with images that are half black

    With the biases at the start, which are 0, a convolution gives values of 0
    there. For these a root, such as in a relu of one's own, has no gradient.
    """
    inputs = inputs.copy()
    pixels = inputs.reshape(len(inputs), -1)
    pixels[:, :pixels.shape[1] // 2] = 0
    weights = trainee.draw('zero', 1.0)
    trainee.models.set(**{side: [array * (array.ndim > 1) for array in given]
                          for side, given in weights.items()})
    trainee.models.train(inputs)


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
        if not others:
            judge_half_black(trainee, inputs)
    return others


@check('optimizer', needs=('training',))
def optimizer(solution, found):
    """Checks that the weights move as Adam moves them"""
    raise_all(found['training'])
