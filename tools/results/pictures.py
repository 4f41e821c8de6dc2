#!/usr/bin/env python3
"""Draws docs/pictures/ from what `python -m tools.results` has trained"""

import argparse
import csv
import glob
import json
import os
import shutil

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import tools
from common import ROOT, data, figures, mnist, training
from tools.results import (BETAS, EXERCISE, OUTPUT, RESULTS, SCREENSHOTS,
                           drawings, tables)

PICTURES = os.path.join(ROOT, 'docs', 'pictures')
NAMES = tuple(module[2:] for module in tools.MODULES)
COLOURS = 48
# Pixels of an inch: twice as many as a page shows of a picture.
DPI = 200
# What the exercise's lambtha would be on the newest Keras: TensorFlow 1.12
# sums the penalty over the 256 images of a batch, and counts it twice.
WEIGHT = 2 * 256 * 10e-6


def load(task, name=None):
    """Builds the models of a task with the weights of a run

    Args:
        task: int, 0 to 3.
        name: str, the run, if it is not that of the main.

    Returns:
        encoder, decoder, auto: keras.Models.
    """
    models = tools.build(task)
    models[2].load_weights(os.path.join(
        OUTPUT, 'newest', name or f'task {task}', f'{task}.weights.h5'))
    return models


def draw_rows(rows, path):
    """Draws rows of ten digits, each with its name

    Args:
        rows: list of (str, array of 10 * 28 * 28 values in [0, 1]).
        path: str, the name of the picture.
    """
    figure, axes = plt.subplots(len(rows), 10,
                                figsize=(8, 0.1 + 0.7 * len(rows)))
    for row, (name, pictures) in zip(axes, rows):
        for axis, picture in zip(row, pictures.reshape((-1, 28, 28))):
            axis.imshow(picture, cmap='gray', vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha='right', va='center')
    figure.subplots_adjust(0.14, 0.01, 0.995, 0.99, 0.06, 0.06)
    figures.save(figure, os.path.join(PICTURES, path))


def draw_reconstructions(images):
    """Draws ten images, and below what the four autoencoders make of them

    Args:
        images: float32 array (10, 28, 28).
    """
    rows = [('input', images)]
    for task, name in enumerate(NAMES):
        auto = load(task)[2]
        rows.append((name, auto.predict(tools.shaped(task, images),
                                        verbose=0)))
    draw_rows(rows, 'reconstructions.png')


def draw_betas(images):
    """Draws ten images, and what task 3 makes of them with each beta

    Args:
        images: float32 array (10, 28, 28).
    """
    rows = [('input', images)]
    for beta in BETAS:
        encoder, decoder, _ = load(3, f'beta {beta}')
        _, mean, _ = encoder.predict(tools.shaped(3, images), verbose=0)
        rows.append((f'beta {beta}', decoder.predict(mean, verbose=0)))
    draw_rows(rows, 'beta.png')


def draw_denoising(x_train, x_test):
    """Draws ten images, in noise, and what task 0 makes of these

    Args:
        x_train: uint8 array (n, 28, 28), what it is trained on for that.
        x_test: uint8 array (m, 28, 28), the first of which are drawn.
    """
    training.set_seed(0)
    clean = [data.scale(tools.shaped(0, images))
             for images in (x_train, x_test[:10])]
    noisy = [np.clip(images + np.random.normal(0, 0.5, images.shape), 0, 1)
             for images in clean]
    auto = load(0)[2]
    auto.fit(noisy[0], clean[0], epochs=3, batch_size=256, verbose=0)
    draw_rows([('input', clean[1]), ('with noise', noisy[1]),
               ('denoised', auto.predict(noisy[1], verbose=0))],
              'denoising.png')


def draw_models(images):
    """Draws what is connected to what, with the first image

    Args:
        images: float32 array (n, 28, 28).
    """
    image = images[:1].reshape((1, 784))
    encoder, decoder, _ = load(0)
    code = encoder.predict(image, verbose=0)
    drawings.draw_autoencoder(image[0], code[0], decoder.predict(
        code, verbose=0)[0], PICTURES)
    drawings.draw_variational(image[0], load(3)[2].predict(
        image, verbose=0)[0], PICTURES)


def draw_plane(images, labels):
    """Draws where images lie in the latent space of task 3, and the manifold

    Both have the first latent value to the right and the second upwards.

    Args:
        images: float32 array (n, 28, 28).
        labels: integer array (n,).
    """
    encoder, decoder, _ = load(3)
    _, mean, _ = encoder.predict(tools.shaped(3, images), verbose=0)
    options = argparse.Namespace(task=3, output=OUTPUT)
    figures.latent(mean, labels, options)
    os.replace(figures.path_of(options, 'latent'),
               os.path.join(PICTURES, 'latent.png'))
    second, first = np.mgrid[3:-3:25j, -3:3:25j]
    digits = decoder.predict(np.stack([first.ravel(), second.ravel()], 1),
                             verbose=0)
    image = digits.reshape((25, 25, 28, 28)).transpose((0, 2, 1, 3))
    figure, axis = plt.subplots(figsize=(8, 7.6))
    axis.imshow(image.reshape((25 * 28, 25 * 28)), cmap='gray', vmin=0,
                vmax=1, extent=[-3.125, 3.125, -3.125, 3.125])
    axis.set(xlabel='first latent value', ylabel='second latent value')
    figure.tight_layout()
    figures.save(figure, os.path.join(PICTURES, 'manifold.png'))


def draw_samples(images):
    """Draws what tasks 3 and 0 make of latents that no image has

    Of task 3 these are draws of N(0, I); of task 0 each value is that of
    another image, as in the explorer.

    Args:
        images: float32 array (n, 28, 28).
    """
    rng = np.random.default_rng(0)
    encoder, decoder, _ = load(0)
    codes = rng.permuted(encoder.predict(tools.shaped(0, images), verbose=0),
                         axis=0)[:60]
    panels = (
        ('task 3: draws of N(0, I)', load(3)[1], rng.normal(size=(60, 2))),
        ('task 0: random latents', decoder, codes))
    figure, axes = plt.subplots(2, figsize=(8, 3.2))
    for axis, (title, decoder, latents) in zip(axes, panels):
        digits = decoder.predict(latents, verbose=0)
        image = digits.reshape((3, 20, 28, 28)).transpose((0, 2, 1, 3))
        axis.imshow(image.reshape((3 * 28, 20 * 28)), cmap='gray', vmin=0,
                    vmax=1)
        axis.set(title=title, xticks=[], yticks=[])
    figure.tight_layout()
    figures.save(figure, os.path.join(PICTURES, 'samples.png'))


def draw_terms(path):
    """Draws both terms of task 3 over the epochs

    Args:
        path: str, the losses that its main has left.
    """
    with open(path) as file:
        rows = list(csv.DictReader(file))
    options = argparse.Namespace(task=3, output=OUTPUT)
    figures.losses({name: [float(row[name]) for row in rows]
                    for name in rows[0] if name != 'epoch'}, options)
    os.replace(figures.path_of(options, 'losses'),
               os.path.join(PICTURES, 'terms.png'))


def draw_losses(results, editions):
    """Draws the validation losses of all tasks over what the exercise prints

    Args:
        results: dict, what is kept, by runtime.
        editions: dict, what the exercise and its later edition print.
    """
    figure, axes = plt.subplots(2, 2, figsize=(8, 6))
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
        for edition, marker in (('exercise', 'o'), ('later edition', 's')):
            points = sorted((int(epoch), pair[1]) for epoch, pair in
                            editions[edition][str(task)]['epochs'].items())
            epochs, losses = np.transpose(points)
            axis.plot(epochs, losses / tables.scale_of(task, edition), marker,
                      color='black', fillstyle='none', label='the ' + edition)
        # The first epoch's loss would press all others together.
        axis.set(title=NAMES[task], xlabel='epoch', xscale='log')
    axes[0, 0].legend()
    axes[0, 0].set_ylabel('validation loss')
    axes[1, 0].set_ylabel('validation loss')
    figure.tight_layout()
    figures.save(figure, os.path.join(PICTURES, 'losses.png'))


def draw_sparsity(results, editions):
    """Draws what lambtha does to losses and codes on the newest Keras

    Args:
        results: dict, what is kept, by runtime.
        editions: dict, what the exercise and its later edition print.
    """
    rows = np.array([row[:4] for row in tables.lambthas(results)])[1:]
    exercise = editions['exercise']['1']
    marks = exercise['epochs']['100'][1], float(exercise['printed'][0]), None
    figure, axes = plt.subplots(1, 3, figsize=(8, 3))
    titles = 'validation loss', 'mean latent value', 'fraction of zeros'
    for axis, title, values, mark in zip(axes, titles, rows.T[1:], marks):
        axis.plot(rows[:, 0], values, '.-', color='#332288', label='ours')
        axis.axvline(10e-6, color='#cc6677', linestyle=':',
                     label='lambtha=10e-6')
        if mark:
            axis.plot(WEIGHT, mark, 'o', color='black', fillstyle='none',
                      label='the exercise')
        axis.set(title=title, xlabel='lambtha', xscale='log')
    axes[0].set_ylim(0)
    axes[1].set_yscale('log')
    axes[2].set_ylim(0)
    axes[0].legend(loc='lower right', fontsize=9)
    figure.tight_layout()
    figures.save(figure, os.path.join(PICTURES, 'sparsity.png'))


def shrink():
    """Gives every picture a palette, which makes a third of its bytes

    By an octree: other ways drop colours that few pixels have.
    """
    for path in glob.glob(os.path.join(PICTURES, '*.png')):
        with Image.open(path) as picture:
            small = picture.convert('RGB').quantize(
                COLOURS, Image.Quantize.FASTOCTREE)
        small.save(path, optimize=True)


def main():
    """Draws all pictures but those of the explorers

    These are taken where their long test has left them.
    """
    plt.rcParams['savefig.dpi'] = DPI
    with open(RESULTS) as file:
        results = json.load(file)
    with open(EXERCISE) as file:
        editions = json.load(file)
    (x_train, _), (x_test, y_test) = mnist.load()
    images = data.scale(x_test)
    draw_losses(results, editions)
    draw_sparsity(results, editions)
    draw_reconstructions(images[:10])
    draw_betas(images[:10])
    draw_denoising(x_train, x_test)
    draw_models(images)
    draw_plane(images, y_test)
    draw_samples(images)
    draw_terms(os.path.join(OUTPUT, 'newest', 'task 3', '3-losses.csv'))
    for path in glob.glob(os.path.join(SCREENSHOTS, 'explorer-*.png')):
        shutil.copy(path, PICTURES)
    shrink()


if __name__ == '__main__':
    main()
