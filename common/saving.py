#!/usr/bin/env python3
"""What was trained, saved"""

import os
import shutil

from common import UserError, files, unfinished


def save(encoder, decoder, auto, options):
    """Saves what was trained into the output folder, each file whole

    The weights of auto, as N.weights.h5; and where the runtime has Keras'
    own format, the three models as N-encoder.keras and so on. None is
    replaced before all have been written.

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
    folder = os.path.join(unfinished.folder_of(options), 'saving')
    shutil.rmtree(folder, ignore_errors=True)
    moves = []
    for name, write in writers:
        name = name.format(options.task)
        partial = os.path.join(folder, name)
        path = os.path.join(options.output, name)
        # What Keras raises differs from format to format.
        try:
            os.makedirs(folder, exist_ok=True)
            files.reserve(folder, files.ROOM)
            write(partial)
        except Exception as error:
            raise UserError('{}: {}'.format(path, error))
        moves.append((partial, path))
    for partial, path in moves:
        try:
            os.replace(partial, path)
        except OSError as error:
            raise UserError('{}: {}'.format(path, error.strerror))
        print('Saved', path)
    shutil.rmtree(folder, ignore_errors=True)
