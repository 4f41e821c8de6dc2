#!/usr/bin/env python3
"""Models at work, on every runtime; and what the runtime itself means

Nothing here knows the exercise: the little reference models are made to ask
the runtime what it makes of a penalty and of the loss of an image.
"""

import functools
import inspect

import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

from grader import oracle


def array(tensor):
    """Turns a tensor of any backend into an array"""
    # Keras 3 alone has `ops`; there a tensor may be JAX's or PyTorch's.
    if hasattr(keras, 'ops'):
        return keras.ops.convert_to_numpy(tensor)
    return np.asarray(tensor)


def call(model, inputs):
    """Computes a model's output; a list of arrays where it has several"""
    # TensorFlow 1.12 has graphs only: there calling gives no values.
    if tf.executing_eagerly():
        outputs = model(np.asarray(inputs, 'float32'))
    else:
        outputs = model.predict_on_batch(np.asarray(inputs, 'float32'))
    if isinstance(outputs, (list, tuple)):
        return [array(output) for output in outputs]
    return array(outputs)


def loss_of(method, *arguments, **options):
    """Calls evaluate or train_on_batch and picks the loss of what it reports

    Raises:
        KeyError: if it reports values by name and none of them is the loss.
    """
    # By name where the runtime can (TensorFlow 2.2 and later): values that
    # a train_step adds may stand before the loss.
    if 'return_dict' in inspect.signature(method).parameters:
        return float(method(*arguments, return_dict=True, **options)['loss'])
    return float(np.ravel(method(*arguments, **options))[0])


def evaluate(auto, inputs):
    """Computes the loss that evaluate reports for one batch"""
    return loss_of(auto.evaluate, inputs, inputs, batch_size=len(inputs),
                   verbose=0)


def train_on_batch(auto, inputs):
    """Trains one step; returns the loss reported, that before the step"""
    # Later versions average over the calls since the last reset.
    getattr(auto, 'reset_metrics', int)()
    return loss_of(auto.train_on_batch, inputs, inputs)


def fit(auto, inputs):
    """Trains one step by fit; returns the loss reported"""
    history = auto.fit(inputs, inputs, batch_size=len(inputs), epochs=1,
                       shuffle=False, verbose=0)
    return float(history.history['loss'][0])


@functools.lru_cache(maxsize=None)
def penalty_factors(batch):
    """Measures what L1 activity regularisation adds to the loss

    Args:
        batch: int, the number of inputs.

    Returns:
        tuple of float, by which the sum of the absolute values over the
        batch is multiplied: where the whole is built of the encoder's own
        input, and where it has an input of its own. TensorFlow 1.12 counts
        the former twice; some versions divide by the size of the batch.
    """
    data = np.random.RandomState(0).rand(batch, 3).astype('float32')
    factors = []
    for shared in (True, False):
        inputs = keras.Input(shape=(3,))
        encoder = keras.Model(inputs, keras.layers.Dense(
            2, activity_regularizer=keras.regularizers.l1(1.0))(inputs))
        codes = keras.Input(shape=(2,))
        decoder = keras.Model(codes, keras.layers.Dense(3)(codes))
        own = inputs if shared else keras.Input(shape=(3,))
        auto = keras.Model(own, decoder(encoder(own)))
        auto.compile(optimizer='adam', loss='mse')
        penalty = evaluate(auto, data) - np.mean(
            (call(auto, data) - data) ** 2)
        factors.append(penalty / np.abs(call(encoder, data)).sum())
    return tuple(factors)


@functools.lru_cache(maxsize=None)
def image_factor(batch):
    """Measures by what the loss of images is multiplied

    TensorFlow 1.12 reports it times the size of the batch.
    """
    data = np.random.RandomState(0).rand(batch, 4, 4, 1).astype('float32')
    inputs = keras.Input(shape=(4, 4, 1))
    auto = keras.Model(inputs, keras.layers.Conv2D(
        1, (1, 1), activation='sigmoid')(inputs))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return evaluate(auto, data) / oracle.binary_crossentropy(
        data, call(auto, data)).mean()
