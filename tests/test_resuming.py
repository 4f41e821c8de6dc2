#!/usr/bin/env python3
"""--resume: a run that was stopped or killed ends as if it had not been"""

import argparse
import os
import re
import shutil
import signal

import numpy as np
import pytest

from common import UserError, checkpoint, features, training
from tests.support import TASKS, TINY, build, images, keras, run, start

EPOCHS = 6
# Keras 2 keeps no state of its noise, which is another after the restart.
EXACT = TASKS if features.is_keras_3() else [0, 1, 2]
NEEDS = '--resume needs an Adam with a method `build`, '


def options(data, output, *more):
    """Lists the options that all runs share, and more"""
    return ['--epochs', EPOCHS, '--data', data, '--output', output] + list(
        more)


def losses(folder, task):
    """Reads the losses that a run has left, as bytes"""
    with open(str(folder / '{}-losses.csv'.format(task)), 'rb') as file:
        return file.read()


def table(content):
    """Makes an array of the content of a file of losses"""
    return np.array([line.split(',') for line in
                     content.decode().split('\n')[1:-1]], float)


@pytest.fixture(scope='module')
def stopped(data, tmp_path_factory):
    """Stops task 0 with Ctrl-C; gives the folder, which is not to change"""
    folder = tmp_path_factory.mktemp('stopped')
    main = start(0, *options(data, folder, '--epochs', 100000))
    for line in main.stdout:
        if line.startswith('Epoch 3/'):
            break
    main.send_signal(signal.SIGINT)
    printed, errors = main.communicate()
    assert main.returncode == 0, errors
    assert 'Stopped by Ctrl-C' in printed
    assert 'Traceback' not in errors
    state = '0-unfinished.npz'
    assert ('--resume goes on with {}'.format(folder / state) in
            printed) == features.can_resume(), printed
    assert (state in os.listdir(str(folder))) == features.can_resume()
    assert '0-losses.png' in os.listdir(str(folder))
    assert 2 <= len(table(losses(folder, 0))) < 100000
    return folder


def train(task, folder, resume, *callbacks):
    """Trains a small model as the mains do

    Args:
        task: int, 0 to 3.
        folder: pathlib.Path, where the state is kept.
        resume: bool, whether to go on with a training.
        *callbacks: keras.callbacks.Callback, called after the main's own.

    Returns:
        training.Run, with losses and film.
    """
    auto = build(task, arguments=TINY[task])[2]
    x_train, x_test = images(task, 600), images(task, 50)
    run = training.Run(auto, x_train, x_test, argparse.Namespace(
        task=task, epochs=EPOCHS, seed=7, resume=resume, output=str(folder)))
    auto.fit(epochs=EPOCHS, initial_epoch=run.epoch, verbose=0,
             callbacks=run.callbacks + list(callbacks), **run.batches)
    return run


class Killed(Exception):
    """Stands for the end of the process"""


def after_third_epoch(act):
    """Makes a callback that does something after the third epoch"""
    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: act() if epoch == 2 else None)


def kill():
    """Ends the training where it is"""
    raise Killed


@pytest.mark.skipif(not features.can_resume(), reason=NEEDS)
@pytest.mark.parametrize('task, way', [
    (0, 'Ctrl-C'), (1, 'a kill'), (2, 'a kill'), (3, 'a kill')])
def test_resumed_run_ends_like_an_undisturbed_one(
        task, way, tmp_path, capsys, monkeypatch):
    """After Ctrl-C or a kill, --resume leads to the same losses and film"""
    # To compile takes longer than all else here; the long tests do it.
    monkeypatch.setattr(training, 'speed_up', lambda auto, count: None)
    folder = tmp_path / 'disturbed'
    if way == 'Ctrl-C':
        stopped = train(task, folder, False, after_third_epoch(
            lambda: os.kill(os.getpid(), signal.SIGINT)))
        assert len(stopped.losses['loss']) < EPOCHS, 'not stopped'
    else:
        with pytest.raises(Killed):
            train(task, folder, False, after_third_epoch(kill))
    ours = train(task, folder, True)
    assert 'Resuming after epoch 3\n' in capsys.readouterr()[0]
    theirs = train(task, tmp_path / 'undisturbed', True)
    assert 'Nothing to resume in {}'.format(
        tmp_path / 'undisturbed') in capsys.readouterr()[0]
    for name in ('loss', 'val_loss'):
        losses = ours.losses[name], theirs.losses[name]
        assert len(losses[1]) == EPOCHS
        if task in EXACT:
            assert losses[0] == losses[1]
        np.testing.assert_allclose(*losses, rtol=0.01)
    assert ours.film.epochs == theirs.film.epochs == list(range(EPOCHS + 1))
    if task in EXACT:
        np.testing.assert_array_equal(ours.film.frames, theirs.film.frames)


def test_without_resume_a_run_starts_afresh(
        data, stopped, tmp_path, capsys, monkeypatch):
    """A run says that it drops an unfinished one"""
    monkeypatch.setattr(training, 'speed_up', lambda auto, count: None)
    folder = tmp_path / 'copy'
    shutil.copytree(str(stopped), str(folder))
    run(0, *options(data, folder, '--epochs', 1))
    assert ('Starting afresh. Discarded: the unfinished run in {}'.format(
        folder / '0-unfinished.npz') in capsys.readouterr()[0]) == (
            features.can_resume())
    assert len(table(losses(folder, 0))) == 1
    assert '0-unfinished.npz' not in os.listdir(str(folder))


def same(folder, data):
    """Leaves everything as it is"""
    return 0, []


def other_epochs(folder, data):
    """Asks for more epochs"""
    return 0, ['--epochs', 100001]


def other_seed(folder, data):
    """Asks for another seed"""
    return 0, ['--seed', 1]


def other_data(folder, data):
    """Asks for other images, of the same number"""
    arrays = dict(np.load(data))
    arrays['x_test'] = arrays['x_test'][::-1]
    path = folder / 'other.npz'
    np.savez(str(path), **arrays)
    return 0, ['--data', path]


def other_task(folder, data):
    """Takes the state of task 0 for one of task 1"""
    (folder / '0-unfinished.npz').rename(folder / '1-unfinished.npz')
    return 1, []


def change(place):
    """Makes a function that flips a bit of the state"""
    def flip(folder, data):
        """Flips a bit, at a part of the file's length"""
        path = folder / '0-unfinished.npz'
        content = bytearray(path.read_bytes())
        content[int(place * len(content))] ^= 1
        path.write_bytes(bytes(content))
        return 0, []
    return flip


def cut(folder, data):
    """Cuts the end of the state off"""
    path = folder / '0-unfinished.npz'
    path.write_bytes(path.read_bytes()[:-20])
    return 0, []


def replace(folder, data):
    """Puts something in the place of the state"""
    (folder / '0-unfinished.npz').write_text('no archive')
    return 0, []


DAMAGED = '0-unfinished.npz is damaged'
CASES = [
    (other_epochs, 'unfinished.npz is of a run with epochs 100000; .* '
     'Received: 100001'),
    (other_seed, 'unfinished.npz is of a run with seed 0; .* Received: 1'),
    (other_data, 'unfinished.npz is of a run with data of CRC '),
    (other_task, '1-unfinished.npz is of a run with task 0; .* Received: 1'),
    (change(0.01), DAMAGED), (change(0.3), DAMAGED), (change(0.7), DAMAGED),
    (cut, DAMAGED), (replace, DAMAGED),
] if features.can_resume() else [(same, NEEDS)]


@pytest.mark.parametrize('change, expected', CASES)
def test_what_cannot_be_resumed_is_left_alone(
        change, expected, data, stopped, tmp_path, capsys):
    """A main refuses a damaged state or one of another run, in one line"""
    folder = tmp_path / 'copy'
    shutil.copytree(str(stopped), str(folder))
    task, more = change(folder, data)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(SystemExit) as caught:
        run(task, *options(data, folder, '--epochs', 100000, '--resume',
                           *more))
    assert re.search('^{}-main.py: error: .*{}'.format(task, expected),
                     caught.value.code), caught.value.code
    assert '\n' not in caught.value.code
    assert 'Epoch' not in capsys.readouterr()[0], 'trained all the same'
    assert {path.name: path.read_bytes()
            for path in folder.iterdir()} == before, 'touched'


def test_state_is_kept_whole_or_not_at_all(tmp_path, monkeypatch):
    """Where a state cannot be written, that of before stays"""
    path = str(tmp_path / 'state.npz')
    checkpoint.write(path, {'losses': [0.1]}, [np.ones(3)])
    monkeypatch.setattr(os, 'replace', lambda *_: os.open('/none', 0))
    with pytest.raises(UserError, match='state.npz: No such file'):
        checkpoint.write(path, {'losses': []}, [])
    description, (variable,) = checkpoint.read(path)
    assert description == {'losses': [0.1]} and variable.tolist() == [1, 1, 1]
    assert os.listdir(str(tmp_path)) == ['state.npz']
