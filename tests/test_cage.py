#!/usr/bin/env python3
"""The cage: what the code of a file cannot do in it, and what it still can"""

import importlib
import inspect
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types

import pytest

from grader.sandbox import cage, confine

# What a file's code tries; each must raise an error. `paths` are those of a
# secret, of the project, of the place and of the code in it; `judge` and
# `runner` are processes.
FORBIDDEN = {
    'reads a file outside': 'open(paths[0])',
    'reads the grader': 'open(paths[1] + "/grader/oracle.py")',
    'lists a folder outside': 'os.listdir(os.path.dirname(paths[0]))',
    'lists the grader': 'os.listdir(paths[1] + "/grader")',
    'reads users': 'open("/etc/passwd")',
    'reads the environment of the judge':
        'open("/proc/{}/environ".format(judge)).read()',
    'reads the memory of the runner':
        'open("/proc/{}/mem".format(runner), "rb")',
    'writes in memory': 'open("/dev/shm/x", "w")',
    'writes in its home': 'open(os.environ["HOME"] + "/x", "w")',
    'writes beside its code': 'open(paths[3] + "/x", "w")',
    'changes its code': 'open(paths[3] + "/confine.py", "a")',
    'removes its code': 'os.remove(paths[3] + "/confine.py")',
    'makes a folder': 'os.mkdir("/tmp/x")',
    'writes at the root': 'open("/x", "w")',
    'changes rights': 'os.chmod(paths[0], 0)',
    'changes rights of its code': 'os.chmod(paths[3], 0)',
    'changes times': 'os.utime(paths[0])',
    'cuts a file': 'os.truncate(paths[0], 0)',
    'forks': 'os.fork()',
    'starts a program': 'os.execv(sys.executable, [sys.executable])',
    'connects': 'socket.socket()',
    'connects locally': 'socket.socket(socket.AF_UNIX)',
    'ends the judge': 'os.kill(judge, 9)',
    'ends the runner': 'os.kill(runner, 9)',
    'ends its group': 'os.kill(0, 9)',
    'ends all': 'os.kill(-1, 9)',
    'lets a pipe send signals': 'fcntl.fcntl(os.pipe()[0], 8, runner)',
    'makes a pipe wait': 'os.set_blocking(2, True)',
    'types into a terminal': 'fcntl.ioctl(os.pipe()[0], 0x5412, b"x")',
    'limits the runner':
        'resource.prlimit(runner, resource.RLIMIT_CPU, (1, 1))',
    'raises its limit': 'resource.setrlimit(resource.RLIMIT_AS, (-1, -1))',
    'takes memory': 'bytearray(2 ** 31)',
    'takes shared memory': 'mmap.mmap(-1, 2 ** 31)',
}
if os.uname().machine == 'x86_64':
    FORBIDDEN.update({
        'traces the runner': 'call(101, 16, runner, 0, 0)',
        'makes a file in memory': 'call(319, b"x", 0)',
        'makes shared memory': 'call(29, 0, 4096, 0o1600)',
        'watches folders': 'call(294, 0)',
        'outlives the judge': 'call(157, 1, 0)',
        'makes a name space': 'call(272, 0x10000000)',
        'calls by the numbers of x32': 'call(0x40000000 + 39)'})
ALLOWED = {
    'threads': '[thread.start() or thread.join() for thread in '
               '[threading.Thread(target=int) for _ in range(9)]]',
    'nothing': 'open(os.devnull, "w").write("x")',
    'chance': 'os.urandom(3)',
    'own code': 'open(paths[3] + "/confine.py").read()',
    'itself': 'os.kill(os.getpid(), 0)',
    'limits': 'resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))',
    'modules': '__import__("sqlite3"), __import__("decimal")',
}
RUNNER = """
import ctypes, fcntl, json, mmap, os, resource, socket, sys, threading
import confine

answers = int(sys.argv[1])
kind, judge, paths, actions = json.loads(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), '')

def tried(action):
    try:
        eval(action)
    except (EnvironmentError, MemoryError, ValueError) as error:
        return error.__class__.__name__

runner = os.getpid()
confine.enter(kind)
if os.fork() == 0:
    confine.enter_task(kind)
    os.write(answers, json.dumps([
        {action: tried(action) for action in actions},
        sorted(os.environ)]).encode())
    os.abort()
os.write(answers, b'\\n%d' % os.wait()[1])
"""
# Leaves two behind that are in no group of its own.
DAEMONS = """
import os, sys, time
import confine

confine.enter(sys.argv[2])
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(int(sys.argv[1]), b'x')
            time.sleep(60)
        os._exit(0)
    os.wait()
time.sleep(60)
"""
# Does all that it can to live on.
SLEEPERS = """
import ctypes, os, sys, time
import confine

confine.enter(sys.argv[2])
if os.fork() == 0:
    confine.enter_task(sys.argv[2])
    ctypes.CDLL(None).prctl(1, 0)
    os.setsid()
    os.write(int(sys.argv[1]), b'x')
time.sleep(60)
"""
CROWD = """
import os, sys, threading
import confine

confine.enter(sys.argv[2])
if os.fork() == 0:
    confine.enter_task(sys.argv[2])
    threading.stack_size(2 ** 15)
    event = threading.Event()
    while True:
        threading.Thread(target=event.wait).start()
os.write(int(sys.argv[1]), b'%d' % os.wait()[1])
"""
TRAINING = """
import os, sys
import confine

confine.enter(sys.argv[2])
import numpy as np
import tensorflow.keras as keras
confine.write_nothing()
if os.fork() == 0:
    confine.enter_task(sys.argv[2])
    inputs = keras.Input(shape=(2,))
    model = keras.Model(inputs, keras.layers.Dense(
        1, kernel_initializer='ones')(inputs))
    model.compile(optimizer='adam', loss='mse')
    data = np.ones((8, 2), 'float32')
    history = model.fit(data, 0 * data[:, :1], batch_size=8, verbose=0)
    os.write(int(sys.argv[1]), str(history.history['loss'][0]).encode())
    os._exit(0)
os.wait()
"""
FLOOD = """
import os, sys

for _ in range(99):
    try:
        os.write(2, b'x' * 99999)
    except BlockingIOError:
        pass
os.write(int(sys.argv[1]), b'done')
"""
PACKAGES = """
import json, os, sys
import confine

confine.enter(sys.argv[2])
answers = []
for name in 'own', 'secret', 'mine':
    try:
        answers.append(__import__(name).__name__)
    except ImportError:
        answers.append(None)
try:
    open(sys.argv[3]).close()
except EnvironmentError:
    answers.append('closed')
os.write(int(sys.argv[1]), json.dumps(answers).encode())
"""


@pytest.fixture(params=['bubblewrap', 'Landlock', 'none'], scope='module')
def kind(request):
    """Names a cage that works here"""
    if request.param != 'none' and not cage.works(request.param,
                                                  sys.executable):
        pytest.skip(request.param + ' does not work here')
    return request.param


@pytest.fixture
def place():
    """Makes a runner's folder"""
    folder = tempfile.mkdtemp()
    os.mkdir(os.path.join(folder, 'code'))
    shutil.copy(os.path.join(cage.HERE, 'confine.py'),
                os.path.join(folder, 'code'))
    yield folder
    shutil.rmtree(folder)


def begin(kind, place, program, *arguments, pipe=None, gibibytes=1):
    """Starts a runner

    Args:
        kind: str, the cage.
        place: str, the runner's folder.
        program: str, its source.
        *arguments: str, which it gets after the number of the descriptor
            that it writes to.
        pipe: tuple of int, what it writes to; one is made where there is
            none.
        gibibytes: float, the limit of its memory.

    Returns:
        tuple: subprocess.Popen, and the int of the descriptor to read from.
    """
    with open(os.path.join(place, 'code', 'runner.py'), 'w') as file:
        file.write(program)
    ours, theirs = pipe or os.pipe()
    process = cage.start(kind, sys.executable, place,
                         [str(theirs)] + list(arguments), [theirs],
                         gibibytes)
    os.close(theirs)
    return process, ours


def test_closed(kind, place, tmpdir):
    """The code of a file can do no harm, and go on with its work"""
    if kind == 'none':
        pytest.skip('without a cage files are open')
    secret = tmpdir.join('secret')
    secret.write('secret')
    paths = [str(secret), cage.ROOT, place, os.path.join(place, 'code')]
    actions = sorted(list(FORBIDDEN.values()) + list(ALLOWED.values()))
    process, ours = begin(kind, place, RUNNER, json.dumps(
        [kind, os.getpid(), paths, actions]))
    with open(ours) as pipe:
        lines = pipe.read().split('\n')
    cage.end(process)
    assert len(lines) == 2, cage.complaints(process)
    errors, environment = json.loads(lines[0])
    assert [name for name, action in sorted(FORBIDDEN.items())
            if errors[action] is None] == [], 'these are possible'
    assert {name: errors[action] for name, action in ALLOWED.items()
            if errors[action] is not None} == {}, 'these are impossible'
    assert int(lines[1]) & 127 == signal.SIGABRT, 'abort() does not end it'
    assert set(environment) - set(cage.ENVIRONMENT) <= {
        'HOME', 'TMPDIR', 'TORCHINDUCTOR_CACHE_DIR', 'KERAS_BACKEND',
        'LC_CTYPE', 'PWD', 'PYTHONPATH'}
    assert secret.read() == 'secret'


def test_left_behind(kind, place):
    """What a runner leaves behind ends with it; the judge's own lives on"""
    cage.adopt()
    own = subprocess.Popen([sys.executable, '-c', 'input()'],
                           stdin=subprocess.PIPE)
    process, ours = begin(kind, place, DAEMONS, kind)
    # Both are there.
    assert os.read(ours, 1) + os.read(ours, 1) == b'xx'
    cage.end(process)
    os.set_blocking(ours, False)
    # Whoever holds the other end would make this an error.
    assert os.read(ours, 1) == b''
    os.close(ours)
    assert own.poll() is None
    own.kill()
    own.wait()


def test_judge_killed(kind, place):
    """Where the judge is killed, the runner and its processes end too"""
    ours, theirs = pipe = os.pipe()
    judge = os.fork()
    if judge == 0:
        try:
            begin(kind, place, SLEEPERS, kind, pipe=pipe)
            time.sleep(60)
        finally:
            os._exit(0)
    os.close(theirs)
    assert os.read(ours, 1) == b'x'
    os.kill(judge, signal.SIGKILL)
    os.waitpid(judge, 0)
    assert select.select([ours], [], [], 30)[0], 'they live on'
    assert os.read(ours, 1) == b''
    os.close(ours)


def test_crowd(kind, place):
    """A process that starts more and more threads ends, the runner lives"""
    process, ours = begin(kind, place, CROWD, kind)
    with open(ours) as pipe:
        assert pipe.read() == str(int(signal.SIGKILL))
    cage.end(process)
    process.stderr.close()


def test_flood(kind, place):
    """A flood of complaints does not stop a runner; 64 KiB are kept"""
    process, ours = begin(kind, place, FLOOD)
    with open(ours) as pipe:
        assert pipe.read() == 'done'
    cage.end(process)
    assert set(cage.complaints(process)) == {'x'}


def test_tensorflow(place):
    """TensorFlow trains in the cage, and writes nothing"""
    kind = cage.choose(sys.executable)
    process, ours = begin(kind, place, TRAINING, kind, gibibytes=4)
    with open(ours) as pipe:
        loss = pipe.read()
    cage.end(process)
    # Of a model whose output is 2 for inputs of 1.
    assert loss == '4.0', cage.complaints(process)
    assert os.listdir(os.path.join(place, 'home')) == [] or kind == 'none'


def test_packages_elsewhere(kind, place, tmpdir, monkeypatch):
    """Packages of PYTHONPATH are there, and a home of PYTHONPATH is not

    Nor is the current folder, whatever a student has put there.
    """
    packages, home, here = [tmpdir.ensure(name, dir=True)
                            for name in ('packages', 'home', 'here')]
    packages.ensure('own.py')
    here.ensure('mine.py')
    for folder in (packages, here):
        folder.ensure('own-1.0.dist-info', dir=True)
    secret = home.ensure('secret.py')
    monkeypatch.setattr(sys, 'path', sys.path + [
        str(path) for path in (packages, home, here)])
    monkeypatch.chdir(str(here))
    cage.ask.cache_clear()
    process, ours = begin(kind, place, PACKAGES, kind, str(secret))
    cage.ask.cache_clear()
    with open(ours) as pipe:
        answers = json.loads(pipe.read())
    cage.end(process)
    process.stderr.close()
    assert answers[:3] == ['own', None, None]
    assert answers[3:] == ['closed'] or kind == 'none'


def test_find():
    """What the runner imports is found, or is not, where it will run"""
    kind = cage.choose(sys.executable)
    assert cage.works(kind, sys.executable, cage.FIND)
    assert not cage.works(kind, sys.executable, cage.FIND.replace(
        'tensorflow', 'no_package_of_this_name'))


def test_choose():
    """Where a Python cannot run there is no cage, and no error"""
    assert cage.choose(sys.executable) in ('bubblewrap', 'Landlock', 'none')
    assert cage.choose(os.path.join(cage.ROOT, 'nowhere')) == 'none'


def test_no_file(monkeypatch, tmpdir):
    """TensorFlow translates functions without writing a file"""
    loader = types.ModuleType('tensorflow.python.autograph.pyct.loader')
    loader.load_source = None
    monkeypatch.setitem(sys.modules, loader.__name__, loader)
    monkeypatch.setattr(tempfile, 'tempdir', str(tmpdir))
    confine.write_nothing()
    module, name = loader.load_source('def twice(x):\n    return 2 * x\n',
                                      False)
    assert module.twice(3) == 6
    assert inspect.getsource(module.twice).endswith('return 2 * x\n')
    assert os.path.dirname(name) == str(tmpdir) and not os.path.exists(name)
    del sys.modules[module.__name__]


def test_numbers_as_output_shape(monkeypatch):
    """A Lambda that refuses a number is made all the same, and it is told"""
    class Lambda:
        """A layer as strict as that of TensorFlow 1.12"""

        def __init__(self, function, output_shape=None):
            """Takes a shape"""
            if not isinstance(output_shape, (tuple, list)):
                raise TypeError('must be a list, a tuple')
            self.shape = output_shape

    monkeypatch.syspath_prepend(os.path.join(cage.ROOT, 'grader', 'sandbox'))
    runner = importlib.import_module('runner')
    monkeypatch.setattr(runner, 'keras', types.SimpleNamespace(
        layers=types.SimpleNamespace(Lambda=Lambda)), raising=False)
    monkeypatch.setattr(runner, 'REFUSED', [])
    runner.take_numbers()
    assert Lambda(abs, output_shape=5).shape == (5,)
    assert list(map(str, runner.REFUSED)) == ['must be a list, a tuple']
    with pytest.raises(TypeError):
        Lambda(abs, output_shape='5')


def test_import_that_fails(monkeypatch, tmpdir):
    """What raises an error at import is left out, and it is told"""
    file = tmpdir.join('submission.py')
    file.write("IMAGES = open('none.npz')\n\n\ndef autoencoder(dims):\n"
               '    return dims\n')
    monkeypatch.syspath_prepend(os.path.join(cage.ROOT, 'grader', 'sandbox'))
    monkeypatch.setitem(sys.modules, 'submission', None)
    runner = importlib.import_module('runner')
    answer = runner.Module(str(file)).load({}, [])
    assert answer['functions'] == [['autoencoder', [['dims', False]]]]
    assert (answer['refused']['kind'], answer['refused']['line']) == (
        'FileNotFoundError', 1)
    file.write('def autoencoder(:')
    with pytest.raises(SyntaxError):
        runner.Module(str(file)).load({}, [])


def test_project_around(tmpdir):
    """A project in a folder of the system's is left out of what is read"""
    for name in ('lib', 'src/project/grader', 'src/other'):
        tmpdir.ensure(name, dir=True)
    root = str(tmpdir.realpath())
    assert cage.without(root, os.path.join(root, 'src', 'project')) == [
        os.path.join(root, 'lib'), os.path.join(root, 'src', 'other')]
