#!/usr/bin/env python3
"""The penalty of the sparse autoencoder"""

import collections
import contextlib

import numpy as np

from .. import oracle
from ..registry import Fault, SPARSE, Unjudged, check, finding, require
from ..sizes import BATCH, EXERCISE, inputs_for, trained_sizes
from .activations import name_of
from .layers import pairs
from .loss import evaluated, reconstruct, with_sigmoid

# So large that the training depends on it.
LAMBTHA = 0.2
# What the check finds. at: int, by which of `factors` lambtha is multiplied;
# lambtha: float, if it is always the same, else None. And what it finds where
# the penalty is something else.
Penalty = collections.namedtuple('Penalty', 'at lambtha')
WRONG = Penalty(None, None)

# What is known of a file whose penalty is measured: sizes without lambtha,
# its networks, a dict from a side to steps, and its loss.Objective.
Known = collections.namedtuple('Known', 'sizes networks objective')


def set_signs(array):
    """Lets a latent node never be zero, and another be negative before ReLU

    Else chance decides whether the latent representation is zero throughout,
    or the same before its activation.

    Args:
        array: array (..., nodes), the latent layer's kernel or bias, which is
            changed. A single node is never zero.
    """
    for node, sign in ((-1, -1), (0, 1)):
        array[..., node] = sign * np.abs(array[..., node])


def measure(solution, known, lambtha, purpose, larger=1.0):
    """Measures what the loss contains beside what it is for a lambtha of 0

    Args:
        solution: Solution.
        known: Known.
        lambtha: float.
        purpose: int, for which weights are drawn.
        larger: float, by which the encoded output is multiplied, and the
            decoder's first kernel divided.

    Returns:
        float, the penalty; list of pairs (kernel, bias), all layers' of the
        encoder and then the decoder; list of pairs (pre-activation, output)
        of the same layers.
    """
    models = solution.models(known.sizes + (lambtha,))
    # No output is near 0 or 1: in float32 the loss would not be exact there.
    weights = {side: solution.randomise(
        getattr(models, side).weights(),
        'penalty {} {}'.format(side, purpose), scale)
        for side, scale in (('encoder', 0.7 + 0.4 * (purpose % 3)),
                            ('decoder', 0.7))}
    for array in weights['encoder'][-2:]:
        set_signs(array)
    for side, at, by in (('encoder', -2, larger), ('encoder', -1, larger),
                         ('decoder', 0, 1 / larger)):
        # Rounded as it is sent.
        weights[side][at] = np.float32(by * weights[side][at]).astype(float)
    models.set(**weights)
    inputs = inputs_for(solution, models.sizes, BATCH)
    outputs, layers, values = inputs, [], []
    for side in ('encoder', 'decoder'):
        own = pairs(weights[side], 2)
        found, outputs = oracle.preactivations(known.networks[side], own,
                                               outputs)
        layers += own
        values += found
    received, targets = reconstruct(models, inputs)
    return evaluated(models, inputs) - known.objective.function(
        targets, outputs if known.objective.logits else received, None
    ).mean(), layers, values


def factors(solution, count=BATCH):
    """Lists by what the sum of the absolute values may be multiplied

    Args:
        solution: Solution.
        count: int, how many inputs the batch has over which it is a sum.

    Some versions of Keras sum a penalty over the batch, some average it.
    TensorFlow 1.12, of graphs only, counts what a layer of the encoder adds
    twice where auto begins with the encoder's own input.
    """
    return (1.0, 1.0 / count) + (() if solution.eager else (2.0,))


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


def diagnose(solution, measured, latent, growth, dims):
    """Raises the Fault that explains a wrong penalty, see wrong_factor"""
    penalties = np.array([one[0] for one in measured])
    count = len(measured[0][1])
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
        names = [name_of(SPARSE, 'encoder', i, latent + 1) if i <= latent else
                 name_of(SPARSE, 'decoder', i - latent - 1, count - latent - 1)
                 for i in guilty]
        require(title == KINDS[0][0] and guilty == [latent], 'the loss '
                'contains {}; {}', title.format(' and of '.join(names)),
                WANTED, line='encoder' if guilty[0] <= latent else 'decoder')
        wrong_factor(solution, parts[latent], growth, dims)
    raise Fault('the loss contains a penalty that is not lambtha times L1 '
                'of the encoded output', 'encoder', unless=('auto-output',))


def wrong_factor(solution, part, growth, dims):
    """Raises the Fault of an L1 penalty with a wrong factor

    Args:
        solution: Solution.
        part: float, by what L1 is multiplied, for a lambtha of LAMBTHA.
        growth: float, how much larger that is for four times a lambtha.
        dims: int, how many values the encoded output has.
    """
    require(abs(growth / 16 - 1) > 0.02, 'the penalty is multiplied by '
            'lambtha squared; it must be by lambtha', line='encoder')
    # Of the right factors the file must mean the nearest.
    wrong = min((part / factor for factor in factors(solution)),
                key=lambda part: abs(np.log(abs(part / LAMBTHA))))
    raise Fault('{}the penalty on the encoded output is {:.4g} times what '
                'it must be, lambtha times L1, the sum of its {} absolute '
                'values'.format('' if abs(growth / 4 - 1) < 0.02 else
                                'for a lambtha of {} '.format(LAMBTHA),
                                wrong / LAMBTHA, dims), 'encoder')


@check('penalty', tasks=(SPARSE,),
       needs=('encoder-output', 'decoder-output', 'loss'),
       after=('encoder-layers', 'decoder-layers', 'auto-output'))
def penalty(solution, found):
    """Checks the penalty with two sets of weights and with other lambthas

    Returns:
        Penalty.
    """
    both = {side: found[side + '-output'] for side in ('encoder', 'decoder')}
    models = solution.models(trained_sizes(solution, *both.values()))
    for side in sorted(both):
        if models.layers not in both[side]:
            raise Unjudged(by=(side + '-layers', side + '-output'))
    networks = {side: both[side][models.layers] for side in both}
    if found['loss'].logits:
        networks['decoder'] = with_sigmoid(networks['decoder'])
    known = Known(models.sizes[:3], networks, found['loss'])
    latent = len(networks['encoder']) - 1
    for purpose in (5, 6):
        received, _, values = measure(solution, known, LAMBTHA, purpose)
        amount = LAMBTHA * np.abs(values[latent][1]).sum()
        at = next((at for at, one in enumerate(factors(solution)) if abs(
            received - amount * one) < 1e-3 * amount * one + 2e-6), None)
        if at is None:
            explain_penalty(solution, known, latent)
    with finding(Penalty(at, None)):
        with contextlib.suppress(Unjudged):
            require(abs(measure(solution, known, 0.0, 7)[0]) < 2e-6, 'for a '
                    'lambtha of 0 the loss must contain no penalty; it does',
                    line='encoder')
        # That of the exercise, and a large one.
        for lambtha, larger in ((EXERCISE[SPARSE][3], 1000.0), (
                10 ** solution.draw('lambtha').uniform(0.5, 1.5), 1.0)):
            received, _, values = measure(solution, known, lambtha, 7, larger)
            expected = lambtha * factors(solution)[at] * np.abs(
                values[latent][1]).sum()
            require(abs(received - expected) < 1e-3 * expected + 2e-6, 'for a '
                    'lambtha of {:.3g} the penalty is {:.3g} times what it '
                    'must be, lambtha times L1', lambtha,
                    round(received / expected, 3) + 0.0, line='encoder')
    return Penalty(at, None)


def explain_penalty(solution, known, latent):
    """Raises the Fault of a wrong penalty"""
    measured = [measure(solution, known, LAMBTHA, purpose)
                for purpose in range(20, 40)]
    require(max(abs(one[0]) for one in measured) > 1e-5, 'there is no L1 '
            'penalty on the encoded output in what evaluate reports, or '
            'lambtha is not used',
            line='encoder', found=WRONG)
    growth = measured[0][0] / measure(solution, known, LAMBTHA / 4, 20)[0]
    if abs(growth - 1) < 0.02:
        one, two = [received / np.abs(values[latent][1]).sum()
                    for received, _, values in (
                        measure(solution, known, LAMBTHA, purpose, 1000.0)
                        for purpose in (20, 21))]
        raise Fault('the penalty on the encoded output does not depend on '
                    'lambtha; it must be multiplied by it', 'encoder',
                    found=Penalty(0, one) if abs(two / one - 1) < 1e-4 else
                    WRONG)
    with finding(WRONG):
        diagnose(solution, measured, latent, growth, known.sizes[2])
