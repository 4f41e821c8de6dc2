#!/usr/bin/env python3
"""Headless browsers, each told what to do by its own protocol

Chromium by DevTools, through two pipes; Firefox by Marionette, the protocol
below WebDriver, through a socket. Nothing has to be installed but a browser.
"""

import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

NAMES = {
    'chromium': ('chromium', 'chromium-browser', 'google-chrome', 'chrome'),
    'firefox': ('firefox-esr', 'firefox')}
# A page of its own, without what a browser does beside showing it.
OPTIONS = (
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-sync',
    '--disable-component-update', '--hide-scrollbars',
    '--remote-debugging-pipe')
# The same for Firefox, whose port is of the system's choice.
SETTINGS = {
    'marionette.port': 0, 'app.update.enabled': False,
    'browser.shell.checkDefaultBrowser': False,
    'datareporting.policy.dataSubmissionEnabled': False,
    'network.captive-portal-service.enabled': False,
    'network.connectivity-service.enabled': False}
# The keys that WebDriver has a character for.
KEYS = {'ArrowLeft': '\ue012', 'ArrowUp': '\ue013', 'ArrowRight': '\ue014',
        'ArrowDown': '\ue015', 'Home': '\ue011', 'Enter': '\ue007',
        'Delete': '\ue017', 'Tab': '\ue004', ' ': ' '}
SHIFT = '\ue008'
# Seconds that a page may take to show its model.
LONGEST = 60


def find(kind):
    """Finds a browser of a kind: its path, or None"""
    return next(filter(None, map(shutil.which, NAMES[kind])), None)


def start(kind, folder):
    """Starts a browser

    Args:
        kind: str, 'chromium' or 'firefox'.
        folder: pathlib.Path, an empty folder for its settings.

    Returns:
        Chromium or Firefox.
    """
    return {'chromium': Chromium, 'firefox': Firefox}[kind](folder)


class Page:
    """A page in a browser of its own: what both browsers do alike

    Attributes:
        kind: str, 'chromium' or 'firefox'.
    """

    def wait(self, address):
        """Waits until a page is there and shows its model, if it has one"""
        end = time.time() + LONGEST
        while not self.run(
                f'location.href.startsWith({json.dumps(address)}) && '
                'document.readyState === "complete" && (window.explorer || '
                'document.querySelector("#failed:not([hidden])") || '
                '!document.getElementById("data")) ? true : false'):
            assert time.time() < end, 'the page shows nothing'
            time.sleep(0.02)
        # The first frame, with all sizes known.
        self.run('new Promise(requestAnimationFrame).then(() => 1)')

    def click(self, x, y):
        """Clicks, with a mouse"""
        self.drag((x, y))

    def tap(self, x, y):
        """Touches a place, and lets go"""
        self.swipe((x, y))


class Chromium(Page):
    """A Chromium

    Attributes:
        events: list of dict, what the browser has told without being asked.
    """

    kind = 'chromium'

    def __init__(self, folder):
        """Starts the browser

        Args:
            folder: pathlib.Path, an empty folder for its settings.
        """
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def connect():
            """Gives the browser the two pipes as descriptors 3 and 4"""
            # One may have the number of the other's place.
            ends = [os.dup(end) for end in (commands, answers)]
            for place, end in enumerate(ends, 3):
                os.dup2(end, place)

        self.process = subprocess.Popen(
            [find(self.kind), *OPTIONS, f'--user-data-dir={folder}',
             'about:blank'],
            preexec_fn=connect, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.answers = os.fdopen(self.answers, 'rb')
        self.events, self.number, self.session = [], 0, None
        self.rest = b''
        target = next(
            each for each in self.call('Target.getTargets')['targetInfos']
            if each['type'] == 'page')
        self.session = self.call('Target.attachToTarget', flatten=True,
                                 targetId=target['targetId'])['sessionId']
        for domain in ('Page', 'Runtime', 'Network', 'Log', 'DOM'):
            self.call(domain + '.enable')

    def call(self, method, **parameters):
        """Gives a command and waits for the answer

        Args:
            method: str, such as 'Page.navigate'.
            **parameters: what it needs.

        Returns:
            dict, its result.
        """
        self.number += 1
        command = {'id': self.number, 'method': method, 'params': parameters}
        if self.session:
            command['sessionId'] = self.session
        content = json.dumps(command).encode() + b'\0'
        while content:
            content = content[os.write(self.commands, content):]
        while True:
            answer = self.receive()
            if answer.get('id') == self.number:
                assert 'error' not in answer, answer
                return answer['result']
            self.events.append(answer)

    def receive(self):
        """Waits for a message, which ends with a zero byte"""
        while b'\0' not in self.rest:
            part = self.answers.raw.read(2 ** 16)
            assert part, 'the browser has ended'
            self.rest += part
        message, self.rest = self.rest.split(b'\0', 1)
        return json.loads(message)

    def open(self, address, width=1280, height=800, touch=False, ratio=1,
             **features):
        """Opens a page in a window, and waits until it shows its model

        Args:
            address: str, of a file or another page.
            width, height: int, the size of the window in CSS pixels.
            touch: bool, whether it is a phone.
            ratio: float, how many pixels of a picture a CSS pixel has.
            **features: str, what the reader prefers, such as
                prefers_color_scheme='dark', and media='print'.
        """
        self.call('Emulation.setDeviceMetricsOverride', width=width,
                  height=height, deviceScaleFactor=ratio, mobile=touch)
        self.call('Emulation.setTouchEmulationEnabled', enabled=touch)
        media = features.pop('media', '')
        self.call('Emulation.setEmulatedMedia', media=media, features=[
            {'name': name.replace('_', '-'), 'value': value}
            for name, value in features.items()])
        self.events.clear()
        # Else another state of the same page would be no new page.
        for url in 'about:blank', address:
            self.call('Page.navigate', url=url)
            self.wait(url)

    def run(self, script):
        """Gives the value of JavaScript, waiting where it is a promise"""
        outcome = self.call('Runtime.evaluate', expression=script,
                            returnByValue=True, awaitPromise=True)
        assert 'exceptionDetails' not in outcome, outcome
        return outcome['result'].get('value')

    def move(self, x, y):
        """Moves the mouse"""
        self.call('Input.dispatchMouseEvent', type='mouseMoved', x=x, y=y)

    def drag(self, *points):
        """Moves the mouse from place to place with its button down"""
        self.move(*points[0])
        kinds = ['mousePressed'] + ['mouseMoved'] * (len(points) - 1)
        for kind, (x, y) in [*zip(kinds, points),
                             ('mouseReleased', points[-1])]:
            self.call('Input.dispatchMouseEvent', type=kind, x=x, y=y,
                      button='left', clickCount=1,
                      buttons=0 if kind == 'mouseReleased' else 1)

    def press(self, key, shift=False):
        """Presses a key, such as 'ArrowLeft'"""
        # A button is pressed by the text that Enter gives.
        text = {'Enter': {'text': '\r'}, ' ': {'text': ' '}}.get(key, {})
        code = {'Tab': 9}.get(key)
        for kind, more in (('keyDown', text), ('keyUp', {})):
            self.call('Input.dispatchKeyEvent', type=kind, key=key, code=key,
                      modifiers=8 if shift else 0, **more,
                      **({'windowsVirtualKeyCode': code} if code else {}))

    def swipe(self, *points):
        """Moves a finger from place to place, and lets go"""
        kinds = ['touchStart'] + ['touchMove'] * (len(points) - 1)
        for kind, (x, y) in zip(kinds, points):
            self.call('Input.dispatchTouchEvent', type=kind,
                      touchPoints=[{'x': x, 'y': y}])
        self.call('Input.dispatchTouchEvent', type='touchEnd', touchPoints=[])
        # The click follows when no second touch does.
        self.run('new Promise((resolve) => setTimeout(resolve, 500))')

    def give(self, script, *paths):
        """Chooses files for an input of files

        Args:
            script: str, JavaScript that gives the input.
            *paths: pathlib.Path, the files.
        """
        node = self.call('Runtime.evaluate', expression=script)['result']
        self.call('DOM.setFileInputFiles', objectId=node['objectId'],
                  files=list(map(str, paths)))

    def picture(self, whole=False):
        """Takes a picture of the window, or of the whole page: PNG bytes"""
        return base64.b64decode(self.call(
            'Page.captureScreenshot', captureBeyondViewport=whole)['data'])

    def close(self):
        """Ends the browser"""
        self.call('Browser.close')
        self.process.wait(timeout=30)
        os.close(self.commands)
        self.answers.close()


class Firefox(Page):
    """A Firefox, whose window has one size"""

    kind = 'firefox'

    def __init__(self, folder):
        """Starts the browser

        Args:
            folder: pathlib.Path, an empty folder for its settings.
        """
        pathlib.Path(folder, 'user.js').write_text('\n'.join(
            f'user_pref({json.dumps(name)}, {json.dumps(value)});'
            for name, value in SETTINGS.items()))
        self.process = subprocess.Popen(
            [find(self.kind), '--headless', '--marionette', '--no-remote',
             '--profile', folder], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = pathlib.Path(folder, 'MarionetteActivePort')
        while not (port.exists() and port.read_text()):
            assert self.process.poll() is None, 'the browser has ended'
            time.sleep(0.05)
        self.socket = socket.create_connection(
            ('127.0.0.1', int(port.read_text())))
        self.stream, self.number = self.socket.makefile('rb'), 0
        # It greets first.
        self.receive()
        self.call('WebDriver:NewSession')
        self.call('WebDriver:SetTimeouts', script=120000)
        self.call('WebDriver:SetWindowRect', width=1280, height=900)

    def call(self, command, **parameters):
        """Gives a command and waits for the answer: its result"""
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(b'%d:%s' % (len(message), message))
        _, _, error, result = self.receive()
        assert error is None, error
        return result

    def receive(self):
        """Waits for a message, whose length stands before it"""
        digits = b''
        while not digits.endswith(b':'):
            part = self.stream.read(1)
            assert part, 'the browser has ended'
            digits += part
        return json.loads(self.stream.read(int(digits[:-1])))

    def open(self, address):
        """Opens a page, and waits until it shows its model"""
        for url in 'about:blank', address:
            self.call('WebDriver:Navigate', url=url)
            self.wait(url)

    def run(self, script):
        """Gives the value of JavaScript, waiting where it is a promise"""
        outcome = self.call(
            'WebDriver:ExecuteAsyncScript', args=[], script=(
                'const [resolve] = arguments; (async () => '
                f'({script}))().then((value) => resolve({{value}}), '
                '(error) => resolve({error: String(error)}));'))['value']
        assert 'error' not in outcome, outcome
        return outcome.get('value')

    def act(self, kind, actions, **more):
        """Has a mouse, a finger or a keyboard do something"""
        self.call('WebDriver:PerformActions', actions=[
            {'type': kind, 'id': kind, 'actions': actions, **more}])

    def point(self, kind, points, presses):
        """Moves a pointer from place to place, pressed from the first on"""
        moves = [{'type': 'pointerMove', 'x': round(x), 'y': round(y),
                  'duration': 0} for x, y in points]
        if presses:
            moves = [moves[0], {'type': 'pointerDown', 'button': 0},
                     *moves[1:], {'type': 'pointerUp', 'button': 0}]
        self.act('pointer', moves, parameters={'pointerType': kind})

    def move(self, x, y):
        """Moves the mouse"""
        self.point('mouse', [(x, y)], presses=False)

    def drag(self, *points):
        """Moves the mouse from place to place with its button down"""
        self.point('mouse', points, presses=True)

    def press(self, key, shift=False):
        """Presses a key, such as 'ArrowLeft'"""
        keys = [SHIFT] * shift + [KEYS[key]]
        self.act('key', [{'type': 'keyDown', 'value': each} for each in keys] +
                 [{'type': 'keyUp', 'value': each} for each in keys[::-1]])

    def give(self, script, *paths):
        """Chooses files for an input of files"""
        node = self.call('WebDriver:ExecuteScript', args=[],
                         script=f'return {script}')['value']
        self.call('WebDriver:ElementSendKeys', id=next(iter(node.values())),
                  text='\n'.join(map(str, paths)))

    def picture(self, whole=False):
        """Takes a picture of the window, or of the whole page: PNG bytes"""
        return base64.b64decode(self.call('WebDriver:TakeScreenshot',
                                          full=whole)['value'])

    def close(self):
        """Ends the browser"""
        self.call('Marionette:Quit', flags=['eForceQuit'])
        self.process.wait(timeout=30)
        self.stream.close()
        self.socket.close()
