#!/usr/bin/env python3
"""JAX: each epoch, validation included, is one jitted call with a scan"""

import functools

import jax
import jax.numpy as jnp

from common.batches import SIZE as BATCH
from tools import ARGUMENTS
from tools.benchmark import initial_weights


def dense(layers, x, last=jax.nn.relu):
    """Applies fully connected layers, (kernel, bias) each"""
    for kernel, bias in layers[:-1]:
        x = jax.nn.relu(x @ kernel + bias)
    kernel, bias = layers[-1]
    return last(x @ kernel + bias)


def convolve(x, layer, padding='SAME'):
    """Applies a convolution of one (kernel, bias), images (n, h, w, c)"""
    kernel, bias = layer
    return bias + jax.lax.conv_general_dilated(
        x, kernel, (1, 1), padding, dimension_numbers=('NHWC', 'HWIO', 'NHWC'))


def pool(x):
    """Takes the maximum of squares of two by two values"""
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1),
                                 (1, 2, 2, 1), 'SAME')


def upsample(x):
    """Doubles height and width"""
    return jnp.repeat(jnp.repeat(x, 2, axis=1), 2, axis=2)


def forward(task, layers, x, key):
    """Computes the reconstruction of a batch, and what the loss adds to it

    Args:
        task: int, 0 to 3.
        layers: list of (kernel, bias).
        x: float32 array (batch, ...), the images.
        key: a key of jax.random, for task 3's noise.

    Returns:
        (logits, added): float32 array like x, the reconstruction before its
        sigmoid; and a number, the mean over the batch of the penalty of
        task 1 or the KL divergence of task 3.
    """
    if task == 2:
        for layer in layers[:3]:
            x = pool(jax.nn.relu(convolve(x, layer)))
        for layer in layers[3:5]:
            x = upsample(jax.nn.relu(convolve(x, layer)))
        x = upsample(jax.nn.relu(convolve(x, layers[5], 'VALID')))
        return convolve(x, layers[6]), 0.
    if task == 3:
        hidden = dense(layers[:1], x)
        mean, log_var = (hidden @ kernel + bias for kernel, bias in
                         layers[1:3])
        latent = mean + jnp.exp(log_var / 2) * jax.random.normal(key,
                                                                 mean.shape)
        added = -0.5 * jnp.sum(1 + log_var - mean ** 2 - jnp.exp(log_var), 1)
        return dense(layers[3:], latent, lambda x: x), jnp.mean(added)
    latent = dense(layers[:3], x)
    added = ARGUMENTS[1][3] * jnp.sum(latent, 1) if task == 1 else 0.
    return dense(layers[3:], latent, lambda x: x), jnp.mean(added)


def loss_of(layers, task, x, key):
    """Computes the mean loss of a batch"""
    logits, added = forward(task, layers, x, key)
    entropy = jnp.mean(jax.nn.softplus(logits) - x * logits)
    return (x[0].size if task == 3 else 1) * entropy + added


def adam(state, gradients):
    """Does a step of Adam with Keras' defaults

    Args:
        state: (layers, first moments, second moments, steps done).
        gradients: list of (kernel, bias).

    Returns:
        the state after the step.
    """
    layers, first, second, steps = state
    each = jax.tree_util.tree_map
    first = each(lambda m, g: m + 0.1 * (g - m), first, gradients)
    second = each(lambda v, g: v + 0.001 * (g * g - v), second, gradients)
    steps += 1
    rate = 0.001 * jnp.sqrt(1 - 0.999 ** steps) / (1 - 0.9 ** steps)
    layers = each(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7),
                  layers, first, second)
    return layers, first, second, steps


def over(step, carry, indices, key):
    """Takes steps over batches of indices, the last one maybe smaller

    Args:
        step: function of carry and (indices, key), gives carry and loss.
        carry: what is handed from step to step.
        indices: int array (n,).
        key: a key of jax.random.

    Returns:
        (carry, loss): after the last step, and the mean over the n.
    """
    full = len(indices) // BATCH * BATCH
    keys = jax.random.split(key, full // BATCH + 1)
    carry, losses = jax.lax.scan(
        step, carry, (indices[:full].reshape((-1, BATCH)), keys[:-1]))
    total = jnp.sum(losses) * BATCH
    if full < len(indices):
        carry, loss = step(carry, (indices[full:], keys[-1]))
        total += loss * (len(indices) - full)
    return carry, total / len(indices)


@functools.partial(jax.jit, static_argnums=0, donate_argnums=1)
def epoch(task, state, x_train, x_test, key):
    """Trains for one epoch and validates

    Args:
        task: int, 0 to 3.
        state: the state of adam.
        x_train: float32 array (n, ...), the training images.
        x_test: float32 array (m, ...), the images of the validation.
        key: a key of jax.random.

    Returns:
        (state, loss, val_loss), the losses as means over the images.
    """
    order_key, train_key, test_key = jax.random.split(key, 3)

    def train(state, batch):
        """Trains on a batch"""
        loss, gradients = jax.value_and_grad(loss_of)(
            state[0], task, x_train[batch[0]], batch[1])
        return adam(state, gradients), loss

    def test(layers, batch):
        """Evaluates a batch"""
        return layers, loss_of(layers, task, x_test[batch[0]], batch[1])

    order = jax.random.permutation(order_key, len(x_train))
    state, loss = over(train, state, order, train_key)
    _, val_loss = over(test, state[0], jnp.arange(len(x_test)), test_key)
    return state, loss, val_loss


def scan(task, x_train, x_test, epochs, clock):
    """Trains with JAX alone; the arguments are those of keras_way.ours"""
    weights = list(map(jnp.asarray, initial_weights(task)))
    layers = list(zip(weights[::2], weights[1::2]))
    zeros = functools.partial(jax.tree_util.tree_map, jnp.zeros_like, layers)
    state = layers, zeros(), zeros(), 0.
    x_train, x_test = jnp.asarray(x_train), jnp.asarray(x_test)
    for key in jax.random.split(jax.random.key(0), epochs):
        clock.start()
        state, loss, val_loss = epoch(task, state, x_train, x_test, key)
        clock.stop(loss, val_loss)
