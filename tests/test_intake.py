#!/usr/bin/env python3
"""The forms in which work is handed in: all is found, or has a reason"""

import io
import os
import tarfile
import time
import zipfile

import pytest

from grader import intake, submissions
from grader.intake import archives, names, tree
from grader.labels import labels, look
from tests import hand_ins
from tests.hand_ins import FILES, below, tarred, write, zipped

CONTENTS = {file: ('# ' + file + '\n').encode() for file in FILES}
KINDS = {'zip': zipped, 'tar.gz': tarred}


def find(*folders, left=None):
    """Finds hand-ins: a dict from their names to Submissions"""
    return {each.name: each for each in intake.find(
        [str(folder) for folder in folders], left)}


def test_class(tmp_path):
    """Of 45 each has a row, with its four files or with the reason"""
    expected = hand_ins.make(tmp_path / 'class', CONTENTS)
    left = []
    found = find(tmp_path / 'class', left=left)
    assert sorted(found) == sorted(expected)
    assert len(found) == 45
    for name, why in expected.items():
        each = found[name]
        if why:
            assert why in each.problem, name
            assert not any(file.content for file in each.files.values())
        else:
            assert each.problem is None, (name, each.problem)
            assert {file: each.files[file].content for file in FILES
                    } == CONTENTS, name
            # A way that keeps no modes is no reason to lose points.
            assert all(file.executable in (True, None)
                       for file in each.files.values()), name
    assert [os.path.basename(path) for path in left] == [
        'submission_metadata.yml']
    assert found['Eva Engel'].notes == []
    assert found['autoencoders-adaames'].readme
    assert not found['Eva Engel'].readme


@pytest.mark.parametrize('name', sorted(KINDS) + ['zip in a folder'])
def test_archive_of_a_class(name, tmp_path):
    """An archive of a class is like its folder, whatever is around it"""
    packed = KINDS.get(name, zipped)(dict(
        below('all/ada', CONTENTS), **{'all/bob/x': b'', 'all/eve.zip':
                                       zipped(below('deep', CONTENTS))}))
    path = tmp_path / ('class.' + name.split()[0])
    path.write_bytes(packed)
    found = find(tmp_path if 'folder' in name else path)
    assert {each: bool(found[each].problem) for each in found} == {
        'ada': False, 'bob': True, 'eve': False}


@pytest.mark.parametrize('given, said', [
    ({'0-vanilla.py': b'a', '0-vanilla (1).py': b'b'},
     '0-vanilla (1).py is there too, and was not graded'),
    ({'0-vanilla.py': b'a', 'old/0-vanilla.py': b'b'},
     'old/0-vanilla.py is there too, and was not graded'),
    ({'0_vanilla.py': b'a'}, 'taken: 0_vanilla.py as 0-vanilla.py'),
    ({'vanilla.py': b'a'}, 'taken: vanilla.py as 0-vanilla.py'),
    ({'0-vanilla.py': b'a', 'data.zip': b'PK'}, 'data.zip is damaged')])
def test_notes(given, said, tmp_path):
    """What is not as it should be, and yet clear, is taken and said"""
    write(tmp_path / 'ada', given)
    ada = find(tmp_path / 'ada')['ada']
    assert ada.files[FILES[0]].content == b'a' and ada.problem is None
    assert any(said in note for note in ada.notes), ada.notes


@pytest.mark.parametrize('given, said', [
    ({}, 'it is empty'), ({'a.py': b'', 'b.ipynb': b''}, 'but a.py, b.ipynb'),
    ({'work.rar': b'Rar!'}, 'work.rar'),
    ({'1-vanilla.py': b''}, 'none of the four files'),
    ({'0_vanilla.py': b'a', '0-vanilla (1).py': b'b'}, 'two files may be'),
    ({'a/0-vanilla.py': b'a', 'b/0-vanilla.py': b'b'}, 'two files may be')])
def test_undecided(given, said, tmp_path):
    """What cannot be told has a row of its own, with the reason"""
    (tmp_path / 'ada').mkdir()
    write(tmp_path / 'ada', given)
    write(tmp_path / 'bob', CONTENTS)
    ada = find(tmp_path)['ada']
    assert said in ada.problem and ada.problem.isprintable()


def test_spread(tmp_path):
    """Files in a folder each are one hand-in, as are parts of it twice"""
    write(tmp_path / 'ada', {'task{}/{}'.format(at, file): CONTENTS[file]
                             for at, file in enumerate(FILES)})
    write(tmp_path / 'bob', CONTENTS)
    (tmp_path / 'bob.zip').write_bytes(zipped(CONTENTS))
    for each in find(tmp_path).values():
        assert {file: each.files[file].content for file in FILES} == CONTENTS


def special(kind, **more):
    """Packs a member that is no file into a tar, with three that are"""
    stream = io.BytesIO(tarred({file: CONTENTS[file] for file in FILES[1:]},
                               ''))
    with tarfile.open(fileobj=stream, mode='a') as archive:
        info = tarfile.TarInfo(FILES[0])
        info.type = kind
        for key, value in more.items():
            setattr(info, key, value)
        # addfile refuses, from Python 3.13 on, a size without a content.
        archive.fileobj.write(info.tobuf())
    return stream.getvalue()


def encrypted():
    """Makes a zip that says that its files need a password"""
    data = bytearray(zipped(CONTENTS))
    for mark, at in ((b'PK\3\4', 6), (b'PK\1\2', 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 1)
    return bytes(data)


def nested(depth):
    """Packs an archive into an archive into an archive"""
    data = zipped(CONTENTS)
    for _ in range(depth):
        data = zipped({'inner.zip': data})
    return data


def bomb():
    """Makes a zip of a file that is far larger than it should be"""
    return zipped({FILES[0]: bytes(2 ** 26)})


def tar_bomb():
    """Makes a tar of one that says that it has 1 TiB, and has not"""
    return special(tarfile.REGTYPE, size=2 ** 40)


def crowd():
    """Makes a zip of more files than are looked at"""
    return zipped(dict.fromkeys(map(str, range(archives.MEMBERS + 9)), b''))


@pytest.mark.parametrize('name, made, said', [
    ('a.tar', special(tarfile.SYMTYPE, linkname='/etc/passwd'), 'is a link'),
    ('a.tar', special(tarfile.LNKTYPE, linkname='/etc/passwd'), 'is a link'),
    ('a.tar', special(tarfile.CHRTYPE, devmajor=1, devminor=5),
     'special file'),
    ('a.tar', special(tarfile.FIFOTYPE), 'special file'),
    ('a.tar', special(tarfile.DIRTYPE), 'does not exist'),
    ('a.zip', zipped(CONTENTS, mode=0o120777), 'is a link'),
    ('a.zip', zipped(CONTENTS, mode=0o010777), 'special file'),
    ('a.zip', zipped({'/tmp/0-vanilla.py': b'x'}), 'outside'),
    ('a.zip', zipped({'../../0-vanilla.py': b'x'}), 'outside'),
    ('a.zip', zipped({'C:\\0-vanilla.py': b'x'}), 'outside'),
    ('a.tar', tarred({'a/../../0-vanilla.py': b'x'}), 'outside'),
    ('a.zip', encrypted(), 'password'), ('a.zip', nested(3), 'too deep'),
    ('a.zip', bomb, 'more than 256 KiB'),
    ('a.tar', tar_bomb, 'more than 256 KiB'), ('a.zip', crowd, '20000'),
    ('a.zip', b'', 'damaged'), ('a.tar.gz', b'\x1f\x8b', 'damaged'),
    ('a.zip', zipped(CONTENTS)[:-60], 'damaged'),
    ('a.zip', zipped({'\x1b[31m/x\u202e.pdf': b''}), 'but ')],
    # Bytes of a tar.gz have the time in them, and names must not.
    ids=lambda value: value if isinstance(value, str) else 'bytes')
def test_hostile_archive(name, made, said, tmp_path):
    """An archive that would do harm does none, and is told about"""
    (tmp_path / 'class').mkdir()
    path = tmp_path / 'class' / name
    path.write_bytes(made() if callable(made) else made)
    write(tmp_path / 'class' / 'bob', CONTENTS)
    before, began = sorted(tmp_path.rglob('*')), time.time()
    found = find(tmp_path / 'class')
    assert sorted(tmp_path.rglob('*')) == before
    assert time.time() - began < archives.SECONDS
    assert found['bob'].files[FILES[0]].content
    first = found['a'].files[FILES[0]]
    assert first.content is None
    assert said in (found['a'].problem or first.problem)


def test_nested(tmp_path):
    """Archives in archives are read, as platforms and students nest them"""
    (tmp_path / 'ada.zip').write_bytes(nested(archives.DEPTH - 1))
    ada = find(tmp_path)['ada']
    assert all(ada.files[file].content for file in FILES)


def test_last_counts(tmp_path):
    """Of two members of one name the last is taken, as when unpacked"""
    stream = io.BytesIO(zipped({FILES[0]: b'old'}))
    with pytest.warns(UserWarning):
        with zipfile.ZipFile(stream, 'a') as archive:
            archive.writestr(FILES[0], b'new')
    (tmp_path / 'ada.zip').write_bytes(stream.getvalue())
    assert find(tmp_path)['ada'].files[FILES[0]].content == b'new'


def test_much(tmp_path, monkeypatch):
    """More files than are looked at are told of, and cost others nothing"""
    monkeypatch.setattr(tree, 'MOST', 3)
    write(tmp_path / 'ada', dict.fromkeys('12345', b''))
    write(tmp_path / 'bob', {FILES[0]: b'x'})
    found = find(tmp_path)
    assert 'more than 3 files' in found['ada'].problem
    assert found['bob'].problem is None


@pytest.mark.parametrize('name, owner, file', [
    ('meier_anna_0-vanilla.py', 'meier_anna', FILES[0]),
    ('meieranna_LATE_12_34_1-sparse-2.py', 'meieranna_12', FILES[1]),
    ('anna_0_vanilla.py', 'anna', FILES[0]),
    ('Copy of 0-vanilla.py', '', FILES[0]),
    ('0\u2013vanilla.py', '', FILES[0]),
    ('3-vanilla.py', '', None), ('0-vanilla-test.py', '', None)])
def test_names(name, owner, file):
    """A name is read as its owner, and which of the four files is meant"""
    read = names.of_file(name)
    assert (read.owner, read.file) == (owner, file)


@pytest.mark.parametrize('alike', [
    ['anna', '\u0430nna', 'anna\u200b', 'anna ', 'an\u3164na', 'an\ufe0fna',
     '\uff41nna'], ['a  b', 'a b', 'a\tb', 'a\xa0b'],
    ['x' * 40 + each + 'x' * 40 for each in 'abc'],
    ['\xe4nna', 'a\u0308nna'], ['\u202eanna', 'anna']])
def test_labels(alike):
    """Names that look the same on a terminal are told apart there"""
    made = labels(alike, 24)
    assert len({look(label) for label in made.values()}) == len(alike), made
    assert all(label.isprintable() and len(label) <= 24
               for label in made.values())


def test_labels_stay():
    """A name that is like no other is printed as it is"""
    given = ['Jos\xe9', '\u0410\u043d\u043d\u0430', 'Anna', 'ada']
    assert labels(given, 24) == {name: name for name in given}


def test_source_of_a_zip_without_modes(tmp_path):
    """A zip of Windows has no modes; one of Unix has them"""
    for system, executable in ((0, None), (3, False)):
        path = tmp_path / 'ada.zip'
        path.write_bytes(zipped(CONTENTS, system, 0o100644))
        assert find(path)['ada.zip'].files[FILES[0]].executable is executable
    assert submissions.MOST < archives.INNER
