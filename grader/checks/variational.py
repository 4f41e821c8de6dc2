#!/usr/bin/env python3
"""The sample, its noise, and the loss of the variational autoencoder

False alarms. For one file fewer than 100 statistics of its noise are compared
with bounds that a right solution exceeds with a probability of about 2e-9 (6
standard deviations) or 7e-10 (Kolmogorov-Smirnov, see oracle.SURE): 2e-7 in
all. Inputs and weights are always the same, only the file's noise is random.
"""

import numpy as np

from .. import oracle
from ..registry import DENSE, Fault, VARIATIONAL, check, require
from .contract import SIZES, inputs_for
from .layers import build, heads_of, pairs, randomise
from .training import BATCH, LOSSES, compare_ways, near, reconstruct

COUNT = 4096
BOUND = 6.0

WANTED = 'the latent representation must be mean + exp(log_var / 2) * noise'

# What students multiply the noise by, in place of exp(log_var / 2).
DEVIATIONS = (
    ('exp(log_var)', np.exp),
    ('log_var', lambda log_var: log_var),
    ('log_var / 2', lambda log_var: log_var / 2),
    ('exp(2 * log_var)', lambda log_var: np.exp(2 * log_var)),
    ('exp(-log_var / 2)', lambda log_var: np.exp(-log_var / 2)),
    ('1, not by the deviation', lambda log_var: 1 + 0 * log_var),
    ('sqrt(abs(log_var))', lambda log_var: np.sqrt(np.abs(log_var))),
)


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
    spread = np.abs(sample - mean)
    require(np.isfinite(sample).all(), '{} is infinite or not a number', who)
    require(spread.mean() > 1e-3, '{} is the mean itself, without noise; {}',
            who, WANTED)
    require(np.abs(sample - log_var).mean() > 1e-3, '{} is the log variance; '
            '{}', who, WANTED)
    noise = (sample - mean) / np.exp(log_var / 2)
    count, dims = noise.shape
    require((noise - noise[0]).std() > 1e-3, 'the noise of {} is the same '
            'for the whole batch; every input must have its own', who)
    require(dims == 1 or (noise - noise[:, :1]).std() > 1e-3, 'the noise of '
            '{} is the same for all latent dimensions; each must have its '
            'own', who)
    if oracle.normal_distance(noise) > oracle.SURE:
        for name, deviation in DEVIATIONS:
            with np.errstate(all='ignore'):
                other = (sample - mean) / deviation(log_var)
            require(oracle.normal_distance(other) > oracle.SURE, 'in {} the '
                    'noise is multiplied by {}; {}', who, name, WANTED)
        # Robust, for the noise may be of any kind.
        width = np.median(np.abs(noise - np.median(noise))) / 0.674490
        centre = np.median(noise)
        require(oracle.normal_distance((noise - centre) / width) >
                oracle.SURE, 'the noise of {} has mean {:.2f} and deviation '
                '{:.2f}; they must be 0 and 1', who, centre, width)
        raise Fault('the noise of {} is not normal with mean 0 and deviation '
                    '1: it has mean {:.2f}, deviation {:.2f} and its '
                    'distribution is another'.format(who, noise.mean(),
                                                     noise.std()))
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


def judge_two(first, second, who):
    """Checks that the noise of two calls is independent"""
    require(np.abs(first - second).mean() > 1e-3, 'the noise of {} is the '
            'same at every call; it must be drawn anew', who)
    require(abs((first * second).mean()) < BOUND * first.size ** -0.5, 'the '
            'noise of {} is correlated between calls; it must be drawn anew',
            who)


def spread_out(subject, models, sizes):
    """Gives the encoder weights with varied means and log variances"""
    heads = heads_of(subject, models, sizes, seed=8)
    weights = models.encoder.get_weights()
    at = 2 * heads['log variance'] + 1
    weights[at] = np.linspace(-2, 0.5, sizes[2])
    models.encoder.set_weights(weights)


@check('sample', 'the latent representation is drawn around the mean',
       tasks=(VARIATIONAL,), needs=('encoder-output',))
def sample(subject):
    """Checks the noise of the encoder's sample, in calls and in predict"""
    sizes = SIZES[DENSE][0]
    models = build(subject, sizes)
    spread_out(subject, models, sizes)
    inputs = inputs_for(sizes[0], COUNT)
    who = 'the latent representation'
    noises = [judge_noise(*subject.call('the encoder', models.encoder,
                                        inputs), who=who) for _ in range(2)]
    judge_two(noises[0], noises[1], who)
    with subject.attempt('encoder.predict()'):
        outputs = models.encoder.predict(
            inputs.astype('float32'), batch_size=COUNT // 2, verbose=0)
    judge_two(noises[1], judge_noise(*outputs, who=who + ' in predict'), who)


def invertible(decoder, latent_dims):
    """Gives the decoder weights that keep every code

    All relus stay in their linear part, so that the logit of the output is
    a linear function of the code.

    Returns:
        function of the decoder's output, which gives the code.
    """
    random = np.random.RandomState(9)
    layers = pairs(decoder.get_weights(), 2)
    weights, total, offset = [], np.eye(latent_dims), 0
    for i, (kernel, bias) in enumerate(layers):
        last = i == len(layers) - 1
        kernel = 0.3 * random.randn(*kernel.shape) / np.sqrt(len(kernel))
        offset = np.dot(offset, kernel) if i else 0 * bias
        # 30 is far more than any code of the check takes a node down by.
        bias = -offset if last else 30 - offset
        offset = 0 * bias if last else 30 + 0 * bias
        total = total.dot(kernel)
        weights += [kernel, bias]
    scale = 0.3 / np.abs(total).max()
    weights[-2:] = [scale * w for w in weights[-2:]]
    decoder.set_weights(weights)
    inverse = np.linalg.pinv(scale * total)

    def decode(outputs):
        """Computes the codes that the decoder was given"""
        outputs = np.asarray(outputs, 'float64')
        return np.log(outputs / (1 - outputs)).dot(inverse)
    return decode


@check('auto-sample', 'auto decodes the sample, drawn anew at every call',
       tasks=(VARIATIONAL,), needs=('encoder-output', 'decoder-output'))
def auto_sample(subject):
    """Checks the noise of the sample that auto decodes"""
    sizes = SIZES[DENSE][0]
    models = build(subject, sizes)
    spread_out(subject, models, sizes)
    decode = invertible(models.decoder, sizes[2])
    inputs = inputs_for(sizes[0], COUNT)
    mean, log_var = subject.call('the encoder', models.encoder, inputs)[1:]
    who = 'what auto decodes'
    noises = [judge_noise(decode(subject.call('auto', models.auto, inputs)),
                          mean, log_var, who) for _ in range(2)]
    judge_two(noises[0], noises[1], who)


def blind(subject, models, sizes, seed):
    """Gives random weights with which the decoder does not see its input"""
    heads_of(subject, models, sizes, seed)
    randomise(models.decoder, seed + 50)
    weights = models.decoder.get_weights()
    weights[0] = 0 * weights[0]
    models.decoder.set_weights(weights)


def measure(subject, models, sizes, seed):
    """Measures the loss where it does not depend on the sample

    Returns:
        float, the loss that evaluate reports; arrays (batch, values) of the
        inputs, of auto's outputs, of mean and of log variance.
    """
    blind(subject, models, sizes, seed)
    inputs = inputs_for(sizes[0], BATCH)
    outputs = reconstruct(subject, models, inputs)
    mean, log_var = subject.call('the encoder', models.encoder, inputs)[1:]
    received = subject.loss('evaluate', models.auto, inputs)
    return (received, inputs, outputs, np.asarray(mean, 'float64'),
            np.asarray(log_var, 'float64'))


def solve(features, losses):
    """Finds the coefficients of features; None where they do not explain"""
    features = np.array(features)
    parts = np.linalg.lstsq(features, losses, rcond=-1)[0]
    if np.abs(features.dot(parts) - losses).max() < 1e-3 * (
            np.ptp(losses) + 1e-3):
        return parts
    return None


def find(value, meanings):
    """Finds what a measured factor means"""
    return next((meaning for factor, meaning in meanings
                 if abs(value - factor) < 0.01 * abs(factor) + 1e-3), None)


def diagnose_loss(subject, models, sizes):
    """Raises the Fault that explains a wrong loss"""
    measured = [measure(subject, models, sizes, seed)
                for seed in range(60, 80)]
    losses = np.array([one[0] for one in measured])
    dims, latent = sizes[0], sizes[2]
    terms = np.array([oracle.binary_crossentropy(x, y).mean()
                      for _, x, y, _, _ in measured])
    divergences = np.array([
        oracle.kl_divergence(mean, log_var).sum(axis=1).mean()
        for _, _, _, mean, log_var in measured])
    parts = solve(np.stack([terms, divergences], axis=1), losses)
    if parts is not None:
        a, b = parts
        overall = 'the whole loss is divided by the number of {}; ' \
            'cross-entropy and KL divergence must be summed'
        require(abs(a - 1) > 0.01 or abs(b * dims - 1) > 0.01, overall,
                'inputs')
        kl = 'the KL divergence is '
        meaning = find(b, [
            (0, 'missing in the loss; it must be added'),
            (-1, 'subtracted; it must be added'),
            (0.5, 'halved; it must be -0.5 * sum(1 + log_var - mean^2 - '
                  'exp(log_var))'),
            (2, 'doubled or counted twice; it must be -0.5 * sum(1 + '
                'log_var - mean^2 - exp(log_var)), once'),
            (1.0 / latent, 'averaged over the latent dimensions; it must be '
                           'summed'),
            (float(BATCH), 'summed over the batch; it must be averaged over '
                           'the batch'),
            (BATCH / float(latent), 'summed over the batch and averaged over '
                                    'the latent dimensions; it must be the '
                                    'other way round'),
            (1.0 / dims, 'divided by the number of inputs; it must not be'),
        ])
        if meaning is None and abs(b - 1) > 0.01:
            meaning = 'multiplied by {:.3g}; it must be added as it is' \
                .format(b)
        require(meaning is None, '{}{}', kl, meaning)
        bce = 'the binary cross-entropy is '
        meaning = find(a, [
            (0, 'missing in the loss'),
            (1, 'averaged over the inputs; it must be summed over them and '
                'averaged over the batch'),
            (float(dims * BATCH), 'summed over the batch; it must be '
                                  'averaged over the batch'),
        ])
        if meaning is None and abs(a - dims) > 0.01 * dims:
            meaning = 'multiplied by {:.3g}; it must be summed over the ' \
                'inputs as it is'.format(a / dims)
        require(meaning is None, '{}{}', bce, meaning)
    for name, function in LOSSES:
        others = np.array([function(x, y) for _, x, y, _, _ in measured])
        parts = solve(np.stack([others, divergences], axis=1), losses)
        require(parts is None or abs(parts[0]) < 1e-3, 'the reconstruction '
                'loss is {}; it must be the binary cross-entropy', name)
    for scale, name in ((1, 'log_var'), (2, '2 * log_var'),
                        (0.5, 'log_var / 2')):
        features = np.array([
            [term, latent] + [v.sum(axis=1).mean() for v in (
                log_var, mean ** 2, np.exp(scale * log_var))]
            for term, (_, _, _, mean, log_var) in zip(terms, measured)])
        parts = solve(features, losses)
        if parts is not None:
            raise Fault(
                'the KL divergence is {:.2g} * sum({:.2g} {:+.2g} * log_var '
                '{:+.2g} * mean^2 {:+.2g} * exp({power})); it must be -0.5 * '
                'sum(1 + log_var - mean^2 - exp(log_var))'.format(
                    -0.5, *(-2 * parts[1:]), power=name))
    raise Fault('the loss is not the binary cross-entropy, summed over the '
                'inputs, plus the KL divergence, summed over the latent '
                'dimensions, each averaged over the batch')


@check('loss', 'the loss is cross-entropy plus KL divergence, each summed',
       tasks=(VARIATIONAL,), needs=('encoder-output', 'decoder-output'))
def loss(subject):
    """Checks what evaluate reports where chance does not matter"""
    for sizes in SIZES[DENSE][:2]:
        models = build(subject, sizes)
        for seed in (41, 42):
            received, inputs, outputs, mean, log_var = measure(
                subject, models, sizes, seed)
            again = subject.loss('evaluate', models.auto, inputs)
            require(near(again, received), 'evaluate reports {:.5g} and then '
                    '{:.5g} where the outputs of auto do not depend on the '
                    'sample; the KL divergence must be that of mean and log '
                    'variance', received, again)
            expected = (
                oracle.binary_crossentropy(inputs, outputs).sum(axis=1) +
                oracle.kl_divergence(mean, log_var).sum(axis=1)).mean()
            if not near(received, expected):
                diagnose_loss(subject, models, sizes)
                raise Fault('evaluate reports {:.5g} where cross-entropy '
                            'plus KL divergence are {:.5g}'.format(
                                received, expected))


@check('loss-everywhere', 'evaluate, fit and train_on_batch report the same',
       tasks=(VARIATIONAL,), needs=('encoder-output', 'decoder-output'))
def loss_everywhere(subject):
    """Checks that training has the loss that evaluate has"""
    sizes = SIZES[DENSE][0]
    models = build(subject, sizes)
    blind(subject, models, sizes, 43)
    compare_ways(subject, models, inputs_for(sizes[0], BATCH))
