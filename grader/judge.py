#!/usr/bin/env python3
"""Judges one submission: starts its servant, asks, and gives the verdict

Nothing here runs a submission's code or imports TensorFlow.
"""

import collections
import json
import os
import shutil
import subprocess
import tempfile
import time

from . import scores, submissions
from .checks import checks_of
from .printable import clean
from .registry import Fault, TASKS, Unjudged, require
from .sandbox import cage, protocol
from .solution import FORMS, Subject, fits
from .source import examination

FAILED = 'the grader itself failed here, not the submission; grade it ' \
    'again, and report it if it fails again ({})'
# TensorFlow's import on a busy machine.
STARTING = 120


class Servant:
    """The servant of a submission, in its cage

    It is started anew if a file has ended it; the files still to come are
    judged as ever.
    """

    def __init__(self, submission, options):
        """Makes a servant, which is started when it is needed

        Args:
            submission: submissions.Submission.
            options: argparse.Namespace, those of the command.
        """
        self.options = options
        self.submission = submission
        self.kind = cage.choose(options.python) if options.cage else 'none'
        self.process = None

    def start(self):
        """Starts the program, with pipes for itself and two for each file"""
        self.place = tempfile.mkdtemp()
        code = os.path.join(self.place, 'code')
        os.mkdir(code)
        for name in ('runner.py', 'protocol.py', 'confine.py'):
            shutil.copy(os.path.join(cage.HERE, name), code)
        for name, file in self.submission.files.items():
            if file.content is not None:
                with open(os.path.join(code, name), 'wb') as copied:
                    copied.write(file.content)
        self.wires, theirs = [], {}
        for number in range(1 + 2 * len(TASKS)):
            questions, answers = os.pipe(), os.pipe()
            theirs[number] = questions[0], answers[1]
            self.wires.append(protocol.Wire(answers[0], questions[1]))
        descriptors = [one for pair in theirs.values() for one in pair]
        self.process = cage.start(
            self.kind, self.options.python, self.place,
            [json.dumps({'kind': self.kind, 'pipes': theirs})], descriptors,
            self.options.task_memory)
        for descriptor in descriptors:
            os.close(descriptor)
        self.wires[0].deadline = time.monotonic() + STARTING
        self.eager = self.wires[0].receive()[0]['eager']

    def tell(self, seconds, **question):
        """Tells the first process what to do; gives its answer"""
        self.wires[0].deadline = time.monotonic() + seconds
        self.wires[0].send(question)
        return self.wires[0].receive()[0]

    def open(self, number, ask, task):
        """Starts the process of a file

        Args:
            number: int, which of the pipes it gets.
            ask: str, 'file' or 'program', see runner.start.
            task: int, whose file.

        Returns:
            protocol.Wire, to that process.
        """
        for _ in range(2):
            try:
                if self.process is None:
                    self.start()
                self.tell(STARTING, ask=ask, number=number,
                          path=TASKS[task].file)
                return self.wires[number]
            except protocol.Broken:
                self.close()
        raise OSError('the servant does not start: ' + self.said)

    def end(self, number):
        """Ends the process of a file"""
        if self.process is None:
            return
        try:
            self.tell(10, ask='end', number=number)
        except protocol.Broken:
            self.close()

    def close(self):
        """Ends the servant and all that it started"""
        if self.process is not None:
            cage.end(self.process)
            self.said = cage.complaints(self.process).strip()[-100:]
            self.process = None
            for connection in self.wires:
                connection.close()
            # Nothing can be written there, but where there is no cage.
            subprocess.call(['rm', '-rf', '--', self.place])


def run_program(subject, servant):
    """Checks that a file ends with 0 when it runs as a program"""
    subject.primary
    number = 1 + len(TASKS) + subject.task
    name = './' + TASKS[subject.task].file
    connection = servant.open(number, 'program', subject.task)
    connection.deadline = time.monotonic() + subject.left
    try:
        answer = connection.receive()[0]
    except protocol.Broken as broken:
        servant.end(number)
        raise Fault('{} {}'.format(name, {
            'late': 'does not end'}.get(str(broken), 'ends the process')))
    # What it has told, not how it ends: it may never end.
    servant.end(number)
    if 'error' in answer:
        raise subject.fault_of('running {} as a program'.format(name),
                               answer['error'])
    require(fits(answer, FORMS['program']),
            '{}: what the process answers is no answer', name)
    status = answer['status']
    if status:
        raise Fault('running {} as a program ends with status {}; it must '
                    'end with 0'.format(name, status))


def judge_file(subject, servant):
    """Makes all checks of models on one file"""
    for check in checks_of(subject.task):
        if check.about is not None and (
                set(check.about) & (set(subject.faults) |
                                    set(subject.not_judged))):
            continue
        record(subject, check.name, lambda: check.judge(subject))
        if check.name == 'returns':
            record(subject, 'program', lambda: run_program(subject, servant))


def failure(error):
    """Says that the grader failed, and where: clean, of an exception"""
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return clean(FAILED.format('{}: {}, {} line {}'.format(
        type(error).__name__, error, os.path.basename(
            trace.tb_frame.f_code.co_filename), trace.tb_lineno)))


def record(subject, name, judge):
    """Makes a check and keeps what comes of it"""
    try:
        judge()
    except Fault as fault:
        subject.faults[name] = [fault] + fault.also
    except Unjudged as because:
        subject.not_judged[name] = str(because)
    # A fault of the grader's own is not to cost the other files their grades.
    except Exception as error:
        subject.not_judged[name] = failure(error)


def verdict(subject, weights, began):
    """Puts together what is said of a file"""
    required = [check.name for check in checks_of(subject.task)
                if check.about is None] + ['program']
    said = subject.text
    faults, marks = [tuple(one) for one in said['faults']], said['lines']
    for name in required:
        for fault in subject.faults.get(name, ()):
            line = fault.line
            faults.append((name, str(fault), marks.get(line)
                           if isinstance(line, str) else line))
    not_judged = [tuple(one) for one in said['not_judged']] + [
        (name, subject.not_judged[name]) for name in required
        if name in subject.not_judged]
    advice = [tuple(one) for one in said['advice']] + [
        (name, str(fault)) for name, found in subject.faults.items()
        if name not in required for fault in found]
    # One fault costs one fault: what says the same is said once.
    once = collections.OrderedDict()
    for name, sentence, line in faults:
        once.setdefault(clean(sentence), (name, line))
    failed = {name for name, _, _ in faults} | {
        name for name, _ in not_judged}
    return {
        'file': TASKS[subject.task].file,
        'score': scores.score(weights[subject.task], failed),
        'faults': [{'check': name, 'sentence': sentence, 'line': line}
                   for sentence, (name, line) in once.items()],
        'not_judged': [{'check': name, 'because': clean(because)}
                       for name, because in not_judged],
        'advice': [{'check': name, 'sentence': clean(sentence)}
                   for name, sentence in sorted(advice)],
        'seconds': round(time.monotonic() - began, 2)}


def judge(submission, options):
    """Judges a submission

    Args:
        submission: submissions.Submission.
        options: argparse.Namespace: `runtime`, `python`, `seed`,
            `task_seconds`, `task_memory`, `cage`, `weights`.

    Returns:
        dict, as docs/grading.md says; and 'normal', see examination.examine.
    """
    cage.adopt()
    # Before there are threads, for it forks.
    texts = [examination.examine(submission.files[task.file], task.parameters)
             for task in TASKS]
    if not submission.readme:
        texts[0]['advice'].append([
            'readme', 'the folder has no README.md, which the exercise asks '
            'for'])
    servant = Servant(submission, options)
    tasks = []
    try:
        for task, said in enumerate(texts):
            began = time.monotonic()
            connection = eager = None
            if said['runs']:
                connection = servant.open(1 + task, 'file', task)
                eager = servant.eager
            subject = Subject(
                task, said, connection,
                time.monotonic() + options.task_seconds, options, eager)
            judge_file(subject, servant)
            if connection is not None:
                servant.end(1 + task)
            tasks.append(verdict(subject, options.weights, began))
    finally:
        servant.close()
    return {
        'submission': submission.name,
        'score': round(sum(task['score'] for task in tasks) / len(tasks), 1),
        'tasks': tasks,
        'files': {name: submissions.sha256(file)
                  for name, file in submission.files.items()},
        'same_as': [], 'runtime': options.runtime, 'seed': options.seed,
        'cage': servant.kind,
        'normal': {task.file: said['normal']
                   for task, said in zip(TASKS, texts)}}
