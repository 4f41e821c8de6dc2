#!/usr/bin/env python3
"""A class of 45, as it is really handed in, graded; its pages in a browser

Pictures of the pages go to output/screenshots: look at them.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

from common import ROOT
from grader.proof import __main__ as proof
from grader.proof import variants
from grader.registry import TASKS
from tests import hand_ins
from tests.slow import browser

pytestmark = pytest.mark.skipif(not browser.find('chromium'),
                                reason='no Chromium')
SHOTS = pathlib.Path(ROOT, 'output', 'screenshots')


def texts():
    """Makes four files, of which three have a fault"""
    made = {task.file: pathlib.Path(ROOT, task.file).read_bytes()
            for task in TASKS}
    for task in (1, 2, 3):
        variant = next(each for each in variants.WRONG if each.task == task)
        made[TASKS[task].file] = proof.changed(variant).encode()
    return made


def test_class(tmp_path, record_property):
    """45 rows; a page of each opens, and the table of all can be sorted"""
    # Of each one file is graded, that this takes minutes and no hour.
    expected = hand_ins.make(tmp_path / 'class', texts())
    pages, path = tmp_path / 'pages', tmp_path / 'class.json'
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, '-m', 'grader', str(tmp_path / 'class'), '--tasks',
         os.environ.get('TASKS', '3'), '--json', str(path), '--feedback',
         str(pages)], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    record_property('class of 45', f'{time.monotonic() - began:.0f} s')
    rows = json.loads(path.read_text())
    assert sorted(row['submission'] for row in rows) == sorted(expected)
    wrong = sum(map(bool, expected.values()))
    assert done.stdout.endswith(f'\n45 handed in, {45 - wrong} graded, '
                                f'{wrong} not graded\n'), done.stdout
    SHOTS.mkdir(parents=True, exist_ok=True)
    (tmp_path / 'profile').mkdir()
    page = browser.Chromium(tmp_path / 'profile')
    address = pages.as_uri() + '/'
    try:
        page.open(address + 'index.html', 1000, 800)
        (SHOTS / 'feedback-class.png').write_bytes(page.picture(whole=True))
        assert page.run('document.querySelector("tbody").rows.length') == 45
        first = 'document.querySelector("tbody tr td").textContent'
        before = page.run(first)
        page.run('document.querySelectorAll("th button")[1].click()')
        column = page.run('[...document.querySelectorAll("tbody tr")].map('
                          'row => Number(row.children[1].textContent))')
        assert column == sorted(column)
        page.run('document.querySelectorAll("th button")[0].click()')
        page.run('document.querySelectorAll("th button")[0].click()')
        assert page.run(first) != before
        links = page.run('[...document.querySelectorAll("tbody a")].map('
                         'link => link.getAttribute("href"))')
        assert len(set(links)) == 45
        name = next(link for link in links if 'Eva' in link)
        for width, scheme in ((1000, 'light'), (380, 'dark')):
            page.open(address + name, width, 700,
                      prefers_color_scheme=scheme)
            (SHOTS / f'feedback-{width}.png').write_bytes(
                page.picture(whole=True))
            assert page.run('document.body.scrollWidth') <= width
        assert re.search(r'\(-\d+', page.run('document.body.innerText'))
        assert not [event for event in page.events
                    if event['method'] == 'Log.entryAdded']
    finally:
        page.close()
