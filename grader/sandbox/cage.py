#!/usr/bin/env python3
"""The cage of a runner, from the judge's side: which works, start, end

A runner runs code that nobody has read. It is started

- with a clean environment, pipes of its own and nothing else that is open;
- with limits on memory, on the size of files and on threads;
- in bubblewrap where it works: then there are no other files, processes and
  networks at all for it. Else Landlock, which confine.py turns on inside:
  then other files cannot be opened. Nothing at all can be written in either.
- below a judge that inherits what it leaves behind, and ends that too.
"""

import ctypes
import fcntl
import functools
import glob
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# What Python and TensorFlow read, where the system has it.
SYSTEM = ['/usr', '/bin', '/lib', '/lib32', '/lib64', '/etc/ld.so.cache',
          '/etc/alternatives', '/etc/localtime', '/dev/null', '/dev/zero',
          '/dev/random', '/dev/urandom', '/proc/cpuinfo', '/proc/meminfo',
          '/proc/stat', '/sys/devices/system/cpu']
# What is shown of a Python's own folder, which may be the project's folder.
PARTS = ['bin', 'lib', 'lib64', 'pyvenv.cfg']
# More threads would make a task no faster, but their stacks and arenas count
# as memory (RLIMIT_AS). Results of a GPU are too inexact to be compared.
ENVIRONMENT = {
    'PATH': '/usr/bin:/bin', 'LANG': 'C.UTF-8', 'TF_CPP_MIN_LOG_LEVEL': '3',
    'CUDA_VISIBLE_DEVICES': '-1', 'TF_NUM_INTRAOP_THREADS': '1',
    'TF_NUM_INTEROP_THREADS': '1', 'OMP_NUM_THREADS': '1',
    'OPENBLAS_NUM_THREADS': '1', 'MALLOC_ARENA_MAX': '2'}
PROCESSORS = 4
# Threads of one process; the most that a right file had was 33.
THREADS = 512
COMPLAINTS = 2 ** 16
SET_DUMPABLE, SET_CHILD_SUBREAPER = 4, 36

NONE = 'no cage works here, and without one a file can read and change what ' \
    'you can. On Linux, install bubblewrap, or use a kernel with Landlock ' \
    '(5.13 or later); macOS has neither. --no-cage grades without'

ASK = """
import json, os, sys
own = sys.prefix != sys.base_prefix
print(json.dumps([
    sys.executable if own else os.path.realpath(sys.executable),
    [sys.prefix, sys.base_prefix], sys.path[1:]]))
"""
# Ends with 0 if it works and cannot read a file outside.
TRIAL = """
import os, sys
import confine
confine.enter(sys.argv[1])
if os.fork() == 0:
    confine.enter_task(sys.argv[1])
    try:
        open(sys.argv[2]).close()
    except EnvironmentError:
        os._exit(0)
    os._exit(1)
os._exit(os.wait()[1] != 0)
"""
# Ends with 0 if what the runner imports is there.
FIND = """
import importlib.util, sys
import confine
confine.enter(sys.argv[1])
sys.exit(not all(map(importlib.util.find_spec, ['numpy', 'tensorflow'])))
"""


def inside(path, folder):
    """Tells whether a path is a folder or lies in it"""
    return (path + os.sep).startswith(folder + os.sep)


def without(path, secret):
    """Lists what there is of a path, but for one folder that it may hold

    Args:
        path: str, a file or folder, which need not exist.
        secret: str, the folder that is left out.

    Returns:
        list of str, the path or those in it that together are the rest.
    """
    if inside(secret, os.path.realpath(path)):
        # A container may have the project in /usr/src, say.
        return [] if secret == os.path.realpath(path) else [
            found for name in sorted(os.listdir(path))
            for found in without(os.path.join(path, name), secret)]
    return [path] if os.path.exists(path) else []


@functools.lru_cache(maxsize=None)
def ask(python):
    """Asks a Python where it lives

    Args:
        python: str, the path of its program.

    Returns:
        tuple: the program to start, the list of str of the files and folders
        that it needs, and the list of those of the latter that it must be
        told of.
    """
    program, prefixes, paths = json.loads(subprocess.check_output(
        [python, '-s', '-E', '-c', ASK],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL).decode('utf-8'))
    # The environment may be in the project's folder; the rest of that folder
    # is not shown.
    wanted = SYSTEM + [path for path in paths if not inside(path, ROOT)]
    wanted += [os.path.join(prefix, part) for prefix in prefixes
               for part in PARTS]
    # PYTHONPATH and a user's own packages are those of the Python that asks.
    # PYTHONPATH may have a home as well: only what pip has filled is shown,
    # and not the current folder, which may be a student's.
    more = [path for path in sys.path
            if python == sys.executable and
            path not in paths + [os.getcwd()] and
            glob.glob(os.path.join(glob.escape(path), '*.*-info'))]
    return program, [found for path in wanted + more
                     for found in without(path, os.path.realpath(ROOT))], more


def bubblewrap(readable, place):
    """Writes the command that shuts a program into bubblewrap

    Args:
        readable: list of str, what is there inside.
        place: str, the runner's folder.

    Returns:
        list of str, which the program and its arguments are to follow.
    """
    command = ['bwrap', '--unshare-all', '--unshare-user', '--new-session',
               '--die-with-parent', '--cap-drop', 'ALL']
    # TensorFlow needs /proc/self. There are no other processes in this one.
    command += ['--proc', '/proc', '--remount-ro', '/proc']
    for path in readable:
        if inside(path, '/proc'):
            continue
        command += ['--dev-bind' if inside(path, '/dev') else '--ro-bind',
                    path, path]
    # The root is a file system in memory, which would have no limit.
    return command + ['--remount-ro', '/', '--chdir',
                      os.path.join(place, 'code')]


def limit(gibibytes, processors):
    """Limits what this process and those that it starts may use

    Args:
        gibibytes: float, the memory of each.
        processors: list of int, where they run; empty if anywhere.
    """
    if processors:
        os.sched_setaffinity(0, processors)
    limits = {'AS': int(gibibytes * 2 ** 30), 'FSIZE': 2 ** 26, 'CORE': 0,
              # Each thread takes so much of the memory for its stack.
              'STACK': 2 ** 23,
              # Of all processes of the user together.
              'NPROC': 8192, 'NOFILE': 256}
    for name, most in limits.items():
        kind = getattr(resource, 'RLIMIT_' + name)
        allowed = resource.getrlimit(kind)[1]
        if allowed != resource.RLIM_INFINITY:
            most = min(most, allowed)
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            # macOS refuses some.
            pass


def start(kind, python, place, arguments, descriptors, gibibytes):
    """Starts a runner, which ends with the thread that calls this

    Args:
        kind: str, what choose gave.
        python: str, the Python that runs it.
        place: str, a private folder; its sub-folder code holds runner.py
            and whatever the runner is to read.
        arguments: list of str, the runner's.
        descriptors: list of int, the open files that it gets.
        gibibytes: float, the memory that each of its processes may have.

    Returns:
        subprocess.Popen, to be ended by end.

    Raises:
        OSError, subprocess.SubprocessError: if it cannot be started.
    """
    program, readable, more = ask(python)
    code, home = [os.path.join(place, name) for name in ('code', 'home')]
    readable = readable + [code, home]
    os.makedirs(home, exist_ok=True)
    command = [program, '-B', '-s', os.path.join(code, 'runner.py')]
    if kind == 'bubblewrap':
        command = bubblewrap(readable, place) + command
    elif kind == 'Landlock':
        with open(os.path.join(place, 'readable'), 'wb') as paths:
            paths.write(b'\0'.join(map(os.fsencode, readable)))
    environment = dict(ENVIRONMENT, HOME=home, TMPDIR=home,
                       # Else PyTorch tries to make one.
                       TORCHINDUCTOR_CACHE_DIR=home)
    if more:
        environment['PYTHONPATH'] = os.pathsep.join(more)
    if 'KERAS_BACKEND' in os.environ:
        environment['KERAS_BACKEND'] = os.environ['KERAS_BACKEND']
    # Libraries start threads for each processor, and their stacks count as
    # memory: on 64 processors a file must not need more than on 4. macOS does
    # not tell which there are.
    processors = sorted(getattr(os, 'sched_getaffinity', lambda _: [])(0))
    processors = random.SystemRandom().sample(
        processors, min(len(processors), PROCESSORS))
    ours, theirs = os.pipe()
    # Where the pipe is full, the runner must go on: the rest is lost.
    for end in (ours, theirs):
        flags = fcntl.fcntl(end, fcntl.F_GETFL)
        fcntl.fcntl(end, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    before = children(os.getpid())
    try:
        process = subprocess.Popen(
            command + list(arguments), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=theirs, cwd=code,
            env=environment, pass_fds=descriptors, start_new_session=True,
            preexec_fn=functools.partial(limit, gibibytes, processors))
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    process.stderr = open(ours, 'rb', buffering=0)
    process.spared = before
    process.ended = threading.Event()
    process.watcher = threading.Thread(target=watch, args=(process,),
                                       daemon=True)
    process.watcher.start()
    return process


def watch(process):
    """Kills the processes of a runner that start more and more threads

    The limit NPROC is the user's, and root has none: one file's threads
    would keep others from having theirs.

    Args:
        process: subprocess.Popen, the runner.
    """
    while not process.ended.wait(0.1):
        found = [process.pid]
        for number in found:
            try:
                if len(os.listdir('/proc/{}/task'.format(number))) > THREADS:
                    os.kill(number, signal.SIGKILL)
                else:
                    found += children(number)
            except OSError:
                # The process has ended, or this is macOS.
                pass


def complaints(process):
    """Reads what a runner wrote to its standard error, once, at the end

    Args:
        process: subprocess.Popen, what start gave.

    Returns:
        str, at most 64 KiB, from strangers.
    """
    with process.stderr as pipe:
        return (pipe.read(COMPLAINTS) or b'').decode('utf-8', 'replace')


def adopt():
    """Makes this process inherit what its runners leave behind

    And closes its memory and its files to them, which without a cage are
    programs of the same user.
    """
    libc = ctypes.CDLL(None)
    # macOS has no prctl.
    if hasattr(libc, 'prctl'):
        libc.prctl(SET_CHILD_SUBREAPER, *map(ctypes.c_ulong, (1, 0, 0, 0)))
        libc.prctl(SET_DUMPABLE, *map(ctypes.c_ulong, (0, 0, 0, 0)))


def children(number):
    """Lists the children of a process, where the kernel tells

    Args:
        number: int, the process.

    Returns:
        set of int.
    """
    found = set()
    for path in glob.glob('/proc/{}/task/*/children'.format(number)):
        try:
            with open(path) as numbers:
                found.update(map(int, numbers.read().split()))
        except OSError:
            # The thread has ended.
            pass
    return found


def end(process):
    """Ends a runner and all that it started, and waits for that

    Args:
        process: subprocess.Popen, what start gave. Children that this
            process had before are left alone; any later ones are ended too.
    """
    process.ended.set()
    process.watcher.join()
    if process.poll() is None:
        # The group, not only the process: macOS has no other way to end the
        # rest.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:
            # On macOS this fails if the process has just ended.
            pass
        process.wait()
    # A process becomes our child when its parent ends. So each that we end may
    # give us its own children: this goes on until there are none.
    while True:
        left = children(os.getpid()) - process.spared
        if not left:
            return
        for number in left:
            os.kill(number, signal.SIGKILL)
        for number in left:
            os.waitpid(number, 0)


def works(kind, python, program=TRIAL):
    """Tries out a cage

    Args:
        kind: str, bubblewrap, Landlock or none.
        python: str, the Python that will run in it.
        program: str, the source of a small one.

    Returns:
        bool, whether the program ran in it and ended with 0, as TRIAL does if
        it was shut off from a file.
    """
    place = tempfile.mkdtemp(prefix='grader-')
    try:
        code, secret = [os.path.join(place, name)
                        for name in ('code', 'secret')]
        os.mkdir(code)
        shutil.copy(os.path.join(HERE, 'confine.py'), code)
        for path, text in ((os.path.join(code, 'runner.py'), program),
                           (secret, 'secret')):
            with open(path, 'w') as file:
                file.write(text)
        process = start(kind, python, place, [kind, secret], [], 4)
        try:
            return process.wait(timeout=30) == 0
        finally:
            end(process)
            process.stderr.close()
    except (OSError, ValueError, subprocess.SubprocessError):
        # There is no bubblewrap or no such Python, or it took too long.
        return False
    finally:
        shutil.rmtree(place, ignore_errors=True)


@functools.lru_cache(maxsize=None)
def choose(python):
    """Chooses the best cage that works here, by trying

    Args:
        python: str, the Python that will run in it.

    Returns:
        str, bubblewrap, Landlock or none.
    """
    return next((kind for kind in ('bubblewrap', 'Landlock')
                 if works(kind, python)), 'none')
