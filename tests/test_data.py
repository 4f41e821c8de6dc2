#!/usr/bin/env python3
"""A user's own images: what is taken, what is said of it, what is refused"""

import os

import numpy as np
import pytest
from PIL import Image

from common import UserError, data, mnist

RNG = np.random.RandomState(0)
IMAGES = RNG.randint(0, 256, (20, 28, 28)).astype(np.uint8)
LABELS = RNG.randint(0, 10, 20).astype(np.uint8)
GOOD = {'x_train': IMAGES, 'y_train': LABELS,
        'x_test': IMAGES[:5], 'y_test': LABELS[:5]}


def write(folder, **arrays):
    """Writes an .npz file and returns its path"""
    path = str(folder / 'own.npz')
    np.savez(path, **arrays)
    return path


def without(*names):
    """Gives the good arrays but for some"""
    return {name: array for name, array in GOOD.items() if name not in names}


@pytest.mark.parametrize('arrays, said', [
    (GOOD, ''),
    (without('y_train', 'y_test'), 'without labels'),
    (without('y_test'), 'without labels'),
    (dict(GOOD, x_train=IMAGES[..., None]), 'without the last axis of 1'),
    (dict(GOOD, y_train=LABELS[:, None]), 'labels without the axis of 1'),
    (dict(GOOD, y_test=LABELS[:5].astype(float)), 'labels as integers'),
    (dict(GOOD, x_train=IMAGES / 255.), 'floats from 0 to 1'),
    (dict(GOOD, x_test=np.asfortranarray(IMAGES[:5])), ''),
    (dict(GOOD, x_test=np.float16(IMAGES[:5] / 255.)), 'floats from 0 to 1'),
])
def test_files_that_are_taken(arrays, said, tmp_path, capsys):
    """The images are those of the file; one line says what was done to them

    Bytes stay bytes, and floats are kept as float32.
    """
    path = write(tmp_path, **arrays)
    (x_train, y_train), (x_test, y_test) = mnist.load(path)
    for images, name, count in ((x_train, 'x_train', 20),
                                (x_test, 'x_test', 5)):
        assert images.flags.c_contiguous
        assert images.dtype == (
            np.uint8 if arrays[name].dtype == np.uint8 else np.float32)
        assert data.scale(images).dtype == np.float32
        np.testing.assert_allclose(data.scale(images), IMAGES[:count] / 255.,
                                   atol=1e-3)
    for labels, name, count in ((y_train, 'y_train', 20),
                                (y_test, 'y_test', 5)):
        if name in arrays:
            assert labels.dtype.kind in 'iu'
            np.testing.assert_array_equal(labels, LABELS[:count])
        else:
            assert labels is None
    printed = capsys.readouterr()[0]
    assert printed.count('\n') == 1
    assert said in printed
    assert '20 training and 5 test images' in printed


@pytest.mark.parametrize('count, train', [(20, 18), (5, 4), (2, 1)])
def test_one_array_is_parted(count, train, tmp_path, capsys):
    """The last tenth of the images is for the test"""
    path = write(tmp_path, anything=IMAGES[:count])
    (x_train, _), (x_test, labels) = mnist.load(path)
    np.testing.assert_array_equal(x_train, IMAGES[:train])
    np.testing.assert_array_equal(x_test, IMAGES[train:count])
    assert labels is None
    assert 'the last tenth' in capsys.readouterr()[0]


@pytest.mark.parametrize('kind, mode', [
    ('png', 'L'), ('PNG', 'RGB'), ('jpg', 'L'), ('jpeg', 'RGB')])
def test_folder_of_images(kind, mode, tmp_path):
    """Images are taken in the order of their names, as grey"""
    for number, image in enumerate(IMAGES):
        smooth = Image.fromarray(image // 64 * 0 + np.uint8(number * 10))
        smooth.convert(mode).save(str(tmp_path / '{:02}.{}'.format(
            number, kind)))
    (tmp_path / 'notes.txt').write_text('not an image')
    (x_train, _), (x_test, _) = mnist.load(str(tmp_path))
    assert x_train.shape == (18, 28, 28) and x_test.shape == (2, 28, 28)
    np.testing.assert_allclose(
        np.concatenate([x_train, x_test]).mean(axis=(1, 2)),
        np.arange(20) * 10, atol=2)


@pytest.mark.parametrize('arrays, said', [
    (without('x_test'), 'must have x_train and x_test, uint8'),
    (without('x_train', 'x_test', 'y_test'), 'must have x_train and x_test'),
    (dict(GOOD, x_train=IMAGES / 254.), r'float64 .20, 28, 28., 0 to 1.00'),
    (dict(GOOD, x_train=IMAGES * np.nan), 'x_train float64'),
    (dict(GOOD, x_train=IMAGES / 255. - 0.5), '-0.5 to 0.5'),
    (dict(GOOD, x_test=IMAGES.astype(int)), 'x_test int64'),
    (dict(GOOD, x_test=IMAGES[:, :27]), r'x_test uint8 .20, 27, 28.'),
    (dict(GOOD, x_test=IMAGES[:0], y_test=LABELS[:0]), 'x_test uint8'),
    (dict(GOOD, x_train=np.zeros((20, 28, 28, 3), np.uint8)), '28, 28, 3'),
    (dict(GOOD, y_test=LABELS[:4]), r'y_test must be 5 integers.*.4,.'),
    (dict(GOOD, y_train=LABELS + 0.5), 'y_train must be 20 integers'),
    (dict(GOOD, y_train=LABELS * np.nan), 'y_train must be 20 integers'),
    (dict(GOOD, y_train=LABELS.astype(str)), 'y_train must be 20 integers'),
    ({'one': IMAGES, 'two': IMAGES}, 'Received: one, two'),
    ({'number': np.array(3)}, 'must have x_train and x_test'),
    ({'image': IMAGES[:1]}, 'must have x_train and x_test'),
])
def test_files_that_are_refused(arrays, said, tmp_path):
    """One line names the file, what is needed and what was received"""
    path = write(tmp_path, **arrays)
    with pytest.raises(UserError, match=said) as caught:
        mnist.load(path)
    assert str(caught.value).startswith(path + ': ')
    assert '\n' not in str(caught.value)


def test_files_that_do_not_fit(tmp_path, monkeypatch):
    """Images are refused for which the memory has no room, before it is full

    Of the file only the arrays count that would be read.
    """
    path = write(tmp_path, other=np.zeros(10 ** 6), **GOOD)
    size = os.path.getsize(path) - 8 * 10 ** 6 + data.TRAINING
    monkeypatch.setattr(data, 'free_memory', lambda: size)
    data.read(path)
    monkeypatch.setattr(data, 'free_memory', lambda: size // 2)
    with pytest.raises(UserError, match='own.npz: must fit into the free '
                       'memory, .* Received: 0.0 GB$'):
        data.read(path)


def test_folders_that_are_refused(tmp_path):
    """One line names the file that is no image of the right kind"""
    with pytest.raises(UserError, match='two or more.*Received: 0$'):
        data.read(str(tmp_path))
    for name in ('a.png', 'b.png'):
        Image.fromarray(IMAGES[0]).save(str(tmp_path / name))
    data.read(str(tmp_path))
    bad = tmp_path / 'c.png'
    Image.fromarray(IMAGES[0][:27]).save(str(bad))
    with pytest.raises(UserError, match='c.png: .*Received: 28 x 27, mode L'):
        data.read(str(tmp_path))
    Image.fromarray(IMAGES[0].astype(np.uint16)).save(str(bad))
    with pytest.raises(UserError, match='c.png: .*Received: 28 x 28, mode I'):
        data.read(str(tmp_path))
    bad.write_bytes((tmp_path / 'b.png').read_bytes()[:200])
    with pytest.raises(UserError, match='c.png: not a sound image'):
        data.read(str(tmp_path))
    bad.unlink()
    os.mkfifo(str(bad))
    with pytest.raises(UserError, match='c.png: not a file'):
        data.read(str(tmp_path))
