#!/usr/bin/env python3
"""Vanilla autoencoder: fully connected layers around a bottleneck"""

import tensorflow.keras as keras


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
            Adam and binary cross-entropy, in nats per value: the mean over the
            values of an input and over the batch.

    Raises:
        ValueError: if an argument is not what is said above.

    Source:
        Task 0 of the exercise; Hinton and Salakhutdinov 2006, "Reducing the
        dimensionality of data with neural networks", Science 313.
    """
    input_dims = positive('input_dims', input_dims)
    hidden_layers = positives('hidden_layers', hidden_layers)
    latent_dims = positive('latent_dims', latent_dims)

    # Encoder
    inputs = keras.Input(shape=(input_dims,), name='inputs')
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    latent = keras.layers.Dense(latent_dims, activation='relu',
                                name='latent')(x)
    encoder = keras.Model(inputs, latent, name='encoder')

    # Decoder
    codes = keras.Input(shape=(latent_dims,), name='codes')
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


def positive(name, value):
    """Returns an argument as int, or raises ValueError"""
    # int() takes True and 2.5 as well, but their text is not digits alone.
    if isinstance(value, str) or not str(value).isdecimal() or not int(value):
        raise ValueError('`{}` must be a positive integer. '
                         'Received: {!r}'.format(name, value))
    return int(value)


def positives(name, values):
    """Returns an argument as tuple of int, or raises ValueError"""
    if not isinstance(values, (list, tuple)):
        raise ValueError('`{}` must be a list of positive integers. '
                         'Received: {!r}'.format(name, values))
    return tuple(positive('{}[{}]'.format(name, i), value)
                 for i, value in enumerate(values))
