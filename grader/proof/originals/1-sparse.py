#!/usr/bin/env python3
"""Sparse autoencoder: a penalty keeps most of the latent values at zero"""

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


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Builds an autoencoder whose latent representation is sparse

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder, in order; the decoder has them in reverse. May be
            empty.
        latent_dims: int, the number of values of the latent representation.
        lambtha: float, 0 or more, the weight of the L1 penalty on the encoded
            output. Keras decides what it weighs: on TensorFlow 2.0 to 2.15
            and Keras 3.14 and later the mean penalty of the batch; on Keras
            3.0 to 3.13 the sum over the batch, and on TensorFlow 1.12 twice
            that sum, since it counts in the encoder and in auto. The latter
            need a smaller lambtha for the same sparsity.

    Returns:
        encoder: keras.Model, (batch, input_dims) to (batch, latent_dims).
        decoder: keras.Model, (batch, latent_dims) to (batch, input_dims).
        auto: keras.Model, the decoder applied to the encoder, compiled with
            Adam and binary cross-entropy, in nats a value: the mean over the
            values of an input and over the batch; plus the penalty.

    Raises:
        ValueError: if an argument is not what is said above.

    Source:
        Task 1 of the exercise; Goodfellow, Bengio and Courville 2016, "Deep
        Learning", section 14.2.1.
    """
    input_dims = positive('input_dims', input_dims)
    hidden_layers = positive('hidden_layers', hidden_layers, listed=True)
    latent_dims = positive('latent_dims', latent_dims)

    try:
        valid = 0 <= float(lambtha) < float('inf')
    except (TypeError, ValueError):
        valid = False
    if not valid or isinstance(lambtha, (bool, str)):
        raise ValueError('`lambtha` must be a number, 0 or more. '
                         'Received: {!r}'.format(lambtha))

    # Encoder
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    penalty = keras.regularizers.l1(float(lambtha))
    # The penalty is added to the loss, so it needs the dtype of the loss.
    latent = keras.layers.Dense(latent_dims, activation='relu',
                                activity_regularizer=penalty,
                                dtype=keras.backend.floatx(),
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
