#!/usr/bin/env python3
"""Saves models, or loads them: a program, so that it is a fresh process

`python -m tests.saved save FOLDER` saves models of all tasks as the mains do
and what they predict; `... load FOLDER` loads them as docs/using.md says, and
saves what those predict; `... weights FOLDER` loads weights alone, which
another runtime may have saved.
"""

import argparse
import os
import pickle
import subprocess
import sys

import numpy as np

from common import ROOT, features, saving
from tests.support import FILES, TASKS, build, keras
from tools import ARGUMENTS

# What the mains build, but for a penalty that shows in the loss.
SPARSE = ARGUMENTS[1][:3] + (0.1,)
KINDS = ('encoder', 'decoder', 'auto')
# So small a deviation that the VAE's sample is the mean.
LOG_VAR = -80


def arguments_of(task):
    """Gives the arguments of a task's models"""
    return SPARSE if task == 1 else ARGUMENTS[task]


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


def can_pickle():
    """Tells whether Keras can pickle models"""
    return keras.Model.__reduce__ is not object.__reduce__


def models_of(task):
    """Builds the models of a task with weights that repeat themselves

    Args:
        task: int, 0 to 3.

    Returns:
        list of three keras.Model: encoder, decoder, auto.
    """
    models = build(task, arguments=arguments_of(task))
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


def outputs_of(models, name):
    """Computes what models predict

    Args:
        models: list of keras.Model: encoder, decoder and, if any, auto.
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
    """Saves all models as the mains do, pickles them, and what they predict

    Args:
        folder: str, gets the folder `output`, the file saved.npz and, where
            Keras can pickle models, a file for each task.
    """
    output, found = os.path.join(folder, 'output'), {}
    os.mkdir(output)
    for task in TASKS:
        models = models_of(task)
        saving.save(*models, losses={'loss': [], 'val_loss': []},
                    options=argparse.Namespace(task=task, output=output))
        found.update(outputs_of(models, task))
        found['{} loss'.format(task)] = loss_of(models[2])
        if can_pickle():
            path = os.path.join(folder, '{}.pickle'.format(task))
            with open(path, 'wb') as file:
                pickle.dump(models, file)
    np.savez(os.path.join(folder, 'saved.npz'), **found)


def load_model(folder, task, kind):
    """Loads a model from a file in Keras' own format"""
    return keras.models.load_model(os.path.join(
        folder, 'output', '{}-{}.keras'.format(task, kind)))


def unpickle(folder, task):
    """Loads the pickled models of a task: encoder, decoder, auto"""
    with open(os.path.join(folder, '{}.pickle'.format(task)), 'rb') as file:
        return pickle.load(file)


def load_unknown(folder):
    """Loads models of task 3 before its file has been imported

    Args:
        folder: str, what save was given.

    Returns:
        dict, for each 'loaded KIND': '', or whose the layer is.
    """
    loaders = {}
    if features.can_save_models():
        loaders['encoder'] = lambda: load_model(folder, 3, 'encoder')
        loaders['auto'] = lambda: load_model(folder, 3, 'auto').layers[1]
    if can_pickle():
        loaders['pickle'] = lambda: unpickle(folder, 3)[0]
    found = {}
    for kind, loader in sorted(loaders.items()):
        try:
            encoder = loader()
        except Exception:
            found['loaded ' + kind] = ''
        else:
            # Keras 3.0 imports the task file by itself, if it finds it.
            own = isinstance(encoder.layers[-1],
                             __import__(FILES[3]).Lambda)
            found['loaded ' + kind] = 'the same' if own else 'another'
    return found


def load(folder):
    """Loads all models by the lines that docs/using.md has

    Leaves what they predict, and their losses, in the files weights.npz and,
    where Keras can, models.npz and pickles.npz; and in unknown.npz for each
    model of task 3 what Keras has made of it before the task file was
    imported: '' if it has refused to.

    Args:
        folder: str, what save was given.
    """
    np.savez(os.path.join(folder, 'unknown.npz'), **load_unknown(folder))
    load_weights(folder)
    if features.can_save_models():
        rebuilt = kinds_rebuilt()
        keep(folder, 'models.npz', lambda task: [
            load_model(folder, task, kind) for kind in rebuilt])
    if can_pickle():
        keep(folder, 'pickles.npz', lambda task: unpickle(folder, task))


def keep(folder, name, loader):
    """Saves what loaded models predict and their losses

    Args:
        folder: str, where.
        name: str, the name of the file.
        loader: function of the task, gives encoder, decoder and, if any, auto.
    """
    found = {}
    for task in TASKS:
        models = loader(task)
        found.update(outputs_of(models, task))
        if len(models) == len(KINDS):
            found['{} loss'.format(task)] = loss_of(models[2])
    np.savez(os.path.join(folder, name), **found)


def load_weights(folder):
    """Loads the weights of all tasks into models just built

    Leaves what they predict, and their losses, in the file weights.npz.

    Args:
        folder: str, what save was given.
    """
    def loader(task):
        """Builds the models of a task and loads their weights"""
        models = __import__(FILES[task]).autoencoder(*arguments_of(task))
        models[2].load_weights(os.path.join(
            folder, 'output', '{}.weights.h5'.format(task)))
        return models

    keep(folder, 'weights.npz', loader)


def call(action, folder, python=sys.executable):
    """Saves or loads in a fresh process

    Args:
        action: str, 'save', 'load' or 'weights'.
        folder: str, where the files are.
        python: str, the path of the interpreter.
    """
    process = subprocess.Popen(
        [python, '-m', 'tests.saved', action, folder], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True)
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


if __name__ == '__main__':
    {'save': save, 'load': load, 'weights': load_weights}[sys.argv[1]](
        sys.argv[2])
