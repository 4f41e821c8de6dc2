#!/usr/bin/env python3
"""Runs the mains as the exercise does, keeps, tables and draws the numbers

A run that has been done is not done again: what it left is in
output/results. What this writes: tools/results/results.json, the tables in
docs/results.md and, for the newest runtime, docs/pictures/ and docs/live/.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import time
import zlib

from common import ROOT, files
from tools import document, matrix
from tools.results import (BETAS, EXAMPLES, EXERCISE, LAMBTHAS, OUTPUT,
                           RESULTS, SEEDS, tables)

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
                     ['-m', 'tools.results.sparsity', '--lambtha', lambtha]
                     for lambtha in LAMBTHAS})
        jobs['fault'] = ['-m', 'tools.results.fault']
        jobs['linear'] = ['-m', 'tools.results.linear']
        jobs.update({f'beta {beta}':
                     ['-m', 'tools.results.vae', '--beta', beta,
                      '--epochs', '10'] for beta in BETAS})
        jobs.update({name:
                     ['-m', 'tools.results.vae', '--nodes', nodes, '--latent',
                      latent, '--batch', '128', '--epochs', epochs]
                     for name, (nodes, latent, epochs) in EXAMPLES.items()})
    return jobs


def environment_of(runtime):
    """Gives the environment variables that the jobs of a runtime run with

    Args:
        runtime: str, a name in noxfile.py.

    Returns:
        dict of str.
    """
    environment = dict(os.environ, MPLBACKEND='Agg')
    if runtime == 'tf2.15':
        # The later edition of the exercise has it; sums round otherwise.
        environment['TF_ENABLE_ONEDNN_OPTS'] = '0'
    return environment


def processor():
    """Names what decides how sums are rounded: processor and cores

    Returns:
        str: two machines with the same one repeat each other's losses.
    """
    facts = {}
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        for line in file:
            name, _, value = line.partition(':')
            facts[name.strip()] = value.strip()
    flags = zlib.crc32(facts.get('flags', '').encode())
    return (f"{facts.get('model name')}, flags {flags:08x}, "
            f'{os.cpu_count()} cores')


def run(runtime, name, python, command):
    """Runs a job, unless it has been done, and collects what it left

    Args:
        runtime: str, a name in noxfile.py.
        name: str, the name of the job.
        python: str, the path of the interpreter.
        command: list of str, its command line.

    Returns:
        dict, what results.json keeps of it.
    """
    folder = os.path.join(OUTPUT, runtime, name)
    outcome = os.path.join(folder, 'outcome.json')
    if not os.path.exists(outcome):
        print(time.strftime('%H:%M:%S'), f'{runtime}, {name}', flush=True)
        os.makedirs(folder, exist_ok=True)
        kept = {'date': document.today(), 'commit': document.commit(),
                'processor': processor()}
        start = time.time()
        printed = subprocess.run(
            [python, *command, '--output', folder], cwd=ROOT, check=True,
            stdout=subprocess.PIPE, text=True,
            env=environment_of(runtime)).stdout
        kept['seconds'] = round(time.time() - start)
        kept.update(collect(folder, printed))
        files.write(outcome, json.dumps(kept).encode())
    with open(outcome) as file:
        return json.load(file)


def collect(folder, printed):
    """Collects what is to be kept of a job

    Args:
        folder: str, where the job left its files.
        printed: str, its standard output.

    Returns:
        dict of str: `loss` and `val_loss`, a float an epoch; `first`, both
        after the first epoch, to the last digit; `printed`, the lines
        printed after the training; `bytes`, the size of each file by name.
    """
    names = sorted(os.listdir(folder))
    log, = (name for name in names if name.endswith('-losses.csv'))
    with open(os.path.join(folder, log)) as file:
        rows = [(float(row['loss']), float(row['val_loss']))
                for row in csv.DictReader(file)]
    losses, val_losses = ([float(f'{value:.{MOST_DIGITS}g}')
                           for value in values] for values in zip(*rows))
    after = printed.rpartition('val_loss')[2].split('\n')[1:]
    return {'loss': losses, 'val_loss': val_losses, 'first': rows[0],
            'printed': [line for line in after
                        if line and not line.startswith(('Saved ', 'Now '))],
            'bytes': {name: os.path.getsize(os.path.join(folder, name))
                      for name in names}}


def write(results):
    """Writes results.json and the tables of docs/results.md

    Args:
        results: dict, what is kept, by runtime.
    """
    files.write(RESULTS, tables.dumps(results).encode())
    with open(EXERCISE) as file:
        editions = json.load(file)
    document.write(document.RESULTS, 'results',
                   tables.tables(results, editions))


def main():
    """Runs what the command line asks for, and what follows from it"""
    parser = argparse.ArgumentParser(
        prog='python -m tools.results', description=__doc__.split('\n')[0])
    parser.add_argument('runtimes', nargs='*', default=['newest'],
                        metavar='RUNTIME', help='names in noxfile.py '
                        '(default: newest)')
    options = parser.parse_args()

    results = {}
    if os.path.exists(RESULTS):
        with open(RESULTS) as file:
            results = json.load(file)
    for runtime in options.runtimes:
        python = matrix.find_python(runtime)
        kept = results.setdefault(runtime, {})
        kept['versions'] = json.loads(subprocess.check_output(
            [python, '-c', VERSIONS], text=True).split('\n')[-2])
        for name, command in jobs_of(runtime).items():
            kept[name] = run(runtime, name, python, command)
            write(results)
    if 'newest' in options.runtimes:
        for module in 'live', 'pictures':
            subprocess.run([sys.executable, '-m', f'tools.results.{module}'],
                           cwd=ROOT, check=True)


if __name__ == '__main__':
    main()
