#!/usr/bin/env python3
"""How auto is trained: by Adam, all layers, on its loss, for as long as asked

Nothing is asked that can be computed: after each step the weights must be
where Adam's rule takes them, with the gradients of the loss that the file
has. So a rule by another name shows, and training that stops. The call of fit
is that of the exercise, for a file that is right so far: with its sizes, its
batch and images for the validation.
"""

import collections

import numpy as np

from .. import oracle
from ..registry import (Fault, IMAGES, SPARSE, Unjudged, VARIATIONAL, check,
                        require)
from ..solution import written
from .contract import BATCH, EXERCISE, inputs_for, trained_sizes
from .layers import drawn, name_of, pairs
from .loss import evaluated, near, reconstruct
from .sparse import LAMBTHA, factors
from .variational import SILENT, quiet

# Images take longer to compute.
IMAGES_BATCH = 4
# The exercise's batch is a few inputs, each many times: for the oracle those
# few.
WHOLE, FEW = 256, 2
# Steps by train_on_batch, of which a few more are drawn, before one by fit.
# Later ones, of which so many more are drawn, must still change the weights.
STEPS, LATER = 11, 50
# How far a weight may end from Adam's rule, in learning rates. Honest files
# are within 3e-4, other rules 2 or more away.
TOLERANCE = 0.05
# Of each array so many weights are followed, of so many that are drawn those
# with the largest gradients; of images and where an array is large, half.
FOLLOWED, DRAWN, LARGE = 2, 4, 10 ** 5


def adam(slopes):
    """Computes steps of Adam, Kingma and Ba 2015, section 2, its last lines

    Args:
        slopes: list of arrays, the gradients at each step.

    Yields:
        array, the step for a learning rate of 1.
    """
    mean = square = 0
    for step, slope in enumerate(slopes, 1):
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope ** 2
        rate = np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
        yield -rate * mean / (np.sqrt(square) + 1e-7)


def rmsprop(slopes):
    """Computes steps of RMSprop, see adam"""
    square = 0
    for slope in slopes:
        square = 0.9 * square + 0.1 * slope ** 2
        yield -slope / np.sqrt(square + 1e-7)


# What a file says against itself is believed: of the last ones, some are near
# Adam for as long as they are followed.
OTHERS = ('SGD', 'RMSprop', 'Adagrad', 'Adadelta', 'Adamax', 'Nadam', 'Ftrl',
          'AdamW', 'Lion', 'Lamb', 'Adafactor', 'Muon')

# Where the weights do not move by Adam's rule, they may move by these.
RULES = (('SGD', lambda slopes: [-slope for slope in slopes]),
         ('RMSprop', rmsprop))


# Some steps of training: where they were made; the weights that are followed;
# for each step an array of how far these have moved, and one of their
# gradients; how many arrays are the encoder's, and how many there are; all
# arrays at the end.
Run = collections.namedtuple('Run', 'models inputs chosen moves slopes counts '
                             'arrays')


def prepare(subject, models):
    """Gives encoder and decoder weights with which chance does not matter

    Returns:
        list of arrays, those of the encoder and then the decoder; int, how
        many the encoder has.
    """
    weights = drawn(subject, models, 'training', 1.0)
    for arrays in weights.values():
        # No layer whose outputs are zero throughout.
        arrays[1::2] = map(np.abs, arrays[1::2])
    if subject.task == VARIATIONAL and subject.fed == 'sample':
        weights['encoder'] = quiet(models, weights['encoder'], SILENT)
    models.set(**weights)
    return weights['encoder'] + weights['decoder'], len(weights['encoder'])


def loss_of(models, count, inputs, times):
    """Makes the file's loss a function of all weights

    Args:
        models: Models.
        count: int, how many arrays are the encoder's.
        inputs: array.
        times: int, how often each of them is in the batch.

    Returns:
        function of a list of arrays.
    """
    subject, steps = models.subject, models.steps

    def loss(arrays):
        """Computes the loss"""
        rank = arrays[0].ndim
        encoder, decoder = pairs(arrays[:count], rank), pairs(
            arrays[count:], rank)
        if subject.task == VARIATIONAL:
            values = [oracle.forward(steps[name], encoder, inputs)
                      for name in ('mean', 'log_var')]
            codes = values[subject.fed == 'log_var']
        else:
            values, codes = oracle.preactivations(
                steps['encoder'], encoder, inputs)
        outputs = oracle.forward(steps['decoder'], decoder, codes)
        loss = subject.objective(inputs, outputs, values)
        if subject.penalty is not None:
            # Of the last layer's output.
            loss += models.sizes[3] * times * oracle.magnitude(
                values[-1][1]).sum() * factors(
                    subject, times * len(inputs))[subject.penalty]
        return loss
    return loss


def choose(subject, loss, arrays):
    """Chooses weights to follow: of each array some that matter

    Returns:
        list of pairs of the number of an array and an index there.
    """
    random, chosen = subject.draw('followed'), []
    part = 1 + (subject.task == IMAGES or arrays[0].size > LARGE)
    for number, array in enumerate(arrays):
        places = [(number, np.unravel_index(at, array.shape))
                  for at in random.permutation(array.size)[:DRAWN // part]]
        slopes = np.abs(oracle.gradient(loss, arrays, places))
        chosen += [places[at] for at in np.argsort(-slopes)[:FOLLOWED // part]
                   if slopes[at] > 1e-5]
    return chosen


def trained(subject):
    """Gives the models whose training is judged"""
    sizes = trained_sizes(subject)
    if subject.task == SPARSE:
        # With a penalty, whose gradients are part of the loss, if it is right.
        sizes = sizes[:3] + (LAMBTHA * ('penalty' not in subject.faults),)
    return subject.models(sizes)


def exercised(subject):
    """Gives the models of the exercise's own sizes

    Returns:
        Models; None if they are not all right, or have been trained.
    """
    sizes = EXERCISE[subject.task]
    if sizes == trained(subject).sizes or {
            'returns', 'outputs', 'encoder-layers', 'decoder-layers',
            'encoder-output', 'decoder-output', 'sample', 'auto-output',
            'loss', 'penalty'} & (set(subject.faults) |
                                  set(subject.not_judged)):
        return None
    return subject.models(sizes)


def follow(models, inputs, times, ways):
    """Trains, and looks at each step

    Args:
        models: Models.
        inputs: array.
        times: int, how often each of them is in the batch.
        ways: list of str, how each step is made, see runner.File.train.

    Returns:
        Run.

    Raises:
        Fault: if training is not possible, or reports another loss.
    """
    subject = models.subject
    arrays, count = prepare(subject, models)
    reconstruct(models, inputs)
    loss = loss_of(models, count, inputs, times)
    chosen = choose(subject, loss, arrays)
    require(chosen, 'the loss does not depend on the weights', line='loss')
    given = np.repeat(inputs, times, axis=0)
    moves, slopes = [], []
    for step, way in enumerate(ways):
        # What evaluate reports does not change the weights.
        before = evaluated(models, given) if times == 1 and (
            step == 0 or way != ways[step - 1]) else None
        slopes.append(oracle.gradient(loss, arrays, chosen))
        received, encoder, decoder = models.train(given, way)
        require(before is None or near(received, before), '{} reports a loss '
                'of {:.5g} where evaluate reports {:.5g} for the same inputs '
                'and weights; they must be the same', way, received, before,
                line='compile')
        if times > 1:
            expected = loss(arrays)
            # TensorFlow 1.12, see checks.loss.
            require(near(received, expected) or near(
                received, len(given) * expected), '{} reports a loss of '
                '{:.5g}; that of these outputs is {:.5g}', way, received,
                expected, line='loss')
        after = encoder + decoder
        require([w.shape for w in after] == [w.shape for w in arrays],
                'training changes the shapes of the weights')
        require(all(np.isfinite(w).all() for w in after), 'training makes '
                'weights infinite or NaN', line='compile')
        moves.append(np.array([(after[number] - arrays[number])[place]
                               for number, place in chosen]))
        arrays = after
    return Run(models, given, chosen, np.array(moves), np.array(slopes),
               (count, len(arrays)), arrays)


def go_on(run, way, steps):
    """Trains on, and demands that weights still change"""
    _, encoder, decoder = run.models.train(run.inputs, way, steps)
    require(not run.moves[-1].any() or any(
        (new != old).any() for new, old in zip(encoder + decoder, run.arrays)),
            'training stops: after {} steps the weights do not change any '
            'more', len(run.moves), line='compile')
    return run._replace(arrays=encoder + decoder)


def layer_of(subject, number, counts):
    """Names an array of weights"""
    side, index = 'encoder', number
    if number >= counts[0]:
        side, index = 'decoder', number - counts[0]
    layers = counts[0] // 2 if side == 'encoder' else (
        counts[1] - counts[0]) // 2
    return 'the {} of {}'.format(('kernel', 'bias')[number % 2], name_of(
        subject, side, index // 2, layers))


def misses(moves, slopes, rule):
    """Compares moves with a rule whose learning rate is not known

    Returns:
        array (steps,), of each step the share of weights that went elsewhere.
    """
    wanted = np.array(list(rule(slopes)))
    with np.errstate(all='ignore'):
        rates = np.median(moves / wanted, axis=1)
        # TensorFlow 1.12 sometimes takes a step at the rate of the one before.
        rates = np.clip(rates, 0.6 * rates[0], 1.4 * rates[0])[:, None]
        far = ~(np.abs(moves - rates * wanted) <
                TOLERANCE * np.abs(rates * wanted).max())
    return far.mean(axis=1)


def judged(subject):
    """Judges how auto is trained, once

    Returns:
        dict from 'optimizer' and 'training' to what to raise, if anything.
    """
    models, own = trained(subject), exercised(subject)
    draw = subject.draw('steps')
    steps, later = STEPS + int(draw.randint(5)), LATER + int(
        draw.randint(LATER))
    inputs = inputs_for(subject, models.sizes, IMAGES_BATCH
                        if subject.task == IMAGES else BATCH)
    try:
        run = follow(models, inputs, 1, ['train_on_batch'] * steps + [
            'fit'] * (own is None))
        run = go_on(run, 'train_on_batch', later)
        if own is None:
            go_on(run, 'fit', 2)
    except Fault as fault:
        return {'training': fault, 'optimizer': Unjudged(str(fault))}
    outcome = judge_run(subject, run)
    if own is None or any(outcome.values()):
        return outcome
    try:
        run = follow(own, inputs_for(subject, own.sizes, FEW), WHOLE // FEW,
                     ['fit'])
        found = judge_run(subject, run)
    except Fault as fault:
        found = {'training': fault, 'optimizer': Unjudged(str(fault))}
    for fault in filter(None, found.values()):
        fault.args = '{} ({})'.format(fault, written(own.sizes)),
    return found


def judge_run(subject, run):
    """Judges some steps of training, see judged"""
    outcome = dict.fromkeys(('optimizer', 'training'))
    moves, slopes = run.moves, run.slopes
    arrays = np.array([number for number, _ in run.chosen])
    frozen = [number for number in sorted(set(arrays))
              if not moves[:, arrays == number].any()]
    if frozen:
        outcome['training'] = Fault(
            'training does not change {}{}; all must be trained'.format(
                layer_of(subject, frozen[0], run.counts),
                ' and {} more'.format(len(frozen) - 1)
                if frozen[1:] else ''), 'compile')
    kept = ~np.isin(arrays, frozen)
    if not kept.any():
        outcome['optimizer'] = Unjudged(str(outcome['training']))
        return outcome
    moves, slopes = moves[:, kept], slopes[:, kept]
    # A few may sit where a relu turns.
    missed = misses(moves, slopes, adam) > 0.15
    told = subject.ask('tell', 'auto.optimizer', order=subject.order,
                       key=run.models.key)[0]
    told = told['optimizer']
    if not missed.any() and told not in OTHERS:
        return outcome
    if told not in OTHERS and not missed[:3].any():
        step = int(np.argmax(missed)) + 1
        outcome['training'] = Fault(
            'training goes wrong after {} steps: the weights then {}'.format(
                step - 1, 'do not change any more'
                if not moves[step - 1].any() else
                'do not move as Adam with its usual parameters moves them'),
            'compile')
        return outcome
    other = next((name for name, rule in RULES
                  if not (misses(moves, slopes, rule) > 0.15).any()), None)
    if told in OTHERS:
        sentence = 'the optimizer is {}; it must be Adam'.format(told)
    else:
        sentence = 'the weights do not move as Adam with its usual ' \
            'parameters moves them, with the gradients of the loss that is ' \
            'reported' + (', but as {} does'.format(other) if other else '')
    outcome['optimizer'] = Fault(sentence, 'compile')
    return outcome


def raise_part(subject, name):
    """Raises what was found for a check"""
    subject.primary
    needed = {'decoder', 'mean' if subject.task == VARIATIONAL else 'encoder'}
    if (subject.objective is None or subject.fed is None or
            not needed <= set(trained(subject).steps)):
        subject.because('encoder-layers', 'decoder-layers', 'outputs',
                        'encoder-output', 'decoder-output', 'auto-output',
                        'loss', 'penalty')
    steps = trained(subject).steps
    if 'mean' in steps and steps['mean'] == steps['log_var']:
        # Of one layer the log variance cannot be made silent alone.
        subject.because('encoder-layers', 'encoder-output')
    found = subject.remember('training', lambda: judged(subject))[name]
    if found is not None:
        raise found


@check('optimizer')
def optimizer(subject):
    """Checks that the weights move as Adam moves them"""
    raise_part(subject, 'optimizer')


@check('training')
def training(subject):
    """Checks that all layers are trained, on this loss, as long as asked"""
    raise_part(subject, 'training')
