#!/usr/bin/env python3
"""The grader itself: that no file disturbs it, and what it says as a program

That it judges well is proved by grader/prove.py.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import numpy as np
import pytest

from grader import judge, oracle
from grader.registry import TASKS

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)

# Hostile files do not import TensorFlow, so this is enough.
SECONDS = 15

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
                     r'^importing the file did not finish within 15 s$'),
    'end of the process': ('import os\nos._exit(0)\n', r'^importing the file '
                           r'ended the process \(exit status 0\)$'),
    'killed': ('import os\nos.kill(os.getpid(), 9)\n',
               r'^importing the file ended the process \(SIGKILL\)$'),
    'endless memory': ('x = []\nwhile True:\n    x.append(b"x" * 10 ** 7)\n',
                       r'^importing the file used more memory than 2 GiB$'),
    'exit': (FUNCTION.format('exit()'), r'^autoencoder\(.*\) called exit$'),
    'interrupt': (FUNCTION.format('raise KeyboardInterrupt'),
                  r'^autoencoder\(.*\) raised KeyboardInterrupt$'),
    'one thing': (FUNCTION.format('return 1'), r'returns one int; it must '
                  r'return encoder, decoder, auto$'),
    'two things': (FUNCTION.format('return 1, 2'), r'returns 2 values; '),
}


def harm(text, folder):
    """Grades a file that begins as it must and goes on with text"""
    os.makedirs(folder)
    path = os.path.join(folder, TASKS[0].file)
    with open(path, 'w') as file:
        file.write('#!/usr/bin/env python3\n' + text)
    verdicts = judge.grade(folder, 0, SECONDS, 2)
    return verdicts, os.listdir(folder)


@pytest.fixture(scope='module')
def harmed(tmpdir_factory):
    """dict from the name of a hostile file to what was found, see harm"""
    root = str(tmpdir_factory.mktemp('hostile'))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = {name: pool.submit(harm, text, os.path.join(root, name))
                   for name, (text, _) in HOSTILE.items()}
        return {name: future.result() for name, future in futures.items()}


@pytest.mark.parametrize('name', sorted(HOSTILE))
def test_hostile(name, harmed):
    """Every hostile file gets one sentence, and its folder is left alone"""
    verdicts, listing = harmed[name]
    assert listing == [TASKS[0].file]
    assert re.search(HOSTILE[name][1], verdicts['returns'])
    assert verdicts['first-line'] is None
    assert verdicts['returns'] == verdicts['encoder-output']


def test_advice(tmpdir):
    """Printing and changing the working directory are advised against"""
    with open(os.path.join(ROOT, TASKS[0].file)) as lines:
        source = lines.read()
    with open(str(tmpdir.join(TASKS[0].file)), 'w') as file:
        file.write(source + '\n\nprint("here")\n__import__("os").chdir("/")\n')
    verdicts = judge.grade(str(tmpdir), 0)
    assert verdicts['quiet'] == 'importing the file prints'
    assert verdicts['folder'].startswith('importing the file changes')
    assert verdicts['decoder-output'] is None


def run(folder, *options):
    """Grades a folder as the README says; returns status, output and file"""
    junit = os.path.join(str(folder), 'junit.xml')
    pytest_run = subprocess.Popen(
        [sys.executable, '-m', 'pytest', TESTS, '-q', '--junitxml', junit,
         '-p', 'no:cacheprovider', '--submission', str(folder)] +
        list(options), cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, universal_newlines=True)
    output = pytest_run.communicate()[0]
    return pytest_run.returncode, output, junit


def test_good_folder(tmpdir):
    """A right file passes: status 0, a table, a score"""
    shutil.copy(os.path.join(ROOT, TASKS[0].file), str(tmpdir))
    status, output, junit = run(tmpdir, '-k', '0-vanilla')
    assert status == 0, output
    assert '0-vanilla.py: 18 of 18 required checks passed' in output
    names = {case.get('name') for case in
             xml.etree.ElementTree.parse(junit).iter('testcase')}
    assert 'test_check[0-vanilla.py-decoder-output]' in names
    assert not any(name.startswith('test_hostile') for name in names)


def test_bad_folder(tmpdir):
    """Missing files fail, each by its own: status 1, a sentence, no score"""
    status, output, junit = run(tmpdir)
    assert status == 1, output
    for task in TASKS:
        assert task.file + ': 0 of ' in output
    assert 'the file does not exist' in output
    faults = [fault.get('message') for fault in
              xml.etree.ElementTree.parse(junit).iter('failure')]
    assert faults and all('does not exist' in fault for fault in faults)


def test_no_folder(tmpdir):
    """A folder that is not there is an error of one line, with its name"""
    status, output, _ = run(tmpdir.join('nowhere'))
    assert status == 4
    assert output.strip().splitlines()[-1].endswith('nowhere')


def test_normal_distance():
    """The distance is small for normal values and not for uniform ones"""
    random = np.random.RandomState(0)
    assert oracle.normal_distance(random.randn(20000)) < oracle.SURE
    uniform = random.uniform(-3 ** 0.5, 3 ** 0.5, 20000)
    assert oracle.normal_distance(uniform) > oracle.SURE
