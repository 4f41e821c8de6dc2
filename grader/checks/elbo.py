#!/usr/bin/env python3
"""The loss of the variational autoencoder: both of its terms"""

import numpy as np

from .. import oracle
from ..registry import (Fault, LEARNING, Unjudged, VARIATIONAL, check,
                        finding, raise_all, require)
from ..sizes import (BATCH, EXERCISE, WHOLE, bright, dark_inputs,
                     trained_sizes)
from .heads import Encoder
from .loss import (ADDED, CUT, LOSSES, SHAPING, WELL, Objective, black,
                   entropies, evaluated, judge_outputs, judge_white,
                   last_activation, near, near_edges, nearest, reconstruct)


def measure(solution, models, encoder, purpose, large=0, well=False):
    """Measures the loss where it does not depend on the sample

    Args:
        solution: Solution.
        models: Models.
        encoder: heads.Encoder.
        purpose: str, for which other weights are drawn than for another.
        large: float, how much larger or smaller log variances are; if it
            is not 0, outputs are near 0 and 1.
        well: bool, whether images are nearly black, and outputs as well.

    Returns:
        float, the loss that evaluate reports; arrays (batch, values) of the
        inputs, of auto's outputs, of mean and of log variance.
    """
    weights = encoder.randomise(purpose + 'mean')
    # Beside a large exp(log_var) the other terms would be lost in rounding.
    kernel, bias = encoder.part_of(weights)
    kernel *= 0.4
    bias += large * np.linspace(-1.2, 1.3, len(bias))
    decoder = solution.randomise(models.decoder.weights(), purpose, 1.0)
    if not large:
        decoder[-1] = bright(decoder[-1])
    inputs = dark_inputs(solution, models.sizes, BATCH)
    if well:
        decoder, inputs = black(decoder, inputs)
    # A decoder that does not see its input.
    decoder[0] = 0 * decoder[0]
    models.set(encoder=weights, decoder=decoder)
    outputs, _ = large and near_edges(models, decoder, inputs) or reconstruct(
        models, inputs)
    return (evaluated(models, inputs), inputs, outputs) + tuple(
        encoder.compute(weights, inputs))


def kl(values):
    """Computes the KL divergence of each input: mean and log variance"""
    return oracle.kl_divergence(*values).sum(axis=-1)


def right_loss(t, p, values, added=ADDED[0]):
    """Computes the loss that the file must have, see loss.Objective"""
    return t.shape[1] * entropies(t, p, added) + kl(values)


# A smaller factor is nothing but rounding, which is up to 2e-7.
NONE = 1e-5


def solve(features, losses):
    """Finds the coefficients of features; None where they do not explain"""
    features = np.array(features)
    parts = np.linalg.lstsq(features, losses, rcond=-1)[0]
    # Nothing but rounding may be left: a mean squared error is much like a
    # cross-entropy.
    if np.abs(features.dot(parts) - losses).max() < (
            2e-5 * np.abs(losses).max() + 2e-6):
        # What is nothing but rounding would have gradients.
        return np.where(np.abs(parts) < NONE, 0, parts)
    return None


# What makes the KL divergence large.
LARGE = 5.0

# The exercise does not say in words that the terms are sums, not averages:
# its printed losses show it.
PRINTED = ', as the losses that the exercise prints show (214 after the ' \
    'first epoch, where an average over the pixels is below 1)'
# As many files have it that know no other images.
ALONE = 'averaged over the inputs and multiplied by {0}, which is right for ' \
    '{0} inputs alone; it must be summed over them'.format(
        EXERCISE[VARIATIONAL][0])


def kl_meanings(dims, latent, batch):
    """Lists what factors of the KL divergence mean

    Args:
        dims, latent: int, how many values an input and a code have.
        batch: int, how many inputs a batch has.

    Returns:
        list of pairs of a factor and a str, or None if that is right.
    """
    return [
        (0, 'missing in the loss; it must be added' + PRINTED),
        (-1, 'subtracted; it must be added'),
        (0.5, 'halved; it must be -0.5 * sum(1 + log_var - mean^2 - '
              'exp(log_var))'),
        (2, 'doubled or counted twice; it must be -0.5 * sum(1 + '
            'log_var - mean^2 - exp(log_var)), once'),
        (1 / latent, 'averaged over the latent dimensions; it must be '
                     'summed'),
        (batch, 'summed over the batch; it must be averaged over the batch'),
        (batch / latent, 'summed over the batch and averaged over the latent '
                         'dimensions; it must be the other way round'),
        (1 / dims, 'divided by the number of inputs; it must not be'),
        (1, None)]


def entropy_meanings(dims, latent, batch):
    """Lists what factors of the cross-entropy mean, see kl_meanings"""
    return [
        (0, 'missing in the loss'),
        (1 / dims, 'averaged over the inputs; it must be summed over them and '
                   'averaged over the batch' + PRINTED),
        (batch, 'summed over the batch; it must be averaged over the batch'),
        (batch / dims, 'averaged over the inputs and summed over the batch; '
                       'it must be the other way round'),
        (1, None),
        (EXERCISE[VARIATIONAL][0] / dims, ALONE)]


# What each term is called, what its factors mean, and what it must be.
DIVERGENCE = 'KL divergence', kl_meanings, 'added'
ENTROPY = 'binary cross-entropy', entropy_meanings, 'summed over the inputs'


def term_fault(term, factor, sizes):
    """Makes the Fault of a term of the loss that is multiplied

    Args:
        term: DIVERGENCE or ENTROPY.
        factor: float, by what.
        sizes: tuple, with which it was measured.

    Returns:
        Fault, or None if it is right; float, the factor with the exercise's
        sizes.
    """
    name, meanings, must = term
    dims, _, latent = EXERCISE[VARIATIONAL]
    meaning, other = next(
        ((meaning, other) for (one, meaning), (other, _) in zip(
            meanings(sizes[0], sizes[2], BATCH),
            meanings(dims, latent, WHOLE))
         if abs(factor - one) < 0.01 * abs(one) + NONE),
        # More digits would be those of rounding, see NONE.
        ('multiplied by {:.3g}; it must be {} as it is'.format(
            round(factor, 5), must), factor))
    fault = Fault('the {} is {}'.format(name, meaning), 'loss',
                  instead='sizes' if meaning is ALONE else None)
    return fault if meaning else None, other


def diagnose_factors(measured, sizes):
    """Raises the Faults of both terms, if these explain the loss"""
    dims = sizes[0]
    parts = solve([[entropies(x, y).mean(), kl(values).mean()]
                   for _, x, y, *values in measured],
                  [one[0] for one in measured])
    if parts is None:
        return
    a, b = parts
    found = Objective(lambda t, p, values: (
        a * entropies(t, p) + b * kl(values)), False)
    require(abs(a - 1) > 0.01 or abs(b * dims - 1) > 0.01, 'the whole '
            'loss is divided by the number of inputs; cross-entropy and '
            'KL divergence must be summed', line='loss', found=found)
    (first, divergence), (second, entropy) = [
        term_fault(DIVERGENCE, b, sizes), term_fault(ENTROPY, a / dims, sizes)]
    faults = list(filter(None, [first, second]))
    # Without a KL divergence, or with little else, nothing is learnt, or
    # something else. With factors that people write, as 0.01 and 10, rounding
    # would decide.
    learns = entropy and 0.007 < divergence / entropy < 12
    for fault in faults:
        fault.takes = () if learns else LEARNING
    # What both end with is said once.
    for fault in faults[1:]:
        fault.args = str(fault).replace(PRINTED, ''),
    with finding(found):
        raise_all(faults)


def diagnose_reconstruction(measured, sizes):
    """Raises the Fault of another loss than the cross-entropy, if it is one"""
    losses = [one[0] for one in measured]
    for name, function in LOSSES:
        with np.errstate(all='ignore'):
            features = np.array([[function(x, y).mean(), kl(values).mean()]
                                 for _, x, y, *values in measured])
        parts = solve(features, losses) if (
            np.isfinite(features).all()) else None
        if parts is not None and abs(parts[0]) > 1e-3:
            c, d = parts
            raise Fault(
                'the reconstruction loss is {}; it must be the binary '
                'cross-entropy'.format(name), 'loss',
                also=filter(None, term_fault(DIVERGENCE, d, sizes)[:1]),
                found=Objective(lambda t, p, values: (
                    c * function(t, p) + d * kl(values)), False))


def diagnose_divergence(measured):
    """Raises the Fault of a KL divergence with other factors, if it is that"""
    losses = [one[0] for one in measured]
    for scale, name in ((1, 'log_var'), (2, '2 * log_var'),
                        (0.5, 'log_var / 2')):
        def features(t, p, values):
            """Computes what a loss may be made of"""
            mean, log_var = values
            return [entropies(t, p)] + [v.sum(axis=-1) for v in (
                mean ** 0, log_var, mean ** 2, np.exp(scale * log_var))]
        parts = solve([np.mean(features(x, y, values), axis=1)
                       for _, x, y, *values in measured], losses)
        if parts is not None:
            raise Fault(
                'the KL divergence is {:.2g} * sum({:.2g} {:+.2g} * log_var '
                '{:+.2g} * mean^2 {:+.2g} * exp({power})); it must be -0.5 * '
                'sum(1 + log_var - mean^2 - exp(log_var))'.format(
                    -0.5, *(np.round(-2 * parts[1:], 3) + 0.0), power=name),
                'loss',
                found=Objective(lambda t, p, values: sum(
                    part * one for part, one in zip(
                        parts, features(t, p, values))), False))


def diagnose_loss(solution, models, encoder, found):
    """Raises the Fault that explains a wrong loss"""
    measured = [measure(solution, models, encoder, 'loss {} '.format(number))
                for number in range(20)]
    # Keras cuts off outputs that are 0 or 1, or beyond: these would not show
    # which loss it is.
    if not all(0 < one[2].min() <= one[2].max() < 1 for one in measured) and (
            last_activation(models, found)[1] != 'sigmoid'):
        raise Unjudged(by=('decoder-output',))
    diagnose_factors(measured, models.sizes)
    diagnose_reconstruction(measured, models.sizes)
    diagnose_divergence(measured)
    # Keras 3 computes the loss of a softmax as if of a sigmoid.
    if last_activation(models, found)[1] == 'softmax':
        raise Unjudged(by=('decoder-output',))
    raise Fault('the loss is not the binary cross-entropy, summed over the '
                'inputs, plus the KL divergence, summed over the latent '
                'dimensions, each averaged over the batch', 'loss')


@check('loss', tasks=(VARIATIONAL,), needs=('outputs', 'encoder-output'),
       after=SHAPING)
def loss(solution, found):
    """Checks what evaluate reports without chance; gives a loss.Objective"""
    models = solution.models(trained_sizes(
        solution, found['encoder-output'], found['decoder-output']))
    encoder = Encoder(solution, models, found)
    for purpose in ('loss one ', 'loss two '):
        received, inputs, outputs, *values = measure(
            solution, models, encoder, purpose)
        again = evaluated(models, inputs)
        require(near(again, received), 'evaluate reports {:.5g} and then '
                '{:.5g} where the outputs of auto do not depend on the '
                'sample; the KL divergence must be that of mean and log '
                'variance', received, again, line='loss')
        added = nearest(received, lambda added: right_loss(
            inputs, outputs, values, added).mean())
        if not near(received, right_loss(
                inputs, outputs, values, added).mean()):
            diagnose_loss(solution, models, encoder, found)
    right = Objective(lambda t, p, values: right_loss(
        t, p, values, added), False)
    if found.right:
        received, inputs, outputs, *values = measure(
            solution, models, encoder, 'loss three ', LARGE)
        expected = right_loss(inputs, outputs, values).mean()
        require(near(received, expected), 'where the KL divergence is large '
                'and ' + CUT, received, expected, line='loss')
        received, inputs, outputs, *values = measure(
            solution, models, encoder, 'loss four ', well=True)
        expected = right.function(inputs, outputs, values).mean()
        require(near(received, expected), WELL, received, expected,
                line='loss', found=right)
        judge_white(models, inputs, right)
    judge_outputs(models, found, right)
    return right
