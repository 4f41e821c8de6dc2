#!/usr/bin/env python3
"""One file of the exercise, as the checks see it"""

import ast
import collections
import contextlib
import copy
import importlib.util
import io
import os
import sys

import numpy as np

from .registry import Fault, TASKS, require

Models = collections.namedtuple('Models', 'encoder decoder auto')


class Listener(io.TextIOBase):
    """A text stream that keeps nothing but whether it was written to"""

    heard = False

    def writable(self):
        """Tells that the stream can be written to"""
        return True

    def write(self, text):
        """Takes note of a text"""
        self.heard = True
        return len(text)


def first_line(error):
    """Says what an exception is, in one line of at most 200 characters"""
    lines = [line.strip() for line in str(error).splitlines()]
    text = next((line for line in lines if line), '')
    kind = type(error).__name__
    return '{}: {}'.format(kind, text[:200]) if text else kind


def written(arguments):
    """Writes a call of autoencoder as a student would"""
    return 'autoencoder({})'.format(', '.join(map(repr, arguments)))


def shape_of(dims):
    """Makes a shape of one of the exercise's dims: an integer or a tuple"""
    return tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)


class Subject:
    """One file, copied where it can do no harm

    What it makes is kept, and so are its faults, so that every check can ask
    for what it needs and a slow file is slow only once.
    """

    def __init__(self, task, path, report=lambda action: None,
                 memory='there is'):
        """Makes a subject

        Args:
            task: int, which of the four tasks.
            path: str, the file: may be missing, or anything.
            report: function of a str, told what is about to be done.
            memory: str, how much memory it may use, for a Fault.
        """
        self.task = task
        self.path = path
        self.report = report
        self.memory = memory
        self.home = os.getcwd()
        self.printed = []
        self.moved = []
        self.known = {}

    def remember(self, key, make):
        """Returns make(), or raises its Fault, computed once for a key"""
        if key not in self.known:
            try:
                self.known[key] = (make(), None)
            except Fault as fault:
                self.known[key] = (None, str(fault))
        value, sentence = self.known[key]
        require(sentence is None, '{}', sentence)
        return value

    @contextlib.contextmanager
    def attempt(self, action):
        """Makes a Fault of whatever the file's code raises in a block

        Args:
            action: str, what is done, which begins the Fault's sentence.
        """
        self.report(action)
        listener = Listener()
        try:
            with contextlib.redirect_stdout(listener):
                yield
        except Fault:
            raise
        except MemoryError:
            raise Fault('{} used more memory than {}'.format(
                action, self.memory))
        except SystemExit:
            raise Fault('{} called exit'.format(action))
        except BaseException as error:
            raise Fault('{} raised {}'.format(action, first_line(error)))
        finally:
            if listener.heard:
                self.printed.append(action)
            if os.getcwd() != self.home:
                self.moved.append(action)
                os.chdir(self.home)

    def read(self):
        """Returns the file's text"""
        def read():
            """Reads the file"""
            require(os.path.exists(self.path), 'the file does not exist')
            try:
                with open(self.path, encoding='utf-8', newline='') as lines:
                    return lines.read()
            except (OSError, UnicodeDecodeError) as error:
                raise Fault('the file cannot be read: ' + first_line(error))
        return self.remember('source', read)

    def parse(self):
        """Returns the file's syntax tree, an ast.Module"""
        def parse():
            """Parses the file"""
            try:
                return ast.parse(self.read())
            except SyntaxError as error:
                raise Fault('line {}: {}'.format(error.lineno, error.msg))
            except (ValueError, RecursionError, MemoryError) as error:
                raise Fault('the file cannot be parsed: ' +
                            first_line(error))
        return self.remember('tree', parse)

    @property
    def module(self):
        """str, the name of the module that the file is"""
        return os.path.splitext(TASKS[self.task].file)[0]

    @property
    def runtime(self):
        """module, grader.runtime: imported late, for it takes seconds"""
        return importlib.import_module('grader.runtime')

    def load(self):
        """Returns the file's function autoencoder"""
        def load():
            """Imports the file by its name"""
            self.parse()
            spec = importlib.util.spec_from_file_location(self.module,
                                                          self.path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[self.module] = module
            with self.attempt('importing the file'):
                spec.loader.exec_module(module)
            function = getattr(module, 'autoencoder', None)
            require(callable(function),
                    'the file has no function called autoencoder')
            return function
        return self.remember('function', load)

    def fresh(self, *arguments):
        """Calls autoencoder; returns what it returns, if three models"""
        function = self.load()
        action = written(arguments)
        with self.attempt(action):
            models = function(*copy.deepcopy(arguments))
        wanted = 'it must return encoder, decoder, auto'
        require(isinstance(models, (tuple, list)), '{} returns {}; {}',
                action, 'None' if models is None else
                'one ' + type(models).__name__, wanted)
        require(len(models) == 3, '{} returns {} values; {}', action,
                len(models), wanted)
        models = Models(*models)
        shapes = [shape_of(arguments[i]) for i in (0, 2, 0)]
        for name, model, shape in zip(Models._fields, models, shapes):
            require(isinstance(model, self.runtime.keras.Model),
                    '{} is a {}; it must be a keras.Model', name,
                    type(model).__name__)
            # Models of a class of one's own have no weights before a call.
            if not getattr(model, 'built', True):
                self.call(name, model, np.zeros((1,) + shape))
        return models

    def build(self, *arguments):
        """Returns the models for these arguments, made once"""
        return self.remember(written(arguments),
                             lambda: self.fresh(*arguments))

    def call(self, name, model, inputs):
        """Computes a model's output, an array or a list of arrays"""
        with self.attempt('calling {} on shape {}'.format(
                name, np.shape(inputs))):
            return self.runtime.call(model, inputs)

    def loss(self, way, auto, inputs):
        """Computes the loss that auto reports

        Args:
            way: str, 'evaluate', 'train_on_batch' or 'fit'.
            auto: keras.Model, compiled.
            inputs: array, the one batch, also the targets.
        """
        require(getattr(auto, 'optimizer', None) is not None,
                'auto is not compiled; it must be compiled with Adam and '
                'binary cross-entropy')
        with self.attempt('auto.{}()'.format(way)):
            return getattr(self.runtime, way)(
                auto, np.asarray(inputs, 'float32'))

    def close(self):
        """Forgets the file, so that another can be judged in this process"""
        sys.modules.pop(self.module, None)
        if 'function' in self.known:
            self.runtime.clear()

    @property
    def parameters(self):
        """tuple of str, the names that autoencoder's arguments must have"""
        return TASKS[self.task].parameters
