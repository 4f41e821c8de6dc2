#!/usr/bin/env python3
"""Convolutional autoencoder of classes, which make their last layers first"""

import tensorflow.keras as keras


def convolution(count, padding='same', activation='relu'):
    """Makes a convolution"""
    return keras.layers.Conv2D(count, 3, padding=padding,
                               activation=activation)


class Encoder(keras.Model):
    """Convolutions and pooling"""

    def __init__(self, filters):
        """Makes the layers"""
        super().__init__()
        self.stack = [convolution(count) for count in filters]
        self.pool = keras.layers.MaxPooling2D(padding='same')

    def call(self, inputs):
        """Applies the layers"""
        for layer in self.stack:
            inputs = self.pool(layer(inputs))
        return inputs


class Decoder(keras.Model):
    """Convolutions and upsampling"""

    def __init__(self, filters, channels):
        """Makes the layers"""
        super().__init__()
        self.last = convolution(channels, activation='sigmoid')
        self.valid = convolution(filters[0], 'valid')
        self.stack = [convolution(count) for count in filters[:0:-1]]
        self.up = keras.layers.UpSampling2D()

    def call(self, codes):
        """Applies the layers"""
        for layer in self.stack + [self.valid]:
            codes = self.up(layer(codes))
        return self.last(codes)


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


def autoencoder(input_dims, filters, latent_dims):
    """Builds the autoencoder"""
    encoder, decoder = Encoder(filters), Decoder(filters, input_dims[-1])
    auto = Autoencoder(encoder, decoder)
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
