#!/usr/bin/env python3
"""A main from its command line to its exit status: options, seed, training"""

import argparse
import glob
import hashlib
import os
import shutil
import signal
import sys
import zlib

from common import UserError, files, unfinished

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BATCH = 256
# What a run writes at most: models, and states of the training.
ROOM = 2 ** 26


class Parser(argparse.ArgumentParser):
    """Parser of options whose errors are one line"""

    def error(self, message):
        """Ends the program with one line and status 2"""
        self.exit(2, '{}: error: {}\n'.format(self.prog, one_line(message)))


def one_line(message):
    """Puts what is said of a fault, names of files in it too, on one line"""
    return ' '.join(str(message).split())


def integer(least, most):
    """Makes a type of option: integers of a range

    Args:
        least: int, the smallest that is taken.
        most: int, the largest that is taken.

    Returns:
        function from str to int, for argparse's `type`.
    """
    def read(text):
        """Reads an integer of the range"""
        # Python refuses to read thousands of digits.
        if not (text.isdecimal() and len(text) < 20 and
                least <= int(text) <= most):
            raise argparse.ArgumentTypeError(
                'must be an integer from {} to {}. Received: {}'.format(
                    least, most, text))
        return int(text)
    return read


def run(main, description, task, epochs, bfloat16=False):
    """Runs a main with the options of the command line, and exits

    What a user can cause ends with one line on standard error and a status
    that is not zero.

    Args:
        main: function of one argument, the options: an argparse.Namespace
            with `task`, `epochs`, `seed`, `output`, `data`, `resume` and
            `bfloat16`.
        description: str, what the program does, for --help.
        task: int, 0 to 3.
        epochs: int, the default of --epochs.
        bfloat16: bool, whether there is an option --bfloat16.
    """
    parser = Parser(description=description,
                    formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--epochs', type=integer(1, 10 ** 6), default=epochs,
                        metavar='N', help='passes over the training images')
    parser.add_argument('--seed', type=integer(0, 2 ** 32 - 1), default=0,
                        metavar='N', help='seed of weights, order and noise')
    parser.add_argument('--output', default='output', metavar='DIR',
                        help='folder for what is saved, made if need be')
    parser.add_argument('--data', metavar='FILE',
                        help="an .npz file with the arrays of Keras' "
                        'mnist.npz: x_train, y_train, x_test, y_test; '
                        'without it MNIST is found or downloaded')
    parser.add_argument('--resume', action='store_true',
                        help='go on with a run of the same options that was '
                        'stopped or killed')
    if bfloat16:
        parser.add_argument('--bfloat16', action='store_true',
                            help='train about twice as fast on a processor '
                            'that computes in bfloat16, to losses up to 1 %% '
                            'off')
    options = parser.parse_args()
    options.task = task
    # TensorFlow tells about itself at every start; warnings still show.
    os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '1')
    try:
        prepare(options.output)
        main(options)
        finish(options)
    except UserError as error:
        sys.exit('{}: error: {}'.format(parser.prog, one_line(error)))
    except KeyboardInterrupt:
        sys.exit('{}: interrupted'.format(parser.prog))
    except BrokenPipeError:
        # What reads our output, such as `head`, has ended; at our own end
        # Python would fail to write there once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit('{}: nobody reads what is printed'.format(parser.prog))


def prepare(folder):
    """Makes the output folder and finds out whether a run can write there

    Args:
        folder: str, the folder.

    Raises:
        UserError: if it cannot, or there is no room for what a run leaves.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        files.reserve(folder, ROOM)
    except OSError as error:
        raise UserError('--output {}: {}'.format(folder, error.strerror))


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

    # Not in TensorFlow before 2.4.
    if (tf.keras.backend.backend() != 'tensorflow' or
            not hasattr(tf.data, 'AUTOTUNE')):
        return {'x': x_train, 'y': x_train, 'batch_size': BATCH,
                'shuffle': True, 'validation_data': (x_test, x_test)}
    # One copy in TensorFlow's memory for inputs and targets. On a GPU's
    # machine too batches are put together in the main memory.
    with tf.device('CPU'):
        x_train, x_test = map(tf.convert_to_tensor, (x_train, x_test))
    validation = batches(x_test, range(1), shuffle=False)
    if hasattr(tf.keras, 'ops'):
        # Keras 3 starts a pipeline anew for every epoch, its own too: under
        # one seed all epochs have one order.
        return {'x': batches(x_train, range(1), shuffle=True),
                'validation_data': validation}
    # Keras 2 draws the order of one epoch after that of another.
    return {'x': batches(x_train, range(done, epochs), shuffle=True),
            'steps_per_epoch': -(-len(x_train) // BATCH),
            'validation_data': validation}


def batches(images, epochs, shuffle):
    """Makes a pipeline that takes each batch out of the images once

    Keras' own takes it twice, as inputs and as targets. The order is that of
    Keras under the same seed.

    Args:
        images: tf.Tensor (n, ...).
        epochs: range, the epochs to make batches for.
        shuffle: bool, whether the order of each is random.

    Returns:
        tf.data.Dataset of pairs, a batch of images twice.
    """
    import tensorflow as tf

    def order(_):
        """Draws the order of an epoch"""
        indices = tf.range(len(images), dtype=tf.int64)
        return tf.random.shuffle(indices) if shuffle else indices

    def split(indices):
        """Cuts an order into those of the batches"""
        return tf.data.Dataset.from_tensor_slices(indices).batch(BATCH)

    def take(indices):
        """Takes a batch out of the images"""
        batch = tf.gather(images, indices)
        return batch, batch

    # The orders of epochs that are done are drawn too, and skipped.
    orders = tf.data.Dataset.range(epochs.stop).map(order).skip(epochs.start)
    made = orders.flat_map(split).map(take, tf.data.AUTOTUNE)
    return made.prefetch(tf.data.AUTOTUNE).apply(
        tf.data.experimental.assert_cardinality(
            len(epochs) * -(-len(images) // BATCH)))


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
        UserError: if what there is to resume is damaged or another run's, or
            the losses cannot be written.
    """
    import tensorflow.keras as keras

    losses = os.path.join(options.output,
                          '{}-losses.csv'.format(options.task))
    state = unfinished.Unfinished(
        folder_of(options), identity_of(options, x_train, x_test))
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
    # All that is saved is, or nothing: the disk may have filled since.
    prepare(options.output)
    write_losses(after, losses)
    return after


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


def folder_of(options):
    """Names the folder of what an unfinished run leaves"""
    return os.path.join(options.output,
                        '{}-unfinished'.format(options.task))


def finish(options):
    """Drops what a run has left to resume it, unless Ctrl-C ended it early

    Args:
        options: argparse.Namespace, the options of the main.
    """
    copy = unfinished.newest(folder_of(options))
    if copy and os.path.basename(copy) != 'epoch-{}'.format(options.epochs):
        print('--resume goes on with', copy)
    else:
        shutil.rmtree(folder_of(options))


def identity_of(options, *arrays):
    """Describes what two trainings must share for one to go on with another

    Args:
        options: argparse.Namespace, the options of the main.
        *arrays: arrays, the data.

    Returns:
        dict of str to str or int.
    """
    import tensorflow as tf

    code = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(
            ROOT, '{}-*.py'.format(options.task)))):
        with open(path, 'rb') as file:
            code.update(file.read())
    return {
        'task': options.task, '--epochs': options.epochs,
        '--seed': options.seed,
        '--bfloat16': getattr(options, 'bfloat16', False),
        'data of CRC': [zlib.crc32(array) for array in arrays],
        'the code of SHA-256': code.hexdigest(),
        'TensorFlow': tf.__version__,
        # Before Keras 3 it is a part of TensorFlow.
        'Keras': getattr(tf.keras, 'version', str)(),
        'backend': tf.keras.backend.backend()}


def fit(auto, x_train, x_test, epochs, callbacks=(), done=0):
    """Trains an autoencoder as the page's mains do

    Ctrl-C ends the training after the current execution, a fifth of an epoch
    or a step (see hasten), and what has been learnt stays in the model; a
    second one ends the program.

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

    previous = signal.signal(signal.SIGINT, stop)
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


def save(encoder, decoder, auto, options):
    """Saves what was trained into the output folder, whole or not at all

    The weights of auto, as N.weights.h5; and where the runtime has Keras'
    own format, the three models as N-encoder.keras and so on.

    Args:
        encoder: keras.Model, a trained encoder.
        decoder: keras.Model, a trained decoder.
        auto: keras.Model, the autoencoder of the two.
        options: argparse.Namespace, the options of the main.

    Raises:
        UserError: if a file cannot be written.
    """
    import tensorflow.keras as keras

    # The same layers with an optimizer that has not trained, as in a model
    # just built: where the two have another state, Keras warns.
    model = keras.Model(auto.inputs, auto.outputs)
    model.compile(optimizer='adam', loss='mse')
    writers = [('{}.weights.h5', model.save_weights)]
    # Not in TensorFlow before 2.12, which would write another format.
    if hasattr(keras.Model, 'compile_from_config'):
        writers += [('{}-encoder.keras', encoder.save),
                    ('{}-decoder.keras', decoder.save),
                    ('{}-auto.keras', auto.save)]
    folder = os.path.join(folder_of(options), 'saving')
    shutil.rmtree(folder, ignore_errors=True)
    for name, write in writers:
        name = name.format(options.task)
        path = os.path.join(options.output, name)
        # What Keras raises differs from format to format.
        try:
            os.makedirs(folder, exist_ok=True)
            files.reserve(folder, ROOM)
            write(os.path.join(folder, name))
            os.replace(os.path.join(folder, name), path)
        except Exception as error:
            raise UserError('{}: {}'.format(path, error))
        print('Saved', path)
    os.rmdir(folder)
