#!/usr/bin/env python3
"""Saved models: in a fresh process they compute what they did, loss and all"""

import argparse
import os
import re

import numpy as np
import pytest

from common import UserError, features, saving
from tests import saved
from tests.saved import KINDS, models_of
from tests.support import TASKS

WHOLE_MODELS = features.can_save_models()
REBUILT = saved.kinds_rebuilt()


def files_of(task):
    """Lists the models that are saved, in the order in which they are"""
    kinds = KINDS if WHOLE_MODELS else ()
    return ['{}.weights.h5'.format(task)] + [
        '{}-{}.keras'.format(task, kind) for kind in kinds]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Saves all models, loads them in a fresh process; gives the folder"""
    path = str(tmp_path_factory.mktemp('saved'))
    saved.save(path)
    saved.call('load', path)
    return path


@pytest.mark.parametrize('task', TASKS)
def test_loaded_models_predict_the_same(folder, task):
    """Models with loaded weights, and loaded models, are the saved ones"""
    names = [name for name in os.listdir(os.path.join(folder, 'output'))
             if re.match('{}.*[.]'.format(task), name)]
    assert sorted(names) == sorted(
        files_of(task) + ['{}-losses.csv'.format(task)])
    saved.assert_same(folder, 'weights.npz', task)
    if WHOLE_MODELS:
        saved.assert_same(folder, 'models.npz', task, REBUILT)
    if saved.can_pickle():
        saved.assert_same(folder, 'pickles.npz', task)


@pytest.mark.skipif(not (WHOLE_MODELS or saved.can_pickle()),
                    reason='this Keras saves nothing but weights')
def test_loading_a_vae_needs_its_code(folder):
    """Without the task file nothing is loaded, rather than another model"""
    loaded = np.load(os.path.join(folder, 'unknown.npz'))
    assert len(loaded.files) == 2 * WHOLE_MODELS + saved.can_pickle()
    for kind in loaded.files:
        # Some versions of Keras find the task file by themselves.
        assert str(loaded[kind]) in ('', 'the same'), kind


@pytest.mark.parametrize('name', files_of(0))
def test_what_cannot_be_written_is_named(name, tmp_path):
    """Where a file cannot stand, one line says so; nothing is half there"""
    (tmp_path / name).mkdir()
    before = files_of(0)[:files_of(0).index(name)]
    with pytest.raises(UserError) as caught:
        saving.save(*models_of(0), losses={}, options=argparse.Namespace(
            task=0, output=str(tmp_path)))
    assert str(caught.value).startswith('{}: '.format(tmp_path / name))
    assert os.listdir(str(tmp_path / name)) == []
    assert sorted(os.listdir(str(tmp_path))) == sorted(before + [name])


def test_room_for_models_is_enough(folder):
    """The models saved are smaller than the room that is made sure of"""
    for task in TASKS:
        size = sum(os.path.getsize(os.path.join(folder, 'output', name))
                   for name in files_of(task))
        # Adam's two moments come with training, to auto.
        auto = models_of(task)[2]
        size += 2 * 4 * auto.count_params()
        assert size < saving.room_for(auto)
