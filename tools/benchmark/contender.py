#!/usr/bin/env python3
"""One way to train, in a process of its own that trains an epoch when told

Reads a line from standard input before every epoch, and writes a line of
JSON after it: the wall and processor seconds, the losses, the peak memory.
"""

import argparse
import importlib
import json
import os
import resource
import sys
import time

import tools
from common import data, mnist

# Those that take images of bytes, as the mains do; others take floats.
TAKE_BYTES = 'ours', 'bfloat16'


class Clock:
    """Waits for the word to train an epoch, times it, tells the result"""

    def __init__(self):
        """Keeps standard output for results, and others from writing there"""
        self.results = os.fdopen(os.dup(1), 'w')
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)

    def tell(self, result):
        """Writes a result as a line of JSON"""
        print(json.dumps(result), file=self.results, flush=True)

    def start(self):
        """Waits for a line on standard input; the epoch begins with it"""
        if not sys.stdin.readline():
            sys.exit()
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def stop(self, loss, val_loss):
        """Ends the epoch

        Args:
            loss: float, the mean training loss over the epoch.
            val_loss: float, the mean validation loss after it.
        """
        # JAX and a GPU may still be at it: who asks for a number waits.
        loss, val_loss = float(loss), float(val_loss)
        wall = time.perf_counter() - self.wall
        cpu = time.process_time() - self.cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Linux counts in KiB, macOS in bytes.
        unit = 1 if sys.platform == 'darwin' else 1024
        self.tell({'wall_s': wall, 'cpu_s': cpu, 'loss': loss,
                   'val_loss': val_loss, 'peak_mb': peak * unit / 1e6})


def main():
    """Prepares what the command line names, then trains epoch by epoch"""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('module', help='where the way to train is')
    parser.add_argument('function', help='the function that trains')
    parser.add_argument('task', type=int, help='0 to 3')
    parser.add_argument('epochs', type=int, help='how many at most')
    options = parser.parse_args()

    clock = Clock()
    (x_train, _), (x_test, _) = mnist.load()
    if options.function not in TAKE_BYTES:
        x_train, x_test = map(data.scale, (x_train, x_test))
    module = importlib.import_module('tools.benchmark.' + options.module)
    train = getattr(module, options.function)
    clock.tell('ready')
    train(options.task, tools.shaped(options.task, x_train),
          tools.shaped(options.task, x_test), options.epochs, clock)


if __name__ == '__main__':
    main()
