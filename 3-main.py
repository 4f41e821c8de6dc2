#!/usr/bin/env python3
"""Trains the variational autoencoder on MNIST and shows its latent space"""

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
    """Does what the 3-main.py of the exercise does

    Args:
        options: argparse.Namespace, the options that --help explains.
    """
    (x_train, _), (x_test, y_test) = mnist.load(options.data)
    x_train = x_train.reshape((-1, 784))
    x_test = x_test.reshape((-1, 784))

    autoencoder = __import__('3-variational').autoencoder
    training.set_seed(options.seed)
    encoder, decoder, auto = autoencoder(784, [512], 2)
    # Trains on run.batches as on x_train, x_train, batch_size=256,
    # shuffle=True, validation_data=(x_test, x_test), all from 0 to 1, but
    # faster and in less memory.
    run = training.Run(auto, x_train, x_test, options, encoder)
    auto.fit(epochs=options.epochs, initial_epoch=run.epoch,
             callbacks=run.callbacks, **run.batches)
    saving.save(encoder, decoder, auto, run.losses, options)

    latent, mean, log_var = training.predict(encoder, x_test)
    print(mean[:10])
    print(np.exp(log_var[:10] / 2))
    reconstructed = decoder.predict(latent[:10], verbose=0)
    figures.reconstructions(data.scale(x_test[:10]), reconstructed, options)
    figures.losses(run.losses, options)
    figures.latent(mean, y_test, options, decoder.predict_on_batch)
    grid = np.mgrid[-3:3:25j, -3:3:25j].reshape((2, -1)).T
    digits = decoder.predict(grid, batch_size=125, verbose=0)
    figures.manifold(digits, 3, options)
    draws = np.random.RandomState(options.seed).normal(size=(100, 2))
    figures.samples(decoder.predict(draws, 100, verbose=0), options)
    explorer.write(encoder, decoder, x_test, y_test, options, run)


if __name__ == '__main__':
    command.run(main, __doc__, task=3, epochs=50)
