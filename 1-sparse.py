#!/usr/bin/env python3
"""Sparse autoencoder: a penalty keeps most of the latent values at zero"""

import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Builds an autoencoder whose latent representation is sparse

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder, in order; the decoder has them in reverse. May be
            empty.
        latent_dims: int, the number of values of the latent representation.
        lambtha: float, 0 or more, the weight of the L1 penalty on the encoded
            output. TensorFlow 2.0 to 2.15 and Keras 3.14 and later take the
            mean penalty of a batch. Keras 3.0 to 3.13 take the sum over the
            batch, and TensorFlow 1.12 twice the sum: they need a smaller
            lambtha for the same sparsity.

    Returns:
        encoder: keras.Model, (batch, input_dims) to (batch, latent_dims).
        decoder: keras.Model, (batch, latent_dims) to (batch, input_dims).
        auto: keras.Model, the decoder applied to the encoder, compiled with
            Adam and binary cross-entropy, in nats per value: the mean over the
            values of an input and over the batch; plus the penalty.

    Raises:
        ValueError: if an argument is not what is said above.

    Source:
        Task 1 of the exercise; Goodfellow, Bengio and Courville 2016, "Deep
        Learning", section 14.2.1.
    """
    input_dims = positive('input_dims', input_dims)
    hidden_layers = positives('hidden_layers', hidden_layers)
    latent_dims = positive('latent_dims', latent_dims)
    lambtha = weight('lambtha', lambtha)

    # Encoder
    inputs = keras.Input(shape=(input_dims,), name='inputs')
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    # The penalty is added to the loss, so it needs the dtype of the loss.
    latent = keras.layers.Dense(
        latent_dims, activation='relu', name='latent',
        activity_regularizer=keras.regularizers.l1(lambtha),
        dtype=keras.backend.floatx())(x)
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


def weight(name, value):
    """Returns an argument as float, or raises ValueError"""
    # As text, since float() takes True and arrays of one number.
    try:
        valid = 0 <= float(str(value)) < float('inf')
    except ValueError:
        valid = False
    if not valid or isinstance(value, str):
        raise ValueError('`{}` must be a number, 0 or more. '
                         'Received: {!r}'.format(name, value))
    return float(value)
