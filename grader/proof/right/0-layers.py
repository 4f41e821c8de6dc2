#!/usr/bin/env python3
"""Vanilla autoencoder of layers of its own, whose biases come first"""

import tensorflow.keras as keras

# Keras 3 computes in `ops`, where the versions before it have `backend`.
ops = getattr(keras, 'ops', keras.backend)


class Layer(keras.layers.Layer):
    """A fully connected layer"""

    def __init__(self, nodes, activation):
        """Takes the number of nodes and the name of an activation"""
        super().__init__()
        self.nodes = nodes
        self.function = keras.activations.get(activation)

    def build(self, shape):
        """Makes a bias of two dimensions, and then the kernel"""
        self.bias = self.add_weight(
            name='bias', shape=(1, self.nodes), initializer='zeros')
        self.kernel = self.add_weight(
            name='kernel', shape=(int(shape[-1]), self.nodes),
            initializer='glorot_uniform')
        super().build(shape)

    def call(self, inputs):
        """Computes the output"""
        return self.function(ops.dot(inputs, self.kernel) + self.bias)

    def compute_output_shape(self, shape):
        """Tells the shape of the output, which TensorFlow 1.12 asks for"""
        return shape[0], self.nodes


def model(size, layers, last):
    """Makes a model; last is the activation of the last layer"""
    inputs = x = keras.Input(shape=(size,))
    for nodes in layers[:-1]:
        x = Layer(nodes, 'relu')(x)
    return keras.Model(inputs, Layer(layers[-1], last)(x))


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds the autoencoder"""
    encoder = model(input_dims, hidden_layers + [latent_dims], 'relu')
    decoder = model(latent_dims, hidden_layers[::-1] + [input_dims], 'sigmoid')
    inputs = keras.Input(shape=(input_dims,))
    auto = keras.Model(inputs, decoder(encoder(inputs)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
