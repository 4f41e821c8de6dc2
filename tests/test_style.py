#!/usr/bin/env python3
"""What the exercise asks of every Python file, checked on all of ours"""

import ast
import os
import subprocess
import sys
import tokenize

import pytest

from common import ROOT

# These run on the newest Python only, never on the exercise's environment;
# of tools what writes the results' tables is an exception.
NEWEST_ONLY = ('noxfile.py', os.path.join('tests', 'slow'), 'tools')
EVERYWHERE = [os.path.join('tools', name) for name in (
    '__init__.py', 'document.py', os.path.join('results', '__init__.py'),
    os.path.join('results', 'tables.py'))]


def python_files():
    """Lists the project's Python files, as paths from its root"""
    files = []
    for folder, folders, names in os.walk(ROOT):
        # Nor what a student writes where `make start DIR=mine` has begun.
        folders[:] = [name for name in folders if not name.startswith('.') and
                      name not in ('mine', 'node_modules')]
        files += [os.path.relpath(os.path.join(folder, name), ROOT)
                  for name in names if name.endswith('.py')]
    return sorted(files)


FILES = python_files()
OLD_SYNTAX = [file for file in FILES
              if file in EVERYWHERE or not file.startswith(NEWEST_ONLY)]
# An old Python cannot parse the syntax of the others.
PARSED = FILES if hasattr(ast, 'NamedExpr') else OLD_SYNTAX
# From Python 3.12 on, the exercise's pycodestyle takes what is in f-strings
# for code; so there files that may have f-strings are left out.
STYLED = OLD_SYNTAX if hasattr(tokenize, 'FSTRING_START') else PARSED


def read(file):
    """Reads a file of the project"""
    with open(os.path.join(ROOT, file), encoding='utf-8') as source:
        return source.read()


@pytest.mark.parametrize('file', FILES)
def test_form(file):
    """First and last line are as the exercise says"""
    source = read(file)
    assert source.split('\n')[0] == '#!/usr/bin/env python3'
    assert source.endswith('\n') and not source.endswith('\n\n')


def git(*arguments):
    """Calls Git in the project's folder and returns what it prints

    Where the folder is no clone, as an archive that was unpacked, the test is
    skipped.
    """
    try:
        return subprocess.check_output(
            ('git', '--git-dir=.git') + arguments, cwd=ROOT,
            stderr=subprocess.STDOUT, universal_newlines=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip('needs a clone of the repository: {}'.format(error))


def test_executable():
    """Git keeps every Python file as executable, which an archive may lose"""
    assert [line for line in git('ls-files', '--stage', '*.py').splitlines()
            if not line.startswith('100755')] == []


def test_ends_of_lines(tmpdir):
    """A clone has LF where Git is set to write CRLF, as it is on Windows"""
    git('clone', '--quiet', '--config', 'core.autocrlf=true', ROOT,
        str(tmpdir))
    assert [file for file in FILES + ['Makefile', os.path.join('.ci', 'run')]
            if b'\r' in tmpdir.join(file).read_binary()] == []


@pytest.mark.parametrize('file', PARSED)
def test_documentation(file):
    """Every module, class and function has a docstring"""
    for node in ast.walk(ast.parse(read(file))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            assert ast.get_docstring(node), '{} of line {}'.format(
                getattr(node, 'name', 'module'), getattr(node, 'lineno', 1))


@pytest.mark.parametrize('file', [file for file in FILES
                                  if file[0].isdigit() and 'main' not in file])
def test_only_import(file):
    """A task file imports tensorflow.keras as keras and nothing else"""
    imports = [node for node in ast.walk(ast.parse(read(file)))
               if isinstance(node, (ast.Import, ast.ImportFrom))]
    lines = [read(file).split('\n')[node.lineno - 1] for node in imports]
    assert lines == ['import tensorflow.keras as keras']


def names_in(module):
    """Lists what can be imported from a module or a package of the project

    Args:
        module: str, as 'common.data'.

    Returns:
        set of str.
    """
    path = os.path.join(ROOT, *module.split('.'))
    names = set()
    if os.path.isdir(path):
        names.update(name.split('.')[0] for name in os.listdir(path))
        path = os.path.join(path, '__init__')
    for node in ast.parse(read(path + '.py')).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names.add(node.name)
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                names.add(part.id)
            elif isinstance(part, ast.alias):
                names.add(part.asname or part.name)
    return names


@pytest.mark.parametrize('file', PARSED)
def test_imports_of_ours(file):
    """What is imported from the project is there, where packages lack too

    No test imports what measures other packages: they are not installed.
    """
    for node in ast.walk(ast.parse(read(file))):
        if isinstance(node, ast.ImportFrom) and not node.level and (
                node.module.split('.')[0] in ('common', 'grader', 'tools')):
            assert {alias.name for alias in node.names} <= names_in(
                node.module), 'line {}'.format(node.lineno)


def run(program, *arguments):
    """Runs a checker over the project and returns its status and output"""
    checker = subprocess.Popen(
        [sys.executable, '-c', program] + list(arguments), cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True)
    output, _ = checker.communicate()
    return checker.returncode, output


def test_pycodestyle():
    """The style checker finds nothing"""
    assert run('import pycodestyle; pycodestyle._main()', *STYLED) == (0, '')


def test_python_3_5():
    """What runs on the exercise's environment has the syntax of Python 3.5"""
    status, output = run('import vermin; vermin.main()', '--target=3.5-',
                         '--violations', '--no-tips', *OLD_SYNTAX)
    assert status == 0, output
