#!/usr/bin/env python3
"""A folder of images: PNG and JPEG files, perhaps in sub-folders"""

import collections
import os
import pathlib
import re

import numpy as np

from common import UserError, memory

SIDE = 28
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
# Those with 8 bits a channel: to make others grey would cut them off.
MODES = ('1', 'L', 'LA', 'P', 'PA', 'RGB', 'RGBA', 'CMYK', 'YCbCr')


def read(path):
    """Reads the images of a folder

    They are in it, or in a sub-folder for each label, or in either way in two
    sub-folders, train and test. Their order is that of their names, with the
    labels mixed evenly.

    Args:
        path: str, the folder.

    Returns:
        found, remarks: a dict of x_train and x_test, uint8 (n, 28, 28), and,
        where there are labels, y_train and y_test, integers (n,), or of x_
        and y_ where there are no such parts; and a list of str, what was done.

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
    memory.check_room(path, count * SIDE * SIDE)
    parts = sort_out(path, folders)
    numbers = number_labels(parts)
    if numbers:
        remarks.append(name_labels(numbers))
    found = {}
    for part, labels in parts.items():
        # Last comes the last image of each label: the test has some of all.
        _, names, files = zip(*sorted(
            ((place + 1) / len(files), name, file)
            for name, files in labels.items()
            for place, file in enumerate(files)))
        found['x_' + part] = read_images(path, files, done)
        if '' not in labels:
            found['y_' + part] = np.array(list(map(numbers.get, names)))
    return found, remarks + ['{}: {}'.format(what, times)
                             for what, times in done.items()]


def read_images(path, files, done):
    """Reads images

    Args:
        path: str, the folder.
        files: sequence of str, their paths.
        done: collections.Counter, see read_image.

    Returns:
        uint8 array (n, 28, 28).

    Raises:
        UserError: if one is no image of 28 x 28 pixels, or all have one
            value.
    """
    images = np.empty((len(files), SIDE, SIDE), np.uint8)
    for image, file in zip(images, files):
        read_image(file, image, done)
    if images.min() == images.max():
        raise UserError('{}: must have images of more than one value. '
                        'Received: {} of {} alone'.format(
                            path, len(images), images.max()))
    return images


def number_labels(parts):
    """Gives each label a number: its own, if all are numbers and others

    Args:
        parts: dict of dicts by label, see sort_out.

    Returns:
        dict from label to int, in the order of the labels.
    """
    names = sorted(set().union(*parts.values()) - {''})
    if all(re.match('[0-9]{1,9}$', name) for name in names):
        numbers = {name: int(name) for name in names}
        if len(set(numbers.values())) == len(names):
            return numbers
    return {name: number for number, name in enumerate(names)}


def name_labels(numbers):
    """Says in a line which labels there are, and what number each has"""
    return 'labels: ' + name_some(
        name if name == str(number) else '{} = {}'.format(number, name)
        for name, number in numbers.items())


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
    if None in parts or not all(map(is_level, parts.values())):
        raise UserError('{}: must have its images in it, or in a sub-folder '
                        'for each label, or so in train and test. Received: '
                        'images in {}'.format(path, name_some(sorted(
                            os.path.join(*way or '.') for way in folders))))
    return {part: {''.join(label): files for label, files in labels.items()}
            for part, labels in parts.items()}


def is_level(labels):
    """Tells whether images lie in sub-folders, or all in none; see sort_out"""
    return {len(label) for label in labels} in ({0}, {1})


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
