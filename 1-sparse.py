#!/usr/bin/env python3
"""Sparse autoencoder: a penalty keeps most of the latent values at zero"""

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


def is_weight(value):
    """Tells whether value is a number that float32 has, 0 or more"""
    kind = type(value)
    # Keras computes in float32. An object of any kind may raise anything.
    try:
        return ('bool' not in kind.__name__ and not hasattr(kind, '__len__')
                and 0 <= float(value) <= 3.4e38)
    except Exception:
        return False


def check(valid, name, expected, received):
    """Raises a ValueError that names the argument unless it is valid"""
    if not valid:
        raise ValueError('`{0}` must be {1}. Received: {0}={2!r}'.format(
            name, expected, received))


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Builds an autoencoder whose latent representation is sparse

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder, in order; the decoder has them in reverse. May be
            empty.
        latent_dims: int, the number of values of the latent representation.
        lambtha: float, 0 or more, the weight of the L1 penalty on the encoded
            output. What it weighs is what the version of Keras makes of an
            activity regulariser: the sum over the batch on Keras 3.0 to 3.13
            and on TensorFlow 1.12, where it counts twice, in the encoder and
            in auto, as in the numbers of the page (in a clone of auto it
            counts once); that sum divided by the batch size on TensorFlow 2.0
            to 2.15 and on Keras 3.14 and later, which need a larger lambtha
            for the same sparsity.

    Returns:
        encoder: keras.Model, (batch, input_dims) to (batch, latent_dims).
        decoder: keras.Model, (batch, latent_dims) to (batch, input_dims).
        auto: keras.Model, the decoder applied to the encoder, compiled with
            Adam and binary cross-entropy, in nats a value: the mean over the
            values of an input and over the batch; plus the penalty.

    Raises:
        ValueError: if an argument is not what is said above.

    Source:
        Task 1 of the page; Goodfellow, Bengio and Courville 2016, "Deep
        Learning", section 14.2.1.
    """
    check(is_size(input_dims), 'input_dims', 'a positive integer', input_dims)
    check(are_sizes(hidden_layers), 'hidden_layers',
          'a list of positive integers', hidden_layers)
    check(is_size(latent_dims), 'latent_dims', 'a positive integer',
          latent_dims)
    check(is_weight(lambtha), 'lambtha', 'a number from 0 to 3.4e38', lambtha)
    # Not every Keras takes NumPy's integers.
    input_dims, latent_dims = int(input_dims), int(latent_dims)
    hidden_layers = [int(nodes) for nodes in hidden_layers]

    # Encoder
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    penalty = keras.regularizers.l1(float(lambtha))
    # In the dtype of the loss, whatever that of the other layers is.
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
