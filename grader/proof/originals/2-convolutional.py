#!/usr/bin/env python3
"""Convolutional autoencoder: images through a small stack of feature maps"""

import tensorflow.keras as keras


def positive(name, value, listed=False):
    """Returns an argument as int or list of int, or says what is wrong"""
    if listed:
        if not isinstance(value, (list, tuple)):
            raise ValueError('`{}` must be a list of positive integers. '
                             'Received: {!r}'.format(name, value))
        return [positive('{}[{}]'.format(name, i), item)
                for i, item in enumerate(value)]
    # Digits alone: no sign, no point, and not True, which counts as 1.
    if (isinstance(value, str) or not str(value).isdecimal() or
            int(value) == 0):
        raise ValueError('`{}` must be a positive integer. '
                         'Received: {!r}'.format(name, value))
    return int(value)


def autoencoder(input_dims, filters, latent_dims):
    """Builds an autoencoder of convolutions

    auto gives back the size of its input only where height and width are 4
    less than a multiple of 2^n, with n = len(filters) at least 3: 4, 12, 20,
    28, ... for three. For each pooling halves them, rounded up, each
    upsampling doubles them, and the valid convolution before the last
    upsampling takes 2 away. Other sizes are built all the same: a height h
    becomes 2^n ceil(h / 2^n) - 4.

    Args:
        input_dims: tuple of three int, the height, width and channels of an
            input, whose values are in [0, 1].
        filters: list of int, the number of filters of each convolution of
            the encoder, in order; the decoder has them in reverse.
        latent_dims: tuple of three int, the height, width and channels of
            the latent representation: those that the encoder puts out.

    Returns:
        encoder: keras.Model, (batch,) + input_dims to (batch,) + latent_dims.
        decoder: keras.Model, (batch,) + latent_dims to images with the
            channels of input_dims and the size said above.
        auto: keras.Model, the decoder applied to the encoder, compiled with
            Adam and binary cross-entropy, in nats a value: the mean over the
            values of an image and over the batch. TensorFlow 1.12 reports
            it times the batch size.

    Raises:
        ValueError: if an argument is not what is said above, or an input is
            so small that nothing is left for the valid convolution.

    Source:
        Task 2 of the exercise; Masci et al. 2011, "Stacked convolutional
        auto-encoders for hierarchical feature extraction", ICANN.
    """
    input_dims = positive('input_dims', input_dims, listed=True)
    filters = positive('filters', filters, listed=True)
    latent_dims = positive('latent_dims', latent_dims, listed=True)
    if len(input_dims) != 3:
        raise ValueError('`input_dims` must be height, width and channels. '
                         'Received: {}'.format(input_dims))
    if not filters:
        raise ValueError('`filters` must not be empty. Received: []')
    height, width, channels = input_dims
    scale = 2 ** len(filters)
    # Rounded up, as by pooling with same padding.
    encoded = [-(-height // scale), -(-width // scale), filters[-1]]
    if latent_dims != encoded:
        raise ValueError(
            "`latent_dims` must be the shape of the encoder's output, {}. "
            'Received: {}'.format(encoded, latent_dims))
    if scale * min(encoded[:2]) < 6:
        raise ValueError('`input_dims` must be at least 5 high and wide for '
                         'fewer than three filters. Received: {}'.format(
                             input_dims))

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
