#!/usr/bin/env python3
"""Vanilla autoencoder whose three models are made of the same layers"""

import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    inputs = keras.layers.Input(shape=(input_dims,))
    codes = keras.layers.Input(shape=(latent_dims,))
    x = inputs
    for i in range(len(hidden_layers)):
        x = keras.layers.Dense(hidden_layers[i], activation='relu')(x)
    latent = x = keras.layers.Dense(latent_dims, activation='relu')(x)
    decoded = codes
    for i in range(len(hidden_layers) - 1, -1, -1):
        layer = keras.layers.Dense(hidden_layers[i], activation='relu')
        x, decoded = layer(x), layer(decoded)
    layer = keras.layers.Dense(input_dims, activation='sigmoid')
    encoder = keras.models.Model(inputs, latent)
    decoder = keras.models.Model(codes, layer(decoded))
    auto = keras.models.Model(inputs, layer(x))
    auto.compile(optimizer=keras.optimizers.Adam(),
                 loss='binary_crossentropy')
    return encoder, decoder, auto
