#!/usr/bin/env python3
"""Convolutional autoencoder: images through a small stack of feature maps"""

import tensorflow.keras as keras


def is_size(value):
    """Tells whether value is a positive integer, Python's or NumPy's"""
    kind = type(value)
    # An object of any kind may raise anything.
    try:
        return ('bool' not in kind.__name__ and not hasattr(kind, '__len__')
                and int(value) == range(value).stop > 0)
    except Exception:
        return False


def are_sizes(values):
    """Tells whether values is a list or tuple of positive integers"""
    return isinstance(values, (list, tuple)) and all(map(is_size, values))


def check(valid, name, expected, received):
    """Raises a ValueError that names the argument unless it is valid"""
    if not valid:
        raise ValueError('`{0}` must be {1}. Received: {0}={2!r}'.format(
            name, expected, received))


def autoencoder(input_dims, filters, latent_dims):
    """Builds an autoencoder of convolutions

    Every pooling halves height and width, rounded up; every upsampling
    doubles them, and the valid convolution before the last upsampling takes
    a border of one off each side. n = len(filters) of each turn a height h
    into 2^n ceil(h / 2^n) - 4. So auto gives back the size of its input only
    where height and width are 4 less than a multiple of 2^n, with n at least
    3: 4, 12, 20, 28, ... for three convolutions. Other sizes are built all
    the same, with a reconstruction of that other size.

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
        Task 2 of the page; Masci et al. 2011, "Stacked convolutional
        auto-encoders for hierarchical feature extraction", ICANN.
    """
    check(are_sizes(input_dims) and len(input_dims) == 3, 'input_dims',
          'a tuple of three positive integers', input_dims)
    check(are_sizes(filters) and len(filters) > 0, 'filters',
          'a list of one or more positive integers', filters)
    # Not every Keras takes NumPy's integers.
    height, width, channels = map(int, input_dims)
    filters = [int(count) for count in filters]
    scale = 2 ** len(filters)
    encoded = (-(-height // scale), -(-width // scale), filters[-1])
    check(are_sizes(latent_dims) and tuple(latent_dims) == encoded,
          'latent_dims', "{}, the shape of the encoder's output".format(
              encoded), latent_dims)
    check(min(encoded[:2]) * scale // 2 >= 3, 'input_dims',
          'at least 5 high and wide for fewer than three filters', input_dims)

    # Encoder
    inputs = keras.Input(shape=(height, width, channels))
    x = inputs
    for count in filters:
        x = keras.layers.Conv2D(count, (3, 3), padding='same',
                                activation='relu')(x)
        x = keras.layers.MaxPooling2D((2, 2), padding='same')(x)
    encoder = keras.Model(inputs, x, name='encoder')

    # Decoder
    codes = keras.Input(shape=encoded)
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
