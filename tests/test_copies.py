#!/usr/bin/env python3
"""Copies: every way of Keras to copy or save a model gives the same model

Importing the task file is enough; TensorFlow before 2.1, which cannot register
what is in it, is given its names as custom objects.
"""

import copy
import importlib
import json
import os
import pickle

import numpy as np
import pytest
import tensorflow as tf

from common import features
from grader import oracle
from tests import models, saved
from tests.saved import KINDS
from tests.support import FILES, SMALL, TASKS, compute, images, keras, weigh

REGISTERS = hasattr(keras.utils, 'register_keras_serializable')
REBUILT = saved.kinds_rebuilt()


def rebuild(make):
    """Gives a way to copy that makes a model anew and sets its weights"""
    def way(model, *_):
        """Copies a model, and compiles the copy if it was compiled"""
        made = make(model)
        made.set_weights(model.get_weights())
        if getattr(model, 'optimizer', None):
            made.compile(optimizer='adam', loss=model.loss)
        return made
    return way


def save_as(ending, **options):
    """Gives a way to copy through a file, or a folder, of a format"""
    def way(model, path, _):
        """Saves a model and loads it"""
        model.save(path + ending, **options)
        return keras.models.load_model(path + ending)
    return way


def save_weights(model, path, build):
    """Saves the weights and loads them into a model built anew"""
    model.save_weights(path + '.weights.h5')
    made = build()
    made.load_weights(path + '.weights.h5')
    return made


def export(model, path, _):
    """Saves what Keras 3 and TensorFlow 1.12 have other names for"""
    if features.is_keras_3():
        model.export(path)
        return tf.saved_model.load(path)
    module = tf.contrib.saved_model
    module.save_keras_model(model, path)
    return rebuild(lambda _: module.load_keras_model(
        os.path.join(path, os.listdir(path)[0])))(model)


WAYS = {
    'deepcopy': lambda model, *_: copy.deepcopy(model),
    'pickle': lambda model, *_: pickle.loads(pickle.dumps(model)),
    'clone': rebuild(keras.models.clone_model),
    'JSON': rebuild(lambda model: keras.models.model_from_json(
        model.to_json())),
    '.keras': save_as('.keras'),
    '.h5': save_as('.h5'),
    'weights': save_weights,
    'SavedModel': (export if features.is_keras_3() or not features.is_eager()
                   else save_as('', save_format='tf')),
}


def cannot(way, kind):
    """Says why this runtime cannot copy any model so, or gives None"""
    if way in ('deepcopy', 'pickle') and not saved.can_pickle():
        return 'Keras cannot pickle models'
    if (way in ('clone', 'JSON', '.keras', '.h5') and kind not in REBUILT):
        return 'Keras 3.0 cannot make or save a model that ends with a model'
    if way == 'SavedModel' and features.backend() != 'tensorflow':
        return 'TensorFlow runs nothing that this backend exports'
    if way == 'SavedModel' and kind == 'auto' and not features.is_eager():
        return 'TensorFlow 1.12 cannot save a compiled model of models'
    return None


def plain(kind):
    """Builds a model without anything of ours, 'auto' one of models"""
    inputs = keras.Input(shape=(2,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    if kind == 'auto':
        last = keras.Input(shape=(2,))
        decoder = keras.Model(last, keras.layers.Dense(2)(last))
        model = keras.Model(inputs, decoder(model(inputs)))
        model.compile(optimizer='adam', loss='mse')
    return model


def call(model, inputs):
    """Computes the outputs of a model, or of what was exported, as a list"""
    if not isinstance(model, keras.Model):
        return [np.asarray(each) for each in tf.nest.flatten(
            model.serve(inputs))]
    outputs = models.call(model, inputs)
    return outputs if isinstance(outputs, list) else [outputs]


@pytest.fixture(scope='module', params=TASKS)
def originals(request):
    """Builds the models of a task once for all ways: task, three models"""
    return request.param, weigh(request.param)


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('way', WAYS)
def test_copy_is_the_same(originals, way, kind, tmp_path):
    """A copy has the outputs and the loss of the original, noise and all"""
    task, three = originals
    reason = cannot(way, kind)
    if reason:
        with pytest.raises(Exception):
            call(WAYS[way](plain(kind), str(tmp_path / 'plain'), None),
                 np.ones((1, 2), 'float32'))
        pytest.skip(reason)
    index = KINDS.index(kind)
    model, module = three[index], __import__(FILES[task])
    with keras.utils.CustomObjectScope({} if REGISTERS else vars(module)):
        made = WAYS[way](model, str(tmp_path / 'model'), lambda: module.
                         autoencoder(*SMALL[task])[index])
    assert made is not model
    inputs = images(task, 64) if kind != 'decoder' else np.random.RandomState(
        9).uniform(size=(64,) + model.input_shape[1:]).astype('float32')
    received, expected = call(made, inputs), call(model, inputs)
    if len(expected) == 3:
        sample, mean, _ = received
        again = call(made, inputs)[0]
        noise = np.stack([sample - mean, again - mean])[:, :, 2:]
        assert oracle.normal_distance(noise) < oracle.SURE
        assert np.abs(noise[0] - noise[1]).mean() > 0.5, 'drawn once'
        received[0], expected[0] = sample[:, :2], expected[0][:, :2]
    assert len(received) == len(expected)
    for one, other in zip(received, expected):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    # TensorFlow 2.0 loses what layers add to the loss in a SavedModel.
    lost = way == 'SavedModel' and not REGISTERS and task in (1, 3)
    if kind == 'auto' and isinstance(made, keras.Model) and not lost:
        made.run_eagerly = True
        # TensorFlow 1.12 counts the penalty of task 1 twice, in a model made
        # of its configuration once.
        assert models.evaluate(made, inputs) == pytest.approx(compute(
            task, model, inputs, shared=way == 'weights')[2], rel=1e-5)


@pytest.mark.skipif(not REGISTERS, reason='Keras has no register')
def test_names_are_ours_alone():
    """A file imported anew is registered anew, and others' names stay theirs

    Others have a reconstruction_loss as well, and Lambda is Keras' own.
    """
    def reconstruction_loss(y_true, y_pred):
        """Is not ours"""

    module = __import__(FILES[3])
    keras.utils.register_keras_serializable('others')(reconstruction_loss)
    importlib.reload(module)
    encoder, _, auto = module.autoencoder(*SMALL[3])
    made = keras.models.model_from_json(encoder.to_json())
    assert type(made.layers[-1]) is module.Lambda
    # Before 3.7, Keras' own format keeps the name of a function alone.
    if not cannot('pickle', 'auto') and 'autoencoders>' in str(
            keras.losses.serialize(auto.loss)):
        assert copy.deepcopy(auto).loss is module.reconstruction_loss
    keras.utils.get_custom_objects().pop('others>reconstruction_loss')
    inputs = keras.Input(shape=(2,))
    made = keras.models.clone_model(keras.Model(inputs, keras.layers.Lambda(
        keras.activations.relu)(inputs)))
    assert type(made.layers[-1]) is keras.layers.Lambda


def test_layer_of_an_earlier_version_loads():
    """Its files name a function, and the dtype of the layers around it"""
    encoder, decoder, auto = weigh(3)
    config = json.loads(encoder.to_json())
    config['config']['layers'][-1]['config'].update(
        function=None, dtype='float64')
    with keras.utils.CustomObjectScope(
            {} if REGISTERS else vars(__import__(FILES[3]))):
        made = keras.models.model_from_json(json.dumps(config))
    made.set_weights(encoder.get_weights())
    whole = keras.Model(made.inputs[0], decoder(made(made.inputs[0])[0]))
    whole.compile(optimizer='adam', loss=auto.loss)
    whole.run_eagerly = True
    inputs = images(3, 8)
    assert models.evaluate(whole, inputs) == pytest.approx(
        compute(3, auto, inputs)[2], rel=1e-5)
