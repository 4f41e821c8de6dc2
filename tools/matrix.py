#!/usr/bin/env python3
"""Runs the tests on every runtime, prints and keeps a table of the results

The table goes to docs/runtimes.md if every runtime was tested: all its rows
are of one commit.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

import noxfile
from common import ROOT
from tools import document

HEAD = ('| runtime | passed | failed | skipped | seconds |\n'
        '|---|---|---|---|---|')


def main():
    """Runs nox, writes the table and ends with the status it stands for

    The status is 0 if every runtime has passed.
    """
    parser = argparse.ArgumentParser(prog='python -m tools.matrix',
                                     description=__doc__.split('\n')[0])
    parser.add_argument('runtimes', nargs='*', metavar='RUNTIME',
                        help='names in noxfile.py (default: all)')
    options = parser.parse_args()
    lines = [document.stamp() + ':', '', HEAD]
    with tempfile.TemporaryDirectory() as folder:
        results = run_nox(options.runtimes, folder)
        tested = [name for name in results
                  if os.path.exists(os.path.join(folder, f'{name}.xml'))]
        for name, result in results.items():
            if name in tested:
                counted = count(os.path.join(folder, f'{name}.xml'))
                lines.append(f'| {name} | {" | ".join(map(str, counted))} |')
            else:
                print(name, 'was not tested:',
                      'its Python is not on this machine'
                      if result == 'skipped' else 'see above')
    table = '\n'.join(lines)
    print(table)
    if tested == list(noxfile.PYTHONS):
        document.write(document.RUNTIMES, 'matrix', table)
    sys.exit(not results or set(results.values()) != {'success'})


def start_nox(*arguments):
    """Runs nox with all Pythons of the machine in its reach

    Args:
        *arguments: str, its command line.
    """
    environment = dict(os.environ)
    if shutil.which('pyenv'):
        # pyenv hides all the Pythons that it has but the chosen ones.
        pythons = subprocess.check_output(['pyenv', 'versions', '--bare'])
        environment['PYENV_VERSION'] = ':'.join(pythons.decode().split())
    subprocess.run([sys.executable, '-m', 'nox', *arguments], cwd=ROOT,
                   env=environment)


def run_nox(runtimes, folder):
    """Runs the sessions of nox

    Args:
        runtimes: list of str, the names of sessions, or none for all.
        folder: str, where the reports go.

    Returns:
        dict, for each name nox' result: 'success', 'failed' or 'skipped',
        which says that the Python is missing.
    """
    report = os.path.join(folder, 'nox.json')
    selected = ['--sessions', *runtimes] if runtimes else []
    start_nox(*selected, '--report', report, '--', folder)
    if not os.path.exists(report):
        return {}
    with open(report) as file:
        return {session['name']: session['result']
                for session in json.load(file)['sessions']}


def find_python(runtime):
    """Finds the Python of a runtime, and sets its environment up if need be

    Args:
        runtime: str, a name in noxfile.py.

    Returns:
        str, the path of the interpreter; for 'newest' this one.
    """
    if runtime == 'newest':
        return sys.executable
    path = os.path.join(ROOT, '.nox', runtime.replace('.', '-'), 'bin',
                        'python')
    if not os.path.exists(path):
        start_nox('--install-only', '--sessions', runtime, '--', '')
    if not os.path.exists(path):
        sys.exit(f'The Python of {runtime} is not on this machine')
    return path


def count(report):
    """Counts the tests of a report

    Args:
        report: str, the path of pytest's JUnit report.

    Returns:
        passed, failed, skipped, seconds: int.
    """
    suite = ElementTree.parse(report).getroot().find('testsuite')
    tests, failures, errors, skipped = (
        int(suite.get(name))
        for name in ('tests', 'failures', 'errors', 'skipped'))
    failed = failures + errors
    return (tests - failed - skipped, failed, skipped,
            round(float(suite.get('time'))))


if __name__ == '__main__':
    main()
