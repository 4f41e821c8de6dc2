#!/usr/bin/env python3
"""Judges submissions in processes of their own, some at a time"""

import collections
import json
import multiprocessing
import os
import signal
import time
from multiprocessing import connection

from . import judge, memory, scores, submissions
from .printable import clean
from .registry import TASKS
from .sandbox import cage

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds that a judge has to end the processes in its cage.
GRACE = 10

# A judge at work, what has come of it over its pipe, when it began, and how
# often the kernel had ended something by then.
Job = collections.namedtuple('Job', 'submission process received begun kills')


def work(submission, options, writing, stopped):
    """Judges a submission, in a process of its own

    Args:
        submission: submissions.Submission.
        options: argparse.Namespace.
        writing: int, the end of the pipe that takes the result in JSON.
        stopped: list of int, the signals that the command has got.
    """
    # Ctrl-C in the terminal must not reach the judges: the command ends them.
    os.setsid()
    memory.offer()
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    for descriptor in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
    try:
        # A signal may have come before its handler was set.
        if stopped:
            return
        result = judge.judge(submission, options, lambda *found: os.write(
            writing, json.dumps({'found': found}).encode() + b'\n'))
    # Where the command itself has got the signal, nobody reads this.
    except KeyboardInterrupt:
        result = {'failed': judge.FAILURE.format(
            'its judge was ended, as one that takes too long is')}
    # A fault of the grader's own must not cost the class its grades.
    except Exception as error:
        result = {'failed': judge.failure(error)}
    with os.fdopen(writing, 'w') as pipe:
        pipe.write(json.dumps(result) + '\n')


def start(submission, options, stopped):
    """Starts the judge of a submission, see work

    Returns:
        int, the end of the pipe that gives the result; Job.
    """
    reading, writing = os.pipe()
    killed = memory.kills()
    process = multiprocessing.get_context('fork').Process(
        target=work, args=(submission, options, writing, stopped))
    process.start()
    os.close(writing)
    return reading, Job(submission, process, [], time.monotonic(), killed)


def end(jobs):
    """Ends judges, which take their cages with them"""
    for job in jobs:
        job.process.terminate()
    until = time.monotonic() + GRACE
    for job in jobs:
        job.process.join(max(0, until - time.monotonic()))
        if job.process.is_alive():
            os.kill(job.process.pid, signal.SIGKILL)
            job.process.join()


def finish(job, options):
    """Gives the result of a judge, or one that says that it gave none"""
    job.process.join(GRACE)
    end([job])
    submission, text = job.submission, b''.join(job.received)
    status = job.process.exitcode
    because = judge.FAILURE.format('its judge ended with {} {}'.format(
        *('signal', -status) if status < 0 else ('status', status)))
    if text.endswith(b'\n'):
        result = json.loads(text.decode())
        if 'failed' not in result:
            return result
        because = result['failed']
    return unjudged(submission, options, because)


def unjudged(submission, options, because):
    """Makes the result of a submission that has not been graded

    Args:
        submission: submissions.Submission.
        options: argparse.Namespace.
        because: str, why.

    Returns:
        dict, as judge.judge gives it, but without points and a cage.
    """
    return {
        'submission': submission.name, 'score': 0, 'tasks': [{
            'file': task.file, 'score': 0, 'faults': [], 'not_judged': [
                {'check': name, 'because': clean(because)}
                for name in sorted(options.weights[number])],
            'advice': [], 'seconds': 0, 'checks': scores.points(
                options.weights[number], options.weights[number])}
            for number, task in enumerate(TASKS) if number in options.tasks],
        'files': {name: submissions.sha256(file)
                  for name, file in submission.files.items()},
        'same_as': [], 'runtime': options.runtime, 'seed': options.seed,
        'cage': None, 'normal': {}}


def without_memory(submission, options, row):
    """Gives the result of a submission that lacked memory, alone as well"""
    if any(cause['because'] == memory.CAUSE for task in row['tasks']
           for cause in task['not_judged']):
        # The judge knows which file it was.
        return row
    return unjudged(submission, options, memory.CAUSE)


def grade(waiting, options, take, stopped, tell=None):
    """Grades submissions, some at a time

    Args:
        waiting: list of submissions.Submission.
        options: argparse.Namespace.
        take: function of a submission and its result, called at once.
        stopped: list that ends all early as soon as something is in it.
        tell: function of a file's name and a sentence, called for each fault
            as soon as it is found; None for nothing.
    """
    for submission in waiting:
        if submission.problem:
            take(submission, unjudged(submission, options,
                                      submission.problem))
    queue = Queue([submission for submission in waiting
                   if not submission.problem], options, take)
    try:
        while queue.advance() and not stopped:
            queue.start(stopped)
            # A signal that another thread gets does not wake this call, so it
            # must not wait long.
            for reading in connection.wait(list(queue.running), 0.1):
                # A job that the signal has ended is no fault of the grader.
                if not stopped and read(queue.running[reading], reading, tell):
                    queue.settle(queue.running.pop(reading))
    finally:
        end(queue.running.values())


class Queue:
    """Submissions that wait for a judge, and the judges at work

    Attributes:
        running: dict from the end of a pipe to its Job.
    """

    def __init__(self, waiting, options, take):
        """Takes submissions to grade, see grade"""
        self.waiting, self.running, self.again = waiting[::-1], {}, []
        self.options, self.take = options, take
        self.most = memory.jobs(options.jobs, options.task_memory)
        # The files of one submission are judged at a time if there is room.
        options.threads = max(1, self.most // (len(waiting) or 1))
        # Tried once: judges are forked, and have what this process knows.
        if waiting and options.cage:
            cage.choose(options.python)

    def advance(self):
        """Ends judges that hang; tells whether something is still to do"""
        # Longer than any judge takes that keeps the limits.
        longest = 2 * len(TASKS) * self.options.task_seconds + 120
        end([job for job in self.running.values()
             if time.monotonic() > job.begun + longest])
        if not self.waiting and not self.running:
            # One at a time: what lacked memory then lacks it alone.
            self.waiting, self.again, self.most = self.again, [], 0
        return bool(self.waiting or self.running)

    def start(self, stopped):
        """Starts as many judges as there is room for"""
        room = max(1, self.most) - len(self.running)
        for _ in range(min(len(self.waiting), room)):
            reading, job = start(self.waiting.pop(), self.options, stopped)
            self.running[reading] = job

    def settle(self, job):
        """Takes what a judge gave, or has it judged again"""
        row = finish(job, self.options)
        if memory.kills() == job.kills:
            self.take(job.submission, row)
        elif self.most:
            self.again.append(job.submission)
        else:
            self.take(job.submission, without_memory(
                job.submission, self.options, row))


def read(job, reading, tell):
    """Reads what a judge has written

    Args:
        job: Job.
        reading: int, the end of its pipe; closed when all has come.
        tell: function or None, see grade.

    Returns:
        bool, whether all has come.
    """
    part = os.read(reading, 2 ** 20)
    job.received.append(part)
    lines = b''.join(job.received).split(b'\n')
    while len(lines) > 1 and lines[0].startswith(b'{"found"'):
        found = json.loads(lines.pop(0).decode())['found']
        if tell:
            tell(*found)
    job.received[:] = [b'\n'.join(lines)]
    # A new line ends the result; what the judge has left behind may keep the
    # pipe open.
    complete = not part or len(lines) > 1
    if complete:
        os.close(reading)
    return complete
