#!/usr/bin/env python3
"""What a student's last round found, so that only changed files are graded

It lies in the user's cache, a file for each folder. A file of a submission
cannot reach it from a cage; without one nothing is kept and nothing is taken.
"""

import functools
import hashlib
import json
import os

from . import files, submissions
from .judge import FAILED
from .memory import CAUSE
from .registry import TASKS

# What another time may go otherwise.
PASSING = (FAILED, CAUSE, 'did not finish within')


@functools.lru_cache(maxsize=None)
def version():
    """Hashes the grader's own source, a str: with another, grades differ"""
    digest = hashlib.sha256()
    here = os.path.dirname(os.path.abspath(__file__))
    for place, folders, names in sorted(os.walk(here)):
        for name in sorted(names):
            if name.endswith('.py') and os.path.basename(place) != 'proof':
                with open(os.path.join(place, name), 'rb') as source:
                    digest.update(source.read())
    return digest.hexdigest()


def origin(submission, options):
    """Hashes all that a submission's grade depends on, but for the seed"""
    given = [(name, submissions.sha256(file), file.executable, file.problem)
             for name, file in sorted(submission.files.items())]
    return hashlib.sha256(json.dumps(
        [version(), options.tasks, given, submission.readme, options.runtime,
         options.weights, options.task_seconds, options.task_memory,
         options.cage], sort_keys=True).encode()).hexdigest()


def key_of(submission, task, options):
    """Hashes all that the grade of a file depends on, but for the seed"""
    file = submission.files[TASKS[task].file]
    return hashlib.sha256(json.dumps(
        [version(), submissions.sha256(file), file.executable, file.problem,
         options.runtime, options.weights[task], options.task_seconds,
         options.task_memory], sort_keys=True).encode()).hexdigest()


def path_of(submission):
    """Gives the path of what is kept for a folder"""
    cache = os.environ.get('XDG_CACHE_HOME') or os.path.join(
        os.path.expanduser('~'), '.cache')
    name = os.path.realpath(submission.folder).encode('utf-8', 'replace')
    return os.path.join(cache, 'autoencoders-grader',
                        hashlib.sha256(name).hexdigest()[:32] + '.json')


def read(submission):
    """Reads what is kept of a folder: a dict from keys to pairs"""
    try:
        with open(path_of(submission), encoding='utf-8') as file:
            kept = json.load(file)
        return kept if isinstance(kept, dict) else {}
    except (OSError, ValueError):
        return {}


def known(submission, options):
    """Finds the files that are as they were when they were graded

    Returns:
        dict from the number of a task to its verdict and its normal form.
    """
    kept = read(submission)
    return {task: kept[key] for task, key in (
        (task, key_of(submission, task, options)) for task in options.tasks)
            if key in kept}


def keep(submission, options, row):
    """Keeps what the judge gave, for the next round

    Args:
        submission: submissions.Submission.
        options: argparse.Namespace.
        row: dict, what the judge gave.
    """
    verdicts = {task['file']: task for task in row['tasks']}
    kept = {}
    for task in options.tasks:
        verdict = verdicts[TASKS[task].file]
        # This is about the folder.
        verdict = dict(verdict, advice=[
            each for each in verdict['advice'] if each['check'] != 'readme'])
        said = json.dumps(verdict)
        if not any(sentence in said for sentence in PASSING):
            kept[key_of(submission, task, options)] = [
                verdict, row['normal'].get(verdict['file'])]
    # Of the files that were not asked for, the last is kept as well.
    old = [(key, pair) for key, pair in read(submission).items()
           if key not in kept]
    path = path_of(submission)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        files.write(path, json.dumps(dict(
            old[-2 * len(TASKS):] + list(kept.items()))))
    except OSError:
        # Without a place for it all is graded anew.
        pass
