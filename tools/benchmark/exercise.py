#!/usr/bin/env python3
"""The exercise's 0-main.py on today's TensorFlow: what most solutions are"""

import sys

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

autoencoder = __import__('0-vanilla').autoencoder


def main(data, epochs, output):
    """Does what the exercise's 0-main.py does

    Args:
        data: str, an .npz file in the form of Keras' mnist.npz.
        epochs: int, passes over the training images.
        output: str, the PNG file of the picture.
    """
    with np.load(data) as arrays:
        x_train, x_test = arrays['x_train'], arrays['x_test']
    x_train = x_train.astype('float32') / 255.
    x_test = x_test.astype('float32') / 255.
    x_train = x_train.reshape((-1, 784))
    x_test = x_test.reshape((-1, 784))
    np.random.seed(0)
    tf.random.set_seed(0)
    encoder, decoder, auto = autoencoder(784, [128, 64], 32)
    auto.fit(x_train, x_train, epochs=epochs, batch_size=256, shuffle=True,
             validation_data=(x_test, x_test))
    encoded = encoder.predict(x_test[:10])
    print(np.mean(encoded))
    reconstructed = decoder.predict(encoded)

    for i in range(10):
        ax = plt.subplot(2, 10, i + 1)
        ax.axis('off')
        plt.imshow(x_test[i].reshape((28, 28)))
        ax = plt.subplot(2, 10, i + 11)
        ax.axis('off')
        plt.imshow(reconstructed[i].reshape((28, 28)))
    plt.savefig(output)


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
