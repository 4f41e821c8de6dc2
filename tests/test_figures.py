#!/usr/bin/env python3
"""What the pictures show, where they go, and when a window opens"""

import argparse
import os
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backend_bases import MouseEvent

from common import ROOT, UserError, figures


@pytest.fixture(autouse=True)
def close_figures():
    """Leaves no figure to the next test"""
    yield
    plt.close('all')


@pytest.fixture
def options(tmp_path):
    """Gives the options of a main that the figures ask for"""
    return argparse.Namespace(output=str(tmp_path), task=3)


@pytest.mark.parametrize('count', [1, 10])
def test_reconstructions_stand_below_their_images(count, options):
    """The upper row holds the images, the lower one what became of them"""
    images = np.random.RandomState(0).rand(count, 784)
    figures.reconstructions(images, images / 2, options)
    shown = [axis.images[0].get_array() for axis in plt.gcf().axes]
    np.testing.assert_array_equal(shown[:count],
                                  images.reshape((-1, 28, 28)))
    np.testing.assert_array_equal(shown[count:],
                                  images.reshape((-1, 28, 28)) / 2)
    assert os.listdir(options.output) == ['3-reconstructions.png']


@pytest.mark.parametrize('side, limit', [(3, 1), (25, 3)])
def test_manifold_is_one_image_in_the_order_of_its_axes(side, limit,
                                                        options):
    """The first latent value grows downwards, the second to the right"""
    digits = np.repeat(np.arange(side * side) / side ** 2, 784)
    figures.manifold(digits.reshape((-1, 784)), limit,
                     options)
    axis, = plt.gcf().axes
    image, = axis.images
    left, right, bottom, top = image.get_extent()
    assert left == top and right == bottom, 'both axes have the same range'
    cells = image.get_array()[14::28, 14::28]
    np.testing.assert_array_equal(cells.ravel(), digits[::784])
    centres = left + (right - left) * (np.arange(side) + 0.5) / side
    np.testing.assert_allclose(centres, np.linspace(-limit, limit, side),
                               atol=1e-12)


@pytest.mark.parametrize('epochs', [1, 50])
@pytest.mark.parametrize('names', [
    ('loss', 'val_loss'),
    ('loss', 'val_loss', 'val_reconstruction', 'val_kl_divergence')])
def test_losses_are_drawn_over_epochs_from_one_on(epochs, names, options):
    """Every loss is drawn, the first epoch's at 1"""
    history = {name: list(np.random.rand(epochs)) for name in names}
    figures.losses(history, options)
    lines = [line for axis in plt.gcf().axes for line in axis.lines]
    assert len(lines) == len(names)
    for line, name in zip(lines, names):
        np.testing.assert_array_equal(line.get_xdata(),
                                      np.arange(1, epochs + 1))
        np.testing.assert_array_equal(line.get_ydata(), history[name])


@pytest.mark.parametrize('kinds, first', [
    (1, 0), (7, 0), (10, 0), (10, 10), (26, -3)])
def test_latent_has_each_label_in_a_colour_of_its_own(kinds, first, options):
    """Every image is a point at its latent, in its label's colour"""
    rng = np.random.RandomState(kinds)
    labels = np.arange(60) % kinds + first
    points = rng.normal(size=(60, 2))
    figures.latent(points, labels, options)
    axis, = plt.gcf().axes
    assert len(axis.collections) == kinds
    for label, drawn in enumerate(axis.collections, first):
        np.testing.assert_allclose(drawn.get_offsets(),
                                   points[labels == label])
    colours = {tuple(drawn.get_facecolors()[0])
               for drawn in axis.collections}
    assert len(colours) == min(kinds, 10), 'two labels look the same'
    assert len(axis.texts) == kinds, 'each label stands at its points once'
    names = [str(label) for label in range(first, first + kinds)]
    assert [text.get_text() for text in axis.texts] == names
    assert [text.get_text()
            for text in axis.get_legend().get_texts()] == names


def test_spread_leaves_room_for_each_label():
    """Labels that would cover each other are moved apart, others are not"""
    places = [(0, 0), (0.1, 0), (0, 0.2), (5, 5)]
    moved = figures.spread(places, 1)
    far = np.linalg.norm(moved[:, None] - moved, axis=2)
    assert far[~np.eye(4, dtype=bool)].min() > 0.95
    assert np.linalg.norm(moved - places, axis=1).max() < 1
    np.testing.assert_array_equal(moved[3], places[3])


@pytest.mark.parametrize('labels, colours', [(None, 1), (np.arange(60), 10)])
def test_latent_without_a_legend(labels, colours, options):
    """Where nothing is known of the images, all are of one colour

    Where they are too many for a legend, labels are not written either.
    """
    points = np.random.RandomState(0).normal(size=(60, 2))
    figures.latent(points, labels, options)
    axis, = plt.gcf().axes
    drawn, = axis.collections
    np.testing.assert_allclose(drawn.get_offsets(), points)
    assert len(np.unique(drawn.get_facecolors(), axis=0)) == colours
    assert axis.get_legend() is None and not axis.texts


def test_latent_decodes_under_the_pointer(options):
    """The window shows what becomes of the place, and the file does not"""
    points = np.random.RandomState(0).normal(size=(60, 2))
    figures.latent(points, None, options)
    path = os.path.join(options.output, '3-latent.png')
    with open(path, 'rb') as file:
        alone = file.read()
    decoded = []

    def decode(place):
        """Takes note of the place and gives the same image always"""
        decoded.append(place)
        return np.linspace(0, 1, 784)

    figures.latent(points, None, options, decode)
    with open(path, 'rb') as file:
        assert file.read() == alone
    plane, corner = plt.gcf().axes
    canvas = plt.gcf().canvas
    for axis, latent in (plane, (0.5, -1)), (corner, (3, 3)):
        canvas.callbacks.process('motion_notify_event', MouseEvent(
            'motion_notify_event', canvas,
            *axis.transData.transform_point(latent)))
    assert len(decoded) == 1, 'outside of the plane there is nothing to decode'
    np.testing.assert_allclose(decoded[0], [[0.5, -1]])
    image, = corner.images
    np.testing.assert_array_equal(image.get_array().ravel(),
                                  np.linspace(0, 1, 784))


def test_samples_stand_in_rows_of_twenty(options):
    """The images follow each other from left to right, row by row"""
    digits = np.repeat(np.arange(60) / 60, 784).reshape((60, 784))
    figures.samples(digits, options)
    image, = plt.gcf().axes[0].images
    cells = image.get_array()[14::28, 14::28]
    assert cells.shape == (3, 20)
    np.testing.assert_array_equal(cells.ravel(), digits[:, 0])


def test_picture_that_cannot_be_written_leaves_nothing(tmp_path):
    """The one line names the file, and no half of it stays"""
    taken = tmp_path / 'picture.png'
    taken.mkdir()
    with pytest.raises(UserError, match='picture.png: '):
        figures.save(plt.figure(), str(taken))
    assert os.listdir(str(tmp_path)) == ['picture.png']


@pytest.mark.parametrize('framework, windows', [(None, 0), ('qt', 1)])
def test_window_only_where_there_is_a_display(monkeypatch, framework,
                                              windows):
    """Without a display nothing is shown, so nothing warns"""
    shown = []
    monkeypatch.setattr(plt, 'show', lambda: shown.append(True))
    monkeypatch.setattr(type(plt.figure().canvas),
                        'required_interactive_framework', framework)
    figures.show()
    assert len(shown) == windows


def test_no_figure_is_made_to_be_shown(monkeypatch):
    """Where nothing was drawn, no empty figure appears"""
    figures.show()
    assert plt.get_fignums() == []


@pytest.mark.parametrize('backend', [
    'module://matplotlib_inline.backend_inline', 'module://nothing',
    'nonsense', 'TkAgg', ''])
def test_backend_that_is_not_there(backend):
    """Files are drawn whatever backend a parent program has set"""
    hidden = ('DISPLAY', 'WAYLAND_DISPLAY')
    environment = {name: value for name, value in os.environ.items()
                   if name not in hidden}
    printed = subprocess.check_output(
        [sys.executable, '-c', 'from common import figures; '
         'print(figures.plt.figure().canvas.get_supported_filetypes())'],
        cwd=ROOT, env=dict(environment, MPLBACKEND=backend))
    assert b'png' in printed
