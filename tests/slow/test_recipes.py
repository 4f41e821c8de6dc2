#!/usr/bin/env python3
"""The recipes of docs/using.md, run as printed, each in a fresh process

What they make computes what Keras' own models do.
"""

import importlib.util
import os
import re
import subprocess

import pytest

import noxfile
from common import ROOT
from tests import saved
from tests.support import FILES, TASKS
from tools.matrix import find_python

BEFORE = '''
import numpy as np
images = np.random.RandomState(0).rand(3, {}).reshape((3,) + {}).astype('f')
'''
# What is compared, with the names that a recipe leaves.
AFTER = {
    'A variational autoencoder without noise': '''
mean = encoder.predict(images)[1]
np.testing.assert_allclose(sure.predict(images), decoder.predict(mean),
                           rtol=1e-5)
assert np.array_equal(sure.predict(images), sure.predict(images))
''',
    'Weigh the KL divergence': '''
from grader import oracle
layer = encoder.get_layer('log_var')
kernel, bias = layer.get_weights()
layer.set_weights([0 * kernel, bias - 80])
divergence = oracle.kl_divergence(*encoder.predict(images)[1:])
entropy = oracle.binary_crossentropy(images, auto.predict(images))
np.testing.assert_allclose(
    np.ravel(auto.evaluate(images, images))[0],
    entropy.sum(axis=1).mean() / 4 + divergence.sum(axis=1).mean(), rtol=1e-5)
''',
    'Two autoencoders in one model': '''
layer = encoder.get_layer('log_var')
kernel, bias = layer.get_weights()
layer.set_weights([0 * kernel, bias - 80])
for made, part in zip(both.predict(images), parts):
    np.testing.assert_allclose(made, part.predict(images), rtol=1e-5)
parts[0].compile(optimizer='adam', loss='binary_crossentropy')
parts[1].compile(optimizer='adam', loss=auto.loss)
import tensorflow as tf
if tf.executing_eagerly():
    loss = np.ravel(both.evaluate(images, [images, images]))[0]
    sums = sum(part.evaluate(images, images) for part in parts)
    np.testing.assert_allclose(loss, sums, rtol=1e-5)
''',
    'SavedModel': '''
np.testing.assert_allclose(outputs, auto.predict(images), rtol=1e-5)
''',
    'TFLite': '''
lite = tf.lite.Interpreter('auto.tflite')
lite.allocate_tensors()
given, made = lite.get_input_details()[0], lite.get_output_details()[0]
for image in images:
    lite.set_tensor(given['index'], image[None])
    lite.invoke()
    np.testing.assert_allclose(lite.get_tensor(made['index']),
                               auto.predict(image[None]), rtol=1e-5)
''',
    'ONNX': '''
import onnxruntime
session = onnxruntime.InferenceSession('auto.onnx')
made, = session.run(None, {session.get_inputs()[0].name: images})
np.testing.assert_allclose(made, auto.predict(images), rtol=1e-4)
''',
}
RUNTIMES = {'Weigh the KL divergence': [
                runtime for runtime in noxfile.PYTHONS if runtime != 'tf2.16'],
            'SavedModel': ['newest', 'tf2.15', 'tf2.18'],
            'TFLite': ['newest', 'tf2.15'], 'ONNX': ['newest']}


with open(os.path.join(ROOT, 'docs', 'using.md'), encoding='utf-8') as doc:
    PAGE = doc.read()


def recipes():
    """Reads the recipes: a dict from a heading to the code below it"""
    parts = re.split(r'^(#+) (.*)$', PAGE.split(
        '## Use the models elsewhere')[1], flags=re.MULTILINE)
    return {heading: re.search('```python\n(.*?)```', part, re.DOTALL)[1]
            for level, heading, part in zip(parts[1::3], parts[2::3],
                                            parts[3::3]) if level == '###'}


def test_every_recipe_is_tried():
    """The page has the recipes that are tried here, and no other"""
    assert list(recipes()) == list(AFTER)


def run(code, runtime, folder):
    """Runs code on a runtime, in a folder"""
    backend = runtime if runtime in ('jax', 'torch') else 'tensorflow'
    process = subprocess.run(
        [find_python(runtime), '-c', code], cwd=folder,
        env=dict(os.environ, PYTHONPATH=ROOT, KERAS_BACKEND=backend),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.returncode == 0, process.stdout


@pytest.mark.parametrize('heading, runtime', [
    (heading, runtime) for heading in AFTER
    for runtime in RUNTIMES.get(heading, noxfile.PYTHONS)])
def test_recipe(heading, runtime, tmp_path):
    """What a recipe makes computes what Keras' own models do"""
    if heading == 'ONNX' and not all(map(importlib.util.find_spec, (
            'onnx', 'onnxruntime', 'tf2onnx'))):
        pytest.skip('onnx, onnxruntime or tf2onnx is not installed')
    code = recipes()[heading]
    shape = (28, 28, 1) if '2-convolutional' in code else (784,)
    run(BEFORE.format(784, shape) + code + AFTER[heading], runtime, tmp_path)


@pytest.mark.parametrize('old', ['page', 'tf2.0', 'tf2.11'])
def test_weights_in_the_older_format(old, tmp_path):
    """Loaded as the page says, the weights of each task are those saved"""
    saved.call('save', str(tmp_path), find_python(old))
    recipe, = (code for code in re.findall(r'```python\n(.*?)```', PAGE,
                                           re.DOTALL) if 'shutil' in code)
    code = 'import numpy as np\nfrom tests import saved\nfound = {}\n'
    for task in TASKS:
        code += recipe.replace('3-variational', FILES[task]).replace(
            '784, [512], 2', f'*{saved.arguments_of(task)}').replace(
                'output/3', f'output/{task}')
        code += 'models = encoder, decoder, auto\n'
        code += f'found.update(saved.outputs_of(models, {task}))\n'
    code += "np.savez('loaded.npz', **found)\n"
    for new in ('tf2.15', 'tf2.16', 'newest'):
        run(code, new, tmp_path)
        for task in TASKS:
            saved.assert_same(str(tmp_path), 'loaded.npz', task)
