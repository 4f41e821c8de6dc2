#!/usr/bin/env python3
"""Runs the files of a submission and answers the judge's questions

The only program that runs a stranger's code. It lives in the cage, with
nothing of the grader but this file and those that it imports. It knows no
check and gives no verdict: it builds models, sets weights, and tells what
numbers come out. It imports TensorFlow once and then forks a process for each
file.
"""

import ast
import contextlib
import copy
import gc
import importlib.util
import inspect
import io
import json
import os
import pdb
import re
import runpy
import signal
import sys
import traceback
import types

import numpy as np

import confine
import protocol
from methods import by_steps, fit, loss_of

# How often Keras may trace what trains a model, with the same shapes.
USUAL = 3


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


def array(tensor):
    """Turns a tensor of any backend into an array"""
    # In Keras 3, which alone has `ops`, a tensor may be JAX's or PyTorch's.
    if hasattr(keras, 'ops'):
        return keras.ops.convert_to_numpy(tensor)
    return np.asarray(tensor)


def arrays(outputs):
    """Turns what a model puts out into a list of arrays"""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    return [array(output) for output in outputs]


class Unused(types.ModuleType):
    """A module of pictures: a file that imports it may need nothing of it"""

    __path__ = ()

    def __getattr__(self, name):
        """Gives itself for whatever it is asked"""
        if name.startswith('__'):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **options):
        """Does nothing"""
        return self


# The errors in spite of which models were made.
REFUSED = []


def take_numbers():
    """Lets Lambda take a number as its output_shape, as Keras 2 does

    TensorFlow 1.12 takes none; the rest of such a file is judged all the same.
    """
    init = keras.layers.Lambda.__init__

    def lenient(self, function, output_shape=None, *others, **options):
        """Makes a tuple of a number, and remembers what was refused"""
        try:
            init(self, function, output_shape, *others, **options)
        except TypeError as error:
            if not isinstance(output_shape, (int, np.integer)):
                raise
            REFUSED.append(error)
            init(self, function, (int(output_shape),), *others, **options)
    keras.layers.Lambda.__init__ = lenient


class Module:
    """A file of the submission, loaded, and the models that it has made"""

    def __init__(self, path):
        """Takes the path of the file"""
        self.path = path
        self.module = None
        self.made = {}
        self.listener = Listener()
        self.moved = False

    def load(self, header, given):
        """Imports the file by its name; tells its public functions"""
        refused = None
        name = os.path.splitext(os.path.basename(self.path))[0]
        spec = importlib.util.spec_from_file_location(name, self.path)
        self.module = importlib.util.module_from_spec(spec)
        sys.modules[name] = self.module
        try:
            spec.loader.exec_module(self.module)
        except Exception as error:
            refused = self.describe(error)
            self.load_what_can_be()
        functions = []
        for key, value in vars(self.module).items():
            if (inspect.isfunction(value) and not key.startswith('_') and
                    value.__module__ == name or key == 'autoencoder'):
                parameters = inspect.signature(value).parameters.values()
                functions.append([key, [
                    [one.name, one.default is not one.empty or one.kind in (
                        one.VAR_POSITIONAL, one.VAR_KEYWORD)]
                    for one in parameters]])
        return {'functions': functions, 'refused': refused}

    def load_what_can_be(self):
        """Leaves out the statements that raise, such as to read images"""
        with open(self.path, 'rb') as file:
            tree = ast.parse(file.read(), self.path)
        for statement in tree.body:
            tree.body = [statement]
            with contextlib.suppress(Exception):
                exec(compile(tree, self.path, 'exec'), vars(self.module))

    def build(self, header, given):
        """Calls the function; tells what it returns"""
        kind = np.int64 if header.get('numpy') else int

        def turned(value, at):
            """Turns an argument into what a user would pass"""
            if isinstance(value, list):
                made = [kind(one) for one in value]
                return tuple(made) if at in header['tuples'] else made
            if isinstance(value, int) and not isinstance(value, bool):
                return kind(value)
            return value
        arguments = [turned(value, at) if header.get('turned', True)
                     else value
                     for at, value in enumerate(header['arguments'])]
        before = copy.deepcopy(arguments)
        function = getattr(self.module, header['function'])
        models = function(*arguments)
        answer = {'kind': type(models).__name__, 'changed': None,
                  'models': None,
                  'refused': self.describe(REFUSED[0]) if REFUSED else None}
        if arguments != before:
            answer['changed'] = repr(arguments[1])
        if header.get('again'):
            # Again with the same list, as a user may who keeps it.
            models = function(*arguments)
        if isinstance(models, (tuple, list)):
            answer['models'] = [
                [isinstance(model, keras.Model), type(model).__name__]
                for model in models]
            self.made[header['key']] = models
        return answer

    def weights(self, header, given):
        """Gives the weights of a model"""
        model = self.model(header)
        # A Sequential of Keras 2 without weights yet raises an error.
        return {}, self.learnt(model) if getattr(model, 'built', True) else []

    def set(self, header, given):
        """Sets the weights of models"""
        for which, count in header['counts']:
            model = self.made[header['key']][which]
            arrays, given = given[:count], given[count:]
            for at in self.settings(model):
                arrays.insert(at, model.get_weights()[at])
            model.set_weights(arrays)
        return {}

    def settings(self, model):
        """Lists the places of weights that are single numbers, not trained

        A layer may keep lambtha so, which it computes no output with.
        """
        places = [at for at, one in enumerate(model.weights)
                  if not len(one.shape)]
        return [] if any(not len(one.shape)
                         for one in model.trainable_weights) else places

    def learnt(self, model):
        """Gives the weights of a model without its settings"""
        left_out = self.settings(model)
        return [array for at, array in enumerate(model.get_weights())
                if at not in left_out]

    def model(self, header):
        """Finds the model that is asked for"""
        return self.made[header['key']][header['model']]

    def call(self, header, given):
        """Computes the outputs of a model"""
        model = self.model(header)
        if header.get('predict'):
            return {}, arrays(model.predict(
                given[0], batch_size=header['predict'], verbose=0))
        # In TensorFlow 1.12, of graphs only, a call gives no values.
        if tf.executing_eagerly():
            return {}, arrays(model(given[0]))
        return {}, arrays(model.predict_on_batch(given[0]))

    def evaluate(self, header, given):
        """Computes the loss that evaluate reports for one batch"""
        loss, count = loss_of(
            self.model(header).evaluate, *given, batch_size=len(given[0]),
            verbose=0)
        return {'count': count}, [loss]

    def train(self, header, given):
        """Trains; gives losses and then the weights of two models

        All steps, if not by fit, begin with the same weights. With a
        count, the optimizer goes on as after so many steps.
        """
        auto = self.model(header)
        models = [self.made[header['key']][which]
                  for which in header['models']]
        optimizer = getattr(auto, 'optimizer', None)
        # Else Keras 3 traces the first step twice, which takes time.
        if not getattr(optimizer, 'built', True):
            optimizer.build(auto.trainable_variables)
        made = getattr(auto, 'train_function', None)
        # Keras 3.0 traces it anew at each call of train_on_batch: a minute of
        # each file's time. In later versions the graph inside serves again.
        if getattr(made, 'experimental_get_tracing_count', int)() > USUAL:
            auto.train_function = made.python_function
        # Where gradients are added up over steps, this is no variable.
        if header['count'] and hasattr(
                getattr(optimizer, 'iterations', None), 'assign'):
            # The set_value of Keras 3 cannot set this.
            if tf.executing_eagerly():
                optimizer.iterations.assign(header['count'])
            else:
                keras.backend.set_value(optimizer.iterations, header['count'])
        own = getattr(type(auto), 'train_step', None) is not getattr(
            keras.Model, 'train_step', None)
        losses = fit(auto, header, given) if header['way'] == 'fit' else \
            by_steps(auto, header['steps'], given, models, own)
        return {}, [np.array(losses)] + [
            array for model in models for array in self.learnt(model)]

    def tell(self, header, given):
        """Tells how the models are made: for advice, and for words alone"""
        models = self.made[header['key']]
        auto = models[header['auto']]
        optimizer = getattr(auto, 'optimizer', None)
        loss = getattr(auto, 'loss', None)
        return {'names': [str(getattr(model, 'name', ''))
                          for model in models],
                'printed': self.listener.heard, 'moved': self.moved,
                'optimizer': type(optimizer).__name__ if optimizer else None,
                # Without a loss, Keras 2 has an empty dict.
                'loss': bool(loss)}

    def answer(self, header, given):
        """Answers a question; what is raised is an answer too"""
        home = os.getcwd()
        try:
            answer = getattr(self, header['ask'])(header, given)
            return answer if isinstance(answer, tuple) else (answer, [])
        except BaseException as error:
            return {'error': self.describe(error)}, []
        finally:
            if os.getcwd() != home:
                self.moved = True
                os.chdir(home)

    def describe(self, error):
        """Tells an exception: its class, its text and the line of the file"""
        text = str(error)
        # For a traced function, Keras puts file and line into the text.
        lines = re.findall(r'File "{}", line (\d+)'.format(
            re.escape(self.path)), text)
        lines += [frame[1] for frame in traceback.extract_tb(
            error.__traceback__) if frame[0] == self.path]
        # Of a long text the beginning or the end says what is wrong.
        if len(text) > 8000:
            text = text[:4000] + '\n' + text[-4000:]
        return {'kind': type(error).__name__, 'text': text,
                'line': int(lines[-1]) if lines else getattr(
                    error, 'lineno', None)}


def serve(module, connection):
    """Answers until there are no more questions"""
    # Keras itself warns on the other.
    sys.stdout, sys.stderr = module.listener, Listener()
    while True:
        header, given = connection.receive()
        connection.send(*module.answer(header, given))


def run(path, connection):
    """Runs the file as a program; tells what it ended with"""
    sys.argv = [path]
    answer = {'status': 0}
    try:
        runpy.run_path(path, run_name='__main__')
    except SystemExit as end:
        answer['status'] = int(end.code) if isinstance(
            end.code, int) else int(end.code is not None)
    except BaseException as error:
        answer = {'error': Module(path).describe(error)}
    connection.send(answer)


def start(ask, path, pipes, mine, kind):
    """Forks a process for a file

    Args:
        ask: str, 'file' to answer questions, 'program' to run it.
        path: str, the file.
        pipes: dict from number to the two descriptors of a process, 0 for
            this one.
        mine: int, the number of the new one.
        kind: str, that of the cage.

    Returns:
        int, the number of the process.
    """
    process = os.fork()
    if process:
        for descriptor in pipes.pop(mine):
            os.close(descriptor)
        return process
    try:
        for number, pair in pipes.items():
            for descriptor in pair if number != mine else ():
                os.close(descriptor)
        connection = protocol.Connection(*pipes[mine])
        confine.enter_task(kind)
        if ask == 'file':
            serve(Module(path), connection)
        else:
            run(path, connection)
    except (BrokenPipeError, protocol.Broken):
        pass
    finally:
        # Threads that the file has left must not keep the process.
        os._exit(0)


def main():
    """Imports TensorFlow, then starts and ends processes as it is told"""
    options = json.loads(sys.argv[1])
    confine.enter(options['kind'])
    global keras, tf
    gc.disable()
    # What is not allowed is told of the text; the rest is judged all the same.
    # Keras 3 itself imports these, which takes a sixth of TensorFlow's time.
    for name in ('matplotlib', 'matplotlib.pyplot'):
        sys.modules[name] = Unused(name)
    import tensorflow as tf
    import tensorflow.keras as keras
    # Keras loads these when they are first used: here once, for all files.
    keras.Model, keras.Sequential, keras.layers.Dense, keras.Input
    # With TensorFlow 1.12 there is no other: who imports Keras alone gets it.
    if importlib.util.find_spec('keras') is None:
        inner = {name: module for name, module in sys.modules.items()
                 if name.startswith('tensorflow.keras')}
        for name, module in inner.items():
            sys.modules[name.split('.', 1)[1]] = module
    if not tf.executing_eagerly():
        take_numbers()
    confine.write_nothing()
    pdb.set_trace = lambda *options: None
    sys.breakpointhook = pdb.set_trace  # novm
    # None of this is ever garbage. To search it again and again would take a
    # tenth of each file's time. Python 3.6 has no freeze.
    if hasattr(gc, 'freeze'):
        gc.freeze()  # novm
    gc.enable()
    pipes = {int(number): pair for number, pair in options['pipes'].items()}
    judge = protocol.Connection(*pipes[0])
    processes = {}
    # TensorFlow 1.12, of graphs only, counts some losses in another way.
    judge.send({'eager': bool(tf.executing_eagerly())})
    while True:
        try:
            header, _ = judge.receive()
        except protocol.Broken:
            break
        if header['ask'] == 'end':
            process = processes.pop(header['number'])
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            judge.send({})
        else:
            processes[header['number']] = start(
                header['ask'], os.path.abspath(header['path']), pipes,
                header['number'], options['kind'])
            judge.send({})


if __name__ == '__main__':
    main()
