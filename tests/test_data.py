#!/usr/bin/env python3
"""A user's own images: what is taken, what is said of it, what is refused"""

import os

import numpy as np
import pytest
from PIL import Image

from common import UserError, data, memory, mnist
from tests.support import run

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
    ('png', 'L'), ('PNG', 'RGB'), ('png', 'RGBA'), ('png', 'P'),
    ('jpg', 'L'), ('jpeg', 'RGB'), ('JPG', 'CMYK')])
def test_folder_of_images(kind, mode, tmp_path, capsys):
    """Images are taken in the order of their names, as grey"""
    for number in range(20):
        grey = Image.new('L', (28, 28), number * 10)
        grey.convert(mode).save(str(tmp_path / '{:02}.{}'.format(
            number, kind)))
    (x_train, _), (x_test, _) = mnist.load(str(tmp_path))
    assert x_train.shape == (18, 28, 28) and x_test.shape == (2, 28, 28)
    np.testing.assert_allclose(
        np.concatenate([x_train, x_test]).mean(axis=(1, 2)),
        np.arange(20) * 10, atol=2)
    assert 'transparent' not in capsys.readouterr()[0]


def paint(path, mode='RGBA', ground=(0, 0, 0, 0), ink=(0, 0, 0, 255),
          palette=None, **options):
    """Saves an image of a bar of ink on a ground, in new folders"""
    os.makedirs(os.path.dirname(str(path)), exist_ok=True)
    image = Image.new(mode, (28, 28), ground)
    if palette:
        image.putpalette(palette)
    image.paste(ink, (4, 8, 24, 12))
    image.save(str(path), **options)


@pytest.mark.parametrize('how, seen', [
    (dict(), (0, 255)),
    (dict(ink=(0, 0, 0, 127)), (128, 255)),
    (dict(mode='LA', ground=(0, 0), ink=(0, 255)), (0, 255)),
    (dict(mode='P', ground=0, ink=1, palette=[0] * 6, transparency=0),
     (0, 255)),
    (dict(mode='P', ground=0, ink=1, palette=[0] * 6,
          transparency=b'\0\x7f'), (128, 255)),
    (dict(mode='P', ground=0, ink=1, palette=[0] * 6,
          transparency=b'\0', bits=1), (0, 255)),
    (dict(mode='RGB', ground=(0, 0, 1), ink=(0, 0, 0),
          transparency=(0, 0, 1)), (0, 255)),
    (dict(mode='L', ground=1, ink=0, transparency=1), (0, 255)),
])
def test_transparent_images(how, seen, tmp_path, capsys):
    """What has no colour of its own is white, and this is said"""
    for number in range(10):
        paint(tmp_path / '{}.png'.format(number), **how)
    (x_train, _), (x_test, _) = mnist.load(str(tmp_path))
    for images in x_train, x_test:
        assert np.ptp(images, axis=0).max() == 0
        np.testing.assert_allclose(images[0, [10, 0], 5], seen, atol=1)
    assert 'transparent, laid on white: 10' in capsys.readouterr()[0]


@pytest.mark.parametrize('how', [
    dict(ground=(255, 255, 255, 0), ink=(255, 255, 255, 255)),
    dict(mode='LA', ground=(255, 0), ink=(255, 255)),
    dict(mode='P', ground=0, ink=1, palette=[255] * 6, transparency=0),
    dict(mode='RGB', ground=(0, 0, 1), ink=(255, 255, 255),
         transparency=(0, 0, 1)),
    dict(mode='1', ground=0, ink=1, transparency=0),
    # What it shows is under an alpha of 0.
    dict(ground=(255, 255, 255, 0), ink=(0, 0, 0, 0)),
])
def test_images_of_which_nothing_is_left(how, tmp_path):
    """What cannot be seen on white is refused by name, not read as white"""
    for name in 'ab':
        paint(tmp_path / (name + '.png'))
    paint(tmp_path / 'c.png', **how)
    with pytest.raises(UserError, match='c.png: must show .*: 255 alone$'):
        data.read(str(tmp_path))


def test_blank_images(tmp_path, capsys):
    """An image may be blank, but not all of them"""
    paint(tmp_path / 'a.png', ink=(0, 0, 0, 0))
    paint(tmp_path / 'b.png', mode='L', ground=255, ink=255)
    with pytest.raises(UserError, match='more than one value.* 2 of 255'):
        data.read(str(tmp_path))
    paint(tmp_path / 'c.png')
    mnist.load(str(tmp_path))
    assert 'of one value: 2' in capsys.readouterr()[0]


def test_turned_images(tmp_path, capsys):
    """An image is read as viewers show it"""
    turned = Image.Exif()
    turned[0x0112] = 6
    for name in 'ab':
        paint(tmp_path / (name + '.png'), mode='L', ground=255, ink=0,
              exif=turned)
    (images, _), _ = mnist.load(str(tmp_path))
    assert (images[0, 4:24, 16:20] == 0).all()
    assert 'turned as EXIF says: 2' in capsys.readouterr()[0]


# What sub-folders images are in, which labels these are, and what is said.
LAYOUTS = [
    (['0', '1', '3'], [0, 1, 3], 'labels: 0, 1, 3;'),
    (['10', '9'], [10, 9], 'labels: 10, 9;'),
    (['07', 'x/../08'], [7, 8], 'labels: 7 = 07, 8 = 08;'),
    (['cat', 'Dog 1'], [1, 0], 'labels: 0 = Dog 1, 1 = cat;'),
    (['1', '01'], [1, 0], 'labels: 0 = 01, 1;'),
    (['1', '1234567890'], [0, 1], 'labels: 0 = 1, 1 = 1234567890;'),
    (['a'], [None], 'without labels'),
    (['mnist/mnist/0', 'mnist/mnist/1'], [0, 1], 'labels: 0, 1;'),
    (['own/training/a', 'own/testing/b', 'own/training/b'], [0, 1, 1],
     'labels: 0 = a, 1 = b'),
    (['Train', 'test'], [None, None], 'without labels'),
    (['train/0', 'train/1', 'test'], [0, 1, None], 'labels: 0, 1;'),
    (['train', 'car'], [1, 0], 'labels: 0 = car, 1 = train;'),
]


@pytest.mark.parametrize('folders, labels, said', LAYOUTS)
def test_sub_folders(folders, labels, said, tmp_path, capsys):
    """Sub-folders are labels, or the parts of the data, or both"""
    for place, folder in enumerate(folders):
        for number in range(10):
            paint(tmp_path / folder / '{}.png'.format(number), mode='L',
                  ground=200, ink=10 * place + number)
    found = []
    for images, kinds in mnist.load(str(tmp_path)):
        assert images.dtype == np.uint8 and images.flags.c_contiguous
        assert kinds is None or kinds.dtype.kind == 'i'
        found += zip(images[:, 10, 10].tolist(), [None] * len(images)
                     if kinds is None else kinds.tolist())
    assert sorted(found) == list(enumerate(np.repeat(labels, 10).tolist()))
    printed = capsys.readouterr()[0]
    assert said in printed and printed.count('\n') == 1


def test_order_of_labels(tmp_path):
    """The labels are in turn, each in the order of its names, all tested"""
    for name, count in (('a', 10), ('b', 20), ('c', 3)):
        for number in range(count):
            paint(tmp_path / name / '{:02}.png'.format(number), mode='L',
                  ground=200, ink=number)
    (images, labels), (_, tested) = mnist.load(str(tmp_path))
    assert tested.tolist() == [0, 1, 2]
    assert labels[:9].tolist() == [1, 0, 1, 1, 0, 1, 1, 0, 1]
    for label, count in enumerate((9, 19, 2)):
        assert images[labels == label, 10, 10].tolist() == list(range(count))


def test_main_trains_on_sub_folders(tmp_path, capsys):
    """A main says what it reads, trains, and shows the labels"""
    for name in 'bee', 'ant':
        for number in range(20):
            paint(tmp_path / 'own' / name / '{:02}.png'.format(number))
    run(3, '--epochs', 1, '--data', tmp_path / 'own', '--output', tmp_path)
    assert ('own is not MNIST: going on with its 36 training and 4 test '
            'images; labels: 0 = ant, 1 = bee; the last tenth for the test; '
            'transparent, laid on white: 40\n') in capsys.readouterr()[0]
    page = (tmp_path / '3-explorer.html').read_text(encoding='utf-8')
    assert '"labels": [0, 1, 0, 1]' in page
    assert '"colours": [[0, "#000000"], [1, "#882255"]]' in page


def test_links_to_folders(tmp_path, capsys):
    """They are as good as folders, but not where they lead back"""
    for name in '01':
        paint(tmp_path / 'far' / name / 'a.png')
        paint(tmp_path / 'far' / name / 'b.png')
    (tmp_path / 'near').symlink_to(tmp_path / 'far')
    mnist.load(str(tmp_path / 'near'))
    assert 'labels: 0, 1;' in capsys.readouterr()[0]
    own = tmp_path / 'own'
    own.mkdir()
    for name in '01':
        (own / name).symlink_to(tmp_path / 'far' / name)
    mnist.load(str(own))
    assert 'labels: 0, 1;' in capsys.readouterr()[0]
    (own / 'again').symlink_to(own)
    with pytest.raises(UserError, match='Received: images in 0, 1, again/0, '):
        mnist.load(str(own))


def test_files_that_are_left_out(tmp_path, capsys):
    """One line counts them by kind, but for what systems leave there"""
    for folder in '0', '1':
        for name in 'abc':
            paint(tmp_path / folder / (name + '.png'))
            paint(tmp_path / folder / (name + '.BMP'), 'L', 0, 255)
        paint(tmp_path / folder / 'd.gif', 'L', 0, 255)
    for name in ('._1.png', '.DS_Store', 'Thumbs.db', 'desktop.ini',
                 '__MACOSX/0/1.png', '.ipynb_checkpoints/1.png'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('not an image')
    (tmp_path / 'README').write_text('labels')
    (tmp_path / 'notes').mkdir()
    (tmp_path / 'notes' / 'a.txt').write_text('no label')
    mnist.load(str(tmp_path))
    printed = capsys.readouterr()[0]
    assert 'labels: 0, 1; left out: 6 .bmp, 2 .gif, ' in printed
    assert '1 without ending' in printed and '1 .txt' in printed
    assert printed.count('\n') == 1 and 'db' not in printed
    os.remove(str(tmp_path / 'README'))
    for name in tmp_path.glob('*/*.png'):
        name.unlink()
    with pytest.raises(UserError, match='Received: 0; left out: 6 .bmp, 2 '):
        mnist.load(str(tmp_path))


@pytest.mark.parametrize('files, said', [
    (['a.png', '0/a.png', '1/a.png'], 'Received: images in ., 0, 1$'),
    (['train/a.png', 'test/a.png', 'val/a.png'], 'in test, train, val$'),
    (['train/0/a.png', 'val/0/a.png'], 'in train/0, val/0$'),
    (['train/0/a.png', 'train/a.png', 'test/0/a.png'],
     'in test/0, train, train/0$'),
    (['0/a.png', '0/more/a.png', '1/a.png'], 'in 0, 0/more, 1$'),
    (['{:02}/0/a.png'.format(number) for number in range(40)],
     r'in 00/0, 01/0, .*, 25/0, \.\.\.$'),
    (['a/b/c/d/e/1.png', 'a/b/c/d/e/2.png'], 'Received: 0; left out: 1 sub-'),
    (['a.png'], 'two or more .*Received: 1$'),
])
def test_sub_folders_that_are_refused(files, said, tmp_path):
    """Where it is not clear what is a label, one line says what is there"""
    for name in files:
        paint(tmp_path / 'own' / name)
    with pytest.raises(UserError, match=said) as caught:
        mnist.load(str(tmp_path / 'own'))
    assert str(caught.value).startswith(str(tmp_path / 'own') + ': must have')


def test_folders_that_cannot_be_read(tmp_path):
    """One line names the folder, or the file"""
    for name in ('0/a.png', '1/a.png'):
        paint(tmp_path / name)
    for path in tmp_path / '0', tmp_path / '1' / 'a.png':
        path.chmod(0)
        if os.access(str(path), os.R_OK):
            pytest.skip('root reads everything')
        with pytest.raises(UserError, match='{}: .*enied'.format(path)):
            mnist.load(str(tmp_path))
        path.chmod(0o700)


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
    size = os.path.getsize(path) - 8 * 10 ** 6 + memory.TRAINING
    monkeypatch.setattr(memory, 'free_memory', lambda: size)
    data.read(path)
    monkeypatch.setattr(memory, 'free_memory', lambda: size // 2)
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
    frames = [Image.fromarray(image) for image in IMAGES[:2]]
    frames[0].save(str(bad), save_all=True, append_images=frames[1:])
    with pytest.raises(UserError, match='c.png: .*Received: .*mode L, 2'):
        data.read(str(tmp_path))
    bad.write_bytes((tmp_path / 'b.png').read_bytes()[:200])
    with pytest.raises(UserError, match='c.png: not a sound image'):
        data.read(str(tmp_path))
    bad.unlink()
    os.mkfifo(str(bad))
    with pytest.raises(UserError, match='c.png: not a file'):
        data.read(str(tmp_path))
