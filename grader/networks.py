#!/usr/bin/env python3
"""The networks that the exercise's models are, for given sizes"""

from . import oracle
from .registry import IMAGES, VARIATIONAL
from .sizes import shape_of


def counts_of(task, side, sizes):
    """Lists the nodes or filters that the layers of a side must have"""
    dims, hidden, latent = sizes[:3]
    if task == IMAGES:
        return list(hidden) if side == 'encoder' else hidden[::-1] + [dims[-1]]
    if side == 'decoder':
        return hidden[::-1] + [dims]
    return hidden + [latent] * (2 if task == VARIATIONAL else 1)


def shapes_of(task, side, sizes):
    """Lists the shapes of kernel and bias that the layers of a side must have

    Returns:
        list of pairs of tuples.
    """
    counts = counts_of(task, side, sizes)
    first = shape_of(sizes[2] if side == 'decoder' else sizes[0])[-1]
    sources = [first] + counts[:-1]
    if task == VARIATIONAL and side == 'encoder':
        # The log variance is made of what the mean is made of.
        sources[-1] = sources[-2]
    window = (3, 3) if task == IMAGES else ()
    return [(window + (source, count), (count,))
            for source, count in zip(sources, counts)]


def steps_for(task, side, count):
    """Makes the network that a side of so many layers must be, see oracle"""
    if task == IMAGES:
        return (oracle.encoder_of_images(count) if side == 'encoder' else
                oracle.decoder_of_images(count - 1))
    last = 'relu' if side == 'encoder' else 'sigmoid'
    return oracle.dense_network(['relu'] * (count - 1) + [last])


def head_steps(count):
    """Makes the network from an encoder's input to one of its two heads"""
    return steps_for(VARIATIONAL, 'encoder', count)[:-2] + [
        ('dense', count - 1, 'linear')]
