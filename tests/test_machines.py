#!/usr/bin/env python3
"""What a machine may be like: settings, streams, signals, disks, limits

What needs root or a compiler for it is in slow/test_machines.py.
"""

import errno
import fcntl
import os
import re
import resource
import signal
import subprocess
import sys

import pytest

from common import ROOT, UserError, files, memory, mnist, training
from tests.support import TINY, build, images, keras, start
from tests.test_training import options

# What a package may do while it is imported, and what a main says then.
ENDS = (
    ('raise ImportError("two\\nlines")', 1,
     r'error: TensorFlow or Keras cannot be imported with PYTHONPATH=\S+, '
     r'perhaps of another Python: ImportError: two lines\n\Z'),
    ('import os; os.write(2, b"the reason\\n"); os._exit(3)', 3,
     r'ended while TensorFlow was imported, which logged:\nthe reason\n\Z'),
    ('import sys; sys.stderr.write("the reason\\n"); sys.exit()', 1,
     r'ended while TensorFlow was imported, which logged:\nthe reason\n'
     r'0-main.py: error: TensorFlow or Keras cannot be imported .*\n\Z'),
    ('import os; os.write(2, b"the reason\\n"); os.kill(os.getpid(), 9)', -9,
     r'ended while TensorFlow was imported, which logged:\nthe reason\n\Z'),
)


def limit_files():
    """Has a process write no file, as on a disk that is read-only"""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize('flags, settings', [
    (['-I'], {}), ([], {'PYTHONSAFEPATH': '1'})])
def test_folder_that_python_leaves_out(flags, settings, tmp_path):
    """A main finds its folder where Python does not look into it"""
    main = subprocess.Popen(
        [sys.executable] + flags + [os.path.join(ROOT, '0-main.py'), '--help'],
        cwd=str(tmp_path), env=dict(os.environ, **settings),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    printed, errors = main.communicate()
    assert main.returncode == 0, errors
    assert b'--epochs' in printed


@pytest.mark.parametrize('package', ['numpy', 'matplotlib'])
def test_packages_of_another_python(package, tmp_path):
    """One line names PYTHONPATH where a package cannot be imported from it"""
    (tmp_path / (package + '.py')).write_text('x = = 1\n')
    main = start(0, '--help', PYTHONPATH=str(tmp_path))
    printed, errors = main.communicate()
    assert (main.returncode, printed) == (1, '')
    assert re.search(
        r'\A0-main.py: error: {}\S* cannot be imported with PYTHONPATH={}, '
        r'perhaps of another Python: SyntaxError: .*\n\Z'.format(
            package, re.escape(str(tmp_path))), errors), errors


@pytest.mark.parametrize('code, status, said', ENDS)
def test_end_while_tensorflow_is_imported(code, status, said, tmp_path):
    """However a package ends the process, its reason is shown"""
    package = tmp_path / 'tensorflow'
    package.mkdir()
    (package / '__init__.py').write_text(code)
    main = start(0, '--output', tmp_path / 'o', PYTHONPATH=str(tmp_path))
    printed, errors = main.communicate()
    assert (main.returncode, printed) == (status, ''), errors
    assert re.search(r'\A0-main.py: ' + said, errors), errors


def test_no_folder_for_temporary_files(tmp_path):
    """One line names the variables where no such folder can be written"""
    main = subprocess.Popen(
        [sys.executable, os.path.join(ROOT, '0-main.py'), '--help'],
        preexec_fn=limit_files, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    printed, errors = main.communicate()
    assert (main.returncode, printed) == (1, b'')
    assert errors == (b'0-main.py: error: no folder for temporary files can '
                      b'be written. Name one in TMPDIR and MPLCONFIGDIR\n')


def test_streams_that_are_closed(data, tmp_path):
    """A main whose streams are all closed trains and saves"""
    command = '"$@" <&- >&- 2>&-'
    assert subprocess.call(
        ['sh', '-c', command, 'sh', sys.executable,
         os.path.join(ROOT, '0-main.py'), '--epochs', '1', '--data', data,
         '--output', str(tmp_path)]) == 0
    assert (tmp_path / '0-explorer.html').exists()


def test_warnings_that_are_errors(data, tmp_path):
    """A main trains and saves where Python is told to stop at warnings"""
    main = start(0, '--epochs', 1, '--data', data, '--output', tmp_path,
                 PYTHONWARNINGS='error')
    _, errors = main.communicate()
    assert main.returncode == 0, errors
    assert (tmp_path / '0.weights.h5').exists()


def test_interrupt_that_is_ignored(tmp_path, monkeypatch):
    """Where Ctrl-C is ignored, as in a shell's background, it stays so"""
    monkeypatch.setattr(training, 'speed_up', lambda auto, count: None)
    auto = build(0, arguments=TINY[0])[2]
    run = training.Run(auto, images(0, 100), images(0, 10), options(tmp_path))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        auto.fit(epochs=3, verbose=0, callbacks=run.callbacks + [
            keras.callbacks.LambdaCallback(
                on_batch_end=lambda batch, logs: os.kill(
                    os.getpid(), signal.SIGINT))], **run.batches)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(run.losses['loss']) == 3


@pytest.mark.parametrize('number', [
    errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EIO])
def test_disk_without_locks(number, tmp_path, monkeypatch, capsys):
    """Without a lock a run goes on, and says what that means"""
    def flock(*_):
        """Fails as such a disk does"""
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, 'flock', flock)
    with files.locked(str(tmp_path / 'lock')):
        pass
    assert capsys.readouterr()[1] == (
        '{}: this disk has no locks ({}): start no second run of the same '
        'task there\n'.format(tmp_path, os.strerror(number)))
    assert not os.listdir(str(tmp_path))


def group(folder, *path, **values):
    """Makes a control group: its folder, with a file for each value"""
    place = folder.joinpath(*path)
    place.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        (place / name.replace('__', '.')).write_text('{}\n'.format(value))


def machines(folder):
    """Lists control groups, and how much their processes may still take

    Each as what makes its folders, what Linux says the process is in, and
    the room: a limit less what all have taken, but for files that were read.
    """
    def version_1(*path, limit, used):
        """Makes a group of version 1"""
        group(folder, 'memory', *path, memory__limit_in_bytes=limit,
              memory__usage_in_bytes=used, memory__stat='active_file 7\n'
              'total_active_file 200\ntotal_inactive_file 300')

    def version_2(*path, used, **limits):
        """Makes a group of version 2"""
        group(folder, *path, memory__current=used,
              memory__stat='active_file 200\ninactive_file 300', **limits)
    many = 9223372036854771712
    return [
        ('no limit', lambda: version_2('a', used=900, memory__max='max'),
         '0::/a\n', float('inf')),
        ('of its own', lambda: version_2('a', used=900, memory__max=4000),
         '0::/a\n', 3600),
        ('of a parent', lambda: (
            version_2('a', 'b', used=900, memory__max='max'),
            version_2('a', used=1900, memory__max=4000)), '0::/a/b\n', 2600),
        ('where it is slowed down', lambda: version_2(
            'a', used=900, memory__max=9000, memory__high=4000),
         '0::/a\n', 3600),
        ('of a container', lambda: version_2(used=900, memory__max=4000),
         '0::/\n', 3600),
        ('version 1', lambda: version_1('a', limit=4000, used=900),
         '5:cpu:/x\n4:cpuset,memory:/a\n0::/\n', 3600),
        ('version 1, of a parent', lambda: (
            version_1('a', 'b c', limit=many, used=900),
            version_1('a', limit=4000, used=1900)), '4:memory:/a/b c\n', 2600),
        ('version 1, of a container that has not all folders', lambda:
         version_1(limit=4000, used=900), '4:memory:/docker/1\n', 3600),
    ]


@pytest.mark.parametrize('number', range(8))
def test_memory_of_control_groups(number, tmp_path, monkeypatch):
    """The least room of any group above counts, with what others have taken"""
    name, make, said, room = machines(tmp_path)[number]
    make()
    (tmp_path / 'groups').write_text(said)
    monkeypatch.setattr(memory, 'GROUPS', str(tmp_path / 'none'))
    free = memory.free_memory()
    monkeypatch.setattr(memory, 'GROUPS', str(tmp_path / 'groups'))
    monkeypatch.setattr(memory, 'FOLDER', str(tmp_path))
    if room == float('inf'):
        assert memory.free_memory() > free / 2, name
    else:
        assert memory.free_memory() == room, name


def test_memory_that_mnist_has_no_room_in(monkeypatch, capsys):
    """Without the memory for MNIST no source of it is tried"""
    monkeypatch.setattr(memory, 'free_memory', lambda: memory.TRAINING)
    with pytest.raises(UserError, match='^MNIST: must fit into the free '
                       'memory, .* Received: 0.1 GB$'):
        mnist.find()
    assert capsys.readouterr() == ('', '')
