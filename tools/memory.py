#!/usr/bin/env python3
"""Measures the memory of the mains over the number of images

Runs each main for one epoch on MNIST's images, repeated, at this commit and
at an earlier one. Prints the table and, when nothing was left out, puts it
into docs/speed.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

from common import ROOT, mnist
from tools import document

# Task 1 is trained as task 0 is.
TASKS = (0, 2, 3)
COUNTS = (60000, 200000, 600000)
# The last one whose mains had floats of all images.
BEFORE = '729f518'


def write_images(path, count):
    """Writes a file of MNIST's images, repeated

    Args:
        path: str, the .npz file.
        count: int, how many training images; of the test images there are a
            sixth as many, as MNIST has.
    """
    with zipfile.ZipFile(path, 'w') as archive:
        for part, arrays in zip(('train', 'test'), mnist.load()):
            for name, array in zip(('x_', 'y_'), arrays):
                left = count if part == 'train' else count // 6
                with archive.open(name + part + '.npy', 'w',
                                  force_zip64=True) as file:
                    np.lib.format.write_array_header_1_0(
                        file, dict(np.lib.format.header_data_from_array_1_0(
                            array), shape=(left,) + array.shape[1:]))
                    # Piece by piece: what this process has taken would count
                    # as taken by those that it starts.
                    for start in range(0, left, len(array)):
                        file.write(array[:left - start].tobytes())


def unpack(commit, folder):
    """Puts the files of an earlier commit into a folder"""
    os.mkdir(folder)
    content = subprocess.check_output(['git', 'archive', commit], cwd=ROOT)
    subprocess.run(['tar', '-x', '-C', folder], input=content, check=True)


def peak(root, task, path):
    """Measures the memory that a main takes at most, in one epoch

    Args:
        root: str, the folder of the project.
        task: int, 0 to 3.
        path: str, the .npz file of images.

    Returns:
        float, megabytes.
    """
    with tempfile.TemporaryDirectory() as output:
        process = subprocess.Popen(
            [sys.executable, f'{task}-main.py', '--epochs', '1', '--data',
             path, '--output', output], cwd=root,
            env=dict(os.environ, MPLBACKEND='Agg'),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f'{task}-main.py failed in {root}')
    # Linux counts in KiB, macOS in bytes.
    return usage.ru_maxrss * (1 if sys.platform == 'darwin' else 1024) / 1e6


def table(peaks, counts):
    """Formats what was measured

    Args:
        peaks: dict by task, of a dict by count, of pairs of float: the
            megabytes of before and of now.
        counts: list of int, in order.

    Returns:
        str, a Markdown table.
    """
    lines = ['| task | ' + ' | '.join(
        f'{count:,} images: before, now' for count in counts) +
        ' | bytes an image more: before, now |', '|---' * (len(counts) + 2) +
        '|']
    for task, rows in peaks.items():
        cells = ['{:.0f} MB, {:.0f} MB'.format(*rows[count])
                 for count in counts]
        grown = [1e6 * (last - first) / max(1, counts[-1] - counts[0])
                 for first, last in zip(rows[counts[0]], rows[counts[-1]])]
        lines.append('| {} | {} | {:.0f}, {:.0f} |'.format(
            task, ' | '.join(cells), *grown))
    return '\n'.join(lines)


def main():
    """Measures what the command line asks for, prints and writes it"""
    parser = argparse.ArgumentParser(
        prog='python -m tools.memory', description=__doc__.split('\n')[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--tasks', type=int, nargs='+', default=TASKS)
    parser.add_argument('--counts', type=int, nargs='+', default=COUNTS)
    parser.add_argument('--before', default=BEFORE, metavar='COMMIT',
                        help='the earlier commit')
    options = parser.parse_args()

    stamp = document.stamp()
    peaks = {task: {} for task in options.tasks}
    with tempfile.TemporaryDirectory() as folder:
        before = os.path.join(folder, 'before')
        unpack(options.before, before)
        for count in options.counts:
            path = os.path.join(folder, f'{count}.npz')
            write_images(path, count)
            for task in options.tasks:
                print(f'task {task}, {count} images', file=sys.stderr)
                peaks[task][count] = (peak(before, task, path),
                                      peak(ROOT, task, path))
    text = f'{stamp}; before: {options.before}.\n\n' + table(
        peaks, options.counts)
    print(text)
    if (options.tasks, options.counts) == (TASKS, COUNTS):
        document.write(document.SPEED, 'memory', text)


if __name__ == '__main__':
    main()
