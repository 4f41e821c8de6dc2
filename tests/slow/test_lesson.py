#!/usr/bin/env python3
"""The lesson docs/learn.md: the path that it shows, and where it starts"""

import ast
import itertools
import os
import re
import shutil
import subprocess
import sys
import urllib.parse

import pytest

from common import ROOT
from grader.proof import __main__ as proof
from grader.proof import variants
from grader.registry import TASKS
from tools import MODULES

with open(os.path.join(ROOT, 'docs', 'learn.md'), encoding='utf-8') as file:
    LESSON = file.read()
PATH = [[cell.strip(' `') for cell in row] for row in re.findall(
    r'^\|(.*)\|(.*)\|(.*)\|$', LESSON[LESSON.index('| the grader says |'):],
    re.MULTILINE)[1:]]


def test_path(tmp_path):
    """The grader says at each step of the path what the lesson quotes"""
    files = [task.file for task in TASKS]
    steps = {file: [] for file in files}
    # The first row is of a start, which is no variant.
    name = PATH[0][0]
    for file, what, sentence in PATH[1:]:
        name = file or name
        # At the end of each there is its training.
        if sentence:
            steps[name].append(sentence)
        else:
            assert 'make run DIR=mine TASK=' + name[0] in what
    # A step of each file makes a submission.
    for number, sentences in enumerate(itertools.zip_longest(
            *(steps[file] for file in files))):
        folder = tmp_path / str(number)
        folder.mkdir()
        for task, sentence in enumerate(sentences):
            if sentence:
                variant = next(
                    each for each in variants.WRONG if each.task == task and
                    any(re.search(one, sentence) for one in each.patterns))
                path = folder / files[task]
                path.write_text(proof.changed(variant))
                path.chmod(0o755)
        tasks = proof.grade(str(folder))['tasks']
        for sentence, task in zip(sentences, tasks):
            said = [fault['sentence'] for fault in task['faults']]
            assert not sentence or any(
                sentence in one for one in said), (sentence, said)


def test_start(tmp_path):
    """A start has signature and docstring, and nothing of the solution"""
    folder = tmp_path / "it's new" / 'mine'
    command = [sys.executable, '-m', 'tools.start', str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert sorted(os.listdir(folder)) == sorted(
        [f'{name}.py' for name in MODULES] + ['README.md'])
    for name in MODULES:
        path = folder / f'{name}.py'
        assert os.access(path, os.X_OK)
        _, imported, function = ast.parse(path.read_text()).body
        assert ast.unparse(imported) == 'import tensorflow.keras as keras'
        docstring, only = function.body
        assert ast.unparse(only) == 'raise NotImplementedError'
        for part in ('Args:', 'Returns:', 'Raises:'):
            assert part in docstring.value.value
        original = ast.parse(
            open(os.path.join(ROOT, path.name), encoding='utf-8').read())
        assert ast.unparse(function.args) in [
            ast.unparse(node.args) for node in original.body
            if isinstance(node, ast.FunctionDef)]
    assert subprocess.run([sys.executable, '-m', 'pycodestyle',
                           str(folder)]).returncode == 0


def test_start_leads_to_the_project(tmp_path):
    """What a start's README prints works, whatever the folders are called"""
    project, folder = tmp_path / 'our "project"', tmp_path / "it's new"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns('.*', 'data'))
    subprocess.run([sys.executable, '-m', 'tools.start', str(folder)],
                   cwd=project, check=True)
    text = (folder / 'README.md').read_text()
    link = re.search(r'\((.*learn\.md)\)', text).group(1)
    assert ' ' not in link
    assert (folder / urllib.parse.unquote(link)).samefile(
        project / 'docs' / 'learn.md')
    enter, grade = re.search('```bash\n(.*)\nmake grade DIR=(.*)\n```',
                             text).groups()
    # In the project, the folder that it names is the student's.
    assert folder.samefile(subprocess.run(
        ['bash', '-c', f'{enter} && realpath {grade}'], cwd=folder, check=True,
        stdout=subprocess.PIPE, text=True).stdout[:-1])


@pytest.mark.parametrize('there, said', [
    ('0-vanilla.py', 'must be new or empty. Received: .* has 0-vanilla.py'),
    ('.hidden', 'must be new or empty. Received: .* has .hidden'),
    (None, 'File exists')])
def test_start_writes_over_nothing(there, said, tmp_path):
    """A folder that has a file, or is one, is refused in one line"""
    folder = tmp_path / 'mine'
    if there:
        folder.mkdir()
        (folder / there).write_text('mine')
    else:
        folder.write_text('mine')
    done = subprocess.run(
        [sys.executable, '-m', 'tools.start', str(folder)], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (1, '')
    assert re.search(f'\\Astart: error: .*{said}\n\\Z', done.stderr)
    assert (folder / there if there else folder).read_text() == 'mine'
    assert not there or os.listdir(folder) == [there]
