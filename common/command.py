#!/usr/bin/env python3
"""A main from its command line to its exit status"""

import argparse
import contextlib
import os
import sys

from common import UserError, figures, files, one_line, unfinished


class Parser(argparse.ArgumentParser):
    """Parser of options whose errors are one line"""

    def error(self, message):
        """Ends the program with one line and status 2"""
        self.exit(2, '{}: error: {}\n'.format(self.prog, one_line(message)))


def integer(least, most):
    """Makes a type of option: integers of a range

    Args:
        least: int, the smallest that is taken.
        most: int, the largest that is taken.

    Returns:
        function from str to int, for argparse's `type`.
    """
    def read(text):
        """Reads an integer of the range"""
        # Python refuses to read thousands of digits.
        if not (text.isdecimal() and len(text) < 20 and
                least <= int(text) <= most):
            raise argparse.ArgumentTypeError(
                'must be an integer from {} to {}. Received: {}'.format(
                    least, most, text))
        return int(text)
    return read


def run(main, description, task, epochs, bfloat16=False):
    """Runs a main with the options of the command line

    What a user can cause ends the program with one line on standard error
    and a status that is not zero.

    Args:
        main: function of one argument, the options: an argparse.Namespace
            with `task`, `epochs`, `seed`, `output`, `data`, `resume` and,
            if there is that option, `bfloat16`.
        description: str, what the program does, for --help.
        task: int, 0 to 3.
        epochs: int, the default of --epochs.
        bfloat16: bool, whether there is an option --bfloat16.
    """
    parser = Parser(description=description,
                    formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--epochs', type=integer(1, 10 ** 6), default=epochs,
                        metavar='N', help='passes over the training images')
    parser.add_argument('--seed', type=integer(0, 2 ** 32 - 1), default=0,
                        metavar='N', help='seed of weights, order and noise')
    parser.add_argument('--output', default='output', metavar='DIR',
                        help='folder for what is saved, created if missing')
    parser.add_argument('--data', metavar='FILE',
                        help="an .npz file with the arrays of Keras' "
                        'mnist.npz: x_train, y_train, x_test, y_test; '
                        'without it MNIST is found or downloaded')
    parser.add_argument('--resume', action='store_true',
                        help='go on with a run of the same options that was '
                        'stopped or killed')
    if bfloat16:
        parser.add_argument('--bfloat16', action='store_true',
                            help='train faster on a processor that computes '
                            'in bfloat16, to losses up to 2 %% off')
    options = parser.parse_args()
    options.task = task
    # TensorFlow logs about itself at every start; warnings still show.
    os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '1')
    try:
        try:
            files.reserve(options.output, 1)
        except UserError as error:
            raise UserError('--output {}'.format(error))
        main(options)
        state = unfinished.finish(options)
        if state:
            print('--resume goes on with', state)
        sys.stdout.flush()
        figures.show()
    except UserError as error:
        sys.exit('{}: error: {}'.format(parser.prog, one_line(error)))
    except KeyboardInterrupt:
        sys.exit('{}: interrupted'.format(parser.prog))
    except OSError as error:
        # It may be our output that has failed: `head` has read enough, or
        # its disk is full. At our own end Python would write there again.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit('{}: {}'.format(
            parser.prog, 'nobody reads what is printed' if
            isinstance(error, BrokenPipeError) else
            'error: {}'.format(one_line(error))))
