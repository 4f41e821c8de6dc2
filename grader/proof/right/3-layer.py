#!/usr/bin/env python3
"""Variational autoencoder with a layer that samples and adds the KL term"""

import tensorflow.keras as keras

ops = keras.ops


class Sampling(keras.layers.Layer):
    """Draws the latent representation"""

    def __init__(self):
        """Makes the source of the noise"""
        super().__init__()
        self.seed = keras.random.SeedGenerator()

    def call(self, inputs):
        """Draws a sample and adds the KL divergence to the loss"""
        mean, log_var = inputs
        divergence = 0.5 * ops.sum(
            ops.exp(log_var) + mean ** 2 - 1 - log_var, axis=1)
        self.add_loss(ops.mean(divergence))
        noise = keras.random.normal(ops.shape(mean), seed=self.seed)
        return mean + noise * ops.exp(0.5 * log_var)


def summed(targets, outputs):
    """Sums the cross-entropy over the inputs"""
    return ops.sum(ops.binary_crossentropy(targets, outputs), axis=-1)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, 'relu')(x)
    mean = keras.layers.Dense(latent_dims)(x)
    log_var = keras.layers.Dense(latent_dims)(x)
    encoder = keras.Model(inputs, (Sampling()([mean, log_var]), mean,
                                   log_var))
    decoder = keras.Sequential([keras.Input(shape=(latent_dims,))] + [
        keras.layers.Dense(nodes, 'relu') for nodes in hidden_layers[::-1]
    ] + [keras.layers.Dense(input_dims, 'sigmoid')])
    own = keras.Input(shape=(input_dims,))
    auto = keras.Model(own, decoder(encoder(own)[0]))
    auto.compile('adam', summed)
    return encoder, decoder, auto
