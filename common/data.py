#!/usr/bin/env python3
"""A user's own images: an .npz file, or a folder of PNG and JPEG files"""

import os
import zipfile

import numpy as np

from common import UserError, folder, memory

NEEDED = 'x_train and x_test, uint8 (n, 28, 28)'


def read(path):
    """Reads images and, if there are any, their labels

    Args:
        path: str, a folder of images of 28 x 28 pixels, see folder.read; or
            an .npz file with x_train and x_test, and perhaps y_train and
            y_test, as Keras' mnist.npz has them, or with one array of images.

    Returns:
        arrays, remarks: a dict of x_train and x_test, uint8, or float32 in
        [0, 1], of shape (n, 28, 28), and y_train and y_test, integers (n,)
        or None; and a list of str, what was done to them.

    Raises:
        UserError: if the path has no such images.
    """
    if os.path.isdir(path):
        found, remarks = folder.read(path)
    else:
        found, remarks = read_archive(path), []
        images = next(iter(found.values()), np.array(0))
        if len(found) == 1 and images.ndim:
            found = {'x_': images}
    if 'x_' in found:
        first = len(found['x_']) - max(1, len(found['x_']) // 10)
        found = {name + part: array[span] for name, array in found.items()
                 for part, span in (('train', slice(first)),
                                    ('test', slice(first, None)))}
        remarks.append('the last tenth for the test')
    arrays = {}
    for part in ('train', 'test'):
        x, y = 'x_' + part, 'y_' + part
        if x not in found:
            raise UserError('{}: must have {}. Received: {}'.format(
                path, NEEDED, ', '.join(sorted(found))))
        # An old NumPy warns of NaN, which is refused.
        with np.errstate(invalid='ignore'):
            arrays[x], done = convert_images(path, x, found[x])
            remarks += done
            arrays[y], done = convert_labels(path, y, found.get(y),
                                             len(arrays[x]))
            remarks += done
    return arrays, sorted(set(remarks))


def scale(images):
    """Gives images the values that models take

    Args:
        images: array, uint8, or float32 in [0, 1]; the mains give a part of
            theirs, since floats take four times the memory.

    Returns:
        float32 array of the same shape, in [0, 1].
    """
    if images.dtype == np.uint8:
        # The same bits as astype('float32') / 255, in one pass.
        images = np.divide(images, 255, dtype='float32')
    return images


def read_archive(path):
    """Reads the arrays of an .npz file

    Args:
        path: str, the file.

    Returns:
        dict of arrays: all four or fewer of those of mnist.npz, if there is
        any; else whatever there is.

    Raises:
        UserError: if the file cannot be read, or does not fit into memory.
    """
    # A pipe or a device may never end.
    if os.path.exists(path) and not os.path.isfile(path):
        raise UserError('{}: not a file'.format(path))
    try:
        with open(path, 'rb') as file:
            is_archive = zipfile.is_zipfile(file)
    except OSError as error:
        raise UserError('{}: {}'.format(path, error.strerror))
    if not is_archive:
        raise UserError('{}: not an .npz file'.format(path))
    known = {'x_train', 'y_train', 'x_test', 'y_test'}
    # A damaged or hostile archive can make NumPy raise anything.
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = set(archive.files)
            names = names & known or names
            memory.check_room(path, sum(
                part.file_size for part in archive.zip.infolist()
                if os.path.splitext(part.filename)[0] in names))
            # NumPy gives bytes for what is no array.
            return {name: np.asarray(archive[name]) for name in names}
    except UserError:
        raise
    except Exception as error:
        raise UserError('{}: not a sound .npz file: {}'.format(path, error))


def convert_images(path, name, images):
    """Gives images the form in which the mains take them

    Args:
        path: str, where they are from.
        name: str, their name there.
        images: array.

    Returns:
        images, remarks: array (n, 28, 28), uint8, or float32 in [0, 1]; and
        a list of str.

    Raises:
        UserError: if they are no such images.
    """
    remarks, given = [], images
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
        remarks.append('without the last axis of 1')
    good = images.shape[1:] == (folder.SIDE, folder.SIDE) and len(images) > 0
    if good and images.dtype.kind == 'f':
        # A comparison with NaN is false.
        good = bool(images.min() >= 0 and images.max() <= 1)
        images = images.astype(np.float32, copy=False)
        remarks.append('floats from 0 to 1')
    elif good:
        good = images.dtype == np.uint8
    if not good:
        bounds = ''
        if given.size and given.dtype.kind in 'fiu':
            bounds = ', {:g} to {:g}'.format(given.min(), given.max())
        raise UserError('{}: must have {}; also taken are floats from 0 to 1 '
                        'and a last axis of 1. Received: {} {} {}{}'.format(
                            path, NEEDED, name, given.dtype, given.shape,
                            bounds))
    return images, remarks


def convert_labels(path, name, labels, count):
    """Gives labels the form in which the mains take them

    Args:
        path: str, where they are from.
        name: str, their name there.
        labels: array or None.
        count: int, how many images they are for.

    Returns:
        labels, remarks: integer array (count,) or None; and a list of str.

    Raises:
        UserError: if they are no such labels.
    """
    if labels is None:
        return None, ['without labels']
    remarks, given = [], labels
    if labels.shape == (count, 1):
        labels = labels[:, 0]
        remarks.append('labels without the axis of 1')
    if labels.dtype.kind == 'f' and np.all(labels == np.round(labels)) \
            and np.all(np.abs(labels) < 2 ** 31):
        labels = labels.astype(int)
        remarks.append('labels as integers')
    if labels.dtype.kind not in 'iu' or labels.shape != (count,):
        raise UserError('{}: {} must be {} integers, or left out. Received: '
                        '{} {}'.format(path, name, count, given.dtype,
                                       given.shape))
    return labels, remarks
