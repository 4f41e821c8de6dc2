#!/usr/bin/env python3
"""What was trained, saved"""

import os
import shutil

from common import UserError, features, files


def room_for(auto):
    """Computes the room that saved models and losses need at most

    Args:
        auto: keras.Model, the autoencoder.

    Returns:
        int, bytes: for every parameter, in 4 bytes, a place in the weights,
        one in the encoder or the decoder, and three in auto, which has Adam's
        two moments; and what formats, pictures and explorer add to that.
    """
    return 4 * (1 + 1 + 3) * auto.count_params() + 5 * 2 ** 20


def save(encoder, decoder, auto, losses, options):
    """Saves what was trained into the output folder, each file whole

    The losses as N-losses.csv; the weights of auto as N.weights.h5; and where
    the runtime has Keras' own format, the three models as N-encoder.keras
    and so on. None of the models is replaced before all have been written.

    Args:
        encoder: keras.Model, a trained encoder.
        decoder: keras.Model, a trained decoder.
        auto: keras.Model, the autoencoder of the two.
        losses: dict of lists of float, see training.Run.
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
    if features.can_save_models():
        writers += [('{}-encoder.keras', encoder.save),
                    ('{}-decoder.keras', decoder.save),
                    ('{}-auto.keras', auto.save)]
    names = [name.format(options.task) for name, _ in writers]
    folder = os.path.join(options.output, '{}-saving'.format(options.task))
    shutil.rmtree(folder, ignore_errors=True)
    # HDF5 ends the process with a crash where the disk is full.
    files.reserve(options.output, room_for(auto))
    try:
        for name, (_, write) in zip(names, writers):
            path = os.path.join(options.output, name)
            # What Keras raises differs from format to format.
            try:
                os.makedirs(folder, exist_ok=True)
                write(os.path.join(folder, name))
            except Exception as error:
                raise UserError('{}: {}'.format(path, error))
        for name in names:
            path = os.path.join(options.output, name)
            try:
                os.replace(os.path.join(folder, name), path)
            except OSError as error:
                raise UserError('{}: {}'.format(path, error.strerror))
            print('Saved', path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    write_losses(losses, options)


def write_losses(losses, options):
    """Writes the losses of every epoch as N-losses.csv

    Keras' CSVLogger would write while the training goes on, and end it
    where the disk is full.

    Args:
        losses: dict of lists of float, see training.Run.
        options: argparse.Namespace, the options of the main.

    Raises:
        UserError: if the file cannot be written.
    """
    path = os.path.join(options.output, '{}-losses.csv'.format(options.task))
    # Python 3.5 keeps no order.
    names = [name for name in ('loss', 'val_loss', 'val_reconstruction',
                               'val_kl_divergence') if name in losses]
    rows = zip(*(losses[name] for name in names))
    lines = [','.join(['epoch'] + names)] + [
        ','.join(map(repr, (epoch,) + row)) for epoch, row in
        enumerate(rows, 1)]
    files.write(path, ('\n'.join(lines) + '\n').encode())
    print('Saved', path)
