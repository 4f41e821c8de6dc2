#!/usr/bin/env python3
"""The page N-explorer.html, which decodes wherever its reader points

It is made of explorer.html and explorer.js, with the weights of the decoder
and test images inside, so that it needs neither a server nor a network.
"""

import base64
import itertools
import json
import os

import numpy as np

from common import data, figures, files

HERE = os.path.dirname(os.path.abspath(__file__))
# How many images a page has, by task. More would make task 3's larger than
# 4 MB; the others need only enough to choose from.
MOST_IMAGES = (500, 500, 500, 2000)


def write(encoder, decoder, images, labels, options):
    """Writes the page of a task, whole or not at all, and prints its path

    Args:
        encoder: keras.Model, a trained encoder; that of a VAE puts out a
            sample, the mean and the log variance.
        decoder: keras.Model, a trained decoder of Dense, Conv2D and
            UpSampling2D layers, one after the other.
        images: array (n, ...) of n * 28 * 28 values, uint8, or float32 in
            [0, 1], in the shape that the encoder takes. The first of them
            are shown.
        labels: integer array (n,), what the images show; None if unknown.
        options: argparse.Namespace, the options of the main.

    Raises:
        UserError: if the file cannot be written.
    """
    images = data.scale(images[:MOST_IMAGES[options.task]])
    latents = encoder.predict(images, verbose=0)
    content = {
        'shape': decoder.input_shape[1:],
        'layers': [describe(layer) for layer in decoder.layers[1:]],
        'images': encode(np.round(images * 255), np.uint8)}
    if isinstance(latents, (list, tuple)):
        named = zip(('mean', 'log_var'), latents[1:])
    else:
        named = [('latent', latents)]
    content.update((name, encode(values, np.float32))
                   for name, values in named)
    if labels is not None:
        content['labels'] = labels[:len(images)].tolist()
        # All labels, so that the colours are those of 3-latent.png.
        kinds = np.unique(labels).tolist()
        if len(kinds) <= figures.MOST_KINDS:
            content['colours'] = list(zip(kinds,
                                          itertools.cycle(figures.COLOURS)))
    page = read('explorer.html')
    for name, text in (('task', str(options.task)),
                       ('data', json.dumps(content)),
                       ('script', read('explorer.js'))):
        page = page.replace('{{%s}}' % name, text)
    path = os.path.join(options.output,
                        '{}-explorer.html'.format(options.task))
    files.write(path, page.encode())
    print('Saved', path)


def describe(layer):
    """Describes a layer of a decoder for the page

    Args:
        layer: keras.layers.Layer, Dense, Conv2D or UpSampling2D.

    Returns:
        dict, of what JSON can hold. The kernel is kept as integers of 16
        bits, with a scale for each output: as small as float16, and several
        times as exact.
    """
    config = layer.get_config()
    described = {'type': type(layer).__name__}
    for name in ('activation', 'padding', 'size'):
        if name in config:
            described[name] = config[name]
    if layer.get_weights():
        kernel, bias = map(np.float32, layer.get_weights())
        scales = np.abs(kernel).reshape((-1, kernel.shape[-1])).max(axis=0)
        scales = np.where(scales > 0, scales, 1) / 32767
        described.update(shape=kernel.shape,
                         kernel=encode(np.round(kernel / scales), np.int16),
                         scales=encode(scales, np.float32),
                         bias=encode(bias, np.float32))
    return described


def encode(values, dtype):
    """Encodes an array as base64 text, lowest bytes first"""
    little = np.dtype(dtype).newbyteorder('<')
    return base64.b64encode(values.astype(little).tobytes()).decode()


def read(name):
    """Reads a part of the page"""
    with open(os.path.join(HERE, name), encoding='utf-8') as file:
        return file.read()
