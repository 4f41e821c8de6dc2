#!/usr/bin/env python3
"""A user's own images: an .npz file, or a folder of PNG and JPEG files"""

import collections
import contextlib
import os
import pathlib
import re
import zipfile

import numpy as np

from common import UserError

SIDE = 28
NEEDED = 'x_train and x_test, uint8 (n, 28, 28)'
ENDINGS = ('.png', '.jpg', '.jpeg')
# What systems leave in a folder, besides names that begin with a dot.
HIDDEN = ('__macosx', 'thumbs.db', 'desktop.ini')
# What sub-folders are called that are parts, and not labels.
PARTS = {'train': 'train', 'training': 'train',
         'test': 'test', 'testing': 'test'}
# Room for an archive's own folder in one of its name, a part and a label.
DEEPEST = 4
# A line names no more labels, folders or kinds of files.
MOST_NAMED = 26
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
        path: str, a folder of images of 28 x 28 pixels, see read_folder; or
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
        found, remarks = read_folder(path)
    else:
        found, remarks = read_archive(path), []
        images = next(iter(found.values()), np.array(0))
        if len(found) == 1 and images.ndim:
            found, remarks = split(images)
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


def split(images, labels=None):
    """Takes the last tenth for the test

    Args:
        images: array (n, ...).
        labels: array (n,) or None.

    Returns:
        found, remarks: a dict of x_train, y_train, x_test and y_test; and a
        list of str.
    """
    first = len(images) - max(1, len(images) // 10)
    found = {'x_train': images[:first], 'x_test': images[first:]}
    if labels is not None:
        found.update(y_train=labels[:first], y_test=labels[first:])
    return found, ['the last tenth for the test']


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
    """Reads the images of a folder

    They are in it, or in a sub-folder for each label, or in either way in two
    sub-folders, train and test. Their order is that of their names, with the
    labels mixed evenly.

    Args:
        path: str, the folder.

    Returns:
        found, remarks: a dict of x_train and x_test, uint8 (n, 28, 28), and,
        where there are labels, y_train and y_test, integers (n,); and a list
        of str, what was done.

    Raises:
        UserError: if a file is no image of 28 x 28 pixels, there are not two
            images, or they are in other folders.
    """
    folders, left = find_images(path)
    remarks, done = [], collections.Counter()
    if left:
        remarks.append('left out: ' + name_some(
            '{1} {0}'.format(*kind) for kind in left.most_common()))
    count = sum(map(len, folders.values()))
    if count < 2:
        raise UserError('{}: must have two or more PNG or JPEG files. '
                        'Received: {}'.format(
                            path, '; '.join([str(count)] + remarks)))
    check_room(path, count * SIDE * SIDE)
    parts = sort_out(path, folders)
    names = sorted(set().union(*parts.values()) - {''})
    numbers = {name: int(name) for name in names
               if re.match('[0-9]{1,9}$', name)}
    if len(set(numbers.values())) < len(names):
        numbers = {name: number for number, name in enumerate(names)}
    if names:
        remarks.append('labels: ' + name_some(
            name if name == str(numbers[name]) else
            '{} = {}'.format(numbers[name], name) for name in names))
    found = {}
    for part, labels in parts.items():
        # Last comes the last image of each label: the test has some of all.
        order = sorted(((place + 1) / len(files), name, file)
                       for name, files in labels.items()
                       for place, file in enumerate(files))
        images = np.empty((len(order), SIDE, SIDE), np.uint8)
        for image, (_, _, file) in zip(images, order):
            read_image(file, image, done)
        if images.min() == images.max():
            raise UserError('{}: must have images of more than one value. '
                            'Received: {} of {} alone'.format(
                                path, len(images), images.max()))
        found['x_' + part] = images
        if '' not in labels:
            found['y_' + part] = np.array([numbers[name]
                                           for _, name, _ in order])
    if '' in parts:
        found, said = split(found['x_'], found.get('y_'))
        remarks += said
    return found, remarks + ['{}: {}'.format(what, times)
                             for what, times in done.items()]


def find_images(path):
    """Finds the images of a folder and of its sub-folders

    Args:
        path: str, the folder.

    Returns:
        folders, left: a dict of lists of files, in the order of their names,
        by the names that lead to their folder, a tuple; and a
        collections.Counter of the kinds of what is left out and not hidden.

    Raises:
        UserError: if a folder cannot be read.
    """
    folders, left, errors = {}, collections.Counter(), []
    for folder, below, names in os.walk(path, onerror=errors.append,
                                        followlinks=True):
        way = pathlib.Path(folder).relative_to(path).parts
        below[:] = filter(is_shown, sorted(below))
        # A link may lead back.
        if len(way) == DEEPEST and below:
            left['sub-folders'] += len(below)
            below.clear()
        for name in filter(is_shown, sorted(names)):
            ending = os.path.splitext(name)[1].lower()
            if ending in ENDINGS:
                folders.setdefault(way, []).append(os.path.join(folder, name))
            else:
                left[ending or 'without ending'] += 1
    for error in errors:
        raise UserError('{}: {}'.format(error.filename, error.strerror))
    return folders, left


def is_shown(name):
    """Tells whether a user has put a file there, by its name"""
    return not name.startswith('.') and name.lower() not in HIDDEN


def sort_out(path, folders):
    """Finds parts and labels in the names of folders

    Args:
        path: str, the folder that has them.
        folders: dict, see find_images.

    Returns:
        dict by part, train and test, or '' alone, of dicts by label, the name
        of a folder, or '' alone, of lists of files.

    Raises:
        UserError: if the images are in other folders than those.
    """
    # An archive often has all in a folder of its own.
    shared = len(os.path.commonprefix(list(folders)))
    tops = {PARTS.get(way[shared].lower()) for way in folders if way[shared:]}
    parts = {}
    for way, files in folders.items():
        part, label = '', way[shared:]
        if tops >= {'train', 'test'}:
            part, label = PARTS.get(''.join(label[:1]).lower()), label[1:]
        parts.setdefault(part, {}).setdefault(label, []).extend(files)
    if None in parts or any({len(label) for label in labels} not in ({0}, {1})
                            for labels in parts.values()):
        raise UserError('{}: must have its images in it, or in a sub-folder '
                        'for each label, or so in train and test. Received: '
                        'images in {}'.format(path, name_some(sorted(
                            os.path.join(*way or '.') for way in folders))))
    return {part: {''.join(label): files for label, files in labels.items()}
            for part, labels in parts.items()}


def name_some(names):
    """Puts names into a line, but not too many"""
    names = list(names)
    return ', '.join(names[:MOST_NAMED] +
                     ['...'] * (len(names) > MOST_NAMED))


def read_image(path, place, done):
    """Reads an image, in grey and on white

    Args:
        path: str, the file.
        place: uint8 array (28, 28), which gets the image.
        done: collections.Counter, to which is added what was done to it.

    Raises:
        UserError: if it is no image of 28 x 28 pixels, or nothing is left of
            what it shows.
    """
    from PIL import Image, ImageOps

    if not os.path.isfile(path):
        raise UserError('{}: not a file'.format(path))
    # Damage can make Pillow raise anything.
    try:
        with Image.open(path) as image:
            received = image.size + (image.mode,
                                     getattr(image, 'n_frames', 1))
            if received not in [(SIDE, SIDE, mode, 1) for mode in MODES]:
                raise UserError(
                    '{}: must be 28 x 28 pixels of 8 bits a channel, one '
                    'image. Received: {} x {}, mode {}, {}'.format(
                        path, *received))
            # As it is shown: turned as the camera was, and on white.
            if image.getexif().get(0x0112) in range(2, 9):
                image = ImageOps.exif_transpose(image)
                done['turned as EXIF says'] += 1
            seen = image.convert('RGBA')
        ranges = seen.getextrema()
        if ranges[3][0] < 255:
            seen = Image.alpha_composite(
                Image.new('RGBA', seen.size, 'white'), seen)
            done['transparent, laid on white'] += 1
        seen = seen.convert('L')
        place[:] = seen
    except UserError:
        raise
    except Exception as error:
        raise UserError('{}: not a sound image: {}'.format(path, error))
    least, most = seen.getextrema()
    if least == most:
        if any(low < high for low, high in ranges):
            raise UserError('{}: must show something in grey on white. '
                            'Received: {} alone'.format(path, most))
        done['of one value'] += 1


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
