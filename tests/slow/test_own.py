#!/usr/bin/env python3
"""`make run DIR=folder TASK=N`: a student's own model in our mains"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from common import ROOT
from grader.registry import TASKS

RIGHT = pathlib.Path(ROOT, 'grader', 'proof', 'right')


@pytest.fixture(name='images')
def made_images(tmp_path):
    """Makes a few images; gives their path"""
    path = tmp_path / 'images.npz'
    random = np.random.RandomState(0)
    np.savez(path, **{f'x_{part}': random.randint(0, 256, (300, 28, 28),
                                                  'uint8')
                      for part in ('train', 'test')},
             **{f'y_{part}': random.randint(0, 10, 300)
                for part in ('train', 'test')})
    return path


def run(folder, task, images):
    """Runs a main with the file of a folder; gives its CompletedProcess"""
    return subprocess.run(
        [sys.executable, '-m', 'tools.own', str(folder), str(task), '--data',
         str(images), '--epochs', '1'], cwd=ROOT, text=True,
        env=dict(os.environ, XDG_CACHE_HOME=str(images.parent / 'cache')),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize('name', ['0-flat.py', '1-add-loss.py',
                                  '2-sequential.py', '3-layer.py'])
def test_right(name, tmp_path, images):
    """A right file is trained, whatever way it is written in"""
    task = int(name[0])
    shutil.copy(RIGHT / name, tmp_path / TASKS[task].file)
    (tmp_path / TASKS[task].file).chmod(0o755)
    done = run(tmp_path, task, images)
    assert done.returncode == 0, done.stderr
    assert 'The grader gives' not in done.stdout, done.stdout
    assert (tmp_path / 'output' / f'{task}-losses.png').exists()
    assert 'No explorer: ' in done.stdout or (
        tmp_path / 'output' / f'{task}-explorer.html').exists()


@pytest.mark.parametrize('text, said', [
    ('raise NotImplementedError', 'line 6: NotImplementedError: '),
    ('return None', 'must return three models, .* Received: NoneType'),
    ('return [keras.Sequential([keras.Input((784,)), '
     'keras.layers.Dense(784)]) for _ in range(3)]', 'must compile auto')])
def test_wrong(text, said, tmp_path, images):
    """What a main needs it asks for in one line, after the grader's word"""
    (tmp_path / '0-vanilla.py').write_text(
        '#!/usr/bin/env python3\n"""Mine"""\n'
        'import tensorflow.keras as keras\n\n'
        f'def autoencoder(input_dims, hidden_layers, latent_dims):\n    {text}'
        '\n')
    done = run(tmp_path, 0, images)
    assert done.returncode == 1
    assert re.fullmatch(r'0-main.py: error: 0-vanilla.py[^\n]*\n',
                        done.stderr), done.stderr
    assert re.search(said, done.stderr), done.stderr
    assert done.stdout.startswith('The grader gives '), done.stdout
    assert not os.path.exists(tmp_path / 'output' / '0.weights.h5')


def test_no_file(tmp_path, images):
    """A folder without the file is an error of one line"""
    done = run(tmp_path, 2, images)
    assert (done.returncode, done.stdout) == (1, '')
    assert re.fullmatch('own: error: the folder must have the file '
                        '2-convolutional.py. Received: [^\n]*\n', done.stderr)
