#!/usr/bin/env python3
"""Trains task 3 with a common fault: it decodes the log variance

As 3-main.py, but the decoder is given the encoder's third output in place of
its first. Prints what the main prints, and leaves an explorer.
"""

import argparse

import numpy as np

from common import (batches, command, data, explorer, files, mnist, saving,
                    training)
from tools import build, shaped


def main():
    """Trains, and describes what a main prints"""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--epochs', type=int, default=50)
    parser.add_argument('--output', required=True)
    parser.set_defaults(task=3)
    options = parser.parse_args()
    files.reserve(options.output, 1)
    command.load_tensorflow(verbose=False)
    import tensorflow.keras as keras

    (x_train, _), (x_test, y_test) = mnist.load()
    x_train, x_test = shaped(3, x_train), shaped(3, x_test)
    training.set_seed(0)
    encoder, decoder, right = build(3)
    auto = keras.Model(right.inputs, decoder(encoder(right.inputs[0])[2]))
    auto.compile(optimizer='adam', loss=right.loss)
    training.speed_up(auto, len(x_train))
    history = auto.fit(epochs=options.epochs, **batches.for_fit(
        auto, x_train, x_test, options.epochs)).history
    saving.write_losses(history, options)
    _, mean, log_var = encoder.predict(data.scale(x_test[:10]), verbose=0)
    print(mean)
    print(np.exp(log_var / 2))
    explorer.write(encoder, decoder, x_test, y_test, options)


if __name__ == '__main__':
    main()
