#!/usr/bin/env python3
"""Grades folders with the four files of the exercise

The exit status is 0 if no required check fails, 1 if one does, 2 if the
command is wrong.
"""

import argparse
import functools
import os
import shutil
import signal
import sys
import tempfile

from .printable import clean
# PYTHONPATH may have packages of another Python, which may raise anything.
try:
    from . import (compare, feedback, files, formats, intake, jobs, options,
                   report, rounds, scores)
    from .registry import TASKS
    from .sandbox import cage
    from .source import examination
except Exception as error:
    sys.stderr.write(clean(
        'grader: error: a package cannot be imported. Call `make grade`, or '
        'activate the environment first: . .venv/bin/activate. Received: '
        'PYTHONPATH={}; {}: {}'.format(
            os.environ.get('PYTHONPATH', ''), type(error).__name__, error),
        1000) + '\n')
    sys.exit(2)

FORMS = {'json': formats.as_json, 'csv': formats.as_csv,
         'junit': formats.as_junit, 'gradescope': formats.as_gradescope}


def demand_others(args, found):
    """Demands that no file that is written is one that is given, or twice

    Args:
        args: argparse.Namespace.
        found: list of submissions.Submission.

    Raises:
        ValueError: if one is.
    """
    taken = {os.path.realpath(path): 'of a submission'
             for submission in found for path in submission.paths + [
                 os.path.join(submission.folder, 'README.md')]}
    for name in ['weights'] + sorted(FORMS):
        path = getattr(args, name)
        # Several files may go to one pipe.
        if path and not files.direct(path):
            place = os.path.realpath(path)
            if place in taken:
                raise ValueError(
                    '--{} must be another file than that {}. Received: {}'
                    .format(name, taken[place], path))
            taken[place] = 'of --' + name


def demand_machine(args):
    """Demands a machine on which the grader itself does not fail

    Args:
        args: argparse.Namespace.

    Raises:
        ValueError: if it would fail on all submissions.
    """
    try:
        tempfile.gettempdir()
    except OSError:
        raise ValueError('TMPDIR must be a folder that can be written. '
                         'Received: {}'.format(os.environ.get('TMPDIR')))
    kind = cage.choose(args.python) if args.cage else 'none'
    if not cage.works(kind, args.python, cage.FIND):
        raise ValueError('the Python that runs the files must find NumPy and '
                         'TensorFlow, see docs/grading.md. Received: {}, '
                         'cage {}'.format(args.python, kind))


def prepare(args):
    """Reads what the options name, and completes them

    Args:
        args: argparse.Namespace.

    Returns:
        list of submissions.Submission, by name; dict from the names of those
        that have been graded already to what the judge gave.

    Raises:
        ValueError: if something is wrong, in one line.
    """
    args.left = []
    found = sorted(intake.find(args.folders, args.left, ours(args)),
                   key=lambda submission: submission.name)
    demand_others(args, found)
    args.weights = scores.read(args.weights) if args.weights else (
        scores.WEIGHTS)
    args.python = options.python_of(args.runtime)
    demand_machine(args)
    args.tasks = args.tasks or tasks_of(args, found)
    begin_round(args, found)
    prepare_folders(args, len(found) > 1)
    args.handed_out = fingerprints(args.known) if args.known else frozenset()
    args.old = formats.read(args.compare) if args.compare else None
    rows = graded_before(args, found)
    if args.seed is None:
        # What is still to come is judged as what was. And no file must be
        # able to guess the seed, and with it the sizes.
        args.seed = (next(iter(rows.values()))['seed'] if rows else
                     int.from_bytes(os.urandom(4), 'big'))
    if len(rows) < len(found) and len(args.before) < len(args.tasks):
        demand_cage(args)
    return found, rows


def begin_round(args, found):
    """Takes from a student's last round of the same folder what is known

    Args:
        args: argparse.Namespace, which gets `rounds` and `before`.
        found: list of submissions.Submission.
    """
    args.rounds = (len(found) == 1 and args.cage and args.seed is None and
                   not found[0].problem)
    args.before = rounds.known(found[0], args) if (
        args.rounds and not args.again) else {}


def demand_cage(args):
    """Demands a cage, unless files may run without one"""
    if args.cage and cage.choose(args.python) == 'none':
        raise ValueError(cage.NONE)


def ours(args):
    """Lists what the grader itself reads and writes: a set of real paths"""
    return {os.path.realpath(path) for path in [
        args.weights, args.feedback, args.known, args.compare] + [
            getattr(args, name) for name in FORMS] if path}


def tasks_of(args, found):
    """Lists the tasks that count: of one submission those that it has"""
    if len(found) == 1 and not args.gradescope:
        there = [number for number, task in enumerate(TASKS)
                 if found[0].files[task.file].problem != intake.MISSING]
        if there:
            return there
    # Gradescope grades one at a time, and yet a class.
    return list(range(len(TASKS)))


def graded_before(args, found):
    """Takes from --json FILE what has been graded and has not changed

    Args:
        args: argparse.Namespace.
        found: list of submissions.Submission.

    Returns:
        dict from the names of submissions to what the judge gave.
    """
    known = formats.read(args.json) if args.json and not args.again else {}
    return {submission.name: known[submission.name] for submission in found
            if known.get(submission.name, {}).get('made_from') ==
            rounds.origin(submission, args) and
            args.seed in (None, known[submission.name]['seed'])}


def prepare_folders(args, many):
    """Demands that what is written for a class can be written

    Args:
        args: argparse.Namespace.
        many: bool, whether there is more than one submission.

    Raises:
        ValueError: if it cannot.
    """
    for name in ('feedback', 'gradescope'):
        path = getattr(args, name)
        try:
            if path and (many or name == 'feedback'):
                os.makedirs(path, exist_ok=True)
                files.writable(os.path.join(path, 'x'))
            elif path:
                files.writable(path)
        except (OSError, ValueError, argparse.ArgumentTypeError) as error:
            raise ValueError('--{} cannot be written: {}. Received: {}'.format(
                name, getattr(error, 'strerror', error), path))
    if args.compare and not os.path.isfile(args.compare):
        raise ValueError('--compare must be a file that --json FILE has '
                         'written. Received: ' + args.compare)


def fingerprints(folder):
    """Reads what was handed out: pairs of a file's name and normal form

    Args:
        folder: str.

    Returns:
        set of pairs of str.

    Raises:
        ValueError: if there is none of the four files.
    """
    return {(task.file, examination.examine(
        submission.files[task.file], task.parameters)['normal'])
            for submission in intake.find([folder]) for task in TASKS
            if submission.files[task.file].content}


def heed(handler):
    """Sets what the signals do that end the command"""
    for each in jobs.SIGNALS:
        # With nohup, or in the background, some signals are ignored: they
        # must stay ignored.
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, handler)


def draw(done, total):
    """Draws the progress bar of a class, if there is a terminal"""
    if total > 1 and sys.stderr.isatty():
        # After the last one the line is empty.
        sys.stderr.write('\r\x1b[K' + '[{:<40}] {} of {}'.format(
            '#' * (40 * done // total), done, total) * (done < total))
        sys.stderr.flush()


def show(shown, file, sentence):
    """Shows the first fault as soon as it is found, if there is a terminal

    Args:
        shown: list, which is empty until then.
        file, sentence: str, what a judge tells.
    """
    if not shown and sys.stderr.isatty():
        shown.append(sentence)
        # It is gone when all is done.
        sys.stderr.write('\r\x1b[K' + clean('{}: {}'.format(
            file, sentence), shutil.get_terminal_size().columns - 1))
        sys.stderr.flush()


def save(graded, args, last, found=()):
    """Writes what is graded to the files

    Args:
        graded: list of dict, what the judge gave for each submission.
        args: argparse.Namespace.
        last: bool, whether all are written; else the JSON is, of which
            nothing is to be lost.
        found: list of submissions.Submission, of all.
    """
    name_alike(graded, args.handed_out)
    # Where nothing is graded yet, a file of an earlier run must not be lost.
    for name in sorted(FORMS) if graded else ():
        path = getattr(args, name)
        # What is written to a pipe cannot be replaced later.
        if path and (last or name == 'json' and not files.direct(path)):
            write(name, path, graded, args, found)
    if graded and args.feedback and last:
        feedback.write(args.feedback, graded, found, args.handed_out)


def name_alike(graded, handed_out):
    """Says in each row which others are like it, see report.likeness"""
    groups = report.likeness(graded, handed_out)
    for row in graded:
        alike = set().union(*(group for group in groups
                              if row['submission'] in group))
        row['same_as'] = sorted(alike - {row['submission']})


def write(name, path, graded, args, found):
    """Writes one form, see save

    Args:
        name: str, one of FORMS.
        path: str, a file, or of a class for Gradescope a folder.
    """
    make, more = FORMS[name], {}
    if name == 'gradescope' and len(found) > 1:
        pages = feedback.page_names([row['submission'] for row in graded])
        for row in graded:
            files.write(
                os.path.join(path, pages[row['submission']] + '.json'),
                make([row], args.weights))
        return
    if name == 'csv':
        more['missing'] = len(found) - len(graded)
    files.write(path, make(graded, args.weights, **more))


def run(args, found, rows):
    """Grades, writes the files and prints the report

    Args:
        args: argparse.Namespace.
        found: list of submissions.Submission.
        rows: dict from the names of those that were graded before to what
            the judge gave; that of the others is put into it.

    Returns:
        int, the exit status.

    Raises:
        KeyboardInterrupt: if a signal has come; the files are written.
    """
    before, stopped, shown = len(rows), [], []

    def graded():
        """Lists what the judge gave so far, by name"""
        return [rows[submission.name] for submission in found
                if submission.name in rows]

    def take(submission, row):
        """Keeps what the judge gave for one more"""
        row['notes'] = [clean(note) for note in submission.notes]
        # One that the grader failed on is graded again the next time.
        if not report.not_graded(row):
            row['made_from'] = rounds.origin(submission, args)
            if args.rounds:
                rounds.keep(submission, args, row)
        rows[submission.name] = row
        save(graded(), args, last=False)
        draw(len(rows), len(found))

    heed(lambda number, frame: stopped.append(number))
    try:
        draw(before, len(found))
        jobs.grade([submission for submission in found
                    if submission.name not in rows], args, take, stopped,
                   functools.partial(show, shown) if len(found) == 1 else None)
    finally:
        heed(signal.default_int_handler)
        if shown:
            sys.stderr.write('\r\x1b[K')
        draw(len(found), len(found))
        save(graded(), args, last=True, found=found)
    if stopped:
        raise KeyboardInterrupt('; {} of {} are kept in {}: run the same '
                                'again to go on'.format(
                                    len(rows), len(found), args.json)
                                if args.json else
                                '; nothing is kept without --json FILE')
    lines = report.lines_of(graded(), args.left, args.handed_out)
    if args.compare:
        lines[-1:-1] = compare.lines_of(args.old, graded())
    if before:
        lines.append('{} of {} graded before; --again grades all anew'.format(
            before, len(found)))
    # A sentence may quote characters that the terminal cannot show.
    print('\n'.join(lines).encode(sys.stdout.encoding, 'backslashreplace')
          .decode(sys.stdout.encoding), flush=True)
    return int(any(report.is_wrong(task)
                   for row in graded() for task in row['tasks']))


def main():
    """Runs the command

    Returns:
        int, the exit status.
    """
    parser = options.make_parser(__doc__)
    if sys.stdout is None:
        parser.error('the standard output must be open. Received: none')
    # Where they are closed, other files would get their numbers.
    for stream in ('stdin', 'stderr'):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, 'r+'))
    try:
        heed(signal.default_int_handler)
        args = parser.parse_args()
        try:
            found, rows = prepare(args)
        except ValueError as error:
            parser.error(str(error))
        return run(args, found, rows)
    except KeyboardInterrupt as interrupt:
        # A second Ctrl-C would end this with another status.
        heed(signal.SIG_IGN)
        parser.exit(130, 'grader: interrupted{}\n'.format(interrupt))
    except OSError as error:
        # At exit Python writes what is left to the standard output, and would
        # fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        parser.error(str(error))


if __name__ == '__main__':
    sys.exit(main())
