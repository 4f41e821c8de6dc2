#!/usr/bin/env python3
"""The pictures that the mains draw, saved as PNG and shown where they can"""

import io
import itertools
import os

# Before matplotlib, which may not know the backend that is named.
from common.environment import BACKEND
from common import files

import matplotlib.pyplot as plt
import numpy as np

# A backend may be missing, or a screen for it. Files need neither.
try:
    if BACKEND:
        plt.switch_backend(BACKEND)
    plt.close(plt.figure())
except Exception:
    plt.switch_backend('Agg')

# Ten colours that the colour-blind tell apart: Paul Tol's muted scheme, 2021,
# and black.
COLOURS = ('#000000', '#882255', '#88ccee', '#117733', '#ddcc77', '#cc6677',
           '#332288', '#999933', '#44aa99', '#aa4499')
# As many labels have room in a legend; colours come again after the tenth.
MOST_KINDS = 26


def reconstructions(images, reconstructed, options):
    """Draws images above their reconstructions

    Args:
        images: array (n, ...) of n * 28 * 28 values in [0, 1].
        reconstructed: array of the same size, what became of them.
        options: argparse.Namespace, the options of the main.
    """
    figure, axes = plt.subplots(2, len(images), squeeze=False,
                                figsize=(8, 2.2), dpi=100)
    figure.suptitle('Test images above their reconstructions', fontsize=11)
    for row, name, pictures in zip(axes, ('input', 'reconstruction'),
                                   (images, reconstructed)):
        for axis, picture in zip(row, pictures.reshape((-1, 28, 28))):
            axis.imshow(picture, cmap='gray', vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, fontsize=9)
    figure.subplots_adjust(0.04, 0.02, 0.99, 0.86, 0.08, 0.08)
    save(figure, path_of(options, 'reconstructions'))


def losses(history, options):
    """Draws the losses over the epochs; of a VAE its two terms as well

    Args:
        history: dict of lists of a float an epoch, see training.Run.
        options: argparse.Namespace, the options of the main.
    """
    panels = [[('loss', 'training images', '--', 'black'),
               ('val_loss', 'test images', '-', 'black')]]
    if 'val_kl_divergence' in history:
        panels[0].append(('val_reconstruction', 'test images, reconstruction',
                          '-', COLOURS[1]))
        panels.append([('val_kl_divergence', 'test images, KL divergence',
                        '-', COLOURS[6])])
    figure, axes = plt.subplots(len(panels), squeeze=False, sharex=True,
                                figsize=(8, 1 + 3 * len(panels)), dpi=100)
    for axis, lines in zip(axes[:, 0], panels):
        for name, label, line, colour in lines:
            epochs = range(1, len(history[name]) + 1)
            axis.plot(epochs, history[name], line, color=colour, marker='.',
                      label=label)
        axis.set(ylabel='loss' if len(panels) == 1 else 'nats per image')
        axis.legend()
    axes[0, 0].set_title('Loss after each epoch')
    axis.set_xlabel('epoch')
    axis.xaxis.get_major_locator().set_params(integer=True)
    figure.tight_layout()
    save(figure, path_of(options, 'losses'))


def latent(points, labels, options, decode=None):
    """Draws where images lie in a latent space of two dimensions

    Args:
        points: array (n, 2), the latent of each image.
        labels: integer array (n,), what the images show; None if unknown.
        options: argparse.Namespace, the options of the main.
        decode: function from an array (1, 2) to one of 784 values. If given,
            a window shows what it makes of the place under the pointer.
    """
    figure, axis = plt.subplots(figsize=(8, 7), dpi=100)
    axis.set(title='Test images in the latent space', aspect='equal',
             xlabel='first latent value', ylabel='second latent value')
    kinds, numbers = np.unique(np.zeros(len(points)) if labels is None else
                               labels, return_inverse=True)
    if labels is None or len(kinds) > MOST_KINDS:
        axis.scatter(points[:, 0], points[:, 1], s=4,
                     color=np.take(COLOURS, numbers, mode='wrap'))
    else:
        middles = spread([np.median(points[labels == kind], axis=0)
                          for kind in kinds], 0.05 * np.ptp(points))
        for kind, colour, middle in zip(kinds, itertools.cycle(COLOURS),
                                        middles):
            mine = points[labels == kind]
            axis.scatter(mine[:, 0], mine[:, 1], s=4, color=colour,
                         label=kind)
            axis.text(*middle, s=kind, fontsize=16, weight='bold',
                      ha='center', va='center',
                      bbox={'facecolor': 'white', 'edgecolor': colour,
                            'alpha': 0.8, 'pad': 2})
        axis.legend(title='label', markerscale=4, loc='center left',
                    bbox_to_anchor=(1, 0.5))
    figure.tight_layout()
    save(figure, path_of(options, 'latent'))
    if decode:
        decode_under_pointer(figure, axis, decode)


def spread(places, distance):
    """Moves places apart that are nearer to each other than a distance

    Args:
        places: list of arrays (2,), where labels would stand.
        distance: float, what a label needs.

    Returns:
        array (n, 2), each near to where it was.
    """
    places = np.array(places, float)
    # A little at a time: one may be driven from many.
    for _ in range(100):
        ways = places[:, None] - places
        near = np.linalg.norm(ways, axis=2, keepdims=True) < distance
        places += 0.05 * np.sum(ways * near, axis=1)
    return places


def decode_under_pointer(figure, axis, decode):
    """Has the window of a latent space show a decoded image in its corner

    Args:
        figure: matplotlib.figure.Figure, the window's.
        axis: matplotlib.axes.Axes, that of the latent space.
        decode: function, see latent.
    """
    corner = figure.add_axes([0.88, 0.82, 0.11, 0.126], xticks=[], yticks=[],
                             xlabel='under the\npointer')
    image = corner.imshow(np.zeros((28, 28)), cmap='gray', vmin=0, vmax=1)

    def follow(event):
        """Decodes, and draws the corner alone: the points take too long"""
        if event.inaxes is axis:
            place = np.array([[event.xdata, event.ydata]])
            image.set_data(decode(place).reshape((28, 28)))
            corner.draw_artist(image)
            figure.canvas.blit(corner.bbox)

    figure.canvas.mpl_connect('motion_notify_event', follow)


def samples(digits, options):
    """Draws images side by side, in rows of twenty

    Args:
        digits: array (n, 784), n a multiple of twenty.
        options: argparse.Namespace, the options of the main.
    """
    rows = len(digits) // 20
    image = digits.reshape((rows, 20, 28, 28)).transpose((0, 2, 1, 3))
    figure, axis = plt.subplots(figsize=(8, 0.4 * rows + 0.4), dpi=100)
    axis.imshow(image.reshape((rows * 28, 20 * 28)), cmap='gray', vmin=0,
                vmax=1)
    axis.set(title='Digits decoded from draws of N(0, I)', xticks=[],
             yticks=[])
    figure.tight_layout()
    save(figure, path_of(options, 'samples'))


def manifold(digits, limit, options):
    """Draws what the decoder makes of a square of the latent space

    Args:
        digits: array (side * side, 784), the decoded points of a regular
            grid; the first latent value grows from row to row, the second
            from column to column.
        limit: float, the grid's range is from -limit to limit.
        options: argparse.Namespace, the options of the main.
    """
    side = round(len(digits) ** 0.5)
    edge = limit + limit / (side - 1)
    # One image is drawn a hundred times faster than as many axes.
    image = digits.reshape((side, side, 28, 28)).transpose((0, 2, 1, 3))
    figure, axis = plt.subplots(figsize=(8, 8), dpi=100)
    axis.imshow(image.reshape((side * 28, side * 28)), cmap='gray', vmin=0,
                vmax=1, extent=(-edge, edge, edge, -edge))
    axis.set(title='Digits decoded from a grid of the latent space',
             xlabel='second latent value', ylabel='first latent value')
    figure.tight_layout()
    save(figure, path_of(options, 'manifold'))


def path_of(options, name):
    """Names the file of a picture, such as output/0-losses.png"""
    return os.path.join(options.output, '{}-{}.png'.format(
        options.task, name))


def save(figure, path):
    """Writes a figure as PNG, whole or not at all, and prints its path

    Args:
        figure: matplotlib.figure.Figure, the figure.
        path: str, the file.

    Raises:
        UserError: if the file cannot be written.
    """
    png = io.BytesIO()
    figure.savefig(png, format='png')
    files.write(path, png.getvalue())
    print('Saved', path)


def show():
    """Shows the figures, in windows or in the notebook, where that is"""
    # A notebook's backend has no windows; it is a module of Jupyter.
    if plt.get_fignums() and (
            plt.gcf().canvas.required_interactive_framework or
            plt.get_backend().startswith('module://')):
        plt.show()
