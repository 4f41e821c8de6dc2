#!/usr/bin/env python3
"""Runs the long tests, prints and keeps a table of what they tried

Each figure is what a test gave with pytest's fixture `record_property`. The
table goes to docs/runtimes.md if every test has passed. Arguments are handed
on to pytest; a run with some, which may be of a part, is not kept.
"""

import os
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

from common import ROOT
from tools import document, matrix


def main():
    """Runs pytest, writes the table and ends with pytest's status"""
    arguments = sys.argv[1:]
    stamp = document.stamp()
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, 'report.xml')
        # The newer form of the report has no place for properties of a test.
        status = subprocess.run(
            [sys.executable, '-m', 'pytest', 'tests/slow', *arguments,
             f'--junitxml={report}', '-o', 'junit_family=xunit1'],
            cwd=ROOT).returncode
        if not os.path.exists(report):
            sys.exit(status)
        table = format_report(report, stamp)
    print(table)
    if status == 0 and not arguments:
        document.write(document.RUNTIMES, 'test-long', table)
    sys.exit(status)


def format_report(report, stamp):
    """Formats what the tests counted

    Args:
        report: str, the path of pytest's JUnit report.
        stamp: str, what to say of date and commit.

    Returns:
        str, a line and a Markdown table.
    """
    passed, failed, skipped, seconds = matrix.count(report)
    lines = [f'{stamp}: {passed} passed, {failed} failed, {skipped} skipped '
             f'in {seconds} seconds.', '',
             '| what was tried | outcome |', '|---|---|']
    lines += [f'| {figure.get("name")} | {figure.get("value")} |'
              for figure in ElementTree.parse(report).iter('property')]
    return '\n'.join(lines)


if __name__ == '__main__':
    main()
