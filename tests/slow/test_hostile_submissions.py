#!/usr/bin/env python3
"""Hostile files before the grader: none forges a grade, none does harm

The files are in the folder `hostile_submissions`: after a line `#### name task
most` one file's text, up to the next such line. `task` is whose file it is,
`most` the score that it may get. Words after them: `right`, what stands there
follows a right file, `vanilla`, that of task 0; else it follows an import
alone. `open`: it is also tried without a cage, where it may do what it tries.
`newer`: TensorFlow 1.12 never calls what it has, and there it is a right file.

Three hostile files and a right one are a submission, and all are a class.
`make test-hostile RUNTIME=page` has another runtime run them.
"""

import collections
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import time
import tty

import pytest

from common import ROOT
from grader.registry import TASKS
from grader.report import NO_CAGE
from grader.sandbox import cage

ROOT = pathlib.Path(ROOT)
HERE = pathlib.Path(__file__).parent / 'hostile_submissions'
FILES = [task.file for task in TASKS]
SECONDS = 30
RUNTIME = os.environ.get('RUNTIME', 'newest')
HEAD = '''#!/usr/bin/env python3
"""Hostile"""
import tensorflow.keras as keras
'''
SECRET = 'xyzzy-5308'

# What many files begin with, in place of such a word between two @.
WORDS = {'ESC': '\x1b', 'PIPE': '''
import os
import struct
import sys
import time
frame = sys._getframe()
while 'connection' not in frame.f_locals:
    frame = frame.f_back
writing = frame.f_locals['connection'].writing


def frame_of(header, body=b''):
    data = struct.pack('<II', len(header), len(body)) + header + body
    while data:
        try:
            data = data[os.write(writing, data):]
        except BlockingIOError:
            time.sleep(0.01)

''', 'LIE': '''
import sys


def lied(self, header, given, true=sys.modules['__main__'].Module.answer):
    answer, arrays = true(self, header, given)
    lie(header['ask'], answer)
    return answer, arrays


sys.modules['__main__'].Module.answer = lied
''', 'ARRAYS': '''
import sys
import numpy as np


def lied(self, header, given, true=sys.modules['__main__'].Module.answer):
    answer, arrays = true(self, header, given)
    return answer, change(header['ask'], arrays)


sys.modules['__main__'].Module.answer = lied
'''}
# The command, with a cage that it need not have chosen.
COMMAND = 'import sys; from grader import __main__; ' \
    'from grader.sandbox import cage; kind = sys.argv.pop(1); ' \
    'cage.choose = lambda python: kind; sys.exit(__main__.main())'

Case = collections.namedtuple('Case', 'name kind task most flags text')


def read_cases():
    """Reads the files of the folder hostile_submissions

    Returns:
        list of Case, in the order of the files.
    """
    cases = []
    for path in sorted(HERE.glob('*.txt')):
        parts = re.split(r'(?m)^#### (\S+) (\d) (\d+)((?: \w+)*)\n',
                         path.read_text(encoding='utf-8'))
        assert not parts[0], f'{path} must begin with a line of ####'
        for name, task, most, flags, text in zip(*[
                parts[at::5] for at in range(1, 6)]):
            cases.append(Case(name, path.stem, int(task), int(most),
                              flags.split(), text))
    return cases


def link(path):
    """Makes a link to the project's own file"""
    path.symlink_to(ROOT / path.name)


def pipe(path):
    """Makes a pipe, which nobody writes to"""
    os.mkfifo(path)


def device(path):
    """Makes a link to a device without end"""
    path.symlink_to('/dev/zero')


def folder(path):
    """Makes folders, deep"""
    (path / '/'.join(['x'] * 300)).mkdir(parents=True)


def large(path):
    """Makes a file of more than 256 KiB"""
    path.write_bytes((ROOT / path.name).read_bytes() + b'#' * 2 ** 18)


def cookie(path):
    """Makes a file whose text is another for Python than for others"""
    path.write_bytes(b'#!/usr/bin/env python3\n# coding: utf-7\n'
                     b'"""+AAo-import os +ACI-"""\n' +
                     (ROOT / path.name).read_bytes())


def latin(path):
    """Makes a file with a cookie that is not UTF-8"""
    path.write_bytes(b'#!/usr/bin/env python3\n# -*- coding: latin-1 -*-\n' +
                     (ROOT / path.name).read_bytes())


# What is no text in a file: each with a task and the score that it may get.
SPECIAL = {link: (3, 0), pipe: (2, 0), device: (1, 0), folder: (0, 0),
           large: (2, 0), cookie: (3, 15), latin: (2, 15)}
CASES = [case for case in read_cases()
         if RUNTIME != 'page' or 'newer' not in case.flags] + [
    Case(make.__name__, 'forge', task, most, [], make)
    for make, (task, most) in SPECIAL.items()]
# What stands on the pipe does not depend on the cage.
KINDS = {'bubblewrap': CASES,
         'Landlock': [case for case in CASES if case.kind != 'pipe'],
         'none': [case for case in CASES if 'open' in case.flags] +
         [case for case in CASES if case.name in (
             'modules', 'frames', 'numpy', 'descriptors', 'import-hooks',
             'evaluate-lies', 'names')]}


def submissions(cases):
    """Puts three hostile files and a right one into each submission

    Args:
        cases: list of Case.

    Returns:
        list of dict from the number of a task to a Case.
    """
    waiting = [[case for case in cases if case.task == task]
               for task in range(len(FILES))]
    made = []
    while any(waiting):
        # The right one is that of which the fewest wait, by turns.
        right = min(range(4), key=lambda task: (
            len(waiting[task]), (task - len(made)) % 4))
        made.append({task: waiting[task].pop(0) for task in range(4)
                     if task != right and waiting[task]})
    return made


def contents(folder):
    """Describes all that is in a folder, to see whether it changes"""
    found = {}
    for path in sorted(folder.rglob('*')):
        if '__pycache__' not in path.parts:
            state = path.lstat()
            regular = path.is_file() and not path.is_symlink()
            found[str(path)] = (
                state.st_mode, state.st_uid,
                (path.read_bytes(), state.st_mtime_ns) if regular else None)
    return found


def processes(mark):
    """Lists the processes whose command or environment has a mark"""
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        for name in ('cmdline', 'environ'):
            try:
                if mark.encode() in (path / name).read_bytes():
                    found.append(int(path.name))
                    break
            except OSError:
                # It has ended, or it is not ours.
                pass
    return found


def shared():
    """Lists the segments of shared memory; the files that may be left"""
    try:
        segments = [line.split()[:2] for line in pathlib.Path(
            '/proc/sysvipc/shm').read_text().splitlines()[1:]]
    except OSError:
        segments = []
    return segments + [str(path) for place in (
        '/', '/tmp', '/var/tmp', '/dev/shm', '/run')
        for path in pathlib.Path(place).glob('hostile-*')]


class Graded:
    """A class of hostile and right submissions, graded once

    Attributes:
        scores: dict from a Case's name to what was said of its file.
        right: dict from a submission and a file to the same, of right ones.
        harms: list of str, what was harmed.
        report: list of str, the lines printed.
    """

    def __init__(self, kind, place):
        """Grades the class

        Args:
            kind: str, the cage.
            place: pathlib.Path, an empty folder.
        """
        self.kind = kind
        self.place = place
        self.home = place / 'home'
        self.temp = place / 'temp'
        self.others = place / 'class'
        for made in (self.home / '.keras', self.home / 'kept', self.temp,
                     self.others):
            made.mkdir(parents=True)
        (self.home / 'secret.txt').write_text(SECRET)
        (self.home / 'kept' / 'file').write_text('kept')
        (self.home / '.keras' / 'keras.json').write_text(
            '{"floatx": "float32", "epsilon": 1e-07}')
        self.listen()
        self.victim = subprocess.Popen(['sleep', '3600'],
                                       start_new_session=True)
        try:
            self.write()
            self.grade()
        finally:
            self.victim.kill()
            self.victim.wait()
            for listener in self.listeners.values():
                listener.close()

    def listen(self):
        """Waits for connections, which none is to make"""
        self.listeners = {}
        path = str(self.place / 'unix')
        for name, family, kind, address in (
                ('TCP', socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', 0)),
                ('UDP', socket.AF_INET, socket.SOCK_DGRAM, ('127.0.0.1', 0)),
                ('UNIX', socket.AF_UNIX, socket.SOCK_STREAM, path),
                ('abstract', socket.AF_UNIX, socket.SOCK_STREAM,
                 '\0' + path)):
            listener = socket.socket(family, kind)
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            self.listeners[name] = listener

    def write(self):
        """Writes the submissions"""
        words = dict(WORDS, ROOT=ROOT, HOME=self.home, OTHERS=self.others,
                     TEMP=self.temp, VICTIM=self.victim.pid,
                     UNIX=self.place / 'unix')
        for name in ('TCP', 'UDP'):
            words[name] = self.listeners[name].getsockname()[1]
        self.cases = {}
        # Right ones are graded before and after.
        folders = dict(
            {f'{at:02}': made for at, made in enumerate(
                submissions(KINDS[self.kind]))}, **{'aa-right': {},
                                                    'zz-right': {}})
        for folder_name, made in folders.items():
            inside = self.others / folder_name
            inside.mkdir()
            (inside / 'README.md').write_text('Hello\n')
            for task, name in enumerate(FILES):
                path, case = inside / name, made.get(task)
                self.cases[folder_name, name] = case
                if case and callable(case.text):
                    case.text(path)
                    continue
                text = (ROOT / name).read_text(encoding='utf-8')
                if case:
                    flags = case.flags
                    before = (text if 'right' in flags else
                              (ROOT / FILES[0]).read_text(encoding='utf-8')
                              if 'vanilla' in flags else HEAD)
                    text = before + re.sub(
                        r'@([A-Z]+)@', lambda found: str(words[found[1]]),
                        case.text)
                path.write_text(text, encoding='utf-8')
                path.chmod(0o755)

    def state(self):
        """Describes what no file may change"""
        return [contents(self.home), contents(self.others),
                contents(ROOT / 'grader'), sorted(os.listdir(ROOT)), shared()]

    def grade(self):
        """Runs the command, with a terminal, and sees what it has done"""
        before, began = self.state(), time.monotonic()
        master, terminal = pty.openpty()
        tty.setraw(terminal)
        grades = self.place / 'grades.json'
        environment = dict(os.environ, HOME=str(self.home),
                           TMPDIR=str(self.temp))
        command = [sys.executable, '-B', '-c', COMMAND, self.kind,
                   str(self.others), '--json', str(grades), '--jobs', '3',
                   '--task-seconds', str(SECONDS), '--seed', '3',
                   '--runtime', RUNTIME]
        with open(self.place / 'report', 'wb') as report:
            process = subprocess.Popen(
                command + ['--no-cage'] * (self.kind == 'none'), cwd=ROOT,
                env=environment, stdin=terminal, stdout=report,
                stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
            try:
                self.status = process.wait(timeout=900)
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
                raise
        self.seconds = time.monotonic() - began
        self.report = (self.place / 'report').read_text(
            encoding='utf-8').split('\n')[:-1]
        self.harms = []
        for name, old, new in zip(
                ('the home', 'the submissions', "the grader's source",
                 "the project's folder", 'shared memory and public folders'),
                before, self.state()):
            if old != new:
                self.harms.append(f'{name}: ' + ', '.join(sorted(map(str, (
                    set(old) ^ set(new)) or [
                        path for path in old if old[path] != new[path]]))))
        if self.victim.poll() is not None:
            self.harms.append('another process was ended')
        left = processes(str(self.temp))
        if left:
            self.harms.append(f'processes are left: {left}')
        if os.listdir(self.temp):
            self.harms.append('in the temporary folder is left: ' +
                              ', '.join(os.listdir(self.temp)))
        if select.select([master, terminal], [], [], 0)[0]:
            self.harms.append('something was written to the terminal')
        os.close(master)
        os.close(terminal)
        ready = select.select(list(self.listeners.values()), [], [], 0)[0]
        self.harms += [f'{name} was connected to' for name, listener
                       in self.listeners.items() if listener in ready]
        self.rows = json.loads(grades.read_text(encoding='utf-8'))
        self.scores, self.right = {}, {}
        for row in self.rows:
            for task in row['tasks']:
                where = row['submission'], task['file']
                case = self.cases[where]
                if case:
                    self.scores[case.name] = task
                else:
                    self.right[where] = task


@pytest.fixture(scope='module')
def classes():
    """Keeps what was graded: pytest would make it anew for each case"""
    return {}


@pytest.fixture
def graded(request, classes, tmp_path_factory):
    """Grades a class in a cage that works here, once"""
    kind = request.param
    if kind != 'none' and not cage.works(kind, sys.executable):
        pytest.skip(kind + ' does not work here')
    if kind not in classes:
        # Should it fail, then not for each case.
        classes[kind] = None
        classes[kind] = Graded(kind, tmp_path_factory.mktemp('class'))
    assert classes[kind], 'the class could not be graded, see the first case'
    return classes[kind]


def sentences(task):
    """Lists all that is said of a file"""
    return [entry.get('sentence', entry.get('because'))
            for key in ('faults', 'not_judged', 'advice')
            for entry in task[key]]


@pytest.mark.parametrize('graded, case', [
    pytest.param(kind, case, id=f'{kind}-{case.name}')
    for kind, cases in KINDS.items() for case in cases], indirect=['graded'])
def test_a_hostile_file_gets_what_it_deserves(graded, case):
    """No file gets more than it may, none is a fault of the grader's"""
    task = graded.scores[case.name]
    said = '\n'.join(sentences(task))
    if graded.kind == 'none' and 'open' in case.flags:
        # It may read what the user can.
        return
    assert task['score'] <= case.most, said
    assert case.most == 100 or task['faults'], 'nothing was found'
    assert 'the grader itself' not in said, said
    assert SECRET not in said
    assert all(one.isprintable() and len(one) <= 300
               for one in sentences(task)), said


@pytest.mark.parametrize('graded', KINDS, indirect=True)
def test_nothing_is_harmed(graded, record_property, capsys):
    """What is not the files' is as it was; right files are graded as ever"""
    forged = [case.name for case in KINDS[graded.kind]
              if graded.scores[case.name]['score'] > case.most]
    spoiled = {where: task for where, task in graded.right.items()
               if task['score'] != 100}
    figures = '{} hostile files: forged {}, harmed {}; {} of {} right files ' \
        'beside them graded as ever; {:.0f} s'.format(
            len(graded.scores), len(forged), len(graded.harms),
            len(graded.right) - len(spoiled), len(graded.right),
            graded.seconds)
    if graded.kind == 'none':
        figures += '. Left open: ' + '; '.join(forged + graded.harms)
    record_property(f'hostile files, {graded.kind}', figures)
    with capsys.disabled():
        print(f'\n{graded.kind}: {figures}')
    assert not spoiled, spoiled
    assert {row['cage'] for row in graded.rows} == {graded.kind}
    assert graded.status == 1
    assert all(line.isprintable() and len(line) <= 320
               for line in graded.report)
    if graded.kind == 'none':
        assert graded.report[0] == NO_CAGE
    else:
        assert not graded.harms, graded.harms
