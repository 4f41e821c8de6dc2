#!/usr/bin/env python3
"""The explorers in a real browser: pointer, keys and touch move the models

The weights are those of `make results`, where they are, else those of a short
training. Pictures of the pages go to output/screenshots.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import tools
from common import ROOT, data, explorer, mnist
from tests.slow import browser
from tests.support import TASKS, build, start
from tools import results

pytestmark = pytest.mark.skipif(
    browser.find() is None,
    reason=f'no browser: install one of {", ".join(browser.NAMES)}')
# A pixel of a decoded image may be so far from decoder.predict, and what a
# canvas keeps of it half a level of 256 more.
EXACT = 2e-3
DRAWN = EXACT + 0.5 / 255
MARGIN = 34
WINDOWS = {'desktop': (1280, 800, False), 'phone': (390, 800, True)}
# Tells of texts that do not fit into their place, or stand on each other.
CROWDED = """(() => {
  const texts = [...document.querySelectorAll(
    'h1, h2, p, figcaption, label, button, canvas, #sliders')].filter(
    (each) => !each.querySelector('canvas'));
  const boxes = texts.map((each) => each.getBoundingClientRect());
  const found = texts.filter((each) => each.scrollWidth > each.clientWidth + 1)
    .map((each) => 'too wide: ' + each.outerHTML);
  texts.forEach((one, i) => texts.slice(0, i).forEach((other, j) => {
    const [a, b] = [boxes[i], boxes[j]];
    if (!one.contains(other) && !other.contains(one) &&
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) {
      found.push(one.outerHTML + ' is on ' + other.outerHTML);
    }
  }));
  return found;
})()"""


@pytest.fixture(name='page', scope='module')
def started_browser(tmp_path_factory):
    """Starts a browser for all tests"""
    page = browser.Page(tmp_path_factory.mktemp('browser'))
    yield page
    page.close()


class Shown:
    """A page and what it shows

    Attributes:
        path: pathlib.Path, the page.
        images: float32 array (n, 784), the test images that it has.
        latents: float32 array (n, ...), their latents or means.
        deviations: float32 array (n, 2), of task 3.
    """

    def __init__(self, task, folder):
        """Writes the page of a trained model

        Args:
            task: int, 0 to 3.
            folder: pathlib.Path, an empty folder.
        """
        weights = pathlib.Path(results.OUTPUT, 'newest', f'task {task}')
        if not (weights / f'{task}.weights.h5').exists():
            weights = folder
            main = start(task, '--epochs', 3, '--output', folder)
            _, errors = main.communicate()
            assert main.returncode == 0, errors
        encoder, self.decoder, auto = build(
            task, arguments=tools.ARGUMENTS[task])
        auto.load_weights(weights / f'{task}.weights.h5')
        _, (images, labels) = mnist.load()
        count = explorer.MOST_IMAGES[task]
        images = data.scale(images[:count])
        inputs = tools.shaped(task, images)
        explorer.write(encoder, self.decoder, inputs, labels,
                       argparse.Namespace(task=task, output=str(folder)))
        self.path = folder / f'{task}-explorer.html'
        self.images = images.reshape((count, 784))
        self.latents = encoder.predict(inputs, verbose=0)
        if task == 3:
            _, self.latents, log_var = self.latents
            self.deviations = np.exp(log_var / 2)

    def decode(self, latents):
        """Gives what decoder.predict makes of latents, of any shape

        Args:
            latents: array of n latents.

        Returns:
            float32 array (n, 784).
        """
        shape = (-1, *self.decoder.input_shape[1:])
        return self.decoder.predict(np.reshape(latents, shape).astype('f4'),
                                    verbose=0).reshape((-1, 784))


@pytest.fixture(name='shown', scope='module')
def all_shown(tmp_path_factory):
    """Writes all four pages"""
    return [Shown(task, tmp_path_factory.mktemp(f'task{task}'))
            for task in TASKS]


def drawn(page, name):
    """Reads the canvas of an id: an array (784,) of values in [0, 1]"""
    return np.array(page.run(
        f'[...element("{name}").getContext("2d").getImageData(0, 0, 28, 28)'
        '.data].filter((_, index) => index % 4 === 0)')) / 255


def box_of(page, script):
    """Finds the box of an element in the window, scrolled into it

    Args:
        page: browser.Page.
        script: str, JavaScript that gives the element.

    Returns:
        left, top, width, height: floats, CSS pixels.
    """
    return page.run(f'(({script}).scrollIntoView({{block: "center"}}), '
                    f'(box => [box.left, box.top, box.width, box.height])'
                    f'(({script}).getBoundingClientRect()))')


def click(page, script):
    """Clicks into the middle of an element"""
    left, top, width, height = box_of(page, script)
    page.click(left + width / 2, top + height / 2)


def text(page, name):
    """Reads the text of the element of an id"""
    return page.run(f'element("{name}").textContent')


def near(one, other, tolerance=DRAWN):
    """Asserts that pixels agree"""
    np.testing.assert_allclose(one, np.ravel(other), rtol=0, atol=tolerance)


@pytest.mark.parametrize('task', TASKS)
def test_decodes_as_the_model(task, page, shown, record_property):
    """The page's decoder agrees with predict, and takes less than 10 ms"""
    mine = shown[task]
    page.open(mine.path, *WINDOWS['desktop'])
    rng = np.random.default_rng(task)
    if task == 3:
        others = rng.uniform(-4, 4, (200, 2))
    else:
        # Mixtures, and values of other images: random latents.
        flat = mine.latents.reshape((len(mine.latents), -1))
        others = np.concatenate([
            (flat[:100] + flat[100:200]) / 2,
            np.transpose([rng.permutation(column)[:200]
                          for column in flat.T])])
    latents = np.concatenate([mine.latents[:300].reshape((300, -1)), others])
    decoded = page.run(f'{latents.tolist()}.map((latent) => '
                       '[...decode(Float32Array.from(latent))])')
    difference = np.abs(np.array(decoded) - mine.decode(latents)).max()
    assert difference < EXACT
    milliseconds = page.run(
        'Array.from({length: 101}, (_, index) => { '
        'const start = performance.now(); decode(latentOf(index)); '
        'return performance.now() - start; }).sort((a, b) => a - b)[50]')
    assert milliseconds < 10
    size = mine.path.stat().st_size
    assert size < 4e6
    record_property(
        f'explorer of task {task}', f'{size / 1e6:.1f} MB, a decode takes '
        f'{milliseconds:.1f} ms, at most {difference:.1e} from predict')
    # The page has asked for nothing but itself, and complained of nothing.
    asked = [event['params']['request']['url'] for event in page.events
             if event['method'] == 'Network.requestWillBeSent']
    assert set(asked) <= {mine.path.resolve().as_uri(), 'data:,'}
    assert not [event for event in page.events if event['method'] in
                ('Runtime.exceptionThrown', 'Log.entryAdded')]


class Plane:
    """The plane of task 3 in the window"""

    def __init__(self, page, latents):
        """Looks where it is

        Args:
            page: browser.Page.
            latents: array (n, 2), the means that it shows.
        """
        left, top, width, _ = box_of(page, 'element("plane")')
        self.corner = np.array([left + 1 + MARGIN, top + 1])
        # The canvas has a border of 1, and a margin at the left.
        self.scale = (width - 2 - MARGIN) / 2
        self.limit = max(3.2, np.abs(latents).max() + 0.2)

    def place(self, latent):
        """Where a latent is in the window: whole pixels"""
        return np.round(self.corner + self.scale * (
            1 + np.array(latent) / self.limit * [1, -1])).tolist()

    def latent(self, place):
        """The latent of a place of the window"""
        return self.limit * ((np.array(place) - self.corner) / self.scale -
                             1) * [1, -1]


def test_plane_by_pointer(page, shown):
    """A digit appears under the pointer, a click picks the nearest image"""
    mine = shown[3]
    page.open(mine.path, *WINDOWS['desktop'])
    plane = Plane(page, mine.latents)
    for latent in [(0, 0), (2, 1), (-3, 2.5), (0.3, -2.2)]:
        place = plane.place(latent)
        page.mouse('mouseMoved', *place)
        here = plane.latent(place)
        near(drawn(page, 'here'), mine.decode(here))
        told = [float(value) for value in text(page, 'place').split(',')]
        np.testing.assert_allclose(told, here, atol=0.006)
    picks = []
    for latent in [(0, 0), (2, 1)]:
        place = plane.place(latent)
        page.click(*place)
        nearest = np.argmin(np.linalg.norm(
            mine.latents - plane.latent(place), axis=1))
        picks.append(mine.latents[nearest])
        near(drawn(page, 'input'), mine.images[nearest], 1e-6)
        near(drawn(page, 'reconstruction'), mine.decode(picks[-1]))
        for values in picks[-1], mine.deviations[nearest]:
            assert ', '.join(f'{value:.2f}' for value in values).replace(
                '-0.00', '0.00') in text(page, 'picked').replace(
                    '-0.00', '0.00')
    # The walk begins at the pick before.
    near(drawn(page, 'walk'), mine.decode(picks[0]))
    before = drawn(page, 'draws')
    click(page, 'element("draw")')
    assert np.abs(drawn(page, 'draws') - before).max() > 0.1


def test_plane_by_keys(page, shown):
    """Arrows move, Enter picks, a label can be shown alone, the walk slides"""
    mine = shown[3]
    page.open(mine.path, *WINDOWS['desktop'])
    page.run('element("plane").focus()')
    begin = mine.latents[3]
    for key in ['ArrowRight'] * 3 + ['ArrowDown'] * 2 + ['ArrowUp']:
        page.press(key)
    page.press('ArrowLeft', shift=True)
    here = begin + [0.58, -0.2]
    near(drawn(page, 'here'), mine.decode(here))
    page.press('Enter')
    nearest = np.argmin(np.linalg.norm(mine.latents - here, axis=1))
    near(drawn(page, 'input'), mine.images[nearest], 1e-6)
    page.run('element("step").focus()')
    page.press('Home')
    near(drawn(page, 'here'), mine.decode(begin))
    # Alone, a label is the only one that is picked.
    page.run('element("legend").children[1].focus()')
    page.press('Enter')
    assert page.run('element("legend").children[1].ariaPressed') == 'true'
    page.run('element("plane").focus()')
    page.press('Enter')
    assert text(page, 'label') == ', a 1'


def test_plane_by_touch(page, shown):
    """A finger decodes where it moves, and a tap picks"""
    mine = shown[3]
    page.open(mine.path, *WINDOWS['phone'][:2], touch=True)
    plane = Plane(page, mine.latents)
    place = plane.place((0.5, 1))
    page.touch('touchStart', plane.place((0, 0)))
    page.touch('touchMove', place)
    near(drawn(page, 'here'), mine.decode(plane.latent(place)))
    page.touch('touchEnd')
    place = plane.place((-1, -2))
    page.touch('touchStart', place)
    page.touch('touchEnd')
    # The click follows when no second touch does.
    page.run('new Promise((resolve) => setTimeout(resolve, 500))')
    nearest = np.argmin(np.linalg.norm(
        mine.latents - plane.latent(place), axis=1))
    near(drawn(page, 'input'), mine.images[nearest], 1e-6)


@pytest.mark.parametrize('touch', [False, True])
@pytest.mark.parametrize('task', [0, 1, 2])
def test_values(task, touch, page, shown):
    """A value that is pulled, by any means, is decoded; images are mixed"""
    mine = shown[task]
    page.open(mine.path, *WINDOWS['phone' if touch else 'desktop'][:2],
              touch=touch)
    click(page, 'element("first").children[4]')
    latent = mine.latents[4].ravel().copy()
    most = mine.latents.max()
    near(drawn(page, 'input'), mine.images[4], 1e-6)
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    assert int(text(page, 'zeros')) == np.sum(latent == 0)
    # The sliders come map after map.
    order = np.arange(latent.size).reshape((-1, mine.latents.shape[-1]))
    order = order.T.ravel() if task == 2 else order.ravel()
    number = 7
    slider = f'element("sliders").querySelectorAll("input")[{number}]'
    left, top, width, height = box_of(page, slider)
    begin, end = ((left + width / 2, top + height * part)
                  for part in (0.8, 0.25))
    if touch:
        page.touch('touchStart', begin)
        page.touch('touchMove', end)
        page.touch('touchEnd')
    else:
        page.mouse('mousePressed', *begin, button='left', clickCount=1)
        page.mouse('mouseMoved', *end, button='left', buttons=1)
        page.mouse('mouseReleased', *end, button='left', clickCount=1)
    value = float(page.run(f'{slider}.value'))
    assert value == pytest.approx(75, abs=8), 'the bar is where the pointer is'
    latent[order[number]] = value / 100 * most
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    page.run(f'{slider}.focus()')
    page.press('ArrowUp')
    latent[order[number]] = (value + 1) / 100 * most
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    page.press('Home')
    latent[order[number]] = 0
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    assert int(text(page, 'zeros')) == np.sum(latent == 0)
    assert page.run(f'{slider}.className') == 'zero'
    click(page, 'element("reset")')
    latent = mine.latents[4].ravel()
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    click(page, 'element("second").children[9]')
    page.run('element("step").focus()')
    page.press('ArrowRight')
    mixed = [0.45 * first + 0.55 * second for first, second in (
        (latent, mine.latents[9].ravel()), (mine.images[4], mine.images[9]))]
    near(drawn(page, 'latents'), mine.decode(mixed[0]))
    near(drawn(page, 'pixels'), mixed[1])
    click(page, 'element("random")')
    assert np.abs(drawn(page, 'reconstruction') -
                  mine.decode(latent)[0]).max() > 0.1


@pytest.mark.parametrize('dark', [False, True])
@pytest.mark.parametrize('window', WINDOWS)
@pytest.mark.parametrize('task', TASKS)
def test_layout(task, window, dark, page, shown):
    """Nothing overlaps, nothing is cut off; a picture is kept to look at"""
    width, height, touch = WINDOWS[window]
    page.open(shown[task].path, width, height, dark, touch)
    assert page.run('document.documentElement.scrollWidth') == width
    assert page.run(CROWDED) == []
    keep(page, f'{task}-{window}{"-dark" if dark else ""}', whole=True)


@pytest.mark.parametrize('name, task, height, first', [
    ('explorer-bars', 0, 590, 'body'), ('explorer-mixture', 0, 690, '#mix'),
    ('explorer-maps', 2, 440, '.code'), ('explorer-plane', 3, 745, 'body')])
def test_pictures_for_the_lesson(name, task, height, first, page, shown):
    """What docs/learn.md shows, once tools.results.pictures has taken it"""
    page.open(shown[task].path, 800, height)
    page.run(f'document.querySelector("{first}").scrollIntoView()')
    keep(page, name)


@pytest.mark.parametrize('name, task, height, command', [
    ('explorer-sparse', 1, 510, ['sparsity', '--lambtha', '0.005']),
    ('explorer-fault', 3, 745, ['fault'])])
def test_pictures_of_other_models(name, task, height, command, page,
                                  tmp_path):
    """The same of two models that the lesson has its reader train"""
    module, *arguments = command
    subprocess.run(
        [sys.executable, '-m', f'tools.results.{module}', *arguments,
         '--epochs', '4', '--output', tmp_path], cwd=ROOT, check=True)
    page.open(tmp_path / f'{task}-explorer.html', 800, height)
    keep(page, name)


def keep(page, name, whole=False):
    """Keeps a picture of the window, or of the whole page"""
    os.makedirs(results.SCREENSHOTS, exist_ok=True)
    path = pathlib.Path(results.SCREENSHOTS, f'{name}.png')
    path.write_bytes(page.picture(whole))
