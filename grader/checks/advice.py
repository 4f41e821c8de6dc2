#!/usr/bin/env python3
"""What the exercise does not say, but what good files have: never scored"""

import re
import time

import numpy as np

from .. import oracle
from ..registry import (ALL, DENSE, IMAGES, SPARSE, VARIATIONAL,
                        check, require)
from ..subject import Models, first_line, written
from .contract import inputs_for, sizes_of
from .layers import randomise

VECTORS = (DENSE, SPARSE, VARIATIONAL)
SECONDS = 30

# The exercise's own arguments.
ARGUMENTS = {DENSE: (784, [128, 64], 32),
             SPARSE: (784, [128, 64], 32, 10e-6),
             IMAGES: ((28, 28, 1), [16, 8, 8], (4, 4, 8)),
             VARIATIONAL: (784, [512], 2)}

# A number of each sort that is no number of nodes; the last is no number.
NO_SIZES = (0, -1, 2.5, True, None, '3')
NO_LISTS = (5, '5', None, [0], [-2, 3], [2.5], [None])


def advise(name, title, tasks=ALL, needs=('returns',)):
    """Makes the decorator for a check that is not scored"""
    return check(name, title, tasks, required=False, needs=needs)


def first(subject):
    """Builds the models for the first sizes"""
    return subject.build(*sizes_of(subject.task)[0])


@advise('three-layers', 'auto has three layers: input, encoder, decoder')
def three_layers(subject):
    """Checks the layers of auto"""
    models = first(subject)
    received = [layer.name for layer in models.auto.layers]
    require(len(received) == 3 and models.auto.layers[1] is models.encoder and
            models.auto.layers[2] is models.decoder, "auto's layers are {}; "
            'graders read auto.layers as input, encoder, decoder',
            ', '.join(received))


@advise('layer-classes', "the models are made of Keras' own layers")
def layer_classes(subject):
    """Checks the classes of the layers"""
    models = first(subject)
    count = len(sizes_of(subject.task)[0][1])
    if subject.task == IMAGES:
        wanted = [['Conv2D', 'MaxPooling2D'] * count,
                  ['Conv2D', 'UpSampling2D'] * count + ['Conv2D']]
    else:
        wanted = [['Dense'] * (count + 1), ['Dense'] * (count + 1)]
    if subject.task == VARIATIONAL:
        wanted[0] += ['Dense', 'Lambda']
    for side, model, names in zip(Models._fields, models, wanted):
        received = [type(layer).__name__ for layer in model.layers]
        require(received == ['InputLayer'] + names, 'the layers of the {} '
                'are {}; graders expect {}', side, ', '.join(received),
                ', '.join(['InputLayer'] + names))


@advise('activation-arguments', 'activations are arguments of the layers')
def activation_arguments(subject):
    """Checks the activations that the layers tell"""
    models = first(subject)
    for side, model in zip(Models._fields, models[:2]):
        names = [layer.activation.__name__ for layer in model.layers
                 if hasattr(layer, 'activation')]
        count = len(model.get_weights()) // 2
        wanted = ['relu'] * count
        if side == 'decoder':
            wanted[-1:] = ['sigmoid']
        elif subject.task == VARIATIONAL:
            wanted[-2:] = ['linear'] * 2
        require(names == wanted, 'the activations of the layers of the {} '
                'are {}; graders expect {}', side, ', '.join(names),
                ', '.join(wanted))


@advise('lambda-inputs', 'the Lambda layer is given mean and log variance',
        tasks=(VARIATIONAL,))
def lambda_inputs(subject):
    """Checks what the last layer of the encoder is given"""
    *_, mean, log_var, latent = first(subject).encoder.layers
    given = latent.input
    require(isinstance(given, list) and len(given) == 2 and
            given[0] is mean.output and given[1] is log_var.output,
            "the encoder's last layer should be given a list of the outputs "
            'of the two layers before it')


@advise('regularizer', 'lambtha is an activity regularizer of the latent '
        'layer', tasks=(SPARSE,))
def regularizer(subject):
    """Checks which layers have a regularizer"""
    sizes = sizes_of(SPARSE)[0]
    models = first(subject)
    kinds = ('activity_regularizer', 'kernel_regularizer', 'bias_regularizer')
    found = [(layer, getattr(layer, kind)) for model in models[:2]
             for layer in model.layers for kind in kinds
             if getattr(layer, kind, None) is not None]
    require(len(found) == 1 and found[0][0] is models.encoder.layers[-1] and
            abs(getattr(found[0][1], 'l1', 0) - sizes[3]) < 1e-6,
            'graders read encoder.layers[-1].activity_regularizer.l1; it '
            'should be lambtha, and no other layer should be regularized')


@advise('loss-name', "auto.loss is the string 'binary_crossentropy'",
        tasks=(DENSE, SPARSE, IMAGES))
def loss_name(subject):
    """Checks the attribute loss"""
    received = getattr(first(subject).auto, 'loss', None)
    require(isinstance(received, str) and received == 'binary_crossentropy',
            "auto.loss is {!r}; graders expect 'binary_crossentropy'",
            received)


@advise('scalar', 'evaluate returns one number')
def scalar(subject):
    """Checks what evaluate and train_on_batch return"""
    sizes = sizes_of(subject.task)[0]
    auto = subject.build(*sizes).auto
    inputs = inputs_for(sizes[0], 4).astype('float32')
    with subject.attempt('auto.evaluate()'):
        values = [auto.evaluate(inputs, inputs, verbose=0),
                  auto.train_on_batch(inputs, inputs)]
    for name, value in zip(('evaluate', 'train_on_batch'), values):
        require(np.ndim(value) == 0, 'auto.{} returns {} values; without '
                'metrics it returns one, the loss', name, np.size(value))


@advise('names', 'the models have names that read well in summary()')
def names(subject):
    """Checks the names of the models"""
    received = [model.name for model in first(subject)]
    require(not any(re.match(r'(model|functional|sequential)(_\d+)?$', name)
                    for name in received) and len(set(received)) == 3,
            'the models are called {}; names such as encoder, decoder and '
            'autoencoder read better', ', '.join(received))


@advise('quiet', 'importing the file and autoencoder print nothing')
def quiet(subject):
    """Checks that nothing was printed so far"""
    first(subject)
    require(not subject.printed, '{} prints', ', '.join(subject.printed[:1]))


@advise('folder', 'the working directory is left alone')
def folder(subject):
    """Checks that the working directory was not changed so far"""
    first(subject)
    require(not subject.moved, '{} changes the working directory',
            ', '.join(subject.moved[:1]))


@advise('arguments-kept', "the caller's list is left alone")
def arguments_kept(subject):
    """Checks that the list is not changed"""
    sizes = sizes_of(subject.task)[0]
    hidden = list(sizes[1])
    with subject.attempt(written(sizes)):
        subject.load()(sizes[0], hidden, *sizes[2:])
    require(hidden == sizes[1], "the caller's list {} becomes {}", sizes[1],
            hidden)


@advise('kinds-of-numbers', 'tuples and NumPy integers are taken')
def kinds_of_numbers(subject):
    """Checks other types of the same numbers"""
    sizes = sizes_of(subject.task)[0]
    for number, kind in ((np.int64, tuple), (np.int32, list)):
        def turned(dims):
            """Turns dims into this kind of numbers"""
            if isinstance(dims, (list, tuple)):
                return kind(number(dim) for dim in dims)
            return number(dims) if isinstance(dims, int) else dims
        subject.fresh(*[turned(dims) for dims in sizes])


@advise('independent', 'two calls share nothing')
def independent(subject):
    """Checks that a second call leaves the models of the first alone"""
    sizes = sizes_of(subject.task)[0]
    one, two = subject.fresh(*sizes), subject.fresh(*sizes)
    for side, model, other in zip(Models._fields, one[:2], two):
        before = other.get_weights()
        randomise(model, 11)
        require(model is not other and all(
            oracle.close(a, b) for a, b in zip(before, other.get_weights())),
                'the {}s of two calls share their weights', side)


@advise('no-hidden-layers', 'hidden_layers may be empty', tasks=VECTORS)
def no_hidden_layers(subject):
    """Checks that models are made without a hidden layer"""
    sizes = sizes_of(subject.task)[0]
    models = subject.build(sizes[0], [], *sizes[2:])
    outputs = subject.call('auto', models.auto, inputs_for(sizes[0], 2))
    require(outputs.shape == (2, sizes[0]), 'auto puts out shape {}; it must '
            'be {}', outputs.shape[1:], (sizes[0],))


def bad_arguments(task):
    """Yields the place of an argument and arguments that are wrong there"""
    sizes = sizes_of(task)[0]
    bad = {place: NO_SIZES for place in (0, 2)}
    bad[1] = NO_LISTS
    if task == IMAGES:
        bad = {0: (12, '12', None, (12, 20), (12, 0, 2)),
               1: NO_LISTS + ([],), 2: (5, None, (2, 3), (2, 3, 6))}
    if task == SPARSE:
        bad[3] = (-1, float('nan'), None, '1')
    for place in sorted(bad):
        for value in bad[place]:
            yield place, sizes[:place] + (value,) + sizes[place + 1:]


@advise('bad-arguments', 'bad arguments are named in an error')
def bad_arguments_named(subject):
    """Checks that a ValueError or TypeError names the argument"""
    for place, arguments in bad_arguments(subject.task):
        name = subject.parameters[place]
        wish = 'a ValueError that names {} would help'.format(name)
        error = None
        with subject.attempt(written(arguments)):
            try:
                subject.load()(*arguments)
            except Exception as raised:
                error = raised
        require(error is not None, '{} raises no error; {}',
                written(arguments), wish)
        require(isinstance(error, (ValueError, TypeError)) and
                name in str(error), '{} raises {}; {}', written(arguments),
                first_line(error), wish)


@advise('building-time', 'models are made in less than {} s'.format(SECONDS))
def building_time(subject):
    """Checks how long autoencoder takes for the exercise's arguments"""
    began = time.time()
    subject.fresh(*ARGUMENTS[subject.task])
    took = time.time() - began
    require(took < SECONDS, '{} takes {:.1f} s; it should take less than {}',
            written(ARGUMENTS[subject.task]), took, SECONDS)
