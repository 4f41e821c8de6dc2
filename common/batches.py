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
        auto: keras.Model, after speed_up; it can train on nothing else now.
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
    size = SIZE * int(getattr(auto, 'steps_per_execution', 1))
    auto.train_function = program(auto, auto.train_step, size)
    auto.test_function = program(auto, auto.test_step, size)

    def groups(array, orders):
        """Takes groups out of images, one while another is trained on"""
        options = tf.data.Options()
        # Its thread sleeps, and fit would wait: up to two seconds an epoch.
        options.autotune.enabled = False
        # Every thread that has made groups keeps the memory of some.
        options.threading.private_threadpool_size = 1
        # By NumPy: TensorFlow would have a copy of all images.
        return orders.flat_map(
            lambda order: tf.data.Dataset.range(0, len(array), size).map(
                lambda start: tf.numpy_function(
                    array.__getitem__, [order[start:start + size]],
                    array.dtype))).prefetch(1).with_options(options)

    # Keras' own order under the same seed, of one epoch after the other.
    orders = tf.data.Dataset.range(epochs).map(
        lambda _: tf.random.shuffle(tf.range(len(x_train), dtype=tf.int64)))
    # Keras 3 starts its data set anew for every epoch: all have one order.
    orders = (orders.take(1).cache().repeat() if features.is_keras_3() else
              orders.skip(done))
    as_they_are = tf.data.Dataset.from_tensors(tf.range(len(x_test))).repeat()
    return {'x': groups(x_train, orders), 'shuffle': False,
            'steps_per_epoch': -(-len(x_train) // SIZE),
            'validation_data': groups(x_test, as_they_are),
            'validation_steps': -(-len(x_test) // SIZE)}


def program(auto, step, size):
    """Makes what fit calls for a group: all its steps in one program

    Args:
        auto: keras.Model.
        step: method of auto, which takes a pair of inputs and targets.
        size: int, how many images a group has at most.

    Returns:
        function of an iterator of groups, which returns the metrics of auto.
    """
    import tensorflow as tf

    # Inside, TensorFlow would multiply by 1 / 255, which gives other bits.
    white = tf.constant(255.)

    @tf.function(jit_compile=getattr(auto, 'jit_compile', None),
                 autograph=False)
    def take_steps(batches, count):
        """Makes steps with the first of some batches of one size"""
        def take_next(index):
            """Makes one of them, with images that are their own targets"""
            batch = batches[index]
            if batch.dtype == tf.uint8:
                batch = tf.cast(batch, tf.float32) / white
            step((batch, batch))
            return [index + 1]

        tf.while_loop(lambda index: index < count, take_next, [0])
        return {metric.name: metric.result() for metric in auto.metrics}

    def take_group(iterator):
        """Makes a step with each batch, of which the last may be smaller"""
        images = next(iterator)
        count, rest = divmod(len(images), SIZE)
        shape = images.shape[1:]
        # For another number of batches XLA would compile anew.
        filled = tf.concat([images, tf.zeros(
            (size - len(images),) + shape, images.dtype)], 0)
        logs = take_steps(tf.reshape(filled, (size // SIZE, SIZE) + shape),
                          tf.constant(count))
        if rest:
            logs = take_steps(images[None, -rest:], tf.constant(1))
        return logs

    return take_group


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
