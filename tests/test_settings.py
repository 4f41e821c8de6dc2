#!/usr/bin/env python3
"""What a caller may bring: settings of Keras, images of any type"""

import numpy as np
import pytest
import tensorflow as tf

from tests import models
from tests.support import (
    TASKS, build, cannot_train, compute, fails, images, keras, weigh)

backend = keras.backend
# Not in TensorFlow before 2.4.
set_policy = getattr(getattr(keras, 'mixed_precision', None),
                     'set_global_policy', None)
# Each with the error that it allows, relative to the largest value; TensorFlow
# 2.0 adds epsilon to what it takes the logarithm of, in place of clipping.
SETTINGS = {
    'channels_first': (lambda: backend.set_image_data_format(
        'channels_first'), 1e-5),
    'epsilon': (lambda: backend.set_epsilon(1e-3), 4e-3),
    'float64': (lambda: backend.set_floatx('float64'), 1e-6),
    'float16': (lambda: backend.set_floatx('float16'), 1e-2),
}
if set_policy:
    SETTINGS.update((name, (lambda name=name: set_policy(
                        name.split()[-1]), allowed))
                    for name, allowed in [
                        ('policy float64', 1e-6), ('mixed_float16', 1e-2),
                        ('mixed_bfloat16', 3e-2)])
if hasattr(backend, 'set_learning_phase'):
    SETTINGS.update(('learning phase {}'.format(phase), (
        lambda phase=phase: backend.set_learning_phase(phase), 1e-5))
        for phase in (0, 1))
if hasattr(getattr(tf, 'config', None), 'run_functions_eagerly'):
    SETTINGS['eagerly'] = (lambda: tf.config.run_functions_eagerly(True), 1e-5)


def reset():
    """Sets Keras to what it is set to at first"""
    backend.set_image_data_format('channels_last')
    backend.set_epsilon(1e-7)
    backend.set_floatx('float32')
    if set_policy:
        set_policy('float32')
    if 'eagerly' in SETTINGS:
        tf.config.run_functions_eagerly(False)
    backend.clear_session()


@pytest.fixture(autouse=True)
def measured():
    """Measures what Keras makes of losses before a test, resets it after"""
    models.penalty_factors(8)
    models.image_factor(8)
    yield
    reset()


@pytest.mark.parametrize('name', SETTINGS)
@pytest.mark.parametrize('task', TASKS)
def test_models_are_what_they_are_said_to_be(task, name):
    """Shapes, outputs and loss are those of NumPy, whatever Keras is set to"""
    setting, allowed = SETTINGS[name]
    setting()
    if fails(task):
        pytest.skip("Keras' own layer fails")
    encoder, _, auto = weigh(task, setting)
    auto.run_eagerly = True
    x = images(task, 8)
    latent, output, loss = compute(task, auto, x)
    received = models.call(encoder, x)
    if task == 3:
        sample, mean, _ = received
        assert np.abs(sample - mean)[:, 2:].mean() > 0.3, 'no noise'
        received = mean
    for one, other in ((received, latent), (models.call(auto, x), output)):
        np.testing.assert_allclose(np.asarray(one, 'float64'), other, rtol=0,
                                   atol=allowed * np.abs(other).max())
    assert models.evaluate(auto, x) == pytest.approx(loss, rel=allowed)
    # PyTorch trains no convolution in float64 on a processor.
    if task != 2 or backend.backend() != 'torch':
        assert np.isfinite(models.train_on_batch(auto, x))


@pytest.mark.skipif(not hasattr(getattr(keras, 'dtype_policies', None),
                                'QuantizedDTypePolicy'),
                    reason='Keras has no quantized policies')
@pytest.mark.parametrize('task', TASKS)
def test_quantized_policies_are_refused(task):
    """Keras quantizes trained models; it refuses to run one built so"""
    with pytest.raises(NotImplementedError):
        auto = build(task, setting=lambda: set_policy('int8_from_float32'))[2]
        auto.predict(images(task, 1), verbose=0)


@pytest.mark.parametrize('policy', ['float32', 'mixed_bfloat16'])
@pytest.mark.parametrize('task', TASKS)
def test_images_of_any_type(task, policy):
    """Images in every type that NumPy has them in are those in float32"""
    if policy != 'float32':
        if not set_policy:
            pytest.skip('Keras has no policies')
        set_policy(policy)
        if cannot_train(task):
            pytest.skip("Keras' own layer fails")
    auto = weigh(task, set_policy and (lambda: set_policy(policy)))[2]
    weights, x = auto.get_weights(), images(task, 8) > 0.5
    assert 0 < x.mean() < 1
    # In a graph, on the way to the exact loss.
    allowed = 1e-5 if policy == 'float32' else 1e-2
    assert models.evaluate(auto, x.astype('uint8')) == pytest.approx(
        compute(task, auto, x)[2], rel=allowed)
    # Adam takes longer.
    auto.compile(optimizer='sgd', loss=auto.loss)
    auto.run_eagerly = True
    ways = [models.train_on_batch]
    if policy == 'float32':
        ways += [models.evaluate, models.fit]

    def losses(kind):
        """Computes the loss in each way, from the same weights"""
        for way in ways:
            auto.set_weights(weights)
            yield way(auto, x.astype(kind))

    expected = list(losses('float32'))
    for kind in ('uint8', 'bool', 'int64', 'float16', 'float64'):
        assert list(losses(kind)) == pytest.approx(expected, rel=1e-5), kind


@pytest.mark.skipif(not hasattr(keras.Model, 'train_step'),
                    reason='before TensorFlow 2.2 Keras takes no such weights')
def test_sample_weights_of_task_2():
    """Weights of images have the shape that the docstring says"""
    auto, x = weigh(2)[2], images(2, 8)
    assert auto.evaluate(x, x, verbose=0, sample_weight=np.full(
        (8, 1, 1), 2.)) == pytest.approx(
            2 * auto.evaluate(x, x, verbose=0), rel=1e-5)
