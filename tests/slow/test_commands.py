#!/usr/bin/env python3
"""The commands of README and docs, run as they are printed

Each page's are run in a copy of the project with an empty home, one after the
other, by bash. Only these things are changed: a training has one epoch, and
the environment and the images are those of this checkout. That they can be
had as well is what .ci/run begins with.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

from common import ROOT
from tools import MODULES
from tools.matrix import find_python

# What a copy of the project must not have, or must share with it.
LEFT_OUT = ('.git', '.venv', '.nox', '.hypothesis', '.pytest_cache', 'data',
            'mine', 'node_modules', 'output')
# No package is to be installed by a test; the tests are run by .ci/run.
MAKE = '''make() {
    case $1 in test) return;; esac
    command make --old-file .venv/newest --old-file .nox/page/made "$@"
}
'''
PAGES = ['README.md'] + sorted(
    'docs/' + name for name in os.listdir(os.path.join(ROOT, 'docs')))


def commands(path):
    """Lists the commands of a page, block by block"""
    with open(path, encoding='utf-8') as file:
        return re.findall(r'```bash\n(.*?)```', file.read(), re.DOTALL)


PAGES = [page for page in PAGES if page.endswith('.md') and
         commands(os.path.join(ROOT, page))]


def run(command, folder, home):
    """Runs a command, its trainings with one epoch

    Args:
        command: str, for bash.
        folder: pathlib.Path, where.
        home: pathlib.Path, the folder of the user.

    Returns:
        subprocess.CompletedProcess, all that was printed in its stdout.
    """
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('DISPLAY', 'WAYLAND_DISPLAY')}
    environment.update(HOME=str(home), EPOCHS='1')
    return subprocess.run(
        ['bash', '-ec', MAKE + re.sub(r'(EPOCHS=|--epochs )\d+', r'\g<1>1',
                                      command)],
        cwd=str(folder), env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)


@pytest.fixture(name='copy')
def copy_of_project(tmp_path):
    """Copies the project, with the environment and the images of this one

    Beside it stand a folder and a class of folders to grade.
    """
    copy = tmp_path / 'copy'
    shutil.copytree(ROOT, str(copy), ignore=lambda folder, names: [
        name for name in names if folder == ROOT and name in LEFT_OUT])
    (copy / '.venv').symlink_to(sys.prefix)
    for name in 'data', '.nox':
        if os.path.exists(os.path.join(ROOT, name)):
            (copy / name).symlink_to(os.path.join(ROOT, name))
    for folder in 'folder', 'class/ada', 'class/bob':
        (copy / folder).mkdir(parents=True)
        for name in MODULES:
            shutil.copy(os.path.join(ROOT, name + '.py'), str(copy / folder))
    (tmp_path / 'home').mkdir()
    return copy


@pytest.mark.parametrize('page', PAGES)
def test_page(page, copy, tmp_path, record_property):
    """Every command does what the page says, and leaves what it names"""
    if page == 'docs/grading.md':
        find_python('page')
    blocks = commands(str(copy / page))
    for command in blocks:
        done = run(command, copy, tmp_path / 'home')
        if command == 'make grade DIR=mine\n':
            # A start is not right yet, and its own page says how to grade it.
            assert done.returncode, done.stdout
            assert done.stdout.count('NotImplementedError') == 4, done.stdout
            command, = commands(str(copy / 'mine' / 'README.md'))
            again = run(command, copy / 'mine', tmp_path / 'home')
            assert again.stdout.count('NotImplementedError') == 4, again.stdout
        else:
            assert done.returncode == 0, (command, done.stdout)
    text = (copy / page).read_text(encoding='utf-8')
    for name in re.findall(r'`(output/[^`]+\.\w+)`', text):
        assert (copy / name).exists(), name
    record_property('commands of ' + page, f'{len(blocks)} blocks run')
