#!/usr/bin/env python3
"""The gradients of a network, by backpropagation in NumPy and float64

The slope of a single function is that of a complex step (Squire and Trapp
1998, "Using complex variables to estimate derivatives of real functions"):
f'(x) is the imaginary part of f(x + ih) / h, exact for a tiny h.
"""

import itertools

import numpy as np

from .oracle import FUNCTIONS, apply, padded, pool, upsample, windows

# The step of gradients: so small that its square rounds to nothing.
STEP = 1e-30
# How many values are changed at a time: more would take too much memory.
VALUES = 2 ** 18


def through(function, x, slopes):
    """Takes slopes back through a function whose Jacobian is symmetric

    Such are all activations, also the softmax.
    """
    return function(x + 1j * STEP * slopes).imag / STEP


def pool_back(x, kind, slopes):
    """Takes slopes by the output of pool back to its input"""
    if kind == 'none':
        return slopes
    found = np.zeros(x.shape)
    for place in itertools.product((0, 1), repeat=2):
        # An output depends on one of these alone.
        at = tuple([slice(None)] + [slice(one, None, 2) for one in place])
        changed = x.astype(complex)
        changed[at] += 1j * STEP
        share = pool(changed, kind).imag / STEP * slopes
        height, width = found[at].shape[1:3]
        found[at][:, :share.shape[1], :share.shape[2]] = share[
            :, :height, :width]
    return found


def backward(steps, layers, x, slopes):
    """Computes gradients by backpropagation

    Args:
        steps: list of tuple, the network.
        layers: list of (kernel, bias).
        x: array, the input.
        slopes: array, the derivatives by the network's output.

    Returns:
        list of arrays, the gradients by kernel and bias of each layer, and
        array, that by the input.
    """
    found = [np.zeros(np.shape(one)) for layer in layers for one in layer]
    way = []
    for step in steps:
        output, before = apply(step, layers, x)
        way.append((step, x, before))
        x = output
    for step, x, before in reversed(way):
        if before is not None:
            kernel, _ = layers[step[1]]
            slopes = through(FUNCTIONS[step[2]], before, slopes)
            rest = tuple(range(slopes.ndim - 1))
            found[2 * step[1] + 1] += slopes.sum(axis=rest)
        if step[0] == 'dense':
            found[2 * step[1]] += x.T.dot(slopes)
            slopes = slopes.dot(kernel.T)
        elif step[0] == 'conv':
            wide = padded(x, kernel, step[3])
            back = np.zeros(wide.shape)
            for (part, at), (into, _) in zip(windows(wide, kernel),
                                             windows(back, kernel)):
                found[2 * step[1]][at] += np.tensordot(part, slopes,
                                                       (rest, rest))
                into += slopes.dot(kernel[at].T)
            top, left = [(a - b) // 2 for a, b in zip(
                wide.shape[1:3], x.shape[1:3])]
            slopes = back[:, top:top + x.shape[1], left:left + x.shape[2]]
        elif step[0] == 'pool':
            slopes = pool_back(x, step[1], slopes)
        elif step[0] == 'up':
            slopes = upsample(slopes, step[1], back=True)
        else:
            whole = np.zeros(x.shape)
            whole[..., step[1]:step[2]] = slopes
            slopes = whole
    return found, slopes


def slopes_of(function, x):
    """Computes the derivatives of a function's sum

    Args:
        function: function of an array, which gives a number for each of its
            rows, the places along the last axis; also where there are more
            axes before.
        x: array, where to differentiate it.
    """
    slopes, columns = np.empty(x.shape), x.shape[-1]
    some = max(1, VALUES // x.size)
    for at in range(0, columns, some):
        steps = 1j * STEP * np.eye(min(some, columns - at), columns, at)
        changed = x + steps.reshape((-1,) + (1,) * (x.ndim - 1) + (columns,))
        slopes[..., at:at + some] = np.moveaxis(
            function(changed).imag / STEP, 0, -1)
    return slopes


def slopes_by_outputs(function, targets, outputs, values):
    """Computes the derivatives of a loss's sum by the outputs, see slopes_of

    Args:
        function: that of a checks.loss.Objective.
        targets, outputs: arrays.
        values: list of arrays, what the encoder gives.
    """
    def each(p):
        """Computes the loss of each output, as if it were a row"""
        return function(targets[..., None], p,
                        [one[:, None] for one in values])
    alone = outputs[..., None]
    # Most losses are averages over the outputs. To differentiate them by each
    # of many outputs in turn would take much longer.
    if np.allclose(each(alone).mean(axis=-1),
                   function(targets, outputs, values)):
        return slopes_of(each, alone)[..., 0] / outputs.shape[-1]
    return slopes_of(lambda p: function(targets, p, values), outputs)
