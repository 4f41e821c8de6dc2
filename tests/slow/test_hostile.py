#!/usr/bin/env python3
"""Damaged .npz files: read whole, or refused in one line that names them"""

import io
import random
import warnings
import zipfile

import numpy as np

from common import UserError, data

FILES = 600


def good_file():
    """Makes the content of a good file, with arrays of a few images"""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (20, 28, 28), np.uint8)
    labels = rng.integers(0, 10, 20, np.uint8)
    file = io.BytesIO()
    np.savez(file, x_train=images, y_train=labels, x_test=images[:5],
             y_test=labels[:5])
    return file.getvalue()


def flipped(content, draw):
    """Flips one to eight bits

    Args:
        content: bytes, what to damage.
        draw: random.Random, decides where.

    Returns:
        bytes, as many.
    """
    damaged = bytearray(content)
    for _ in range(draw.randint(1, 8)):
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    return bytes(damaged)


def cut(content, draw):
    """Leaves out a part of the content, often its end"""
    start, end = sorted(draw.choices(range(len(content) + 1), k=2))
    return content[:start] + draw.choice([b'', content[end:]])


def overwritten(content, draw):
    """Writes random bytes over a part of the content"""
    start = draw.randrange(len(content))
    noise = draw.randbytes(draw.randint(1, 64))
    return content[:start] + noise + content[start + len(noise):]


def ends_flipped(content, draw):
    """Flips bits in the archive's directory, which is at its end"""
    return content[:-500] + flipped(content[-500:], draw)


def header_flipped(content, draw):
    """Flips bits in the header of an array, in an archive that is sound"""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, \
            zipfile.ZipFile(file, 'w') as damaged:
        victim = draw.choice(archive.namelist())
        for name in archive.namelist():
            array = archive.read(name)
            if name == victim:
                array = flipped(array[:80], draw) + array[80:]
            damaged.writestr(name, array)
    return file.getvalue()


def verdict(path):
    """Reads a file, and checks that what comes of it is one of two things

    Args:
        path: pathlib.Path, the file.

    Returns:
        str, 'read' or 'refused'.
    """
    try:
        arrays, _ = data.read(str(path))
    except UserError as error:
        assert str(error).startswith(f'{path}: '), str(error)
        assert str(error).isprintable(), repr(str(error))
        return 'refused'
    for part in 'train', 'test':
        x, y = arrays[f'x_{part}'], arrays[f'y_{part}']
        assert x.dtype in (np.uint8, np.float32)
        assert x.shape == (len(x), 28, 28)
        assert y is None or y.dtype.kind in 'iu' and y.shape == (len(x),)
    return 'read'


def test_damaged_files_are_read_or_refused(tmp_path, record_property):
    """Whatever is damaged, there are arrays of the right form or one line"""
    good, draw = good_file(), random.Random(0)
    damages = flipped, cut, overwritten, ends_flipped, header_flipped
    counts = {'read': 0, 'refused': 0}
    for number in range(FILES):
        damage = damages[number % len(damages)]
        path = tmp_path / f'{number}-{damage.__name__}.npz'
        path.write_bytes(damage(good, draw))
        # A warning would be a second line.
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            # NumPy leaves open what it cannot read; that shows nothing.
            warnings.simplefilter('ignore', ResourceWarning)
            counts[verdict(path)] += 1
        path.unlink()
    assert min(counts.values()) > 0, counts
    record_property('damaged .npz files', '{read} read, {refused} refused'
                    .format(**counts))
