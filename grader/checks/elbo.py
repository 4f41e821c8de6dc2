#!/usr/bin/env python3
"""The loss of the variational autoencoder: both of its terms"""

import numpy as np

from .. import oracle
from ..registry import (Fault, LEARNING, Unjudged, VARIATIONAL, check,
                        finding, raise_all, require)
from ..sizes import BATCH, bright, dark_inputs, trained_sizes
from .heads import Encoder
from .loss import (ADDED, CUT, LOSSES, SHAPING, Objective, ends_in_sigmoid,
                   entropies, evaluated, near, nearest, reconstruct)


def measure(solution, models, encoder, purpose, large=0):
    """Measures the loss where it does not depend on the sample

    Args:
        solution: Solution.
        models: Models.
        encoder: heads.Encoder.
        purpose: str, for which other weights are drawn than for another.
        large: float, how much larger log variances are, and outputs nearer
            to 0 and 1.

    Returns:
        float, the loss that evaluate reports; arrays (batch, values) of the
        inputs, of auto's outputs, of mean and of log variance.
    """
    weights = encoder.randomise(purpose + 'mean')
    # Beside a large exp(log_var) the other terms would be lost in rounding.
    kernel, bias = encoder.part_of(weights)
    kernel *= 0.4
    bias += large
    decoder = solution.randomise(models.decoder.weights(), purpose, 1.0)
    if not large:
        decoder[-1] = bright(decoder[-1])
    decoder[-2:] = [(1 + large) * array for array in decoder[-2:]]
    # A decoder that does not see its input.
    models.set(encoder=weights, decoder=[0 * decoder[0]] + decoder[1:])
    inputs = dark_inputs(solution, models.sizes, BATCH)
    outputs, _ = reconstruct(models, inputs)
    return (evaluated(models, inputs), inputs, outputs) + tuple(
        encoder.compute(weights, inputs))


def kl(values):
    """Computes the KL divergence of each input: mean and log variance"""
    return oracle.kl_divergence(*values).sum(axis=-1)


def right_loss(t, p, values, added=ADDED[0]):
    """Computes the loss that the file must have, see loss.Objective"""
    return t.shape[1] * entropies(t, p, added) + kl(values)


def solve(features, losses):
    """Finds the coefficients of features; None where they do not explain"""
    features = np.array(features)
    parts = np.linalg.lstsq(features, losses, rcond=-1)[0]
    # Nothing but rounding may be left: a mean squared error is much like a
    # cross-entropy.
    if np.abs(features.dot(parts) - losses).max() < (
            2e-5 * np.abs(losses).max() + 2e-6):
        return parts
    return None


def find(value, meanings, otherwise):
    """Finds what a measured factor means"""
    return next((meaning for factor, meaning in meanings
                 if abs(value - factor) < 0.01 * abs(factor) + 1e-3),
                otherwise.format(value))


# What makes the KL divergence large, and outputs nearer to 0 and 1.
LARGE = 5.0

# The exercise does not say in words that the terms are sums, not averages:
# its printed losses show it.
PRINTED = ', as the losses that the exercise prints show (214 after the ' \
    'first epoch, where an average over the pixels is below 1)'


def kl_fault(factor, dims, latent):
    """Makes the Fault of a KL divergence that is multiplied, or None

    Args:
        factor: float, by what.
        dims: int, how many values an input has.
        latent: int, how many a code has.
    """
    meaning = find(factor, [
        (0, 'missing in the loss; it must be added' + PRINTED),
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
        (1, None)], 'multiplied by {:.3g}; it must be added as it is')
    return Fault('the KL divergence is ' + meaning, 'loss') if meaning \
        else None


def entropy_fault(factor, dims):
    """Makes the Fault of a cross-entropy that is multiplied, or None

    Args:
        factor: float, by what, where it must be summed over the inputs.
        dims: int, how many values an input has.
    """
    meaning = find(factor, [
        (0, 'missing in the loss'),
        (1.0 / dims, 'averaged over the inputs; it must be summed over '
                     'them and averaged over the batch' + PRINTED),
        (float(BATCH), 'summed over the batch; it must be averaged over '
                       'the batch'),
        (BATCH / float(dims), 'averaged over the inputs and summed over '
                              'the batch; it must be the other way '
                              'round'),
        (1, None)], 'multiplied by {:.3g}; it must be summed over the '
                    'inputs as it is')
    return Fault('the binary cross-entropy is ' + meaning, 'loss') if meaning \
        else None


def diagnose_factors(measured, sizes):
    """Raises the Faults of both terms, if these explain the loss"""
    dims, _, latent = sizes
    parts = solve([[entropies(x, y).mean(), kl(values).mean()]
                   for _, x, y, *values in measured],
                  [one[0] for one in measured])
    if parts is None:
        return
    # What is nothing but rounding would have gradients.
    a, b = np.where(np.abs(parts) < 1e-6, 0, parts)
    found = Objective(lambda t, p, values: (
        a * entropies(t, p) + b * kl(values)), False)
    require(abs(a - 1) > 0.01 or abs(b * dims - 1) > 0.01, 'the whole '
            'loss is divided by the number of inputs; cross-entropy and '
            'KL divergence must be summed', line='loss', found=found)
    faults = list(filter(None, [kl_fault(b, dims, latent),
                                entropy_fault(a / dims, dims)]))
    # Without a KL divergence, or with little else, nothing is learnt, or
    # something else.
    learns = a and 0.01 < b * dims / a < 10
    for fault in faults:
        fault.takes = () if learns else LEARNING
    # What both end with is said once.
    for fault in faults[1:]:
        fault.args = str(fault).replace(PRINTED, ''),
    with finding(found):
        raise_all(faults)


def diagnose_reconstruction(measured, sizes):
    """Raises the Fault of another loss than the cross-entropy, if it is one"""
    dims, _, latent = sizes
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
                also=filter(None, [kl_fault(d, dims, latent)]),
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
            not ends_in_sigmoid(models, found)):
        raise Unjudged(by=('decoder-output',))
    diagnose_factors(measured, models.sizes)
    diagnose_reconstruction(measured, models.sizes)
    diagnose_divergence(measured)
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
    if found.right:
        received, inputs, outputs, *values = measure(
            solution, models, encoder, 'loss three ', LARGE)
        expected = right_loss(inputs, outputs, values).mean()
        require(near(received, expected), 'where the KL divergence is large '
                'and ' + CUT, received, expected, line='loss')
    return Objective(lambda t, p, values: right_loss(
        t, p, values, added), False)
