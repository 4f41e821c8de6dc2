#!/usr/bin/env python3
"""Variational autoencoder of a class, which makes its last layers first"""

import tensorflow.keras as keras

ops = keras.ops


class Dense(keras.layers.Layer):
    """A fully connected layer, which makes its bias first"""

    def __init__(self, nodes):
        """Keeps the number of nodes"""
        super().__init__()
        self.nodes = nodes

    def build(self, shape):
        """Makes the weights"""
        self.bias = self.add_weight(shape=(self.nodes,), initializer='zeros')
        self.kernel = self.add_weight(shape=(shape[-1], self.nodes))

    def call(self, inputs):
        """Applies the layer"""
        return ops.matmul(inputs, self.kernel) + self.bias


class Encoder(keras.Model):
    """Hidden layers, mean, log variance and a sample"""

    def __init__(self, hidden, latent):
        """Makes the layers"""
        super().__init__()
        self.log_var = Dense(latent)
        self.mean = Dense(latent)
        self.stack = [Dense(nodes) for nodes in hidden]
        self.seed = keras.random.SeedGenerator()

    def call(self, inputs):
        """Encodes"""
        for layer in self.stack:
            inputs = ops.relu(layer(inputs))
        mean, log_var = self.mean(inputs), self.log_var(inputs)
        noise = keras.random.normal(ops.shape(mean), seed=self.seed)
        return mean + ops.exp(log_var / 2) * noise, mean, log_var


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    encoder = Encoder(hidden_layers, latent_dims)
    decoder = keras.Sequential(
        [keras.layers.Dense(nodes, activation='relu')
         for nodes in hidden_layers[::-1]] +
        [keras.layers.Dense(input_dims, activation='sigmoid')])
    inputs = keras.Input(shape=(input_dims,))
    auto = keras.Model(inputs, decoder(encoder(inputs)[0]))

    def loss(targets, outputs):
        """Adds cross-entropy and KL divergence"""
        _, mean, log_var = encoder(targets)
        return ops.sum(ops.binary_crossentropy(targets, outputs), axis=1) + \
            0.5 * ops.sum(mean ** 2 + ops.exp(log_var) - log_var - 1, axis=1)
    auto.compile(optimizer='adam', loss=loss)
    return encoder, decoder, auto
