#!/usr/bin/env python3
"""The mains, run as a user runs them, on made images and without a display"""

import argparse
import csv
import os
import pickle
import re
import resource
import shutil
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from common import ROOT, checkpoint, features, files
from tests.support import TASKS, run, start

NUMBER = r'-?\d+\.\d+(?:e[-+]\d+)?'


def drawn(task):
    """Lists the pictures that a main leaves"""
    names = ['losses', 'reconstructions']
    if task == 3:
        names += ['latent', 'manifold', 'samples']
    return ['{}-{}.png'.format(task, name) for name in names]


def left(task):
    """Lists the files that a main leaves, in order"""
    names = ['{}-explorer.html', '{}-losses.csv', '{}.weights.h5']
    if features.can_save_models():
        names += ['{}-auto.keras', '{}-decoder.keras', '{}-encoder.keras']
    return sorted(drawn(task) + [name.format(task) for name in names])


def png_size(path):
    """Reads width and height from the header of a PNG file"""
    with open(str(path), 'rb') as file:
        header = file.read(24)
    assert header[:8] == b'\x89PNG\r\n\x1a\n', '{} is no PNG'.format(path)
    return struct.unpack('>II', header[16:])


@pytest.mark.parametrize('task', TASKS)
def test_main_trains_prints_and_draws(task, data, tmp_path, capsys):
    """A main does all that the exercise's does, and leaves its pictures

    That of task 1 as well below a parent that leaves little to rely on.
    Tasks 2 and 3 are run without a process of their own, which is quicker.
    """
    output, settings = tmp_path / 'new' / 'folder', {}
    if task == 1:
        output = tmp_path / 'o-\u0141\xf3d\u017a two'
        settings = {'PYTHONIOENCODING': 'ascii:backslashreplace',
                    'MPLBACKEND': 'module://matplotlib_inline.backend_inline'}
        if sys.version_info >= (3, 7):
            settings['PYTHONIOENCODING'] = 'ascii'
    options = ['--epochs', 2, '--data', data, '--output', output]
    if task < 2:
        main = start(task, *options, **settings)
        printed, errors = main.communicate()
        assert main.returncode == 0, errors
    else:
        run(task, *options)
        printed, errors = capsys.readouterr()
    assert 'Epoch 2/2' in printed
    losses = re.findall('val_loss: ({})'.format(NUMBER), printed)
    assert len(losses) == 2
    assert 'going on with its 600 training and 50 test images' in printed
    after = printed[printed.rindex('val_loss'):].split('\n')[1:]
    numbers = [float(number) for line in after if 'Saved' not in line
               for number in re.findall(NUMBER, line)]
    if task == 2:
        assert '(600, 28, 28, 1)\n(50, 28, 28, 1)\n' in printed
    if task == 3:
        assert len(numbers) == 40, 'ten means and ten deviations of two'
        assert min(numbers[20:]) > 0, 'deviations are positive'
    else:
        assert len(numbers) == 1 and numbers[0] >= 0, 'a mean of relu outputs'
    assert sorted(os.listdir(str(output))) == left(task)
    with open(str(output / '{}-losses.csv'.format(task))) as file:
        rows = list(csv.DictReader(file))
    assert [row['epoch'] for row in rows] == ['1', '2']
    assert float(rows[1]['val_loss']) == pytest.approx(
        float(losses[1]), rel=1e-3)
    for name in left(task):
        assert 'Saved {}'.format(output / name).encode(
            'ascii', 'backslashreplace').decode() in after
    for name in drawn(task):
        assert png_size(output / name)[0] == 800
    # What Keras 2 warns of is not ours.
    if features.is_keras_3():
        assert errors == ''


def test_help_explains_the_options():
    """The option --help names every option and its default"""
    main = start(1, '--help')
    printed, errors = main.communicate()
    assert main.returncode == 0, errors
    for option in ('--epochs', '--seed', '--output', '--data', '--resume'):
        assert option in printed
    assert 'default: 100' in printed


def write(path, **arrays):
    """Writes an .npz file and returns its path"""
    np.savez(str(path), **arrays)
    return path


class Trap:
    """An object whose pickle makes a file when it is loaded"""

    def __init__(self, path):
        """Takes note of the file's path"""
        self.path = str(path)

    def __reduce__(self):
        """Tells pickle how to make the object again: by making the file"""
        return open, (self.path, 'w')


def wrong_options(folder):
    """Lists options that a main refuses, with what its one line must say

    The file `ran` in the folder appears if a pickle is loaded.
    """
    images = np.zeros((20, 28, 28), np.uint8)
    labels = np.zeros(20, np.uint8)
    good = {'x_train': images, 'y_train': labels,
            'x_test': images, 'y_test': labels}
    file = folder / 'file'
    file.write_text('no archive')
    empty = folder / 'empty'
    empty.write_text('')
    whole = write(folder / 'whole.npz', **good)
    half = folder / 'half.npz'
    half.write_bytes(whole.read_bytes()[:-100])
    twisted = folder / 'twisted.npz'
    content = bytearray(whole.read_bytes())
    content[500] ^= 1
    twisted.write_bytes(bytes(content))
    pipe = str(folder / 'pipe')
    os.mkfifo(pipe)
    pickled = folder / 'pickled.npz'
    pickled.write_bytes(pickle.dumps(Trap(folder / 'ran')))
    # A zip file may begin with anything.
    hidden = folder / 'hidden.npz'
    hidden.write_bytes(pickled.read_bytes() + whole.read_bytes())
    texts = folder / 'texts.npz'
    with zipfile.ZipFile(str(texts), 'w') as archive:
        for name in good:
            archive.writestr(name + '.npy', 'no array')
    missing = {name: good[name] for name in good if name != 'x_test'}
    return [
        (['--epochs', 0], '--epochs.*Received: 0'),
        (['--epochs', 1.5], '--epochs.*Received: 1.5'),
        (['--seed', -1], '--seed'),
        (['--seed', 2 ** 32], '--seed.*Received: 4294967296'),
        (['--nonsense'], '--nonsense'),
        (['--output', file], '--output .*file: '),
        (['--output', file / 'below'], '--output .*below: '),
        (['--output', '/proc/new'], '--output /proc/new: '),
        (['--output', folder / ('x' * 300)], '--output .*xxx: '),
        (['--data', folder / 'none.npz'], 'none.npz: No such file'),
        (['--data', folder], '{}: must have two or more PNG'.format(folder)),
        (['--data', '/dev/zero'], '/dev/zero: not a file'),
        (['--data', pipe], 'pipe: not a file'),
        (['--data', file], 'file: not an .npz file'),
        (['--data', empty], 'empty: not an .npz'),
        (['--data', half], 'half.npz: not an .npz'),
        (['--data', twisted], 'twisted.npz: not a sound .npz file: .*CRC'),
        (['--data', write(folder / 'missing.npz', **missing)],
         'missing.npz: .*x_test'),
        (['--data', write(folder / 'pickle.npz', **dict(
            good, x_train=np.array([Trap(folder / 'ran')])))],
         'pickle.npz: '),
        (['--data', pickled], 'pickled.npz: not an .npz'),
        (['--data', hidden], 'hidden.npz: '),
        (['--data', texts], 'texts.npz: .*x_train'),
        (['--data', write(folder / 'float.npz', **dict(
            good, x_train=images * np.nan))], 'float.npz: .*x_train float'),
        (['--data', folder / 'two\nlines'], 'two.+lines: No such file'),
    ]


def test_wrong_options_end_with_one_line(tmp_path, capsys):
    """What a user can cause ends with one line and status 1 or 2"""
    for arguments, expected in wrong_options(tmp_path):
        with pytest.raises(SystemExit) as caught:
            run(3, '--epochs', 1, '--output', tmp_path / 'out', *arguments)
        printed, errors = capsys.readouterr()
        # Python prints a text that exit is given, and ends with status 1.
        if caught.value.code != 2:
            errors += caught.value.code + '\n'
        assert printed == '', arguments
        assert re.search('^3-main.py: error: .*' + expected, errors), errors
        assert errors.count('\n') == 1, errors
        assert not (tmp_path / 'out').exists() or not os.listdir(
            str(tmp_path / 'out')), arguments
        assert not (tmp_path / 'ran').exists(), arguments


@pytest.mark.parametrize('option, value, status', [
    ('--epochs', 0, 2), ('--data', 'none.npz', 1)])
def test_wrong_option_ends_the_program(option, value, status, tmp_path):
    """The one line is on standard error, and all there is"""
    main = start(3, '--output', tmp_path, option, value)
    printed, errors = main.communicate()
    assert (main.returncode, printed) == (status, ''), errors
    assert re.search(r'^3-main.py: error: .*{}.*\n\Z'.format(value), errors)


def test_folder_that_is_deleted_meanwhile(tmp_path):
    """The lock of a run does not mind that its folder is deleted"""
    folder = tmp_path / 'output'
    folder.mkdir()
    with files.locked(str(folder / 'lock')):
        shutil.rmtree(str(folder))


@pytest.mark.skipif(not features.is_keras_3(), reason='one backend only')
def test_backend_that_is_not_there(data, tmp_path):
    """A KERAS_BACKEND that cannot be imported ends a main with one line"""
    main = start(0, '--epochs', 1, '--data', data, '--output', tmp_path,
                 KERAS_BACKEND='nonsense')
    printed, errors = main.communicate()
    assert (main.returncode, printed) == (1, '')
    assert re.search(r'\A0-main.py: error: .*cannot be imported: .*nonsense.*'
                     r'\n\Z', errors), errors


def test_packages_that_are_missing(tmp_path):
    """Outside its environment a main says what to do, in one line"""
    main = subprocess.Popen(
        [sys.executable, '-S', os.path.join(ROOT, '0-main.py')],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)
    printed, errors = main.communicate()
    assert (main.returncode, printed) == (1, '')
    assert re.search(r'\A0-main.py: error: numpy is not installed. .*\n\Z',
                     errors), errors


def test_second_run_in_the_same_folder(data, tmp_path):
    """While one run lives, another of its task is refused in one line"""
    arguments = ['--data', data, '--output', tmp_path]
    first = start(0, '--epochs', 100000, *arguments)
    for line in first.stdout:
        if line.startswith('Epoch 1/'):
            break
    second = start(0, '--epochs', 1, *arguments)
    printed, errors = second.communicate()
    assert (second.returncode, printed) == (1, '')
    assert errors == ('0-main.py: error: {}: another run of the same task '
                      'writes there\n'.format(tmp_path))
    first.kill()
    first.communicate()
    with files.locked(checkpoint.path_of(argparse.Namespace(
            task=0, output=str(tmp_path))) + '.lock'):
        pass


def test_full_disk_is_found_before_training(data, tmp_path, capsys):
    """Where there is no room for the results, a main says so at once"""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Files that cannot grow stand for the full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 ** 20, limits[1]))
    try:
        with pytest.raises(SystemExit, match='^0-main.py: error: {}: .*too '
                           'large$'.format(re.escape(str(tmp_path)))):
            run(0, '--epochs', 1, '--data', data, '--output', tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert 'Epoch' not in capsys.readouterr()[0]
    assert os.listdir(str(tmp_path)) == []
