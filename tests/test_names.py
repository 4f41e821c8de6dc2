#!/usr/bin/env python3
"""The names of the models' inputs, which clients of a served model send

They are the same for every model, however many were built before it.
"""

import os

import numpy as np
import pytest
import tensorflow as tf

from common import features
from tests.support import FILES, SMALL, TASKS, build, images

NAMES = ('inputs', 'codes', 'inputs')


def served(model, path):
    """Saves a model to be served, and lists what a client must name

    Args:
        model: keras.Model.
        path: str, a folder that is not there yet.

    Returns:
        list of str, the names of its inputs.
    """
    if not features.is_eager():
        tf.contrib.saved_model.save_keras_model(model, path)
        with tf.Session(graph=tf.Graph()) as session:
            loaded = tf.saved_model.loader.load(
                session, ['serve'], os.path.join(path, os.listdir(path)[0]))
        return sorted(loaded.signature_def['serving_default'].inputs)
    if features.is_keras_3():
        model.export(path)
    else:
        model.save(path, save_format='tf')
    loaded = tf.saved_model.load(path).signatures['serving_default']
    return sorted(loaded.structured_input_signature[1])


# Newer versions of Keras take inputs by name, and warn of it.
@pytest.mark.filterwarnings('ignore:The structure of `inputs` does')
@pytest.mark.parametrize('task', TASKS)
def test_inputs_have_names_of_their_own(task):
    """A second model has the names of the first, and takes inputs by name"""
    build(task)
    three = __import__(FILES[task]).autoencoder(*SMALL[task])
    assert tuple(model.layers[0].name for model in three) == NAMES
    x = images(task, 8)
    # Of what the variational encoder gives, the last is not drawn.
    codes = three[0].predict(x, verbose=0)[-1 if task == 3 else slice(None)]
    for model, name, given in zip(three, NAMES, (x, codes)):
        one, other = [model.predict(each, verbose=0)[-1]
                      for each in (given, {name: given})]
        np.testing.assert_array_equal(one, other)
    three[2].fit({'inputs': x}, x, verbose=0)


@pytest.mark.skipif(features.backend() != 'tensorflow',
                    reason='TensorFlow runs nothing that the backend exports')
@pytest.mark.parametrize('task', (0, 2))
def test_served_models_have_these_names(task, tmp_path):
    """The signature of a SavedModel names the inputs so"""
    for part, name in enumerate(NAMES[:2]):
        model = __import__(FILES[task]).autoencoder(*SMALL[task])[part]
        assert served(model, str(tmp_path / name)) == [name]
