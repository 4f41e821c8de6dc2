#!/usr/bin/env python3
"""Trains the convolutional autoencoder on MNIST, shows reconstructions"""

import os
import sys

try:
    import common
except ImportError:
    # With -I or PYTHONSAFEPATH Python does not look into the main's folder.
    sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from common import command, data, explorer, figures, mnist, saving, training

import numpy as np


def main(options):
    """Does what the 2-main.py of the exercise does

    Args:
        options: argparse.Namespace, the options that --help explains.
    """
    if options.bfloat16:
        training.use_bfloat16()
    (x_train, _), (x_test, y_test) = mnist.load(options.data)
    x_train = np.expand_dims(x_train, axis=3)
    x_test = np.expand_dims(x_test, axis=3)
    print(x_train.shape)
    print(x_test.shape)

    autoencoder = __import__('2-convolutional').autoencoder
    training.set_seed(options.seed)
    encoder, decoder, auto = autoencoder((28, 28, 1), [16, 8, 8], (4, 4, 8))
    # Trains on run.batches as on x_train, x_train, batch_size=256,
    # shuffle=True, validation_data=(x_test, x_test), all from 0 to 1, but
    # faster and in less memory.
    run = training.Run(auto, x_train, x_test, options)
    auto.fit(epochs=options.epochs, initial_epoch=run.epoch,
             callbacks=run.callbacks, **run.batches)
    saving.save(encoder, decoder, auto, run.losses, options)

    images = data.scale(x_test[:10])
    encoded = encoder.predict(images, verbose=0)
    print(np.mean(encoded))
    reconstructed = decoder.predict(encoded, verbose=0)
    figures.reconstructions(images, reconstructed, options)
    figures.losses(run.losses, options)
    explorer.write(encoder, decoder, x_test, y_test, options, run)


if __name__ == '__main__':
    command.run(main, __doc__, task=2, epochs=50, bfloat16=True)
