#!/usr/bin/env python3
"""What the models of the exercise compute, in NumPy and float64

A network is a list of steps, each a tuple whose first item says what it is:

    ('dense', i, activation): layer i of a list of (kernel, bias) pairs
    ('conv', i, activation, padding): the same, a convolution, stride 1
    ('pool', kind): 'max' or 'average' with same padding, 'valid' (max),
        'strided' (no maximum but every other value), 'none'
    ('up', kind): 'nearest', 'bilinear', 'none'
    ('part', start, stop): some of the values

What stands here must take complex numbers, and decide by their real parts
alone: see gradients.
"""

import math
import itertools
import time

import numpy as np

# Keras clips probabilities to [EPSILON, MOST] before the logarithm: in float32
# 1 - EPSILON is another number, whose distance to 1 is a fifth larger.
EPSILON = 1e-7
MOST = float(np.float32(1 - EPSILON))

# A Kolmogorov-Smirnov distance times sqrt(n) that chance exceeds with a
# probability of 2 exp(-2 * 3.3 ** 2) = 7e-10.
SURE = 3.3


def sigmoid(x):
    """Computes the logistic function, without overflow"""
    return 0.5 * (1 + np.tanh(x / 2))


def softmax(x):
    """Computes the softmax over the last axis"""
    powers = np.exp(x - x.real.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def elu(x):
    """Computes the exponential linear unit"""
    return np.where(x.real > 0, x, np.exp(np.where(x.real > 0, 0, x)) - 1)


def magnitude(x):
    """Computes the absolute value"""
    return np.where(x.real < 0, -x, x)


def relu(x):
    """Computes the rectified linear unit"""
    return np.where(x.real > 0, x, 0)


def leaky(slope):
    """Makes a leaky rectified linear unit"""
    return lambda x: np.where(x.real > 0, x, slope * x)


ACTIVATIONS = {
    'relu': relu,
    'sigmoid': sigmoid,
    'linear': lambda x: x,
    'tanh': np.tanh,
    'softmax': softmax,
    'elu': elu,
    'selu': lambda x: 1.0507009873554805 * np.where(
        x.real > 0, x, 1.6732632423543772 * elu(x)),
    'leaky relu (0.3)': leaky(0.3),
    'leaky relu (0.2)': leaky(0.2),
    'leaky relu (0.01)': leaky(0.01),
    'softplus': lambda x: relu(x) + np.log1p(np.exp(-magnitude(x))),
    'softsign': lambda x: x / (1 + magnitude(x)),
    'swish': lambda x: x * sigmoid(x),
    'relu that ends at 6': lambda x: np.where(x.real > 6, 6, relu(x)),
    'hard sigmoid': lambda x: np.where(
        np.abs(x.real) < 2.5, 0.2 * x + 0.5, x.real > 0),
    'exponential': np.exp,
    'relu and then sigmoid': lambda x: sigmoid(relu(x)),
}
# How a log variance is made where a layer gives something else.
LOG_VARS = {
    'log deviation': lambda x: 2 * x,
    'softplus variance': lambda x: np.log(ACTIVATIONS['softplus'](x)),
    'softplus deviation': lambda x: 2 * np.log(ACTIVATIONS['softplus'](x)),
}
FUNCTIONS = dict(ACTIVATIONS, **LOG_VARS)


def padded(x, kernel, padding):
    """Puts zeros around images for a convolution with same padding"""
    if padding == 'valid':
        return x
    rows, columns = kernel.shape[:2]
    return np.pad(x, [(0, 0), ((rows - 1) // 2, rows // 2),
                      ((columns - 1) // 2, columns // 2), (0, 0)],
                  mode='constant')


def windows(x, kernel):
    """Yields what each place of a kernel is applied to, and that place"""
    rows, columns = kernel.shape[:2]
    height, width = x.shape[1] - rows + 1, x.shape[2] - columns + 1
    for i in range(rows):
        for j in range(columns):
            yield x[:, i:i + height, j:j + width], (i, j)


def convolve(x, kernel, bias, padding):
    """Convolves images (batch, height, width, channels) with stride 1"""
    return bias + sum(
        np.tensordot(part, kernel[at], axes=1)
        for part, at in windows(padded(x, kernel, padding), kernel))


def pool(x, kind):
    """Halves height and width"""
    if kind == 'none':
        return x
    height, width = x.shape[1:3]
    if kind == 'valid':
        x = x[:, :height // 2 * 2, :width // 2 * 2]
    if kind == 'strided':
        # With same padding, TensorFlow takes the second value of an even size.
        return x[:, 1 - height % 2::2, 1 - width % 2::2]
    x = np.pad(x, [(0, 0), (0, x.shape[1] % 2), (0, x.shape[2] % 2), (0, 0)],
               mode='constant', constant_values=np.nan)
    four = np.stack([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)])
    if kind == 'average':
        return np.nanmean(four, axis=0)
    return np.choose(np.nanargmax(four.real, axis=0), four)


def doubling(size, kind):
    """Makes the matrix (2 * size, size) that doubles an axis"""
    at = np.arange(2 * size) // 2
    if kind == 'bilinear':
        # Linearly, each value at the centre of its cell.
        at = np.clip(np.arange(0.25, size, 0.5) - 0.5, 0, size - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(size)))


def upsample(x, kind, back=False):
    """Doubles height and width; or the transpose of that, for gradients"""
    if kind == 'none':
        return x
    for axis in (1, 2):
        matrix = doubling(x.shape[axis] // (1 + back), kind)
        x = np.moveaxis(np.tensordot(x, matrix, (axis, int(not back))), -1,
                        axis)
    return x


def apply(step, layers, x):
    """Computes one step of a network

    Returns:
        array, the output; array, what its activation is given, or None.
    """
    if step[0] in ('dense', 'conv'):
        kernel, bias = layers[step[1]]
        before = x.dot(kernel) + bias if step[0] == 'dense' else convolve(
            x, kernel, bias, step[3])
        return FUNCTIONS[step[2]](before), before
    if step[0] == 'part':
        return x[..., step[1]:step[2]], None
    return {'pool': pool, 'up': upsample}[step[0]](x, step[1]), None


def preactivations(steps, layers, x):
    """Computes a network's outputs, step by step

    Args:
        steps: list of tuple, the network.
        layers: list of (kernel, bias).
        x: array, the input.

    Returns:
        list of pairs of arrays, one pair for each layer with weights: the
        values before and after its activation; array, the network's output.
    """
    values = []
    for step in steps:
        x, before = apply(step, layers, x)
        if before is not None:
            values.append((before, x))
    return values, x


def forward(steps, layers, x):
    """Computes a network's output, see preactivations"""
    return preactivations(steps, layers, x)[1]


def dense_network(activations):
    """Makes the steps of a stack of fully connected layers"""
    return [('dense', i, name) for i, name in enumerate(activations)]


def encoder_of_images(count):
    """Makes the steps of the exercise's convolutional encoder"""
    steps = []
    for i in range(count):
        steps += [('conv', i, 'relu', 'same'), ('pool', 'max')]
    return steps


def decoder_of_images(count):
    """Makes the steps of the exercise's convolutional decoder"""
    steps = []
    for i in range(count):
        padding = 'valid' if i == count - 1 else 'same'
        steps += [('conv', i, 'relu', padding), ('up', 'nearest')]
    return steps + [('conv', count, 'sigmoid', 'same')]


def binary_crossentropy(targets, outputs, added=(0.0, 0.0)):
    """Computes the binary cross-entropy of each value, in nats

    Args:
        targets: array.
        outputs: array, of the same shape.
        added: pair of float, to what the two logarithms are taken of.
    """
    outputs = np.where(outputs.real < EPSILON, EPSILON, outputs)
    outputs = np.where(outputs.real > MOST, MOST, outputs)
    return -(targets * np.log(outputs + added[0]) +
             (1 - targets) * np.log(1 - outputs + added[1]))


def kl_divergence(mean, log_var):
    """Computes KL(N(mean, exp(log_var)) || N(0, 1)) of each value, in nats

    Source: Kingma and Welling 2014, "Auto-encoding variational Bayes",
    appendix B.
    """
    return -0.5 * (1 + log_var - mean ** 2 - np.exp(log_var))


def normal_distance(values):
    """Computes the Kolmogorov-Smirnov distance to N(0, 1), times sqrt(n)"""
    values = np.sort(np.ravel(values))
    count = len(values)
    expected = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in values])
    ranks = np.arange(count + 1) / float(count)
    return math.sqrt(count) * max((ranks[1:] - expected).max(),
                                  (expected - ranks[:-1]).max())


def close(received, expected, size=1.0):
    """Tells whether two arrays agree in shape and within rounding

    Args:
        received, expected: arrays.
        size: float, how large the terms are of which they are sums.
    """
    received, expected = np.asarray(received), np.asarray(expected)
    return (received.shape == expected.shape and
            np.allclose(received, expected, rtol=1e-3, atol=2e-5 * size))


def with_activation(step, name):
    """Gives a step another activation"""
    return step[:2] + (name,) + step[3:]


def one_wrong_step(steps):
    """Yields networks of which one step is wrong, see alternatives"""
    for at, step in enumerate(steps):
        before, after = steps[:at], steps[at + 1:]
        if step[0] in ('dense', 'conv'):
            for name in ACTIVATIONS:
                if name != step[2]:
                    yield (before + [with_activation(step, name)] + after,
                           ('activation', step[1], name, step[2]))
        if step[0] == 'conv':
            padding = 'same' if step[3] == 'valid' else 'valid'
            yield (before + [step[:3] + (padding,)] + after,
                   ('padding', step[1], padding, step[3]))
        if step[0] in ('pool', 'up'):
            yield before + after, (step[0], before[-1][1], 'none', step[1])
            yield (before[:-1] + [step] + before[-1:] + after,
                   ('order', None, step[0], 'convolution'))


def wrong_images(steps):
    """Yields networks of images that are wrong throughout, see alternatives"""
    for kind, right, others in [('pool', 'max', ('average', 'valid',
                                                 'strided')),
                                ('up', 'nearest', ('bilinear',))]:
        for other in others if (kind, right) in steps else ():
            yield ([(kind, other) if step == (kind, right) else step
                    for step in steps], (kind, None, other, right))
    yield from wrong_order(steps)
    yield steps + [('up', 'nearest')], ('last', None, 'upsampled', 'not')
    yield [step[:3] + ('valid',) if step[0] == 'conv' else step
           for step in steps[:-1]] + steps[-1:], ('valid', None, 'valid',
                                                  'same')


def wrong_order(steps):
    """Yields networks with pooling or upsampling before convolutions

    Before all, or all but the last: then the decoder's sizes stay right.
    """
    places = [at for at, step in enumerate(steps) if step[0] in ('pool', 'up')]
    for chosen in filter(None, (places, places[:-1])):
        swapped = list(steps)
        for at in chosen:
            swapped[at - 1:at + 1] = [steps[at], steps[at - 1]]
        yield swapped, ('order', None, steps[chosen[0]][0], 'convolution')


def wrong_activations(steps):
    """Yields networks of which all like activations are wrong, likewise

    Or all but that of the last layer, which a loop does not make.
    """
    for right in ('relu', 'linear'):
        like = [step for step in steps if step[2:3] == (right,)]
        # Of none nothing would change.
        found = {'activation': like} if like else {}
        if like and steps[-1] in like:
            found['hidden'] = like[:-1]
        for (kind, chosen), name in itertools.product(
                found.items(), ACTIVATIONS):
            if name != right:
                yield ([with_activation(step, name) if step in chosen else step
                        for step in steps], (kind, None, name, right))


def alternatives(steps):
    """Yields what students make of a network, with the fault's description

    Args:
        steps: list of tuple, the right network.

    Yields:
        list of tuple, a wrong one; tuple (kind, index of the layer or None
        for all, what is used, what must be), which describe the fault.
    """
    yield from one_wrong_step(steps)
    if any(step[0] == 'conv' for step in steps):
        yield from wrong_images(steps)
    yield from wrong_activations(steps)


def find_last(rest, last, cases):
    """Finds with which wrong last activation a network explains outputs

    Args:
        rest: list of tuple, the steps before the last.
        last: tuple, a step with an activation.
        cases: see diagnose.

    Returns:
        str, or None.
    """
    names = [name for name in ACTIVATIONS if name != last[2]]
    for layers, x, received in cases:
        try:
            _, before = apply(last, layers, forward(rest, layers, x))
        except ValueError:
            # Too little was left for a valid convolution.
            return None
        names = [name for name in names
                 if close(received, ACTIVATIONS[name](before))]
        if not names:
            return None
    return names[0]


def diagnose(steps, cases, until):
    """Finds the wrong network that explains a model's outputs

    Args:
        steps: list of tuple, the right network.
        cases: list of (layers, x, received): a list of (kernel, bias), the
            model's weights; arrays, its input and its output.
        until: float, when to give up, as time.monotonic tells it.

    Returns:
        list of tuple, as alternatives() describes faults, one or two; the
        wrong network. Both None if there is none.
    """
    *rest, last = steps
    with np.errstate(all='ignore'):
        for other, fault in alternatives(steps):
            if time.monotonic() > until:
                return None, None
            try:
                if all(close(received, forward(other, layers, x))
                       for layers, x, received in cases):
                    return [fault], other
            except ValueError:
                # Too little was left for a valid convolution.
                continue
        # Else two are wrong, one of them the last activation.
        for other, fault in alternatives(
                rest if last[0] in ('dense', 'conv') else []):
            if time.monotonic() > until:
                break
            # Of the layers before, none is the last.
            name = fault[0] != 'last' and find_last(other, last, cases)
            if name:
                # In an encoder the last layer has another than all these.
                if last[2] == 'relu' and fault[:2] == ('activation', None):
                    fault = ('hidden',) + fault[1:]
                return [fault, ('activation', last[1], name, last[2])], (
                    other + [with_activation(last, name)])
    return None, None
