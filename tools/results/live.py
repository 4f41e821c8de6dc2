#!/usr/bin/env python3
"""Puts what moves into docs/: the explorers, and the film of task 3

Both are of the runs that `python -m tools.results` keeps. The explorers are
written to docs/live/, the film to docs/pictures/training.gif.
"""

import base64
import json
import os
import re
import shutil
import zlib

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from common import ROOT
from tools.results import OUTPUT

LIVE = os.path.join(ROOT, 'docs', 'live')
FILM = os.path.join(ROOT, 'docs', 'pictures', 'training.gif')
# Milliseconds that a frame of the film is shown, and the last one.
LONG, LAST = 250, 4000
COLOURS = 32


def explorer_of(task):
    """Names the explorer of the kept run of a task"""
    return os.path.join(OUTPUT, 'newest', f'task {task}',
                        f'{task}-explorer.html')


def read_film(path):
    """Reads the film of a plane from its explorer

    Args:
        path: str, the explorer of task 3.

    Returns:
        epochs, frames, labels, colours: list of int, float array (frames,
        points, 2), integer array (points,), and dict of str by label.
    """
    with open(path, encoding='utf-8') as file:
        content = json.loads(re.search(
            r'<script id="data" type="application/json">(.*?)</script>',
            file.read()).group(1))
    values = np.frombuffer(zlib.decompress(base64.b64decode(
        content['film']['frames'])), '<i2')
    epochs = content['film']['epochs']
    return (epochs, values.reshape((len(epochs), -1, 2)) / 1000,
            np.array(content['labels']), dict(content['colours']))


def draw_film(path):
    """Draws the film of task 3 as a picture that moves

    Args:
        path: str, the explorer of task 3.
    """
    epochs, frames, labels, colours = read_film(path)
    limit = np.abs(frames[-1]).max() + 0.2
    figure = plt.figure(figsize=(4, 4), dpi=100)
    axis = figure.add_axes([0, 0, 1, 1], xlim=(-limit, limit),
                           ylim=(-limit, limit), xticks=[], yticks=[])
    points = axis.scatter(*frames[0].T, s=9, linewidths=0,
                          color=[colours[label] for label in labels])
    text = axis.text(0.03, 0.94, '', transform=axis.transAxes, fontsize=12)
    pictures = []
    for epoch, places in zip(epochs, frames):
        points.set_offsets(places)
        text.set_text(f'epoch {epoch}')
        figure.canvas.draw()
        pictures.append(Image.fromarray(
            np.asarray(figure.canvas.buffer_rgba())).convert('RGB'))
    plt.close(figure)
    # One palette, or the ground would flicker.
    palette = pictures[-1].quantize(COLOURS, Image.Quantize.FASTOCTREE)
    pictures = [picture.quantize(palette=palette, dither=Image.Dither.NONE)
                for picture in pictures]
    pictures[0].save(FILM, save_all=True, append_images=pictures[1:], loop=0,
                     duration=[LONG] * (len(pictures) - 1) + [LAST],
                     optimize=True)


def main():
    """Copies the explorers and draws the film"""
    os.makedirs(LIVE, exist_ok=True)
    for task in range(4):
        shutil.copy(explorer_of(task), LIVE)
    plt.switch_backend('Agg')
    draw_film(explorer_of(3))


if __name__ == '__main__':
    main()
