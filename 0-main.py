#!/usr/bin/env python3
"""Trains the vanilla autoencoder on MNIST and shows what it reconstructs"""

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
    """Does what the 0-main.py of the exercise does

    Args:
        options: argparse.Namespace, the options that --help explains.
    """
    (x_train, _), (x_test, y_test) = mnist.load(options.data)
    x_train = x_train.reshape((-1, 784))
    x_test = x_test.reshape((-1, 784))

    autoencoder = __import__('0-vanilla').autoencoder
    training.set_seed(options.seed)
    encoder, decoder, auto = autoencoder(784, [128, 64], 32)
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
    command.run(main, __doc__, task=0, epochs=50)
