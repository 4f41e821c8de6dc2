#!/usr/bin/env python3
"""A user's own images: an .npz file, or a folder of PNG and JPEG files"""

import contextlib
import os
import re
import zipfile

import numpy as np

from common import UserError

SIDE = 28
NEEDED = 'x_train and x_test, uint8 (n, 28, 28)'
ENDINGS = ('.png', '.jpg', '.jpeg')
# What a training takes besides its images, and has not taken before them.
TRAINING = 2 ** 29
# Where Linux says which control groups a process is in, and their folder.
GROUPS, FOLDER = '/proc/self/cgroup', '/sys/fs/cgroup'
# Of both versions: the limits of a group, what it has taken, and the prefix of
# what is counted of all groups in it.
VERSIONS = {
    'memory': (('memory.limit_in_bytes',), 'memory.usage_in_bytes', 'total_'),
    '': (('memory.max', 'memory.high'), 'memory.current', '')}
# Those with 8 bits a channel: to make others grey would cut them off.
MODES = ('1', 'L', 'LA', 'P', 'PA', 'RGB', 'RGBA', 'CMYK', 'YCbCr')


def read(path):
    """Reads images and, if there are any, their labels

    Args:
        path: str, a folder of images of 28 x 28 pixels; or an .npz file with
            x_train and x_test, and perhaps y_train and y_test, as Keras'
            mnist.npz has them, or with one array of images.

    Returns:
        arrays, remarks: a dict of x_train and x_test, uint8, or float32 in
        [0, 1], of shape (n, 28, 28), and y_train and y_test, integers (n,)
        or None; and a list of str, what was done to them.

    Raises:
        UserError: if the path has no such images.
    """
    found = read_folder(path) if os.path.isdir(path) else read_archive(path)
    remarks = []
    images = next(iter(found.values()), np.array(0))
    if len(found) == 1 and images.ndim:
        first = len(images) - max(1, len(images) // 10)
        found = {'x_train': images[:first], 'x_test': images[first:]}
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
            check_room(path, sum(
                part.file_size for part in archive.zip.infolist()
                if os.path.splitext(part.filename)[0] in names))
            # NumPy gives bytes for what is no array.
            return {name: np.asarray(archive[name]) for name in names}
    except UserError:
        raise
    except Exception as error:
        raise UserError('{}: not a sound .npz file: {}'.format(path, error))


def check_room(path, size):
    """Refuses arrays that the memory has no room for, before they are read

    Linux gives out more memory than it has, and ends who then uses it.

    Args:
        path: str, where they are from.
        size: int, bytes.

    Raises:
        UserError: if there is no room for them and for a training.
    """
    needed = size + TRAINING
    # The limit of a process shows when it is reached.
    with contextlib.suppress(MemoryError):
        np.empty(needed, np.uint8)
        if needed <= free_memory():
            return
    raise UserError('{}: must fit into the free memory, with {:.1f} GB for '
                    'the training. Received: {:.1f} GB'.format(
                        path, TRAINING / 1e9, size / 1e9))


def free_memory():
    """Computes how many bytes of memory this process can still get

    Returns:
        int, or infinity where the system does not say.
    """
    free = float('inf')
    # Only Linux has these files.
    with contextlib.suppress(OSError):
        with open('/proc/meminfo') as file:
            free = 1024 * sum(map(int, re.findall(
                r'^(?:MemAvailable|SwapFree):\s+(\d+)', file.read(), re.M)))
    with contextlib.suppress(OSError):
        with open(GROUPS) as file:
            groups = re.findall(r'^\d+:([^:]*):/(.*)$', file.read(), re.M)
        for kinds, group in groups:
            for kind in VERSIONS.keys() & kinds.split(','):
                # A limit of any group above counts; a container may not have
                # the folders of all, but that of its own as the uppermost.
                parts = [part for part in group.split('/') if part]
                free = min([free] + [
                    room_of(os.path.join(FOLDER, kind, *parts[:depth]),
                            *VERSIONS[kind])
                    for depth in range(len(parts) + 1)])
    return free


def room_of(group, limits, taken, prefix):
    """Computes how much a control group may still take

    Args:
        group: str, its folder.
        limits: tuple of str, the files of its limits.
        taken: str, the file of what its processes have taken.
        prefix: str, that of what is said of a whole group.

    Returns:
        int, or infinity where there is no limit.
    """
    room = float('inf')
    for limit in limits:
        # No number where there is no limit.
        with contextlib.suppress(OSError, ValueError):
            with open(os.path.join(group, limit)) as file:
                most = int(file.read())
            with open(os.path.join(group, taken)) as file:
                used = int(file.read())
            # Files that were read stay until something else needs the room.
            with open(os.path.join(group, 'memory.stat')) as file:
                cached = re.findall(r'^{}(?:in)?active_file (\d+)'.format(
                    prefix), file.read(), re.M)
            room = min(room, most - used + sum(map(int, cached)))
    return room


def read_folder(path):
    """Reads the images of a folder, in the order of their names

    Args:
        path: str, the folder.

    Returns:
        dict of one uint8 array (n, 28, 28).

    Raises:
        UserError: if a file is no image of 28 x 28 pixels, or there are not
            two images.
    """
    from PIL import Image

    names = sorted(name for name in os.listdir(path)
                   if name.lower().endswith(ENDINGS))
    if len(names) < 2:
        raise UserError('{}: must have two or more PNG or JPEG files. '
                        'Received: {}'.format(path, len(names)))
    images = np.empty((len(names), SIDE, SIDE), np.uint8)
    for place, name in zip(images, names):
        file = os.path.join(path, name)
        if not os.path.isfile(file):
            raise UserError('{}: not a file'.format(file))
        # Damage can make Pillow raise anything.
        try:
            with Image.open(file) as image:
                size, mode = image.size, image.mode
                if size == (SIDE, SIDE) and mode in MODES:
                    place[:] = image.convert('L')
                    continue
        except Exception as error:
            raise UserError('{}: not a sound image: {}'.format(file, error))
        raise UserError('{}: must be 28 x 28 pixels of 8 bits a channel. '
                        'Received: {} x {}, mode {}'.format(
                            file, *size + (mode,)))
    return {'images': images}


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
    good = images.shape[1:] == (SIDE, SIDE) and len(images) > 0
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
