#!/usr/bin/env python3
"""What the tests share: small models, made images, mains that are started"""

import gc
import os
import runpy
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from common import ROOT, training
from grader import oracle
from tests import models
from tools import MODULES as FILES

keras = tf.keras
# Keras collects garbage whenever it clears its session. To search all that has
# been imported would take a quarter of the tests' time. Not in Python 3.6.
if hasattr(gc, 'freeze'):
    gc.freeze()  # novm
# For each task arguments of small models.
SMALL = (
    (40, [16, 8], 4),
    (40, [16, 8], 4, 0.01),
    ((12, 12, 1), [4, 3, 2], (2, 2, 2)),
    (40, [16, 8], 4),
)
# And of models with a hidden layer less, which are trained sooner.
TINY = ((40, [8], 4), (40, [8], 4, 1e-4), SMALL[2], (40, [8], 4))
TASKS = range(4)


def build(task, seed=7, arguments=None, setting=None):
    """Builds the models of a task, with the same weights at every call

    Args:
        task: int, 0 to 3.
        seed: int, the seed.
        arguments: tuple, those of autoencoder, if not the small ones.
        setting: function, sets what Keras forgets with its session.

    Returns:
        encoder, decoder, auto: keras.Models.
    """
    keras.backend.clear_session()
    if setting:
        setting()
    training.set_seed(seed)
    return __import__(FILES[task]).autoencoder(*arguments or SMALL[task])


def images(task, count):
    """Makes images for the small models of a task: bars or squares

    Args:
        task: int, 0 to 3.
        count: int, n.

    Returns:
        float32 array (n,) + input dims, in [0, 1].
    """
    rng = np.random.RandomState(count)
    if task == 2:
        made = np.zeros((count, 12, 12, 1), np.float32)
        for image, size in zip(made, rng.randint(2, 11, size=count)):
            image[1:1 + size, 1:1 + size] = rng.rand()
        return made
    levels = rng.rand(count, 1) > np.linspace(0, 1, SMALL[task][0])
    return levels.astype(np.float32)


def weigh(task, setting=None):
    """Builds the small models of a task with weights of some size

    They make the VAE's noise harmless: two of its four latent values have
    next to none, and its decoder ignores the others, whose deviation is 1.

    Args:
        task: int, 0 to 3.
        setting: function, as in `build`.

    Returns:
        encoder, decoder, auto: keras.Models.
    """
    encoder, decoder, auto = build(task, setting=setting)
    rng = np.random.RandomState(3)
    auto.set_weights([rng.normal(0, 0.3, np.shape(weight))
                      for weight in auto.get_weights()])
    if task == 3:
        layer = encoder.get_layer('log_var')
        kernel, _ = layer.get_weights()
        layer.set_weights([0 * kernel, np.array([-80, -80, 0, 0])])
        kernel, bias = decoder.layers[1].get_weights()
        kernel[2:] = 0
        decoder.layers[1].set_weights([kernel, bias])
    return encoder, decoder, auto


def compute(task, auto, x, shared=True):
    """Computes in NumPy what models give whose noise is harmless

    Args:
        task: int, 0 to 3.
        auto: keras.Model, one that `weigh` has built.
        x: array (n,) + input dims.
        shared: bool, whether auto's input is the encoder's own.

    Returns:
        latent, output: arrays, of task 3 the mean in place of the latent;
        loss: float.
    """
    weights = [np.asarray(each, 'float64') for each in auto.get_weights()]
    pairs = list(zip(weights[::2], weights[1::2]))
    steps = (oracle.encoder_of_images(3), oracle.decoder_of_images(3))
    if task != 2:
        steps = [oracle.dense_network(['relu', 'relu', last])
                 for last in ('linear' if task == 3 else 'relu', 'sigmoid')]
    latent = oracle.forward(steps[0], pairs[:3], x)
    output = oracle.forward(steps[1], pairs[4 if task == 3 else 3:], latent)
    losses = oracle.binary_crossentropy(x, output)
    if task == 3:
        losses = losses.sum(axis=1) + oracle.kl_divergence(
            latent, pairs[3][1]).sum(axis=1)
    loss = losses.mean()
    if task == 1:
        factor = models.penalty_factors(len(x))[0 if shared else 1]
        loss += factor * SMALL[1][3] * np.abs(latent).sum()
    if task == 2:
        loss *= models.image_factor(len(x))
    return latent, output, loss


def cannot_train(task):
    """Tells whether a task's model may not train here, as Keras is set

    Some processors train no convolution of PyTorch in bfloat16.
    """
    if task == 2 and getattr(keras.backend, 'backend', str)() == 'torch':
        return keras.layers.Conv2D(1, 1).compute_dtype == 'bfloat16'
    return fails(task)


def fails(task):
    """Tells whether Keras' own layer of a task fails, as it is set

    On Keras 3.0 to 3.8 the penalty of task 1 knows no floatx but float32.
    """
    if task != 1 or not tf.executing_eagerly():
        return False
    floatx = keras.backend.floatx()
    layer = keras.layers.Dense(
        1, activity_regularizer=keras.regularizers.l1(1.), dtype=floatx)
    try:
        layer(np.ones((1, 1), floatx))
    except tf.errors.InvalidArgumentError:
        return True
    return False


def start(task, *arguments, stdout=subprocess.PIPE, **settings):
    """Starts a main without a display, its output in pipes

    Args:
        task: int, 0 to 3.
        *arguments: its options, of any type.
        stdout: file, where its standard output goes, if not into a pipe.
        **settings: str, environment variables.

    Returns:
        subprocess.Popen, whose output is text.
    """
    hidden = ('DISPLAY', 'WAYLAND_DISPLAY', 'MPLBACKEND')
    environment = {name: value for name, value in os.environ.items()
                   if name not in hidden}
    environment.update(settings)
    return subprocess.Popen(
        [sys.executable, '-u', os.path.join(ROOT, '%d-main.py' % task)] +
        [str(argument) for argument in arguments], env=environment,
        stdin=subprocess.DEVNULL, stdout=stdout,
        stderr=subprocess.PIPE, universal_newlines=True)


def run(task, *arguments):
    """Runs a main in this process, where TensorFlow has been loaded already

    Args:
        task: int, 0 to 3.
        *arguments: its options, of any type.

    Raises:
        SystemExit: where the main ends with a status that is not 0.
    """
    keras.backend.clear_session()
    # An earlier main's, which its end would have closed.
    plt.close('all')
    name = '{}-main.py'.format(task)
    given, sys.argv = sys.argv, [name] + [str(each) for each in arguments]
    try:
        runpy.run_path(os.path.join(ROOT, name), run_name='__main__')
    finally:
        sys.argv = given
