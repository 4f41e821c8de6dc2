#!/usr/bin/env python3
"""Puts what moves into docs/: the explorers, and the film of task 3

The explorers in docs/live/ are those of the runs that `make results` has left.
Where there is none, the one that is there gets the page of today. The film,
docs/pictures/training.gif, is that of docs/live/3-explorer.html.
"""

import base64
import os
import zlib

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from common import ROOT, explorer, files
from tools.results import OUTPUT

LIVE = os.path.join(ROOT, 'docs', 'live')
FILM = os.path.join(ROOT, 'docs', 'pictures', 'training.gif')
# Milliseconds that a frame of the film is shown, and the last one.
LONG, LAST = 250, 4000
COLOURS = 32


def read(path):
    """Reads the content of an explorer"""
    with open(path, encoding='utf-8') as file:
        return explorer.content_of(file.read())


def write_explorer(task):
    """Writes the explorer of a task into docs/live/

    Args:
        task: int, 0 to 3.
    """
    name = f'{task}-explorer.html'
    path = os.path.join(LIVE, name)
    trained = os.path.join(OUTPUT, 'newest', f'task {task}', name)
    content = read(trained if os.path.exists(trained) else path)
    files.write(path, explorer.page_of(content).encode())


def draw_film(content):
    """Draws the film of task 3 as a picture that moves

    Args:
        content: dict, that of its explorer.
    """
    epochs = content['film']['epochs']
    frames = np.frombuffer(zlib.decompress(base64.b64decode(
        content['film']['frames'])), '<i2').reshape(
            (len(epochs), -1, 2)) / 1000
    colours = dict(content['colours'])
    limit = np.abs(frames[-1]).max() + 0.2
    figure = plt.figure(figsize=(4, 4), dpi=100)
    axis = figure.add_axes([0, 0, 1, 1], xlim=(-limit, limit),
                           ylim=(-limit, limit), xticks=[], yticks=[])
    points = axis.scatter(*frames[0].T, s=9, linewidths=0, color=[
        colours[label] for label in content['labels']])
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
    """Writes the explorers and draws the film"""
    os.makedirs(LIVE, exist_ok=True)
    for task in range(4):
        write_explorer(task)
    plt.switch_backend('Agg')
    draw_film(read(os.path.join(LIVE, '3-explorer.html')))


if __name__ == '__main__':
    main()
