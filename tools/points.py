#!/usr/bin/env python3
"""Measures what faults do to a model, beside the points that they cost

Each fault is a variant of grader.proof. It is graded, and trained for one
epoch on MNIST as the exercise does it. The loss is that which the exercise
asks for, of the outputs for the test images, whatever the variant was trained
on; in task 3 those for samples of mean and log variance. Writes the table of
docs/points.md.
"""

import argparse
import importlib.util
import multiprocessing
import os
import tempfile

import numpy as np

from common import command, data, mnist, training
from grader import oracle
from grader.proof.__main__ import cases, prove
from tools import ARGUMENTS, document, shaped

FAULTS = (
    (0, ('decoder frozen', 'a kernel that climbs', 'fit freezes',
         'weights that begin with zeros', 'not compiled', 'SGD', 'RMSprop',
         'mean squared error', 'cross-entropy doubled',
         'relu on the reconstruction', 'linear reconstruction',
         'softmax on the reconstruction', 'sigmoid on the latent',
         'hidden layer missing in the encoder', 'no bias in the hidden layers',
         'decoder not reversed', 'style')),
    (1, ('L1 missing', 'L1 of the weights', 'sigmoid on the latent')),
    (2, ('relu on the last convolution', 'average pooling',
         'no bias in the encoder')),
    (3, ('KL missing', 'KL halved', 'KL with the wrong sign',
         'reconstruction averaged', 'relu on the reconstruction',
         'relu on both', 'decoder fed with the mean',
         'decoder fed with the log variance', 'no noise',
         'no noise while it trains', 'noise with deviation 0.1',
         'no gradient through the deviation', 'uniform noise',
         'exp(log_var)')))


def entropy(x, y):
    """Computes the binary cross-entropy, in nats per image"""
    return oracle.binary_crossentropy(x, np.float64(y)).reshape(
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
        encoder, decoder, auto = module.autoencoder(*ARGUMENTS[task])
        try:
            auto.fit(x_train, x_train, batch_size=256, verbose=0)
        except ValueError:
            # It cannot be trained.
            return worst, worst
        outputs = auto.predict(x_test, verbose=0)
        codes = encoder.predict(x_test, verbose=0)
        added = 0
        if task == 1:
            added = ARGUMENTS[1][3] * np.abs(codes).sum(axis=1).mean()
        elif task == 3:
            # Whatever auto decodes, and with whichever noise.
            mean, log_var = np.float64(codes[1:])
            noise = np.random.RandomState(0).randn(*mean.shape)
            outputs = decoder.predict(
                mean + np.exp(log_var / 2) * noise, verbose=0)
            added = oracle.kl_divergence(mean, log_var).sum(axis=1).mean()
    return entropy(x_test, outputs) / unit + added, worst


def rows_of(task, names, known, measured):
    """Makes the rows of a task, the greatest harm first

    Args:
        task: int.
        names: tuple of str, variants.
        known: dict from task and name to a variant and its source.
        measured: list of what measure gives for the right file and them.

    Yields:
        str, a row in Markdown.
    """
    (best, worst), *losses = measured
    rows = []
    for name, (loss, _) in zip(names, losses):
        (_, _, score, _), = prove(([known[task, name]], 'newest', 0))
        # A loss that is no number is more than all.
        rows.append((np.nan_to_num(100 * (loss - best) / (worst - best),
                                   nan=np.inf), name, loss, 100 - score))
    yield '| {} | none | {:.4g} | 0 | 0 |'.format(task, best)
    for harm, name, loss, points in sorted(rows, reverse=True):
        yield '| {} | {} | {:.4g} | {} | {:g} |'.format(
            task, name, loss, 'more' if harm > 100 else round(max(0, harm)),
            points)


def main():
    """Trains and grades all, and writes the table"""
    argparse.ArgumentParser(
        description=__doc__.split('\n')[0]).parse_args()
    known = {(variant.task, variant.name): (variant, source)
             for variant, source in cases()}
    lines = [document.stamp() + ':', '',
             '| task | fault | loss | harm | points |',
             '|---|---|---|---|---|']
    faults = [(task, ('unchanged',) + names) for task, names in FAULTS]
    # A process for each: what a variant leaves must not change another.
    with multiprocessing.get_context('spawn').Pool(
            1, maxtasksperchild=1) as pool:
        measured = pool.imap(measure, [
            (task, known[task, name][1])
            for task, names in faults for name in names])
        # The grader ends processes that begin while it grades.
        measured = [[next(measured) for _ in names] for _, names in faults]
    for (task, names), losses in zip(FAULTS, measured):
        for row in rows_of(task, names, known, losses):
            print(row, flush=True)
            lines.append(row)
    document.write(document.POINTS, 'points', '\n'.join(lines))


if __name__ == '__main__':
    main()
