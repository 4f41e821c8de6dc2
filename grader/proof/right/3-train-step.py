#!/usr/bin/env python3
"""Variational autoencoder with steps, a loss and metrics of its own"""

import tensorflow.keras as keras

ops = keras.ops


class Autoencoder(keras.Model):
    """A functional model that computes its loss itself"""

    def __init__(self, inputs, encoder, decoder):
        """Keeps the encoder and makes the metrics"""
        super().__init__(inputs, decoder(encoder(inputs)[0]))
        self.encode = encoder
        self.divergence = keras.metrics.Mean(name='divergence')

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None,
                     training=True):
        """Adds the two terms of the loss"""
        mean, log_var = self.encode(x)[1:]
        divergence = ops.mean(-0.5 * ops.sum(
            1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1))
        self.divergence.update_state(divergence)
        return divergence + ops.mean(ops.sum(
            ops.binary_crossentropy(y, y_pred), axis=-1))

    def train_step(self, data):
        """Trains, and reports another value before the loss"""
        logs = super().train_step(data)
        return dict([('divergence', self.divergence.result())], **logs)

    def test_step(self, data):
        """Evaluates, and reports another value before the loss"""
        logs = super().test_step(data)
        return dict([('divergence', self.divergence.result())], **logs)


class Sampling(keras.layers.Layer):
    """Draws the latent representation"""

    def call(self, mean, log_var):
        """Draws a sample"""
        noise = keras.random.normal(ops.shape(mean))
        return mean + noise * ops.exp(log_var / 2)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    log_var = keras.layers.Dense(latent_dims)(x)
    mean = keras.layers.Dense(latent_dims)(x)
    encoder = keras.Model(inputs, [Sampling()(mean, log_var), mean, log_var])
    decoder = keras.Sequential([keras.Input(shape=(latent_dims,))])
    for nodes in hidden_layers[::-1]:
        decoder.add(keras.layers.Dense(nodes, activation='relu'))
    decoder.add(keras.layers.Dense(input_dims, activation='sigmoid'))
    auto = Autoencoder(inputs, encoder, decoder)
    auto.compile(optimizer='adam')
    return encoder, decoder, auto
