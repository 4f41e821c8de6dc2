#!/usr/bin/env python3
"""A main from its command line to its exit status"""

import argparse
import contextlib
import faulthandler
import os
import subprocess
import sys
import tempfile

# Before the others, which import packages that may be missing.
from common.environment import why_not_imported
from common import UserError, checkpoint, features, figures, files, one_line

# Gets the name of the main, the log as its standard error, and a word once
# all is well. Ctrl-C goes to both processes.
WATCHER = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
if not sys.stdin.read():
    print(sys.argv[1] + ': ended while TensorFlow was imported, which logged:',
          flush=True)
    os.write(1, os.pread(2, 2 ** 20, 0))
"""


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


def parse(description, task, epochs, bfloat16):
    """Reads the command line

    Args:
        description: str, what the program does, for --help.
        task: int, 0 to 3.
        epochs: int, the default of --epochs.
        bfloat16: bool, whether there is an option --bfloat16.

    Returns:
        argparse.Namespace with `task` and the options.
    """
    parser = Parser(description=description, allow_abbrev=False)
    default = ' (default: %(default)s)'
    parser.add_argument('--epochs', type=integer(1, 10 ** 6), default=epochs,
                        metavar='N',
                        help='passes over the training images' + default)
    parser.add_argument('--seed', type=integer(0, 2 ** 32 - 1), default=0,
                        metavar='N',
                        help='seed of weights, order and noise' + default)
    parser.add_argument('--output', default='output', metavar='DIR',
                        help='folder for what is saved, created if missing' +
                        default)
    parser.add_argument('--data', metavar='PATH',
                        help='an .npz file or a folder with your own images, '
                        'see docs/using.md; without it MNIST is found or '
                        'downloaded')
    parser.add_argument('--resume', action='store_true',
                        help='go on with a run of the same options that was '
                        'stopped or killed')
    parser.add_argument('--verbose', action='store_true',
                        help='show what TensorFlow logs while it starts')
    if bfloat16:
        parser.add_argument('--bfloat16', action='store_true',
                            help='train faster on a processor that computes '
                            'in bfloat16, to losses up to 2 %% off')
    parser.set_defaults(task=task)
    return parser.parse_args()


@contextlib.contextmanager
def hidden_log():
    """Hides what is logged, and shows it if the process ends meanwhile

    The first lines are logged before TensorFlow reads its settings. A library
    may end the process without a word to Python: another one waits for that.
    """
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        shown = os.dup(2)
        stack.callback(os.close, shown)
        watcher = subprocess.Popen(
            [sys.executable, '-ISc', WATCHER, os.path.basename(sys.argv[0])],
            stdin=subprocess.PIPE, stdout=shown, stderr=log)
        stack.callback(os.dup2, shown, 2)
        os.dup2(log.fileno(), 2)
        # TensorFlow ends the process on a processor that it is not for.
        if not faulthandler.is_enabled():
            faulthandler.enable(shown)
            stack.callback(faulthandler.disable)
        said = b'all is well'
        try:
            yield
        except SystemExit:
            said = b''
            raise
        finally:
            watcher.communicate(said)


def load_tensorflow(verbose):
    """Imports TensorFlow and has it look for devices

    Args:
        verbose: bool, whether to show what it logs about itself meanwhile.

    Raises:
        UserError: if it cannot be imported.
    """
    # TensorFlow logs about itself at every start; warnings still show.
    os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '1')
    # HDF5 would lock each file as well, and fail on a disk without locks.
    os.environ.setdefault('HDF5_USE_FILE_LOCKING', 'FALSE')
    # A wrong flag of these ends the process, and the first process of a
    # container takes the one that shows what is hidden with it.
    shown = verbose or os.getpid() == 1 or any(
        name in os.environ for name in ('XLA_FLAGS', 'TF_XLA_FLAGS'))
    try:
        with contextlib.ExitStack() as stack:
            if not shown:
                stack.enter_context(hidden_log())
            features.start()
    # A wrong KERAS_BACKEND, a broken package: it may raise anything.
    except (Exception, SystemExit) as error:
        raise UserError(why_not_imported('TensorFlow or Keras', error))


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
    options = parse(description, task, epochs, bfloat16)
    name = os.path.basename(sys.argv[0])
    for stream in sys.stdout, sys.stderr:
        # Not in Python 3.6, nor in a notebook. What cannot be encoded is only
        # said: it must not end a training.
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(errors='backslashreplace')
    try:
        try:
            files.reserve(options.output, 1)
        except UserError as error:
            raise UserError('--output {}'.format(error))
        with files.locked(checkpoint.path_of(options) + '.lock'):
            load_tensorflow(options.verbose)
            if options.resume and not features.can_resume():
                raise UserError('--resume needs an Adam with a method `build`,'
                                ' which this TensorFlow does not have')
            main(options)
            state = checkpoint.finish(options)
        if state:
            print('--resume goes on with', state)
        sys.stdout.flush()
        figures.show()
    except UserError as error:
        sys.exit('{}: error: {}'.format(name, one_line(error)))
    except KeyboardInterrupt:
        sys.exit('{}: interrupted'.format(name))
    except OSError as error:
        # It may be our output that has failed: `head` has read enough, or
        # its disk is full. At our own end Python would write there again.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit('{}: {}'.format(
            name, 'nobody reads what is printed' if
            isinstance(error, BrokenPipeError) else
            'error: {}'.format(one_line(error))))
