#!/usr/bin/env python3
"""Draws the README's pictures from what `python -m results` has trained"""

import importlib
import json
import os

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from common import figures, mnist
from results import OUTPUT, PAGES, RESULTS, ROOT, tables

PICTURES = os.path.join(ROOT, 'pictures')
NAMES = ('vanilla', 'sparse', 'convolutional', 'variational')
COLOURS = 48
# What the page's lambtha would be on the newest Keras: TensorFlow 1.12 sums
# the penalty over the 256 images of a batch, and counts it twice.
PAGE_WEIGHT = 2 * 256 * 10e-6
# What the mains build.
MODELS = (
    ('0-vanilla', (784, [128, 64], 32)),
    ('1-sparse', (784, [128, 64], 32, 10e-6)),
    ('2-convolutional', ((28, 28, 1), [16, 8, 8], (4, 4, 8))),
    ('3-variational', (784, [512], 2)),
)


def load(task):
    """Loads what a main trained on the newest runtime

    Args:
        task: int, 0 to 3.

    Returns:
        encoder, decoder, auto: the trained keras.Models.
    """
    name, arguments = MODELS[task]
    models = importlib.import_module(name).autoencoder(*arguments)
    models[2].load_weights(os.path.join(
        OUTPUT, 'newest', f'task {task}', f'{task}.weights.h5'))
    return models


def draw_reconstructions(images):
    """Draws ten images, and below what the four autoencoders make of them

    Args:
        images: float32 array (10, 28, 28).
    """
    rows = [images]
    for task, (_, arguments) in enumerate(MODELS):
        dims = arguments[0] if task == 2 else arguments[:1]
        auto = load(task)[2]
        rows.append(auto.predict(images.reshape((-1, *dims)), verbose=0))
    figure, axes = plt.subplots(5, 10, figsize=(8, 4.3), dpi=100)
    for row, name, pictures in zip(axes, ('input', *NAMES), rows):
        for axis, picture in zip(row, pictures.reshape((-1, 28, 28))):
            axis.imshow(picture, cmap='gray', vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha='right', va='center')
    figure.subplots_adjust(0.14, 0.01, 0.995, 0.99, 0.06, 0.06)
    figures.save(figure, os.path.join(PICTURES, 'reconstructions.png'))


def draw_losses(results, pages):
    """Draws the validation losses of all tasks over what the pages print

    Args:
        results: dict, what is kept, by runtime.
        pages: dict, what the page and the later page print.
    """
    figure, axes = plt.subplots(2, 2, figsize=(8, 6), dpi=100)
    for task, axis in enumerate(axes.flat):
        for runtime, colour, name in (('page', '#cc6677', 'TF 1.12'),
                                      ('tf2.15', '#ddcc77', 'TF 2.15'),
                                      ('newest', '#332288', 'newest')):
            kept = results.get(runtime, {}).get(f'task {task}')
            if kept:
                scale = tables.scale_of(task, runtime)
                losses = np.array(kept['val_loss']) / scale
                axis.plot(range(1, len(losses) + 1), losses, color=colour,
                          label='ours, ' + name)
        for page, marker, name in (('page', 'o', 'the page'),
                                   ('later page', 's', 'the later page')):
            points = sorted((int(epoch), pair[1]) for epoch, pair in
                            pages[page][str(task)]['epochs'].items())
            epochs, losses = np.transpose(points)
            axis.plot(epochs, losses / tables.scale_of(task, page), marker,
                      color='black', fillstyle='none', label=name)
        # The first epoch's loss would press all others together.
        axis.set(title=NAMES[task], xlabel='epoch', xscale='log')
    axes[0, 0].legend()
    axes[0, 0].set_ylabel('validation loss')
    axes[1, 0].set_ylabel('validation loss')
    figure.tight_layout()
    figures.save(figure, os.path.join(PICTURES, 'losses.png'))


def draw_sparsity(results, pages):
    """Draws what lambtha does to losses and codes on the newest Keras

    Args:
        results: dict, what is kept, by runtime.
        pages: dict, what the page and the later page print.
    """
    rows = np.array(tables.lambthas(results))[1:]
    page = pages['page']['1']
    marks = page['epochs']['100'][1], float(page['printed'][0]), None
    figure, axes = plt.subplots(1, 3, figsize=(8, 3), dpi=100)
    titles = 'validation loss', 'mean latent value', 'fraction of zeros'
    for axis, title, values, mark in zip(axes, titles, rows.T[1:], marks):
        axis.plot(rows[:, 0], values, '.-', color='#332288', label='ours')
        axis.axvline(10e-6, color='#cc6677', linestyle=':',
                     label='lambtha=10e-6')
        if mark:
            axis.plot(PAGE_WEIGHT, mark, 'o', color='black',
                      fillstyle='none', label='the page')
        axis.set(title=title, xlabel='lambtha', xscale='log')
    axes[0].set_ylim(0)
    axes[1].set_yscale('log')
    axes[2].set_ylim(0)
    axes[0].legend(loc='lower right', fontsize=9)
    figure.tight_layout()
    figures.save(figure, os.path.join(PICTURES, 'sparsity.png'))


def draw_latent(images, digits):
    """Draws the three pictures of the variational autoencoder's latent space

    Args:
        images: float32 array (n, 28, 28), the test images.
        digits: integer array (n,), what they show.
    """
    encoder, decoder, _ = load(3)
    _, mean, _ = encoder.predict(images.reshape((-1, 784)), verbose=0)
    figures.latent(mean, digits, os.path.join(PICTURES, 'latent.png'))
    line = np.linspace(-3, 3, 25)
    grid = np.stack(np.meshgrid(line, line, indexing='ij'), axis=2)
    figures.manifold(decoder.predict(grid.reshape((-1, 2)), verbose=0), 3,
                     os.path.join(PICTURES, 'manifold.png'))
    draws = np.random.RandomState(0).normal(size=(100, 2))
    figures.samples(decoder.predict(draws, verbose=0),
                    os.path.join(PICTURES, 'samples.png'))


def shrink():
    """Gives every picture a palette, which makes a third of its bytes"""
    for name in os.listdir(PICTURES):
        path = os.path.join(PICTURES, name)
        with Image.open(path) as picture:
            small = picture.convert('RGB').quantize(COLOURS)
        small.save(path, optimize=True)


def main():
    """Draws all pictures"""
    with open(RESULTS) as file:
        results = json.load(file)
    with open(PAGES) as file:
        pages = json.load(file)
    _, (x_test, y_test) = mnist.load()
    draw_losses(results, pages)
    draw_sparsity(results, pages)
    draw_reconstructions(x_test[:10])
    draw_latent(x_test, y_test)
    shrink()


if __name__ == '__main__':
    main()
