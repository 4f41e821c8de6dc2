#!/usr/bin/env python3
"""Images on their way to fit: batches of floats, made of bytes as they go"""

import numpy as np

from common import data, features

SIZE = 256
# How many batches are taken out of the images at a time.
TAKEN = 16


def for_fit(x_train, x_test, epochs, done=0):
    """Gives the images to fit in the form in which it takes them fastest

    The batches, and under one seed their order, are those of fit(x_train,
    x_train, batch_size=256, shuffle=True, validation_data=(x_test, x_test))
    with images from 0 to 1. Bytes become floats when they become a batch.

    Args:
        x_train: array (n, ...), uint8, or float32 in [0, 1], inputs that are
            their own targets.
        x_test: array (m, ...), the same for the validation.
        epochs: int, passes over x_train.
        done: int, how many of them a resumed training has done.

    Returns:
        dict, arguments of fit.
    """
    import tensorflow as tf

    if features.backend() != 'tensorflow' or not features.can_stop_tuning():
        x_train, x_test = map(
            data.scale if features.backend() == 'tensorflow' else
            lambda array: array.view(Scaled), (x_train, x_test))
        return {'x': x_train, 'y': x_train, 'batch_size': SIZE,
                'shuffle': True, 'validation_data': (x_test, x_test)}
    # Keras 3 starts a data set anew for every epoch, its own too: under one
    # seed all epochs have one order. Keras 2 draws the order of one epoch
    # after that of another; those of epochs that are done are skipped.
    anew = features.is_keras_3()
    drawn = range(1) if anew else range(done, epochs)

    # Here and below: AutoGraph has nothing to convert, and takes 0.1 s for it.
    @tf.autograph.experimental.do_not_convert
    def order(_):
        """Draws the order of an epoch, Keras' own under the same seed"""
        return tf.random.shuffle(tf.range(len(x_train), dtype=tf.int64))

    orders = tf.data.Dataset.range(drawn.stop).map(order).skip(drawn.start)
    as_they_are = tf.data.Dataset.from_tensors(
        tf.range(len(x_test), dtype=tf.int64))
    return {'x': take(x_train, orders, len(drawn)), 'shuffle': False,
            'steps_per_epoch': None if anew else -(-len(x_train) // SIZE),
            'validation_data': take(x_test, as_they_are, 1)}


def take(array, orders, count):
    """Takes batches out of images, while others are trained on

    Args:
        array: array (n, ...), uint8, or float32 in [0, 1].
        orders: tf.data.Dataset of int64 tensors (n,), the indices of the
            images in the order in which to take them.
        count: int, how many orders there are.

    Returns:
        tf.data.Dataset of pairs of one float32 tensor (batch, ...) in
        [0, 1], the inputs that are their own targets.
    """
    import tensorflow as tf

    whole = len(array) // SIZE * SIZE

    @tf.autograph.experimental.do_not_convert
    def cut(order):
        """Cuts an order into those of batches, several at a time"""
        indices = tf.data.Dataset.from_tensor_slices(
            tf.reshape(order[:whole], (-1, SIZE))).batch(TAKEN)
        if whole < len(array):
            indices = indices.concatenate(
                tf.data.Dataset.from_tensors(order[None, whole:]))
        return indices

    @tf.autograph.experimental.do_not_convert
    def gather(indices):
        """Takes batches by NumPy: TensorFlow would have a copy of all images

        Several at a time: each call of Python takes as long as one of them.
        """
        taken = tf.numpy_function(array.__getitem__, [indices], array.dtype)
        taken.set_shape((None, None) + array.shape[1:])
        return taken

    @tf.autograph.experimental.do_not_convert
    def pair(batch):
        """Makes a batch, once for inputs and targets"""
        if array.dtype == np.uint8:
            # The same bits as those of data.scale, and sooner.
            batch = tf.cast(batch, tf.float32) / 255
        return batch, batch

    options = tf.data.Options()
    # Between epochs TensorFlow would wait until the thread that tunes the
    # data set wakes up: a third of a second, or two.
    options.autotune.enabled = False
    # It would take time to rewrite the data set, and nothing is gained.
    options.experimental_optimization.apply_default_optimizations = False
    return orders.flat_map(cut).map(gather).unbatch().map(pair).apply(
        tf.data.experimental.assert_cardinality(
            count * -(-len(array) // SIZE))).prefetch(2).with_options(options)


class Scaled(np.ndarray):
    """Images of which Keras gets floats, batch by batch

    On JAX and PyTorch it takes batches out of arrays by indexing.

    Attributes:
        taken: the last indices, and what they took.
    """

    taken = None, None

    def __getitem__(self, indices):
        """Takes images, float32 in [0, 1], once for inputs and targets"""
        if self.taken[0] is not indices:
            self.taken = indices, data.scale(self.view(np.ndarray)[indices])
        return self.taken[1]
