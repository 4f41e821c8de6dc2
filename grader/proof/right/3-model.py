#!/usr/bin/env python3
"""Variational autoencoder that is a model class, which adds the KL term"""

import tensorflow.keras as keras

ops = keras.ops


class Autoencoder(keras.Model):
    """A decoder applied to an encoder's sample"""

    def __init__(self, encoder, decoder):
        """Keeps both"""
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def call(self, inputs):
        """Encodes, decodes and adds the KL divergence to the loss"""
        sample, mean, log_var = self.encoder(inputs)
        divergence = 0.5 * (mean ** 2 + ops.exp(log_var) - log_var - 1)
        self.add_loss(ops.mean(ops.sum(divergence, axis=-1)))
        return self.decoder(sample)


def dense(x, hidden):
    """Applies hidden layers"""
    for nodes in hidden:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    return x


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    inputs = keras.Input(shape=(input_dims,))
    x = dense(inputs, hidden_layers)
    mean = keras.layers.Dense(latent_dims)(x)
    log_var = keras.layers.Dense(latent_dims)(x)
    deviation = keras.layers.Lambda(lambda v: ops.exp(v / 2))(log_var)
    noise = keras.layers.Lambda(
        lambda v: keras.random.normal(ops.shape(v)))(mean)
    sample = keras.layers.Add()([
        mean, keras.layers.Multiply()([deviation, noise])])
    encoder = keras.Model(inputs, [sample, mean, log_var])
    codes = keras.Input(shape=(latent_dims,))
    decoder = keras.Model(codes, keras.layers.Dense(
        input_dims, activation='sigmoid')(dense(codes, hidden_layers[::-1])))
    auto = Autoencoder(encoder, decoder)
    auto.compile(optimizer='adam', loss=lambda targets, outputs: ops.sum(
        ops.binary_crossentropy(targets, outputs), axis=-1))
    return encoder, decoder, auto
