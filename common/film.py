#!/usr/bin/env python3
"""The film of a training: what the model makes of the same test images

The explorer shows it. A frame is taken before the first epoch and after
many: after each of the first, in which a model changes most, then at larger
and larger steps, so that a long training has no larger film than a short one.
"""

import numpy as np

from common import data

# About as many frames has a film of any length.
MOST_FRAMES = 60
# How many images are reconstructed, and how many are points of a plane.
PICTURES, POINTS = 10, 1000


class Film:
    """What is kept for the explorer while a model is trained

    Attributes:
        epochs: list of int, how many epochs were done at each frame.
        frames: list of arrays: reconstructions, (PICTURES, 784), uint8; of a
            VAE means, (POINTS, latent_dims), int16, in thousandths.
        dtype: type, that of the frames.
    """

    def __init__(self, auto, x_test, epochs, has_means=False):
        """Prepares a film

        Args:
            auto: keras.Model, the autoencoder.
            x_test: array (m, ...), uint8, or float32 in [0, 1].
            epochs: int, how many there will be.
            has_means: bool, whether means are shown, which are given.
        """
        import tensorflow.keras as keras

        self.epochs, self.frames = [], []
        self.dtype = np.int16 if has_means else np.uint8
        self.wanted = set(np.rint(np.geomspace(
            1, epochs + 1, MOST_FRAMES)).astype(int) - 1)
        # With no state of a training in it, such as auto has.
        self.model = None if has_means else keras.Model(auto.inputs[0],
                                                        auto.outputs[0])
        self.images = data.scale(x_test[:PICTURES])

    def shoot(self, epoch, means=None):
        """Takes a frame, if one is wanted and not there

        Args:
            epoch: int, how many epochs were done.
            means: array (n, latent_dims), of a VAE.
        """
        if epoch not in self.wanted or epoch in self.epochs:
            return
        if means is None:
            frame = 255 * self.model.predict_on_batch(self.images)
        else:
            frame = np.clip(1000 * means[:POINTS], -32767, 32767)
        self.epochs.append(epoch)
        self.frames.append(np.rint(np.nan_to_num(frame)).astype(self.dtype))
