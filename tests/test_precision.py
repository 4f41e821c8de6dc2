#!/usr/bin/env python3
"""Training in bfloat16 and without graphs, and what float32 can hold"""

import numpy as np
import pytest

from common import features
from grader import oracle
from tests.support import (
    FILES, TASKS, TINY, build, cannot_train, images, keras)

WAYS = ['as compiled']
if features.is_eager():
    WAYS.append('run_eagerly')
# Not in TensorFlow before 2.4.
if hasattr(getattr(keras, 'mixed_precision', None), 'set_global_policy'):
    WAYS.append('mixed_bfloat16')


@pytest.fixture
def make(way):
    """Gives a function that builds a small model, trained in one way"""
    def auto_of(task):
        """Builds the small autoencoder of a task"""
        auto = build(task, arguments=TINY[task], setting=setting)[2]
        auto.compile(optimizer=keras.optimizers.Adam(0.01), loss=auto.loss)
        # Compiling takes it back.
        if way == 'run_eagerly':
            auto.run_eagerly = True
        return auto

    def setting():
        """Sets the precision"""
        if way == 'mixed_bfloat16':
            keras.mixed_precision.set_global_policy(way)
            assert keras.layers.Dense(1).compute_dtype == 'bfloat16'

    setting()
    yield auto_of
    if way == 'mixed_bfloat16':
        keras.mixed_precision.set_global_policy('float32')


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('task', TASKS)
def test_losses_are_finite_and_fall(task, make):
    """Pixels that are exactly 0 and 1 train, even those sure and wrong"""
    x = np.ceil(images(task, 128))
    assert set(np.unique(x)) == {0, 1}
    if cannot_train(task):
        pytest.skip("Keras' own layer fails in this precision")
    auto = make(task)

    def fit(epochs):
        """Trains and checks that the losses are finite"""
        losses = auto.fit(x, x, epochs=epochs, batch_size=32,
                          verbose=0).history['loss']
        assert np.all(np.isfinite(losses)), losses
        return losses

    losses = fit(4)
    assert losses[-1] < 0.99 * losses[0], 'nothing was learnt: {}'.format(
        losses)
    # The sigmoid of 200 is 1 in every precision.
    weights = auto.get_weights()
    auto.set_weights(weights[:-1] + [weights[-1] + 200])
    fit(1)
    for weight in auto.get_weights():
        assert np.all(np.isfinite(weight)), 'a weight is lost'


def kl_divergence(mean, log_var):
    """Computes what 3-variational.py does, as an array"""
    tensors = [keras.backend.constant(values, dtype='float32')
               for values in (mean, log_var)]
    result = __import__(FILES[3]).kl_divergence(*tensors)
    if features.is_eager():
        return np.asarray(result)
    return keras.backend.get_value(result)


@pytest.mark.parametrize('mean', [-3., 0., 0.5, 3.])
def test_kl_divergence_of_extreme_variances(mean):
    """Log variances from -50 to 50 give what float64 gives, to 1e-5"""
    log_var = np.linspace(-50, 50, 101).reshape((-1, 1))
    means = np.full_like(log_var, mean)
    np.testing.assert_allclose(
        kl_divergence(means, log_var),
        oracle.kl_divergence(means, log_var).sum(axis=1), rtol=1e-5)


def test_kl_divergence_overflows_where_float32_does():
    """A log variance may be 88, for the variance of 89 is infinite"""
    mean, log_var = np.zeros((3, 1)), np.float32([[-1e30], [88], [89]])
    received = kl_divergence(mean, log_var)
    np.testing.assert_allclose(
        received, [5e29, np.exp(88.) / 2, np.inf], rtol=1e-5)
