#!/usr/bin/env python3
"""Starts the runner of a submission and talks with it, outside the cage"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

from ..registry import TASKS
from . import cage, protocol

HERE = os.path.dirname(os.path.abspath(__file__))
# Seconds for the import of TensorFlow on a busy machine.
STARTING = 120


class Runner:
    """The runner of a submission, in its cage

    It is started anew if a file has ended it; the files still to come are
    judged as ever. Threads may share it, which judge a file each.
    """

    def __init__(self, submission, options):
        """Makes a runner, which is started when it is needed

        Args:
            submission: submissions.Submission.
            options: argparse.Namespace, those of the command.
        """
        self.options = options
        self.submission = submission
        self.kind = cage.choose(options.python) if options.cage else 'none'
        self.process = None
        self.lock = threading.RLock()
        self.stopped = False

    def start(self):
        """Starts the program, with pipes for itself and two for each file

        It is not waited for.
        """
        self.place = tempfile.mkdtemp()
        code = os.path.join(self.place, 'code')
        os.mkdir(code)
        for name in ('runner.py', 'methods.py', 'protocol.py',
                     'confine.py'):
            shutil.copy(os.path.join(HERE, name), code)
        for name, file in self.submission.files.items():
            if file.content is not None:
                with open(os.path.join(code, name), 'wb') as copied:
                    copied.write(file.content)
        self.connections, theirs = [], {}
        for number in range(1 + 2 * len(TASKS)):
            questions, answers = os.pipe(), os.pipe()
            theirs[number] = questions[0], answers[1]
            self.connections.append(protocol.Connection(
                answers[0], questions[1]))
        descriptors = [one for pair in theirs.values() for one in pair]
        self.process = cage.start(
            self.kind, self.options.python, self.place,
            [json.dumps({'kind': self.kind, 'pipes': theirs})], descriptors,
            self.options.task_memory)
        for descriptor in descriptors:
            os.close(descriptor)
        self.eager = None

    def tell(self, seconds, **question):
        """Tells the first process what to do; gives its answer"""
        self.connections[0].deadline = time.monotonic() + seconds
        self.connections[0].send(question)
        return self.connections[0].receive()[0]

    def number(self, ask, task):
        """Gives the number of the pipes of a process, see runner.start"""
        return 1 + task + len(TASKS) * (ask == 'program')

    def open(self, ask, task):
        """Starts the process of a file

        Args:
            ask: str, 'file' or 'program', see runner.start.
            task: int, whose file.

        Returns:
            protocol.Connection, to that process.
        """
        number = self.number(ask, task)
        with self.lock:
            # Another file may have ended the runner: it is started anew.
            for _ in range(2):
                if self.stopped:
                    raise OSError('the judge was stopped')
                try:
                    if self.process is None:
                        self.start()
                    if self.eager is None:
                        self.connections[0].deadline = (
                            time.monotonic() + STARTING)
                        self.eager = self.connections[0].receive()[0]['eager']
                    self.tell(STARTING, ask=ask, number=number,
                              path=TASKS[task].file)
                    return self.connections[number]
                except protocol.Broken:
                    self.close()
            raise OSError('the runner does not start: ' + self.said)

    def end(self, ask, task):
        """Ends the process of a file, see open"""
        with self.lock:
            if self.process is None:
                return
            try:
                self.tell(10, ask='end', number=self.number(ask, task))
            except protocol.Broken:
                self.close()

    def stop(self):
        """Ends it while threads may wait for it; they come to their end"""
        self.stopped = True
        if self.process is not None:
            cage.end(self.process)

    def close(self):
        """Ends the runner and all that it started"""
        if self.process is not None:
            cage.end(self.process)
            self.said = cage.complaints(self.process).strip()[-100:]
            self.process = None
            for connection in self.connections:
                connection.close()
            # rm, for without a cage a file may have left anything there.
            subprocess.call(['rm', '-rf', '--', self.place])
