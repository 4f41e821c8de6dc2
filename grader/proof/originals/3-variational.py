#!/usr/bin/env python3
"""Variational autoencoder: a generative model with a normal latent space"""

import tensorflow.keras as keras

# Keras 3 computes in `ops`, where the versions before it have `backend`.
ops = getattr(keras, 'ops', keras.backend)


def kl_divergence(mean, log_var):
    """Computes KL(N(mean, exp(log_var)) || N(0, I))"""
    return -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var),
                          axis=-1)


def reconstruction_loss(y_true, y_pred):
    """Computes the reconstruction term of the loss"""
    return ops.sum(ops.binary_crossentropy(y_true, y_pred), axis=-1)


class Lambda(keras.layers.Lambda):
    """Draws the latent and adds the KL divergence to the loss"""

    def __init__(self, **options):
        """Makes the layer, with the options that all layers have"""
        super().__init__(self.sample, **options)
        # The JAX backend keeps the state of noise in layers.
        self.noise = keras.layers.GaussianNoise(1.0)
        self.called = False

    def sample(self, distribution):
        """Draws z = mean + deviation * noise, the reparameterisation"""
        mean, log_var = distribution
        # TensorFlow 1.12 would count the first call, which only makes the
        # encoder, as well as the one in auto.
        if self.called:
            self.add_loss(ops.mean(kl_divergence(mean, log_var)))
        self.called = True
        noise = self.noise(ops.zeros_like(mean), training=True)
        return mean + ops.exp(log_var / 2) * noise


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds a variational autoencoder of fully connected layers"""
    # Encoder
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    mean = keras.layers.Dense(latent_dims, name='mean')(x)
    log_var = keras.layers.Dense(latent_dims, name='log_var')(x)
    latent = Lambda(name='latent')([mean, log_var])
    encoder = keras.Model(inputs, [latent, mean, log_var], name='encoder')

    # Decoder
    codes = keras.Input(shape=(latent_dims,))
    x = codes
    for nodes in reversed(hidden_layers):
        x = keras.layers.Dense(nodes, activation='relu')(x)
    reconstruction = keras.layers.Dense(input_dims, activation='sigmoid',
                                        name='reconstruction')(x)
    decoder = keras.Model(codes, reconstruction, name='decoder')

    # Autoencoder
    auto = keras.Model(inputs, decoder(encoder(inputs)[0]),
                       name='autoencoder')
    auto.compile(optimizer='adam', loss=reconstruction_loss)

    return encoder, decoder, auto
