#!/usr/bin/env python3
"""How auto is trained: by Adam, all layers, on its loss, for as long as asked

Nothing is asked that can be computed: after each step the weights must be
where Adam's rule takes them, with the gradients of the loss that the file
has. So a rule by another name shows, and training that stops.
"""

import numpy as np

from .. import oracle
from ..registry import (Fault, IMAGES, SPARSE, Unjudged, VARIATIONAL, check,
                        require)
from .contract import BATCH, inputs_for, trained_sizes
from .layers import drawn, name_of, pairs
from .loss import evaluated, near, reconstruct
from .sparse import LAMBTHA
from .variational import SILENT, quiet

# Images take longer to compute.
IMAGES_BATCH = 4
# Steps by train_on_batch; a few more are drawn, and one by fit follows. Later
# ones, of which so many more are drawn, must still change the weights.
STEPS, LATER = 11, 50
# How far a weight may end from Adam's rule, in learning rates. Honest files
# are within 3e-4, other rules 2 or more away.
TOLERANCE = 0.05
# Of each array so many weights are followed, of so many that are drawn those
# with the largest gradients; of images half of them.
FOLLOWED, DRAWN = 2, 4


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


def loss_of(models, count, inputs):
    """Makes the file's loss a function of all weights

    Args:
        models: Models.
        count: int, how many arrays are the encoder's.
        inputs: array.

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
        return subject.objective(inputs, outputs, values)
    return loss


def choose(subject, loss, arrays):
    """Chooses weights to follow: of each array some that matter

    Returns:
        list of pairs of the number of an array and an index there.
    """
    random, chosen = subject.draw('followed'), []
    part = 1 + (subject.task == IMAGES)
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


def follow(subject):
    """Trains, and looks at each step

    Returns:
        chosen, moves, slopes, count: see choose; for each step an array of
        how far the chosen weights have moved, and one of their gradients;
        how many arrays are the encoder's, and how many there are.

    Raises:
        Fault: if training is not possible, or reports another loss.
    """
    models = trained(subject)
    inputs = inputs_for(subject, models.sizes, IMAGES_BATCH
                        if subject.task == IMAGES else BATCH)
    arrays, count = prepare(subject, models)
    reconstruct(models, inputs)
    loss = loss_of(models, count, inputs)
    chosen = choose(subject, loss, arrays)
    require(chosen, 'the loss does not depend on the weights', line='loss')
    moves, slopes = [], []
    steps = STEPS + int(subject.draw('steps').randint(5))
    ways = ['train_on_batch'] * steps + ['fit']
    for step, way in enumerate(ways):
        # What evaluate reports does not change the weights.
        before = evaluated(models, inputs) if step in (0, steps) else None
        slopes.append(oracle.gradient(loss, arrays, chosen))
        received, encoder, decoder = models.train(inputs, way)
        require(before is None or near(received, before), '{} reports a loss '
                'of {:.5g} where evaluate reports {:.5g} for the same inputs '
                'and weights; they must be the same', way, received, before,
                line='compile')
        after = encoder + decoder
        require([w.shape for w in after] == [w.shape for w in arrays],
                'training changes the shapes of the weights')
        require(all(np.isfinite(w).all() for w in after), 'training makes '
                'weights infinite or NaN', line='compile')
        moves.append(np.array([(after[number] - arrays[number])[place]
                               for number, place in chosen]))
        arrays = after
    steps = LATER + int(subject.draw('steps').randint(LATER))
    for way, more in (('train_on_batch', steps), ('fit', 2)):
        _, encoder, decoder = models.train(inputs, way, more)
        after = encoder + decoder
        require(not moves[-1].any() or any(
            (new != old).any() for new, old in zip(after, arrays)),
                'training stops: after {} steps the weights do not change '
                'any more', len(ways), line='compile')
        arrays = after
    return chosen, np.array(moves), np.array(slopes), (count, len(arrays))


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
    outcome = dict.fromkeys(('optimizer', 'training'))
    try:
        chosen, moves, slopes, counts = follow(subject)
    except Fault as fault:
        return {'training': fault, 'optimizer': Unjudged(str(fault))}
    arrays = np.array([number for number, _ in chosen])
    frozen = [number for number in sorted(set(arrays))
              if not moves[:, arrays == number].any()]
    if frozen:
        outcome['training'] = Fault(
            'training does not change {}{}; all must be trained'.format(
                layer_of(subject, frozen[0], counts),
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
                       key=trained(subject).key)[0]
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
