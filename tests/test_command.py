#!/usr/bin/env python3
"""The grader's command: its options, its files, its reports, its end

Its judge is a stand-in, which says what a submission's README.md has it say.
"""

import argparse
import csv
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from xml.etree import ElementTree

import pytest

from common import ROOT
from grader import __main__ as command
from grader import options
from grader import files, formats, report, scores, submissions
from grader.registry import TASKS

FILES = [task.file for task in TASKS]
# Runs the command with a judge that reads its verdict from the submission.
PROGRAM = """
import json, os, runpy, signal, sys, time

def judge(submission, options, tell):
    place = os.path.dirname(submission.paths[0])
    with open(os.path.join(place, 'order')) as file:
        order = json.load(file)
    with open(os.path.join(submission.folder, 'judged'), 'a') as file:
        file.write('%d %d\\n' % (os.getpid(), options.seed))
    print('a print of the judge')
    tell('0-vanilla.py', 'the first fault')
    try:
        time.sleep(order['sleep'])
    finally:
        open(os.path.join(submission.folder, 'cleaned'), 'w').close()
    if times(submission) <= order.get('killed', 0):
        with open(os.environ['KILLS'], 'a') as file:
            file.write('x')
        order['kill'] = signal.SIGKILL
    if 'kill' in order:
        os.kill(os.getpid(), order['kill'])
    if 'error' in order:
        raise ValueError(order['error'])
    return dict(order['row'], submission=submission.name,
                seed=options.seed, runtime=options.runtime,
                cage='Landlock' if options.cage else 'none')

def times(submission):
    with open(os.path.join(submission.folder, 'judged')) as file:
        return len(file.readlines())

from grader import judge as module
from grader import memory
from grader.sandbox import cage
module.judge = judge
cage.choose = lambda python: os.environ.get('CAGE', 'Landlock')
if 'KILLS' in os.environ:
    memory.kills = lambda: os.path.getsize(os.environ['KILLS'])
sys.argv[0] = 'grader'
runpy.run_module('grader', run_name='__main__')
"""


@pytest.fixture(autouse=True)
def cache(tmpdir_factory, monkeypatch):
    """Gives the command a cache of its own"""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmpdir_factory.mktemp('cache')))


def fault(sentence, line=None, check='style'):
    """Makes a fault as the judge says it"""
    return {'check': check, 'sentence': sentence, 'line': line}


def row(name='anna', normal=None, cage='Landlock', **tasks):
    """Makes what the judge gives

    Args:
        name: str, the submission's.
        normal: str, the normal form of its first file.
        cage: str, its cage.
        **tasks: list of faults of task0, task1, task2 or task3.
    """
    made = []
    for number, file in enumerate(FILES):
        faults = tasks.get('task%d' % number, [])
        made.append({'file': file, 'score': 90.0 if faults else 100.0,
                     'faults': faults, 'not_judged': [], 'advice': [],
                     'seconds': 1.5})
    return {'submission': name, 'tasks': made, 'same_as': [], 'cage': cage,
            'score': sum(task['score'] for task in made) / 4, 'seed': 5,
            'files': dict.fromkeys(FILES), 'runtime': 'newest',
            'normal': dict(dict.fromkeys(FILES), **{FILES[0]: normal})}


def submit(folder, text='pass\n', verdict=None, sleep=0, **order):
    """Makes a submission

    Args:
        folder: py.path.local, where.
        text: str, that of its first file.
        verdict: dict, what the judge gives.
        sleep: float, the seconds that the judge takes.
        **order: what the judge does in place of that.
    """
    folder.ensure(dir=True).join(FILES[0]).write(text)
    folder.join('order').write(json.dumps(dict(
        order, row=verdict or row(), sleep=sleep)))


def start(*arguments, **settings):
    """Starts the command in the project's folder

    Args:
        *arguments: its arguments, of any type.
        **settings: those of subprocess.Popen.

    Returns:
        subprocess.Popen, whose output is text.
    """
    return subprocess.Popen(
        [sys.executable, '-c', PROGRAM] + list(map(str, arguments)),
        **dict({'cwd': ROOT, 'stdout': subprocess.PIPE,
                'stderr': subprocess.PIPE, 'universal_newlines': True},
               **settings))


def grade(*arguments, **settings):
    """Runs the command and returns status, output and errors"""
    process = start(*arguments, **settings)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def times(folder):
    """Counts how often a submission was judged"""
    mark = folder.join('judged')
    return len(mark.readlines()) if mark.check() else 0


def test_right(tmpdir):
    """A right folder is a report of some lines, and status 0"""
    submit(tmpdir)
    status, output, errors = grade(tmpdir, '--seed', 7)
    assert (status, errors) == (0, ''), errors
    assert output.split('\n') == [file + ': 100 of 100' for file in FILES] + [
        'Score: 100 of 100', 'Seed 7, runtime newest, cage Landlock', '']


def test_progress(tmpdir):
    """A terminal sees how far the class is, and in the end nothing of it"""
    for name in 'ab':
        submit(tmpdir.join(name))
    ours, theirs = pty.openpty()
    process = start(tmpdir, '--jobs', 1, stderr=theirs)
    assert process.communicate(timeout=60)[1] is None
    os.close(theirs)
    drawn = os.read(ours, 10 ** 4).decode()
    os.close(ours)
    assert '[{:<40}] 1 of 2'.format('#' * 20) in drawn
    assert drawn.endswith('\r\x1b[K')


def test_first_fault(tmpdir):
    """A terminal sees the first fault of one's folder before the others"""
    submit(tmpdir, sleep=0.5)
    ours, theirs = pty.openpty()
    process = start(tmpdir, stderr=theirs)
    output, _ = process.communicate(timeout=60)
    os.close(theirs)
    drawn = os.read(ours, 10 ** 4).decode()
    os.close(ours)
    assert drawn == '\r\x1b[K0-vanilla.py: the first fault\r\x1b[K'
    assert output.startswith('0-vanilla.py: 100 of 100\n')


def only(*numbers, **tasks):
    """Makes what the judge gives for some tasks; see row"""
    made = row(**tasks)
    made['tasks'] = [made['tasks'][number] for number in numbers]
    return made


def test_tasks(tmpdir):
    """Of one folder what is there counts; of a class, what it is told"""
    submit(tmpdir.join('anna'), verdict=only(0))
    output = grade(tmpdir.join('anna'))[1]
    assert output.startswith('0-vanilla.py: 100 of 100\nScore: 100 of 100, '
                             'of 0-vanilla.py\nSeed ')
    assert grade(tmpdir.join('anna', FILES[0]))[1].startswith(
        '0-vanilla.py: 100 of 100\nScore: 100 of 100, of 0-vanilla.py\n')
    submit(tmpdir.join('bert'), verdict=only(0, 3))
    submit(tmpdir.join('anna'), verdict=only(0, 3))
    path = tmpdir.join('csv')
    output = grade(tmpdir, '--tasks', '3,0', '--csv', path)[1]
    assert re.search('^ +score +0-van +3-var +wrong\n', output), output
    assert path.readlines()[0].startswith(
        'submission,score,0-vanilla.py,3-variational.py,')


def test_tasks_of_a_class(tmpdir):
    """Of a class, and for Gradescope, a file that is missing counts"""
    found = [command.intake.find([str(tmpdir)])
             for name in 'ab' if submit(tmpdir.join(name)) is None][-1]
    assert len(found) == 2
    for given, expected in (([tmpdir], [0, 1, 2, 3]),
                            ([tmpdir.join('a')], [0]),
                            ([tmpdir.join('a'), '--tasks', '1,0'], [0, 1]),
                            ([tmpdir.join('a'), '--gradescope',
                              tmpdir.join('results')], [0, 1, 2, 3])):
        args = options.make_parser('').parse_args(
            [str(each) for each in given] + ['--no-cage'])
        command.prepare(args)
        assert args.tasks == expected, given


def test_help():
    """The help says what the command does, and what its status means"""
    assert command.__doc__ in subprocess.check_output(
        [sys.executable, '-m', 'grader', '--help'], cwd=ROOT).decode()


def test_runtime(tmpdir, monkeypatch):
    """A runtime is one of noxfile.py, whose environment make makes"""
    tmpdir.join('noxfile.py').write("PYTHONS = {'newest': '', 'tf9.9': ''}\n")
    monkeypatch.setattr(options, 'ROOT', str(tmpdir))
    assert options.runtime('newest') == 'newest'
    assert options.python_of('newest') == sys.executable
    for name, sentence in (('tf9.9', 'there; `make grade RUNTIME=tf9.9 DIR='),
                           ('tf9.8', 'must be one of newest, tf9.9. ')):
        with pytest.raises(argparse.ArgumentTypeError) as error:
            options.runtime(name)
        assert sentence in str(error.value)
    python = tmpdir.ensure('.nox', 'tf9-9', 'bin', 'python')
    assert options.runtime('tf9.9') == 'tf9.9'
    assert options.python_of('tf9.9') == python


def test_no_cage(tmpdir):
    """Where nothing holds the files, the first line says so"""
    submit(tmpdir)
    assert grade(tmpdir, '--no-cage')[1].startswith(report.NO_CAGE + '\n')


def test_no_cage_no_grading(tmpdir):
    """Where no cage works nothing is run, unless that is asked for"""
    submit(tmpdir)
    given = {'env': dict(os.environ, CAGE='none')}
    status, output, errors = grade(tmpdir, **given)
    assert (status, output, times(tmpdir)) == (2, '', 0)
    assert re.match('grader: error: no cage works here, [^\n]* --no-cage '
                    '[^\n]*\n$', errors), errors
    assert grade(tmpdir, '--no-cage', **given)[0] == 0


def test_class(tmpdir):
    """Of a class each has its row, by name, however many at a time"""
    names = ['dora', 'anna', 'carl', 'bert']
    for number, name in enumerate(names):
        submit(tmpdir.join(name), verdict=row(
            normal='same' if name in ('dora', 'bert') else name,
            task1=[fault('the layer has 3 units, not [6, 6]', 3)]
            if name in ('carl', 'dora') else []), sleep=0.3 - number / 10)
    path = tmpdir.join('all.json')
    status, output, errors = grade(tmpdir, '--jobs', 3, '--json', path)
    assert (status, errors) == (1, ''), errors
    rows = json.loads(path.read())
    assert [each['submission'] for each in rows] == sorted(names)
    assert [each['same_as'] for each in rows] == [[], ['dora'], [], ['bert']]
    assert len({each['seed'] for each in rows}) == 1
    starts = [line.split()[:1] for line in output.split('\n')[1:5]]
    assert starts == [[name] for name in sorted(names)], output
    assert '  2 the layer has 3 units, not [6, 6]\n' in output
    assert 'Same but for names: bert, dora: 0-vanilla.py\n' in output


def test_nothing_vanishes(tmpdir):
    """What cannot be graded has a row and a reason; the last line counts"""
    submit(tmpdir.join('anna', 'deep', 'deeper'))
    tmpdir.join('bert').ensure(dir=True)
    tmpdir.join('carl.zip').write('PK')
    tmpdir.join('carla.csv').write('')
    submit(tmpdir.join('d\u043er'))
    submit(tmpdir.join('dor'))
    path = tmpdir.join('all.json')
    status, output, errors = grade(
        tmpdir, '--json', path, env=dict(os.environ, PYTHONIOENCODING='utf-8'))
    assert (status, errors) == (1, ''), errors
    rows = {each['submission']: each for each in json.loads(path.read())}
    assert sorted(rows) == ['anna', 'bert', 'carl', 'dor', 'd\u043er']
    assert (rows['bert']['score'], rows['bert']['cage']) == (0, None)
    assert times(tmpdir.join('bert')) == 0
    assert re.search(r'\nbert +0 .*  not judged\n', output), output
    for line in ('bert: it is empty', 'carl: carl.zip is damaged or no archive'
                 '; hand in the files themselves, or a new .zip',
                 'anna: found in deep/deeper',
                 'Not taken for submissions: carla.csv'):
        assert '\n' + line + '\n' in output, output
    assert r'\nd\u043er ' in output.replace('\n', r'\n'), output
    assert output.endswith('\n5 handed in, 3 graded, 2 not graded\n')


@pytest.mark.parametrize('order, reason', [
    ({'kill': signal.SIGKILL}, 'its judge ended with signal 9'),
    # One of no name.
    ({'kill': 40}, 'its judge ended with signal 40'),
    # The command ends so what takes too long.
    ({'kill': signal.SIGTERM}, 'its judge was ended, as one that takes too'),
    ({'error': 'a \x1b[31m\nbug'}, r'ValueError: a \x1b[31m bug, ')])
def test_judge_fails(order, reason, tmpdir):
    """A judge that dies costs its submission's grade, and no other's"""
    submit(tmpdir.join('anna'), **order)
    submit(tmpdir.join('bert'))
    path = tmpdir.join('all.json')
    for _ in range(2):
        status, output, errors = grade(tmpdir, '--json', path)
        assert (status, errors) == (1, ''), errors
        failed, right = json.loads(path.read())
        because = failed['tasks'][3]['not_judged'][0]['because']
        assert because.startswith('the grader itself failed here, not ')
        assert reason in because
        assert {each['check'] for each in failed['tasks'][3]['not_judged']
                } == set(scores.WEIGHTS[3])
        assert (failed['score'], right['score']) == (0, 100)
        assert re.search(r'anna +0 .* not judged\n', output), output
        assert 'anna: ' + because in output
    assert times(tmpdir.join('anna')) == 2
    assert times(tmpdir.join('bert')) == 1


def test_memory_runs_out(tmpdir):
    """What the kernel ends is graded again, alone; no student pays for it"""
    for name, killed in (('anna', 1), ('bert', 0), ('carl', 9)):
        submit(tmpdir.join('class', name), killed=killed, sleep=0.2)
    kills, path = tmpdir.ensure('kills'), tmpdir.join('all.json')
    status, output, errors = grade(
        tmpdir.join('class'), '--jobs', 2, '--json', path,
        env=dict(os.environ, KILLS=str(kills)))
    assert (status, errors) == (1, ''), errors
    anna, bert, carl = json.loads(path.read())
    assert (anna['score'], bert['score']) == (100, 100)
    assert times(tmpdir.join('class', 'anna')) == 2
    assert times(tmpdir.join('class', 'carl')) == 2
    assert (carl['score'], carl['tasks'][0]['faults']) == (0, [])
    assert '\ncarl: too little memory: ' in output, output
    assert re.search(r'\ncarl +0 .* not judged\n', output), output
    assert output.endswith('\n3 handed in, 2 graded, 1 not graded\n')
    # It is graded again where there is more.
    submit(tmpdir.join('class', 'carl'))
    before = times(tmpdir.join('class', 'bert'))
    assert grade(tmpdir.join('class'), '--json', path)[0] == 0
    assert times(tmpdir.join('class', 'bert')) == before
    assert times(tmpdir.join('class', 'carl')) == 3


def test_graded_once(tmpdir, tmpdir_factory):
    """Only what has changed is graded, or all if that is asked for"""
    path, anna = tmpdir.join('all.json'), tmpdir.join('anna')
    submit(anna)
    submit(tmpdir.join('bert'))
    weights = tmpdir_factory.mktemp('other').join('weights')
    weights.write('{"style": 9}')

    def added(*arguments):
        """Tells how often a run has anna and bert graded"""
        before = times(anna), times(tmpdir.join('bert'))
        status, _, errors = grade(tmpdir, '--json', path, *arguments)
        assert (status, errors) == (0, ''), errors
        assert len(json.loads(path.read())) == 2
        return times(anna) - before[0], times(tmpdir.join('bert')) - before[1]

    assert added() == (1, 1)
    assert added() == (0, 0)
    # A seed that is asked for is drawn from.
    assert added('--seed', 3) == (1, 1)
    assert added('--seed', 3) == (0, 0)
    assert added('--again') == (1, 1)
    submit(anna, text='pass  # changed\n')
    assert added() == (1, 0)
    # The bytes are the same, and yet it is another submission.
    anna.join(FILES[0]).chmod(0o755)
    assert added() == (1, 0)
    for changed in (['--weights', weights], ['--task-seconds', 60],
                    ['--task-memory', 2], ['--no-cage']):
        assert added(*changed) == (1, 1), changed
    assert added('--no-cage') == (0, 0)


@pytest.mark.parametrize('text', ['', '{}', '[1]', '[{"submission": 1}]',
                                  '[{"submission"', '\udcff', '[' * 10 ** 5])
def test_foreign_json(text, tmpdir):
    """A file in JSON that is not the grader's is left as it is"""
    submit(tmpdir)
    path = tmpdir.join('other')
    path.write_binary(text.encode('utf-8', 'surrogateescape'))
    status, output, errors = grade(tmpdir, '--json', path)
    assert (status, output, times(tmpdir)) == (2, '', 0)
    assert errors == ('grader: error: --json must be a new file or one that '
                      'the grader has written. Received: {}\n'.format(path))
    assert path.read_binary() == text.encode('utf-8', 'surrogateescape')


@pytest.mark.parametrize('options', [
    ('--csv', FILES[0]), ('--junit', 'README.md'), ('--csv', 'link'),
    ('--json', 'new', '--csv', 'new'), ('--csv', 'w', '--weights', 'w')])
def test_nothing_is_written_over(options, tmpdir):
    """No file is written that is given, or is written already"""
    submit(tmpdir)
    tmpdir.join('w').write('{}')
    tmpdir.join('link').mksymlinkto(FILES[0])
    before = {path.basename: path.read() for path in tmpdir.listdir()}
    options = [option if option.startswith('--') else tmpdir.join(option)
               for option in options]
    status, output, errors = grade(tmpdir, *options)
    assert (status, output) == (2, ''), errors
    assert re.search('^grader: error: --[a-z]+ must be another file than that '
                     '.* Received: .*\n$', errors), errors
    assert {path.basename: path.read()
            for path in tmpdir.listdir()} == before


@pytest.mark.parametrize('arguments, received', [
    (['nowhere'], "'nowhere'"), ([''], "''"), ([], 'FOLDER'),
    (['.', '--jobs', '0'], '0'),
    (['.', '--seed', '-1'], '-1'), (['.', '--seed', '1e3'], '1e3'),
    (['.', '--runtime', 'tests'], 'tests'),
    (['.', '--task-seconds', 'nan'], 'nan'), (['.', '--tasks', '4'], '4'),
    (['.', '--task', '0,,1'], '0,,1'),
    (['.', '--task-memory', '-1'], '-1'),
    (['.', '--csv', 'nowhere/file'], 'nowhere/file'),
    (['.', '--csv', 'tests'], 'tests'), (['.', '--csv', ''], ''),
    (['.', '--weights', 'README.md'], 'README.md')])
def test_wrong_command(arguments, received):
    """A wrong command is an error of one line, with what was received"""
    status, output, errors = grade(*arguments)
    assert (status, output) == (2, ''), errors
    assert re.search('^grader: error: [^\n]*{}[^\n]*\n$'.format(
        re.escape(received)), errors)


@pytest.mark.parametrize('flags, settings, received', [
    (['-S'], {}, "ModuleNotFoundError: No module named '[a-z]+'"),
    ([], {'PYTHONPATH': 'another'}, 'SyntaxError: .*')])
def test_packages_that_are_missing(flags, settings, received, tmpdir):
    """Without its packages, or with another Python's, it says so in a line"""
    tmpdir.ensure('another', 'numpy.py').write('x = = 1')
    settings = {name: str(tmpdir.join(each))
                for name, each in settings.items()}
    process = subprocess.Popen(
        [sys.executable] + flags + ['-m', 'grader', str(tmpdir)],
        cwd=ROOT, env=dict(os.environ, **settings), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, ''), errors
    assert re.search(r'\Agrader: error: .* Received: PYTHONPATH={}; {}\n\Z'
                     .format(re.escape(settings.get('PYTHONPATH', '')),
                             received), errors), errors


def test_no_tensorflow(tmpdir):
    """Where the files could not run, nothing is graded, and a line says so"""
    submit(tmpdir)
    process = subprocess.Popen(
        [sys.executable, '-c', PROGRAM.replace(
            'sys.argv[0]', 'from grader.sandbox import cage\n'
            'cage.FIND = "raise SystemExit(1)"\nsys.argv[0]'), str(tmpdir)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, times(tmpdir)) == (2, '', 0), errors
    assert re.search(r'\Agrader: error: the Python that runs the files must '
                     r'find NumPy and TensorFlow, .* Received: {}, cage .*\n\Z'
                     .format(re.escape(sys.executable)), errors), errors


def test_no_folder_for_temporary_files(tmpdir):
    """Where no file can be written, one line names TMPDIR"""
    submit(tmpdir)
    status, output, errors = grade(tmpdir, preexec_fn=lambda: resource.
                                   setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    assert (status, output) == (2, ''), errors
    assert re.search(r'\Agrader: error: TMPDIR must be a folder that can be '
                     r'written. Received: .*\n\Z', errors), errors


def test_streams_that_are_closed(tmpdir):
    """A class is graded where there is neither input nor a place for errors"""
    for name in 'ab':
        submit(tmpdir.join(name))
    process = subprocess.Popen(
        ['sh', '-c', '"$@" <&- 2>&-', 'sh', sys.executable, '-c', PROGRAM,
         str(tmpdir)], cwd=ROOT, stdout=subprocess.PIPE,
        universal_newlines=True)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert re.search('^a +100 .*\n^b +100 ', output, re.MULTILINE), output


def test_gradescope_of_a_class(tmpdir):
    """Gradescope's results are a file of one, or a folder of a class"""
    for name in ('a', 'b\x1b'):
        submit(tmpdir.join('class', name))
    folder = tmpdir.join('results')
    assert grade(tmpdir.join('class'), '--gradescope', folder)[0] == 0
    assert sorted(path.basename for path in folder.listdir()) == [
        '001-a.json', '002-b.json']
    assert json.loads(folder.join('001-a.json').read())['score'] == 100
    path = tmpdir.join('one.json')
    assert grade(tmpdir.join('class', 'a'), '--gradescope', path)[0] == 0
    assert json.loads(path.read())['score'] == 100
    status, _, errors = grade(tmpdir.join('class', 'a'), '--gradescope',
                              folder)
    assert status == 2 and re.match('grader: error: --gradescope cannot be '
                                    'written: [^\n]*\n$', errors), errors


@pytest.mark.parametrize('name', ['SIGINT', 'SIGTERM', 'SIGHUP'])
def test_interrupted(name, tmpdir):
    """A signal leaves what is graded in the files, and a judge cleans up"""
    quick, slow = tmpdir.join('anna'), tmpdir.join('bert')
    submit(quick)
    submit(slow, sleep=600)
    submit(tmpdir.join('carl'), sleep=600)
    paths = [tmpdir.join(kind) for kind in ('json', 'csv', 'junit')]
    arguments = [tmpdir, '--jobs', 2]
    for path in paths:
        arguments += ['--' + path.basename, path]
    process = start(*arguments)
    while not (paths[0].check() and times(slow)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (130, '')
    assert errors == (
        'grader: interrupted; 1 of 3 are kept in {}: run the same again to go '
        'on\n'.format(paths[0]))
    assert slow.join('cleaned').check(), 'the judge was not told'
    with pytest.raises(ProcessLookupError):
        os.kill(int(slow.join('judged').read().split()[0]), 0)
    assert [each['submission'] for each in json.loads(paths[0].read())
            ] == ['anna']
    head, anna, last = paths[1].readlines()
    assert last == 'partial: 2 more are not graded yet\n'
    assert len(ElementTree.parse(str(paths[2])).getroot()) == 1
    submit(slow)
    submit(tmpdir.join('carl'))
    assert grade(*arguments)[0] == 0
    assert (times(quick), times(slow)) == (1, 2)
    assert not [path for path in tmpdir.listdir() if 'part' in path.basename]


def test_nohup(tmpdir):
    """A signal that was to be ignored is ignored"""
    submit(tmpdir, sleep=1)
    process = start(tmpdir, preexec_fn=lambda: signal.signal(
        signal.SIGHUP, signal.SIG_IGN))
    while not times(tmpdir):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_closed_output(tmpdir):
    """Where nobody reads the report, the files are written all the same"""
    submit(tmpdir)
    path = tmpdir.join('json')
    process = start(tmpdir, '--json', path)
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait() == 2
    assert re.match('^grader: error: [^\n]*Broken pipe\n$', errors), errors
    assert len(json.loads(path.read())) == 1


def test_printable(tmpdir):
    """What the terminal does not have, or must not get, is escaped"""
    submit(tmpdir, verdict=row(task0=[fault('\x1b]0;x\x07 é\nb\u202e', 3)]))
    output = grade(tmpdir, env=dict(os.environ, PYTHONIOENCODING='ascii'))[1]
    assert '  line 3: \\x1b]0;x\\x07 \\xe9 b\\u202e\n' in output


def test_pipe_and_device(tmpdir):
    """A pipe and the standard output get the text once, and stay"""
    for name in 'ab':
        submit(tmpdir.join(name))
    pipe = str(tmpdir.join('pipe'))
    os.mkfifo(pipe)
    texts = []

    def read():
        """Reads what comes through the pipe"""
        with open(pipe) as file:
            texts.append(file.read())
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    output = tmpdir.join('output')
    with open(str(output), 'w') as file:
        assert grade(tmpdir, '--json', pipe, '--csv', '/dev/stdout',
                     stdout=file)[0] == 0
    reader.join(30)
    assert len(json.loads(texts[0])) == 2
    lines = output.readlines()
    assert lines[0].startswith('submission,score,0-vanilla.py,')
    assert lines[-1] == '2 handed in, 2 graded, 0 not graded\n'


def test_file_keeps_mode(tmpdir):
    """A file that others may not read stays so, and a link stays a link"""
    submit(tmpdir)
    path, link = tmpdir.join('grades'), tmpdir.join('link')
    path.write('old')
    path.chmod(0o600)
    link.mksymlinkto(path)
    assert grade(tmpdir, '--csv', link)[0] == 0
    assert link.islink()
    assert path.stat().mode & 0o777 == 0o600
    assert len(path.readlines()) == 2


def test_read_only(tmpdir):
    """A file that cannot be written is found before anything is graded"""
    with pytest.raises(argparse.ArgumentTypeError) as error:
        files.writable('/proc/version/file')
    assert str(error.value).startswith('must be a file that can be written (')
    path = str(tmpdir.join('new'))
    assert files.writable(path) == path
    assert not tmpdir.listdir()


def test_one_report():
    """A line a fault with its line, and below it what it hides"""
    made = row(task0=[fault('the function is called sparse', 23, 'name'),
                      fault('no docstring')])
    task = made['tasks'][0]
    task['not_judged'] = [
        {'check': check, 'because': because} for check, because in (
            ('loss', 'the function is called sparse'),
            ('training', 'the function is called sparse'),
            ('list', 'out of time'))]
    made['tasks'][2]['advice'] = made['tasks'][3]['advice'] = [
        {'check': 'names', 'sentence': 'call it lambtha'}]
    assert report.lines_of([made]) == [
        '0-vanilla.py: 90 of 100',
        '  line 23: the function is called sparse',
        '  not judged for this: loss, training',
        '  no docstring',
        '  out of time',
        '  not judged for this: list',
        '1-sparse.py: 100 of 100',
        '2-convolutional.py: 100 of 100',
        '3-variational.py: 100 of 100',
        'Advice, which costs nothing:',
        '  2-convolutional.py, 3-variational.py: call it lambtha',
        'Score: 97.5 of 100',
        'Seed 5, runtime newest, cage Landlock']


@pytest.mark.parametrize('counts', [(30, 30, 30, 30), (60, 0, 1, 0)])
def test_report_is_short(counts):
    """A folder full of faults has 40 lines, and says how many more"""
    made = row(cage='none', **{
        'task%d' % task: [fault('fault %d' % each) for each in range(count)]
        for task, count in enumerate(counts)})
    made['tasks'][0]['advice'] = [
        {'check': 'x', 'sentence': 'advice %d' % each} for each in range(30)]
    lines = report.lines_of([made])
    assert 35 < len(lines) <= 40
    more = sum(int(re.search(r'\d+', line).group()) for line in lines
               if 'more: --json FILE has all' in line)
    shown = sum(line.startswith(('  fault', '  0-vanilla.py: advice'))
                for line in lines)
    assert more + shown == sum(counts) + 30


def test_class_report():
    """A name is cut, a fault is counted once a submission"""
    rows = [row('x' * 100 + str(number),
                task0=[fault('line of %d characters' % number)] * 2)
            for number in range(3)]
    lines = report.lines_of(rows)
    assert max(map(len, lines)) < 80
    assert '     3 line of 0 characters' in lines


def test_csv():
    """A cell is never a formula, and a control character never one"""
    text = formats.as_csv([row(name, task1=[fault('b, "c"', 3)])
                           for name in ('=1+1', '+1', '-1', '@a', 'a\x1b',
                                        'a;=1', 'a, +1', 'a;"-1')],
                          scores.WEIGHTS)
    head, *lines = csv.reader(text.split('\n')[:-1])
    assert head[:2] + head[-2:] == ['submission', 'score', 'faults',
                                    'all faults']
    assert [line[0] for line in lines] == ["'=1+1", "'+1", "'-1", "'@a",
                                           'a\\x1b', "a;'=1", "a, '+1",
                                           'a;"\'-1']
    assert lines[0][1:] == ['97.5', '100.0', '90.0', '100.0', '100.0', '', '1',
                            '1-sparse.py: line 3: b, "c"']


def test_costs():
    """Each line of a fault says what it costs, and all say the same"""
    made = row(task0=[dict(fault('no docstring', 3), cost=3.0),
                      dict(fault('no name', None, 'name'), cost=6.0)])
    made['tasks'][0].update(
        checks={'style': [0, 3], 'list': [2, 2]}, not_judged=[
            {'check': check, 'because': 'no name', 'cost': points}
            for check, points in (('loss', 25), ('training', 10.5))])
    lines = report.lines_of([made])
    assert lines[1:4] == ['  line 3: no docstring (-3)', '  no name (-6)',
                          '  not judged for this: loss, training (-35.5)']
    head, line = csv.reader(
        formats.as_csv([made], scores.WEIGHTS).split('\n')[:-1])
    cells = dict(zip(head, line))
    assert cells['0-vanilla.py style'] == '0'
    assert cells['0-vanilla.py list'] == '2'
    assert cells['all faults'] == ('0-vanilla.py: line 3: no docstring (-3) | '
                                   '0-vanilla.py: no name (-6)')


def test_likeness_by_rarity():
    """A wrong file that two have is told first, what was given out never"""
    rows = [row(name, normal) for name, normal in (
        ('a', 'many'), ('b', 'many'), ('c', 'many'), ('d', 'few'),
        ('e', 'few'), ('f', 'given'), ('g', 'given'))] + [
            row(name, 'wrong', task0=[fault('wrong', 1, 'loss')])
            for name in 'xyz']
    assert list(report.likeness(rows, {(FILES[0], 'given')})) == [
        ('x', 'y', 'z'), ('d', 'e'), ('a', 'b', 'c')]


def test_known_and_compare(tmpdir):
    """What was handed out is no likeness; what has changed is told"""
    text = 'def f(x):\n    return x\n'
    normal = command.examination.examine(submissions.File(
        text.encode(), True, None), ())['normal']
    given = tmpdir.join('given')
    submit(given, text=text)
    for name in ('anna', 'bert', 'carl'):
        submit(tmpdir.join('class', name), verdict=row(normal=normal))
    old = tmpdir.join('old.json')
    assert 'Same but for' in grade(tmpdir.join('class'), '--json', old)[1]
    assert 'Same but for' not in grade(tmpdir.join('class'), '--known',
                                       given)[1]
    submit(tmpdir.join('class', 'bert'),
           verdict=row(task1=[fault('wrong', 3)]))
    tmpdir.join('class', 'carl').remove()
    submit(tmpdir.join('class', 'dora'))
    output = grade(tmpdir.join('class'), '--compare', old)[1]
    assert ('\nChanged since then: 3 of 3\n  bert: 100 -> 97.5 '
            '(1-sparse.py 100 -> 90)\n  carl: is gone, had 100\n'
            '  dora: is new, has 100\n') in output, output
    status, _, errors = grade(tmpdir.join('class'), '--compare', 'nowhere')
    assert (status, errors.count('\n')) == (2, 1)


def test_seed_is_kept(tmpdir):
    """A run that goes on draws what it drew before"""
    path = tmpdir.join('all.json')
    submit(tmpdir.join('class', 'anna'))
    submit(tmpdir.join('class', 'bert'))
    grade(tmpdir.join('class'), '--json', path, '--seed', 7)
    submit(tmpdir.join('class', 'bert'), text='x = 2\n')
    grade(tmpdir.join('class'), '--json', path)
    assert [each['seed'] for each in json.loads(path.read())] == [7, 7]


def test_junit():
    """Every check is a test case: passed, failed or skipped"""
    made = row('a\x00b', task0=[fault('<wrong> \x1b', 3, 'style'),
                                fault('once more', None, 'style'),
                                fault('new', None, 'of no weight')])
    made['tasks'][0]['not_judged'] = [
        {'check': 'loss', 'because': 'the model cannot be built'}]
    suite, = ElementTree.fromstring(formats.as_junit([made], scores.WEIGHTS))
    assert suite.get('name') == 'a\\x00b'
    assert (suite.get('failures'), suite.get('skipped')) == ('2', '1')
    assert int(suite.get('tests')) == len(suite) == 1 + sum(
        map(len, scores.WEIGHTS.values()))
    failures = suite.findall('.//failure')
    assert [each.text for each in failures] == [
        'line 3: <wrong> \\x1b\nonce more', 'new']
    assert suite.find('.//skipped').get('message') == (
        'the model cannot be built')


def test_gradescope():
    """Gradescope gets a test a file, whose points make the score"""
    results = json.loads(formats.as_gradescope(
        [row(task2=[fault('wrong', 3)])], scores.WEIGHTS))
    assert results['score'] == 97.5 == sum(
        test['score'] for test in results['tests'])
    assert {test['max_score'] for test in results['tests']} == {25}
    assert [test['status'] for test in results['tests']] == [
        'passed', 'passed', 'failed', 'passed']
    assert results['tests'][2]['output'] == '  line 3: wrong'
    assert results['output'].startswith('0-vanilla.py: 100 of 100\n')
