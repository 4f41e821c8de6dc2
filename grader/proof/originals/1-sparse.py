#!/usr/bin/env python3
"""Sparse autoencoder: a penalty keeps most of the latent values at zero"""

import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Builds an autoencoder whose latent representation is sparse"""
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
