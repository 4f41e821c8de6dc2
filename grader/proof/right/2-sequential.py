#!/usr/bin/env python3
"""Convolutional autoencoder of sequential models"""

import tensorflow.keras as keras

layers = keras.layers


def autoencoder(input_dims, filters, latent_dims):
    """Builds the autoencoder"""
    encoder = keras.Sequential([layers.Input(shape=input_dims)])
    for count in filters:
        encoder.add(layers.Conv2D(count, 3, padding='same'))
        encoder.add(layers.ReLU())
        encoder.add(layers.MaxPool2D(padding='same'))
    decoder = keras.Sequential([layers.Input(shape=latent_dims)])
    for i, count in enumerate(reversed(filters)):
        padding = 'valid' if i == len(filters) - 1 else 'same'
        decoder.add(layers.Conv2D(count, 3, padding=padding,
                                  activation=keras.activations.relu))
        decoder.add(layers.UpSampling2D(2, interpolation='nearest'))
    decoder.add(layers.Conv2D(input_dims[-1], 3, padding='same'))
    decoder.add(layers.Activation('sigmoid'))
    auto = keras.Sequential([encoder, decoder])
    auto.compile(optimizer='Adam', loss=keras.losses.BinaryCrossentropy())
    return encoder, decoder, auto
