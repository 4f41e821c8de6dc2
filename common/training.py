#!/usr/bin/env python3
"""The training of the four mains: seed, speed, Ctrl-C"""

import signal
import threading

import numpy as np

from common import (UserError, batches, checkpoint, data, features, files,
                    film, saving)

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
    if features.backend() == 'tensorflow' and features.is_eager():
        options = tf.config.optimizer
        options.set_experimental_options({name: True})
        if name in options.get_experimental_options():
            return
    raise UserError('--bfloat16 needs Keras on a TensorFlow that has the '
                    'setting {}'.format(name))


def speed_up(auto, count):
    """Sets what makes training faster, in Keras 2.12 and later

    Only XLA, the second setting, changes losses: it rounds sums otherwise
    than a plain fit, and layers draw other noise from the same seed.

    Args:
        auto: keras.Model, compiled and not trained before.
        count: int, how many images it will be trained on.
    """
    import tensorflow as tf

    backend = features.backend()
    # PyTorch refuses it. Progress bar and Ctrl-C wait for no more steps than
    # these, and their images take 10 or, as floats, 40 MB.
    if hasattr(auto, 'steps_per_execution') and backend != 'torch':
        fifth = -(-count // batches.SIZE) // 5
        auto.steps_per_execution = max(1, min(47, fifth))
    # On a CPU Keras does without XLA, which makes dense layers faster, and
    # convolutions, whose kernels have four axes, slower.
    if (hasattr(auto, 'jit_compile') and backend == 'tensorflow' and
            tf.test.is_built_with_xla() and
            not tf.config.list_physical_devices('GPU') and
            all(len(weight.shape) < 4 for weight in auto.weights)):
        auto.jit_compile = True


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
        batches: dict, arguments of fit: what to train on.
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
        self.checkpoint = checkpoint.Checkpoint(options, x_train, x_test)
        self.losses = {'loss': [], 'val_loss': []}
        self.look = None
        if encoder is not None:
            self.losses.update(val_reconstruction=[], val_kl_divergence=[])
            self.look = look_at(encoder, x_test)
        self.film = film.Film(auto, x_test, options.epochs,
                              encoder is not None)
        speed_up(auto, len(x_train))
        if features.can_resume():
            auto.optimizer.build(auto.trainable_variables)
        if options.resume:
            self.checkpoint.resume(self)
        else:
            self.checkpoint.discard()
        # Weights and Adam's two moments, now and in the epoch before.
        files.reserve(options.output, saving.room_for(auto) +
                      2 * 3 * 4 * auto.count_params())
        self.epoch = len(self.losses['loss'])
        self.batches = batches.for_fit(auto, x_train, x_test, options.epochs,
                                       self.epoch)
        self.callbacks = [make_callback(self)]

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
            run.checkpoint.restore(run)
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
                run.checkpoint.keep(run)

        def on_train_end(self, logs=None):
            """Gives Ctrl-C back"""
            if self.previous is not None:
                signal.signal(signal.SIGINT, self.previous)
            if self.stopped:
                print('\nStopped by Ctrl-C; what follows is the model so far')

    return Follow()
