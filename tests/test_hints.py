#!/usr/bin/env python3
"""The errors that students meet most: each sentence says what to do

They were raised by these mistakes on TensorFlow 1.12, 2.15 and the newest.
"""

import re

import numpy as np
import pytest

from grader import hints
from grader.checks import elbo
from grader.registry import Fault
from grader.wording import error_sentence, without_hint

CALL = 'autoencoder(21, [13, 8], 5)'
# The class of an error, its text, and a word of what it means.
RAISED = (
    ('ValueError', "Cannot convert '21' to a shape.", '(input_dims,)'),
    ('TypeError', 'In Lambda, `output_shape` must be a list, a tuple, or a '
     'function.', '(latent_dims,)'),
    ('ValueError', "('Error when checking model target: expected no data, "
     "but got:', array([[0.1, 0.2]]))", 'without a loss'),
    ('TypeError', "'int' object is not iterable", '(input_dims,)'),
    ('ValueError', 'Unknown variable: <Variable path=dense/kernel>. This '
     'optimizer can only be called for the variables it was originally built '
     'with.', 'optimizer of its own'),
    ('KeyError', 'The optimizer cannot recognize variable dense/kernel:0.',
     'optimizer of its own'),
    ('ValueError', 'Layer "functional_1" expects 1 named input(s) with keys '
     "['input_layer_1'], but it received 3 input tensors.",
     'encoder(inputs)[0]'),
    ('ValueError', "Inputs to a layer should be tensors. Got '<Functional "
     "name=functional, built=True>' (of type <class 'keras.src.models."
     "functional.Functional'>) as input for layer 'functional_1'.",
     'not on a model'),
    ('TypeError', "Inputs to a layer should be tensors. Got '<keras.src."
     "engine.functional.Functional object at 0x7fdb>'", 'not on a model'),
    ('TypeError', 'Expected float32, got <tensorflow.python.keras.engine.'
     "training.Model object at 0x7f8c> of type 'Model' instead.",
     'not on a model'),
    ('ValueError', 'All `inputs` values must be KerasTensors. Received: '
     'inputs=<Functional name=functional, built=True> including invalid',
     'begins with a tensor'),
    ('ValueError', 'Found unexpected instance while processing input tensors '
     'for keras functional model. Expecting KerasTensor which is from '
     'tf.keras.Input()', 'begins with a tensor'),
    ('ValueError', 'Input tensors to a Model must come from '
     '`tf.layers.Input`.', 'begins with a tensor'),
    ('ValueError', 'A KerasTensor cannot be used as input to a TensorFlow '
     'function.', 'Lambda; written for an older TensorFlow? Try '
     'RUNTIME=tf2.15'),
    ('ValueError', 'Output tensors to a Model must be the output of a '
     'TensorFlow `Layer` (thus holding past layer metadata).', 'Lambda'),
    ('ValueError', 'Received an invalid value for `units`, expected a '
     'positive integer. Received: units=[13, 8]', 'loop'),
    ('ValueError', 'Received an invalid value for `units`, expected a '
     'positive integer. Received: units=ListWrapper([13, 8])', 'loop'),
    ('TypeError', 'int() argument must be a string, a bytes-like object or a '
     "number, not 'list'", 'loop'),
    ('TypeError', "'<=' not supported between instances of 'TrackedList' and "
     "'int'", 'loop'),
    ('TypeError', "can't multiply sequence by non-int of type 'float'",
     'loop'),
    ('IndexError', 'list index out of range', 'loop'),
    ('TypeError', "'NoneType' object is not iterable", 'reversed('),
    ('ValueError', 'Could not interpret activation function identifier: Relu',
     'small letters'),
    ('ValueError', 'Unknown activation function:Relu', 'small letters'),
    ('ValueError', 'Could not interpret loss identifier: '
     'binary_cross_entropy', 'binary_crossentropy'),
    ('ValueError', 'Unknown loss function:binary_cross_entropy',
     'is called binary_crossentropy'),
    ('ValueError', 'Arguments `target` and `output` must have the same '
     'shape. Received: target.shape=(4, 21), output.shape=(4, 20)',
     'the shape that it takes'),
    ('ValueError', 'Error when checking target: expected dense_3 to have '
     'shape (20,) but got array with shape (21,)', 'the shape that it takes'),
    ('ValueError', 'Input 0 of layer "conv2d" is incompatible with the '
     'layer: expected min_ndim=4, found ndim=3.', 'shape=input_dims'),
    ('ValueError', 'Input 0 of layer conv2d is incompatible with the layer: '
     'expected ndim=4, found ndim=3.', 'shape=input_dims'),
    ('ValueError', 'Only input tensors may be passed as positional '
     'arguments. The following', 'keras.layers.Dense(...)(x)'),
    ('AttributeError', "'Dense' object has no attribute 'shape'",
     'keras.layers.Dense(...)(x)'),
    ('TypeError', "Inputs to a layer should be tensors. Got '<keras.src."
     "layers.core.dense.Dense object at 0x7fdb>'",
     'keras.layers.Dense(...)(x)'),
    ('AttributeError', 'The layer sequential has never been called and thus '
     'has no defined input.', 'keras.Input'),
    ('AttributeError', 'Layer sequential is not connected, no input to '
     'return.', 'keras.Input'),
    ('ValueError', "Input 0 with name 'input_layer_1' of layer "
     "'functional_1' is incompatible with the layer: expected shape=(None, "
     '4), found shape=(None, 5)', 'latent_dims'),
    ('ValueError', "Dimensions must be equal, but are 5 and 4 for 'model_1'",
     'latent_dims'),
    ('ValueError', "Unrecognized keyword arguments passed to Model: {'inputs'"
     ": <KerasShape>, 'output': 1}", 'outputs=...'),
    ('TypeError', '_init_subclassed_network() got an unexpected keyword '
     "argument 'inputs'", 'outputs=...'),
    ('TypeError', "('Keyword argument not understood:', 'output')",
     'outputs=...'),
    ('ValueError', 'Could not interpret regularizer identifier: 0.03',
     'l1(lambtha)'),
    ('AttributeError', "module 'tensorflow._api.v1.keras.regularizers' has "
     "no attribute 'L1'", 'l1(lambtha)'),
    ('ValueError', 'Could not interpret optimizer identifier: <class '
     "'keras.src.optimizers.adam.Adam'>", 'brackets'),
    ('ValueError', 'Unknown optimizer: Adam', 'brackets'),
    ('ValueError', "Argument(s) not recognized: {'lr': 0.001}",
     'learning_rate'),
    ('AttributeError', "'Model' object has no attribute '_name'",
     'one of its own'),
    ('OSError', "[Errno 30] Read-only file system: '/tmp/.keras'",
     'no network'),
    ('ValueError', 'Output with path `` is not connected to `inputs`',
     'start from inputs'),
    ('ValueError', 'Graph disconnected: cannot obtain value for tensor '
     'KerasTensor(type_spec', 'start from inputs'),
    ('ValueError', 'When passing a list as loss, it should have one entry '
     'per model outputs. The model has 1 outputs', 'one loss'),
    ('TypeError', "<lambda>() missing 1 required positional argument: 'v'",
     'a list'),
    ('AttributeError', "module 'keras.api._v2.keras.layers' has no attribute "
     "'Conv2d'", 'Conv2D'),
    ('AttributeError', "module 'keras._tf_keras.keras.losses' has no "
     "attribute 'mean_squared_error'", 'an older TensorFlow? Try '
     'RUNTIME=tf2.15'),
    ('AttributeError', "'Adam' object has no attribute 'minimize'",
     'other versions'),
    ('AttributeError', "module 'tensorflow.keras' has no attribute 'ops'",
     'newer versions'),
    ('AttributeError', "module 'keras._tf_keras.keras.backend' has no "
     "attribute 'placeholder'", 'RUNTIME=tf2.15'),
    ('AttributeError', "module 'keras._tf_keras.keras.backend' has no "
     "attribute 'get_session'", 'RUNTIME=page'),
)
# Those of a loss are raised when auto is trained.
LOSSES = (
    'A KerasTensor cannot be used as input to a TensorFlow function.',
    'You are passing KerasTensor(type_spec=1), an intermediate Keras symbolic '
    'input/output', 'Inputs to eager execution function cannot be Keras '
    'symbolic tensors')


def test_no_meaning():
    """What was given to a layer, which Keras 3 says at the end, is no cause"""
    said = 'Argument `padding` must be valid or same. Received: padding=SAME'
    assert error_sentence(CALL, 'ValueError', said + (
        '\n\nArguments received by MaxPooling2D.call():\n'
        '  inputs=<KerasTensor shape=(None, 12, 20, 4)>'), 'newest') == (
            CALL + ' raised ValueError: ' + said)


@pytest.mark.parametrize('kind, text, word', RAISED)
def test_meaning(kind, text, word):
    """The sentence has the call, the error and what to do, in this order"""
    sentence = error_sentence(CALL, kind, text, 'newest')
    assert sentence.startswith(CALL + ' raised ' + kind + ': ' + text[:9])
    assert word in sentence and sentence.index(word) > len(CALL), sentence
    assert len(sentence) <= 300, sentence


@pytest.mark.parametrize('runtime, text, other', [
    ('page', "module 'tensorflow.keras.losses' has no attribute "
     "'BinaryCrossentropy'", 'tf2.15'),
    ('page', "module 'tensorflow.keras' has no attribute 'ops'", 'newest'),
    ('page', "cannot import name 'ops'", 'newest'),
    ('page', "No module named 'tensorflow.keras.ops'", 'newest'),
    ('tf2.15', "module 'tensorflow.keras' has no attribute 'random'",
     'newest'),
    ('tf2.11', "module 'tensorflow.keras.utils' has no attribute "
     "'set_random_seed'", 'tf2.15')])
def test_newer(runtime, text, other):
    """What an older runtime lacks is told of a newer one"""
    assert error_sentence(CALL, 'AttributeError', text, runtime).endswith(
        'written for a newer TensorFlow? Try RUNTIME=' + other)


@pytest.mark.parametrize('text', [
    "module 'keras._tf_keras.keras.backend' has no attribute 'summ'",
    "module 'keras._tf_keras.keras.losses' has no attribute 'crossentropy'"])
def test_misspelt(text):
    """What no version has is not said to be of an older one"""
    assert error_sentence(CALL, 'AttributeError', text, 'newest') == (
        CALL + ' raised AttributeError: ' + text)


def test_numbers_are_no_lists():
    """Who goes through a list is not told to, whatever number is refused"""
    for number in ('0', '13', '2.5', 'None'):
        text = 'Received an invalid value for `units`, expected a positive ' \
            'integer. Received: units=' + number
        assert error_sentence(CALL, 'ValueError', text, 'newest') == \
            CALL + ' raised ValueError: ' + text


def test_advice_has_no_hint():
    """What a hint says is not what the file says"""
    for kind, text, _ in RAISED:
        said = without_hint(error_sentence(CALL, kind, text, 'newest'))
        assert said.startswith(CALL + ' raised ' + kind + ': ' + text[:9])
        assert not any(meaning in said for _, meaning, _ in hints.HINTS)


@pytest.mark.parametrize('text', LOSSES)
def test_loss(text):
    """A loss over tensors of the model is told of add_loss, as make does it"""
    sentence = error_sentence('training', 'ValueError', text,
                              'newest')
    assert 'self.add_loss' in sentence
    assert sentence.endswith('; written for an older TensorFlow? Try '
                             'RUNTIME=page')


def test_every_hint_is_tried():
    """Each row of the table is taken for one of these errors"""
    said = [error_sentence(CALL, kind, text, 'newest')
            for kind, text, _ in RAISED] + [error_sentence(
                'auto.fit()', 'ValueError', text, 'newest') for text in LOSSES]
    for pattern, meaning, _ in hints.HINTS[:-3]:
        assert any(meaning in sentence for sentence in said), pattern
        re.compile(pattern)


def test_said_once():
    """Where both terms are wrong, what both end with is said once"""
    random, measured = np.random.RandomState(0), []
    for _ in range(20):
        x, y = random.rand(24, 21), random.uniform(0.1, 0.9, (24, 21))
        measured.append((elbo.entropies(x, y).mean(), x, y,
                         *random.randn(2, 24, 5)))
    with pytest.raises(Fault) as raised:
        elbo.diagnose_factors(measured, (21, [13, 8], 5))
    said = [str(raised.value)] + [str(also) for also in raised.value.also]
    assert len(said) == 2, said
    assert [elbo.PRINTED in sentence for sentence in said] == [True, False]
    assert 'averaged over the inputs' in said[1]
