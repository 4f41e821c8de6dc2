#!/usr/bin/env python3
"""Calls the methods of a model that train it or report its loss

It is in the cage, beside `runner`.
"""

import inspect

import numpy as np


def loss_of(method, *arguments, **options):
    """Calls evaluate or train_on_batch and picks the loss of what it reports

    Returns:
        number, NaN if none of the values has the name of the loss; int, how
        many values it reports.
    """
    # TensorFlow 2.2 and later can give the values by name. Their order says
    # little: a train_step of one's own may put others before the loss.
    if 'return_dict' in inspect.signature(method).parameters:
        values = method(*arguments, return_dict=True, **options)
        return values.get('loss', np.nan), len(values)
    values = np.ravel(method(*arguments, **options))
    return values[0], len(values)


def last(history, name):
    """Gives a loss of the last epoch of fit, NaN if it reports none"""
    return history.history.get(name, [np.nan])[-1]


def fit(auto, header, given):
    """Trains by fit; gives the last loss and val_loss, and the epochs"""
    size = header['batch']
    inputs, other, targets, others = [
        np.repeat(one, times, axis=0)
        for one, times in zip(given, 2 * (header['times'], size))]
    # The exercise's mains call it so.
    history = auto.fit(
        inputs, targets, epochs=header['epochs'], batch_size=size,
        shuffle=True, validation_data=(other, others), verbose=0)
    return [last(history, 'loss'), last(history, 'val_loss'),
            len(history.epoch)]


def by_steps(auto, count, given, models, own):
    """Trains step by step, each time with the weights that models have

    Args:
        auto: keras.Model.
        count: int, how many steps.
        given: list of arrays, the inputs and targets.
        models: list of keras.Model, of which the weights are.
        own: bool, whether auto has a train_step of its own.

    Returns:
        list, the loss of each step.
    """
    before = [model.get_weights() for model in models]
    losses = []
    for step in range(count):
        for model, weights in zip(models, before) if step else ():
            model.set_weights(weights)
        # Later versions report an average since a reset.
        getattr(auto, 'reset_metrics', int)()
        # To a train_step Keras 3 gives three values here, and in fit two, as
        # its guide to a train_step of one's own has it.
        losses.append(
            last(auto.fit(*given, batch_size=len(given[0]), shuffle=False,
                          verbose=0), 'loss') if own else
            loss_of(auto.train_on_batch, *given)[0])
    return losses
