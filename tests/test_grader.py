#!/usr/bin/env python3
"""The grader itself: that no file disturbs it, and what the command says

That it judges well is proved by grader/prove.py.
"""

import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from grader import __main__ as command
from grader import judge, oracle
from grader.checks import checks_of
from grader.registry import TASKS
from tests.support import ROOT

FUNCTION = """
def autoencoder(input_dims, hidden_layers, latent_dims):
    \"\"\"Does harm\"\"\"
    {}
"""

# What a file says after its first line, and what is said of it.
HOSTILE = {
    'syntax error': ('x = = 1\n', r'^line 2: invalid syntax$'),
    'not text': ('\0', r'^(line|the file cannot be) '),
    'no function': ('x = 1\n', r'no function called autoencoder$'),
    'no such module': ('import nothing_of_this_name\n',
                       r'^importing the file raised ModuleNotFoundError'),
    'endless loop': ('while True:\n    pass\n',
                     r'^importing the file did not finish within 4 s$'),
    'end of the process': ('import os\nos._exit(0)\n', r'^importing the file '
                           r'ended the process \(exit status 0\)$'),
    'killed': ('import os\nos.kill(os.getpid(), 9)\n',
               r'^importing the file ended the process \(SIGKILL\)$'),
    'endless memory': ('x = []\nwhile True:\n    x.append(bytes(10 ** 7))\n',
                       r'^importing the file used more memory than 2 GiB$'),
    'exit': (FUNCTION.format('exit()'), r'^autoencoder\(.*\) called exit$'),
    'interrupt': (FUNCTION.format('raise KeyboardInterrupt'),
                  r'^autoencoder\(.*\) raised KeyboardInterrupt$'),
    'one thing': (FUNCTION.format('return 1'), r'returns one int; it must '
                  r'return encoder, decoder, auto$'),
    'two things': (FUNCTION.format('return 1, 2'), r'returns 2 values; '),
}


def write(folder, text):
    """Writes a file of task 0 that begins as it must

    Args:
        folder: py.path.local, where.
        text: str, what follows the first line.
    """
    with open(str(folder.join(TASKS[0].file)), 'w') as file:
        file.write('#!/usr/bin/env python3\n' + text)


@pytest.mark.parametrize('name', sorted(HOSTILE))
def test_hostile(name, tmpdir):
    """Every hostile file gets one sentence, and its folder is left alone"""
    text, pattern = HOSTILE[name]
    write(tmpdir, text)
    # Without TensorFlow a worker is at the file's own code in 0.2 s.
    verdicts = judge.grade(str(tmpdir), 0,
                           4 if 'finish' in pattern else 60, 2)
    assert os.listdir(str(tmpdir)) == [TASKS[0].file]
    assert re.search(pattern, verdicts['returns'])
    assert verdicts['first-line'] is None
    assert verdicts['returns'] == verdicts['encoder-output']


def start(*arguments):
    """Starts the command in the project's folder, its output in pipes

    Args:
        *arguments: its arguments, of any type.

    Returns:
        subprocess.Popen, whose output is text.
    """
    return subprocess.Popen(
        [sys.executable, '-m', 'grader'] + list(map(str, arguments)),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)


def test_folder(tmpdir, monkeypatch):
    """A right file passes, with advice; those that are missing fail"""
    with open(os.path.join(ROOT, TASKS[0].file)) as lines:
        source = lines.read()
    # As `import os`, which a required check would find.
    harm = '\n\nprint("here")\n__builtins__["__import__"]("os").chdir("/")\n'
    tmpdir.join(TASKS[0].file).write(source + harm)
    tmpdir.join(TASKS[0].file).chmod(0o755)
    # No other module of the name is taken for the grader.
    tmpdir.mkdir('grader').join('__init__.py').write('raise SystemExit(9)')
    monkeypatch.setenv('PYTHONPATH', str(tmpdir), prepend=os.pathsep)
    grader = start(tmpdir)
    output, errors = grader.communicate()
    assert (grader.returncode, errors) == (1, ''), output
    assert TASKS[0].file + ': 18 of 18 required checks passed' in output
    assert '-> importing the file prints' in output
    assert '-> importing the file changes the working directory' in output
    for task in TASKS[1:]:
        assert task.file + ': 0 of ' in output
    assert output.count('-> the file does not exist') == 6


def test_all_right(tmpdir, monkeypatch, capsys):
    """Where all required checks pass, the status is 0, whatever is advised"""
    def grade(folder, task, *limits):
        """Gives verdicts as if a file were right but for the advice"""
        assert (folder, limits[:2]) == (str(tmpdir), (120, 0.5))
        return {check.name: None if check.required else 'advice of \ud800'
                for check in checks_of(task)}
    monkeypatch.setattr(judge, 'grade', grade)
    monkeypatch.setattr(sys, 'argv', [
        'grader', str(tmpdir), '--task-memory', '0.5'])
    assert command.main() == 0
    output = capsys.readouterr().out
    assert output.endswith('3-variational.py: 21 of 21 required checks '
                           'passed\n')
    assert r'-> advice of \ud800' in output


@pytest.mark.parametrize('arguments', [
    ['nowhere'], [], ['.', '--task-seconds', 'nan'],
    ['.', '--task-memory', '-1'], ['.', 'more']])
def test_wrong_command(arguments):
    """A wrong command is an error of one line, with what was received"""
    grader = start(*arguments)
    output, errors = grader.communicate()
    assert (grader.returncode, output) == (2, '')
    assert re.search(r'^grader: error: .*{}\n$'.format(
        arguments[-1] if arguments else 'FOLDER'), errors)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number, tmpdir):
    """Ctrl-C ends the command with one line, and the file's code with it"""
    # Tests in a shell's background ignore Ctrl-C, and so would the grader.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    mark = tmpdir.join('mark')
    write(tmpdir, 'import os\nwith open({!r}, "w") as file:\n    file.write('
          '"%d\\n" % os.getpid())\nwhile True:\n    pass\n'.format(str(mark)))
    grader = start(tmpdir)
    while not (mark.check() and mark.read().endswith('\n')):
        assert grader.poll() is None
        time.sleep(0.05)
    grader.send_signal(number)
    # Soon: the file's code has 120 s.
    output, errors = grader.communicate(timeout=30)
    assert (grader.returncode, output) == (130, '')
    assert errors == 'grader: interrupted\n'
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read()), 0)


def test_normal_distance():
    """The distance is small for normal values and not for uniform ones"""
    random = np.random.RandomState(0)
    assert oracle.normal_distance(random.randn(20000)) < oracle.SURE
    uniform = random.uniform(-3 ** 0.5, 3 ** 0.5, 20000)
    assert oracle.normal_distance(uniform) > oracle.SURE
