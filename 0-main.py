#!/usr/bin/env python3
"""Trains the vanilla autoencoder on MNIST and shows what it reconstructs"""

import os

import numpy as np

from common import command, figures, mnist, saving, training


def main(options):
    """Does what the page's 0-main.py does

    Args:
        options: argparse.Namespace, the options that --help explains.
    """
    (x_train, _), (x_test, _) = mnist.load(options.data)
    x_train = x_train.reshape((-1, 784))
    x_test = x_test.reshape((-1, 784))

    autoencoder = __import__('0-vanilla').autoencoder
    training.seed_everything(options.seed)
    encoder, decoder, auto = autoencoder(784, [128, 64], 32)
    losses = training.train(auto, x_train, x_test, options)

    encoded = encoder.predict(x_test[:10], verbose=0)
    print(np.mean(encoded))
    reconstructed = decoder.predict(encoded, verbose=0)
    figures.reconstructions(
        x_test[:10], reconstructed,
        os.path.join(options.output, '0-reconstructions.png'))
    figures.losses(losses, os.path.join(options.output, '0-losses.png'))
    saving.save(encoder, decoder, auto, options)


if __name__ == '__main__':
    command.run(main, __doc__, task=0, epochs=50)
