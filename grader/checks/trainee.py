#!/usr/bin/env python3
"""Models in training: their weights, their loss and its gradients"""

import numpy as np

from .. import gradients, oracle
from ..models import Missing
from ..registry import Unjudged, VARIATIONAL, require
from .activations import name_of
from .heads import Encoder
from .layers import paired, pairs
from .loss import with_sigmoid
from .sampling import SILENT
from .sparse import WRONG, factors

# The largest value that the last activation is given.
LOGIT = 6.0

# A relu of a value that is a smaller part than this of the largest may have a
# gradient or not: rounding decides. How often weights are drawn for others.
KINK, ATTEMPTS = 3e-6, 10

# What must be known of a file before.
NEEDS = ('outputs', 'encoder-output', 'decoder-output', 'auto-output', 'loss',
         'penalty')


class Trainee:
    """Models whose training is judged, with what is known of their loss"""

    def __init__(self, solution, models, found):
        """Takes what the checks before have found

        Args:
            solution: Solution.
            models: Models.
            found: dict, what NEEDS have found.

        Raises:
            Unjudged: if a network is not known.
        """
        self.solution, self.models = solution, models
        self.fed, self.penalty = found['auto-output'], found['penalty']
        self.objective = found['loss']
        self.encoder, self.decoder = [
            found[name].get(models.layers)
            for name in ('encoder-output', 'decoder-output')]
        for side in ('encoder', 'decoder'):
            if not getattr(self, side):
                raise Unjudged(by=(side + '-layers', side + '-output') + NEEDS)
        if self.objective.logits:
            self.decoder = with_sigmoid(self.decoder)
        self.given = {}
        for side in ('encoder', 'decoder'):
            self.given[side] = getattr(models, side).weights()
            paired(solution, side, self.given[side])
        self.count = len(self.given['encoder'])
        # Outputs at 0 and 1 have a loss and gradients that are cut off, here
        # and there otherwise. Without biases a layer may put out zeros alone.
        arrays = self.given['encoder'] + self.given['decoder']
        self.exact = (self.decoder[-1][2:3] == ('sigmoid',) and
                      Missing not in map(type, arrays))
        # The gradients at all steps until now, and of which loss they are.
        self.slopes, self.which = [], 'that is reported'
        # Adam's, see optimizers.EPSILONS.
        self.epsilon = None
        sizes = [array.size for array in arrays]
        # Of all weights, to which array each of them belongs.
        self.numbers = np.repeat(np.arange(len(sizes)), sizes)
        self.heads = None
        if solution.task == VARIATIONAL:
            self.heads = Encoder(solution, models, found)
            if self.encoder['mean'] == self.encoder['log_var']:
                # One layer gives both: a small log variance changes the mean.
                raise Unjudged(by=('encoder-layers', 'encoder-output'))
        self.networks = [self.encoder[name] for name in (
            'mean', 'log_var')] if self.heads else [self.encoder]

    def draw(self, purpose, scale):
        """Draws the weights of both sides, see prepare

        Returns:
            dict from side to list of arrays.
        """
        weights = {side: self.solution.randomise(given, purpose + side, scale)
                   for side, given in self.given.items()}
        for arrays in weights.values():
            # No layer may put out zeros throughout.
            arrays[1::2] = map(np.abs, arrays[1::2])
        if self.heads and self.fed == 'sample':
            weights['encoder'] = self.heads.quiet(weights['encoder'], SILENT)
        return weights

    def prepare(self, purpose, inputs, scale=1.0):
        """Gives encoder and decoder weights with which chance does not matter

        Args:
            purpose: str, for which others are drawn than for another.
            inputs: array, with which the loss is computed.
            scale: float, how large kernels are.

        Returns:
            list of arrays, those of the encoder and then the decoder.

        Raises:
            Fault: if both sides have a layer in common.
        """
        for attempt in range(ATTEMPTS):
            weights = self.draw(purpose + attempt * 'again ', scale)
            encoder, decoder = self.layers(
                weights['encoder'] + weights['decoder'])
            ours = [oracle.preactivations(steps, encoder, inputs)
                    for steps in self.networks]
            values, _ = oracle.preactivations(
                self.decoder, decoder, ours[self.fed == 'log_var'][1])
            if not any(near_kink(before) for before, _ in sum(
                    (found for found, _ in ours), values[:-1])):
                break
        weights['decoder'] = moderate(weights['decoder'], values)
        self.models.set(**weights)
        if not self.slopes:
            # Those of the encoder are set last.
            require(all(map(np.array_equal, self.models.decoder.weights(),
                            weights['decoder'])), 'encoder and decoder share '
                    'weights; each must have its own layers', line='decoder')
        return weights['encoder'] + weights['decoder']

    def layers(self, arrays):
        """Pairs all weights to the layers of encoder and decoder"""
        return [pairs(some, arrays[0].ndim) for some in (
            arrays[:self.count], arrays[self.count:])]

    def encode(self, arrays, inputs):
        """Computes the latent representation; or mean and log variance"""
        return [oracle.forward(steps, self.layers(arrays)[0], inputs)
                for steps in self.networks]

    def learn(self, arrays, inputs, times=1):
        """Computes the file's loss and its gradients

        Args:
            arrays: list of arrays, all weights.
            inputs: array.
            times: int, how often each of them is in the batch.

        Returns:
            float, the loss; array (weights,), the gradients, see flat.
        """
        encoder, decoder = self.layers(arrays)
        values = self.encode(arrays, inputs)
        fed = int(self.fed == 'log_var')
        outputs = oracle.forward(self.decoder, decoder, values[fed])
        function = self.objective.function
        targets = self.models.targets(inputs)
        rows = function(targets, outputs, values)
        slopes = [gradients.slopes_of(lambda value: function(
            targets, outputs, values[:at] + [value] + values[at + 1:]), one
                                   ) / rows.size if self.heads else 0
                  for at, one in enumerate(values)]
        found, back = gradients.backward(
            self.decoder, decoder, values[fed],
            gradients.slopes_by_outputs(
                function, targets, outputs, values) / rows.size)
        slopes[fed] = slopes[fed] + back
        loss = rows.mean()
        if self.penalty not in (None, WRONG):
            amount = (self.penalty.lambtha or self.models.sizes[3]) * (
                times * factors(self.solution, times * len(inputs))[
                    self.penalty.at])
            loss += amount * np.abs(values[0]).sum()
            slopes[0] = slopes[0] + amount * np.sign(values[0])
        parts = [gradients.backward(steps, encoder, inputs, slope)[0]
                 for steps, slope in zip(self.networks, slopes)]
        slopes = list(map(sum, zip(*parts))) + found
        return loss, flat([0 * slope if isinstance(array, Missing) else slope
                           for array, slope in zip(arrays, slopes)])

    def name(self, number):
        """Names an array of weights"""
        side, index, count = 'encoder', number, self.count
        if number >= count:
            side, index = 'decoder', number - count
        return 'the {} of {}'.format(('kernel', 'bias')[number % 2], name_of(
            self.solution.task, side, index // 2, len(self.given[side]) // 2))

    def names(self, numbers):
        """Names some arrays of weights: the first, and how many more"""
        return self.name(numbers[0]) + ' and {} more'.format(
            len(numbers) - 1) * (len(numbers) > 1)


def near_kink(values):
    """Tells whether rounding decides on which side of 0 a value is"""
    sizes = np.abs(values)
    return np.any((sizes > 0) & (sizes < KINK * sizes.max()))


def moderate(arrays, values):
    """Makes a decoder's last layer smaller, if its logits are large

    Nearer to 0 and 1, versions of Keras compute another loss.

    Args:
        arrays: list of arrays, its weights.
        values: list, see oracle.preactivations.

    Returns:
        list of arrays, its weights then, rounded as they are sent.
    """
    factor = LOGIT / max(LOGIT, np.abs(values[-1][0]).max())
    return arrays[:-2] + [np.float32(factor * array).astype('float64')
                          for array in arrays[-2:]]


def flat(arrays):
    """Puts all arrays into one of one dimension"""
    return np.concatenate([array.ravel() for array in arrays])
