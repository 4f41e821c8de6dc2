#!/usr/bin/env python3
"""Long trainings: the memory does not grow with the epochs"""

import argparse
import resource
import subprocess
import sys
import tempfile

import numpy as np

from common import ROOT, training
from tests.support import build, keras
from tools import ARGUMENTS

EARLY, LATE = 20, 300


def resident():
    """Reads how much memory this process has, in MB"""
    with open('/proc/self/statm', encoding='ascii') as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def train():
    """Trains task 0 on made images, as the main does, and prints its memory

    The last line is the memory after the early and after the late epoch.
    """
    seen = []
    images = np.random.default_rng(0).random((1000, 784), np.float32)
    auto = build(0, arguments=ARGUMENTS[0])[2]
    watch = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(resident()))
    with tempfile.TemporaryDirectory() as output:
        run = training.Run(auto, images, images[:100], argparse.Namespace(
            task=0, epochs=LATE, seed=0, resume=False, output=output))
        auto.fit(epochs=LATE, verbose=0, callbacks=run.callbacks + [watch],
                 **run.batches)
    print(seen[EARLY - 1], seen[LATE - 1])


def test_memory_does_not_grow(record_property):
    """From the 20th to the 300th epoch it grows by less than 5 %"""
    printed = subprocess.run(
        [sys.executable, '-m', 'tests.slow.test_long_runs'], cwd=ROOT,
        check=True, stdout=subprocess.PIPE).stdout
    early, late = map(float, printed.decode().split('\n')[-2].split())
    record_property(f'memory after {EARLY} and {LATE} epochs of task 0',
                    f'{early:.0f} MB, {late:.0f} MB')
    assert late < 1.05 * early, f'{early} MB have become {late} MB'


if __name__ == '__main__':
    train()
