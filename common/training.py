#!/usr/bin/env python3
"""The training of the four mains: seed, speed, Ctrl-C, state"""

import os
import signal
import sys
import threading

import numpy as np

from common import (UserError, data, files, film, one_line, runtime, saving,
                    unfinished)

BATCH = 256
# How many batches are taken out of the images at a time.
BATCHES = 16
# Of how many images there are floats at a time, where not of a batch alone.
PART = 10000


def set_seed(seed):
    """Makes initial weights, shuffling and noise repeatable

    Args:
        seed: int, the seed of every random generator in use.
    """
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
    if runtime.backend() == 'tensorflow' and runtime.is_eager():
        options = tf.config.optimizer
        options.set_experimental_options({name: True})
        if name in options.get_experimental_options():
            return
    raise UserError('--bfloat16 needs Keras on a TensorFlow that has the '
                    'setting {}'.format(name))


def speed_up(auto, count):
    """Sets what makes the training of a model faster, where it exists

    The first setting leaves the losses of a plain fit under the same seed as
    they are, to the last digit. The second one rounds sums otherwise, and
    has layers of noise draw other noise from the same seed.

    Args:
        auto: keras.Model, compiled and not trained before.
        count: int, how many images it will be trained on.
    """
    import tensorflow as tf

    backend = runtime.backend()
    # Not in Keras 2.11 and before, and refused on PyTorch. A fifth of an
    # epoch in one go: the progress bar and Ctrl-C wait no longer than that.
    if hasattr(auto, 'steps_per_execution') and backend != 'torch':
        auto.steps_per_execution = max(1, -(-count // BATCH) // 5)
    # Not in Keras 2.11 and before. On JAX, PyTorch and a GPU it is left to
    # Keras. On a CPU Keras does without XLA, which makes dense layers faster
    # and convolutions slower.
    if (hasattr(auto, 'jit_compile') and backend == 'tensorflow' and
            tf.test.is_built_with_xla() and
            not tf.config.list_physical_devices('GPU') and
            not any(isinstance(layer, tf.keras.layers.Conv2D)
                    for model in auto.layers[1:]
                    for layer in getattr(model, 'layers', [model]))):
        auto.jit_compile = True


def images(x_train, x_test, epochs, done=0):
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

    if runtime.backend() != 'tensorflow' or not runtime.can_stop_tuning():
        x_train, x_test = map(
            data.scale if runtime.backend() == 'tensorflow' else
            lambda array: array.view(Scaled), (x_train, x_test))
        return {'x': x_train, 'y': x_train, 'batch_size': BATCH,
                'shuffle': True, 'validation_data': (x_test, x_test)}
    # Keras 3 starts a data set anew for every epoch, its own too: under one
    # seed all epochs have one order. Keras 2 draws the order of one epoch
    # after that of another; those of epochs that are done are skipped.
    anew = runtime.is_keras_3()
    drawn = range(1) if anew else range(done, epochs)

    # Here and below: AutoGraph has nothing to convert, and takes 0.1 s for it.
    @tf.autograph.experimental.do_not_convert
    def order(_):
        """Draws the order of an epoch, Keras' own under the same seed"""
        return tf.random.shuffle(tf.range(len(x_train), dtype=tf.int64))

    orders = tf.data.Dataset.range(drawn.stop).map(order).skip(drawn.start)
    as_they_are = tf.data.Dataset.from_tensors(
        tf.range(len(x_test), dtype=tf.int64))
    return {'x': batches(x_train, orders, len(drawn)), 'shuffle': False,
            'steps_per_epoch': None if anew else -(-len(x_train) // BATCH),
            'validation_data': batches(x_test, as_they_are, 1)}


def batches(array, orders, count):
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

    whole = len(array) // BATCH * BATCH

    @tf.autograph.experimental.do_not_convert
    def cut(order):
        """Cuts an order into those of batches, several at a time"""
        indices = tf.data.Dataset.from_tensor_slices(
            tf.reshape(order[:whole], (-1, BATCH))).batch(BATCHES)
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
            count * -(-len(array) // BATCH))).prefetch(2).with_options(options)


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


def predict(model, images):
    """Computes what a model puts out for images

    Args:
        model: keras.Model with several outputs.
        images: array (n, ...), uint8, or float32 in [0, 1].

    Returns:
        list of arrays (n, ...), one for each output.
    """
    # A part in one batch: the fastest.
    parts = [model.predict_on_batch(data.scale(images[start:start + PART]))
             for start in range(0, len(images), PART)]
    return [np.concatenate(outputs) for outputs in zip(*parts)]


class Run:
    """A training that can be stopped, and resumed if it was

    Attributes:
        epoch: int, how many epochs were done before: 0, or more if resumed.
        losses: dict of lists of float, 'loss' and 'val_loss' of each epoch
            done, not of one that Ctrl-C has cut short; of a VAE also
            'val_reconstruction' and 'val_kl_divergence', whose sum is
            'val_loss'.
        film: film.Film, what the explorer shows of the training.
        images: dict, arguments of fit: what to train on, see images.
        callbacks: list of keras.callbacks.Callback, an argument of fit.
    """

    def __init__(self, auto, x_train, x_test, options, encoder=None):
        """Prepares a training, or goes back to where it was stopped

        Args:
            auto: keras.Model, compiled and not trained before.
            x_train: array (n, ...), uint8, or float32 in [0, 1], inputs that
                are their own targets.
            x_test: array (m, ...), the same for the validation.
            options: argparse.Namespace, the options of the main.
            encoder: keras.Model, that of a VAE, whose mean and log variance
                are to be looked at after each epoch.

        Raises:
            UserError: if there is no room for what the run leaves, or its
                state is damaged or another run's, and left alone.
        """
        self.auto = auto
        self.path = unfinished.path_of(options)
        self.identity = unfinished.identity_of(options, x_train, x_test)
        self.losses = {'loss': [], 'val_loss': []}
        self.look = None
        if encoder is not None:
            self.losses.update(val_reconstruction=[], val_kl_divergence=[])
            self.look = look_at(encoder, x_test)
        self.film = film.Film(auto, x_test, options.epochs,
                              encoder is not None)
        self.kept = None
        speed_up(auto, len(x_train))
        if runtime.can_resume():
            auto.optimizer.build(auto.trainable_variables)
        if options.resume:
            self.resume()
        elif os.path.exists(self.path):
            print('Starting afresh. Discarded: the unfinished run in',
                  self.path)
            os.remove(self.path)
        # Weights and Adam's two moments, now and in the epoch before.
        files.reserve(options.output, saving.room_for(auto) +
                      2 * 3 * 4 * auto.count_params())
        self.epoch = len(self.losses['loss'])
        self.images = images(x_train, x_test, options.epochs, self.epoch)
        self.callbacks = [make_callback(self)]

    def resume(self):
        """Takes the losses and the state of the last whole epoch, if any

        Raises:
            UserError: if the state is damaged or another run's, and left
                alone.
        """
        if not os.path.exists(self.path):
            print('Nothing to resume in {}: starting from the first epoch'
                  .format(os.path.dirname(self.path)))
            return
        description, values = unfinished.read(self.path)
        unfinished.compare(self.path, description['identity'], self.identity)
        self.losses = description['losses']
        self.film.epochs = description['film']
        frames = len(values) - len(self.film.epochs)
        self.film.frames = values[frames:]
        self.kept = description['order'], values[:frames]
        print('Resuming after epoch {}'.format(len(self.losses['loss'])))

    def restore(self):
        """Puts the model and all that is random where the state has them"""
        if self.kept:
            order, values = self.kept
            set_order(order)
            for variable, value in zip(variables_of(self.auto), values):
                variable.assign(value)

    def add(self, logs=None):
        """Adds the losses of an epoch, and what the film shows of it

        Args:
            logs: dict of float, the 'loss' and 'val_loss' that Keras tells;
                None before the first epoch, which has none.
        """
        means = None
        if self.look:
            means, divergence = self.look()
        if logs:
            logs = dict(logs)
            if self.look:
                logs['val_kl_divergence'] = divergence
                logs['val_reconstruction'] = logs['val_loss'] - divergence
            for name, values in self.losses.items():
                values.append(float(logs[name]))
        self.film.shoot(len(self.losses['loss']), means)

    def keep(self):
        """Keeps the state, unless this runtime could not go back to it

        A full disk, say, is only told of: the training is worth more.
        """
        if not runtime.can_resume():
            return
        try:
            unfinished.write(
                self.path, {'identity': self.identity, 'order': get_order(),
                            'losses': self.losses, 'film': self.film.epochs},
                [variable.numpy() for variable in variables_of(self.auto)] +
                self.film.frames)
        except UserError as error:
            print('\nState not kept: {}'.format(one_line(error)),
                  file=sys.stderr)


def look_at(encoder, images):
    """Makes a function that computes what an encoder makes of images

    Args:
        encoder: keras.Model of a VAE.
        images: array (n, ...), uint8, or float32 in [0, 1].

    Returns:
        function of no argument, which returns the means, an array
        (n, latent_dims), and the mean KL divergence, a float, nats per image.
    """
    import tensorflow.keras as keras

    # Without the sample, which would draw noise that the training then lacks.
    distribution = keras.Model(encoder.inputs[0], encoder.outputs[1:])

    def look():
        """Computes it from the weights of now"""
        mean, log_var = predict(distribution, images)
        return mean, float(np.mean(-0.5 * np.sum(
            1 + log_var - mean ** 2 - np.exp(log_var), axis=1)))

    return look


def make_callback(run):
    """Makes the callback that follows a run

    Args:
        run: Run.

    Returns:
        keras.callbacks.Callback.
    """
    import tensorflow.keras as keras

    class Follow(keras.callbacks.Callback):
        """Keeps losses and state, and ends the training at Ctrl-C

        It ends after the current execution, a fifth of an epoch or a step
        (see speed_up); a second Ctrl-C ends the program.
        """

        stopped, previous = False, None

        def on_train_begin(self, logs=None):
            """Restores the state; has Ctrl-C come to this callback"""
            # Not before: fit takes random numbers when it begins.
            run.restore()
            if not run.epoch:
                run.add()
            # Only the main thread may ask for signals. A shell's background
            # ignores this one, and goes on.
            if (threading.current_thread() is threading.main_thread() and
                    signal.getsignal(signal.SIGINT) != signal.SIG_IGN):
                self.previous = signal.signal(signal.SIGINT, self.stop)

        def stop(self, *_):
            """Takes note of Ctrl-C; the next one is not for us"""
            self.stopped = True
            signal.signal(signal.SIGINT, self.previous)

        def on_batch_end(self, batch, logs=None):
            """Hands on what the signal noted"""
            if self.stopped:
                self.model.stop_training = True

        def on_epoch_end(self, epoch, logs=None):
            """Keeps losses and state, unless the epoch was cut short"""
            if not self.model.stop_training:
                run.add(logs)
                run.keep()

        def on_train_end(self, logs=None):
            """Gives Ctrl-C back"""
            if self.previous is not None:
                signal.signal(signal.SIGINT, self.previous)
            if self.stopped:
                print('\nStopped by Ctrl-C; what follows is the model so far')

    return Follow()


def variables_of(auto):
    """Lists all that training changes in a model

    Args:
        auto: keras.Model, its optimizer built.

    Returns:
        list of variables: weights, on Keras 3 the states of noise, and those
        of the optimizer.
    """
    adam = auto.optimizer.variables
    # A method in Keras 2.
    return list(auto.variables) + list(adam() if callable(adam) else adam)


def get_order():
    """Takes the states of the generators that order images

    TensorFlow's is none: its states cannot be had, see images.

    Returns:
        dict of lists by package: NumPy's, in use on JAX, and PyTorch's.
    """
    name, keys, *rest = np.random.get_state()
    order = {'numpy': [name, keys.tolist()] + rest}
    if 'torch' in sys.modules:
        order['torch'] = sys.modules['torch'].get_rng_state().tolist()
    return order


def set_order(order):
    """Has the generators that order images go on from states

    Args:
        order: dict, what get_order has returned.
    """
    np.random.set_state(order['numpy'])
    if 'torch' in order:
        torch = sys.modules['torch']
        torch.set_rng_state(torch.tensor(order['torch'], dtype=torch.uint8))
