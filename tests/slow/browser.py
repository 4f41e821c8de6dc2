#!/usr/bin/env python3
"""A headless Chromium, told what to do by its DevTools protocol"""

import base64
import json
import os
import shutil
import subprocess

NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'chrome')
# A page of its own, without what a browser does beside showing it.
OPTIONS = (
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-sync',
    '--disable-component-update', '--hide-scrollbars',
    '--remote-debugging-pipe')


def find():
    """Finds a Chromium: its path, or None"""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """A page in a browser of its own

    Attributes:
        events: list of dict, what the browser has told without being asked.
    """

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
            [find(), *OPTIONS, f'--user-data-dir={folder}', 'about:blank'],
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
        for domain in ('Page', 'Runtime', 'Network', 'Log'):
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
        os.write(self.commands, json.dumps(command).encode() + b'\0')
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

    def open(self, path, width, height, dark=False, touch=False):
        """Opens a file in a window, and waits until it has been loaded

        Args:
            path: pathlib.Path, the file.
            width, height: int, the size of the window in CSS pixels.
            dark: bool, whether the reader prefers dark pages.
            touch: bool, whether it is a phone.
        """
        self.call('Emulation.setDeviceMetricsOverride', width=width,
                  height=height, deviceScaleFactor=2 if touch else 1,
                  mobile=touch)
        self.call('Emulation.setTouchEmulationEnabled', enabled=touch)
        self.call('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme',
             'value': 'dark' if dark else 'light'}])
        self.events.clear()
        self.call('Page.navigate', url=path.resolve().as_uri())
        while not any(event['method'] == 'Page.loadEventFired'
                      for event in self.events):
            self.events.append(self.receive())
        # The first frame, with all sizes known.
        self.run('new Promise(requestAnimationFrame)')

    def run(self, script):
        """Gives the value of JavaScript, waiting where it is a promise"""
        outcome = self.call('Runtime.evaluate', expression=script,
                            returnByValue=True, awaitPromise=True)
        assert 'exceptionDetails' not in outcome, outcome
        return outcome['result'].get('value')

    def mouse(self, kind, x, y, **more):
        """Moves the mouse or presses its left button"""
        self.call('Input.dispatchMouseEvent', type=kind, x=x, y=y, **more)

    def click(self, x, y):
        """Clicks, with a mouse"""
        self.mouse('mouseMoved', x, y)
        for kind in ('mousePressed', 'mouseReleased'):
            self.mouse(kind, x, y, button='left', buttons=1, clickCount=1)

    def press(self, key, shift=False):
        """Presses a key, such as 'ArrowLeft'"""
        # A button is pressed by the text that Enter gives.
        text = {'text': '\r'} if key == 'Enter' else {}
        for kind, more in (('keyDown', text), ('keyUp', {})):
            self.call('Input.dispatchKeyEvent', type=kind, key=key, code=key,
                      modifiers=8 if shift else 0, **more)

    def touch(self, kind, *points):
        """Touches, such as 'touchStart' at places (x, y)"""
        self.call('Input.dispatchTouchEvent', type=kind,
                  touchPoints=[{'x': x, 'y': y} for x, y in points])

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
