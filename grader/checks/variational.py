#!/usr/bin/env python3
"""The sample, its noise, and the loss of the variational autoencoder

False alarms. For one file fewer than 100 statistics of its noise are compared
with bounds that a right solution exceeds with a probability of about 2e-9 (6
standard deviations) or 7e-10 (Kolmogorov-Smirnov, see oracle.SURE): 2e-7 in
all. Inputs and weights are those of the seed; the file's noise is its own.
"""

import time

import numpy as np

from .. import oracle
from ..registry import (Fault, Unjudged, VARIATIONAL, check, plural, require)
from .contract import BATCH, inputs_for, over_sizes, trained_sizes
from .layers import (COUNT, explain, fitting, judge_shared, paired, pairs,
                     randomise, steps_for)
from .loss import ADDED, LOSSES, entropy, evaluated, near, reconstruct

MANY = 4096
BOUND = 6.0
# A log variance that leaves next to no noise.
SILENT = -30.0

WANTED = 'the latent representation must be mean + exp(log_var / 2) * noise'
OUTPUTS = 'it must put out the latent representation, the mean and the ' \
    'log variance'
NAMES = ('latent representation', 'mean', 'log variance')

# What students put out in place of log_var, and how that is made of it.
INSTEAD = (
    ('the variance, exp(log_var),', np.log),
    ('the deviation, exp(log_var / 2),', lambda output: 2 * np.log(output)),
)

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


def three(models, inputs, predict=None):
    """Computes sample, mean and log variance, in this order"""
    outputs = models.encoder.call(inputs, predict)
    roles = models.subject.roles
    if roles is None or len(outputs) != 3:
        models.subject.because('outputs')
    require([o.shape for o in outputs] ==
            [(len(inputs), models.sizes[2])] * 3,
            'the encoder puts out shapes {}; {}',
            ', '.join(str(o.shape) for o in outputs), OUTPUTS, line='outputs')
    sample, mean, log_var = [outputs[at].astype('float64') for at in roles]
    with np.errstate(all='ignore'):
        return [sample, mean, models.subject.log_var_of(log_var)]


def depends(noise, log_var):
    """Tells whether noise is larger for some log variances than for others"""
    return abs(np.corrcoef(np.abs(noise).ravel(), log_var.ravel())[
        0, 1]) > BOUND * noise.size ** -0.5


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

    def noise(mean, log_var):
        """Computes the noise, were these two the mean and the log variance"""
        with np.errstate(all='ignore'):
            return np.nan_to_num((first[sample] - first[mean]) / np.exp(
                first[log_var] / 2.0))

    def dependence(mean, log_var):
        """Tells how much the noise depends on the mean, in their ranks"""
        given, found = [np.argsort(np.argsort(array, axis=0), axis=0) / float(
            len(array)) - 0.5 for array in (first[mean],
                                            noise(mean, log_var))]
        return np.abs((given * found).mean(axis=0)).mean()
    if oracle.normal_distance(noise(one, two)) < oracle.SURE:
        return [sample, one, two]
    if (oracle.normal_distance(noise(two, one)) < oracle.SURE or
            dependence(two, one) < dependence(one, two)):
        return [sample, two, one]
    return [sample, one, two]


@check('outputs', tasks=(VARIATIONAL,))
def outputs_in_order(subject):
    """Checks that the encoder puts out three, and in which order"""
    models = subject.primary
    weights = randomise(subject, models.encoder.weights(), 'encoder')
    models.set(encoder=weights)
    inputs = inputs_for(subject, models.sizes, MANY)
    first = models.encoder.call(inputs)
    require(len(first) == 3, 'the encoder puts out {}; {}',
            plural(len(first), 'value'), OUTPUTS, line='encoder')
    latent = (MANY, models.sizes[2])
    for at, array in enumerate(first):
        require(array.shape == latent, 'output {} of the encoder has shape '
                '{} an input; {}', at + 1, array.shape[1:], OUTPUTS,
                line='outputs')
    second = models.encoder.call(inputs)
    require([array.shape for array in second] == [latent] * 3, 'the encoder '
            'puts out other shapes when it is called again', line='outputs')
    subject.roles = find_roles(first, second)
    require(subject.roles == [0, 1, 2], 'the outputs of the encoder are in '
            'another order: {}; {}', ', '.join(
                NAMES[subject.roles.index(at)] for at in range(3)), OUTPUTS,
            line='outputs')
    sample, mean, output = [first[at].astype('float64')
                            for at in subject.roles]

    def is_normal(log_var):
        """Tells whether the noise is, with this log variance"""
        noise = np.nan_to_num((sample - mean) / np.exp(log_var / 2))
        return (oracle.normal_distance(noise) < oracle.SURE and
                not depends(noise, log_var))
    with np.errstate(all='ignore'):
        if not is_normal(output):
            for what, log_var_of in INSTEAD:
                if output.min() > 0 and is_normal(log_var_of(output)):
                    subject.log_var_of = log_var_of
                    raise Fault('the encoder puts out {} in place of log_var; '
                                '{}'.format(what, OUTPUTS), 'outputs')


def trunks(layers):
    """Yields what may stand before the heads, with the fault there, if any

    Yields:
        steps, the hidden layers, of which none, the last or the last two are
        not hidden ones; fault, see oracle.alternatives, or None.
    """
    for count in range(max(0, len(layers) - 2), len(layers)):
        right = oracle.dense_network(['relu'] * count)
        yield right, None
        for steps, fault in oracle.alternatives(right):
            if fault[0] == 'activation' and (
                    fault[1] is None or steps != right):
                yield steps, fault


def find_head(layers, inputs, received, latent, until):
    """Finds the layer that gives an output of the encoder, and from what

    Args:
        layers: list of (kernel, bias).
        inputs: array, the encoder's.
        received: array, the output.
        latent: int, how many values it has.
        until: float, when to give up, as time.monotonic tells it.

    Returns:
        steps, fault: the network, and what is wrong with its activations,
        see oracle.alternatives. None, None if there is none.
    """
    others = [name for name in oracle.ACTIVATIONS if name != 'linear']
    for names in (['linear'], others):
        for trunk, fault in trunks(layers):
            if fault and names is others or time.monotonic() > until:
                continue
            for at in range(len(trunk), len(layers)):
                for before in range(len(trunk), at + 1):
                    # Of what the layers between make of it, if there are.
                    way = trunk + [('dense', i, 'linear')
                                   for i in range(before, at)]
                    for name in names:
                        # One layer may give both, or the sample too.
                        for part in range(0, min(
                                len(layers[at][1]), 3 * latent), latent):
                            steps = way + [
                                ('dense', at, name),
                                ('part', part, part + latent)]
                            output = fitting(steps, layers, inputs)
                            if output is not None and oracle.close(
                                    received, output):
                                if name != 'linear':
                                    fault = ('activation', at, name,
                                             'linear')
                                return steps, fault
    return None, None


@check('encoder-output', tasks=(VARIATIONAL,))
def encoder_output(subject):
    """Checks the encoder's mean and log variance"""
    subject.primary
    if subject.roles is None:
        subject.because('outputs')

    def judge(models):
        """Compares both with what the layers give"""
        weights = randomise(subject, models.encoder.weights(), 'encoder')
        layers = paired(subject, 'encoder', weights)
        models.set(encoder=weights)
        inputs = inputs_for(subject, models.sizes, COUNT)
        values = three(models, inputs)[1:]
        found = []
        for key, head, value in zip(('mean', 'log_var'), NAMES[1:], values):
            steps, fault = find_head(layers, inputs, value,
                                     models.sizes[2], subject.deadline)
            if steps is None:
                subject.because('encoder-layers')
                raise Fault('the {} is not what the last two layers of the '
                            'encoder give without an activation'.format(head),
                            'encoder')
            found.append((steps, fault, head))
            models.steps.setdefault(key, steps)
        faults = []
        for steps, fault, head in found:
            if fault:
                kind, index, used, right = fault
                if right == 'linear':
                    index = len(layers) - 2 + (head == NAMES[2])
                faults.append(Fault(explain(subject, 'encoder', (
                    kind, index, used, right), len(layers)), 'encoder'))
        if faults:
            # The hidden layers' are those of both.
            faults[0].also = [fault for fault in faults[1:]
                              if str(fault) != str(faults[0])]
            raise faults[0]
        same = found[0][0] == found[1][0]
        if same:
            subject.because('encoder-layers')
        require(not same, 'the encoder puts out the same values as mean and '
                'as log variance', line='encoder')
    over_sizes(subject, judge)


def head_of(models, weights):
    """Finds kernel and bias of the log variance among an encoder's weights"""
    (_, at, _), (_, start, stop) = models.steps['log_var'][-2:]
    return weights[2 * at][:, start:stop], weights[2 * at + 1][start:stop]


def quiet(models, weights, value):
    """Sets the log variance, whatever the inputs are

    Args:
        models: Models, whose encoder they are for.
        weights: list of arrays, the encoder's.
        value: float, or array (latent,).

    Returns:
        list of arrays.
    """
    weights = [w.copy() for w in weights]
    kernel, bias = head_of(models, weights)
    kernel[:], bias[:] = 0, value
    return weights


def spread(subject, models, purpose):
    """Draws weights of the encoder with varied means and log variances"""
    weights = randomise(subject, models.encoder.weights(), purpose)
    kernel, bias = head_of(models, weights)
    # No deviation so large that a decoder's output ends.
    kernel *= 0.2
    bias[:] = np.linspace(-2, 0.5, len(bias))
    return weights


def known(subject, models):
    """Demands that mean and log variance are known networks"""
    if not {'mean', 'log_var'} <= set(models.steps):
        subject.because('outputs', 'encoder-layers', 'encoder-output')
        raise Unjudged('mean and log variance are not known')


def wrong_noise(spread, log_var, who):
    """Raises the Fault that explains noise that is not normal

    Args:
        spread: array (n, latent_dims), the noise times its deviation.
        log_var: array (n, latent_dims).
        who: str, what was sampled, for the sentence.
    """
    for name, deviation in ((None, lambda log_var: np.exp(log_var / 2)),
                            ) + DEVIATIONS:
        with np.errstate(all='ignore'):
            noise = np.nan_to_num(spread / deviation(log_var))
        # Robust, for the noise may be of any kind.
        centre = np.median(noise)
        width = np.median(np.abs(noise - centre)) / 0.674490
        # A wrong deviation leaves noise that depends on it.
        if (width < 1e-6 or depends(noise - centre, log_var) or
                oracle.normal_distance(
                    (noise - centre) / width) > oracle.SURE):
            continue
        faults = []
        # Beside another deviation no more than chance: medians vary by a
        # quarter more than means.
        most = 1.25 * BOUND * noise.size ** -0.5 if name else 0.02
        if abs(centre) > most or abs(width - 1) > most:
            faults.append(Fault(
                'the noise of {} has mean {:.2f} and deviation {:.2f}; they '
                'must be 0 and 1'.format(who, centre, width), 'sampling'))
        if name:
            faults.append(Fault('in {} the noise is multiplied by {}; {}'
                                .format(who, name, WANTED), 'sampling'))
        if faults:
            faults[0].also = faults[1:]
            raise faults[0]
    noise = spread / np.exp(log_var / 2)
    raise Fault('the noise of {} is not normal with mean 0 and deviation 1: '
                'it has mean {:.2f}, deviation {:.2f} and its distribution '
                'is another'.format(who, noise.mean(), noise.std()),
                'sampling')


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


def judge_two(first, second, who):
    """Checks that the noise of two calls is independent"""
    require(np.abs(first - second).mean() > 1e-3, 'the noise of {} is the '
            'same at every call; it must be drawn anew', who)
    require(abs((first * second).mean()) < BOUND * first.size ** -0.5, 'the '
            'noise of {} is correlated between calls; it must be drawn anew',
            who)


@check('sample', tasks=(VARIATIONAL,))
def sample(subject):
    """Checks the noise of the encoder's sample, in calls and in predict"""
    models = subject.primary
    known(subject, models)
    models.set(encoder=spread(subject, models, 'sample'))
    inputs = inputs_for(subject, models.sizes, MANY)
    who = 'the latent representation'
    noises = [judge_noise(*three(models, inputs), who=who)
              for _ in range(2)]
    judge_two(noises[0], noises[1], who)
    outputs = three(models, inputs, predict=MANY // 2)
    judge_two(noises[1], judge_noise(*outputs, who=who + ' in predict'), who)


def invertible(subject, models):
    """Gives the decoder weights that keep every code

    All relus stay in their linear part, so that the logit of the output is
    a linear function of the code.

    Returns:
        list of arrays, the weights; function of the decoder's output, which
        gives the code.
    """
    random = subject.draw('invertible')
    weights, total, offset = [], np.eye(models.sizes[2]), 0
    shapes = pairs(models.decoder.weights(), 2)
    for i, (kernel, bias) in enumerate(shapes):
        last = i == len(shapes) - 1
        kernel = 0.3 * random.randn(*kernel.shape) / np.sqrt(len(kernel))
        offset = np.dot(offset, kernel) if i else 0 * bias
        # 30 is far more than any code of the check takes a node down by.
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


def decoded(subject, role, what):
    """Raises what is said where auto decodes another than the sample"""
    # The first output: right, but for the order, which is one fault.
    if subject.roles[role] == 0:
        subject.because('outputs')
    raise Fault('what auto decodes is {}; it must be the sample, the '
                "encoder's first output".format(what), 'decode')


def judge_fed(subject, models):
    """Checks which output of the encoder auto decodes, where chance is none

    What it decodes is kept as subject.fed.
    """
    known(subject, models)
    if models.steps['log_var'][-2][2] != 'linear':
        # Such a log variance cannot be made silent.
        subject.fed = None
        subject.because('encoder-output')
    encoder = quiet(models, randomise(
        subject, models.encoder.weights(), 'auto encoder'), SILENT)
    decoder = randomise(subject, models.decoder.weights(), 'auto decoder')
    inputs = inputs_for(subject, models.sizes, COUNT)
    models.set(encoder=encoder, decoder=decoder)
    received = models.auto.one(inputs)
    mean = oracle.forward(models.steps['mean'], pairs(encoder, 2), inputs)
    if oracle.close(received, models.decoder.one(mean)):
        return
    loud = randomise(subject, models.encoder.weights(), 'auto encoder')
    models.set(encoder=loud)
    log_var = oracle.forward(models.steps['log_var'], pairs(loud, 2), inputs)
    if oracle.close(models.auto.one(inputs), models.decoder.one(log_var)):
        subject.fed = 'log_var'
        decoded(subject, 2, 'the log variance')
    subject.fed = None
    # Noise that is multiplied by something else may not be silent.
    subject.because('sample')
    models.set(encoder=encoder)
    sample, mean, _ = three(models, inputs)
    require(oracle.close(sample, mean), 'with log variances of {} everywhere '
            'the latent representation still has noise of deviation {:.2g}; '
            '{}', SILENT, (sample - mean).std(), WANTED, line='sampling')
    judge_shared(models, inputs, {'encoder': encoder, 'decoder': decoder})
    raise Fault('auto puts out something else than the decoder does for '
                'what the encoder puts out', 'auto')


@check('auto-output', tasks=(VARIATIONAL,))
def auto_output(subject):
    """Checks that auto decodes the sample, drawn anew at every call"""
    models = subject.primary
    known(subject, models)
    over_sizes(subject, lambda models: judge_fed(subject, models))
    subject.because('sample')
    encoder = spread(subject, models, 'auto sample')
    inputs = inputs_for(subject, models.sizes, MANY)
    models.set(encoder=encoder)
    one, two = [models.auto.one(inputs) for _ in range(2)]
    who = 'what auto decodes'
    if oracle.close(one, two):
        subject.fed = 'mean'
        decoded(subject, 1, 'the mean itself, without noise')
    if models.steps.get('decoder') != steps_for(
            subject, 'decoder', len(models.sizes[1]) + 1):
        return
    weights, decode = invertible(subject, models)
    models.set(decoder=weights)
    mean, log_var = [oracle.forward(models.steps[key], pairs(encoder, 2),
                                    inputs) for key in ('mean', 'log_var')]
    noises = [judge_noise(decode(models.auto.one(inputs)), mean, log_var, who)
              for _ in range(2)]
    judge_two(noises[0], noises[1], who)


def measure(subject, models, purpose):
    """Measures the loss where it does not depend on the sample

    Returns:
        float, the loss that evaluate reports; arrays (batch, values) of the
        inputs, of auto's outputs, of mean and of log variance.
    """
    encoder = randomise(subject, models.encoder.weights(), purpose + 'mean')
    # No exp(log_var) beside which other terms are lost.
    head_of(models, encoder)[0][:] *= 0.4
    decoder = randomise(subject, models.decoder.weights(), purpose, 1.0)
    # A decoder that does not see its input.
    models.set(encoder=encoder, decoder=[0 * decoder[0]] + decoder[1:])
    inputs = inputs_for(subject, models.sizes, BATCH)
    outputs = reconstruct(models, inputs)
    mean, log_var = [oracle.forward(models.steps[key], pairs(encoder, 2),
                                    inputs) for key in ('mean', 'log_var')]
    return evaluated(models, inputs), inputs, outputs, mean, log_var


def kl(values):
    """Computes the mean KL divergence of a batch: mean and log variance"""
    return oracle.kl_divergence(*values).sum(axis=1).mean()


def right_loss(t, p, values, added=ADDED[0]):
    """Computes the loss that the file must have, see loss.py"""
    return t.shape[1] * entropy(t, p, added) + kl(values)


def solve(features, losses):
    """Finds the coefficients of features; None where they do not explain"""
    features = np.array(features)
    parts = np.linalg.lstsq(features, losses, rcond=-1)[0]
    # No more than rounding: a mean squared error is much like a cross-entropy.
    if np.abs(features.dot(parts) - losses).max() < (
            2e-5 * np.abs(losses).max() + 2e-6):
        return parts
    return None


def find(value, meanings, otherwise):
    """Finds what a measured factor means"""
    return next((meaning for factor, meaning in meanings
                 if abs(value - factor) < 0.01 * abs(factor) + 1e-3),
                otherwise.format(value))


# The exercise's words ask for less than its numbers.
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


def diagnose_loss(subject, models):
    """Raises the Fault that explains a wrong loss"""
    measured = [measure(subject, models, 'loss {} '.format(number))
                for number in range(20)]
    losses = np.array([one[0] for one in measured])
    # A cross-entropy of other outputs depends on how Keras cuts them off.
    if not all(0 < y.min() <= y.max() < 1 for _, _, y, _, _ in measured):
        subject.because('decoder-output')
    dims, _, latent = models.sizes
    terms = np.array([entropy(x, y) for _, x, y, _, _ in measured])
    divergences = np.array([kl(one[3:]) for one in measured])
    parts = solve(np.stack([terms, divergences], axis=1), losses)
    if parts is not None:
        a, b = parts
        subject.objective = lambda t, p, values: (
            a * entropy(t, p) + b * kl(values))
        require(abs(a - 1) > 0.01 or abs(b * dims - 1) > 0.01, 'the whole '
                'loss is divided by the number of inputs; cross-entropy and '
                'KL divergence must be summed', line='loss')
        faults = list(filter(None, [kl_fault(b, dims, latent)]))
        meaning = find(a / dims, [
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
        if meaning:
            faults.append(Fault('the binary cross-entropy is ' + meaning,
                                'loss'))
        faults[0].also = faults[1:]
        raise faults[0]
    with np.errstate(all='ignore'):
        for name, function in LOSSES:
            others = np.array([function(x, y) for _, x, y, _, _ in measured])
            if not np.isfinite(others).all():
                continue
            parts = solve(np.stack([others, divergences], axis=1), losses)
            if parts is not None and abs(parts[0]) > 1e-3:
                c, d = parts
                subject.objective = lambda t, p, values: (
                    c * function(t, p) + d * kl(values))
                raise Fault(
                    'the reconstruction loss is {}; it must be the binary '
                    'cross-entropy'.format(name), 'loss',
                    also=filter(None, [kl_fault(d, dims, latent)]))
    for scale, name in ((1, 'log_var'), (2, '2 * log_var'),
                        (0.5, 'log_var / 2')):
        def features(t, p, values):
            """Computes what a loss may be made of"""
            mean, log_var = values
            return [entropy(t, p), mean.shape[1]] + [
                v.sum(axis=1).mean() for v in (
                    log_var, mean ** 2, np.exp(scale * log_var))]
        found = solve(np.array([features(x, y, (mean, log_var)) for
                                _, x, y, mean, log_var in measured]), losses)
        if found is not None:
            subject.objective = lambda t, p, values: sum(
                part * one for part, one in zip(found,
                                                features(t, p, values)))
            raise Fault(
                'the KL divergence is {:.2g} * sum({:.2g} {:+.2g} * log_var '
                '{:+.2g} * mean^2 {:+.2g} * exp({power})); it must be -0.5 * '
                'sum(1 + log_var - mean^2 - exp(log_var))'.format(
                    -0.5, *(-2 * found[1:]), power=name), 'loss')
    raise Fault('the loss is not the binary cross-entropy, summed over the '
                'inputs, plus the KL divergence, summed over the latent '
                'dimensions, each averaged over the batch', 'loss')


@check('loss', tasks=(VARIATIONAL,))
def loss(subject):
    """Checks what evaluate reports where chance does not matter"""
    models = subject.models(trained_sizes(subject))
    known(subject, models)
    for purpose in ('loss one ', 'loss two '):
        received, inputs, outputs, mean, log_var = measure(
            subject, models, purpose)
        again = evaluated(models, inputs)
        require(near(again, received), 'evaluate reports {:.5g} and then '
                '{:.5g} where the outputs of auto do not depend on the '
                'sample; the KL divergence must be that of mean and log '
                'variance', received, again, line='loss')
        if not any(near(received, right_loss(
                inputs, outputs, (mean, log_var), added)) for added in ADDED):
            diagnose_loss(subject, models)
    subject.objective = right_loss
