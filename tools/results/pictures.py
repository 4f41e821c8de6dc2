#!/usr/bin/env python3
"""Draws docs/pictures/ from what `python -m tools.results` has trained"""

import glob
import json
import os
import shutil

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import tools
from common import ROOT, data, figures, mnist
from tools.results import EXERCISE, OUTPUT, RESULTS, SCREENSHOTS, tables

PICTURES = os.path.join(ROOT, 'docs', 'pictures')
NAMES = tuple(module[2:] for module in tools.MODULES)
COLOURS = 48
# What the exercise's lambtha would be on the newest Keras: TensorFlow 1.12
# sums the penalty over the 256 images of a batch, and counts it twice.
WEIGHT = 2 * 256 * 10e-6


def draw_reconstructions(images):
    """Draws ten images, and below what the four autoencoders make of them

    Args:
        images: float32 array (10, 28, 28).
    """
    rows = [images]
    for task in range(4):
        auto = tools.build(task)[2]
        auto.load_weights(os.path.join(
            OUTPUT, 'newest', f'task {task}', f'{task}.weights.h5'))
        rows.append(auto.predict(tools.shaped(task, images), verbose=0))
    figure, axes = plt.subplots(5, 10, figsize=(8, 4.3), dpi=100)
    for row, name, pictures in zip(axes, ('input', *NAMES), rows):
        for axis, picture in zip(row, pictures.reshape((-1, 28, 28))):
            axis.imshow(picture, cmap='gray', vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha='right', va='center')
    figure.subplots_adjust(0.14, 0.01, 0.995, 0.99, 0.06, 0.06)
    figures.save(figure, os.path.join(PICTURES, 'reconstructions.png'))


def draw_losses(results, editions):
    """Draws the validation losses of all tasks over what the exercise prints

    Args:
        results: dict, what is kept, by runtime.
        editions: dict, what the exercise and its later edition print.
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
    figure, axes = plt.subplots(1, 3, figsize=(8, 3), dpi=100)
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
    for name in os.listdir(PICTURES):
        path = os.path.join(PICTURES, name)
        with Image.open(path) as picture:
            small = picture.convert('RGB').quantize(
                COLOURS, Image.Quantize.FASTOCTREE)
        small.save(path, optimize=True)


def main():
    """Draws all pictures but those of 3-main.py and of the explorers

    The latter are taken where their long test has left them.
    """
    with open(RESULTS) as file:
        results = json.load(file)
    with open(EXERCISE) as file:
        editions = json.load(file)
    _, (x_test, _) = mnist.load()
    draw_losses(results, editions)
    draw_sparsity(results, editions)
    draw_reconstructions(data.scale(x_test[:10]))
    for name, drawn in (('latent', 'latent'), ('manifold', 'manifold'),
                        ('samples', 'samples'), ('terms', 'losses')):
        shutil.copy(
            os.path.join(OUTPUT, 'newest', 'task 3', f'3-{drawn}.png'),
            os.path.join(PICTURES, f'{name}.png'))
    for path in glob.glob(os.path.join(SCREENSHOTS, 'explorer-*.png')):
        shutil.copy(path, PICTURES)
    shrink()


if __name__ == '__main__':
    main()
