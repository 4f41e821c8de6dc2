#!/usr/bin/env python3
"""What the Makefile installs, and into what, on machines of all kinds

make, pip and the environments are real. In place of TensorFlow and the other
packages stand wheels of a few bytes, which the tests make.
"""

import os
import platform
import runpy
import shutil
import subprocess
import sys
import zipfile

import pytest

from common import ROOT

FITS = os.path.join(ROOT, 'tools', 'fits.py')
PACKAGES = ('tensorflow', 'numpy', 'matplotlib')
# Where packages go and which, in ways that would each spoil the environment.
SETTINGS = {'user': '1', 'dry-run': '1', 'require-hashes': '1', 'no-deps': '1',
            'ignore-installed': '1', 'no-binary': ':all:',
            'constraint': 'constraint.txt', 'target': 'elsewhere',
            'prefix': 'elsewhere', 'root': 'elsewhere'}
pytestmark = pytest.mark.skipif(
    not (3, 10) <= sys.version_info < (3, 14) or not shutil.which('make'),
    reason='the Makefile needs make, and Python 3.10 to 3.13')


def make_wheel(folder, name, version, code='', needs=''):
    """Makes a wheel of one module

    Args:
        folder: pathlib.Path, where it goes.
        name: str, of the package and its module.
        version: str.
        code: str, of the module.
        needs: str, a package that is needed as well, or none.
    """
    about = '{}-{}.dist-info/'.format(name, version)
    with zipfile.ZipFile(folder / '{}-{}-py3-none-any.whl'.format(
            name, version), 'w') as wheel:
        wheel.writestr(name + '/__init__.py', code)
        wheel.writestr(about + 'METADATA', '\n'.join(
            ['Metadata-Version: 2.1', 'Name: ' + name, 'Version: ' + version] +
            ['Requires-Dist: ' + needs] * bool(needs)))
        wheel.writestr(about + 'WHEEL', 'Wheel-Version: 1.0\n'
                       'Root-Is-Purelib: true\nTag: py3-none-any\n')
        wheel.writestr(about + 'RECORD', '')


def run(folder, *arguments, **settings):
    """Runs make in a project

    Args:
        folder: pathlib.Path, of the project.
        *arguments: str, make's.
        **settings: str, environment variables.

    Returns:
        int, the exit status; str, what was printed.
    """
    environment = dict({
        'HOME': str(folder / 'home'), 'PIP_NO_INDEX': '1',
        'PATH': str(folder / 'bin') + os.pathsep + os.environ['PATH'],
        'PIP_FIND_LINKS': (folder / 'wheels').as_uri()}, **settings)
    made = subprocess.run(['make'] + list(arguments), cwd=str(folder),
                          env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    return made.returncode, made.stdout


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """Makes a small project, whose packages are installed"""
    folder = tmp_path_factory.mktemp('a project')
    for name in ('bin', 'home', 'requirements', 'tools', 'wheels'):
        (folder / name).mkdir()
    shutil.copy(os.path.join(ROOT, 'Makefile'), str(folder))
    shutil.copy(FITS, str(folder / 'tools'))
    for name in PACKAGES:
        make_wheel(folder / 'wheels', name, '1', 'version = 1')
        make_wheel(folder / 'wheels', name, '2',
                   'import needed; version = 2', 'needed')
    make_wheel(folder / 'wheels', 'needed', '1')
    (folder / 'requirements' / 'tests.txt').write_text('')
    require(folder, '1')
    (folder / '0-main.py').write_text(
        'import sys, matplotlib, numpy, tensorflow\n'
        'print("version", numpy.version, "in", sys.prefix)')
    program = folder / 'bin' / 'python3'
    program.write_text('#!/bin/sh\nexec "{}" "$@"\n'.format(sys.executable))
    program.chmod(0o755)
    status, output = run(folder, 'run')
    assert status == 0 and output.endswith('version 1 in {}\n'.format(
        folder / '.venv')), output
    return folder


def require(folder, version):
    """Pins the packages of a project"""
    (folder / 'requirements' / 'newest.txt').write_text(''.join(
        map('{}=={}\n'.format, PACKAGES, [version] * 3)) + '-r tests.txt\n')


@pytest.fixture
def project(made, tmp_path):
    """Copies the small project"""
    folder = tmp_path / 'a copy'
    shutil.copytree(str(made), str(folder), symlinks=True)
    return folder


@pytest.mark.parametrize('place', ['environment', 'PIP_CONFIG_FILE', 'home'])
def test_settings_of_pip(project, place):
    """Those for the index reach it; those for places and versions do not"""
    require(project, '2')
    (project / 'constraint.txt').write_text('numpy==1\n')
    links = {'no-index': '1', 'find-links': (project / 'wheels').as_uri()}
    settings = dict(SETTINGS, **links)
    if place == 'environment':
        names = {'PIP_' + option.upper().replace('-', '_'): value
                 for option, value in settings.items()}
        names.update(PIP_PYTHON='/nowhere', PIP_PLATFORM='win32',
                     PIP_EDITABLE='/nowhere', PIP_REQUIREMENT='/nowhere')
    else:
        names = {'PIP_NO_INDEX': '', 'PIP_FIND_LINKS': ''}
        file = project / 'home' / '.config' / 'pip' / 'pip.conf'
        file.parent.mkdir(parents=True)
        file.write_text('[install]\n' + ''.join(
            map('{0[0]} = {0[1]}\n'.format, settings.items())))
        if place != 'home':
            names.update(HOME='/nowhere', PIP_CONFIG_FILE=str(file))
    status, output = run(project, 'run', **names)
    assert status == 0 and output.endswith('version 2 in {}\n'.format(
        project / '.venv')), output
    assert not (project / 'elsewhere').exists()


def remove(path):
    """Makes a function that removes a file or folder of an environment"""
    def spoil(environment):
        """Removes it"""
        spoiled, = environment.glob(path)
        shutil.rmtree(str(spoiled)) if spoiled.is_dir() else spoiled.unlink()
    return spoil


def upgrade(environment):
    """Has the environment's Python be a later one than it was made for"""
    library, = environment.glob('lib/python3.*')
    library.rename(library.parent / 'python3.4')


def test_whole_environment(made):
    """An environment that can be used is left as it is"""
    status, output = run(made, '.venv/newest')
    assert status == 0 and 'is up to date' in output, output


@pytest.mark.parametrize('spoil', [
    upgrade, remove('bin/python'), remove('pyvenv.cfg'),
    remove('lib/*/site-packages/pip'), remove('lib/*/site-packages/numpy'),
    remove('lib/*/site-packages/tensorflow')], ids=[
    'upgraded', 'python', 'pyvenv.cfg', 'pip', 'numpy', 'tensorflow'])
def test_what_is_made_anew(project, spoil):
    """An environment that cannot be used is made anew"""
    spoil(project / '.venv')
    status, output = run(project, '-n', '.venv/newest')
    assert status == 0 and output.startswith('rm -rf .venv\n'), output
    assert ' -m venv .venv\n' in output and ' -m pip ' in output, output


def test_environment_elsewhere(project):
    """One made anew in place of a link leaves alone what the link names"""
    kept = project / 'kept'
    (project / '.venv').rename(kept)
    (project / '.venv').symlink_to(kept)
    (kept / 'bin' / 'python').unlink()
    status, output = run(project, 'run')
    assert status == 0 and 'version 1 in' in output, output
    assert (kept / 'newest').exists()


def test_packages_that_cannot_be_imported(project):
    """Such an environment is not marked as made, and one line says so"""
    make_wheel(project / 'wheels', 'numpy', '3', 'import missing')
    require(project, '2')
    pins = project / 'requirements' / 'newest.txt'
    pins.write_text(pins.read_text().replace('numpy==2', 'numpy==3'))
    for _ in range(2):
        status, output = run(project, 'run')
        assert status != 0 and 'version' not in output
        assert "No module named 'missing'\nPython cannot import the" in output


def test_no_python(project):
    """Where no Python fits, one line says what is needed; nothing is lost"""
    file = project / 'tools' / 'fits.py'
    file.write_text(file.read_text().replace('has_wheel() and', 'False and'))
    status, output = run(project, 'run')
    assert status == 2 and output.count('\n') == 1
    assert 'TensorFlow needs Python 3.10' in output
    assert 'Received: python3 is {} on {}.'.format(
        platform.python_version(), platform.platform()) in output
    assert (project / '.venv' / 'newest').exists()


@pytest.mark.parametrize('system, machine, version, python, fits', [
    ('linux', 'x86_64', ('glibc', '2.27'), (3, 10, 0), True),
    ('linux', 'aarch64', ('glibc', '2.36'), (3, 13, 0), True),
    ('linux', 'x86_64', ('glibc', '2.26'), (3, 11, 0), False),
    ('linux', 'x86_64', ('', ''), (3, 11, 0), False),
    ('linux', 'x86_64', ('musl', '1.2'), (3, 11, 0), False),
    ('linux', 'riscv64', ('glibc', '2.36'), (3, 11, 0), False),
    ('linux', 'x86_64', ('glibc', '2.36'), (3, 9, 0), False),
    ('linux', 'x86_64', ('glibc', '2.36'), (3, 14, 0), False),
    ('darwin', 'arm64', '12.0.1', (3, 13, 0), True),
    ('darwin', 'arm64', '11.7', (3, 11, 0), False),
    ('darwin', 'x86_64', '11.7', (3, 12, 0), True),
    ('darwin', 'x86_64', '15.1', (3, 13, 0), False)])
def test_machines(monkeypatch, system, machine, version, python, fits):
    """The Pythons and machines are known that TensorFlow has a wheel for"""
    monkeypatch.setattr(sys, 'platform', system)
    monkeypatch.setattr(platform, 'machine', lambda: machine)
    monkeypatch.setattr(platform, 'libc_ver', lambda: version)
    monkeypatch.setattr(platform, 'mac_ver', lambda: (version, '', ''))
    monkeypatch.setattr(sys, 'version_info', python)
    assert runpy.run_path(FITS)['has_wheel']() == fits
