#!/usr/bin/env python3
"""Does work on a stranger's text in a process of its own, with limits

A text can be made so that it crashes what reads it, or keeps it busy for ever.
So the process tells what it finds as soon as it has found it.
"""

import faulthandler
import json
import math
import os
import resource
import signal
import sys
import time
import warnings
from multiprocessing import connection

from .findings import Refused

# The limits: bytes of memory beside what is in use; nested calls, of which a
# long formula needs many; bytes that the process may tell.
MEMORY = 2 ** 30
DEPTH = 10000
MOST = 2 ** 20


def told_by(work, seconds, most=MOST):
    """Does work in a process of its own, with limits; see begin and collect"""
    return collect(begin(work, seconds), seconds, most)


def begin(work, seconds):
    """Begins work in a process of its own, with limits

    Args:
        work: function, which gives an iterable of dicts for JSON.
        seconds: float, how long it may be at the processor.

    Returns:
        two ints: the end of a pipe, and the process, for collect.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            limit(seconds)
            tell(work, writing)
        finally:
            os._exit(1)
    os.close(writing)
    return reading, child


def collect(begun, seconds, most=MOST):
    """Waits for what work tells

    Args:
        begun: two ints, what begin gave.
        seconds: float, what begin got; by the clock it may take six times
            that from now on.
        most: int, how many bytes it may tell.

    Returns:
        list of dict, those that it gave; the last has the key `stop`, with a
        sentence and a line or None, if it did not come to its end.
    """
    reading, child = begun
    # The kernel counts the time at the processor, and ends the work; by the
    # clock it takes longer where other programs want the processor too.
    end = time.monotonic() + 6 * seconds
    told = bytearray()
    why = 'Python gave up on it'
    try:
        while len(told) < most:
            if not connection.wait([reading], max(0, end - time.monotonic())):
                why = 'it took more than {:g} s'.format(seconds)
                break
            part = os.read(reading, min(most - len(told), 2 ** 16))
            if not part:
                break
            told += part
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        why = 'it took more than {:g} s'.format(seconds)
    elif os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL:
        why = 'it ended Python with {}'.format(
            signal.Signals(os.WTERMSIG(status)).name)
    findings = [json.loads(line.decode()) for line in told.split(b'\n')[:-1]]
    if not findings or not findings[-1].pop('end', False):
        findings.append({'stop': (
            'the file cannot be examined: {}; make it shorter and simpler'
            .format(why), None)})
    return findings


def limit(seconds):
    """Limits what this process may use"""
    limits = {resource.RLIMIT_CPU: math.ceil(seconds),
              resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    try:
        with open('/proc/self/statm') as pages:
            limits[resource.RLIMIT_AS] = MEMORY + resource.getpagesize() * int(
                pages.read().split()[0])
    except OSError:
        # This is macOS, which has no limit of memory either.
        pass
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (
            most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    # Parsers may print parts of the text: these must not reach the terminal.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    faulthandler.disable()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    warnings.simplefilter('ignore')
    sys.setrecursionlimit(DEPTH)


def tell(work, writing):
    """Writes what work gives to a pipe, as lines of JSON"""
    with os.fdopen(writing, 'w') as pipe:
        def write(finding):
            """Writes a dict"""
            pipe.write(json.dumps(finding) + '\n')
            pipe.flush()
        try:
            for finding in work():
                write(finding)
            write({'end': True})
        except Refused as refused:
            write({'stop': refused.args, 'end': True})
        except (RecursionError, MemoryError):
            write({'end': True, 'stop': (
                'the file cannot be examined: it is nested too deeply or '
                'needs too much memory; make it shorter and simpler', None)})
