#!/usr/bin/env python3
"""Runs the mains as the page does, keeps the numbers, tables and draws them

A run that has been done is not done again: what it left is in
output/results. What this writes: results/results.json, the README's tables
and, for the newest runtime, pictures/.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import time

from results import (LAMBTHAS, OUTPUT, PAGES, README, RESULTS, ROOT, SEEDS,
                     tables)
from tools import matrix

VERSIONS = '''
import json, platform, numpy, tensorflow
print(json.dumps({
    'python': platform.python_version(), 'numpy': numpy.__version__,
    'tensorflow': tensorflow.__version__,
    'keras': getattr(tensorflow.keras, 'version', str)()}))
'''
MOST_DIGITS = 6


def jobs_of(runtime):
    """Lists what is to be run on a runtime

    Args:
        runtime: str, a name in noxfile.py.

    Returns:
        dict of list of str: by the name of the run, the command line after
        `python`. The short ones come first.
    """
    jobs = {f'task {task}': [f'{task}-main.py'] for task in (0, 3, 1, 2)}
    if runtime == 'newest':
        jobs.update({f'task {task}, seed {seed}':
                     [f'{task}-main.py', '--seed', seed]
                     for seed in SEEDS[1:] for task in (0, 3)})
        jobs.update({f'lambtha {lambtha}':
                     ['-m', 'results.sparsity', '--lambtha', lambtha]
                     for lambtha in LAMBTHAS})
    return jobs


def find_python(runtime):
    """Finds the Python of a runtime, and sets its environment up if need be

    Args:
        runtime: str, a name in noxfile.py.

    Returns:
        str, the path of the interpreter.
    """
    if runtime == 'newest':
        return sys.executable
    path = os.path.join(ROOT, '.nox', runtime.replace('.', '-'), 'bin',
                        'python')
    if not os.path.exists(path):
        matrix.start_nox('--install-only', '--sessions', runtime, '--', '')
    if not os.path.exists(path):
        sys.exit(f'The Python of {runtime} is not on this machine')
    return path


def run(name, python, command, folder):
    """Runs a job, unless it has been done, and collects what it left

    Args:
        name: str, what to call the job.
        python: str, the path of the interpreter.
        command: list of str, its command line.
        folder: str, where everything goes.

    Returns:
        dict, what results.json keeps of it.
    """
    outcome = os.path.join(folder, 'outcome.json')
    if not os.path.exists(outcome):
        print(time.strftime('%H:%M:%S'), name, flush=True)
        os.makedirs(folder, exist_ok=True)
        start = time.time()
        printed = subprocess.run(
            [python, *command, '--output', folder], cwd=ROOT, check=True,
            stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, MPLBACKEND='Agg')).stdout
        kept = collect(folder, printed, time.time() - start)
        with open(outcome + '.partial', 'w') as file:
            json.dump(kept, file)
        os.replace(outcome + '.partial', outcome)
    with open(outcome) as file:
        return json.load(file)


def collect(folder, printed, seconds):
    """Collects what is to be kept of a job

    Args:
        folder: str, where the job left its files.
        printed: str, its standard output.
        seconds: float, what it took.

    Returns:
        dict of str: `loss` and `val_loss`, a float an epoch; `printed`, the
        lines printed after the training; `seconds`; `bytes`, the size of
        each file by name.
    """
    names = sorted(os.listdir(folder))
    log, = (name for name in names if name.endswith('-losses.csv'))
    with open(os.path.join(folder, log)) as file:
        rows = list(csv.DictReader(file))
    kept = {loss: [float(f'{float(row[loss]):.{MOST_DIGITS}g}')
                   for row in rows] for loss in ('loss', 'val_loss')}
    after = printed.rpartition('val_loss')[2].split('\n')[1:]
    kept['printed'] = [line for line in after
                       if line and not line.startswith('Saved ')]
    kept['seconds'] = round(seconds)
    kept['bytes'] = {name: os.path.getsize(os.path.join(folder, name))
                     for name in names}
    return kept


def write(results):
    """Writes results.json and the tables of the README

    Args:
        results: dict, what is kept, by runtime.
    """
    with open(RESULTS + '.partial', 'w') as file:
        file.write(tables.dumps(results))
    os.replace(RESULTS + '.partial', RESULTS)
    with open(PAGES) as file:
        pages = json.load(file)
    with open(README, encoding='utf-8') as file:
        readme = file.read()
    with open(README, 'w', encoding='utf-8') as file:
        file.write(tables.insert(readme, tables.tables(results, pages)))


def main():
    """Runs what the command line asks for, and what follows from it"""
    parser = argparse.ArgumentParser(
        prog='python -m results', description=__doc__.split('\n')[0])
    parser.add_argument('runtimes', nargs='*', default=['newest'],
                        metavar='RUNTIME', help='names in noxfile.py '
                        '(default: newest)')
    options = parser.parse_args()

    results = {}
    if os.path.exists(RESULTS):
        with open(RESULTS) as file:
            results = json.load(file)
    for runtime in options.runtimes:
        python = find_python(runtime)
        kept = results.setdefault(runtime, {})
        kept['versions'] = json.loads(subprocess.check_output(
            [python, '-c', VERSIONS], text=True).split('\n')[-2])
        for name, command in jobs_of(runtime).items():
            kept[name] = run(f'{runtime}, {name}', python, command,
                             os.path.join(OUTPUT, runtime, name))
            write(results)
    if 'newest' in options.runtimes:
        subprocess.run([sys.executable, '-m', 'results.pictures'], cwd=ROOT,
                       check=True)


if __name__ == '__main__':
    main()
