#!/usr/bin/env python3
"""The page that a main leaves: whole in itself, small, with exact numbers

That its program computes with them what is computed here is tested in
browsers, in the folder slow.
"""

import argparse
import base64
import json
import os
import re
import types
import zlib

import numpy as np
import pytest

import tools
from common import ROOT, explorer, film
from tests.support import TASKS, build, keras

# Small models of 28 x 28 pixels.
SMALL = (
    (784, [16, 8], 4),
    (784, [16, 8], 4, 0.01),
    ((28, 28, 1), [4, 3, 2], (4, 4, 2)),
    (784, [16], 2),
)
COUNT, KINDS = 30, 4


def write(folder, task, arguments=None, count=COUNT, labelled=True, run=None):
    """Writes the page of a task, for weights that make images of contrast

    Args:
        folder: str, where.
        task: int, 0 to 3.
        arguments: tuple, those of autoencoder, if not the small ones.
        count: int, the number of images.
        labelled: bool, whether they have labels.
        run: training.Run, the training that the page shows, if any.

    Returns:
        images, encoder, decoder, page: what was shown, and the text.
    """
    encoder, decoder, _ = build(task, arguments=arguments or SMALL[task])
    rng = np.random.RandomState(task)
    for model in encoder, decoder:
        model.set_weights([
            rng.normal(0, (4 / np.prod(weights.shape[:-1])) ** 0.5,
                       weights.shape) for weights in model.get_weights()])
    pixels = rng.randint(0, 256, (count, 784))
    images = tools.shaped(task, (pixels / 255).astype(np.float32))
    explorer.write(encoder, decoder, images,
                   np.arange(count) % KINDS if labelled else None,
                   argparse.Namespace(task=task, output=str(folder)), run)
    name, = os.listdir(str(folder))
    assert name == '{}-explorer.html'.format(task)
    with open(os.path.join(str(folder), name), encoding='utf-8') as file:
        return images, encoder, decoder, file.read()


def content_of(page):
    """Reads what Python has put into a page"""
    return json.loads(re.search(
        r'<script id="data" type="application/json">(.*?)</script>',
        page).group(1))


def array(text, dtype):
    """Decodes an array of the page"""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)),
                         np.dtype(dtype))


def compute(layer, values):
    """Computes what a layer of the page makes of values

    Args:
        layer: dict, as the page has it.
        values: array (n, ...), its inputs.

    Returns:
        array (n, ...), its outputs.
    """
    if layer['type'] == 'UpSampling2D':
        for axis, times in enumerate(layer['size'], 1):
            values = np.repeat(values, times, axis=axis)
        return values
    if layer['type'] == 'MaxPooling2D':
        assert layer['pool_size'] == [2, 2] and layer['padding'] == 'same'
        rows, columns = (length % 2 for length in values.shape[1:3])
        values = np.pad(values, ((0, 0), (0, rows), (0, columns), (0, 0)),
                        'constant', constant_values=-np.inf)
        return np.maximum.reduce([values[:, row::2, column::2]
                                  for row in range(2) for column in range(2)])
    kernel = (array(layer['kernel'], '<i2').reshape(layer['shape']) *
              array(layer['scales'], '<f4'))
    if layer['type'] == 'Conv2D':
        if layer['padding'] == 'same':
            values = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)),
                            'constant')
        height, width = (length - 2 for length in values.shape[1:3])
        values = sum(np.dot(values[:, row:row + height,
                                   column:column + width],
                            kernel[row, column])
                     for row in range(3) for column in range(3))
    else:
        values = np.dot(values, kernel)
    values = values + array(layer['bias'], '<f4')
    if layer['activation'] == 'relu':
        return np.maximum(values, 0)
    if layer['activation'] == 'sigmoid':
        return 1 / (1 + np.exp(-values))
    assert layer['activation'] == 'linear'
    return values


def chain(layers, values):
    """Computes what layers make of values, one after the other"""
    for layer in layers:
        values = compute(layer, values)
    return values


@pytest.mark.parametrize('task', TASKS)
def test_numbers_are_those_of_the_models(task, tmpdir):
    """The page encodes and decodes to what predict gives"""
    images, encoder, decoder, page = write(tmpdir, task)
    content = content_of(page)
    np.testing.assert_array_equal(
        array(content['images'], 'u1').reshape(images.shape),
        np.round(images * 255))
    outputs = encoder.predict(images, verbose=0)
    if task == 3:
        for name, expected in zip(('mean', 'log_var'), outputs[1:]):
            values = array(content[name], '<f4').reshape((COUNT, 2))
            np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-5)
        latents = array(content['mean'], '<f4').reshape((COUNT, 2))
        hidden = chain(content['encoder'][:-2], images)
        encoded = [compute(layer, hidden) for layer in content['encoder'][-2:]]
        np.testing.assert_allclose(encoded, outputs[1:], atol=2e-3)
    else:
        encoded = chain(content['encoder'], images)
        np.testing.assert_allclose(encoded, outputs, atol=2e-3)
        latents = array(content['latent'], '<f4').reshape(outputs.shape)
        np.testing.assert_allclose(latents, outputs, rtol=1e-5, atol=1e-5)
    assert list(latents.shape[1:]) == content['shape']
    expected = decoder.predict(latents, verbose=0)
    assert np.ptp(expected) > 0.2, 'a decoder that tells nothing'
    np.testing.assert_allclose(chain(content['decoder'], latents), expected,
                               atol=2e-3)
    assert content['labels'] == [index % KINDS for index in range(COUNT)]
    assert [kind for kind, _ in content['colours']] == list(range(KINDS))


@pytest.mark.parametrize('task', TASKS)
def test_page_is_whole_and_small(task, tmpdir):
    """Nothing is from elsewhere, and the largest page is below 4 MB

    Even with the longest film, of noise, which cannot be compressed.
    """
    shape, dtype = (((film.POINTS, 2), np.int16) if task == 3 else
                    ((film.PICTURES, 784), np.uint8))
    frames = np.random.RandomState(0).randint(
        0, 256, (film.MOST_FRAMES,) + shape).astype(dtype)
    _, _, _, page = write(
        tmpdir, task, tools.ARGUMENTS[task], explorer.MOST_IMAGES[task] + 1,
        run=types.SimpleNamespace(losses={}, film=types.SimpleNamespace(
            epochs=list(range(len(frames))), frames=list(frames),
            dtype=dtype)))
    assert len(page.encode()) < 4e6
    assert len(content_of(page)['labels']) == explorer.MOST_IMAGES[task]
    assert '{{' not in page
    for loading in ('://', 'src=', '@import', 'url(', 'import('):
        assert loading not in page, loading
    assert re.findall('href="(.*?)"', page) == ['data:,']
    assert "default-src 'none'" in page
    # Exactly what the reader has to know, in two sentences.
    leads = re.findall(r'<p class="lead".*?</p>', page, re.DOTALL)
    assert len(leads) == 3
    for text in leads:
        assert len(re.findall(r'\.\s|\.</p>', text)) == 2, text


@pytest.mark.parametrize('task', [0, 3])
def test_one_image_without_label(task, tmpdir):
    """A user's own images may be few, and nothing known of them"""
    content = content_of(write(tmpdir, task, count=1, labelled=False)[3])
    assert 'labels' not in content and 'colours' not in content
    assert len(array(content['images'], 'u1')) == 784


def test_more_labels_than_a_legend_has_room_for(tmpdir, monkeypatch):
    """Such labels are told of a picked image alone"""
    monkeypatch.setattr(explorer.figures, 'MOST_KINDS', KINDS - 1)
    content = content_of(write(tmpdir, 3)[3])
    assert 'colours' not in content and len(content['labels']) == COUNT


def test_modules():
    """The program is all its modules, each can be read at once

    In a page they share their names, so none may have that of another.
    """
    folder = os.path.join(ROOT, 'common', 'explorer')
    assert sorted(name[:-3] for name in os.listdir(folder)
                  if name.endswith('.js')) == sorted(explorer.MODULES)
    names = []
    for module in explorer.MODULES:
        text = explorer.read(module + '.js')
        lines = text.split('\n')
        assert len(lines) <= 450 and max(map(len, lines)) < 80, module
        names += re.findall(
            r'^(?:export )?(?:async )?(?:const|let|function) (\w+)', text,
            re.MULTILINE)
    assert len(names) == len(set(names)), sorted(names)
    assert not re.search('^(import|export) ', explorer.program(),
                         re.MULTILINE)


def test_film_of_losses_that_are_no_numbers(tmpdir):
    """A training that failed has a page as well"""
    page = write(tmpdir, 0, run=types.SimpleNamespace(
        losses={'loss': [0.5, float('nan')], 'val_loss': [0.25, 1 / 3]},
        film=types.SimpleNamespace(
            epochs=[0, 2], dtype=np.uint8,
            frames=list(np.zeros((2, 10, 784), np.uint8)))))[3]
    content = json.loads(re.search('({"task.*?)</script>', page).group(1),
                         parse_constant=pytest.fail)
    assert content['losses'] == {'loss': [0.5, None],
                                 'val_loss': [0.25, 0.33333333]}
    assert content['film']['epochs'] == [0, 2]


def test_kernel_of_half_precision():
    """Small weights in float16 are in the page what they are"""
    layer = keras.layers.Dense(3, dtype='float16')
    layer.build((None, 4))
    kernel = np.random.RandomState(0).normal(0, 1e-3, (4, 3))
    layer.set_weights([kernel, np.zeros(3)])
    described = explorer.describe_weights(*layer.get_weights())
    np.testing.assert_allclose(
        array(described['kernel'], '<i2').reshape((4, 3)) *
        array(described['scales'], '<f4'), kernel, rtol=1e-2)
