#!/usr/bin/env python3
"""Grades folders with the four files of the exercise

The exit status is 0 if no required check fails, 1 if one does, 2 if the
command is wrong.
"""

import argparse
import ast
import functools
import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile

from .printable import clean
# PYTHONPATH may have packages of another Python, which may raise anything.
try:
    from . import (compare, feedback, files, formats, intake, jobs, report,
                   rounds, scores, submissions)
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

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FORMS = {'json': formats.as_json, 'csv': formats.as_csv,
         'junit': formats.as_junit, 'gradescope': formats.as_gradescope}


class Parser(argparse.ArgumentParser):
    """Parser of options whose errors are one line"""

    def error(self, message):
        """Ends the program with one line and status 2"""
        self.exit(2, 'grader: error: {}\n'.format(clean(message, 1000)))


def number(kind, least, most):
    """Makes the reader of a number, for argparse's `type`"""
    def read(text):
        """Reads the number"""
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(
                'must be a {}number from {} to {}. Received: {}'.format(
                    'whole ' if kind is int else '', least, most, text))
        return value
    return read


def runtime(name):
    """Reads the name of a runtime of noxfile.py, for argparse's `type`"""
    with open(os.path.join(ROOT, 'noxfile.py'), encoding='utf-8') as file:
        names, = (list(ast.literal_eval(node.value))
                  for node in ast.parse(file.read()).body
                  if isinstance(node, ast.Assign) and
                  getattr(node.targets[0], 'id', None) == 'PYTHONS')
    if name not in names:
        raise argparse.ArgumentTypeError('must be one of {}. Received: {}'
                                         .format(', '.join(names), name))
    if not os.path.exists(python_of(name)):
        raise argparse.ArgumentTypeError(
            'must be an environment that is there; `make grade RUNTIME={} '
            'DIR=...` makes it. Received: {}'.format(name, name))
    return name


def python_of(name):
    """Gives the path of a runtime's Python"""
    if name == 'newest':
        return sys.executable
    # nox names its folders so.
    return os.path.join(ROOT, '.nox', name.replace('.', '-'), 'bin', 'python')


def tasks(text):
    """Reads numbers of tasks, as 0,3, for argparse's `type`"""
    numbers = sorted(set(text.split(',')))
    if not set(numbers) <= set(map(str, range(len(TASKS)))):
        raise argparse.ArgumentTypeError(
            'must be numbers from 0 to {}, with commas between them. '
            'Received: {}'.format(len(TASKS) - 1, text))
    return [int(number) for number in numbers]


def processors():
    """Counts the processors that this process may use"""
    # On macOS a process may use all.
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def make_parser():
    """Makes the parser of the command's options"""
    parser = Parser(prog='python3 -m grader', description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter,
                    allow_abbrev=False)
    add = parser.add_argument
    add('folders', metavar='FOLDER', nargs='+',
        help='a submission, or a folder or archive of a class, as platforms '
        'give it out')
    for name, content in (('json', 'everything; run again with the same file, '
                           'only what has changed is graded'),
                          ('csv', 'a row for each submission'),
                          ('junit', "JUnit's report in XML")):
        add('--' + name, metavar='FILE', type=files.writable,
            help='writes FILE: ' + content)
    add('--gradescope', metavar='PATH',
        help="writes Gradescope's results.json; of a class one for each "
        'submission, into the folder PATH')
    add('--feedback', metavar='FOLDER',
        help='writes a page for each submission, and index.html')
    add('--known', metavar='FOLDER',
        help='files that were handed out, to be alike is no wonder')
    add('--compare', metavar='OLD.json',
        help='says what has changed since an older --json FILE')
    add('--tasks', '--task', metavar='N,N', type=tasks,
        help='the tasks that count, as 0,3 (default: of one submission those '
        'whose files are there, of a class all)')
    add('--again', action='store_true',
        help='grades also what is known from before')
    add('--jobs', metavar='N', type=number(int, 1, 1000), default=processors(),
        help='submissions at a time (default: %(default)s, the processors)')
    add('--runtime', metavar='NAME', type=runtime, default='newest',
        help='the environment that the files were written for, as page or '
        'tf2.15 (default: %(default)s)')
    add('--seed', metavar='N', type=number(int, 0, 2 ** 32 - 1),
        help='of the sizes and weights that are drawn (default: drawn)')
    limit = number(float, 0.001, 10 ** 6)
    add('--task-seconds', metavar='SECONDS', type=limit, default=120,
        help='the time that each task has (default: %(default)s)')
    add('--task-memory', metavar='GIB', type=limit, default=4,
        help='the memory in GiB that each task has (default: %(default)s)')
    add('--no-cage', dest='cage', action='store_false',
        help='runs the files where they can read and change what you can')
    add('--weights', metavar='FILE',
        help='what each check counts, see docs/grading.md')
    return parser


def origin(submission, options):
    """Hashes all that a grade depends on, but for the seed"""
    given = [(name, submissions.sha256(file), file.executable, file.problem)
             for name, file in sorted(submission.files.items())]
    return hashlib.sha256(json.dumps(
        [rounds.version(), options.tasks, given, submission.readme,
         options.runtime, options.weights, options.task_seconds,
         options.task_memory, options.cage],
        sort_keys=True).encode()).hexdigest()


def demand_others(options, found):
    """Demands that no file that is written is one that is given, or twice

    Args:
        options: argparse.Namespace.
        found: list of submissions.Submission.

    Raises:
        ValueError: if one is.
    """
    taken = {os.path.realpath(path): 'of a submission'
             for submission in found for path in submission.paths + [
                 os.path.join(submission.folder, 'README.md')]}
    for name in ['weights'] + sorted(FORMS):
        path = getattr(options, name)
        # Several files may go to one pipe.
        if path and not files.direct(path):
            place = os.path.realpath(path)
            if place in taken:
                raise ValueError(
                    '--{} must be another file than that {}. Received: {}'
                    .format(name, taken[place], path))
            taken[place] = 'of --' + name


def demand_machine(options):
    """Demands a machine on which the grader itself does not fail

    Args:
        options: argparse.Namespace.

    Raises:
        ValueError: if it would fail on all submissions.
    """
    try:
        tempfile.gettempdir()
    except OSError:
        raise ValueError('TMPDIR must be a folder that can be written. '
                         'Received: {}'.format(os.environ.get('TMPDIR')))
    kind = cage.choose(options.python) if options.cage else 'none'
    if not cage.works(kind, options.python, cage.FIND):
        raise ValueError('the Python that runs the files must find NumPy and '
                         'TensorFlow, see docs/grading.md. Received: {}, '
                         'cage {}'.format(options.python, kind))


def prepare(options):
    """Reads what the options name, and completes them

    Args:
        options: argparse.Namespace.

    Returns:
        list of submissions.Submission, by name; dict from the names of those
        that have been graded already to what the judge gave.

    Raises:
        ValueError: if something is wrong, in one line.
    """
    options.left = []
    ours = {os.path.realpath(path) for path in [
        options.weights, options.feedback, options.known, options.compare] + [
            getattr(options, name) for name in FORMS] if path}
    found = sorted(intake.find(options.folders, options.left, ours),
                   key=lambda submission: submission.name)
    demand_others(options, found)
    options.weights = (scores.read(options.weights) if options.weights else
                       scores.WEIGHTS)
    options.python = python_of(options.runtime)
    demand_machine(options)
    there = [number for number, task in enumerate(TASKS)
             if found[0].files[task.file].problem != intake.MISSING]
    if not options.tasks:
        # Gradescope grades one at a time, and yet a class.
        options.tasks = there if len(found) == 1 and there and (
            not options.gradescope) else list(range(len(TASKS)))
    given = options.seed
    # A student's own rounds.
    options.rounds = (len(found) == 1 and options.cage and given is None and
                      not found[0].problem)
    options.before = rounds.known(found[0], options) if (
        options.rounds and not options.again) else {}
    if given is None:
        # No file must be able to guess the seed, and with it the sizes.
        options.seed = int.from_bytes(os.urandom(4), 'big')
    prepare_folders(options, len(found) > 1)
    options.handed_out = fingerprints(options.known) if (
        options.known) else frozenset()
    options.old = formats.read(options.compare) if options.compare else None
    known = formats.read(options.json) if options.json else {}
    rows = {} if options.again else {
        submission.name: known[submission.name] for submission in found
        if known.get(submission.name, {}).get('made_from') ==
        origin(submission, options) and
        given in (None, known[submission.name]['seed'])}
    if rows and given is None:
        # What is still to come is judged as what was.
        options.seed = next(iter(rows.values()))['seed']
    if options.cage and len(rows) < len(found) and (
            len(options.before) < len(options.tasks)) and (
            cage.choose(options.python) == 'none'):
        raise ValueError(cage.NONE)
    return found, rows


def prepare_folders(options, many):
    """Demands that what is written for a class can be written

    Args:
        options: argparse.Namespace.
        many: bool, whether there is more than one submission.

    Raises:
        ValueError: if it cannot.
    """
    for name in ('feedback', 'gradescope'):
        path = getattr(options, name)
        try:
            if path and (many or name == 'feedback'):
                os.makedirs(path, exist_ok=True)
                files.writable(os.path.join(path, 'x'))
            elif path:
                files.writable(path)
        except (OSError, ValueError, argparse.ArgumentTypeError) as error:
            raise ValueError('--{} cannot be written: {}. Received: {}'.format(
                name, getattr(error, 'strerror', error), path))
    if options.compare and not os.path.isfile(options.compare):
        raise ValueError('--compare must be a file that --json FILE has '
                         'written. Received: ' + options.compare)


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


def save(graded, options, last, found=()):
    """Writes what is graded to the files

    Args:
        graded: list of dict, what the judge gave for each submission.
        options: argparse.Namespace.
        last: bool, whether all are written; else the JSON is, of which
            nothing is to be lost.
        found: list of submissions.Submission, of all.
    """
    groups = report.likeness(graded, options.handed_out)
    for row in graded:
        alike = set().union(*(group for group in groups
                              if row['submission'] in group))
        row['same_as'] = sorted(alike - {row['submission']})
    for name in sorted(FORMS):
        path = getattr(options, name)
        # What is written to a pipe cannot be replaced later. And where
        # nothing is graded yet, a file of an earlier run must not be lost.
        if graded and path and (last or name == 'json' and
                                not files.direct(path)):
            if name == 'gradescope' and len(found) > 1:
                for each, made in feedback.page_names(
                        [row['submission'] for row in graded]).items():
                    files.write(os.path.join(path, made + '.json'), FORMS[
                        name]([row for row in graded
                               if row['submission'] == each], options.weights))
            else:
                more = {'missing': len(found) - len(graded)} if (
                    name == 'csv') else {}
                files.write(path, FORMS[name](graded, options.weights, **more))
    if graded and options.feedback and last:
        feedback.write(options.feedback, graded, found, options.handed_out)


def run(options, found, rows):
    """Grades, writes the files and prints the report

    Args:
        options: argparse.Namespace.
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
            row['made_from'] = origin(submission, options)
            if options.rounds:
                rounds.keep(submission, options, row)
        rows[submission.name] = row
        save(graded(), options, last=False)
        draw(len(rows), len(found))

    heed(lambda number, frame: stopped.append(number))
    try:
        draw(before, len(found))
        jobs.grade([submission for submission in found
                    if submission.name not in rows], options, take, stopped,
                   functools.partial(show, shown) if len(found) == 1 else None)
    finally:
        heed(signal.default_int_handler)
        if shown:
            sys.stderr.write('\r\x1b[K')
        draw(len(found), len(found))
        save(graded(), options, last=True, found=found)
    if stopped:
        raise KeyboardInterrupt('; {} of {} are kept in {}: run the same '
                                'again to go on'.format(
                                    len(rows), len(found), options.json)
                                if options.json else
                                '; nothing is kept without --json FILE')
    lines = report.lines_of(graded(), options.left, options.handed_out)
    if options.compare:
        lines[-1:-1] = compare.lines_of(options.old, graded())
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
    parser = make_parser()
    if sys.stdout is None:
        parser.error('the standard output must be open. Received: none')
    # Where they are closed, other files would get their numbers.
    for stream in ('stdin', 'stderr'):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, 'r+'))
    try:
        heed(signal.default_int_handler)
        options = parser.parse_args()
        try:
            found, rows = prepare(options)
        except ValueError as error:
            parser.error(str(error))
        return run(options, found, rows)
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
