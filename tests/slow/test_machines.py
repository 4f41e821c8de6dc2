#!/usr/bin/env python3
"""Machines that need root or a compiler to be had, and whole runs on them"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import sysconfig

import numpy as np
import pytest

from common import ROOT
from tests.support import start

# A disk whose locks fail, HDF5's as well.
NO_LOCKS = """
#include <errno.h>
int flock(int file, int operation) { errno = ENOLCK; return -1; }
"""
# Nothing can be written but in the first argument; the rest is the command.
READ_ONLY = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,ro,bind /
for folder in /tmp /var/tmp /dev/shm; do
    case "$1" in $folder/*) ;; *) mount -t tmpfs -o ro none $folder; esac
done
shift
exec "$@"
"""
# Where each version has its groups, and the file of a limit.
LIMITS = (('/sys/fs/cgroup/memory', 'memory.limit_in_bytes'),
          ('/sys/fs/cgroup', 'memory.max'))


def results(folder):
    """Lists what a run has left"""
    return sorted(path.name for path in pathlib.Path(folder).iterdir())


def test_disk_without_locks(data, tmp_path):
    """Where no file can be locked, a main trains and saves, and says so"""
    if not shutil.which('gcc'):
        pytest.skip('gcc is needed to have locks fail')
    (tmp_path / 'flock.c').write_text(NO_LOCKS)
    library = tmp_path / 'flock.so'
    subprocess.run(['gcc', '-shared', '-fPIC', '-o', library,
                    tmp_path / 'flock.c'], check=True)
    output = tmp_path / 'output'
    main = start(0, '--epochs', 1, '--data', data, '--output', output,
                 LD_PRELOAD=str(library))
    _, errors = main.communicate()
    assert main.returncode == 0, errors
    assert errors == (f'{output}: this disk has no locks (No locks available)'
                      ': start no second run of the same task there\n')
    assert '0.weights.h5' in results(output)


@pytest.mark.parametrize('flags', ['XLA_FLAGS', 'TF_XLA_FLAGS'])
def test_wrong_flag(flags, data, tmp_path):
    """TensorFlow ends the process at a flag that it does not know: it shows"""
    main = start(0, '--epochs', 1, '--data', data, '--output', tmp_path,
                 **{flags: '--no_such_flag=1'})
    printed, errors = main.communicate()
    assert (main.returncode, printed) == (1, ''), errors
    assert f'Unknown flag in {flags}: --no_such_flag=1' in errors


def test_first_process_of_a_container(tmp_path):
    """There the reason shows too, though all other processes end with it"""
    package = tmp_path / 'tensorflow'
    package.mkdir()
    (package / '__init__.py').write_text(
        'import os; os.write(2, b"the reason"); os._exit(3)')
    done = subprocess.run(
        ['unshare', '--pid', '--fork', sys.executable,
         os.path.join(ROOT, '0-main.py'), '--output', tmp_path],
        env=dict(os.environ, PYTHONPATH=str(tmp_path)), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if 'unshare' in done.stderr:
        pytest.skip('a container needs root')
    assert (done.returncode, done.stderr) == (3, 'the reason')


def test_interrupt_in_the_background(data, tmp_path):
    """A main in a script's background goes on at Ctrl-C"""
    main = subprocess.Popen(
        ['sh', '-c', 'trap "" INT; exec "$@"', 'sh', sys.executable, '-u',
         os.path.join(ROOT, '0-main.py'), '--epochs', '30', '--data', data,
         '--output', tmp_path], stdout=subprocess.PIPE, text=True)
    for line in main.stdout:
        if line.startswith('Epoch 2/'):
            main.send_signal(signal.SIGINT)
            break
    printed = main.communicate()[0]
    assert main.returncode == 0
    assert 'Epoch 30/30' in printed and 'Stopped' not in printed


def test_read_only(data, tmp_path):
    """Where only one folder can be written, TMPDIR names it, or one line asks

    The data are on the disk that is read-only.
    """
    output = tmp_path / 'output'
    output.mkdir()
    given = tmp_path / 'given.npz'
    shutil.copy(data, given)

    def run(**settings):
        """Runs a main there"""
        return subprocess.run(
            ['unshare', '--mount', 'sh', '-c', READ_ONLY, 'sh', output,
             sys.executable, os.path.join(ROOT, '0-main.py'), '--epochs', '1',
             '--data', given, '--output', output], text=True, cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={'PATH': os.environ['PATH'], 'HOME': '/nowhere', **settings})

    done = run()
    if re.search('unshare|mount', done.stderr):
        pytest.skip('a disk that is read-only needs root')
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == (
        '0-main.py: error: no folder for temporary files can be written. Name '
        'one in TMPDIR and MPLCONFIGDIR\n')
    done = run(TMPDIR=output, MPLCONFIGDIR=output / 'matplotlib')
    assert (done.returncode, done.stderr) == (0, '')
    assert '0-explorer.html' in results(output)


@pytest.fixture(name='group')
def limited_group():
    """Makes a control group in one that has a limit, which needs root"""
    folder, limit = next(each for each in LIMITS if os.path.exists(each[0]))
    parent = pathlib.Path(folder, f'test-{os.getpid()}')
    child = parent / 'child'
    try:
        child.mkdir(parents=True)
        (parent / limit).write_text(str(10 ** 9))
    except OSError as error:
        pytest.skip(f'a limit of memory needs root: {error}')
    yield child
    child.rmdir()
    parent.rmdir()


def test_memory_of_a_group(group, tmp_path):
    """Images that a limit has no room for are refused before they are read"""
    images = np.zeros((2 ** 19, 28, 28), np.uint8)
    np.savez(tmp_path / 'large.npz', x_train=images, x_test=images[:1])
    main = subprocess.run(
        ['sh', '-c', 'echo $$ > "$0/cgroup.procs"; exec "$@"', group,
         sys.executable, os.path.join(ROOT, '0-main.py'), '--epochs', '1',
         '--data', tmp_path / 'large.npz', '--output', tmp_path / 'output'],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert (main.returncode, main.stdout) == (1, ''), main.stderr
    assert re.search(r'\A0-main.py: error: .*large.npz: must fit into the free'
                     r' memory, .* Received: 0.4 GB\n\Z', main.stderr)


@pytest.mark.parametrize('way', ['PYTHONPATH', "a user's site"])
def test_grader_with_packages_elsewhere(way, tmp_path):
    """The files run on the packages that the asking Python has

    As with `module load` on a cluster, or after `pip install --user`. A
    folder of PYTHONPATH that pip has not filled stays closed to them.
    """
    packages = sysconfig.get_path('purelib')
    (tmp_path / 'secret').write_text('secret')
    (tmp_path / '0-vanilla.py').write_text(
        pathlib.Path(ROOT, '0-vanilla.py').read_text() +
        f'\n\nopen({str(tmp_path / "secret")!r})\n')
    settings = {'PYTHONPATH': f'{tmp_path}:{packages}'}
    if way != 'PYTHONPATH':
        base = tmp_path / 'base'
        folder = base / os.path.relpath(packages, sys.prefix)
        folder.parent.mkdir(parents=True)
        folder.symlink_to(packages)
        settings = {'PYTHONPATH': str(tmp_path), 'PYTHONUSERBASE': str(base)}
    done = subprocess.run(
        [sys._base_executable, '-m', 'grader', tmp_path], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={'PATH': os.environ['PATH'], **settings})
    assert done.stderr == ''
    assert 'the grader itself' not in done.stdout
    if 'cage none' not in done.stdout:
        assert 'importing the file raised ' in done.stdout
