#!/usr/bin/env python3
"""Variational autoencoder whose loss function encodes the inputs again"""

import tensorflow.keras as keras

K = keras.backend
ops = keras.ops


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    mu = keras.layers.Dense(latent_dims, activation=None)(x)
    log_sigma = keras.layers.Dense(latent_dims, activation=None)(x)

    def sampling(given):
        """Draws the latent representation"""
        mu, log_sigma = given
        noise = K.random_normal(shape=(K.shape(mu)[0], latent_dims))
        return mu + K.exp(log_sigma / 2) * noise

    z = keras.layers.Lambda(sampling, output_shape=(latent_dims,))(
        [mu, log_sigma])
    encoder = keras.Model(inputs, [z, mu, log_sigma])

    codes = keras.Input(shape=(latent_dims,))
    x = codes
    for nodes in hidden_layers[::-1]:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    decoder = keras.Model(codes, keras.layers.Dense(
        input_dims, activation='sigmoid')(x))

    def elbo(targets, outputs):
        """Adds the two terms of the loss"""
        _, mu, log_sigma = encoder(targets)
        divergence = -0.5 * ops.sum(
            1 + log_sigma - mu ** 2 - ops.exp(log_sigma), axis=-1)
        entropy = keras.losses.binary_crossentropy(targets, outputs)
        return ops.mean(input_dims * entropy + divergence)

    auto = keras.Model(inputs, decoder(encoder(inputs)[0]))
    auto.compile(optimizer=keras.optimizers.Adam(), loss=elbo)
    return encoder, decoder, auto
