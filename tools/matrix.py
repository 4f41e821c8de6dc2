#!/usr/bin/env python3
"""Runs the tests on every runtime and prints one table of the results"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main():
    """Runs nox, prints the table and ends with the status it stands for

    The status is 0 if no runtime has failed and every needed one has passed.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('runtimes', nargs='*', metavar='RUNTIME',
                        help='names in noxfile.py (default: all)')
    parser.add_argument('--need', nargs='+', metavar='RUNTIME',
                        help='runtimes whose Python has to be there '
                        '(default: those that are run)')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = run_nox(options.runtimes, folder)
        print('| runtime | passed | failed | skipped | seconds |')
        print('|---|---|---|---|---|')
        for name, result in results.items():
            print(row(name, result, os.path.join(folder, f'{name}.xml')))
    passed = {name for name, result in results.items()
              if result == 'success'}
    failed = {name for name, result in results.items()
              if result not in ('success', 'skipped')}
    sys.exit(bool(failed or not results or
                  set(options.need or results) - passed))


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


def row(name, result, report):
    """Formats what a runtime gave as a row of the table

    Args:
        name: str, the runtime.
        result: str, nox' result.
        report: str, the path of pytest's JUnit report, where there is one.

    Returns:
        str, the row.
    """
    if result == 'skipped':
        return f'| {name} | its Python is not on this machine | | | |'
    if not os.path.exists(report):
        return f'| {name} | its tests did not run | | | |'
    suite = ElementTree.parse(report).getroot().find('testsuite')
    tests, failures, errors, skipped = (
        int(suite.get(count))
        for count in ('tests', 'failures', 'errors', 'skipped'))
    failed = failures + errors
    seconds = float(suite.get('time'))
    return (f'| {name} | {tests - failed - skipped} | {failed} | {skipped} '
            f'| {seconds:.0f} |')


if __name__ == '__main__':
    main()
