#!/usr/bin/env python3
"""Trains the convolutional autoencoder on MNIST, shows reconstructions"""

import os

import numpy as np

from common import command, figures, mnist, saving, training


def main(options):
    """Does what the page's 2-main.py does

    Args:
        options: argparse.Namespace, the options that --help explains.
    """
    if options.bfloat16:
        training.use_bfloat16()
    (x_train, _), (x_test, _) = mnist.load(options.data)
    x_train = np.expand_dims(x_train, axis=3)
    x_test = np.expand_dims(x_test, axis=3)
    print(x_train.shape)
    print(x_test.shape)

    autoencoder = __import__('2-convolutional').autoencoder
    training.seed_everything(options.seed)
    encoder, decoder, auto = autoencoder(
        (28, 28, 1), [16, 8, 8], (4, 4, 8))
    losses = training.train(auto, x_train, x_test, options)

    encoded = encoder.predict(x_test[:10], verbose=0)
    print(np.mean(encoded))
    reconstructed = decoder.predict(encoded, verbose=0)
    figures.reconstructions(
        x_test[:10], reconstructed,
        os.path.join(options.output, '2-reconstructions.png'))
    figures.losses(losses, os.path.join(options.output, '2-losses.png'))
    saving.save(encoder, decoder, auto, options)


if __name__ == '__main__':
    command.run(main, __doc__, task=2, epochs=50, bfloat16=True)
