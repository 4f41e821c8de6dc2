#!/usr/bin/env python3
"""Measures the mains' training beside other ways to do the same

Writes all it measured as JSON; prints the tables and, when nothing was left
out, puts them into docs/speed.md. Ends with status 1 if the losses of two
ways to train differ by more than they may.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from common import ROOT, mnist
from tools import document

# Name, environment, module and function of each way to train. Those that
# the ratios are taken to come first: PLAIN and JAX.
PLAIN, OURS, SCAN = 'plain fit', 'ours', 'JAX scan'
WAYS = (
    (PLAIN, {'KERAS_BACKEND': 'tensorflow'}, 'keras_way', 'plain'),
    (OURS, {'KERAS_BACKEND': 'tensorflow'}, 'keras_way', 'ours'),
    (SCAN, {}, 'jax_way', 'scan'),
    ('ours, Keras on JAX', {'KERAS_BACKEND': 'jax'}, 'keras_way', 'ours'),
    ('PyTorch eager', {}, 'torch_way', 'eager'),
)
# For the convolutions of task 2 alone.
BFLOAT16 = ('ours, --bfloat16', {'KERAS_BACKEND': 'tensorflow'}, 'keras_way',
            'bfloat16')
# How much less of the processors than in its best epoch a way to train may
# use before the epoch is one of waiting: for the machine, or in plain fit for
# TensorFlow's thread that tunes pipelines.
STALL = 0.75
# How many times more epochs than wanted are trained for want of good ones.
MOST = 2
# How far losses may be from those of plain fit.
TOLERANCE = 0.03
LOG = {'TF_CPP_MIN_LOG_LEVEL': '3'}


class Contender:
    """A way to train, alive in a process of its own between its epochs"""

    def __init__(self, environment, module, function, task, epochs):
        """Starts the process and waits until it is ready to train

        Args:
            environment: dict, what it needs besides this one's variables.
            module: str, the module in this package.
            function: str, the function in it that trains.
            task: int, 0 to 3.
            epochs: int, how many it will be asked for at most.
        """
        self.epochs = []
        # A pipe that nobody reads would stop a process that warns a lot.
        self.errors = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'tools.benchmark.contender', module,
             function, str(task), str(epochs)], cwd=ROOT,
            env=dict(os.environ, **LOG, **environment),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors, text=True)
        self.hear()

    def hear(self):
        """Reads what the process has to tell"""
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            sys.exit('A process ended early:\n' + self.errors.read())
        return json.loads(line)

    def train(self):
        """Has one epoch trained, and keeps what it took"""
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        self.epochs.append(self.hear())

    def end(self):
        """Ends the process"""
        self.process.kill()
        self.process.communicate()
        self.errors.close()


def valid(epochs):
    """Tells which epochs did not stall

    Args:
        epochs: list of dict, as a contender tells them, the first one, with
            its compilation, included.

    Returns:
        list of int, the indices; the first epoch is never among them.
    """
    shares = [epoch['cpu_s'] / epoch['wall_s'] for epoch in epochs]
    return [i for i in range(1, len(epochs))
            if shares[i] >= STALL * max(shares[1:])]


def measure(task, epochs):
    """Measures all ways to train a task

    Args:
        task: int, 0 to 3.
        epochs: int, in how many turns, after the first, no way may have
            stalled. After MOST times as many it is left at that.

    Returns:
        dict by the name of the way: its list of epochs.
    """
    if task != 2:
        return interleave(task, epochs, WAYS)
    # Convolutions take long, those of JAX a minute an epoch: a turn in which
    # one way stalls is to cost no other group another one.
    ways, measured = WAYS + (BFLOAT16,), {}
    for group in ways[:2], ways[2:3], ways[3:4], ways[4:]:
        measured.update(interleave(task, epochs, group))
    return measured


def interleave(task, epochs, ways):
    """Measures one epoch of each of some ways to train in turn

    Args:
        task: int, 0 to 3.
        epochs: int, as in measure.
        ways: sequence of tuples, as WAYS.

    Returns:
        dict by the name of the way: its list of epochs.
    """
    contenders = {}
    try:
        for name, environment, module, function in ways:
            contenders[name] = Contender(environment, module, function, task,
                                         MOST * epochs + 1)
        for turn in range(MOST * epochs + 1):
            for name, contender in contenders.items():
                say('task {}, epoch {}: {}'.format(task, turn + 1, name))
                contender.train()
            if len(set.intersection(*(
                    set(valid(contender.epochs))
                    for contender in contenders.values()))) >= epochs:
                break
    finally:
        for contender in contenders.values():
            contender.end()
    return {name: contender.epochs for name, contender in contenders.items()}


def summarise(measured):
    """Computes what the table shows of a task

    Args:
        measured: dict, what measure returns.

    Returns:
        dict by the name of the way: a dict of its numbers.
    """
    rows = {}
    last = min(map(len, measured.values())) - 1
    plain = measured[PLAIN][last]
    for name, epochs in measured.items():
        end = epochs[last]
        times = [epochs[i]['wall_s'] for i in valid(epochs)]
        rows[name] = {
            'median_s': statistics.median(times),
            'fastest_s': min(times), 'slowest_s': max(times),
            'first_s': epochs[0]['wall_s'],
            'peak_mb': epochs[-1]['peak_mb'],
            'counted': len(times), 'stalled': len(epochs) - 1 - len(times),
            'loss': end['loss'], 'val_loss': end['val_loss'],
        }
        for key, base in (('to_plain', PLAIN), ('to_jax', SCAN)):
            rows[name][key] = paired(epochs, measured[base])
        rows[name]['agrees'] = all(
            abs(end[loss] / plain[loss] - 1) <= TOLERANCE
            for loss in ('loss', 'val_loss'))
    return rows


def paired(epochs, base):
    """Computes the median ratio of the times of two ways in the same turns

    Args:
        epochs: list of dict, the epochs of one way.
        base: list of dict, those of the other way.

    Returns:
        float, the ratio, over the turns in which neither stalled; NaN if
        there are none.
    """
    turns = set(valid(epochs)) & set(valid(base))
    return statistics.median(
        [epochs[i]['wall_s'] / base[i]['wall_s'] for i in turns] or
        [float('nan')])


def run_programs(epochs, times):
    """Measures ./0-main.py from start to end beside the exercise's

    Args:
        epochs: int, what each run trains.
        times: int, how often each program runs, in turn.

    Returns:
        dict: by the name of the program, the seconds of each run; by
        'ratio', the median over the turns.
    """
    seconds = {'exercise': [], 'main': []}
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, 'mnist.npz')
        np.savez(data, **mnist.find())
        picture = os.path.join(folder, 'exercise.png')
        commands = {
            'exercise': ['-m', 'tools.benchmark.exercise', data, str(epochs),
                         picture],
            'main': ['0-main.py', '--data', data, '--epochs', str(epochs),
                     '--output', folder]}
        for turn in range(times):
            for name, command in commands.items():
                say('0-main.py --epochs {}, run {}: {}'.format(
                    epochs, turn + 1, name))
                start = time.perf_counter()
                subprocess.run(
                    [sys.executable] + command, cwd=ROOT, check=True,
                    env=dict(os.environ, MPLBACKEND='Agg', **LOG),
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                seconds[name].append(time.perf_counter() - start)
    seconds['ratio'] = statistics.median(
        main / exercise for main, exercise in zip(
            seconds['main'], seconds['exercise']))
    return seconds


def say(text):
    """Tells on standard error what is being measured"""
    print('{} {}'.format(time.strftime('%H:%M:%S'), text), file=sys.stderr)


def table_of_tasks(tasks):
    """Formats the numbers of all tasks

    Args:
        tasks: dict by the number of the task: what summarise returns.

    Returns:
        str, a Markdown table.
    """
    lines = ['| task | way | s/epoch (fastest to slowest) | / plain fit | '
             '/ JAX scan | first epoch, s | peak, MB | stalled | loss |',
             '|---|---|---|---|---|---|---|---|---|']
    for task, rows in tasks.items():
        for name, row in rows.items():
            lines.append(
                '| {task} | {name} | {median_s:.2f} ({fastest_s:.2f} to '
                '{slowest_s:.2f}) | {to_plain:.2f} | {to_jax:.2f} | '
                '{first_s:.1f} | {peak_mb:.0f} | {stalled} of {turns} | '
                '{loss:.5g}{mark} |'.format(
                    task=task, name=name, mark='' if row['agrees'] else ' (!)',
                    turns=row['counted'] + row['stalled'], **row))
    return '\n'.join(lines)


def table_of_programs(programs):
    """Formats the times of the whole programs

    Args:
        programs: dict by the number of epochs: what run_programs returns.

    Returns:
        str, a Markdown table.
    """
    lines = ["| whole program | exercise's, s | ours, s | ratio |",
             '|---|---|---|---|']
    for epochs, seconds in programs.items():
        lines.append('| `./0-main.py --epochs {}` | {:.1f} | {:.1f} | {:.2f} |'
                     .format(epochs, statistics.median(seconds['exercise']),
                             statistics.median(seconds['main']),
                             seconds['ratio']))
    return '\n'.join(lines)


def tables(stamp, tasks, programs):
    """Formats all that was measured

    Args:
        stamp: str, what to say of date and commit.
        tasks, programs: dicts, see above; each may be empty.

    Returns:
        str, Markdown.
    """
    return '\n\n'.join([f'{stamp}, on {os.cpu_count()} cores.'] + [
        table(measures) for table, measures in (
            (table_of_tasks, tasks), (table_of_programs, programs))
        if measures])


def parse():
    """Reads the command line"""
    parser = argparse.ArgumentParser(
        prog='python -m tools.benchmark', description=__doc__.split('\n')[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--tasks', default='0,1,2,3', metavar='LIST',
                        help='numbers, separated by commas; may be empty')
    parser.add_argument('--epochs', type=int, default=5, metavar='N',
                        help='epochs counted for each way, after the first')
    parser.add_argument('--quick', action='store_true',
                        help='two epochs, and no whole programs')
    parser.add_argument('--output', default='output/benchmark.json',
                        metavar='FILE', help='where the JSON goes')
    return parser.parse_args()


def main():
    """Measures what the command line asks for, prints and writes it"""
    options = parse()
    # `kill` ends the processes this one started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    epochs = 2 if options.quick else options.epochs

    stamp, start = document.stamp(), time.time()
    measured = {task: measure(int(task), epochs)
                for task in options.tasks.split(',') if task}
    tasks = {task: summarise(ways) for task, ways in measured.items()}
    programs = {} if options.quick else {1: run_programs(1, 5),
                                         50: run_programs(50, 2)}
    os.makedirs(os.path.dirname(options.output) or '.', exist_ok=True)
    with open(options.output, 'w') as file:
        json.dump({'seconds': time.time() - start, 'cores': os.cpu_count(),
                   'tasks': tasks, 'epochs': measured, 'programs': programs},
                  file, indent=1)

    text = tables(stamp, tasks, programs)
    print(text)
    if len(tasks) == 4 and programs:
        document.write(document.SPEED, 'benchmark', text)
    if not all(row['agrees'] for rows in tasks.values()
               for row in rows.values()):
        sys.exit('Losses differ by more than {:.0%} where marked (!)'.format(
            TOLERANCE))


if __name__ == '__main__':
    main()
