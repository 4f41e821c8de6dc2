#!/usr/bin/env python3
"""Vanilla autoencoder of sequential models"""

import tensorflow.keras as keras


def stack(inputs, hidden, outputs, activation):
    """Stacks fully connected layers, the shape of the input left open"""
    model = keras.Sequential()
    for nodes in hidden:
        model.add(keras.layers.Dense(nodes, activation='relu'))
    model.add(keras.layers.Dense(outputs, activation=activation))
    return model


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    encoder = stack(input_dims, hidden_layers, latent_dims, 'relu')
    decoder = stack(latent_dims, hidden_layers[::-1], input_dims, 'sigmoid')
    auto = keras.Sequential([encoder, decoder])
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
