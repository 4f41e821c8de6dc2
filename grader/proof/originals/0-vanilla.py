#!/usr/bin/env python3
"""Vanilla autoencoder: fully connected layers around a bottleneck"""

import tensorflow.keras as keras


def positive(name, value, listed=False):
    """Returns an argument as int or list of int, or says what is wrong"""
    if listed:
        if not isinstance(value, (list, tuple)):
            raise ValueError('`{}` must be a list of positive integers. '
                             'Received: {!r}'.format(name, value))
        return [positive('{}[{}]'.format(name, i), item)
                for i, item in enumerate(value)]
    # Digits alone: no sign, no point, and not True, which counts as 1.
    if (isinstance(value, str) or not str(value).isdecimal() or
            int(value) == 0):
        raise ValueError('`{}` must be a positive integer. '
                         'Received: {!r}'.format(name, value))
    return int(value)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds an autoencoder of fully connected layers

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder, in order; the decoder has them in reverse. May be
            empty.
        latent_dims: int, the number of values of the latent representation.

    Returns:
        encoder: keras.Model, (batch, input_dims) to (batch, latent_dims).
        decoder: keras.Model, (batch, latent_dims) to (batch, input_dims).
        auto: keras.Model, the decoder applied to the encoder, compiled with
            Adam and binary cross-entropy, in nats a value: the mean over the
            values of an input and over the batch.

    Raises:
        ValueError: if an argument is not what is said above.

    Source:
        Task 0 of the exercise; Hinton and Salakhutdinov 2006, "Reducing the
        dimensionality of data with neural networks", Science 313.
    """
    input_dims = positive('input_dims', input_dims)
    hidden_layers = positive('hidden_layers', hidden_layers, listed=True)
    latent_dims = positive('latent_dims', latent_dims)

    # Encoder
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    latent = keras.layers.Dense(latent_dims, activation='relu',
                                name='latent')(x)
    encoder = keras.Model(inputs, latent, name='encoder')

    # Decoder
    codes = keras.Input(shape=(latent_dims,))
    x = codes
    for nodes in reversed(hidden_layers):
        x = keras.layers.Dense(nodes, activation='relu')(x)
    reconstruction = keras.layers.Dense(input_dims, activation='sigmoid',
                                        name='reconstruction')(x)
    decoder = keras.Model(codes, reconstruction, name='decoder')

    # Autoencoder
    auto = keras.Model(inputs, decoder(encoder(inputs)), name='autoencoder')
    auto.compile(optimizer='adam', loss='binary_crossentropy')

    return encoder, decoder, auto
