#!/usr/bin/env python3
"""The penalty of the sparse autoencoder"""

import numpy as np

from .. import oracle
from ..registry import DENSE, Fault, SPARSE, check, require
from .contract import SIZES, inputs_for
from .layers import build, name_of, pairs, randomise
from .training import BATCH, reconstruct

LAMBTHAS = (0.03, 0.2)
DIMS = SIZES[DENSE][0]


def measure(subject, lambtha, seed):
    """Measures what the loss contains beside the binary cross-entropy

    Returns:
        float, the penalty; list of pairs (kernel, bias), all layers' of the
        encoder and then the decoder; list of pairs (pre-activation, output)
        of the same layers.
    """
    sizes = DIMS + (lambtha,)
    models = build(subject, sizes)
    randomise(models.encoder, seed, scale=0.7 + 0.4 * (seed % 3))
    randomise(models.decoder, seed + 100, scale=0.7)
    inputs = inputs_for(sizes[0], BATCH)
    outputs = reconstruct(subject, models, inputs)
    penalty = (subject.loss('evaluate', models.auto, inputs) -
               oracle.binary_crossentropy(inputs, outputs).mean())
    layers, values = [], []
    hidden = ['relu'] * len(sizes[1])
    for model, last in ((models.encoder, 'relu'),
                        (models.decoder, 'sigmoid')):
        own = pairs(model.get_weights(), 2)
        found, inputs = oracle.preactivations(
            oracle.dense_network(hidden + [last]), own, inputs)
        layers += own
        values += found
    return penalty, layers, values


def accepted(subject):
    """Lists what the sum of the absolute values may be multiplied by

    Beside what the runtime's regularisers do, the sum over the batch and
    its average over the inputs, as a penalty of one's own has it.
    """
    return subject.runtime.penalty_factors(BATCH) + (1.0, 1.0 / BATCH)


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


def diagnose(subject, lambtha):
    """Raises the Fault that explains a wrong penalty"""
    measured = [measure(subject, lambtha, seed) for seed in range(20, 40)]
    penalties = np.array([one[0] for one in measured])
    require(np.abs(penalties).max() > 1e-5, 'there is no L1 penalty on the '
            'encoded output, or lambtha is not used')
    other = sum(LAMBTHAS) - lambtha
    again = measure(subject, other, 20)[0]
    require(abs(again - penalties[0]) > 0.02 * abs(again), 'the penalty on '
            'the encoded output does not depend on lambtha; it must be '
            'multiplied by it')
    count = len(measured[0][1])
    encoder = len(DIMS[1]) + 1
    names = [name_of(subject, 'encoder', i, encoder) for i in range(encoder)]
    names += [name_of(subject, 'decoder', i, encoder) for i in range(encoder)]
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
        require(title == KINDS[0][0] and guilty == [encoder - 1],
                'the loss contains {}; {}', what, WANTED)
        factor = parts[encoder - 1]
        usual = subject.runtime.penalty_factors(BATCH)[0]
        require(abs(factor / lambtha ** 2 / usual - 1) > 1e-2, 'the penalty '
                'is multiplied by lambtha squared; it must be by lambtha')
        raise Fault('the penalty on the encoded output is {:.4g} times what '
                    'it must be, lambtha times L1'.format(
                        factor / lambtha / usual))
    raise Fault('the loss contains a penalty that is not lambtha times L1 '
                'of the encoded output')


@check('penalty', 'the penalty is lambtha times L1 of the encoded output',
       tasks=(SPARSE,), needs=('encoder-output', 'decoder-output', 'loss'))
def penalty(subject):
    """Checks the penalty for two values of lambtha"""
    for lambtha in LAMBTHAS:
        for seed in (5, 6):
            received, layers, values = measure(subject, lambtha, seed)
            latent = np.abs(values[len(DIMS[1])][1]).sum()
            if not any(abs(received / (lambtha * latent * factor) - 1) < 1e-3
                       for factor in accepted(subject)):
                diagnose(subject, lambtha)
