#!/usr/bin/env python3
"""Trains as 1-main.py does, with another lambtha, and leaves an explorer

Ends with a line of JSON: what the codes of the test images are like.
"""

import argparse
import json

import numpy as np

from common import (batches, command, data, explorer, files, mnist, saving,
                    training)


def describe(codes):
    """Computes how sparse codes are

    Args:
        codes: array (n, latent_dims), latents of n images.

    Returns:
        dict of str to float: the mean latent value, and the fraction of the
        latent values that are zero.
    """
    return {'mean': float(np.mean(codes)),
            'zeros': float(np.mean(codes == 0))}


def main():
    """Trains with what the command line says, and describes the codes"""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--lambtha', type=float, required=True)
    parser.add_argument('--epochs', type=int, default=100)
    parser.add_argument('--output', required=True)
    parser.set_defaults(task=1)
    options = parser.parse_args()
    files.reserve(options.output, 1)
    command.load_tensorflow(verbose=False)

    (x_train, _), (x_test, y_test) = mnist.load()
    x_train = x_train.reshape((-1, 784))
    x_test = x_test.reshape((-1, 784))
    autoencoder = __import__('1-sparse').autoencoder
    training.set_seed(0)
    encoder, decoder, auto = autoencoder(784, [128, 64], 32, options.lambtha)
    training.speed_up(auto, len(x_train))
    history = auto.fit(epochs=options.epochs, **batches.for_fit(
        auto, x_train, x_test, options.epochs))
    saving.write_losses(history.history, options)
    explorer.write(encoder, decoder, x_test, y_test, options)
    codes = encoder.predict(data.scale(x_test), verbose=0)
    print(json.dumps(describe(codes)))


if __name__ == '__main__':
    main()
