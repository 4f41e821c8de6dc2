#!/usr/bin/env python3
"""--resume: a run that was stopped or killed ends as if it had not been"""

import os
import re
import runpy
import shutil
import signal
import sys

import numpy as np
import pytest
import tensorflow as tf

from mains import ROOT, data, start  # noqa: F401

sys.path.insert(0, ROOT)

from common import unfinished  # noqa: E402

keras = tf.keras
EPOCHS = 40
# Not in TensorFlow before 2.8.
RESUMES = hasattr(keras.callbacks, 'BackupAndRestore')
# Keras 2 keeps no state of its noise, which is another after the restart.
EXACT = [0, 3] if hasattr(keras, 'ops') else [0]
NEEDS = '--resume needs keras.callbacks.BackupAndRestore, '


def options(data, output, *more):
    """Lists the options that all runs share, and more"""
    return ['--epochs', EPOCHS, '--data', data, '--output', output] + list(
        more)


def stop(task, number, *arguments):
    """Starts a main and sends it a signal in its fifth epoch

    Args:
        task: int, 0 to 3.
        number: int, the signal.
        *arguments: the options of the main.

    Returns:
        int, the status; str, standard output; str, standard error.
    """
    main = start(task, *arguments)
    for line in main.stdout:
        if line.startswith('Epoch 5/'):
            break
    main.send_signal(number)
    printed, errors = main.communicate()
    return main.returncode, printed, errors


def losses(folder, task):
    """Reads the losses that a run has left, as bytes"""
    with open(str(folder / '{}-losses.csv'.format(task)), 'rb') as file:
        return file.read()


def table(content):
    """Makes an array of the content of a file of losses"""
    return np.array([line.split(',') for line in
                     content.decode().split('\n')[1:-1]], float)


@pytest.fixture(scope='module', name='stopped')
def stopped_run(data, tmp_path_factory):
    """Stops task 0 with Ctrl-C; gives the folder, which is not to change"""
    folder = tmp_path_factory.mktemp('stopped')
    status, printed, errors = stop(0, signal.SIGINT, *options(data, folder))
    assert status == 0, errors
    assert ('--resume goes on with' in printed) == RESUMES, printed
    assert len(table(losses(folder, 0))) < EPOCHS, 'not stopped'
    return folder


@pytest.mark.parametrize('task, number', [(0, signal.SIGINT),
                                          (3, signal.SIGKILL)])
def test_resumed_run_ends_like_an_undisturbed_one(
        task, number, data, stopped, tmp_path):
    """After Ctrl-C or a kill, --resume leads to the same losses"""
    disturbed, undisturbed = tmp_path / 'disturbed', tmp_path / 'undisturbed'
    if number == signal.SIGINT:
        shutil.copytree(str(stopped), str(disturbed))
    else:
        status, _, errors = stop(task, number, *options(data, disturbed))
        assert status == -number, errors
    main = start(task, *options(data, disturbed, '--resume'))
    printed, errors = main.communicate()
    if not RESUMES:
        assert main.returncode == 1
        assert re.search('^{}-main.py: error: {}.*\n$'.format(task, NEEDS),
                         errors, re.MULTILINE), errors
        return
    assert main.returncode == 0, errors
    assert re.search('^Resuming after epoch [1-5]$', printed, re.MULTILINE)
    assert 'Epoch 1/' not in printed, 'started from the first epoch'
    assert ('The results of an earlier run' in printed) == (
        number == signal.SIGINT)

    main = start(task, *options(data, undisturbed, '--resume'))
    printed, errors = main.communicate()
    assert main.returncode == 0, errors
    assert 'Nothing to resume in {}'.format(undisturbed) in printed
    assert 'Epoch 1/' in printed
    for folder in (disturbed, undisturbed):
        assert not (folder / '{}-unfinished'.format(task)).exists()
    ours, theirs = losses(disturbed, task), losses(undisturbed, task)
    assert len(table(theirs)) == EPOCHS
    if task in EXACT:
        assert ours == theirs, 'not byte for byte'
    np.testing.assert_allclose(table(ours)[-10:].mean(axis=0),
                               table(theirs)[-10:].mean(axis=0), rtol=0.01)


def test_half_a_state_is_none(stopped, tmp_path, monkeypatch):
    """A run killed while it drops a state leaves none that is damaged"""
    folder = tmp_path / 'copy'
    shutil.copytree(str(stopped), str(folder))
    state = str(folder / '0-unfinished')
    assert (unfinished.newest(state) is None) == (not RESUMES)
    monkeypatch.setattr(shutil, 'rmtree', lambda *_, **__: None)
    unfinished.discard(state)
    assert unfinished.newest(state) is None
    assert not os.path.exists(state)


def test_without_resume_a_run_starts_afresh(data, stopped,
                                            tmp_path):
    """A run says that it drops an unfinished one and replaces its results"""
    folder = tmp_path / 'copy'
    shutil.copytree(str(stopped), str(folder))
    main = start(0, *options(data, folder, '--epochs', 1))
    printed, errors = main.communicate()
    assert main.returncode == 0, errors
    assert ('Starting afresh. Discarded: the unfinished run in {}'.format(
        folder / '0-unfinished') in printed) == RESUMES
    assert 'The results of an earlier run in {} will be replaced'.format(
        folder) in printed
    assert len(table(losses(folder, 0))) == 1
    assert not (folder / '0-unfinished').exists()


def other_epochs(folder, data):
    """Asks for more epochs"""
    return 0, ['--epochs', EPOCHS + 1]


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
    (folder / '0-unfinished').rename(folder / '1-unfinished')
    return 1, []


def largest(folder):
    """Finds the largest file of the state: the weights"""
    found = [path for path in folder.glob('0-unfinished/epoch-*/backup/**/*')
             if path.is_file()]
    return max(found, key=lambda path: path.stat().st_size)


def damaged_weights(folder, data):
    """Changes a bit in the middle of the weights"""
    path = largest(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    return 0, []


def missing_weights(folder, data):
    """Removes the weights"""
    largest(folder).unlink()
    return 0, []


def short_description(folder, data):
    """Cuts the end of run.json off"""
    path, = folder.glob('0-unfinished/epoch-*/run.json')
    path.write_bytes(path.read_bytes()[:-20])
    return 0, []


def no_description(folder, data):
    """Puts something in the place of run.json"""
    path, = folder.glob('0-unfinished/epoch-*/run.json')
    path.write_text('no JSON')
    return 0, []


def changed_losses(folder, data):
    """Changes a digit of the losses that run.json keeps"""
    path, = folder.glob('0-unfinished/epoch-*/run.json')
    text = path.read_text()
    at = text.index('.', text.index('"losses"')) + 1
    path.write_text(text[:at] + str(9 - int(text[at])) + text[at + 1:])
    return 0, []


def nothing(folder, data):
    """Leaves everything as it is, for runtimes that cannot resume"""
    return 0, []


CASES = [
    (other_epochs, '--resume: .*epoch-[1-5] is of a run with --epochs '
     '{}. Received: {}'.format(EPOCHS, EPOCHS + 1)),
    (other_seed, '--resume: .* with --seed 0. Received: 1'),
    (other_data, '--resume: .* with data of CRC '),
    (other_task, '--resume: .*1-unfinished/epoch-[1-5] is of a run with '
     'task 0. Received: 1'),
    (changed_losses, '--resume: .*epoch-[1-5] is damaged'),
    (damaged_weights, '--resume: .*epoch-[1-5] is damaged'),
    (missing_weights, '--resume: .*epoch-[1-5] is damaged'),
    (short_description, '--resume: .*epoch-[1-5] is damaged'),
    (no_description, '--resume: .*epoch-[1-5] is damaged'),
] if RESUMES else [(nothing, NEEDS)]


@pytest.mark.parametrize('change, expected', CASES)
def test_what_cannot_be_resumed_is_left_alone(
        change, expected, data, stopped, tmp_path, monkeypatch,
        capsys):
    """A main refuses a damaged state or one of another run, in one line

    It runs in this process, where TensorFlow has been loaded already.
    """
    folder = tmp_path / 'copy'
    shutil.copytree(str(stopped), str(folder))
    task, more = change(folder, data)
    before = unfinished.digests(str(folder))
    name = '{}-main.py'.format(task)
    monkeypatch.setattr(sys, 'argv', [name] + [
        str(argument)
        for argument in options(data, folder, '--resume', *more)])
    monkeypatch.setenv('TF_CPP_MIN_LOG_LEVEL', '1')
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(os.path.join(ROOT, name), run_name='__main__')
    # Python prints a text that exit is given, and ends with status 1.
    assert re.search('^{}: error: {}'.format(name, expected),
                     caught.value.code), caught.value.code
    assert '\n' not in caught.value.code
    assert 'Epoch' not in capsys.readouterr()[0], 'trained all the same'
    assert unfinished.digests(str(folder)) == before, 'touched'


def test_refusal_ends_the_program(data, stopped, tmp_path):
    """A refusal is the last line on standard error; the status is 1"""
    folder = tmp_path / 'copy'
    shutil.copytree(str(stopped), str(folder))
    main = start(0, *options(data, folder, '--resume', '--seed', 1))
    _, errors = main.communicate()
    assert main.returncode == 1, errors
    # What TensorFlow has to say about the machine comes before.
    assert re.search(r'(\A|\n)0-main.py: error: --resume[: ].*\n\Z', errors)
    assert 'Traceback' not in errors
