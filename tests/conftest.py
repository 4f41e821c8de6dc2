#!/usr/bin/env python3
"""Options of the suite: whose files it grades, and within what limits"""

import concurrent.futures
import os

import pytest

from grader import judge, table

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def pytest_addoption(parser):
    """Adds the grader's options"""
    group = parser.getgroup('grader')
    group.addoption('--submission', metavar='DIR', help='grade the four '
                    'files in DIR and nothing else (default: test this '
                    'project, its own four files included)')
    group.addoption('--task-seconds', metavar='SECONDS', type=float,
                    default=judge.SECONDS, help='the time that each task '
                    'has (default: %(default)s)')
    group.addoption('--task-memory', metavar='GIB', type=float,
                    default=judge.GIBIBYTES, help='the memory in GiB that '
                    'each task has (default: %(default)s)')


def pytest_configure(config):
    """Refuses a submission that is no folder"""
    folder = config.getoption('submission')
    if folder is not None and not os.path.isdir(folder):
        raise pytest.UsageError(
            '--submission must be a folder. Received: ' + folder)
    config.grades = {}


def pytest_ignore_collect(collection_path, config):
    """Leaves out all other tests where a submission is graded"""
    if (config.getoption('submission') is not None and
            collection_path.suffix == '.py' and
            collection_path.name != 'test_submission.py'):
        return True
    return None


@pytest.fixture(scope='session')
def verdicts(request):
    """Grades the files that tests ask for, two at a time

    Returns:
        function of a task, which gives what judge.grade gives for it.
    """
    options = request.config.option
    tasks = sorted({item.callspec.params['task']
                    for item in request.session.items
                    if 'verdicts' in getattr(item, 'fixturenames', ())})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = {task: pool.submit(
            judge.grade, options.submission or ROOT, task,
            options.task_seconds, options.task_memory) for task in tasks}

        def verdict(task):
            """Waits for a task's verdicts"""
            request.config.grades[task] = futures[task].result()
            return request.config.grades[task]

        yield verdict


def pytest_terminal_summary(terminalreporter, config):
    """Prints the table of a submission"""
    if config.grades and config.getoption('submission') is not None:
        terminalreporter.section('grades')
        for line in table.lines_of(config.grades):
            terminalreporter.write_line(line)
