#!/usr/bin/env python3
"""The training of the four mains: seed, speed, losses, Ctrl-C"""

import os
import signal

from common import UserError, files, unfinished

BATCH = 256


def seed_everything(seed):
    """Makes initial weights, shuffling and noise repeatable

    Args:
        seed: int, the seed of every random generator in use.
    """
    import numpy as np
    import tensorflow as tf

    if hasattr(tf.keras.utils, 'set_random_seed'):
        tf.keras.utils.set_random_seed(seed)
    else:
        # TensorFlow before 2.7, whose own function has changed its name.
        np.random.seed(seed)
        (getattr(tf.random, 'set_seed', None) or tf.set_random_seed)(seed)


def use_bfloat16():
    """Has TensorFlow compute in bfloat16 what oneDNN does faster so

    That is convolutions and what stands between them; weights stay float32.

    Raises:
        UserError: if the runtime has no such setting.
    """
    import tensorflow as tf

    name = 'auto_mixed_precision_onednn_bfloat16'
    # TensorFlow takes a setting that it does not know without a word.
    if tf.keras.backend.backend() == 'tensorflow' and hasattr(tf, 'config'):
        options = tf.config.optimizer
        options.set_experimental_options({name: True})
        if name in options.get_experimental_options():
            return
    raise UserError('--bfloat16 needs Keras on a TensorFlow that has the '
                    'setting {}'.format(name))


def hasten(auto, images):
    """Sets what makes the training of a model faster, where it exists

    The first setting leaves the losses of a plain fit under the same seed as
    they are, to the last digit. The second one rounds sums otherwise, and
    has layers of noise draw other noise from the same seed.

    Args:
        auto: keras.Model, compiled and not trained before.
        images: array (n, ...), what it will be trained on.
    """
    import tensorflow as tf

    keras = tf.keras
    backend = keras.backend.backend()
    # Not in Keras 2.11 and before, and refused on PyTorch. A fifth of an
    # epoch in one go: the progress bar and Ctrl-C wait no longer than that.
    if hasattr(auto, 'steps_per_execution') and backend != 'torch':
        auto.steps_per_execution = max(1, -(-len(images) // BATCH) // 5)
    # Not in Keras 2.11 and before. On JAX, PyTorch and a GPU it is left to
    # Keras. On a CPU Keras does without XLA, which makes dense layers faster
    # and convolutions slower.
    if (hasattr(auto, 'jit_compile') and backend == 'tensorflow' and
            tf.test.is_built_with_xla() and
            not tf.config.list_physical_devices('GPU') and
            not any(isinstance(layer, keras.layers.Conv2D)
                    for model in auto.layers[1:] for layer in model.layers)):
        auto.jit_compile = True


def feed(x_train, x_test, epochs, done):
    """Puts images into the form in which fit takes them fastest

    Args:
        x_train: float32 array (n, ...), inputs that are their own targets.
        x_test: float32 array (m, ...), the same for the validation.
        epochs: int, passes over x_train.
        done: int, how many of them a resumed training has done.

    Returns:
        dict, arguments of fit that say what Keras is to train on.
    """
    import tensorflow as tf

    # Not in TensorFlow before 2.7.
    if (tf.keras.backend.backend() != 'tensorflow' or
            not hasattr(tf.data.Options(), 'autotune')):
        return {'x': x_train, 'y': x_train, 'batch_size': BATCH,
                'shuffle': True, 'validation_data': (x_test, x_test)}
    # One copy in TensorFlow's memory for inputs and targets. On a GPU's
    # machine too batches are put together in the main memory.
    with tf.device('CPU'):
        x_train, x_test = map(tf.convert_to_tensor, (x_train, x_test))
    steps = -(-len(x_train) // BATCH)
    # Keras 3 starts a pipeline anew for every epoch, its own too: under one
    # seed all epochs have one order. Keras 2 draws the order of one epoch
    # after that of another; those of epochs that are done are skipped.
    anew = hasattr(tf.keras, 'ops')
    epochs = range(1) if anew else range(done, epochs)

    def order(_):
        """Draws the order of an epoch, Keras' own under the same seed"""
        return tf.random.shuffle(tf.range(len(x_train), dtype=tf.int64))

    def take(indices):
        """Takes a batch out of the images, once for inputs and targets"""
        batch = tf.gather(x_train, indices)
        return batch, batch

    orders = tf.data.Dataset.range(epochs.stop).map(order).skip(epochs.start)
    batches = orders.flat_map(cut).map(take).apply(
        tf.data.experimental.assert_cardinality(len(epochs) * steps))
    return {'x': ready(batches), 'shuffle': False,
            'steps_per_epoch': None if anew else steps,
            'validation_data': ready(
                cut(x_test).map(lambda batch: (batch, batch)))}


def cut(array):
    """Cuts an array into batches

    Args:
        array: tf.Tensor (n, ...).

    Returns:
        tf.data.Dataset of tensors (batch, ...).
    """
    import tensorflow as tf

    return tf.data.Dataset.range(0, len(array), BATCH).map(
        lambda start: array[start:start + BATCH])


def ready(pipeline):
    """Has batches made while others are trained on, and nothing else done

    Args:
        pipeline: tf.data.Dataset.

    Returns:
        tf.data.Dataset of the same batches.
    """
    import tensorflow as tf

    options = tf.data.Options()
    # Between epochs TensorFlow would wait until the thread that tunes the
    # pipeline wakes up: a third of a second, or two.
    options.autotune.enabled = False
    # To rewrite the pipeline it would copy the images into it.
    options.experimental_optimization.apply_default_optimizations = False
    return pipeline.prefetch(2).with_options(options)


def train(auto, x_train, x_test, options):
    """Trains an autoencoder, or goes on where a run was stopped

    While it trains, the state of the training is kept in the output folder
    (see common/unfinished.py) where the runtime can go back to it. At the end
    the losses of every epoch are written there, as N-losses.csv.

    Args:
        auto: keras.Model, the compiled autoencoder.
        x_train: float32 array (n, ...), inputs that are their own targets.
        x_test: float32 array (m, ...), the same for the validation.
        options: argparse.Namespace, the options of the main.

    Returns:
        dict of lists of float: 'loss' and 'val_loss' of every epoch.

    Raises:
        UserError: if what there is to resume is damaged or another run's, if
            this runtime cannot resume, or if the output folder takes neither
            the state nor the losses.
    """
    import tensorflow.keras as keras

    losses = os.path.join(options.output,
                          '{}-losses.csv'.format(options.task))
    state = unfinished.Unfinished(
        unfinished.folder_of(options),
        unfinished.identity_of(options, x_train, x_test))
    callbacks = []
    # Not in TensorFlow before 2.8.
    if hasattr(keras.callbacks, 'BackupAndRestore'):
        callbacks.append(unfinished.callback(state))
    elif options.resume:
        raise UserError('--resume needs keras.callbacks.BackupAndRestore, '
                        'which this TensorFlow does not have')
    if options.resume:
        state.resume()
    else:
        state.start()
    if os.path.exists(losses):
        print('The results of an earlier run in {} will be replaced'.format(
            options.output))
    before = {name: list(values) for name, values in state.losses.items()}
    history = fit(auto, x_train, x_test, options.epochs, callbacks,
                  len(before['loss'])).history
    after = {name: before[name] + history.get(name, []) for name in before}
    # The disk may have filled since: rather nothing than a part.
    files.prepare(options.output)
    write_losses(after, losses)
    return after


def fit(auto, x_train, x_test, epochs, callbacks=(), done=0):
    """Trains an autoencoder as the page's mains do

    Ctrl-C ends the training after the current execution, a fifth of an epoch
    or a step (see hasten), and what has been learnt stays in the model; a
    second one ends the program. The last losses are then of an epoch cut
    short.

    Args:
        auto: keras.Model, the compiled autoencoder.
        x_train: float32 array (n, ...), inputs that are their own targets.
        x_test: float32 array (m, ...), the same for the validation.
        epochs: int, passes over x_train.
        callbacks: list of keras.callbacks.Callback, to be called too.
        done: int, how many of the epochs a resumed training has done.

    Returns:
        keras.callbacks.History, the losses of every epoch.
    """
    import tensorflow.keras as keras

    hasten(auto, x_train)
    stopped = []

    def stop(*_):
        """Takes note of Ctrl-C; the next one is not for us"""
        stopped.append(True)
        signal.signal(signal.SIGINT, previous)

    class Stop(keras.callbacks.Callback):
        """Ends the training after the execution in which Ctrl-C came"""

        def on_batch_end(self, batch, logs=None):
            """Hands on what the signal noted"""
            if stopped:
                self.model.stop_training = True

    previous = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, stop)
    try:
        # Keras 3.0 has to be told where its callback goes on.
        history = auto.fit(epochs=epochs, initial_epoch=done,
                           callbacks=[Stop()] + list(callbacks),
                           **feed(x_train, x_test, epochs, done))
    finally:
        signal.signal(signal.SIGINT, previous)
    if stopped:
        print('\nStopped by Ctrl-C; what follows is the model so far')
    return history


def write_losses(losses, path):
    """Writes the losses of every epoch as a CSV file

    Args:
        losses: dict of lists of float, 'loss' and 'val_loss'.
        path: str, the file.

    Raises:
        UserError: if it cannot be written.
    """
    lines = ['epoch,loss,val_loss']
    for epoch, pair in enumerate(zip(losses['loss'], losses['val_loss']), 1):
        lines.append('{},{!r},{!r}'.format(epoch, *map(float, pair)))
    files.write(path, ('\n'.join(lines) + '\n').encode())
