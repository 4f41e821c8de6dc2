#!/usr/bin/env python3
"""The explorers in real browsers: pointer, keys and touch move the models

The weights are those of `make results`, where they are, else those of a short
training. Pictures of the pages go to output/screenshots.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import types

import numpy as np
import pytest

import tools
from common import ROOT, data, explorer, film, mnist
from tests.slow import browser
from tests.support import TASKS, build, start
from tools import results

# A pixel of a decoded image, or a latent value, may be so far from predict,
# and what a canvas keeps of it half a level of 256 more.
EXACT = 1e-3
DRAWN = EXACT + 0.5 / 255
MARGIN = 34
DESKTOP = {}
PHONE = {'width': 375, 'height': 700, 'touch': True, 'ratio': 2}
LAYOUTS = {
    'desktop': DESKTOP, 'dark': {'prefers_color_scheme': 'dark'},
    'phone': PHONE, 'phone-dark': dict(PHONE, prefers_color_scheme='dark'),
    'across': {'width': 844, 'height': 390, 'touch': True, 'ratio': 2},
    'forced': {'forced_colors': 'active', 'prefers_color_scheme': 'dark'},
    'print': {'width': 800, 'media': 'print'}}
# What docs/learn.md shows is 1600 pixels wide.
LESSON = {'width': 1000, 'ratio': 1.6}
# What axe-core, which only this test needs, is installed by.
AXE = os.path.join(ROOT, 'node_modules', 'axe-core', 'axe.min.js')
# Tells of texts that do not fit into their place, or stand on each other.
CROWDED = """(() => {
  const texts = [...document.querySelectorAll(
    'h1, h2, p, figcaption, button, input, canvas, #sliders')].filter(
    (each) => !each.querySelector('canvas') && each.checkVisibility());
  const boxes = texts.map((each) => each.getBoundingClientRect());
  const found = texts.filter((each) => each.scrollWidth > each.clientWidth + 1
    && !each.matches('canvas')).map((each) => 'too wide: ' + each.outerHTML);
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


@pytest.fixture(name='page', scope='module', params=sorted(browser.NAMES))
def started_browser(request, tmp_path_factory):
    """Starts a browser for all tests"""
    if not browser.find(request.param):
        pytest.skip(f'no {request.param}')
    page = browser.start(request.param, tmp_path_factory.mktemp('browser'))
    yield page
    page.close()


@pytest.fixture(name='chromium')
def only_chromium(page):
    """Gives the browser that can be a phone, or a printer"""
    if page.kind != 'chromium':
        pytest.skip('only Chromium can be told to be another device')
    return page


class Shown:
    """A page and what it shows

    Attributes:
        path: pathlib.Path, the page.
        images: float32 array (n, 784), the test images that it has.
        latents: float32 array (n, ...), their latents or means.
        deviations: float32 array (n, 2), of task 3.
        frames: array, the frames of its film.
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
        self.encoder, self.decoder, auto = build(
            task, arguments=tools.ARGUMENTS[task])
        auto.load_weights(weights / f'{task}.weights.h5')
        _, (images, labels) = mnist.load()
        count = explorer.MOST_IMAGES[task]
        images = data.scale(images[:count])
        inputs = tools.shaped(task, images)
        self.task, self.images = task, images.reshape((count, 784))
        self.latents = self.encoder.predict(inputs, verbose=0)
        if task == 3:
            _, self.latents, log_var = self.latents
            self.deviations = np.exp(log_var / 2)
            self.frames = np.int16([0 * self.latents, 500 * self.latents,
                                    1000 * self.latents])
        else:
            pictures = self.decode(self.latents[:film.PICTURES])
            self.frames = np.uint8([0 * pictures, 100 * pictures,
                                    255 * pictures])
        explorer.write(
            self.encoder, self.decoder, inputs, labels,
            argparse.Namespace(task=task, output=str(folder)),
            types.SimpleNamespace(
                losses={'loss': [.3, .2], 'val_loss': [.3, .25]},
                film=types.SimpleNamespace(
                    epochs=[0, 1, 2], frames=list(self.frames),
                    dtype=self.frames.dtype)))
        self.path = folder / f'{task}-explorer.html'
        self.address = self.path.resolve().as_uri()

    def encode(self, pixels):
        """Gives what encoder.predict makes of images: latents or means"""
        outputs = self.encoder.predict(tools.shaped(
            self.task, np.float32(pixels)), verbose=0)
        return outputs[1] if self.task == 3 else outputs

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


def by_id(name):
    """Finds the element of an id: JavaScript"""
    return f'document.getElementById("{name}")'


def drawn(page, script):
    """Reads a canvas, of an id or of a script: values in [0, 1]

    The ink is in the alpha channel.
    """
    if script.isidentifier():
        script = by_id(script)
    return np.array(page.run(
        f'Array.from(({script}).getContext("2d").getImageData(0, 0, 28, 28)'
        '.data).filter((_, index) => index % 4 === 3)')) / 255


def drawn_in(page, row, index):
    """Reads a picture of a row of them"""
    return drawn(page, f'{by_id(row)}.children[{index}].firstChild')


def box_of(page, script):
    """Finds the box of an element in the window, scrolled into it

    Args:
        page: browser.Page.
        script: str, JavaScript that gives the element.

    Returns:
        left, top, width, height: floats, CSS pixels.
    """
    return page.run(f'(({script}).scrollIntoView({{block: "center"}}), '
                    f'((box) => [box.left, box.top, box.width, box.height])'
                    f'(({script}).getBoundingClientRect()))')


def click(page, script):
    """Clicks into the middle of an element"""
    left, top, width, height = box_of(page, script)
    page.click(left + width / 2, top + height / 2)


def text(page, name):
    """Reads the text of the element of an id, with - for minus"""
    return page.run(f'{by_id(name)}.textContent').replace('\u2212', '-')


def near(one, other, tolerance=DRAWN):
    """Asserts that pixels agree"""
    np.testing.assert_allclose(one, np.ravel(other), rtol=0, atol=tolerance)


def rows(values):
    """Writes arrays as JavaScript"""
    return json.dumps(np.reshape(values, (len(values), -1)).tolist())


@pytest.mark.parametrize('task', TASKS)
def test_computes_as_the_model(task, page, shown, record_property):
    """Encoder and decoder of the page agree with predict, and are fast"""
    mine = shown[task]
    page.open(mine.address)
    rng = np.random.default_rng(task)
    if task == 3:
        others = rng.uniform(-4, 4, (100, 2))
    else:
        # Mixtures, and values of other images: random latents.
        flat = mine.latents.reshape((len(mine.latents), -1))
        others = np.concatenate([
            (flat[:50] + flat[50:100]) / 2,
            np.transpose([rng.permutation(column)[:100]
                          for column in flat.T])])
    latents = np.concatenate([mine.latents[:100].reshape((100, -1)), others])
    decoded = page.run(f'{rows(latents)}.map((latent) => '
                       'Array.from(window.explorer.decode(latent)))')
    decoding = np.abs(np.array(decoded) - mine.decode(latents)).max()
    # Images, mixtures of them, and noise.
    pixels = np.concatenate([mine.images[:50], rng.random((20, 784)),
                             (mine.images[:50] + mine.images[50:100]) / 2])
    pixels = pixels.round(4)
    encoded = page.run(f'{rows(pixels)}.map((values) => Array.from('
                       'window.explorer.encode(new Float32Array(values))'
                       '.latent))')
    expected = mine.encode(pixels).reshape((len(pixels), -1))
    # In parts of the largest value.
    encoding = np.abs(encoded - expected).max() / max(1, expected.max())
    assert decoding < EXACT and encoding < EXACT, (decoding, encoding)
    milliseconds = [page.run(
        'Array.from({length: 101}, (_, index) => { '
        'const start = performance.now(), item = window.explorer.item(index); '
        f'window.explorer.{call}; return performance.now() - start; '
        '}).sort((a, b) => a - b)[50]')
        for call in ('encode(item.pixels)', 'decode(item.latent)')]
    size = mine.path.stat().st_size
    assert size < 4e6
    record_property(
        f'explorer of task {task}, {page.kind}',
        f'{size / 1e6:.1f} MB; encodes in {milliseconds[0]:.1f} ms, at most '
        f'{encoding:.0e} from predict; decodes in {milliseconds[1]:.1f} ms, '
        f'at most {decoding:.0e}')
    if page.kind == 'chromium':
        # The page has asked for nothing but itself, and complained of
        # nothing.
        asked = [event['params']['request']['url'] for event in page.events
                 if event['method'] == 'Network.requestWillBeSent']
        assert set(asked) <= {mine.address, 'data:,', 'about:blank'}
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
        left, top, width, _ = box_of(page, by_id('plane'))
        self.corner = np.array([left + MARGIN, top])
        # The canvas has a margin at the left.
        self.scale = (width - MARGIN) / 2
        self.limit = max(3.2, np.abs(latents).max() + 0.2)
        self.page = page
        page.run('["pointerdown", "pointermove"].forEach((kind) => '
                 f'{by_id("plane")}.addEventListener(kind, (event) => {{ '
                 'window.pointed = [event.clientX, event.clientY]; }))')

    def place(self, latent):
        """Where a latent is in the window: whole pixels"""
        return np.round(self.corner + self.scale * (
            1 + np.array(latent) / self.limit * [1, -1])).tolist()

    def latent(self):
        """The latent of where the browser had the pointer

        It may be a part of a pixel off, since a page begins within one.
        """
        place = np.array(self.page.run('window.pointed'))
        return self.limit * ((place - self.corner) / self.scale -
                             1) * [1, -1]


def test_plane_by_pointer(page, shown):
    """A digit appears under the pointer, a click picks the nearest image"""
    mine = shown[3]
    page.open(mine.address)
    plane = Plane(page, mine.latents)
    for latent in [(0, 0), (2, 1), (-3, 2.5), (0.3, -2.2)]:
        page.move(*plane.place(latent))
        here = plane.latent()
        near(drawn(page, 'here'), mine.decode(here))
        told = [float(value) for value in text(page, 'place').split(',')]
        np.testing.assert_allclose(told, here, atol=0.006)
    picks = []
    for latent in [(0, 0), (2, 1)]:
        page.click(*plane.place(latent))
        nearest = np.argmin(np.linalg.norm(
            mine.latents - plane.latent(), axis=1))
        picks.append(mine.latents[nearest])
        near(drawn(page, 'input'), mine.images[nearest], 1e-6)
        near(drawn(page, 'reconstruction'), mine.decode(picks[-1]))
        for values in picks[-1], mine.deviations[nearest]:
            assert ', '.join(f'{value:.2f}' for value in values).replace(
                '-0.00', '0.00') in text(page, 'picked').replace(
                    '-0.00', '0.00')
    # The walk begins at the pick before.
    near(drawn_in(page, 'walk', 0), mine.decode(picks[0]))
    near(drawn_in(page, 'walk', 8), mine.decode(picks[1]))


def test_plane_by_keys(page, shown):
    """Arrows move, Enter picks, a label can be shown alone, the walk slides"""
    mine = shown[3]
    page.open(mine.address)
    page.run(f'{by_id("plane")}.focus()')
    begin = mine.latents[3]
    for key in ['ArrowRight'] * 3 + ['ArrowDown'] * 2 + ['ArrowUp']:
        page.press(key)
    page.press('ArrowLeft', shift=True)
    here = begin + [0.58, -0.2]
    near(drawn(page, 'here'), mine.decode(here))
    page.press('Enter')
    nearest = np.argmin(np.linalg.norm(mine.latents - here, axis=1))
    near(drawn(page, 'input'), mine.images[nearest], 1e-6)
    page.run(f'{by_id("step")}.focus()')
    page.press('Home')
    near(drawn(page, 'here'), mine.decode(begin))
    # Alone, a label is the only one that is picked: all, 0, 1.
    page.run(f'{by_id("legend")}.children[0].focus()')
    page.press('ArrowRight')
    page.press('ArrowRight')
    assert page.run(f'{by_id("legend")}.children[2].ariaChecked') == 'true'
    page.run(f'{by_id("plane")}.focus()')
    page.press('Enter')
    assert text(page, 'name').endswith(', label 1')


def test_draws(page, shown):
    """Draws are decoded; around B they are mean + deviation * noise"""
    mine = shown[3]
    page.open(mine.address + '#noise=7')
    before = drawn_in(page, 'draws', 0)
    click(page, by_id('again'))
    assert np.abs(drawn_in(page, 'draws', 0) - before).max() > 0.1
    # With no deviation all draws are the mean.
    page.open(mine.address + '#draws=around&times=0&noise=7&b=5')
    for index in range(10):
        near(drawn_in(page, 'draws', index), mine.decode(mine.latents[5]))
    assert page.run(f'{by_id("draws")}.ariaLabel') == (
        '10 images decoded from draws around B, deviation times 0.0')
    page.run(f'{by_id("times")}.focus()')
    page.press('ArrowRight')
    assert text(page, 'timesText') == '0.1'


def test_plane_by_touch(chromium, shown):
    """A tap decodes and picks; a swipe over the plane scrolls the page"""
    mine = shown[3]
    chromium.open(mine.address, **PHONE)
    plane = Plane(chromium, mine.latents)
    chromium.tap(*plane.place((-1, -2)))
    nearest = np.argmin(np.linalg.norm(
        mine.latents - plane.latent(), axis=1))
    near(drawn(chromium, 'here'), mine.decode(plane.latent()))
    near(drawn(chromium, 'input'), mine.images[nearest], 1e-6)
    before = chromium.run('scrollY')
    x, y = plane.place((0, 0))
    chromium.swipe((x, y), (x, y - 20), (x, y - 60), (x, y - 120))
    assert chromium.run('scrollY') > before + 50


@pytest.mark.parametrize('task', TASKS)
def test_drawing(task, page, shown):
    """What is drawn is encoded and decoded as predict does, and is kept"""
    mine = shown[task]
    page.open(mine.address)
    click(page, by_id('clear'))
    left, top, width, height = box_of(page, by_id('pad'))
    # A seven, a little small and far from the middle.
    seven = [(.5, .4), (.6, .4), (.7, .4), (.8, .4), (.75, .5), (.7, .6),
             (.65, .7), (.6, .8)]
    page.drag(*((left + x * width, top + y * height) for x, y in seven))
    pixels = drawn(page, 'input').reshape((28, 28))
    # As the digits of MNIST: 20 pixels high, the mass in the middle.
    ink = np.nonzero(pixels.max(axis=1) > 0.3)[0]
    assert 18 <= ink[-1] - ink[0] + 1 <= 21
    for axis in 0, 1:
        mass = pixels.sum(axis=axis)
        assert np.sum(mass * (np.arange(28) + 0.5)) / mass.sum() == (
            pytest.approx(14, abs=0.3))
    assert 60 < pixels.sum() < 200, 'a pen as wide as those of MNIST'
    # The picture has 256 levels, what is computed has more.
    exact = np.array(page.run('Array.from(window.explorer.image.pixels)'))
    near(pixels.ravel(), exact, 0.51 / 255)
    latent = mine.encode(exact[None])
    near(page.run('Array.from(window.explorer.image.latent)'), latent,
         EXACT * max(1, latent.max()))
    near(drawn(page, 'reconstruction'), mine.decode(latent), 5e-3)
    assert text(page, 'name') == 'Your drawing'
    # The address is written a little later.
    page.run('new Promise((resolve) => setTimeout(resolve, 400))')
    kept = page.run('location.href')
    reconstruction = drawn(page, 'reconstruction')
    page.open(kept)
    assert text(page, 'name') == 'Your drawing'
    near(drawn(page, 'reconstruction'), reconstruction, 1e-6)
    if task == 3:
        # B was image 4 before the drawing, and is A now.
        near(drawn_in(page, 'walk', 0), mine.decode(mine.latents[3]))
    # By keys: a line down.
    click(page, by_id('clear'))
    for key in [' '] + ['ArrowDown'] * 8 + [' ']:
        page.press(key)
    pixels = drawn(page, 'input').reshape((28, 28))
    assert pixels[8:20, 14].min() > 0.9 and pixels[:, :11].max() == 0
    page.press('Delete')
    assert page.run(f'{by_id("hint")}.hidden') is False
    if task == 3:
        assert text(page, 'place') != ''


@pytest.mark.parametrize('task', [0, 1, 2])
def test_values(task, page, shown):
    """A value that is pulled is decoded; images are mixed"""
    mine = shown[task]
    page.open(mine.address)
    click(page, f'{by_id("first")}.children[4]')
    latent = mine.latents[4].ravel().copy()
    most = float(mine.latents.max())
    near(drawn(page, 'input'), mine.images[4], 1e-6)
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    assert text(page, 'zeros').startswith(f'{np.sum(latent == 0)} of ')
    # The values come map after map.
    order = np.arange(latent.size).reshape((-1, mine.latents.shape[-1]))
    order = order.T.ravel() if task == 2 else order.ravel()
    number = 7
    value = f'document.querySelectorAll(".value")[{number}]'
    left, top, width, height = box_of(page, value)
    page.drag((left + width / 2, top + 0.8 * height),
              (left + width / 2, top + 0.25 * height))
    pulled = float(page.run(f'{value}.ariaValueNow'))
    assert pulled == pytest.approx(0.75 * most, abs=0.08 * most), (
        'the bar is where the pointer is')
    latent[order[number]] = pulled
    near(drawn(page, 'reconstruction'), mine.decode(latent), 5e-3)
    assert text(page, 'from').endswith(', 1 value changed')
    page.run(f'{value}.focus()')
    page.press('ArrowUp')
    assert float(page.run(f'{value}.ariaValueNow')) > pulled
    page.press('Home')
    latent[order[number]] = 0
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    assert text(page, 'zeros').startswith(f'{np.sum(latent == 0)} of ')
    assert page.run(f'{value}.classList.contains("zero")')
    assert page.run(f'{value}.ariaValueText') == '0.00, zero'
    # All values are one stop of the Tab key.
    assert page.run('document.querySelectorAll("#sliders [tabindex=\'0\']")'
                    '.length') == 1
    page.press('ArrowRight')
    assert page.run('document.activeElement.ariaLabel') == (
        f'Value {order[number + 1] + 1}')
    click(page, by_id('reset'))
    latent = mine.latents[4].ravel()
    near(drawn(page, 'reconstruction'), mine.decode(latent))
    click(page, f'{by_id("second")}.children[9]')
    page.run(f'{by_id("step")}.focus()')
    page.press('ArrowRight')
    mixed = [0.45 * first + 0.55 * second for first, second in (
        (latent, mine.latents[9].ravel()), (mine.images[4], mine.images[9]))]
    near(drawn(page, 'latents'), mine.decode(mixed[0]))
    near(drawn(page, 'pixels'), mixed[1])
    click(page, by_id('random'))
    assert np.abs(drawn(page, 'reconstruction') -
                  mine.decode(latent)[0]).max() > 0.1
    # Nothing says any more that this were an image's.
    assert text(page, 'from') == 'A random latent'
    assert page.run(f'{by_id("source")}.className').endswith('aside')
    # A link shows the same.
    page.run('new Promise((resolve) => setTimeout(resolve, 400))')
    random, address = drawn(page, 'reconstruction'), page.run('location.href')
    page.open(address)
    near(drawn(page, 'reconstruction'), random, 1e-6)
    assert text(page, 'part').startswith('55 %')


@pytest.mark.parametrize('task', [0, 1, 2])
def test_values_by_touch(task, chromium, shown):
    """A swipe scrolls and pulls nothing; a tap chooses what a slider pulls"""
    mine = shown[task]
    chromium.open(mine.address, **PHONE)
    latent = mine.latents[0].ravel().copy()
    value = 'document.querySelectorAll(".value")[7]'
    left, top, width, height = box_of(chromium, value)
    x, y, before = left + width / 2, top + height / 2, chromium.run('scrollY')
    chromium.swipe((x, y), (x, y - 20), (x, y - 60), (x, y - 120))
    assert chromium.run('scrollY') > before + 50
    near(drawn(chromium, 'reconstruction'), mine.decode(latent))
    left, top, width, height = box_of(chromium, value)
    chromium.tap(left + width / 2, top + height / 2)
    number = int(chromium.run(f'{value}.ariaLabel').split()[1]) - 1
    assert text(chromium, 'value').startswith(f'Value {number + 1}:')
    chromium.run(f'{by_id("pull")}.focus()')
    chromium.press('Home')
    latent[number] = 0
    near(drawn(chromium, 'reconstruction'), mine.decode(latent))
    # All values fit into the window.
    assert box_of(chromium, by_id('sliders'))[3] < PHONE['height'] - 200


@pytest.mark.parametrize('task', [0, 3])
def test_film(task, page, shown):
    """The slider shows every frame, and says what the loss was"""
    mine = shown[task]
    page.open(mine.address + '#frame=1')
    assert text(page, 'epoch').startswith('Epoch 1 of 2: loss 0.3000 nats')
    if task == 0:
        near(drawn_in(page, 'outputs', 3), mine.frames[1][3] / 255, 1e-6)
    page.run(f'{by_id("frame")}.focus()')
    page.press('ArrowLeft')
    assert text(page, 'epoch') == 'Before the first epoch'
    page.press('ArrowRight')
    page.press('ArrowRight')
    assert page.run(f'{by_id("frame")}.value') == '2'
    if task == 0:
        near(drawn_in(page, 'outputs', 3), mine.frames[2][3] / 255, 1e-6)
    else:
        # At the end the plane can be used again.
        page.run(f'{by_id("plane")}.focus()')
        before = text(page, 'place')
        page.press('ArrowRight')
        assert text(page, 'place') != before


def test_models_side_by_side(page, shown, tmp_path):
    """Two explorers reconstruct the same image; another file is refused"""
    page.open(shown[0].address)
    click(page, f'{by_id("first")}.children[6]')
    wrong = tmp_path / 'wrong.html'
    wrong.write_text('<p>no explorer</p>')
    page.give(by_id('files'), wrong)
    wait_for(page, f'{by_id("wrong")}.textContent')
    assert text(page, 'wrong') == (
        'wrong.html is no explorer that this page can read.')
    page.give(by_id('files'), shown[3].path)
    wait_for(page, 'document.querySelectorAll("#models figure").length > 2')
    near(drawn(page, 'document.querySelector("#models").lastChild'
                     '.querySelector("canvas")'),
         shown[3].decode(shown[3].encode(shown[0].images[6:7])), 5e-3)
    assert '3-explorer.html: variational' in text(page, 'models')


def wait_for(page, script):
    """Waits until JavaScript gives something"""
    page.run('new Promise((resolve) => { const look = () => '
             f'({script}) ? resolve(1) : setTimeout(look, 50); look(); }})')


def test_saved_picture(page, shown):
    """The view can be saved as a picture, in its colours"""
    for task in 1, 3:
        page.open(shown[task].address)
        page.run('HTMLAnchorElement.prototype.click = function() '
                 '{ window.saved = [this.download, this.href]; }')
        click(page, by_id('save'))
        name, link = page.run('window.saved')
        assert name == f'{task}-explorer.png'
        assert link.startswith('data:image/png;base64,') and len(link) > 3e4


@pytest.mark.parametrize('layout', LAYOUTS)
@pytest.mark.parametrize('task', TASKS)
def test_layout(task, layout, chromium, shown):
    """Nothing overlaps, nothing is cut off; a picture is kept to look at"""
    chromium.open(shown[task].address, **LAYOUTS[layout])
    width = LAYOUTS[layout].get('width', 1280)
    assert chromium.run('document.documentElement.scrollWidth') == width
    assert chromium.run(CROWDED) == []
    if layout == 'desktop':
        # What one plays with is seen without scrolling.
        for name in 'plane' if task == 3 else 'sliders', 'reconstruction':
            assert chromium.run(f'{by_id(name)}.getBoundingClientRect()'
                                '.bottom') < 800
    keep(chromium, f'{task}-{layout}', whole=True)


@pytest.mark.parametrize('task', TASKS)
def test_large_text_on_a_phone(task, chromium, shown):
    """Nothing is wider than a phone, even with a text twice as large"""
    chromium.open(shown[task].address, **PHONE)
    chromium.run('document.documentElement.style.fontSize = "200%"')
    chromium.run('new Promise(requestAnimationFrame).then(() => 1)')
    assert chromium.run('document.documentElement.scrollWidth') == 375
    keep(chromium, f'{task}-large', whole=True)


@pytest.mark.skipif(not os.path.exists(AXE), reason='npm install --no-save '
                    'axe-core has not been called')
@pytest.mark.parametrize('layout', ['desktop', 'dark', 'phone'])
@pytest.mark.parametrize('task', TASKS)
def test_everyone_can_use_it(task, layout, chromium, shown):
    """axe finds nothing"""
    chromium.open(shown[task].address, **LAYOUTS[layout])
    chromium.run(pathlib.Path(AXE).read_text() + '; 1')
    found = chromium.run(
        'axe.run().then((found) => found.violations.map((each) => '
        '[each.id, each.nodes.map((node) => node.html)]))')
    assert found == []
    # Every picture says what it shows.
    assert chromium.run(
        '[...document.querySelectorAll("canvas, svg")].filter((each) => '
        '!each.closest("[aria-label]")).map((each) => each.outerHTML)') == []
    assert chromium.run(
        '[...document.querySelectorAll("input[type=range]")].filter((each) '
        '=> !each.ariaValueText).map((each) => each.outerHTML)') == []


@pytest.mark.parametrize('dark', [False, True])
def test_points_stand_out(dark, chromium, shown):
    """The line around every point has a contrast of 3 to the ground"""
    chromium.open(shown[3].address, **(LAYOUTS['dark'] if dark else {}))
    contrasts = chromium.run('''(() => {
      const style = getComputedStyle(document.documentElement);
      const theme = Object.fromEntries(['ground', 'text'].map((name) =>
        [name, style.getPropertyValue('--' + name)]));
      const part = (colour) => luminance(rgbOf(colour)) + 0.05;
      return [...window.explorer.colours.values()].map((colour) => {
        const [a, b] = [standingOut(colour, theme), theme.ground].map(part);
        return Math.max(a, b) / Math.min(a, b);
      });
    })()''')
    assert len(contrasts) == 10 and min(contrasts) >= 3


def test_without_javascript(shown):
    """One line says why there is nothing to see"""
    page = shown[0].path.read_text()
    line, = [each.split('</noscript>')[0]
             for each in page.split('<noscript>')[1:]]
    assert 'JavaScript' in line


@pytest.mark.parametrize('name, task, height, first', [
    ('explorer-bars', 0, 600, 'body'), ('explorer-mixture', 0, 380, '#mix'),
    ('explorer-maps', 2, 530, '.flow'), ('explorer-plane', 3, 690, 'body')])
def test_pictures_for_the_lesson(name, task, height, first, chromium, shown):
    """What docs/learn.md shows, once tools.results.pictures has taken it"""
    chromium.open(shown[task].address, height=height, **LESSON)
    chromium.run(f'document.querySelector("{first}").scrollIntoView()')
    keep(chromium, name)


@pytest.mark.parametrize('name, task, height, command', [
    ('explorer-sparse', 1, 600, ['sparsity', '--lambtha', '0.005']),
    ('explorer-fault', 3, 690, ['fault'])])
def test_pictures_of_other_models(name, task, height, command, chromium,
                                  tmp_path):
    """The same of two models that the lesson has its reader train"""
    module, *arguments = command
    subprocess.run(
        [sys.executable, '-m', f'tools.results.{module}', *arguments,
         '--epochs', '4', '--output', tmp_path], cwd=ROOT, check=True)
    chromium.open((tmp_path / f'{task}-explorer.html').resolve().as_uri(),
                  height=height, **LESSON)
    keep(chromium, name)


def keep(page, name, whole=False):
    """Keeps a picture of the window, or of the whole page"""
    os.makedirs(results.SCREENSHOTS, exist_ok=True)
    path = pathlib.Path(results.SCREENSHOTS, f'{name}.png')
    path.write_bytes(page.picture(whole))
