#!/usr/bin/env python3
"""What the grader takes for a submission, and how it reads its files"""

import hashlib
import os
import socket

import pytest

from grader import intake, submissions
from grader.printable import clean

TASK = '0-vanilla.py'


def write(folder, name=TASK, text='x = 1\n', mode=0o755):
    """Writes a file into a folder that is made if need be; gives its path"""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode())
    path.chmod(mode)
    return str(path)


def found(*folders):
    """Finds submissions; gives their names"""
    return [item.name for item in intake.find(map(str, folders))]


def test_one(tmp_path):
    """A folder that holds one of the files is a submission, whole"""
    write(tmp_path / 'ada')
    write(tmp_path / 'ada' / 'old')
    write(tmp_path / 'ada', 'README.md')
    ada, = intake.find([str(tmp_path / 'ada')])
    assert ada.name == 'ada' and ada.readme
    assert ada.folder == str(tmp_path / 'ada')
    assert sorted(ada.files) == sorted(submissions.FILES)
    assert ada.files[TASK] == (b'x = 1\n', True, None)
    assert 'does not exist' in ada.files['1-sparse.py'].problem


def test_class(tmp_path):
    """Else each of its folders is one, in order; a file beside is none"""
    for name in 'bob', 'ada', 'eve':
        write(tmp_path / name, '3-variational.py')
    write(tmp_path / 'notes', 'notes.txt')
    write(tmp_path, 'list.txt')
    left = []
    ada, _, _, notes = intake.find([str(tmp_path)], left)
    assert found(tmp_path) == ['ada', 'bob', 'eve', 'notes']
    assert notes.problem == 'it has none of the four files, but notes.txt'
    assert left == [str(tmp_path / 'list.txt')]
    assert not ada.readme and ada.problem is None


def test_twice(tmp_path):
    """A folder that is named twice is one submission"""
    write(tmp_path / 'ada')
    assert found(tmp_path, tmp_path / 'ada') == ['ada']


def test_names(tmp_path):
    """Each has a name of its own, the shortest part of its path"""
    for path in 'x/1/ada', 'y/1/ada', 'y/2/ada', 'y/2/bob':
        write(tmp_path / path)
    assert found(*(tmp_path / path for path in ('x/1', 'y/1', 'y/2'))) == [
        'x/1/ada', 'y/1/ada', '2/ada', 'bob']


@pytest.mark.parametrize('name', ['empty', 'missing', 'a\x1b[31m\nb'])
def test_nothing(tmp_path, name):
    """A folder without any is an error of one line that names it"""
    if name == 'empty':
        (tmp_path / name).mkdir()
    with pytest.raises(ValueError) as error:
        intake.find([str(tmp_path / name)])
    sentence = str(error.value)
    assert sentence.startswith('FOLDER must ')
    assert 'Received: ' in sentence and sentence.isprintable()


def test_executable(tmp_path):
    """The mode's bits say whether a file is executable"""
    assert not submissions.read(write(tmp_path, mode=0o644)).executable
    assert submissions.read(write(tmp_path, mode=0o744)).executable


def make_link(path):
    """Makes a link to a file that must not be read"""
    os.symlink(os.path.abspath(__file__), path)


def make_socket(path):
    """Makes a socket"""
    # Its path may have about 100 letters.
    here = os.getcwd()
    os.chdir(os.path.dirname(path))
    try:
        socket.socket(socket.AF_UNIX).bind(os.path.basename(path))
    finally:
        os.chdir(here)


@pytest.mark.parametrize('make, said', [
    (make_link, 'is a link'), (lambda path: os.symlink('/dev/zero', path),
                               'is a link'),
    (lambda path: os.symlink('nowhere', path), 'is a link'),
    (os.mkfifo, 'is a pipe'), (os.mkdir, 'is a folder'),
    (make_socket, 'is a socket'),
    (lambda path: open(path, 'wb').truncate(submissions.MOST + 1),
     'more than 256 KiB'),
    (lambda path: open(path, 'wb').truncate(1 << 40), 'more than 256 KiB')])
def test_not_read(tmp_path, make, said):
    """What is not a file of a usual size is not read, nor waited for"""
    path = tmp_path / TASK
    make(str(path))
    file = intake.find([str(tmp_path)])[0].files[TASK]
    assert file.content is None and said in file.problem
    assert 'hand in' in file.problem or 'leave out' in file.problem
    assert submissions.sha256(file) is None


def test_device():
    """Nor is a device"""
    assert 'is a device' in submissions.read('/dev/zero').problem


@pytest.mark.skipif(os.geteuid() == 0, reason='root may read everything')
def test_no_permission(tmp_path):
    """A file that may not be read says so"""
    file = submissions.read(write(tmp_path, mode=0))
    assert 'cannot be read' in file.problem and 'chmod +r' in file.problem


def test_largest(tmp_path):
    """A file of just 256 KiB is read, and its hash is that of its bytes"""
    text = 'x' * submissions.MOST
    file = submissions.read(write(tmp_path, text=text))
    assert file.content == text.encode() and file.problem is None
    assert submissions.sha256(file) == hashlib.sha256(
        text.encode()).hexdigest()


def test_linked_folder(tmp_path):
    """A folder of a class that is a link to another's work says so"""
    write(tmp_path / 'elsewhere')
    (tmp_path / 'class').mkdir()
    os.symlink(str(tmp_path / 'elsewhere'), str(tmp_path / 'class' / 'eve'))
    eve, = intake.find([str(tmp_path / 'class')])
    assert all('link' in file.problem and file.content is None
               for file in eve.files.values())
    # The user may well name a link.
    named, = intake.find([str(tmp_path / 'class' / 'eve')])
    assert named.files[TASK].content


@pytest.mark.parametrize('text, line', [
    ('a\tb\n\n c ', 'a b c'), ('\x1b[31mred\x07', r'\x1b[31mred\x07'),
    ('\u202egnp', r'\u202egnp'), ('\udc80', r'\udc80'), ('h\xe9', 'h\xe9'),
    ('word ' * 100, 'word ' * 58 + 'word...'), ('x' * 301, 'x' * 297 + '...'),
    ('a ' + 'x' * 400, 'a ' + 'x' * 295 + '...'), ('x' * 300, 'x' * 300)])
def test_clean(text, line):
    """Any text becomes one printable line, cut at a word"""
    assert clean(text) == line
