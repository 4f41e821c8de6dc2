#!/usr/bin/env python3
"""Convolutional autoencoder: images through a small stack of feature maps"""

import tensorflow.keras as keras


def autoencoder(input_dims, filters, latent_dims):
    """Builds an autoencoder of convolutions"""
    channels = input_dims[-1]

    # Encoder
    inputs = keras.Input(shape=input_dims)
    x = inputs
    for count in filters:
        x = keras.layers.Conv2D(count, (3, 3), padding='same',
                                activation='relu')(x)
        x = keras.layers.MaxPooling2D((2, 2), padding='same')(x)
    encoder = keras.Model(inputs, x, name='encoder')

    # Decoder
    codes = keras.Input(shape=latent_dims)
    x = codes
    for count in reversed(filters[1:]):
        x = keras.layers.Conv2D(count, (3, 3), padding='same',
                                activation='relu')(x)
        x = keras.layers.UpSampling2D((2, 2))(x)
    x = keras.layers.Conv2D(filters[0], (3, 3), padding='valid',
                            activation='relu')(x)
    x = keras.layers.UpSampling2D((2, 2))(x)
    reconstruction = keras.layers.Conv2D(channels, (3, 3), padding='same',
                                         activation='sigmoid',
                                         name='reconstruction')(x)
    decoder = keras.Model(codes, reconstruction, name='decoder')

    # Autoencoder
    auto = keras.Model(inputs, decoder(encoder(inputs)), name='autoencoder')
    auto.compile(optimizer='adam', loss='binary_crossentropy')

    return encoder, decoder, auto
