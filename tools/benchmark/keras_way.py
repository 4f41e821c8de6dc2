#!/usr/bin/env python3
"""Keras: the mains' own way to train, and plain fit of the same model"""

import tensorflow.keras as keras

import tools
from common import batches, training
from tools.benchmark import initial_weights


def build(task):
    """Builds the model of a task with the weights that all start from"""
    training.set_seed(0)
    auto = tools.build(task)[2]
    auto.set_weights(initial_weights(task))
    return auto


def pace(clock):
    """Makes the callback that times the epochs of a fit

    The first epoch's clock is started by who calls fit, so that it holds
    all that fit does before its first step.
    """
    def begin(epoch, logs=None):
        """Starts the clock of all epochs but the first"""
        if epoch:
            clock.start()

    def end(epoch, logs=None):
        """Stops the clock"""
        clock.stop(logs['loss'], logs['val_loss'])

    return keras.callbacks.LambdaCallback(on_epoch_begin=begin,
                                          on_epoch_end=end)


def ours(task, x_train, x_test, epochs, clock):
    """Trains as the mains do

    Args:
        task: int, 0 to 3.
        x_train: array (n, ...), the training images: uint8, and for `plain`
            and the ways without Keras float32 from 0 to 1.
        x_test: array (m, ...), the images of the validation.
        epochs: int, passes over x_train.
        clock: contender.Clock, to be started and stopped around each epoch.
    """
    auto = build(task)
    clock.start()
    training.speed_up(auto, len(x_train))
    # As training.Run does; fit would do it, and trace all once more.
    auto.optimizer.build(auto.trainable_variables)
    auto.fit(epochs=epochs, callbacks=[pace(clock)],
             **batches.for_fit(auto, x_train, x_test, epochs))


def bfloat16(task, x_train, x_test, epochs, clock):
    """Trains as `2-main.py --bfloat16`; the arguments are those of ours"""
    training.use_bfloat16()
    ours(task, x_train, x_test, epochs, clock)


def plain(task, x_train, x_test, epochs, clock):
    """Trains as the exercise's mains do; the arguments are those of ours"""
    auto = build(task)
    clock.start()
    auto.fit(x_train, x_train, epochs=epochs, batch_size=batches.SIZE,
             shuffle=True, validation_data=(x_test, x_test),
             callbacks=[pace(clock)])
