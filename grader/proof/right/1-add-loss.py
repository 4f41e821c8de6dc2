#!/usr/bin/env python3
"""Sparse autoencoder whose penalty a layer of its own adds to the loss"""

import tensorflow.keras as keras

ops = getattr(keras, 'ops', keras.backend)


class Sparsity(keras.layers.Layer):
    """A layer that changes nothing but adds an L1 penalty to the loss"""

    def __init__(self, lambtha):
        """Keeps the weight of the penalty"""
        super().__init__()
        self.lambtha = lambtha

    def call(self, inputs):
        """Adds the penalty"""
        self.add_loss(self.lambtha * ops.sum(ops.abs(inputs)))
        return inputs


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Builds the autoencoder"""
    encoder = keras.Sequential([keras.layers.Input(shape=(input_dims,))] + [
        keras.layers.Dense(nodes, activation='relu')
        for nodes in hidden_layers + [latent_dims]] + [Sparsity(lambtha)])
    decoder = keras.Sequential([keras.layers.Input(shape=(latent_dims,))] + [
        keras.layers.Dense(nodes, activation='relu')
        for nodes in hidden_layers[::-1]])
    decoder.add(keras.layers.Dense(input_dims, activation='sigmoid'))
    inputs = keras.layers.Input(shape=(input_dims,))
    auto = keras.Model(inputs, decoder(encoder(inputs)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
