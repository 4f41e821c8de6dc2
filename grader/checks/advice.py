#!/usr/bin/env python3
"""What the exercise does not say, but what good files have: never scored

Much of it is what the file says of itself, which matters here alone.
"""

import re

from .. import oracle
from ..models import SIDES
from ..registry import (ALL, DENSE, Fault, IMAGES, SPARSE, VARIATIONAL, check,
                        require)
from ..sizes import inputs_for
from ..wording import written

LAYERS = ('returns', 'order', 'encoder-layers', 'decoder-layers',
          'encoder-output', 'decoder-output', 'auto-output')
LOSS = ('loss', 'optimizer', 'training')

# A number of each sort that is no number of nodes; the last is no number.
NO_SIZES = (0, -1, 2.5, True, None, '3')
NO_LISTS = (5, '5', None, [0], [-2, 3], [2.5], [None])


def advise(name, about, tasks=ALL):
    """Makes the decorator for a check that is not scored"""
    return check(name, tasks, about=about)


def told(solution):
    """Asks what the models say of themselves"""
    return solution.remember('told', lambda: solution.ask(
        'tell', 'auto.layers', key=solution.primary.key,
        order=solution.order)[0])


def classes(model):
    """Lists the classes of a model's layers"""
    return [layer['class'] for layer in model['layers']]


@advise('three-layers', LAYERS)
def three_layers(solution, found):
    """Advises on the layers of auto"""
    layers = told(solution)['models'][2]['layers']
    require([layer['is'] for layer in layers] == [
        [False, False], [True, False], [False, True]], "auto's layers are "
            '{}; graders read auto.layers as input, encoder, decoder',
            ', '.join(layer['name'] for layer in layers))


@advise('layer-classes', LAYERS)
def layer_classes(solution, found):
    """Advises on the classes of the layers"""
    count = len(solution.primary.sizes[1])
    if solution.task == IMAGES:
        wanted = [['Conv2D', 'MaxPooling2D'] * count,
                  ['Conv2D', 'UpSampling2D'] * count + ['Conv2D']]
    else:
        wanted = [['Dense'] * (count + 1), ['Dense'] * (count + 1)]
    if solution.task == VARIATIONAL:
        wanted[0] += ['Dense', 'Lambda']
    for side, model, names in zip(SIDES, told(solution)['models'], wanted):
        require(classes(model) == ['InputLayer'] + names, 'the layers of the '
                '{} are {}; graders expect {}', side,
                ', '.join(classes(model)), ', '.join(['InputLayer'] + names))


@advise('activation-arguments', LAYERS)
def activation_arguments(solution, found):
    """Advises on the activations that the layers tell"""
    for side, model in zip(SIDES[:2], told(solution)['models']):
        names = [layer['activation'] for layer in model['layers']
                 if layer['activation']]
        wanted = ['relu'] * (len(getattr(solution.primary, side).weights()) //
                             2)
        if side == 'decoder':
            wanted[-1:] = ['sigmoid']
        elif solution.task == VARIATIONAL:
            wanted[-2:] = ['linear'] * 2
        require(names == wanted, 'the activations of the layers of the {} '
                'are {}; graders expect {}', side, ', '.join(names),
                ', '.join(wanted))


@advise('lambda-inputs', LAYERS + ('outputs',), tasks=(VARIATIONAL,))
def lambda_inputs(solution, found):
    """Advises on what the last layer of the encoder is given"""
    layers = told(solution)['models'][0]['layers']
    require(layers and layers[-1]['inputs'] == 2, "the encoder's last layer "
            'should be given a list of the outputs of the two layers before '
            'it')


@advise('regularizer', LAYERS + ('penalty',), tasks=(SPARSE,))
def regularizer(solution, found):
    """Advises on which layers have a regularizer"""
    models = told(solution)['models'][:2]
    found = [(layer, kind) for model in models for layer in model['layers']
             for kind in layer['l1']]
    last = models[0]['layers'][-1:]
    require(len(found) == 1 and [found[0][0]] == last and
            abs(found[0][0]['l1'][found[0][1]] -
                solution.primary.sizes[3]) < 1e-6,
            'graders read encoder.layers[-1].activity_regularizer.l1; it '
            'should be lambtha, and no other layer should be regularized')


@advise('loss-name', LOSS, tasks=(DENSE, SPARSE, IMAGES))
def loss_name(solution, found):
    """Advises on the attribute loss"""
    received = told(solution)['loss']
    require(received == 'binary_crossentropy', 'auto.loss is {!r}; graders '
            "expect 'binary_crossentropy'", received)


@advise('optimizer-name', LOSS)
def optimizer_name(solution, found):
    """Advises on the class of the optimizer"""
    received = told(solution)['optimizer']
    require(received == 'Adam', "the class of auto.optimizer is {}; graders "
            'expect Adam', received)


@advise('scalar', LOSS)
def scalar(solution, found):
    """Advises on what evaluate returns"""
    models = solution.primary
    _, count = models.evaluate(inputs_for(solution, models.sizes, 2))
    require(count == 1, 'auto.evaluate returns {} values; without metrics it '
            'returns one, the loss', count)


@advise('names', ('returns', 'order'))
def names(solution, found):
    """Advises on the names of the models"""
    received = [model['name'] for model in told(solution)['models']]
    require(not any(re.match(r'(model|functional|sequential)(_\d+)?$', name)
                    for name in received) and len(set(received)) == 3,
            'the models are called {}; names such as encoder, decoder and '
            'autoencoder read better', ', '.join(received))


@advise('quiet', ('returns',))
def quiet(solution, found):
    """Advises on what is printed"""
    require(not told(solution)['printed'], 'the file or autoencoder prints '
            'something; only a main should')


@advise('folder', ('returns',))
def folder(solution, found):
    """Advises on the working directory"""
    require(not told(solution)['moved'], 'the file or autoencoder changes the '
            'working directory')


@advise('kinds-of-numbers', ('returns',))
def kinds_of_numbers(solution, found):
    """Advises on tuples and NumPy's numbers"""
    try:
        solution.build(solution.primary.sizes, numpy=True,
                       tuples=[0, 1, 2])
    except Fault as fault:
        raise Fault("with tuples and NumPy's integers, {}".format(fault))


@advise('independent', ('returns',))
def independent(solution, found):
    """Advises that a second call leaves the models of the first alone"""
    one = solution.primary
    two = solution.build(one.sizes, number=2)[1]
    for side in SIDES[:2]:
        before = getattr(one, side).weights()
        two.set(**{side: solution.randomise(before, 'independent')})
        require(all(oracle.close(a, b) for a, b in zip(
            before, getattr(one, side).weights())), 'the {}s of two calls '
                'share their weights', side)


def bad_arguments(solution):
    """Yields the place of an argument and arguments that are wrong there"""
    sizes = solution.primary.sizes
    bad = {place: NO_SIZES for place in (0, 2)}
    bad[1] = NO_LISTS
    if solution.task == IMAGES:
        bad = {0: (12, '12', None, [12, 20], [12, 0, 2]),
               1: NO_LISTS + ([],), 2: (5, None, [2, 3], [2, 3, 9])}
    if solution.task == SPARSE:
        bad[3] = (-1, float('nan'), None, '1')
    for place in sorted(bad):
        for value in bad[place]:
            yield place, sizes[:place] + (value,) + sizes[place + 1:]


@advise('bad-arguments', ('returns',))
def bad_arguments_named(solution, found):
    """Advises on a ValueError or TypeError that names the argument"""
    for place, arguments in bad_arguments(solution):
        name = solution.parameters[place]
        wish = 'a ValueError that names {} would help'.format(name)
        try:
            solution.build(arguments, turned=False)
        except Fault as fault:
            said = str(fault)
            require(re.search('raised (Value|Type)Error', said) and name in
                    said.split('raised')[-1], '{}; {}', said, wish)
        else:
            raise Fault('{} raises no error; {}'.format(
                written(arguments), wish))
