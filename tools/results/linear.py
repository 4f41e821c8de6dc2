#!/usr/bin/env python3
"""Trains an autoencoder without activations, and measures PCA beside it

Task 0's is trained as long as that. All three keep 32 numbers of an image.
Ends with a line of JSON: the mean squared error of each for the test images.
"""

import argparse
import json

import numpy as np

from common import command, data, files, mnist, saving, training
from tools import build

DIMS = 32


def pca(x_train, x_test):
    """Reconstructs test images from their principal components

    Args:
        x_train: array (n, 784), the images that have the components.
        x_test: array (m, 784).

    Returns:
        array (m, 784).
    """
    mean = np.mean(x_train, axis=0)
    # In the order of their variances, the smallest first.
    _, components = np.linalg.eigh(np.cov(x_train, rowvar=False))
    kept = components[:, -DIMS:]
    return (x_test - mean) @ kept @ kept.T + mean


def main():
    """Trains, reconstructs and compares"""
    parser = argparse.ArgumentParser(
        prog='python -m tools.results.linear',
        description=__doc__.split('\n')[0])
    parser.add_argument('--epochs', type=int, default=50)
    parser.add_argument('--output', required=True)
    parser.set_defaults(task=0)
    options = parser.parse_args()
    files.reserve(options.output, 1)
    command.load_tensorflow(verbose=False)
    import tensorflow.keras as keras

    (x_train, _), (x_test, _) = mnist.load()
    x_train, x_test = (data.scale(images.reshape((-1, 784)))
                       for images in (x_train, x_test))
    training.set_seed(0)
    linear = keras.Sequential([keras.layers.Dense(DIMS),
                               keras.layers.Dense(784)])
    linear.compile(optimizer='adam', loss='mse')
    reconstructed = {'PCA': pca(x_train, x_test)}
    for name, auto in (('task 0', build(0)[2]), ('linear', linear)):
        training.speed_up(auto, len(x_train))
        history = auto.fit(x_train, x_train, 256, options.epochs,
                           validation_data=(x_test, x_test)).history
        reconstructed[name] = auto.predict(x_test, verbose=0)
    saving.write_losses(history, options)
    print(json.dumps({name: float(np.mean((images - x_test) ** 2))
                      for name, images in reconstructed.items()}))


if __name__ == '__main__':
    main()
