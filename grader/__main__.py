#!/usr/bin/env python3
"""Grades the four files of the exercise that lie in a folder

The exit status is 0 if all required checks pass, 1 if one fails, 2 if the
files could not be graded.
"""

import argparse
import concurrent.futures
import os
import signal
import sys
import threading

from . import judge, table
from .checks import checks_of
from .registry import TASKS


class Parser(argparse.ArgumentParser):
    """Parser of options whose errors are one line"""

    def error(self, message):
        """Ends the program with one line and status 2"""
        self.exit(2, 'grader: error: {}\n'.format(' '.join(message.split())))


def limit(text):
    """Reads a limit, for argparse's `type`"""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 10 ** 6:
        raise argparse.ArgumentTypeError(
            'must be a number above 0, up to 1000000. Received: ' + text)
    return value


def main():
    """Grades the files, two at a time, and prints the table

    Returns:
        int, the exit status.
    """
    parser = Parser(prog='python3 -m grader', description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', metavar='FOLDER', help='where they lie')
    parser.add_argument('--task-seconds', metavar='SECONDS', type=limit,
                        default=judge.SECONDS, help='the time that each task '
                        'has (default: %(default)s)')
    parser.add_argument('--task-memory', metavar='GIB', type=limit,
                        default=judge.GIBIBYTES, help='the memory in GiB that '
                        'each task has (default: %(default)s)')
    options = parser.parse_args()
    if not os.path.isdir(options.folder):
        parser.error('FOLDER must be a folder. Received: ' + options.folder)
    stop = threading.Event()
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            try:
                futures = [pool.submit(
                    judge.grade, options.folder, task, options.task_seconds,
                    options.task_memory, stop) for task in range(len(TASKS))]
                # The signal of Ctrl-C may reach another thread, and would
                # not wake this one: it looks by itself.
                while concurrent.futures.wait(futures, 0.1).not_done:
                    pass
            finally:
                stop.set()
        grades = {task: future.result() for task, future in enumerate(futures)}
        # A sentence may quote what the terminal's encoding does not have.
        lines = '\n'.join(table.lines_of(grades)).encode(
            sys.stdout.encoding, 'backslashreplace')
        print(lines.decode(sys.stdout.encoding), flush=True)
    except KeyboardInterrupt:
        parser.exit(130, 'grader: interrupted\n')
    except OSError as error:
        # Python would write the rest at the end, and fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        parser.error(str(error))
    return int(any(grades[task][check.name] is not None for task in grades
                   for check in checks_of(task) if check.required))


if __name__ == '__main__':
    # However it is told to end, its workers end with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
