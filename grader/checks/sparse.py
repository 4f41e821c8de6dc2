#!/usr/bin/env python3
"""The penalty of the sparse autoencoder"""

import numpy as np

from .. import oracle
from ..registry import Fault, SPARSE, check, require
from .contract import BATCH, inputs_for, trained_sizes
from .layers import name_of, pairs, randomise
from .loss import evaluated, reconstruct

# So large that the training depends on it.
LAMBTHA = 0.2


def measure(subject, lambtha, purpose):
    """Measures what the loss contains beside what it is for a lambtha of 0

    Args:
        subject: Subject.
        lambtha: float.
        purpose: int, for which weights are drawn.

    Returns:
        float, the penalty; list of pairs (kernel, bias), all layers' of the
        encoder and then the decoder; list of pairs (pre-activation, output)
        of the same layers.
    """
    models = subject.models(trained_sizes(subject)[:3] + (lambtha,))
    # No output near 0 or 1, where float32 does not tell the loss apart.
    weights = {side: randomise(
        subject, getattr(models, side).weights(),
        'penalty {} {}'.format(side, purpose), scale)
        for side, scale in (('encoder', 0.7 + 0.4 * (purpose % 3)),
                            ('decoder', 0.7))}
    # A latent representation that is not zero throughout.
    weights['encoder'][-1] = np.abs(weights['encoder'][-1])
    models.set(**weights)
    inputs = inputs_for(subject, models.sizes, BATCH)
    penalty = evaluated(models, inputs) - subject.objective(
        inputs, reconstruct(models, inputs), None)
    layers, values = [], []
    for side in ('encoder', 'decoder'):
        own = pairs(weights[side], 2)
        found, inputs = oracle.preactivations(models.steps[side], own,
                                              inputs)
        layers += own
        values += found
    return penalty, layers, values


def factors(subject, count=BATCH):
    """Lists by what the sum of the absolute values may be multiplied

    Args:
        subject: Subject.
        count: int, how many inputs the batch has over which it is a sum.

    Some versions of Keras sum a penalty over the batch, some average it. With
    graphs only, as in TensorFlow 1.12, what a layer of the encoder adds is
    counted twice where auto begins with the encoder's own input.
    """
    return (1.0, 1.0 / count) + (() if subject.eager else (2.0,))


# What a penalty may be made of: a title, and how much it is for a layer.
KINDS = (
    ('an L1 penalty on the output of {}',
     lambda layer, value: np.abs(value[1]).sum()),
    ('an L2 penalty on the output of {}',
     lambda layer, value: (value[1] ** 2).sum()),
    ('an L1 penalty on the weights of {}',
     lambda layer, value: np.abs(layer[0]).sum()),
    ('an L2 penalty on the weights of {}',
     lambda layer, value: (layer[0] ** 2).sum()),
    ('an L1 penalty on the bias of {}',
     lambda layer, value: np.abs(layer[1]).sum()),
    ('an L1 penalty on {} before its activation',
     lambda layer, value: np.abs(value[0]).sum()),
)
WANTED = 'it must be an L1 penalty on the output of the encoder, the ' \
    'latent layer, alone'


def diagnose(subject, latent):
    """Raises the Fault that explains a wrong penalty"""
    measured = [measure(subject, LAMBTHA, purpose)
                for purpose in range(20, 40)]
    penalties = np.array([one[0] for one in measured])
    require(np.abs(penalties).max() > 1e-5, 'there is no L1 penalty on the '
            'encoded output, or lambtha is not used', line='encoder')
    again = measure(subject, LAMBTHA / 4, 20)[0]
    if abs(again - penalties[0]) <= 0.02 * abs(again):
        subject.objective = None
        raise Fault('the penalty on the encoded output does not depend on '
                    'lambtha; it must be multiplied by it', 'encoder')
    count = len(measured[0][1])
    encoder = latent + 1
    names = [name_of(subject, 'encoder', i, encoder) for i in range(encoder)]
    names += [name_of(subject, 'decoder', i, count - encoder)
              for i in range(count - encoder)]
    for title, amount in KINDS:
        amounts = np.array([[amount(layers[i], values[i])
                             for i in range(count)]
                            for _, layers, values in measured])
        parts = np.linalg.lstsq(amounts, penalties, rcond=-1)[0]
        if np.abs(amounts.dot(parts) - penalties).max() > (
                1e-3 * np.abs(penalties).max()):
            continue
        shares = np.abs(amounts * parts).max(axis=0)
        guilty = [i for i in range(count) if shares[i] > 0.01 * shares.max()]
        what = title.format(' and of '.join(names[i] for i in guilty))
        require(title == KINDS[0][0] and guilty == [latent],
                'the loss contains {}; {}', what, WANTED, line='encoder')
        # What the file must mean is the factor that is nearest.
        wrong = min((parts[latent] / factor for factor in factors(subject)),
                    key=lambda part: abs(np.log(abs(part / LAMBTHA))))
        require(not any(abs(parts[latent] / factor / LAMBTHA ** 2 - 1) < 1e-2
                        for factor in factors(subject)), 'the penalty '
                'is multiplied by lambtha squared; it must be by lambtha',
                line='encoder')
        raise Fault('the penalty on the encoded output is {:.4g} times what '
                    'it must be, lambtha times L1'.format(wrong / LAMBTHA),
                    'encoder')
    raise Fault('the loss contains a penalty that is not lambtha times L1 '
                'of the encoded output', 'encoder')


@check('penalty', tasks=(SPARSE,))
def penalty(subject):
    """Checks the penalty with two sets of weights"""
    subject.primary
    steps = subject.models(trained_sizes(subject)).steps
    for side in ('encoder', 'decoder'):
        if side not in steps:
            subject.because(side + '-layers', side + '-output')
    if subject.objective is None:
        subject.because('loss')
    latent = len(steps['encoder']) - 1
    for purpose in (5, 6):
        received, layers, values = measure(subject, LAMBTHA, purpose)
        amount = LAMBTHA * np.abs(values[latent][1]).sum()
        factor = next((one for one in factors(subject) if abs(
            received - amount * one) < 1e-3 * amount * one + 2e-6), None)
        if factor is None:
            diagnose(subject, latent)
    subject.penalty = factors(subject).index(factor)
