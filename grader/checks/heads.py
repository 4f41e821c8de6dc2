#!/usr/bin/env python3
"""The layers that give a variational encoder's mean and log variance"""

import time

import numpy as np

from .. import oracle
from ..models import COUNT, Missing
from ..registry import (Fault, Unjudged, VARIATIONAL, check, finding,
                        raise_all, require)
from ..sizes import inputs_for, over_sizes
from .activations import explain
from .layers import LARGE, fitting, paired, pairs
from .roles import NAMES, SIGNED, three


class Encoder:
    """The encoder of a variational file, of which the networks are known"""

    def __init__(self, solution, models, found):
        """Makes one

        Args:
            solution: Solution.
            models: Models.
            found: dict, what `outputs` and `encoder-output` have found.

        Raises:
            Unjudged: if its networks are not known.
        """
        self.solution = solution
        self.models = models
        self.heads = found['outputs']
        self.networks = found['encoder-output'].get(models.layers)
        if self.networks is None:
            raise Unjudged('mean and log variance are not known', by=(
                'outputs', 'encoder-layers', 'encoder-output'))

    def three(self, inputs, predict=None):
        """Computes sample, mean and log variance, see three"""
        return three(self.models, self.heads, inputs, predict)

    def randomise(self, purpose):
        """Draws weights"""
        return self.solution.randomise(self.models.encoder.weights(), purpose)

    def compute(self, weights, inputs):
        """Computes mean and log variance as the oracle does"""
        return [oracle.forward(self.networks[key], pairs(weights, 2), inputs)
                for key in ('mean', 'log_var')]

    def part_of(self, weights, key='log_var'):
        """Finds kernel and bias of the log variance, or mean, among weights

        A bias that is missing is another array: it stays zero.
        """
        (_, at, _), (_, start, stop) = self.networks[key][-2:]
        bias = weights[2 * at + 1]
        if isinstance(bias, Missing):
            bias = bias.copy()
        return weights[2 * at][:, start:stop], bias[start:stop]

    def quiet(self, weights, value, key='log_var'):
        """Sets the log variance, or the mean, whatever the inputs are

        Args:
            weights: list of arrays.
            value: float.
            key: str, log_var or mean.

        Returns:
            list of arrays.

        Raises:
            Unjudged: if that layer has no bias.
        """
        weights = [w.copy() for w in weights]
        kernel, bias = self.part_of(weights, key)
        if isinstance(bias, Missing):
            raise Unjudged(by=('encoder-layers',))
        kernel[:], bias[:] = 0, self.biases(value, key)
        return weights

    def biases(self, value, key='log_var'):
        """Computes the bias that leads to a log variance, or mean"""
        name = self.networks[key][-2][2]
        return next((of(value) for _, one, of in SIGNED if one == name), value)

    def spread(self, purpose, most=0.5):
        """Draws weights with varied means and log variances"""
        weights = self.randomise(purpose)
        kernel, bias = self.part_of(weights)
        # A decoder's output must not saturate for a large deviation; those of
        # trained models are small.
        kernel *= 0.2
        bias[:] = self.biases(np.linspace(-6, most, len(bias)))
        return weights


def trunks(layers):
    """Yields what may stand before the heads, with the fault there, if any

    Yields:
        steps, the hidden layers: all but the last one or two; fault, see
        oracle.alternatives, or None.
    """
    for count in range(max(0, len(layers) - 2), len(layers)):
        right = oracle.dense_network(['relu'] * count)
        yield right, None
        for steps, fault in oracle.alternatives(right):
            if fault[0] == 'activation' and (
                    fault[1] is None or steps != right):
                yield steps, fault


def ways(trunk, layers, latent, names):
    """Yields the networks from a trunk to what may be one of the heads

    Args:
        trunk: list of tuple, the hidden layers, see oracle.
        layers: list of (kernel, bias), of the whole encoder.
        latent: int, how many values a head has.
        names: list of str, activations that it may have.

    Yields:
        list of tuple, a network; int, the place of its last layer; str, the
        activation of that.
    """
    for at in range(len(trunk), len(layers)):
        for before in range(len(trunk), at + 1):
            # A head may be made of what the layers between make of it.
            way = trunk + [('dense', i, 'linear') for i in range(before, at)]
            for name in names:
                # One layer may give both heads, or the sample too.
                for part in range(0, min(len(layers[at][1]), 3 * latent),
                                  latent):
                    yield way + [('dense', at, name),
                                 ('part', part, part + latent)], at, name


def find_head(layers, inputs, received, latent, until, right):
    """Finds the layer that gives an output of the encoder, and from what

    Args:
        layers: list of (kernel, bias).
        inputs: array, the encoder's.
        received: array, the output.
        latent: int, how many values it has.
        until: float, when to give up, as time.monotonic tells it.
        right: list of str, the activations that it may have.

    Returns:
        steps, fault: the network, and what is wrong with its activations,
        see oracle.alternatives. None, None if there is none.
    """
    others = [name for name in oracle.ACTIVATIONS if name != 'linear']
    for names in (right, others):
        for trunk, fault in trunks(layers):
            if fault and names is others or time.monotonic() > until:
                continue
            for steps, at, name in ways(trunk, layers, latent, names):
                output = fitting(steps, layers, inputs)
                if output is not None and oracle.close(received, output):
                    return steps, fault if name in right else (
                        'activation', at, name, 'linear')
    return None, None


def judge_heads(solution, models, heads, networks):
    """Compares mean and log variance with what the layers give

    Args:
        solution: Solution.
        models: Models.
        heads: Heads.
        networks: dict from the layers of models to a dict of the networks
            `mean` and `log_var`; those of these models are put into it.
    """
    weights = solution.randomise(models.encoder.weights(), 'encoder')
    layers = paired(solution, 'encoder', weights)
    models.set(encoder=weights)
    inputs = inputs_for(solution, models.sizes, COUNT)
    values = three(models, heads, inputs)[1:]
    found, faults = {}, []
    for at, (key, head, value) in enumerate(zip(('mean', 'log_var'), NAMES[1:],
                                                values)):
        mended = key == 'log_var' and heads.log_var_of is not np.asarray
        found[key], fault = find_head(
            layers, inputs, value, models.sizes[2], solution.deadline,
            ['linear'] + sorted(oracle.LOG_VARS) * mended)
        require(found[key], 'the {} is not what the last two layers of the '
                'encoder give without an activation', head, line='encoder',
                unless=('encoder-layers',) + ('outputs',) * mended)
        if fault:
            kind, index, used, right = fault
            if right == 'linear':
                index = len(layers) - 2 + at
            sentence = explain(VARIATIONAL, 'encoder', (
                kind, index, used, right), len(layers))
            # Both heads have the same hidden layers.
            if sentence not in map(str, faults):
                faults.append(Fault(sentence, 'encoder'))
    networks.setdefault(models.layers, found)
    raise_all(faults)
    # Again where they are large.
    weights = solution.randomise(weights, 'large', LARGE)
    models.set(encoder=weights)
    for key, head, value in zip(('mean', 'log_var'), NAMES[1:], three(
            models, heads, inputs)[1:]):
        expected = fitting(found[key], pairs(weights, 2), inputs)
        require(heads.log_var_of is not np.asarray or oracle.close(
            value, expected, np.abs(expected).max()), 'the {} is not what its '
                'layer gives where it is large', head, line='encoder')
    require(found['mean'] != found['log_var'], 'the encoder puts out the same '
            'values as mean and as log variance', line='encoder',
            unless=('encoder-layers',))


@check('encoder-output', tasks=(VARIATIONAL,), needs=('outputs',),
       after=('encoder-layers', 'decoder-layers'))
def encoder_output(solution, found):
    """Checks mean and log variance; gives their networks, see judge_heads"""
    networks = {}
    with finding(networks):
        over_sizes(solution, lambda models: judge_heads(
            solution, models, found['outputs'], networks))
    return networks
