#!/usr/bin/env python3
"""Trains small models on two devices, or on one: a program

`python -m tests.devices WAY TASK...` trains in a way, 'one', 'mirrored',
'workers' or 'parallel', and prints the losses. It is started anew for each,
since two strategies in one process can wait for each other for ever.
"""

import functools
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import pytest
import tensorflow as tf

from common import ROOT
from grader import oracle
from tests import models
from tests.support import FILES, SMALL, images, keras

SECONDS = 300
# A large part of the loss, as is the KL divergence.
LAMBTHA = 0.1
LOG_VAR = 3


def strategy_of(way):
    """Makes the strategy of a way to train, on two devices unless 'one'"""
    if way == 'mirrored':
        config = tf.config.experimental
        config.set_virtual_device_configuration(
            config.list_physical_devices('CPU')[0],
            [config.VirtualDeviceConfiguration()] * 2)
        return tf.distribute.MirroredStrategy(['CPU:0', 'CPU:1'])
    if way == 'workers':
        return tf.distribute.MultiWorkerMirroredStrategy()
    if way == 'parallel':
        distribution = keras.distribution.DataParallel()
        assert distribution.device_mesh.shape == (2,)
        keras.distribution.set_distribution(distribution)
    return tf.distribute.get_strategy()


def elbo_loss(weights, x):
    """Computes the loss of the small VAE without noise, in NumPy

    Args:
        weights: list of arrays, the model's.
        x: array (n, input_dims), the inputs.

    Returns:
        tuple of two float, the reconstruction term and the KL divergence.
    """
    layers = list(zip(weights[::2], weights[1::2]))
    hidden = oracle.forward(oracle.dense_network(['relu', 'relu']),
                            layers[:2], np.float64(x))
    mean, log_var = [oracle.forward([('dense', 0, 'linear')], [layer], hidden)
                     for layer in layers[2:4]]
    y = oracle.forward(oracle.dense_network(['relu', 'relu', 'sigmoid']),
                       layers[4:], mean)
    return (oracle.binary_crossentropy(x, y).sum(axis=1).mean(),
            oracle.kl_divergence(mean, log_var).sum(axis=1).mean())


def train(task, strategy):
    """Trains a small model of a task, from the same weights at every call

    Args:
        task: int, 0 to 3.
        strategy: tf.distribute.Strategy.

    Returns:
        dict: `losses`, a list of float: before, and after each epoch; for
        task 3 `numpy`, the terms of the loss before.
    """
    arguments = SMALL[task]
    if task == 1:
        # A sum over the part of a batch that a replica has is smaller.
        sums = models.penalty_factors(4)[0] == pytest.approx(1)
        replicas = strategy.num_replicas_in_sync if sums else 1
        arguments = arguments[:3] + (LAMBTHA * replicas,)
    module = __import__(FILES[task])
    with strategy.scope():
        encoder, _, auto = module.autoencoder(*arguments)
    # Some versions report what a single device has lost. So the losses are
    # those of a model that has the same weights, on one device.
    judge, _, judged = module.autoencoder(*SMALL[task][:3] + (
        (LAMBTHA,) if task == 1 else ()))
    if task == 3:
        # Each device draws noise of its own.
        for model in (encoder, judge):
            model.layers[-1].noise.stddev = 0.
    rng = np.random.RandomState(task)
    auto.set_weights([0.4 * rng.normal(size=np.shape(weight))
                      for weight in auto.get_weights()])
    x = images(task, 512)
    result = {'losses': []}
    if task == 3:
        kernel, bias = encoder.get_layer('log_var').get_weights()
        encoder.get_layer('log_var').set_weights([kernel, bias + LOG_VAR])
        result['numpy'] = elbo_loss(auto.get_weights(), x)
    for epoch in range(3):
        if epoch:
            auto.fit(x, x, epochs=1, batch_size=128, shuffle=False, verbose=0)
        judged.set_weights(auto.get_weights())
        result['losses'].append(float(judged.evaluate(
            x, x, batch_size=128, verbose=0)))
    return result


def start(way, tasks, python=sys.executable, environments=({},)):
    """Trains in processes of their own, which do not outlive the call

    Args:
        way: str, 'one', 'mirrored', 'workers' or 'parallel'.
        tasks: iterable of int.
        python: str, the interpreter.
        environments: list of dict, for each process what its environment
            has besides.

    Returns:
        list, for each process a dict of what `train` returns by task, as str.
    """
    processes, results = [], []
    files = [tempfile.TemporaryFile('w+') for _ in environments]
    try:
        for file, environment in zip(files, environments):
            processes.append(subprocess.Popen(
                [python, '-m', 'tests.devices', way] +
                [str(task) for task in tasks], cwd=ROOT, stdout=file,
                stderr=subprocess.STDOUT, env=dict(
                    os.environ, CUDA_VISIBLE_DEVICES='-1',
                    JAX_PLATFORMS='cpu',
                    XLA_FLAGS='--xla_force_host_platform_device_count=2',
                    **environment)))
        for file, process in zip(files, processes):
            try:
                status = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                status = 'none after {} s'.format(SECONDS)
            file.seek(0)
            output = file.read()
            assert status == 0, '{}: status {}\n{}'.format(
                way, status, output[-4000:])
            results.append(json.loads(output.split('losses of tasks:')[1]
                                      .split('\n')[0]))
    finally:
        for process in processes:
            process.kill()
            process.wait()
        for file in files:
            file.close()
    return results


@functools.lru_cache(None)
def alone(tasks, python=sys.executable, backend=None):
    """Trains on one device, once for all tests, see start"""
    environment = {'KERAS_BACKEND': backend} if backend else {}
    return start('one', tasks, python, [environment])[0]


def difference(received, expected):
    """Compares losses of a task and tells how far apart they are

    Args:
        received: dict, what `train` returns, on two devices.
        expected: dict, the same, on one.

    Returns:
        float, the largest relative difference.
    """
    losses, ones = received['losses'], expected['losses']
    assert ones[-1] < 0.99 * ones[0], 'nothing was learnt: {}'.format(ones)
    np.testing.assert_allclose(losses, ones, rtol=1e-2, err_msg=(
        'the losses are not those of one device'))
    if 'numpy' in received:
        reconstruction, divergence = received['numpy']
        assert divergence > 5 * reconstruction, 'the KL term decides nothing'
        np.testing.assert_allclose(
            losses[0], reconstruction + divergence, rtol=1e-3,
            err_msg='the loss is not reconstruction term plus KL term')
    return max(abs(loss / one - 1) for loss, one in zip(losses, ones))


if __name__ == '__main__':
    strategy = strategy_of(sys.argv[1])
    results = {task: train(int(task), strategy) for task in sys.argv[2:]}
    print('\nlosses of tasks:', json.dumps(results))
