#!/usr/bin/env python3
"""What is kept of a student's round: unchanged files are not graded again"""

import argparse

import pytest

from grader import intake, rounds, scores
from grader.memory import CAUSE

FILES = ('0-vanilla.py', '1-sparse.py')


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Gives each test a cache of its own"""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    return tmp_path / 'cache'


def a_round(folder, sentence=None, **changed):
    """Finds a folder's submission; keeps a verdict if there is a sentence

    Returns:
        dict, what is known before; see rounds.known.
    """
    options = argparse.Namespace(**dict({
        'tasks': [0, 1], 'runtime': 'newest', 'weights': scores.WEIGHTS,
        'task_seconds': 120, 'task_memory': 4}, **changed))
    submission, = intake.find([str(folder)])
    known = rounds.known(submission, options)
    if sentence:
        rounds.keep(submission, options, {
            'tasks': [{'file': file, 'advice': [],
                       'faults': [{'sentence': sentence}]}
                      for file in FILES], 'normal': {FILES[0]: 'normal'}})
    return known


def test_round(tmp_path, monkeypatch):
    """A file is known as long as all that its grade depends on is the same"""
    folder = tmp_path / 'mine'
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text('x = 1\n')
    assert a_round(folder, 'wrong') == {}
    known = a_round(folder)
    assert sorted(known) == [0, 1]
    verdict, normal = known[0]
    assert verdict['faults'] == [{'sentence': 'wrong'}] and normal == 'normal'
    (folder / FILES[1]).write_text('x = 2\n')
    assert sorted(a_round(folder)) == [0]
    # It is known again when the change is taken back, and alone as well.
    a_round(folder, 'wrong too')
    (folder / FILES[1]).write_text('x = 1\n')
    assert sorted(a_round(folder)) == [0, 1]
    assert sorted(a_round(folder / FILES[0], tasks=[0])) == [0]
    for changed in ({'runtime': 'page'}, {'task_seconds': 60},
                    {'task_memory': 2},
                    {'weights': {task: {'style': 1} for task in range(4)}}):
        assert a_round(folder, **changed) == {}, changed
    (folder / FILES[0]).chmod(0o755)
    assert sorted(a_round(folder)) == [1]
    (folder / FILES[0]).chmod(0o644)
    assert sorted(a_round(folder)) == [0, 1]
    monkeypatch.setattr(rounds, 'version', lambda: 'another grader')
    assert a_round(folder) == {}


@pytest.mark.parametrize('sentence', [
    CAUSE, 'auto.fit() did not finish within the 120 s that the file has',
    rounds.PASSING[0] + '(ValueError)'])
def test_what_may_go_otherwise(sentence, tmp_path):
    """What another time may go otherwise is graded again"""
    (tmp_path / FILES[0]).write_text('x = 1\n')
    a_round(tmp_path, sentence)
    assert a_round(tmp_path) == {}


def test_damaged(tmp_path, cache):
    """Where what is kept is damaged, or cannot be written, all is graded"""
    (tmp_path / FILES[0]).write_text('x = 1\n')
    a_round(tmp_path, 'wrong')
    kept, = (cache / 'autoencoders-grader').iterdir()
    for text in ('[]', '{', ''):
        kept.write_text(text)
        assert a_round(tmp_path) == {}
    kept.unlink()
    kept.mkdir()
    a_round(tmp_path, 'wrong')
    assert a_round(tmp_path) == {}
