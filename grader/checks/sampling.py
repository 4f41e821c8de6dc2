#!/usr/bin/env python3
"""The noise of a variational encoder's sample, and what auto decodes

False alarms. For one file fewer than 100 statistics of its noise are compared
with bounds that a right solution exceeds with a probability of about 2e-9 (6
standard deviations) or 7e-10 (Kolmogorov-Smirnov, see oracle.SURE): 2e-7 in
all. Inputs and weights are those of the seed; the file's noise is its own.
"""

import contextlib

import numpy as np

from .. import oracle
from ..models import COUNT, Missing
from ..networks import steps_for
from ..registry import (Fault, LEARNING, Unjudged, VARIATIONAL, check, finding,
                        raise_all, require)
from ..sizes import BATCH, EXERCISE, drawn_sizes, inputs_for, over_sizes
from ..wording import written
from .heads import Encoder
from .layers import (judge_codes, judge_predict, judge_shared, pairs,
                     unlike_decoder)
from .roles import BOUND, DEVIATIONS, MANY, explains

# A log variance that leaves next to no noise, and a large one.
SILENT, LOUD = -30.0, 12.0

WANTED = 'the latent representation must be mean + exp(log_var / 2) * noise'


def wrong_noise(spread, log_var, who):
    """Raises the Fault that explains noise that is not normal

    Args:
        spread: array (n, latent_dims), the noise times its deviation.
        log_var: array (n, latent_dims).
        who: str, what was sampled, for the sentence.
    """
    for name, deviation in DEVIATIONS:
        explained, centre, width = explains(spread, log_var, deviation)
        if not explained:
            continue
        faults = []
        # Where the deviation is another, chance alone is allowed: medians
        # vary by a quarter more than means.
        most = 1.25 * BOUND * spread.size ** -0.5 if name else 0.02
        if abs(centre) > most or abs(width - 1) > most:
            faults.append(Fault(
                'the noise of {} has mean {:.2f} and deviation {:.2f}; they '
                'must be 0 and 1'.format(who, centre, width), 'sampling'))
        if name:
            faults.append(Fault('in {} the noise is multiplied by {}; {}'
                                .format(who, name, WANTED), 'sampling'))
        raise_all(faults)
    noise = spread / np.exp(log_var / 2)
    raise Fault('{} is not mean + exp(log_var / 2) * noise with normal noise: '
                'this noise would have mean {:.2f}, deviation {:.2f} and '
                'another distribution'.format(who, noise.mean(), noise.std()),
                'sampling')


def demand_noise(sample, mean, log_var, who):
    """Checks that the sample is no other output, see judge_noise"""
    require(np.isfinite(sample).all(), '{} is infinite or not a number', who)
    for name, other in (('the mean itself, without noise', mean),
                        ('the log variance', log_var)):
        require(np.abs(sample - other).mean() > 1e-3, '{} is {}; {}', who,
                name, WANTED)


def judge_noise(sample, mean, log_var, who):
    """Checks that noise is normal and independent

    Args:
        sample: array (n, latent_dims).
        mean: array (n, latent_dims).
        log_var: array (n, latent_dims).
        who: str, what was sampled, for the sentence.

    Returns:
        array (n, latent_dims), the noise.
    """
    demand_noise(sample, mean, log_var, who)
    noise = (sample - mean) / np.exp(log_var / 2)
    count, dims = noise.shape
    require((noise - noise[0]).std() > 1e-3, 'the noise of {} is the same '
            'for the whole batch; every input must have its own', who)
    require(dims == 1 or (noise - noise[:, :1]).std() > 1e-3, 'the noise of '
            '{} is the same for all latent dimensions; each must have its '
            'own', who)
    if oracle.normal_distance(noise) > oracle.SURE:
        wrong_noise(sample - mean, log_var, who)
    total = count * dims
    for name, received, expected, deviation in (
            ('mean', noise.mean(), 0, total ** -0.5),
            ('variance', (noise ** 2).mean(), 1, (2.0 / total) ** 0.5)):
        require(abs(received - expected) < BOUND * deviation, 'the noise of '
                '{} has {} {:.3f}; it must be {}', who, name, received,
                expected)
    for i in range(dims):
        for j in range(i):
            require(abs((noise[:, i] * noise[:, j]).mean()) <
                    BOUND * count ** -0.5, 'the noise of {} is correlated '
                    'between latent dimensions; they must be independent',
                    who)
    for lag in (1, 2, count // 2):
        different = (noise[lag:] * noise[:-lag]).mean()
        require(abs(different) < BOUND * (total - lag * dims) ** -0.5, 'the '
                'noise of {} is correlated between inputs; they must be '
                'independent', who)
    return noise


def without_noise(solution, models, encoder):
    """Tells whether training has no noise either, or cannot be"""
    models.set(encoder=encoder.randomise('noise in training'),
               decoder=solution.randomise(models.decoder.weights(),
                                          'noise in training'))
    try:
        return not models.chance(inputs_for(solution, models.sizes, BATCH))
    except Fault:
        return True


def judge_called(solution, models, encoder, inputs, who):
    """Checks the noise of a call, see judge_noise

    Where there is none, the model learns something else, unless training has
    it.
    """
    outputs = encoder.three(inputs)
    try:
        demand_noise(*outputs, who=who)
    except Fault as fault:
        fault.takes = LEARNING * without_noise(solution, models, encoder)
        raise
    return judge_noise(*outputs, who=who)


def judge_two(first, second, who):
    """Checks that the noise of two calls is independent"""
    require(np.abs(first - second).mean() > 1e-3, 'the noise of {} is the '
            'same at every call; it must be drawn anew', who)
    require(abs((first * second).mean()) < BOUND * first.size ** -0.5, 'the '
            'noise of {} is correlated between calls; it must be drawn anew',
            who)


def judge_other(solution, models, found):
    """Checks the noise of models of other sizes, also where it is large"""
    encoder = Encoder(solution, models, found)
    inputs = inputs_for(solution, models.sizes, MANY // 4)
    models.set(encoder=encoder.spread('sample', LOUD))
    judge_called(solution, models, encoder, inputs,
                 'the latent representation of ' + written(models.sizes))


@check('sample', tasks=(VARIATIONAL,), needs=('outputs', 'encoder-output'),
       after=('encoder-layers', 'decoder-layers'))
def sample(solution, found):
    """Checks the noise in calls and in predict; tells whether it is right"""
    models = solution.primary
    encoder = Encoder(solution, models, found)
    with finding(False):
        models.set(encoder=encoder.spread('sample'))
        inputs = inputs_for(solution, models.sizes, MANY)
        who = 'the latent representation'
        noises = [judge_called(solution, models, encoder, inputs, who)
                  for _ in range(2)]
        judge_two(noises[0], noises[1], who)
        for sizes in (EXERCISE[VARIATIONAL], drawn_sizes(solution)):
            with contextlib.suppress(Unjudged):
                judge_other(solution, solution.models(sizes), found)
        models.set(encoder=encoder.spread('sample'))
        outputs = encoder.three(inputs, predict=MANY // 2)
        judge_two(noises[1], judge_noise(*outputs, who=who + ' in predict'),
                  who)
    return True


def invertible(solution, models):
    """Gives the decoder weights that keep every code

    No relu is given a value below zero, so that the logit of the output is a
    linear function of the code.

    Returns:
        list of arrays, the weights; function of the decoder's output, which
        gives the code.
    """
    random = solution.draw('invertible')
    weights, total, offset = [], np.eye(models.sizes[2]), 0
    shapes = pairs(models.decoder.weights(), 2)
    for i, (kernel, bias) in enumerate(shapes):
        last = i == len(shapes) - 1
        kernel = 0.3 * random.randn(*kernel.shape) / np.sqrt(len(kernel))
        offset = np.dot(offset, kernel) if i else 0 * bias
        # No code of the check takes a node down by nearly as much as 30.
        bias = -offset if last else 30 - offset
        offset = 0 * bias if last else 30 + 0 * bias
        total = total.dot(kernel)
        weights += [kernel, bias]
    scale = 0.3 / np.abs(total).max()
    weights[-2:] = [scale * w for w in weights[-2:]]
    inverse = np.linalg.pinv(scale * total)

    def decode(outputs):
        """Computes the codes that the decoder was given"""
        outputs = outputs.astype('float64')
        return np.log(outputs / (1 - outputs)).dot(inverse)
    return weights, decode


def decoded(heads, role, what, key):
    """Makes the Fault where auto decodes another output than the sample

    Args:
        heads: roles.Heads.
        role: int, which one it decodes: 1 the mean, 2 the log variance.
        what: str, how that is called.
        key: str, the name of its network.
    """
    # Auto may decode the first output, as it must, but the outputs are in a
    # wrong order: that is one fault, not two.
    return Fault('what auto decodes is {}; it must be the sample, the '
                 "encoder's first output".format(what), 'decode', found=key,
                 unless=('outputs',) * (heads.roles[role] == 0),
                 takes=LEARNING)


def judge_fed(solution, models, found):
    """Checks which output of the encoder auto decodes, without noise"""
    if models is not solution.primary and (
            models.layers not in found['encoder-output']):
        # The first sizes have shown a fault there; that of these is not known.
        return
    encoder = Encoder(solution, models, found)
    if encoder.networks['log_var'][-2][2] in oracle.ACTIVATIONS and (
            encoder.networks['log_var'][-2][2] != 'linear'):
        # With another activation, no weights make it small everywhere.
        raise Unjudged(by=('encoder-output',))
    weights = {
        'encoder': encoder.quiet(encoder.randomise('auto encoder'), SILENT),
        'decoder': solution.randomise(models.decoder.weights(),
                                      'auto decoder')}
    inputs = inputs_for(solution, models.sizes, COUNT)
    models.set(**weights)
    received = models.auto.one(inputs)
    mean, _ = encoder.compute(weights['encoder'], inputs)
    if oracle.close(received, models.decoder.one(mean)):
        if models is solution.primary:
            with finding('sample'):
                judge_predict(models, 'auto', inputs, received)
        return
    loud = encoder.randomise('auto encoder')
    models.set(encoder=loud)
    _, log_var = encoder.compute(loud, inputs)
    if oracle.close(models.auto.one(inputs), models.decoder.one(log_var)):
        raise decoded(encoder.heads, 2, 'the log variance', 'log_var')
    models.set(encoder=weights['encoder'])
    sample, mean, _ = encoder.three(inputs)
    # Where the noise is wrong, it need not be small for a small log variance.
    require(oracle.close(sample, mean), 'with log variances of {} everywhere '
            'the latent representation still has noise of deviation {:.2g}; '
            '{}', SILENT, (sample - mean).std(), WANTED, line='sampling',
            unless=('sample',))
    judge_shared(models, inputs, weights, unless=('sample',))
    constant = encoder.quiet([0 * array for array in weights['encoder']],
                             SILENT)
    judge_codes(models, inputs, constant, unless=('sample',))
    raise unlike_decoder(unless=('sample',))


@check('auto-output', tasks=(VARIATIONAL,),
       needs=('outputs', 'encoder-output', 'sample'),
       after=('encoder-layers', 'decoder-layers', 'decoder-output'))
def auto_output(solution, found):
    """Checks that auto decodes the sample, drawn anew at every call

    Returns:
        str, what auto decodes: sample, mean or log_var.
    """
    models = solution.primary
    encoder = Encoder(solution, models, found)
    over_sizes(solution, lambda models: judge_fed(solution, models, found),
               'sample')
    with finding('sample'):
        weights = encoder.spread('auto sample')
        inputs = inputs_for(solution, models.sizes, MANY)
        models.set(encoder=weights)
        sample, mean, _ = encoder.three(inputs)
        without = oracle.close(models.auto.one(inputs),
                               models.decoder.one(mean))
        if not found['sample'] and (
                not without or oracle.close(sample, mean)):
            raise Unjudged(by=('sample',))
    if without:
        raise decoded(encoder.heads, 1, 'the mean itself, without noise',
                      'mean')
    with finding('sample'):
        judge_decoded(solution, models, encoder, weights, found)
    return 'sample'


def judge_decoded(solution, models, encoder, weights, found):
    """Checks the noise of what auto decodes, if its decoder can be inverted"""
    if (found['decoder-output'] or {}).get(models.layers) != steps_for(
            solution.task, 'decoder', len(models.sizes[1]) + 1) or (
                Missing in map(type, models.decoder.weights())):
        return
    inputs = inputs_for(solution, models.sizes, MANY)
    decoder, decode = invertible(solution, models)
    models.set(decoder=decoder)
    mean, log_var = encoder.compute(weights, inputs)
    who = 'what auto decodes'
    noises = [judge_noise(decode(models.auto.one(inputs)), mean, log_var, who)
              for _ in range(2)]
    judge_two(noises[0], noises[1], who)
