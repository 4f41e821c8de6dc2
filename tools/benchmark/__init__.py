#!/usr/bin/env python3
"""Seconds per epoch of the mains' training beside other ways to do the same

`python -m tools.benchmark` is the command; --help explains its options.
"""

import numpy as np

# The shapes of the kernels, in the order of Keras' get_weights.
DENSE = ((784, 128), (128, 64), (64, 32), (32, 64), (64, 128), (128, 784))
KERNELS = (
    DENSE,
    DENSE,
    ((3, 3, 1, 16), (3, 3, 16, 8), (3, 3, 8, 8),
     (3, 3, 8, 8), (3, 3, 8, 8), (3, 3, 8, 16), (3, 3, 16, 1)),
    ((784, 512), (512, 2), (512, 2), (2, 512), (512, 784)),
)


def initial_weights(task, seed=0):
    """Draws the weights that every way to train starts from

    Args:
        task: int, 0 to 3.
        seed: int, the seed of the draw.

    Returns:
        list of float32 arrays: kernel and bias of each layer, in the order
        of Keras' get_weights; kernels are Glorot uniform, biases zero.
    """
    random = np.random.RandomState(seed)
    weights = []
    for shape in KERNELS[task]:
        fans = np.prod(shape[:-2]) * (shape[-2] + shape[-1])
        limit = np.sqrt(6 / fans)
        weights += [random.uniform(-limit, limit, shape).astype('float32'),
                    np.zeros(shape[-1], 'float32')]
    return weights
