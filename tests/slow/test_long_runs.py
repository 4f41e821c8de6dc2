#!/usr/bin/env python3
"""Long trainings: the memory does not grow with the epochs"""

import os
import resource
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

EARLY, LATE = 20, 300


def resident():
    """Reads how much memory this process has, in MB"""
    with open('/proc/self/statm', encoding='ascii') as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def train():
    """Trains task 0 on made images, as the main does, and prints its memory

    The last line is the memory after the early and after the late epoch.
    """
    import numpy as np
    import tensorflow as tf

    from common import training

    class Watch(tf.keras.callbacks.Callback):
        """Takes note of the memory after each epoch"""

        seen = []

        def on_epoch_end(self, epoch, logs=None):
            """Adds the memory of now"""
            self.seen.append(resident())

    images = np.random.default_rng(0).random((1000, 784), np.float32)
    training.seed_everything(0)
    auto = __import__('0-vanilla').autoencoder(784, [128, 64], 32)[2]
    training.fit(auto, images, images[:100], LATE, [Watch()])
    print(Watch.seen[EARLY - 1], Watch.seen[LATE - 1])


def test_memory_does_not_grow(tell):
    """From the 20th to the 300th epoch it grows by less than 5 %"""
    printed = subprocess.run([sys.executable, os.path.abspath(__file__)],
                             check=True, stdout=subprocess.PIPE).stdout
    early, late = map(float, printed.decode().split('\n')[-2].split())
    tell(f'memory after {EARLY} and {LATE} epochs of task 0',
         f'{early:.0f} MB, {late:.0f} MB')
    assert late < 1.05 * early, f'{early} MB have become {late} MB'


if __name__ == '__main__':
    train()
