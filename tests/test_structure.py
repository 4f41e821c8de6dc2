#!/usr/bin/env python3
"""What the course's own graders read of the four files' models"""

import pytest

from tests.support import SMALL, TASKS, build, keras

DENSE = ['InputLayer', 'Dense', 'Dense', 'Dense']
CLASSES = (
    (DENSE, DENSE), (DENSE, DENSE),
    (['InputLayer'] + ['Conv2D', 'MaxPooling2D'] * 3,
     ['InputLayer'] + ['Conv2D', 'UpSampling2D'] * 3 + ['Conv2D']),
    (DENSE + ['Dense', 'Lambda'], DENSE))
ACTIVATIONS = (
    (['relu'] * 3, ['relu'] * 2 + ['sigmoid']),
    (['relu'] * 3, ['relu'] * 2 + ['sigmoid']),
    (['relu'] * 3, ['relu'] * 3 + ['sigmoid']),
    (['relu'] * 2 + ['linear'] * 2, ['relu'] * 2 + ['sigmoid']))


@pytest.mark.parametrize('task', TASKS)
def test_structure(task):
    """Classes and activations of the layers, loss and optimizer, and auto"""
    encoder, decoder, auto = build(task)
    first, *rest = auto.layers
    assert isinstance(first, keras.layers.InputLayer)
    assert len(rest) == 2 and rest[0] is encoder and rest[1] is decoder
    for model, classes, activations in zip(
            (encoder, decoder), CLASSES[task], ACTIVATIONS[task]):
        assert [type(layer).__name__ for layer in model.layers] == classes
        assert [layer.activation.__name__ for layer in model.layers
                if hasattr(layer, 'activation')] == activations
    assert type(auto.optimizer).__name__ == 'Adam'
    if task < 3:
        assert auto.loss == 'binary_crossentropy'


def test_penalty():
    """The latent layer of task 1, and no other, is regularized"""
    models = build(1)[:2]
    found = [(layer, kind) for model in models for layer in model.layers
             for kind in ('activity_regularizer', 'kernel_regularizer',
                          'bias_regularizer')
             if getattr(layer, kind, None) is not None]
    latent = models[0].layers[-1]
    assert found == [(latent, 'activity_regularizer')]
    assert abs(float(latent.activity_regularizer.l1) - SMALL[1][3]) < 1e-8


def test_sampling_layer():
    """The layer that draws is given a list of mean and log variance"""
    encoder = build(3)[0]
    given = encoder.layers[-1].input
    assert isinstance(given, list) and len(given) == 2
    assert [tensor is layer.output for tensor, layer in zip(
        given, encoder.layers[-3:-1])] == [True, True]
