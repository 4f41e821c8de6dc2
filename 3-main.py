#!/usr/bin/env python3
"""Trains the variational autoencoder on MNIST and shows its latent space"""

import os

import numpy as np

from common import command, figures, mnist, saving, training


def main(options):
    """Does what the page's 3-main.py does

    Args:
        options: argparse.Namespace, the options that --help explains.
    """
    (x_train, _), (x_test, y_test) = mnist.load(options.data)
    x_train = x_train.reshape((-1, 784))
    x_test = x_test.reshape((-1, 784))

    autoencoder = __import__('3-variational').autoencoder
    training.seed_everything(options.seed)
    encoder, decoder, auto = autoencoder(784, [512], 2)
    losses = training.train(auto, x_train, x_test, options)

    encoded, mean, log_var = encoder.predict(x_test[:10], verbose=0)
    print(mean)
    print(np.exp(log_var / 2))
    reconstructed = decoder.predict(encoded, verbose=0)
    figures.reconstructions(
        x_test[:10], reconstructed,
        os.path.join(options.output, '3-reconstructions.png'))

    line = np.linspace(-3, 3, 25)
    grid = np.stack(np.meshgrid(line, line, indexing='ij'), axis=2)
    digits = decoder.predict(grid.reshape((-1, 2)), batch_size=125, verbose=0)
    figures.manifold(digits, 3, os.path.join(options.output, '3-manifold.png'))
    _, mean, _ = encoder.predict(x_test, verbose=0)
    figures.latent(mean, y_test, os.path.join(options.output, '3-latent.png'))
    draws = np.random.RandomState(options.seed).normal(size=(100, 2))
    figures.samples(decoder.predict(draws, verbose=0),
                    os.path.join(options.output, '3-samples.png'))
    figures.losses(losses, os.path.join(options.output, '3-losses.png'))
    saving.save(encoder, decoder, auto, options)


if __name__ == '__main__':
    command.run(main, __doc__, task=3, epochs=50)
