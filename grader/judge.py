#!/usr/bin/env python3
"""Starts a worker for a task and turns what becomes of it into sentences"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from .checks import checks_of
from .registry import TASKS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = 120
GIBIBYTES = 4


def ending(status, complaints, seconds, gibibytes):
    """Says how a worker ended that did not judge everything

    Args:
        status: int, as subprocess has it, or None if it was still running.
        complaints: str, what it wrote to its standard error.
        seconds: float, its time limit.
        gibibytes: float, its memory limit.
    """
    if status is None:
        return 'did not finish within {:g} s'.format(seconds)
    if any(text in complaints for text in ('bad_alloc', 'MemoryError',
                                           'annot allocate memory')):
        return 'used more memory than {:g} GiB'.format(gibibytes)
    if status < 0:
        return 'ended the process ({})'.format(signal.Signals(-status).name)
    return 'ended the process (exit status {})'.format(status)


def grade(folder, task, seconds=SECONDS, gibibytes=GIBIBYTES, stop=None):
    """Grades one file

    Args:
        folder: str, where the file lies; nothing is written there.
        task: int, which file.
        seconds: float, the time that the worker has.
        gibibytes: float, the memory that the worker has.
        stop: threading.Event that ends the worker early, if there is one.

    Returns:
        dict from the name of every check of the task to None if it passed,
        else to the sentence that says what is wrong.
    """
    place = tempfile.mkdtemp(prefix='grader-')
    try:
        return judged(os.path.join(os.path.abspath(folder),
                                   TASKS[task].file), task, seconds,
                      gibibytes, place, stop or threading.Event())
    finally:
        shutil.rmtree(place, ignore_errors=True)


def judged(file, task, seconds, gibibytes, place, stop):
    """Grades a file with a worker that lives in a folder, see grade"""
    results = os.path.join(place, 'results')
    errors = os.path.join(place, 'errors')
    # First, so that no other module of the name is taken for the grader.
    paths = [ROOT] + list(filter(None, [os.environ.get('PYTHONPATH')]))
    # Without a GPU: workers would share it, and it rounds more coarsely.
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(paths),
                       TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='-1',
                       TMPDIR=place)
    with open(errors, 'wb') as complaints:
        worker = subprocess.Popen(
            [sys.executable, '-B', '-m', 'grader.worker', '--task', str(task),
             '--file', file, '--results', results,
             '--gibibytes', str(gibibytes)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=complaints, cwd=place, env=environment,
            start_new_session=True)
        try:
            end = time.monotonic() + seconds
            while (worker.poll() is None and time.monotonic() < end and
                   not stop.wait(0.05)):
                pass
            status = worker.poll()
        finally:
            # Whatever the file started goes with it.
            try:
                os.killpg(worker.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            worker.wait()
    action, verdicts = 'starting', {}
    lines = []
    if os.path.exists(results):
        with open(results, errors='replace') as text:
            lines = text.read().split('\n')[:-1]
    for line in map(json.loads, lines):
        action = line.get('action', action)
        if 'check' in line:
            verdicts[line['check']] = line['sentence']
    with open(errors, errors='replace') as text:
        complaints = text.read()[-10000:]
    names = [check.name for check in checks_of(task)]
    if not set(names) <= set(verdicts):
        sentence = '{} {}'.format(action, ending(status, complaints, seconds,
                                                 gibibytes))
        for name in names:
            verdicts.setdefault(name, sentence)
    return {name: verdicts[name] for name in names}
