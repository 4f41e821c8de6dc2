#!/usr/bin/env python3
"""Images on their way to fit: bytes, which its program makes batches of"""

import numpy as np

from common import data, features

SIZE = 256


def for_fit(auto, x_train, x_test, epochs, done=0):
    """Gives the images to fit in the form in which it takes them fastest

    The batches, and under one seed their order, are those of fit(x_train,
    x_train, batch_size=256, shuffle=True, validation_data=(x_test, x_test))
    with images from 0 to 1. Bytes become floats when they become a batch.

    Args:
        auto: keras.Model, after speed_up; from now on it takes nothing else.
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
    # Keras' own order under the same seed, of one epoch after the other.
    orders = tf.data.Dataset.range(epochs).map(
        lambda _: tf.random.shuffle(tf.range(len(x_train), dtype=tf.int64)))
    # Keras 3 starts its data set anew for every epoch: all have one order.
    orders = (orders.take(1).cache().repeat() if features.is_keras_3() else
              orders.skip(done))
    as_they_are = tf.data.Dataset.from_tensors(tf.range(len(x_test))).repeat()
    auto.train_function = program(auto, auto.train_step)
    auto.test_function = program(auto, auto.test_step)
    size = SIZE * int(getattr(auto, 'steps_per_execution', 1))
    return {'x': take(x_train, orders, size), 'shuffle': False,
            'steps_per_epoch': -(-len(x_train) // SIZE),
            'validation_data': take(x_test, as_they_are, size),
            'validation_steps': -(-len(x_test) // SIZE)}


def take(array, orders, size):
    """Takes groups out of images, one while another is trained on

    Args:
        array: array (n, ...), uint8, or float32 in [0, 1].
        orders: tf.data.Dataset of integer tensors (n,), the indices of the
            images in the order in which to take them.
        size: int, how many images are a group; the last one may be smaller.

    Returns:
        tf.data.Dataset of tensors (size, ...) of the array's type.
    """
    import tensorflow as tf

    options = tf.data.Options()
    # Fit would wait for the thread that tunes: it sleeps, for up to seconds.
    options.autotune.enabled = False
    # By NumPy: TensorFlow would have a copy of all images.
    return orders.flat_map(
        lambda order: tf.data.Dataset.range(0, len(array), size).map(
            lambda start: tf.numpy_function(
                array.__getitem__, [order[start:start + size]], array.dtype))
    ).prefetch(1).with_options(options)


def program(auto, step):
    """Makes what fit calls for a group: all its steps in one program

    Args:
        auto: keras.Model.
        step: method of auto, which takes a pair of inputs and targets.

    Returns:
        function of an iterator of groups, which returns the metrics of auto.
    """
    import tensorflow as tf

    # Inside, TensorFlow would multiply by 1 / 255, which gives other bits.
    white = tf.constant(255.)

    def take_step(batch):
        """Makes a step with images that are their own targets"""
        if batch.dtype == tf.uint8:
            batch = tf.cast(batch, tf.float32) / white
        step((batch, batch))

    @tf.function(jit_compile=getattr(auto, 'jit_compile', None),
                 autograph=False)
    def take_steps(images):
        """Makes a step with each batch, of which the last may be smaller"""
        count = images.shape[0] // SIZE
        whole, rest = images[:count * SIZE], images[count * SIZE:]
        if count:
            whole = tf.reshape(whole, (count, SIZE) + images.shape[1:])
            tf.while_loop(lambda i: i < count,
                          lambda i: take_step(whole[i]) or [i + 1], [0])
        if rest.shape[0]:
            take_step(rest)
        return {metric.name: metric.result() for metric in auto.metrics}

    return lambda iterator: take_steps(next(iterator))


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
