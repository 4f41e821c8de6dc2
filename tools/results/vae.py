#!/usr/bin/env python3
"""Trains task 3 in another size, or with its KL divergence weighted by beta

Ends with a line of JSON: both terms of the loss for the test images. Leaves
the weights and, where the latent space is a plane, an explorer.
"""

import argparse
import json
import os

from common import command, data, explorer, files, mnist, saving, training


def main():
    """Trains with what the command line says, and measures both terms"""
    parser = argparse.ArgumentParser(
        prog='python -m tools.results.vae', description=__doc__.split('\n')[0])
    parser.add_argument('--nodes', type=int, default=512)
    parser.add_argument('--latent', type=int, default=2)
    parser.add_argument('--batch', type=int, default=256)
    parser.add_argument('--beta', type=float, default=1)
    parser.add_argument('--epochs', type=int, default=50)
    parser.add_argument('--output', required=True)
    parser.set_defaults(task=3)
    options = parser.parse_args()
    files.reserve(options.output, 1)
    command.load_tensorflow(verbose=False)

    (x_train, _), (x_test, y_test) = mnist.load()
    x_train, x_test = (data.scale(images.reshape((-1, 784)))
                       for images in (x_train, x_test))
    autoencoder = __import__('3-variational').autoencoder
    training.set_seed(0)
    encoder, decoder, auto = autoencoder(784, [options.nodes], options.latent)
    whole = auto.loss
    # Adam takes the same steps for a loss times a number: so this weighs as
    # the KL divergence times beta would.
    auto.compile(optimizer='adam', loss=lambda images, reconstructed:
                 whole(images, reconstructed) / options.beta)
    training.speed_up(auto, len(x_train))
    history = auto.fit(
        x_train, x_train, options.batch, options.epochs,
        validation_data=(x_test, x_test)).history
    _, divergence = training.look_at(encoder, x_test)()
    reconstruction = options.beta * (history['val_loss'][-1] - divergence)
    saving.write_losses(history, options)
    auto.save_weights(os.path.join(options.output, '3.weights.h5'))
    print(json.dumps({'reconstruction': reconstruction,
                      'divergence': divergence}))
    if options.latent == 2:
        explorer.write(encoder, decoder, x_test, y_test, options)


if __name__ == '__main__':
    main()
