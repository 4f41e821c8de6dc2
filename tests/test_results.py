#!/usr/bin/env python3
"""The tables and pictures of docs/results.md are those of results.json"""

import json
import os
import struct

import pytest

from common import ROOT, explorer
from tools import document, results
from tools.results import tables


def load(path):
    """Reads a JSON file"""
    with open(path) as file:
        return json.load(file)


KEPT, PRINTED = load(results.RESULTS), load(results.EXERCISE)


def test_document_shows_the_results():
    """The tables are what results.json gives"""
    assert document.read(document.RESULTS, 'results') == tables.tables(
        KEPT, PRINTED)


def test_insert_and_extract():
    """What is inserted into a document is what is extracted again"""
    text = 'a\n<!-- make one: -->\nold\n<!-- until here -->\nz\n'
    for table in ('one', 'two\n\nlines'):
        text = document.insert(text, 'one', table)
        assert document.extract(text, 'one') == table
    assert text.startswith('a\n') and text.endswith('z\n')


def test_insert_takes_no_table_for_another():
    """Where the end of a table is missing, none is written over"""
    text = '<!-- make one: -->\n<!-- make two: -->\n<!-- until here -->\n'
    with pytest.raises(ValueError, match='^`text` must have the lines'):
        document.insert(text, 'one', 'table')


@pytest.mark.parametrize('runtime, task, epochs, expected, tolerance', [
    # The exercise's environment beside the exercise: early, and at the end.
    ('page', 0, range(1, 6), None, 0.005),
    ('page', 1, range(1, 2), None, 0.005),
    ('page', 2, range(1, 6), None, 0.005),
    ('page', 0, [50], 0.0844, 0.02),
    ('page', 1, [100], 0.155, 0.01 / 0.155),
    ('page', 2, [50], 23.4939, 0.02),
    ('page', 3, [50], 151.2, 0.01),
    # Later runtimes beside the later edition.
    ('tf2.15', 0, [50], 0.0842, 0.04),
    ('tf2.15', 1, [50], 0.0835, 0.04),
    ('tf2.15', 2, [50], 0.0926, 0.04),
    ('tf2.15', 3, [50], 151, 3 / 151),
    ('newest', 0, [50], 0.0842, 0.04),
    ('newest', 1, [50], 0.0835, 0.04),
    ('newest', 2, [50], 0.0926, 0.04),
    ('newest', 3, [50], 151, 3 / 151),
])
def test_losses_are_those_printed(runtime, task, epochs, expected, tolerance):
    """The losses that are kept reproduce those of the exercise

    Both of them where the exercise has them, else that of the validation.
    """
    kept = KEPT[runtime]['task {}'.format(task)]
    printed = PRINTED['exercise'][str(task)]['epochs']
    for epoch in epochs:
        loss, val_loss = kept['loss'][epoch - 1], kept['val_loss'][epoch - 1]
        if expected is None:
            assert [loss, val_loss] == pytest.approx(
                printed[str(epoch)], rel=tolerance), epoch
        else:
            assert val_loss == pytest.approx(expected, rel=tolerance), epoch


def test_every_run_is_whole():
    """The runs that are kept have all their epochs"""
    for runtime, runs in KEPT.items():
        for task, epochs in enumerate((50, 100, 50, 50)):
            kept = runs['task {}'.format(task)]
            assert len(kept['loss']) == len(kept['val_loss']) == epochs
    for name in ('seed 1', 'seed 2', 'seed 3', 'seed 4'):
        for task in (0, 3):
            assert 'task {}, {}'.format(task, name) in KEPT['newest']
    assert [row[0] for row in tables.lambthas(KEPT)] == sorted(
        map(float, results.LAMBTHAS))
    for name in ['linear', *results.EXAMPLES] + [
            'beta ' + beta for beta in results.BETAS]:
        assert name in KEPT['newest']


def test_pictures_are_small_and_wide():
    """The pictures are 1600 pixels wide, twice as wide as they are shown

    The one that moves is narrower. Each is small, and so are all together.
    """
    folder = os.path.join(ROOT, 'docs', 'pictures')
    sizes = []
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        sizes.append(os.path.getsize(path))
        with open(path, 'rb') as file:
            begin = file.read(24)
        if name == 'training.gif':
            assert begin[:8] == b'GIF89a' + struct.pack('<H', 400)
        else:
            assert begin[16:20] == struct.pack('>I', 1600), name
    assert max(sizes) < 600000 and sum(sizes) < 2500000


@pytest.mark.parametrize('task', range(4))
def test_live_explorer(task):
    """It shows the run that is kept, in the page of today, and is small

    After a change of the page, `python -m tools.results.live` writes it anew.
    """
    path = os.path.join(ROOT, 'docs', 'live',
                        '{}-explorer.html'.format(task))
    with open(path, encoding='utf-8') as file:
        page = file.read()
    content = explorer.content_of(page)
    kept = KEPT['newest']['task {}'.format(task)]
    assert content['losses']['val_loss'] == kept['val_loss']
    assert content['film']['epochs'][-1] == len(kept['val_loss'])
    assert page == explorer.page_of(content), 'not the page of today'
    assert len(page) < 3e6
