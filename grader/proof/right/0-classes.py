#!/usr/bin/env python3
"""Vanilla autoencoder of models and layers that are classes of its own"""

import tensorflow.keras as keras


class Stack(keras.Model):
    """A stack of fully connected layers"""

    def __init__(self, nodes, last):
        """Makes the layers; last is the activation of the last one"""
        super().__init__()
        names = ['relu'] * (len(nodes) - 1) + [last]
        self.stack = [keras.layers.Dense(count, activation=name)
                      for count, name in zip(nodes, names)]

    def call(self, inputs):
        """Applies the layers"""
        for layer in self.stack:
            inputs = layer(inputs)
        return inputs


class Autoencoder(keras.Model):
    """A decoder applied to an encoder"""

    def __init__(self, encoder, decoder):
        """Keeps both"""
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def call(self, inputs):
        """Encodes and decodes"""
        return self.decoder(self.encoder(inputs))


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    encoder = Stack(hidden_layers + [latent_dims], 'relu')
    decoder = Stack(hidden_layers[::-1] + [input_dims], 'sigmoid')
    auto = Autoencoder(encoder, decoder)
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
