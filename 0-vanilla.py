#!/usr/bin/env python3
"""Vanilla autoencoder: fully connected layers around a bottleneck"""

import tensorflow.keras as keras


def is_size(value):
    """Tells whether value is a positive integer, Python's or NumPy's"""
    kind = type(value)
    # An object of any kind may raise anything.
    try:
        return ('bool' not in kind.__name__ and not hasattr(kind, '__len__')
                and int(value) == range(value).stop > 0)
    except Exception:
        return False


def are_sizes(values):
    """Tells whether values is a list or tuple of positive integers"""
    return isinstance(values, (list, tuple)) and all(map(is_size, values))


def check(valid, name, expected, received):
    """Raises a ValueError that names the argument unless it is valid"""
    if not valid:
        raise ValueError('`{0}` must be {1}. Received: {0}={2!r}'.format(
            name, expected, received))


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
        Task 0 of the page; Hinton and Salakhutdinov 2006, "Reducing the
        dimensionality of data with neural networks", Science 313.
    """
    check(is_size(input_dims), 'input_dims', 'a positive integer', input_dims)
    check(are_sizes(hidden_layers), 'hidden_layers',
          'a list of positive integers', hidden_layers)
    check(is_size(latent_dims), 'latent_dims', 'a positive integer',
          latent_dims)
    # Not every Keras takes NumPy's integers.
    input_dims, latent_dims = int(input_dims), int(latent_dims)
    hidden_layers = [int(nodes) for nodes in hidden_layers]

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
