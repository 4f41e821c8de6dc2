#!/usr/bin/env python3
"""Grades one file: the program that the judge starts for each task

It writes a JSON line for each check as soon as it is judged, and one before
everything that the file's own code does, so that a file that ends the
process is known by what it did last.
"""

import argparse
import json
import os
import resource
import shutil
import tempfile

from .checks import checks_of
from .registry import Fault
from .subject import Subject, first_line


def judge(subject, done, checks):
    """Judges checks of one file

    Args:
        subject: Subject, the file.
        done: function of a check's name and a sentence, None if it passed;
            called for each check in turn.
        checks: list of Check, of the subject's task, in order.
    """
    faults = {}
    for check in checks:
        sentence = next((faults[name] for name in check.needs
                         if faults.get(name)), None)
        if sentence is None:
            try:
                check.judge(subject)
            except Fault as fault:
                sentence = str(fault)
            except MemoryError:
                sentence = 'it used more memory than ' + subject.memory
            except Exception as error:
                sentence = 'this could not be judged: ' + first_line(error)
        faults[check.name] = sentence
        done(check.name, sentence)


def limit(kind, most):
    """Limits what this process may use, never to more than it may now"""
    allowed = resource.getrlimit(kind)[1]
    if allowed != resource.RLIM_INFINITY:
        most = min(most, allowed)
    resource.setrlimit(kind, (most, most))


def main():
    """Grades the file that the command line names"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--task', type=int, required=True)
    parser.add_argument('--file', required=True)
    parser.add_argument('--results', required=True)
    parser.add_argument('--gibibytes', type=float, required=True)
    options = parser.parse_args()

    # Of what can be written to, not of all that is reserved: TensorFlow
    # reserves much more than it uses.
    limit(resource.RLIMIT_DATA, int(options.gibibytes * 2 ** 30))
    limit(resource.RLIMIT_FSIZE, 2 ** 28)
    limit(resource.RLIMIT_CORE, 0)

    with open(options.results, 'w') as results:
        def write(**line):
            """Writes a line of the results"""
            results.write(json.dumps(line) + '\n')
            results.flush()

        def judged(name, sentence):
            """Writes what came out of a check"""
            write(check=name, sentence=sentence)

        os.chdir(tempfile.mkdtemp(dir=os.getcwd()))
        folder = tempfile.mkdtemp(dir=os.path.dirname(os.getcwd()))
        copied = os.path.join(folder, os.path.basename(options.file))
        if os.path.isfile(options.file):
            shutil.copy(options.file, copied)
        judge(Subject(options.task, copied,
                      lambda action: write(action=action),
                      '{:g} GiB'.format(options.gibibytes)),
              judged, checks_of(options.task))
    # What the file left running, threads say, must not keep the process.
    os._exit(0)


if __name__ == '__main__':
    main()
