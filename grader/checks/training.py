#!/usr/bin/env python3
"""How auto is trained: by Adam, all layers, on its loss, for as long as asked

What a file says of its optimizer is no proof. After each step the weights
must be where Adam's rule takes them, with the gradients of the loss that the
file has. This shows a rule with another name, and training that stops. The
call of fit is that of the exercise, for a file that is right so far: with its
sizes, its batch and images for the validation.
"""

import collections

import numpy as np

from .. import oracle
from ..optimizers import OTHERS, RULES, adam, misses
from ..registry import (Fault, IMAGES, SPARSE, Unjudged, VARIATIONAL, check,
                        raise_all, require)
from ..sizes import BATCH, EXERCISE, inputs_for, trained_sizes
from ..wording import written
from .activations import name_of
from .heads import Encoder
from .layers import drawn, pairs
from .loss import evaluated, near, reconstruct, with_sigmoid
from .sampling import SILENT
from .sparse import LAMBTHA, WRONG, factors

# Images take longer to compute.
IMAGES_BATCH = 4
# The exercise's batch has 256 inputs. Here it has two, each many times, for
# the oracle computes the loss of these two only.
WHOLE, FEW = 256, 2
# Steps by train_on_batch, of which a few more are drawn, before one by fit.
# Later ones, of which so many more are drawn, must still change the weights.
STEPS, LATER = 11, 50
# Of each array DRAWN weights are drawn and FOLLOWED of these are followed,
# those with the largest gradients; of images and of large arrays half.
FOLLOWED, DRAWN, LARGE = 2, 4, 10 ** 5

BY_ADAM = 'move as Adam with its usual parameters moves them'

# Some steps of training: where they were made; the weights that are followed;
# for each step an array of how far these have moved, and one of their
# gradients; how many arrays are the encoder's, and how many there are; all
# arrays at the end.
Run = collections.namedtuple('Run', 'models inputs chosen moves slopes counts '
                             'arrays')

NEEDS = ('outputs', 'encoder-output', 'decoder-output', 'auto-output', 'loss',
         'penalty')
# For the exercise's own call of fit, all these must be right.
AFTER = ('returns', 'encoder-layers', 'decoder-layers', 'sample')


class Trainee:
    """Models whose training is judged, with what is known of their loss"""

    def __init__(self, solution, models, found):
        """Takes what the checks before have found

        Args:
            solution: Solution.
            models: Models.
            found: dict, what NEEDS have found.

        Raises:
            Unjudged: if a network is not known.
        """
        self.solution, self.models = solution, models
        self.fed, self.penalty = found['auto-output'], found['penalty']
        self.objective = found['loss']
        self.encoder, self.decoder = [
            found[name].get(models.layers)
            for name in ('encoder-output', 'decoder-output')]
        if not self.encoder or not self.decoder:
            raise Unjudged(by=('encoder-layers', 'decoder-layers') + NEEDS)
        if self.objective.logits:
            self.decoder = with_sigmoid(self.decoder)
        self.heads = None
        if solution.task == VARIATIONAL:
            self.heads = Encoder(solution, models, found)
            if self.encoder['mean'] == self.encoder['log_var']:
                # One layer gives both: a small log variance changes the mean.
                raise Unjudged(by=('encoder-layers', 'encoder-output'))

    def prepare(self):
        """Gives encoder and decoder weights with which chance does not matter

        Returns:
            list of arrays, those of the encoder and then the decoder; int,
            how many the encoder has.
        """
        weights = drawn(self.solution, self.models, 'training', 1.0)
        for arrays in weights.values():
            # No layer may put out zeros throughout.
            arrays[1::2] = map(np.abs, arrays[1::2])
        if self.heads and self.fed == 'sample':
            weights['encoder'] = self.heads.quiet(weights['encoder'], SILENT)
        self.models.set(**weights)
        return weights['encoder'] + weights['decoder'], len(
            weights['encoder'])

    def loss_of(self, count, inputs, times):
        """Makes the file's loss a function of all weights

        Args:
            count: int, how many arrays are the encoder's.
            inputs: array.
            times: int, how often each of them is in the batch.

        Returns:
            function of a list of arrays.
        """
        def loss(arrays):
            """Computes the loss"""
            rank = arrays[0].ndim
            encoder, decoder = pairs(arrays[:count], rank), pairs(
                arrays[count:], rank)
            if self.heads:
                values = [oracle.forward(self.encoder[name], encoder, inputs)
                          for name in ('mean', 'log_var')]
                codes = values[self.fed == 'log_var']
            else:
                values, codes = oracle.preactivations(self.encoder, encoder,
                                                      inputs)
            outputs = oracle.forward(self.decoder, decoder, codes)
            loss = self.objective.function(inputs, outputs, values)
            if self.penalty not in (None, WRONG):
                # values[-1] are those of the latent layer.
                loss += self.models.sizes[3] * times * oracle.magnitude(
                    values[-1][1]).sum() * factors(
                        self.solution, times * len(inputs))[self.penalty]
            return loss
        return loss


def choose(solution, loss, arrays):
    """Chooses weights to follow: of each array some that matter

    Returns:
        list of pairs of the number of an array and an index there.
    """
    random, chosen = solution.draw('followed'), []
    part = 1 + (solution.task == IMAGES or arrays[0].size > LARGE)
    for number, array in enumerate(arrays):
        places = [(number, np.unravel_index(at, array.shape))
                  for at in random.permutation(array.size)[:DRAWN // part]]
        slopes = np.abs(oracle.gradient(loss, arrays, places))
        chosen += [places[at] for at in np.argsort(-slopes)[:FOLLOWED // part]
                   if slopes[at] > 1e-5]
    return chosen


def trained_models(solution, found):
    """Gives the models whose training is judged"""
    sizes = trained_sizes(solution, found['encoder-output'],
                          found['decoder-output'])
    if solution.task == SPARSE:
        # The gradients of a wrong penalty are not known.
        sizes = sizes[:3] + (LAMBTHA * (found['penalty'] != WRONG),)
    return solution.models(sizes)


def demand_loss(trainee, way, given, received, before, expected):
    """Demands that a step reports the loss that it must"""
    require(before is None or near(received, before), '{} reports a loss '
            'of {:.5g} where evaluate reports {:.5g} for the same inputs '
            'and weights; they must be the same', way, received, before,
            line='compile')
    # TensorFlow 1.12 multiplies by the batch, see loss.
    require(expected is None or near(received, expected) or near(
        received, len(given) * expected), '{} reports a loss of {:.5g}; that '
            'of these outputs is {:.5g}', way, received, expected,
            line='loss')


def follow(trainee, inputs, times, ways):
    """Trains, and looks at each step

    Args:
        trainee: Trainee.
        inputs: array.
        times: int, how often each of them is in the batch.
        ways: list of str, how each step is made, see runner.Module.train.

    Returns:
        Run.

    Raises:
        Fault: if training is not possible, or reports another loss.
    """
    models = trainee.models
    arrays, count = trainee.prepare()
    reconstruct(models, inputs)
    loss = trainee.loss_of(count, inputs, times)
    chosen = choose(trainee.solution, loss, arrays)
    require(chosen, 'the loss does not depend on the weights', line='loss')
    given = np.repeat(inputs, times, axis=0)
    moves, slopes = [], []
    for step, way in enumerate(ways):
        # Asked before the step, for evaluate does not change the weights.
        before = evaluated(models, given) if times == 1 and (
            step == 0 or way != ways[step - 1]) else None
        slopes.append(oracle.gradient(loss, arrays, chosen))
        received, encoder, decoder = models.train(given, way)
        demand_loss(trainee, way, given, received, before,
                    loss(arrays) if times > 1 else None)
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


def layer_of(task, number, counts):
    """Names an array of weights"""
    side, index = 'encoder', number
    if number >= counts[0]:
        side, index = 'decoder', number - counts[0]
    layers = counts[0] // 2 if side == 'encoder' else (
        counts[1] - counts[0]) // 2
    return 'the {} of {}'.format(('kernel', 'bias')[number % 2], name_of(
        task, side, index // 2, layers))


def frozen_fault(task, run, frozen):
    """Makes the Fault of arrays that training does not change, or None"""
    return Fault('training does not change {}{}; all must be trained'.format(
        layer_of(task, frozen[0], run.counts), ' and {} more'.format(
            len(frozen) - 1) if frozen[1:] else ''),
                 'compile') if frozen else None


def judge_run(solution, run):
    """Judges some steps of training

    Returns:
        two of Fault or None: what is wrong with the training, and with the
        optimizer.

    Raises:
        Fault: if the training hides what the optimizer is.
    """
    arrays = np.array([number for number, _ in run.chosen])
    frozen = [number for number in sorted(set(arrays))
              if not run.moves[:, arrays == number].any()]
    fault = frozen_fault(solution.task, run, frozen)
    kept = ~np.isin(arrays, frozen)
    if not kept.any():
        raise fault
    moves, slopes = run.moves[:, kept], run.slopes[:, kept]
    told = run.models.tell()['optimizer']
    if told in OTHERS:
        return fault, Fault('the optimizer is {}; it must be Adam'
                            .format(told), 'compile')
    # Where a relu turns, a few weights may miss.
    missed = misses(moves, slopes, adam) > 0.15
    if not missed.any():
        return fault, None
    if not missed[:3].any():
        step = int(np.argmax(missed))
        return Fault(
            'training goes wrong after {} steps: the weights then {}'.format(
                step, 'do not ' + BY_ADAM if moves[step].any() else
                'do not change any more'), 'compile'), None
    other = next((name for name, rule in RULES
                  if not (misses(moves, slopes, rule) > 0.15).any()), None)
    return fault, Fault(
        'the weights do not {}, with the gradients of the loss that is '
        'reported{}'.format(BY_ADAM, ', but as {} does'.format(
            other) if other else ''), 'compile')


def judge_steps(trainee, ways, later):
    """Judges steps of training with sizes that no file can know"""
    solution = trainee.solution
    inputs = inputs_for(solution, trainee.models.sizes, IMAGES_BATCH
                        if solution.task == IMAGES else BATCH)
    run = go_on(follow(trainee, inputs, 1, ways), ways[0], later)
    if ways[-1] != ways[0]:
        go_on(run, ways[-1], 2)
    return judge_run(solution, run)


def judge_fit(trainee):
    """Judges the exercise's own call of fit

    Returns:
        two of Fault or None, see judge_run; their sentences say with which
        sizes.
    """
    solution, sizes = trainee.solution, trainee.models.sizes
    try:
        found = judge_run(solution, follow(
            trainee, inputs_for(solution, sizes, FEW), WHOLE // FEW, ['fit']))
    except Fault as fault:
        raise Fault('{} ({})'.format(fault, written(sizes)), fault.line,
                    unless=fault.unless)
    for fault in filter(None, found):
        fault.args = '{} ({})'.format(fault, written(sizes)),
    return found


@check('training', needs=NEEDS, after=AFTER)
def training(solution, found):
    """Checks that all layers are trained, on this loss, as long as asked

    Returns:
        list of Fault, what is wrong with the optimizer.
    """
    models = trained_models(solution, found)
    trainee = Trainee(solution, models, found)
    own = found.right and models.sizes != EXERCISE[solution.task]
    draw = solution.draw('steps')
    steps, later = STEPS + int(draw.randint(5)), LATER + int(
        draw.randint(LATER))
    faults = judge_steps(trainee, ['train_on_batch'] * steps + ['fit'] * (
        not own), later)
    if own and not any(faults):
        faults = judge_fit(Trainee(solution, solution.models(
            EXERCISE[solution.task]), found))
    fault, optimizer_fault = faults
    others = [optimizer_fault] if optimizer_fault else []
    if fault:
        fault.found = others
        raise fault
    return others


@check('optimizer', needs=('training',))
def optimizer(solution, found):
    """Checks that the weights move as Adam moves them"""
    raise_all(found['training'])
