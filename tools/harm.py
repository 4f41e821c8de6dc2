#!/usr/bin/env python3
"""Measures what faults do to a model, beside the points that they cost

Each fault is a variant of grader/proof. It is graded, and trained for one
epoch on MNIST as the exercise does it. Then the loss that the exercise asks
for is computed of its outputs for the test images, whatever loss it was
trained on. The harm is 0 for the right file and 100 for an autoencoder that
puts out the mean image, whatever it is given. Prints a table in Markdown.
"""

import argparse
import importlib.util
import multiprocessing
import os
import re
import tempfile

import numpy as np

from common import command, data, mnist, training
from grader.proof.__main__ import cases, prove
from tools import ARGUMENTS, shaped

FAULTS = (
    (0, ('decoder frozen', 'a kernel that climbs', 'fit freezes',
         'weights that begin with zeros', 'not compiled', 'SGD', 'RMSprop',
         'mean squared error', 'cross-entropy doubled',
         'relu on the reconstruction', 'sigmoid on the latent',
         'hidden layer missing in the encoder', 'no bias in the hidden layers',
         'decoder not reversed', 'style', 'first line missing')),
    (1, ('L1 missing', 'L1 of the weights', 'sigmoid on the latent')),
    (2, ('relu on the last convolution', 'average pooling',
         'second to last with same padding')),
    (3, ('KL missing', 'KL halved', 'KL with the wrong sign',
         'reconstruction averaged', 'relu on the reconstruction',
         'relu on both', 'decoder fed with the log variance',
         'no noise while it trains', 'no gradient through the deviation',
         'exp(log_var)')))


def entropy(x, y):
    """Computes the binary cross-entropy, in nats per image"""
    y = np.clip(np.float64(y), 1e-7, 1 - 1e-7)
    return -(x * np.log(y) + (1 - x) * np.log(1 - y)).reshape(
        len(x), -1).sum(axis=1).mean()


def measure(given):
    """Trains a variant for one epoch

    Args:
        given: tuple of a task and a source.

    Returns:
        two floats, the loss of the exercise for the test images, and that of
        the mean image; nats per image for task 3, else per pixel.
    """
    task, source = given
    command.load_tensorflow(verbose=False)
    (x_train, _), (x_test, _) = mnist.load()
    x_train, x_test = (data.scale(shaped(task, x)) for x in (x_train, x_test))
    unit = 1 if task == 3 else x_test[0].size
    worst = entropy(x_test, x_train.mean(axis=0, keepdims=True)) / unit
    training.set_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'variant.py')
        with open(path, 'w') as file:
            file.write(source)
        spec = importlib.util.spec_from_file_location('variant', path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        encoder, _, auto = module.autoencoder(*ARGUMENTS[task])
        try:
            auto.fit(x_train, x_train, batch_size=256, verbose=0)
        except ValueError:
            # It cannot be trained.
            return worst, worst
        loss = entropy(x_test, auto.predict(x_test, verbose=0)) / unit
        codes = encoder.predict(x_test, verbose=0)
    if task == 1:
        loss += ARGUMENTS[1][3] * np.abs(codes).sum(axis=1).mean()
    elif task == 3:
        mean, log_var = np.float64(codes[1:])
        loss -= 0.5 * (1 + log_var - mean ** 2 - np.exp(log_var)).sum(
            axis=1).mean()
    return loss, worst


def main():
    """Prints the table, of each task with the greatest harm first"""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--only', default='', metavar='REGEX',
                        help='only the faults with such a name')
    options = parser.parse_args()
    known = {(variant.task, variant.name): (variant, source)
             for variant, source in cases()}
    context = multiprocessing.get_context('spawn')
    with context.Pool(1, maxtasksperchild=1) as pool:
        print('| task | fault | loss | harm | points |\n|---|---|---|---|---|')
        for task, names in FAULTS:
            names = [name for name in names if re.search(options.only, name)]
            chosen = [known[task, name] for name in names]
            right = next(source for variant, source in known.values()
                         if variant.task == task and not variant.patterns)
            (best, _), *losses = pool.map(measure, [
                (task, source) for source in [right] + [
                    source for _, source in chosen]], 1)
            rows = []
            for case, (loss, worst) in zip(chosen, losses):
                (_, _, score, _), = prove(([case], 'newest', 0))
                rows.append((100 * (loss - best) / (worst - best),
                             case[0].name, loss, 100 - score))
            print('| {} | none | {:.4g} | 0 | 0 |'.format(task, best))
            for harm, name, loss, points in sorted(rows, reverse=True):
                print('| {} | {} | {:.4g} | {:.0f} | {:g} |'.format(
                    task, name, loss, harm, points), flush=True)


if __name__ == '__main__':
    main()
