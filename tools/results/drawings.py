#!/usr/bin/env python3
"""The drawings of docs/learn.md: what is connected to what in a model"""

import os

import matplotlib.pyplot as plt
from matplotlib.patches import Polygon

from common import figures

ENCODER, DECODER, LATENT = '#88ccee', '#ddcc77', '#cc6677'
# Half the height of a model at its wide and at its narrow end.
WIDE, NARROW = 1.0, 0.35


def canvas(width, height):
    """Makes a figure whose axis has an inch for a unit, and no lines

    Args:
        width, height: float, inches.

    Returns:
        figure, axis.
    """
    figure = plt.figure(figsize=(width, height))
    axis = figure.add_axes([0, 0, 1, 1], xlim=(0, width), ylim=(0, height),
                           aspect='equal')
    axis.axis('off')
    return figure, axis


def draw_model(axis, left, middle, ends, name, colour):
    """Draws a model as a funnel

    Args:
        axis: matplotlib.axes.Axes, where.
        left, middle: float, its left edge and the height of its middle.
        ends: two floats, half its height at the left and at the right.
        name: str, what is written on it.
        colour: str, its colour.
    """
    first, last = ends
    axis.add_patch(Polygon(
        [(left, middle - first), (left, middle + first),
         (left + 1.4, middle + last), (left + 1.4, middle - last)],
        facecolor=colour, edgecolor='black'))
    axis.text(left + 0.7, middle, name, ha='center', va='center')


def draw_box(axis, place, text, colour='white', style='round'):
    """Draws a text in a frame around a place"""
    axis.text(*place, text, ha='center', va='center', bbox={
        'boxstyle': style + ',pad=0.4', 'facecolor': colour})


def draw_arrow(axis, start, end, text=''):
    """Draws an arrow from place to place, and a text above its middle"""
    axis.annotate('', end, start, arrowprops={'arrowstyle': '-|>',
                                              'color': 'black'})
    axis.text((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.06, text,
              ha='center', va='bottom')


def draw_image(axis, left, middle, image, name):
    """Draws a digit, an inch wide, and its name below"""
    axis.imshow(image.reshape((28, 28)), cmap='gray', vmin=0, vmax=1,
                extent=(left, left + 1, middle - 0.5, middle + 0.5))
    axis.text(left + 0.5, middle - 0.6, name, ha='center', va='top')


def draw_autoencoder(image, code, reconstructed, folder):
    """Draws encoder, bottleneck and decoder

    Args:
        image: array of 784 values in [0, 1], the input.
        code: array (n,), its latent.
        reconstructed: array of 784 values in [0, 1].
        folder: str, where the picture is written.
    """
    figure, axis = canvas(8, 2.5)
    middle = 1.3
    draw_image(axis, 0.1, middle, image, 'image:\n784 pixels')
    draw_arrow(axis, (1.15, middle), (1.6, middle))
    draw_model(axis, 1.6, middle, (WIDE, NARROW), 'encoder', ENCODER)
    draw_arrow(axis, (3, middle), (3.4, middle))
    heights = code / code.max() * 2 * NARROW
    places = [3.4 + 1.2 * (index + 0.5) / len(code)
              for index in range(len(code))]
    axis.bar(places, heights, 0.8 * 1.2 / len(code), bottom=middle - NARROW,
             color=LATENT)
    axis.plot([3.4, 4.6], [middle - NARROW] * 2, color='black', linewidth=0.8)
    axis.text(4, middle + NARROW + 0.15, 'bottleneck', ha='center')
    axis.text(4, middle - 0.6, f'latent:\n{len(code)} numbers', ha='center',
              va='top')
    draw_arrow(axis, (4.6, middle), (5, middle))
    draw_model(axis, 5, middle, (NARROW, WIDE), 'decoder', DECODER)
    draw_arrow(axis, (6.4, middle), (6.85, middle))
    draw_image(axis, 6.9, middle, reconstructed, 'reconstruction:\n784 pixels')
    figures.save(figure, os.path.join(folder, 'autoencoder.png'))


def draw_variational(image, reconstructed, folder):
    """Draws mean, deviation, noise and sample

    Args:
        image: array of 784 values in [0, 1], the input.
        reconstructed: array of 784 values in [0, 1].
        folder: str, where the picture is written.
    """
    figure, axis = canvas(8, 2.6)
    middle = 1.15
    draw_image(axis, 0.1, middle, image, 'image')
    draw_arrow(axis, (1.15, middle), (1.4, middle))
    draw_model(axis, 1.4, middle, (WIDE, NARROW), 'encoder', ENCODER)
    above, below = middle + 0.75, middle - 0.75
    draw_arrow(axis, (2.8, middle), (3.22, above - 0.05))
    draw_arrow(axis, (2.8, middle), (3.1, middle))
    draw_box(axis, (3.5, above), 'mean', LATENT)
    draw_box(axis, (3.5, middle), 'deviation', LATENT)
    draw_box(axis, (3.5, below), 'noise from\nN(0, 1)', style='round4')
    draw_box(axis, (4.45, middle - 0.375), '×', style='circle')
    draw_box(axis, (4.95, middle + 0.1), '+', style='circle')
    draw_arrow(axis, (3.95, middle), (4.32, middle - 0.28))
    draw_arrow(axis, (3.98, below), (4.32, middle - 0.47))
    draw_arrow(axis, (4.57, middle - 0.26), (4.84, middle - 0.01))
    draw_arrow(axis, (3.8, above), (4.85, middle + 0.22))
    draw_arrow(axis, (5.1, middle + 0.05), (5.3, middle))
    axis.text(5.05, middle - 0.3, 'sample', ha='center')
    draw_model(axis, 5.35, middle, (NARROW, WIDE), 'decoder', DECODER)
    draw_arrow(axis, (6.75, middle), (6.95, middle))
    draw_image(axis, 6.95, middle, reconstructed, 'reconstruction')
    axis.text(3.5, 2.5, 'KL divergence: near N(0, I)?', ha='center', va='top',
              style='italic')
    axis.text(6.7, 2.5, 'cross-entropy: like the image?', ha='center',
              va='top', style='italic')
    figures.save(figure, os.path.join(folder, 'variational.png'))
