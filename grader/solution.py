#!/usr/bin/env python3
"""One file of a submission as the checks see it: they ask, it answers"""

import contextlib
import copy
import itertools
import time
import zlib

import numpy as np

from . import memory
from .models import SIDES, Missing, Models
from .registry import Fault, IMAGES, TASKS, Unjudged, require
from .sandbox import protocol
from .sandbox.answers import FORMS, fits
from .sizes import possible_sizes, shape_of
from .wording import error_sentence, plural, written

WANTED = 'it must return encoder, decoder, auto'
# Of drawn kernels: so large that there are values of both signs before every
# activation, so small that none of these saturates.
SCALE = 1.5


class Solution:
    """One file of a submission, loaded in the runner

    Attributes:
        task: int, which of the four tasks.
        runtime: str, the name of the runtime.
        deadline: float, until when causes of faults are looked for.
        eager: bool, whether the runtime computes at once; None where the file
            cannot be loaded.
        order: list of int, which of the returned models are encoder, decoder
            and auto.
        layouts: dict, what Models knows of the weights of some sizes.
        gone: str, why the process of the file does not answer any more, or
            None.
    """

    def __init__(self, task, text, runner, options):
        """Makes a solution

        Args:
            task: int, which of the four tasks.
            text: dict, what source.examination says of the file.
            runner: sandbox.remote.Runner.
            options: argparse.Namespace, those of the command.
        """
        self.task = task
        self.text = text
        self.runner = runner
        self.connection = self.eager = None
        if text['runs']:
            self.connection = runner.open('file', task)
            self.eager = runner.eager
        self.seconds = options.task_seconds
        self.deadline = time.monotonic() + options.task_seconds
        # The time that the file has left; what the judge computes is not
        # counted.
        self.left = options.task_seconds
        self.runtime = options.runtime
        self.seed = options.seed
        self.order = [0, 1, 2]
        self.layouts = {}
        self.known = {}
        self.gone = None
        # Faults in spite of which the file is judged: of its import, and of
        # what it returns, see runner.
        self.unimported = self.refused = None
        self.lacks_auto = False
        self.kills = memory.kills()

    def close(self):
        """Ends the process of the file"""
        if self.connection is not None:
            self.runner.end('file', self.task)

    def draw(self, purpose):
        """Makes a random generator, other for another purpose or seed"""
        return np.random.RandomState(
            (zlib.crc32(purpose.encode()) + self.seed) % 2 ** 32)

    @property
    def parameters(self):
        """tuple of str, the names that autoencoder's arguments must have"""
        return TASKS[self.task].parameters

    def ask(self, question, action, arrays=(), **more):
        """Asks the runner

        Args:
            question: str, the name of a method of runner.Module.
            action: str, what that does, as a sentence about it begins.
            arrays: list of arrays that go with it.
            **more: what else goes with it.

        Returns:
            header, arrays: its answer.

        Raises:
            Fault: if the file's code raises an exception, or ends.
            Unjudged: if it ended before, or for lack of memory.
        """
        if self.gone:
            raise Unjudged(self.gone)
        began = time.monotonic()
        self.connection.deadline = began + self.left
        try:
            self.connection.send(dict(more, ask=question), arrays)
            header, given = self.connection.receive()
            error = header.get('error')
            if not fits(header, {} if error is not None else
                        FORMS.get(question, {})):
                raise protocol.Broken('garbage')
        except protocol.Broken as broken:
            self.blame_memory(broken)
            self.gone = action + {
                'late': ' did not finish within the {:g} s that the file has; '
                        'see --task-seconds'.format(self.seconds),
                'closed': ' ended the process',
                'garbage': ': what the process answers is no answer',
            }[str(broken)]
            raise Fault(self.gone)
        finally:
            self.left -= time.monotonic() - began
        if error is not None:
            raise self.fault_of(action, error)
        return header, given

    def blame_memory(self, broken):
        """Raises Unjudged where the kernel has ended it for lack of memory"""
        if str(broken) == 'closed' and memory.kills() > self.kills:
            self.gone = memory.CAUSE
            raise Unjudged(self.gone)

    def fault_of(self, action, error):
        """Makes a Fault of an error that the file's code has raised"""
        if not fits(error, FORMS['error']):
            return Fault(action + ' raised an error')
        # An honest runner sends no more. Searching a text takes the square of
        # its length.
        kind, text = error['kind'][:200], error['text'][:8001]
        line = error.get('line')
        line = line if type(line) is int and 0 < line < 10 ** 6 else None
        return Fault(error_sentence(action, kind, text, self.runtime), line or
                     ('loss' if 'auto.' in action and kind != 'SystemExit'
                      else None))

    def run_program(self):
        """Runs the file as a program, in a process of its own

        Returns:
            int, the status that it ends with.

        Raises:
            Fault: if it does not end as a program should.
        """
        name = './' + TASKS[self.task].file
        connection = self.runner.open('program', self.task)
        connection.deadline = time.monotonic() + self.left
        try:
            answer = connection.receive()[0]
        except protocol.Broken as broken:
            self.blame_memory(broken)
            raise Fault('{} {}'.format(name, {
                'late': 'does not end'}.get(str(broken), 'ends the process')))
        finally:
            # It may leave threads that never end.
            self.runner.end('program', self.task)
        if 'error' in answer:
            raise self.fault_of('running {} as a program'.format(name),
                                answer['error'])
        require(fits(answer, FORMS['program']),
                '{}: what the process answers is no answer', name)
        return answer['status']

    def randomise(self, weights, purpose, scale=SCALE):
        """Draws weights, with values of both signs everywhere

        Args:
            weights: list of arrays, whose shapes they have.
            purpose: str, for which others are drawn than for another.
            scale: float, how large kernels are.

        Returns:
            list of arrays.
        """
        random = self.draw(purpose)
        return [w if isinstance(w, Missing) else np.array(
            random.randn(*w.shape) * (
                scale / np.sqrt(np.prod(w.shape[:-1])) if w.ndim > 1 else 0.4
            ), 'float32').astype('float64') for w in weights]

    def remember(self, key, make):
        """Returns make(), or raises its Fault, computed once for a key"""
        if key not in self.known:
            try:
                self.known[key] = make(), None
            except (Fault, Unjudged) as fault:
                self.known[key] = None, fault
        value, fault = self.known[key]
        if fault is not None:
            # A copy: what is added to it on the way must not stay.
            raise copy.copy(fault)
        return value

    def function(self):
        """Finds the file's function, and what it takes

        Returns:
            name, parameters: str, and a list of pairs of a name and whether
            the parameter may be left out.
        """
        def find():
            """Loads the file"""
            if self.connection is None:
                # Only a fault of syntax keeps a file from being loaded.
                causes = self.text['faults']
                causes = [one for one in causes if one[0] == 'syntax'] + causes
                raise Unjudged(causes[0][1] if causes else
                               'the file cannot be loaded')
            answer = self.ask('load', 'importing the file')[0]
            found = answer['functions']
            if answer['refused']:
                self.unimported = self.fault_of(
                    'importing the file', answer['refused'])
            named = [one for one in found if one[0] == 'autoencoder']
            # A function of another name, if only one can be meant.
            count = len(self.parameters)
            others = [one for one in found if len(
                [1 for _, optional in one[1] if not optional]) == count]
            if not named and len(others) != 1:
                raise self.unimported or Fault(
                    'the file has no function called autoencoder')
            return (named or others)[0]
        return self.remember('function', find)

    def build(self, sizes, **more):
        """Calls autoencoder

        Args:
            sizes: tuple, the arguments.
            **more: how it is called, see runner.Module.build.

        Returns:
            header, the runner's answer; Models.
        """
        more = dict({'tuples': [0, 2] if self.task == IMAGES else []},
                    **more)
        key = '{} {}'.format(written(sizes), sorted(more.items()))
        action = written(sizes)
        answer = self.ask(
            'build', action, function=self.function()[0], key=key,
            arguments=sizes, **more)[0]
        models, kind = answer['models'], answer['kind']
        if answer['refused']:
            self.refused = self.fault_of(action, answer['refused'])
        require(models is not None, '{} returns {}; {}', action,
                'None' if kind == 'NoneType' else 'one ' + kind, WANTED,
                line='return')
        require(len(models) == 3, '{} returns {}; {}', action,
                plural(len(models), 'value'), WANTED, line='return')
        for at, (is_model, name) in enumerate(models):
            if not is_model:
                fault = Fault('{} is a {}; it must be a keras.Model'.format(
                    SIDES[at], name), 'return')
                if SIDES[at] != 'auto':
                    raise fault
                # Encoder and decoder are judged without it.
                self.refused, self.lacks_auto = fault, True
        return answer, Models(self, key, sizes)

    def models(self, sizes):
        """Gives the models for sizes

        Raises:
            Unjudged: if they cannot be made, which other checks judge.
        """
        try:
            return self.made(sizes)
        except Fault as fault:
            raise Unjudged(str(fault))

    def made(self, sizes):
        """Makes the models for sizes, once, with weights

        Raises:
            Fault, Unjudged: if they cannot be made.
        """
        def make():
            """Makes them; models of own classes have no weights before"""
            models = self.in_order(self.build(sizes)[1])
            for model in (models.encoder, models.decoder):
                if not model.weights():
                    model.call(self.zeros(sizes, model.side))
            models.arrange()
            self.remember('kept', lambda: self.keep(models))
            return models
        return self.remember(written(sizes), make)

    def keep(self, models):
        """Demands that encoder and decoder have weights, and keep them

        What is said to be a model gets no points for that alone.
        """
        for model in (models.encoder, models.decoder):
            first = model.weights()
            weights = self.randomise(first, 'keep')
            require(weights, 'the {} has no weights', model.side,
                    line=model.side)
            models.set(**{model.side: weights})
            require(all(map(np.allclose, model.weights(), weights)),
                    'the {} does not keep the weights that are set',
                    model.side, line=model.side)
            # What is no layer may not work with drawn ones, see layers.drawn.
            models.set(**{model.side: first})

    def zeros(self, sizes, side, count=2):
        """Makes inputs of zeros for a side"""
        dims = sizes[2 if side == 'decoder' else 0]
        return np.zeros((count,) + shape_of(dims), 'float32')

    def in_order(self, models):
        """Finds out which of the returned models is which, once

        Args:
            models: Models, just built.

        Returns:
            Models, the same, or others in the order that was found.
        """
        if 'order' in self.known or self.lacks_auto or self.fit(models):
            self.known['order'] = None, None
            return models
        orders = []
        for order in list(itertools.permutations(range(3)))[1:]:
            self.order = list(order)
            # New models: a wrong call may have made weights of wrong shapes.
            if self.fit(self.build(models.sizes, order=order)[1]):
                orders.append(self.order)
        self.order = orders[0] if len(orders) == 1 else [0, 1, 2]
        self.known['order'] = None, None
        return self.build(models.sizes, order=None)[1]

    def fit(self, models):
        """Tells whether three models give the shapes that they must"""
        dims, latent = map(shape_of, (models.sizes[0], models.sizes[2]))
        for model in (models.encoder, models.decoder, models.auto):
            try:
                shape = model.one(self.zeros(
                    models.sizes, model.side)).shape[1:]
            except (Fault, Unjudged):
                return False
            # auto need not give height and width back, see sizes.
            if (shape != latent if model.side == 'encoder' else
                    len(shape) != len(dims) or shape[-1] != dims[-1] or
                    shape == latent):
                return False
        return True

    @property
    def primary(self):
        """Models for the long checks: of the first sizes that they fit

        A file may be made for the exercise's sizes alone; else those of the
        first sizes that can be made.
        """
        def choose():
            """Chooses the sizes"""
            made = None
            # With fewer hidden layers, few mistakes would show.
            for sizes in sorted(possible_sizes(self),
                                key=lambda sizes: len(sizes[1]) < 2):
                with contextlib.suppress(Unjudged):
                    models = self.models(sizes)
                    if self.fit(models):
                        return models
                    made = made or models
            if made is None:
                raise Unjudged(by=('returns',))
            return made
        return self.remember('primary', choose)
