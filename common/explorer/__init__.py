#!/usr/bin/env python3
"""The page N-explorer.html, in which a trained model can be tried by hand

It is page.html, with style.css, the program and what was trained inside, so
that it needs neither a server nor a network. The program's modules, in the
order to read them: model.js computes encoder and decoder; controls.js,
pictures.js and address.js are what all views share; drawing.js is the field
to draw in; values.js shows the latent of tasks 0 to 2, colours.js and plane.js
that of task 3; film.js the training; beside.js the models of other explorers;
main.js starts them.
"""

import base64
import itertools
import json
import os
import re
import zlib

import numpy as np

from common import data, figures, files

HERE = os.path.dirname(os.path.abspath(__file__))
# Each is after those that it needs when it is read; main.js is the last.
MODULES = ('model', 'controls', 'pictures', 'address', 'drawing', 'values',
           'colours', 'plane', 'film', 'beside', 'main')
# How many images a page has, by task: the points of a plane, or only enough
# to choose from.
MOST_IMAGES = (300, 300, 300, 1000)
# The layers that the page computes; others do not change what it shows.
KNOWN = ('Dense', 'Conv2D', 'MaxPooling2D', 'UpSampling2D')
# What the page has to know of them beside their weights.
SETTINGS = ('activation', 'padding', 'pool_size', 'size')
DIGITS = 8


def write(encoder, decoder, images, labels, options, run=None):
    """Writes the page of a task, whole or not at all, and prints its path

    Args:
        encoder: keras.Model, a trained encoder of Dense, Conv2D and
            MaxPooling2D layers, one after the other; that of a VAE ends with
            two Dense layers beside each other, and puts out a sample, the
            mean and the log variance.
        decoder: keras.Model, a trained decoder of Dense, Conv2D and
            UpSampling2D layers, one after the other.
        images: array (n, ...) of n * 28 * 28 values, uint8, or float32 in
            [0, 1], in the shape that the encoder takes. The first of them
            are shown.
        labels: integer array (n,), what the images show; None if unknown.
        options: argparse.Namespace, the options of the main.
        run: training.Run, the training, of which the page shows losses and
            film; None if nothing was kept of it.

    Raises:
        UserError: if the file cannot be written.
    """
    images = data.scale(images[:MOST_IMAGES[options.task]])
    latents = encoder.predict(images, verbose=0)
    content = {
        'task': options.task, 'shape': decoder.input_shape[1:],
        'encoder': describe(encoder), 'decoder': describe(decoder),
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
    if run is not None and run.film.frames:
        # A loss that is no number has no place on a curve, nor in JSON.
        content['losses'] = {
            name: [float('{:.{}g}'.format(value, DIGITS))
                   if np.isfinite(value) else None for value in values]
            for name, values in run.losses.items()}
        content['film'] = {
            'epochs': run.film.epochs,
            'frames': encode(np.array(run.film.frames), run.film.dtype)}
    path = os.path.join(options.output,
                        '{}-explorer.html'.format(options.task))
    files.write(path, page_of(content).encode())
    print('Saved', path)
    print('Now open {} in a browser'.format(path))


def page_of(content):
    """Makes the page that shows a content, which write describes"""
    page = read('page.html')
    for name, text in (('task', str(content['task'])),
                       ('style', read('style.css')),
                       ('data', json.dumps(content)),
                       ('script', program())):
        page = page.replace('{{%s}}' % name, text)
    return page


def content_of(page):
    """Reads the content of a page: a dict, of what JSON can hold"""
    return json.loads(re.search(
        '<script id="data" type="application/json">(.*?)</script>',
        page).group(1))


def describe(model):
    """Describes the layers of a model for the page

    Args:
        model: keras.Model, an encoder or a decoder.

    Returns:
        list of dict, of what JSON can hold. A kernel is kept as integers of
        16 bits, with a scale for each output: as small as float16, and
        several times as exact.
    """
    layers = []
    for layer in model.layers:
        if type(layer).__name__ in KNOWN:
            config = layer.get_config()
            described = {name: config[name] for name in SETTINGS
                         if name in config}
            described['type'] = type(layer).__name__
            if layer.get_weights():
                described.update(describe_weights(*layer.get_weights()))
            layers.append(described)
    return layers


def describe_weights(kernel, bias):
    """Describes the weights of a layer, see describe"""
    kernel = np.float32(kernel)
    scales = np.abs(kernel).reshape((-1, kernel.shape[-1])).max(axis=0)
    scales = np.where(scales > 0, scales, 1) / 32767
    return {'shape': kernel.shape,
            'kernel': encode(np.round(kernel / scales), np.int16),
            'scales': encode(scales, np.float32),
            'bias': encode(bias, np.float32)}


def encode(values, dtype):
    """Encodes an array as base64 text: compressed, lowest bytes first"""
    little = np.dtype(dtype).newbyteorder('<')
    return base64.b64encode(
        zlib.compress(values.astype(little).tobytes())).decode()


def program():
    """Makes one script of the modules, which need no import then"""
    text = '\n'.join(read(name + '.js') for name in MODULES)
    text = re.sub(r'^import .*?;\n', '', text, flags=re.DOTALL | re.MULTILINE)
    return re.sub('^export ', '', text, flags=re.MULTILINE)


def read(name):
    """Reads a part of the page"""
    with open(os.path.join(HERE, name), encoding='utf-8') as file:
        return file.read()
