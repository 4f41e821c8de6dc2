#!/usr/bin/env python3
"""The noise of the sample while auto is trained, and its gradient"""

import numpy as np

from .. import oracle
from ..optimizers import adam
from ..registry import LEARNING, require
from ..sizes import BATCH, inputs_for
from .roles import BOUND
from .layers import pairs
from .trainee import flat, moderate

# How many steps show the noise, and how many samples the oracle draws.
NOISY, SAMPLES = 64, 20000


def learns_deviation(trainee, rate):
    """Tells whether the log variance has a gradient through the sample"""
    models, heads = trainee.models, trainee.heads
    # Here the KL divergence has no gradient for it.
    encoder = heads.quiet(heads.quiet(heads.randomise('deviation'), 0), 0,
                          'mean')
    decoder = trainee.solution.randomise(trainee.given['decoder'],
                                         'deviation', 3.0)
    models.set(encoder=encoder, decoder=decoder)
    _, after = models.train(
        inputs_for(trainee.solution, models.sizes, BATCH),
        count=len(trainee.slopes))
    *_, still = adam(trainee.slopes + [0 * trainee.slopes[0]])
    marks = [np.zeros(array.shape, bool) for array in after]
    for one in heads.part_of(marks):
        one[:] = True
    moved = flat(after) - flat(encoder + decoder)
    return (np.abs(moved - rate * still) > 0.01 * rate)[flat(marks)].any()


def judge_sample(trainee):
    """Checks that the noise is there while auto is trained

    The loss of a batch of one image, many times, tells it.
    """
    models, heads, draw = trainee.models, trainee.heads, trainee.solution.draw(
        'noise')
    encoder = heads.spread('noise ')
    image = inputs_for(trainee.solution, models.sizes, 1)
    values = [np.repeat(value, SAMPLES, axis=0)
              for value in heads.compute(encoder, image)]
    codes = values[0] + np.exp(values[1] / 2) * draw.randn(*values[0].shape)
    decoder = trainee.solution.randomise(trainee.given['decoder'], 'noise ')
    decoder = moderate(decoder, oracle.preactivations(
        trainee.decoder, pairs(decoder, 2), codes)[0])
    models.set(encoder=encoder, decoder=decoder)
    losses, _ = models.train(np.repeat(image, BATCH, axis=0), steps=NOISY)
    expected = trainee.objective.function(
        np.repeat(image, SAMPLES, axis=0), oracle.forward(
            trainee.decoder, pairs(decoder, 2), codes), values)
    deviation = expected.std()
    # How often the variance of the losses holds that of the samples: between
    # 0.26 and 2.5 for normal losses, but for a chance of 1e-9.
    spread = losses.var() * BATCH / deviation ** 2
    require(spread > 0.01, 'the sample has no noise while auto is trained, or '
            'at every step the same',
            line='sampling', takes=LEARNING)
    require(0.2 < spread < 3 and abs(losses.mean() - expected.mean()) <
            BOUND * deviation * (1 / SAMPLES + 1 / BATCH / NOISY) ** 0.5,
            'the noise of the sample is another while auto is trained: the '
            'loss of a batch has mean {:.5g} and deviation {:.2g}; these must '
            'be {:.5g} and {:.2g}', losses.mean(), losses.std(),
            expected.mean(), deviation * BATCH ** -0.5, line='sampling')
