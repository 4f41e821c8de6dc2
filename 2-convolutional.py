#!/usr/bin/env python3
"""Convolutional autoencoder: images through a small stack of feature maps"""

import tensorflow.keras as keras


def autoencoder(input_dims, filters, latent_dims):
    """Builds an autoencoder of convolutions

    With three filters, auto gives back the size of its input if height and
    width are 4, 12, 20, 28, ...: pooling and upsampling three times round
    them up to a multiple of 8, and the valid convolution takes 4 away. (With
    n filters it is a multiple of 2 ** n; fewer than three fit no size.) Other
    sizes are built too, but auto cannot be trained on its own inputs.

    Args:
        input_dims: tuple of three int, the height, width and channels of an
            input, whose values are in [0, 1].
        filters: list of int, the number of filters of each convolution of
            the encoder, in order; the decoder has them in reverse.
        latent_dims: tuple of three int, the height, width and channels of
            the latent representation: those that the encoder puts out.

    Returns:
        encoder: keras.Model, (batch,) + input_dims to (batch,) + latent_dims.
        decoder: keras.Model, (batch,) + latent_dims to images that are 2 ** n
            times as high and wide, less 4, with the channels of input_dims.
        auto: keras.Model, the decoder applied to the encoder, compiled with
            Adam and binary cross-entropy, in nats per value: the mean over the
            values of an image and over the batch. TensorFlow 1.12 reports
            it multiplied by the batch size. Sample weights must have the shape
            (batch, 1, 1), which TensorFlow before 2.2 does not take.

    Raises:
        ValueError: if an argument is not what is said above, or an input is
            so small that nothing is left for the valid convolution.

    Source:
        Task 2 of the exercise; Masci et al. 2011, "Stacked convolutional
        auto-encoders for hierarchical feature extraction", ICANN.
    """
    input_dims = positives('input_dims', input_dims)
    filters = positives('filters', filters)
    latent_dims = positives('latent_dims', latent_dims)
    if len(input_dims) != 3:
        raise ValueError('`input_dims` must be height, width and channels. '
                         'Received: {}'.format(input_dims))
    if not filters:
        raise ValueError('`filters` must not be empty. Received: ()')
    height, width, channels = input_dims
    # Smaller ones leave nothing for the valid convolution.
    if min(height, width) < 5 and len(filters) < 3:
        raise ValueError(
            '`input_dims` must be at least 5 high and wide for fewer than '
            'three filters. Received: {}'.format(input_dims))

    # Encoder (data_format, since Keras may be set to channels first)
    inputs = keras.Input(shape=input_dims, name='inputs')
    x = inputs
    for count in filters:
        x = keras.layers.Conv2D(count, (3, 3), data_format='channels_last',
                                padding='same', activation='relu')(x)
        x = keras.layers.MaxPooling2D((2, 2), padding='same',
                                      data_format='channels_last')(x)
    encoder = keras.Model(inputs, x, name='encoder')
    if latent_dims != encoder.output_shape[1:]:
        raise ValueError(
            "`latent_dims` must be the shape of the encoder's output, {}. "
            'Received: {}'.format(encoder.output_shape[1:], latent_dims))

    # Decoder
    codes = keras.Input(shape=latent_dims, name='codes')
    x = codes
    paddings = ['same'] * (len(filters) - 1) + ['valid']
    for count, padding in zip(reversed(filters), paddings):
        x = keras.layers.Conv2D(count, (3, 3), data_format='channels_last',
                                padding=padding, activation='relu')(x)
        x = keras.layers.UpSampling2D((2, 2), data_format='channels_last')(x)
    reconstruction = keras.layers.Conv2D(
        channels, (3, 3), data_format='channels_last', padding='same',
        activation='sigmoid', name='reconstruction')(x)
    decoder = keras.Model(codes, reconstruction, name='decoder')

    # Autoencoder
    auto = keras.Model(inputs, decoder(encoder(inputs)), name='autoencoder')
    auto.compile(optimizer='adam', loss='binary_crossentropy')

    return encoder, decoder, auto


def positive(name, value):
    """Returns an argument as int, or raises ValueError"""
    # int() takes True and 2.5 as well, but their text is not digits alone.
    if isinstance(value, str) or not str(value).isdecimal() or not int(value):
        raise ValueError('`{}` must be a positive integer. '
                         'Received: {!r}'.format(name, value))
    return int(value)


def positives(name, values):
    """Returns an argument as tuple of int, or raises ValueError"""
    if not isinstance(values, (list, tuple)):
        raise ValueError('`{}` must be a list of positive integers. '
                         'Received: {!r}'.format(name, values))
    return tuple(positive('{}[{}]'.format(name, i), value)
                 for i, value in enumerate(values))
