#!/usr/bin/env python3
"""The outputs of a variational encoder: which is which, and what they are"""

import collections

import numpy as np

from .. import oracle
from ..models import COUNT
from ..registry import Fault, VARIATIONAL, check, require
from ..sizes import inputs_for
from ..wording import plural
from .layers import fitting, pairs

# How many inputs noise is judged with, and how many standard deviations a
# statistic of it may be away from what it must be, see sampling.
MANY = 4096
BOUND = 6.0

OUTPUTS = 'it must put out the latent representation, the mean and the ' \
    'log variance'
NAMES = ('latent representation', 'mean', 'log variance')

# What students put out in place of log_var, and how that is made of it.
INSTEAD = (
    ('the variance, exp(log_var),', np.log),
    ('the deviation, exp(log_var / 2),', lambda output: 2 * np.log(output)),
)
# The same of any sign, if the KL divergence is made of it too: how that is
# called, which of oracle.LOG_VARS it is, and what makes it of log_var.
SIGNED = (
    ('the log deviation, log_var / 2,', 'log deviation',
     lambda log_var: log_var / 2),
    ('what softplus makes the variance of,', 'softplus variance',
     lambda log_var: inverse_softplus(np.exp(log_var))),
    ('what softplus makes the deviation of,', 'softplus deviation',
     lambda log_var: inverse_softplus(np.exp(log_var / 2))),
)

# What the noise is multiplied by, and what students multiply it by instead.
DEVIATIONS = (
    (None, lambda log_var: np.exp(log_var / 2)),
    ('exp(log_var)', np.exp),
    ('log_var', lambda log_var: log_var),
    ('log_var / 2', lambda log_var: log_var / 2),
    ('exp(2 * log_var)', lambda log_var: np.exp(2 * log_var)),
    ('exp(-log_var / 2)', lambda log_var: np.exp(-log_var / 2)),
    ('1, not by the deviation', lambda log_var: 1 + 0 * log_var),
    ('sqrt(abs(log_var))', lambda log_var: np.sqrt(np.abs(log_var))),
    ('softplus(log_var)', lambda log_var: np.logaddexp(0, log_var)),
)

# What is known of the three outputs. roles: list of int, the places of sample,
# mean and log variance; log_var_of: function that makes the log variance of
# the third; order: of an encoder that does not put out the last two, which of
# its last two layers gives the mean and which the log variance, else None.
Heads = collections.namedtuple('Heads', 'roles log_var_of order')


def inverse_softplus(values):
    """Computes what softplus makes some values of, without overflow"""
    return values + np.log(-np.expm1(-values))


def three(models, heads, inputs, predict=None):
    """Computes sample, mean and log variance, in this order"""
    outputs = models.encoder.call(inputs, predict)
    if heads.order:
        outputs = [outputs[heads.roles[0]]] + by_layers(
            models, inputs, heads.order)
        heads = heads._replace(roles=[0, 1, 2])
    require([o.shape for o in outputs] ==
            [(len(inputs), models.sizes[2])] * 3,
            'the encoder puts out shapes {}; {}',
            ', '.join(str(o.shape) for o in outputs), OUTPUTS, line='outputs',
            unless=('outputs',) * (len(outputs) != 3))
    sample, mean, log_var = [outputs[at].astype('float64')
                             for at in heads.roles]
    with np.errstate(all='ignore'):
        return [sample, mean, heads.log_var_of(log_var)]


def by_layers(models, inputs, order):
    """Computes what the last two layers must give

    Args:
        models: Models.
        inputs: array.
        order: pair of int, which of these is wanted.

    Returns:
        list of two arrays.
    """
    layers = pairs(models.encoder.weights(), 2) or []
    trunk = oracle.dense_network(['relu'] * (len(layers) - 2))
    return [fitting(trunk + [('dense', len(trunk) + at, 'linear')],
                    layers, inputs) for at in order]


def complete(solution, models, first, second):
    """Finds the Heads where mean and log variance are not put out

    Args:
        solution: Solution.
        models: Models.
        first, second: lists of arrays, the outputs of two calls.

    Returns:
        Heads; None if the sample is not known, or what it is made of.
    """
    inputs = inputs_for(solution, models.sizes, MANY)
    random = [at for at, outputs in enumerate(zip(first, second))
              if not oracle.close(*outputs)]
    for order in ((0, 1), (1, 0)) if len(random) == 1 else ():
        values = by_layers(models, inputs, order)
        if all(value is not None and value.shape == first[random[0]].shape
               for value in values) and any(
                   explains(first[random[0]] - values[0], values[1], one)[0]
                   for _, one in DEVIATIONS):
            return Heads(random + [None, None], np.asarray, order)
    return None


def depends(noise, log_var):
    """Tells whether noise is larger for some log variances than for others"""
    return abs(np.corrcoef(np.abs(noise).ravel(), log_var.ravel())[
        0, 1]) > BOUND * noise.size ** -0.5


def explains(spread, log_var, deviation):
    """Tells whether noise is normal but for its mean and size

    Args:
        spread: array (n, latent_dims), the noise times its deviation.
        log_var: array (n, latent_dims).
        deviation: function of log_var, the deviation.

    Returns:
        bool; floats, the mean and the deviation of the noise.
    """
    with np.errstate(all='ignore'):
        noise = np.nan_to_num(spread / deviation(log_var))
    # Medians, for the noise may have any distribution.
    centre = np.median(noise)
    width = np.median(np.abs(noise - centre)) / 0.674490
    # Of what is no noise, the latent dimensions have means of their own.
    apart = np.abs(np.median(noise, axis=0) - centre).max()
    # With a wrong deviation the noise depends on the log variance.
    return (width > 1e-6 and apart < BOUND * width * len(noise) ** -0.5 and
            not depends(noise - centre, log_var) and
            oracle.normal_distance((noise - centre) / width) < oracle.SURE
            ), centre, width


def find_roles(first, second):
    """Finds out which of three outputs is which

    Args:
        first, second: lists of three arrays, the outputs of two calls.

    Returns:
        list of int: the places of sample, mean and log variance.
    """
    if oracle.close(first[0], first[1]) or oracle.close(first[0], first[2]):
        return [0, 1, 2]
    random = [at for at in range(3)
              if not oracle.close(first[at], second[at])]
    sample = random[0] if len(random) == 1 else 0
    one, two = [at for at in range(3) if at != sample]
    usual, other = [sample, one, two], [sample, two, one]
    # The noise of the exercise, then what students make of it; where nothing
    # explains the noise, the order is taken to be right.
    return next((order for _, deviation in DEVIATIONS for order in (
        usual, other) if explains(
            first[sample] - first[order[1]], first[order[2]], deviation)[0]),
                usual)


def agrees(solution, models, log_var_of):
    """Tells whether the KL divergence is that of some log variances

    Args:
        solution: Solution.
        models: Models.
        log_var_of: function that makes them of the encoder's third output.
    """
    inputs, decoder = inputs_for(
        solution, models.sizes, COUNT), models.decoder.weights()
    divergences, others = [], []
    for number in range(3):
        # A decoder that does not see its input.
        models.set(encoder=solution.randomise(
            models.encoder.weights(), 'meaning {}'.format(number)),
                   decoder=[0 * decoder[0]] + decoder[1:])
        _, mean, output = [array.astype('float64')
                           for array in models.encoder.call(inputs)]
        divergences.append(oracle.kl_divergence(
            mean, log_var_of(output)).sum(axis=-1).mean())
        try:
            others.append(models.evaluate(inputs)[0] - divergences[-1])
        except Fault:
            return False
    return np.ptp(others) < 1e-3 * max(divergences)


def find_meaning(solution, models, sample, mean, output):
    """Finds what a file puts out as the log variance

    Args:
        solution: Solution.
        models: Models.
        sample, mean, output: arrays, what its encoder puts out.

    Returns:
        str, function: what it is, and how the log variance is made of it;
        both None if it is the log variance, or something unknown.
    """
    def is_normal(log_var):
        """Tells whether the noise is, with this log variance"""
        noise = np.nan_to_num((sample - mean) / np.exp(log_var / 2))
        return (oracle.normal_distance(noise) < oracle.SURE and
                not depends(noise, log_var))
    with np.errstate(all='ignore'):
        if is_normal(output):
            return None, None
        for what, log_var_of in INSTEAD:
            if output.min() > 0 and is_normal(log_var_of(output)):
                return what, log_var_of
        for what, name, _ in SIGNED:
            log_var_of = oracle.LOG_VARS[name]
            if is_normal(log_var_of(output)) and agrees(
                    solution, models, log_var_of):
                return what, log_var_of
    return None, None


@check('outputs', tasks=(VARIATIONAL,),
       after=('encoder-layers', 'decoder-layers'))
def outputs_in_order(solution, found):
    """Checks that the encoder puts out three, in which order; gives Heads"""
    models = solution.primary
    weights = solution.randomise(models.encoder.weights(), 'encoder')
    models.set(encoder=weights)
    inputs = inputs_for(solution, models.sizes, MANY)
    first = models.encoder.call(inputs)
    if len(first) != 3:
        raise Fault('the encoder puts out {}; {}'.format(
            plural(len(first), 'value'), OUTPUTS), 'encoder', found=complete(
                solution, models, first, models.encoder.call(inputs)))
    latent = (MANY, models.sizes[2])
    for at, array in enumerate(first):
        require(array.shape == latent, 'output {} of the encoder has shape '
                '{} an input; {}', at + 1, array.shape[1:], OUTPUTS,
                line='outputs')
    second = models.encoder.call(inputs)
    require([array.shape for array in second] == [latent] * 3, 'the encoder '
            'puts out other shapes when it is called again', line='outputs')
    roles = find_roles(first, second)
    require(roles == [0, 1, 2], 'the outputs of the encoder are in another '
            'order: {}; {}', ', '.join(NAMES[roles.index(at)]
                                       for at in range(3)), OUTPUTS,
            line='outputs', found=Heads(roles, np.asarray, None))
    what, log_var_of = find_meaning(solution, models, *[
        array.astype('float64') for array in first])
    require(what is None, 'the encoder puts out {} in place of log_var; {}',
            what, OUTPUTS, line='outputs',
            found=Heads(roles, log_var_of, None))
    return Heads(roles, np.asarray, None)
