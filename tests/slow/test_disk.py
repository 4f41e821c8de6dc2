#!/usr/bin/env python3
"""A disk that is full, for a while or to the end; output that goes nowhere"""

import contextlib
import hashlib
import os
import pathlib
import re
import subprocess
import threading

import pytest

from tests.support import start

# Room for what a run makes sure of, 15, beside the results of another.
MIBIBYTES = 30


@pytest.fixture(name='disk')
def small_disk(tmp_path):
    """Mounts a small disk, which needs root; gives its folder"""
    folder = tmp_path / 'disk'
    folder.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={MIBIBYTES}m',
                       'none', folder], stderr=subprocess.PIPE).returncode:
        pytest.skip('mounting a disk needs root')
    yield folder
    subprocess.run(['umount', '--lazy', folder], check=True)


class Filler:
    """Another program that takes all the room there is, and gives it back"""

    def __init__(self, folder):
        """Starts to fill a disk; goes on until it is stopped"""
        self.path = folder / 'filler'
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.fill)
        self.thread.start()

    def fill(self):
        """Takes what room there is, again and again"""
        with open(self.path, 'ab', buffering=0) as file:
            while not self.stopped.wait(0.001):
                with contextlib.suppress(OSError):
                    file.write(bytes(2 ** 20))

    def stop(self):
        """Gives the room back"""
        self.stopped.set()
        self.thread.join()
        self.path.unlink()


def digests(folder):
    """Computes the SHA-256 of each result in a folder, by its name"""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in pathlib.Path(folder).iterdir()
            if 'unfinished' not in path.name}


def fill_after_first_epoch(main, folder):
    """Waits for the second epoch of a main, then fills the disk

    Args:
        main: subprocess.Popen, the main.
        folder: pathlib.Path, where the disk is.

    Returns:
        Filler, at work.
    """
    for line in main.stdout:
        if line.startswith('Epoch 2/'):
            return Filler(folder)
    raise AssertionError(main.stderr.read())


def test_full_from_the_start(disk, data):
    """A full disk is found before the training, and nothing is left"""
    (disk / 'other').write_bytes(bytes(24 * 2 ** 20))
    main = start(0, '--data', data, '--output', disk / 'output')
    printed, errors = main.communicate()
    assert main.returncode == 1, errors
    assert 'Epoch' not in printed
    assert errors == (f'0-main.py: error: {disk}/output: '
                      'No space left on device\n')
    assert not list((disk / 'output').iterdir())


def test_full_for_a_while(disk, data, record_property):
    """The training goes on without keeping its state, and is saved"""
    output = disk / 'output'
    main = start(0, '--epochs', 500, '--data', data, '--output', output)
    filler = fill_after_first_epoch(main, disk)
    printed = []
    # A pipe that nobody reads would stop the main.
    reader = threading.Thread(
        target=lambda: printed.append(main.stdout.read()))
    reader.start()
    errors = []
    for line in main.stderr:
        errors.append(line)
        if line.startswith('State not kept: '):
            break
    filler.stop()
    errors = ''.join(errors + [main.stderr.read()])
    reader.join()
    assert main.wait() == 0, errors
    assert 'State not kept: ' in errors
    assert 'Traceback' not in errors, errors
    assert 'Epoch 500/500' in printed[0]
    assert not (output / '0-unfinished.npz').exists()
    left = digests(output)
    assert {'0.weights.h5', '0-auto.keras', '0-losses.csv'} <= set(left)
    record_property('results after a disk was full for a while',
                    f'{len(left)} files')


def test_full_to_the_end(disk, data, record_property):
    """Results of before stay whole, one line says why, and --resume helps"""
    output = disk / 'output'
    options = ['--data', data, '--output', output]
    main = start(0, '--epochs', 1, *options)
    _, errors = main.communicate()
    assert main.returncode == 0, errors
    before = digests(output)
    main = start(0, '--epochs', 100, *options)
    filler = fill_after_first_epoch(main, disk)
    printed, errors = main.communicate()
    filler.stop()
    assert 'Epoch 100/100' in printed, errors
    assert main.returncode == 1, errors
    assert 'State not kept: ' in errors
    assert 'Traceback' not in errors, errors
    assert errors.endswith(f'\n0-main.py: error: {output}: '
                           'No space left on device\n'), errors
    assert digests(output) == before
    main = start(0, '--epochs', 100, '--resume', *options)
    printed, errors = main.communicate()
    assert main.returncode == 0, errors
    assert 'Resuming after epoch' in printed
    assert 'Epoch 100/100' in printed
    record_property('results lost on a full disk', f'0 of {len(before)}')


def test_output_on_a_full_disk(data, tmp_path):
    """Where nothing can be printed, a main says so in one line"""
    with open('/dev/full', 'w') as full:
        main = start(0, '--epochs', 1, '--data', data, '--output', tmp_path,
                     stdout=full)
    _, errors = main.communicate()
    assert main.returncode == 1, errors
    assert re.search(r'\A0-main.py: error: .*No space left.*\n\Z', errors)


def test_output_that_nobody_reads(data, tmp_path):
    """Where a pipe has been closed, a main says so in one line"""
    reader, writer = os.pipe()
    os.close(reader)
    main = start(0, '--epochs', 1, '--data', data, '--output', tmp_path,
                 stdout=writer)
    os.close(writer)
    _, errors = main.communicate()
    assert main.returncode == 1, errors
    assert re.search(r'\A0-main.py: nobody reads .*\n\Z', errors), errors
