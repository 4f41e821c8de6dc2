#!/usr/bin/env python3
"""Saved models: in a fresh process they compute what they did, loss and all

Another program may import this file, to save models or to load them.
"""

import argparse
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from common import UserError, saving  # noqa: E402

keras = tf.keras
# As in the mains, but for a penalty that shows in the loss.
MODELS = {
    0: ('0-vanilla', (784, [128, 64], 32)),
    1: ('1-sparse', (784, [128, 64], 32, 0.1)),
    2: ('2-convolutional', ((28, 28, 1), [16, 8, 8], (4, 4, 8))),
    3: ('3-variational', (784, [512], 2)),
}
KINDS = ('encoder', 'decoder', 'auto')
# Not in TensorFlow before 2.12.
WHOLE_MODELS = hasattr(keras.Model, 'compile_from_config')


def kinds_rebuilt():
    """Lists the kinds of models that Keras can make again from their config

    All but on Keras 3.0, which fails where a model ends with a model.
    """
    inputs = keras.Input(shape=(1,))
    inner = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    try:
        keras.models.clone_model(keras.Model(inputs, inner(inputs)))
    except IndexError:
        return ('encoder', 'decoder')
    return KINDS


REBUILT = kinds_rebuilt()
# So small a deviation that the VAE's sample is the mean.
LOG_VAR = -80


def files_of(task):
    """Lists the files that are saved, in the order in which they are"""
    kinds = KINDS if WHOLE_MODELS else ()
    return ['{}.weights.h5'.format(task)] + [
        '{}-{}.keras'.format(task, kind) for kind in kinds]


def build(task):
    """Builds the models of a task with weights that repeat themselves

    Args:
        task: int, 0 to 3.

    Returns:
        list of three keras.Model: encoder, decoder, auto.
    """
    keras.backend.clear_session()
    name, arguments = MODELS[task]
    models = __import__(name).autoencoder(*arguments)
    rng = np.random.RandomState(task)
    models[2].set_weights([rng.normal(0, 0.1, weights.shape)
                           for weights in models[2].get_weights()])
    if task == 3:
        layer = models[0].get_layer('log_var')
        kernel, bias = layer.get_weights()
        layer.set_weights([0 * kernel, 0 * bias + LOG_VAR])
    return list(models)


def inputs_of(model):
    """Draws 16 inputs of a model, from 0 to 1"""
    shape = (16,) + tuple(model.input_shape[1:])
    return np.random.RandomState(9).uniform(size=shape).astype('float32')


def loss_of(auto):
    """Computes the loss of an autoencoder, on one batch"""
    images = inputs_of(auto)
    return auto.evaluate(images, images, batch_size=len(images), verbose=0)


def crossentropy_of(auto):
    """Computes the cross-entropy of each value, by NumPy"""
    images = inputs_of(auto)
    made = auto.predict(images, verbose=0).astype(float)
    return -(images * np.log(made) + (1 - images) * np.log(1 - made))


def outputs_of(models, name):
    """Computes what models predict

    Args:
        models: list of three keras.Model: encoder, decoder, auto.
        name: str, what to call them.

    Returns:
        dict of arrays, by the name, the kind of the model and the output.
    """
    found = {}
    for kind, model in zip(KINDS, models):
        outputs = model.predict(inputs_of(model), verbose=0)
        if not isinstance(outputs, list):
            outputs = [outputs]
        for index, output in enumerate(outputs):
            found['{} {} {}'.format(name, kind, index)] = output
    return found


def save(folder):
    """Saves all models as the mains do, and what they predict

    Args:
        folder: str, gets the folder `output` and the file saved.npz.
    """
    output, found = os.path.join(folder, 'output'), {}
    os.mkdir(output)
    for task in MODELS:
        models = build(task)
        saving.save(*models, argparse.Namespace(task=task, output=output))
        found.update(outputs_of(models, task))
        found['{} loss'.format(task)] = loss_of(models[2])
    np.savez(os.path.join(folder, 'saved.npz'), **found)


def load_weights():
    """Loads the weights of all models by the lines that the README has

    Leaves what the models predict in the file weights.npz.
    """
    found = {}
    for task, (name, arguments) in MODELS.items():
        encoder, decoder, auto = __import__(name).autoencoder(*arguments)
        auto.load_weights('output/{}.weights.h5'.format(task))
        found.update(outputs_of([encoder, decoder, auto], task))
    np.savez('weights.npz', **found)


def load_models():
    """Loads all whole models by the lines that the README has

    Leaves what the models predict, and their losses, in the file models.npz;
    and for each model of task 3 what Keras has made of it without the custom
    objects: '' if it has refused to.
    """
    found = {}
    for kind in ('encoder', 'auto'):
        try:
            model = keras.models.load_model('output/3-{}.keras'.format(kind))
        except Exception:
            found['loaded ' + kind] = ''
        else:
            # Keras 3.0 imports the task file by itself, if it finds it.
            encoder = model if kind == 'encoder' else model.layers[1]
            own = isinstance(encoder.layers[-1],
                             __import__('3-variational').Lambda)
            found['loaded ' + kind] = 'the same' if own else 'another'
    for task, (name, _) in MODELS.items():
        models = [keras.models.load_model(
            'output/{}-{}.keras'.format(task, kind),
            custom_objects=vars(__import__(name))) for kind in REBUILT]
        found.update(outputs_of(models, task))
        if 'auto' in REBUILT:
            found['{} loss'.format(task)] = loss_of(models[2])
    np.savez('models.npz', **found)


def call(function, folder, python=sys.executable):
    """Calls a function of this file in a fresh process

    Args:
        function: str, the call.
        folder: str, the working directory.
        python: str, the path of the interpreter.
    """
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(
        [os.path.join(ROOT, 'tests'), ROOT]))
    process = subprocess.Popen(
        [python, '-c', 'import test_saving; test_saving.' + function],
        cwd=folder, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, universal_newlines=True)
    printed, _ = process.communicate()
    assert process.returncode == 0, printed


def assert_same(folder, name, task, kinds=KINDS):
    """Compares what loaded models gave with what the saved ones gave

    Args:
        folder: str, where the files are.
        name: str, the name of the file of the loaded ones.
        task: int, 0 to 3.
        kinds: sequence of str, the kinds of models that were loaded.
    """
    saved = np.load(os.path.join(folder, 'saved.npz'))
    loaded = np.load(os.path.join(folder, name))
    names = [key for key in loaded.files if key.startswith(str(task))]
    assert {key.split()[1] for key in names} >= set(kinds)
    for key in names:
        np.testing.assert_allclose(loaded[key], saved[key], rtol=1e-6,
                                   atol=1e-6, err_msg=key)


@pytest.fixture(scope='module', name='folder')
def folder_of_models(tmp_path_factory):
    """Saves all models, loads them in fresh processes; gives the folder"""
    folder = str(tmp_path_factory.mktemp('saved'))
    save(folder)
    call('load_weights()', folder)
    if WHOLE_MODELS:
        call('load_models()', folder)
    return folder


@pytest.mark.parametrize('task', sorted(MODELS))
def test_loaded_models_predict_the_same(folder, task):
    """Models with loaded weights, and loaded models, are the saved ones"""
    names = [name for name in os.listdir(os.path.join(folder, 'output'))
             if re.match('{}.*[.]'.format(task), name)]
    assert sorted(names) == sorted(files_of(task))
    assert_same(folder, 'weights.npz', task)
    if WHOLE_MODELS:
        assert_same(folder, 'models.npz', task, REBUILT)


@pytest.mark.parametrize('kind', ['encoder', 'auto'])
def test_loading_a_vae_needs_its_code(folder, kind):
    """Without the custom objects nothing is loaded, rather than another"""
    if WHOLE_MODELS:
        loaded = np.load(os.path.join(folder, 'models.npz'))
        refused = [''] if 'auto' in REBUILT else ['', 'the same']
        assert str(loaded['loaded ' + kind]) in refused
    else:
        assert not os.path.exists(os.path.join(
            folder, 'output', '3-{}.keras'.format(kind)))


@pytest.mark.parametrize('task', sorted(MODELS))
def test_clones_predict_the_same_and_keep_the_loss(task):
    """Clones with the same weights are the same models"""
    models = build(task)
    with keras.utils.CustomObjectScope(vars(__import__(MODELS[task][0]))):
        clones = [keras.models.clone_model(model)
                  for _, model in zip(REBUILT, models)]
    for model, clone in zip(models, clones):
        clone.set_weights(model.get_weights())
    expected = outputs_of(models, 'model')
    for key, output in outputs_of(clones, 'model').items():
        np.testing.assert_allclose(output, expected[key], rtol=1e-6,
                                   atol=1e-6, err_msg=key)
    if 'auto' not in REBUILT:
        with pytest.raises(IndexError):
            keras.models.clone_model(models[2])
        return
    auto, clone = models[2], clones[2]
    clone.compile(optimizer='adam', loss=auto.loss)
    loss = loss_of(auto)
    if task == 1 and not tf.executing_eagerly():
        # TensorFlow 1.12 counts the penalty twice, but in a clone once.
        loss -= (loss - crossentropy_of(auto).mean()) / 2
    assert loss_of(clone) == pytest.approx(loss, rel=1e-5)


@pytest.mark.skipif('auto' not in REBUILT, reason='Keras cannot clone auto')
@pytest.mark.parametrize('task', [1, 3])
def test_loss_of_a_clone_has_both_terms(task):
    """The loss of a clone is the one that NumPy computes"""
    encoder, _, auto = build(task)
    with keras.utils.CustomObjectScope(vars(__import__(MODELS[task][0]))):
        clone = keras.models.clone_model(auto)
    clone.set_weights(auto.get_weights())
    clone.compile(optimizer='adam', loss=auto.loss)
    crossentropy = crossentropy_of(auto)
    if task == 1:
        # What the penalty weighs depends on the version of Keras.
        assert loss_of(clone) > 1.01 * crossentropy.mean(), 'no penalty'
        return
    _, mean, _ = encoder.predict(inputs_of(auto), verbose=0)
    divergence = -0.5 * (1 + LOG_VAR - np.square(mean) - np.exp(LOG_VAR))
    expected = crossentropy.sum(axis=1) + divergence.sum(axis=1)
    assert loss_of(clone) == pytest.approx(expected.mean(), rel=1e-5)


@pytest.mark.parametrize('name', files_of(0))
def test_what_cannot_be_written_is_named(name, tmp_path):
    """Where a file cannot stand, one line says so; nothing is half there"""
    (tmp_path / name).mkdir()
    before = files_of(0)[:files_of(0).index(name)]
    with pytest.raises(UserError) as caught:
        saving.save(*build(0), argparse.Namespace(
            task=0, output=str(tmp_path)))
    assert str(caught.value).startswith('{}: '.format(tmp_path / name))
    assert os.listdir(str(tmp_path / name)) == []
    left = sorted(set(os.listdir(str(tmp_path))) - {'0-unfinished'})
    assert left == sorted(before + [name])
