#!/usr/bin/env python3
"""Sparse autoencoder: a penalty keeps most of the latent values at zero"""

import tensorflow.keras as keras


def is_size(value):
    """Tells whether value is a positive integer, Python's or NumPy's"""
    kind = type(value)
    return (hasattr(kind, '__index__') and not hasattr(kind, '__len__') and
            'bool' not in kind.__name__ and value > 0)


def are_sizes(values):
    """Tells whether values is a list or tuple of positive integers"""
    return isinstance(values, (list, tuple)) and all(map(is_size, values))


def is_weight(value):
    """Tells whether value is a finite number that is not negative"""
    kind = type(value)
    try:
        return ('bool' not in kind.__name__ and
                not hasattr(kind, '__len__') and
                0 <= float(value) < float('inf'))
    except (TypeError, ValueError, OverflowError):
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
        lambtha: float, the weight of the L1 penalty on the encoded output,
            0 or more. The penalty added to the loss is lambtha times the sum
            of the absolute latent values over the whole batch, on
            TensorFlow 1.12 (where the encoder's own call and auto's count
            once each) and Keras 3.0 to 3.13, as for the numbers that the
            page prints; TensorFlow 2.0 to 2.15 and Keras 3.14 and later
            divide it by the batch size. The same sparsity needs a lambtha
            that is larger by this factor there.

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
    check(is_weight(lambtha), 'lambtha', 'a finite number, 0 or more', lambtha)

    # Encoder
    inputs = keras.Input(shape=(int(input_dims),))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(int(nodes), activation='relu')(x)
    penalty = keras.regularizers.l1(float(lambtha))
    latent = keras.layers.Dense(int(latent_dims), activation='relu',
                                activity_regularizer=penalty,
                                name='latent')(x)
    encoder = keras.Model(inputs, latent, name='encoder')

    # Decoder
    codes = keras.Input(shape=(int(latent_dims),))
    x = codes
    for nodes in reversed(hidden_layers):
        x = keras.layers.Dense(int(nodes), activation='relu')(x)
    reconstruction = keras.layers.Dense(int(input_dims), activation='sigmoid',
                                        name='reconstruction')(x)
    decoder = keras.Model(codes, reconstruction, name='decoder')

    # Autoencoder
    auto = keras.Model(inputs, decoder(encoder(inputs)), name='autoencoder')
    auto.compile(optimizer='adam', loss='binary_crossentropy')

    return encoder, decoder, auto
