#!/usr/bin/env python3
"""One file of a submission as the checks see it: questions and answers"""

import itertools
import re
import time
import zlib

import numpy as np

from .printable import clean
from .registry import Fault, IMAGES, TASKS, Unjudged, plural, require
from .sandbox import protocol

SIDES = ('encoder', 'decoder', 'auto')
WANTED = 'it must return encoder, decoder, auto'
# Of a model: what is more would take the judge too much time and memory.
MOST_WEIGHTS, MOST_ARRAYS = 2 ** 22, 200

# What an action and its error say, what that means, and the runtime that it is
# no error on, if there is one.
HINTS = (
    ('You must feed a value for placeholder|from a graph that is different|'
     'out of scope|Graph execution error.*[Pp]laceholder|'
     'passing (a )?Keras(Tensor| symbolic)|Keras symbolic inputs/outputs|'
     'Inputs to eager execution function cannot be Keras symbolic tensors|'
     '^auto[.].*KerasTensor',
     'a loss may use nothing but its two arguments: the tensors of the model '
     'are not those of the batch', 'page'),
    ('KerasTensor', 'a layer must do this, such as Lambda', 'tf2.15'),
    ("has no attribute '(add_loss|add_metric|backend)'|"
     "keras.backend' has no attribute|add_loss.* not supported",
     'newer versions of Keras do not have this', 'tf2.15'),
    ("tensorflow' has no attribute|keras' has no attribute "
     "'(objectives|contrib)'", 'newer versions do not have this', 'page'),
    ('PermissionError|Operation not permitted',
     'in the cage a file has no network and no other files', None),
)


def written(arguments):
    """Writes a call of autoencoder as a student would"""
    return 'autoencoder({})'.format(', '.join(map(repr, arguments)))


def shape_of(dims):
    """Makes a shape of one of the exercise's dims: an integer or a tuple"""
    return tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)


def gist(text):
    """Finds the line of an error's text that says what is wrong"""
    text = re.sub('\x1b\\[[0-9;]*m', '', text)
    text = re.split('\n+(?:Call a|A)rguments received by', text)[0]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # Keras begins with where it was, and tells the cause below.
    if re.match('in user code|Traceback', text.strip()):
        return lines[-1]
    lines = [line for line in lines if not re.match(
        r'Exception encountered when|Graph execution error|Detected at',
        line)] or lines
    return lines[0] if lines else ''


def optional(form):
    """Makes the form of what may be None"""
    return lambda value: value is None or fits(value, form)


def numbers(value):
    """Tells whether a value is a dict of floats, the form of a layer's l1"""
    return isinstance(value, dict) and all(
        type(one) is float for one in value.values())


# What an answer must hold beside arrays, see fits; more may be there.
LAYER = {'class': str, 'name': str, 'activation': optional(str),
         'inputs': int, 'is': (bool, bool), 'l1': numbers}
FORMS = {
    'load': {'functions': [(str, [(str, bool)])]},
    'build': {'kind': str, 'changed': optional(str),
              'models': optional([(bool, str)])},
    'tell': {'models': ({'name': str, 'layers': [LAYER]},) * 3,
             'printed': bool, 'moved': bool, 'optimizer': optional(str),
             'loss': optional(str)},
    'evaluate': {'count': int},
    'program': {'status': int},
    'error': {'kind': str, 'text': str},
}


def fits(value, form):
    """Tells whether what a stranger has sent is of a form

    Args:
        value: what JSON can hold.
        form: a type; a list of one form, for any number of them; a tuple of
            forms, one after the other; a dict of forms, each by its name; or
            a function that tells.

    Returns:
        bool.
    """
    if isinstance(form, type):
        return type(value) is form
    if isinstance(form, dict):
        return isinstance(value, dict) and all(
            fits(value.get(name), form[name]) for name in form)
    if isinstance(form, list):
        return isinstance(value, list) and all(
            fits(one, form[0]) for one in value)
    if isinstance(form, tuple):
        return (isinstance(value, list) and len(value) == len(form) and
                all(map(fits, value, form)))
    return form(value)


class Model:
    """One of the three models, which live in the servant"""

    def __init__(self, models, side):
        """Makes a model

        Args:
            models: Models, that it belongs to.
            side: str, which of them.
        """
        self.models = models
        self.side = side
        self.subject = models.subject

    def ask(self, question, action, arrays=(), **more):
        """Asks about this model, see Subject.ask"""
        return self.subject.ask(
            question, action, arrays, key=self.models.key,
            model=self.subject.order[SIDES.index(self.side)], **more)[1]

    def weights(self):
        """Gives the weights in the order of the layers

        Returns:
            list of arrays, of always the same shapes.
        """
        arrays = self.ask('weights', '{}.get_weights()'.format(self.side))
        count = sum(array.size for array in arrays)
        require(count <= MOST_WEIGHTS and len(arrays) <= MOST_ARRAYS,
                'the {} has {} weights in {}; those of the exercise are far '
                'fewer', self.side, count, plural(len(arrays), 'array'),
                line=self.side)
        shapes = [array.shape for array in arrays]
        # Models of own classes have none before they are called.
        known = self.models.shapes.get(self.side) or shapes
        require(shapes == known, 'the weights of the {} change their shapes',
                self.side, line=self.side)
        self.models.shapes[self.side] = known
        return self.models.sorted(self.side, arrays)

    def call(self, inputs, predict=None):
        """Computes the outputs

        Args:
            inputs: array.
            predict: int, the batch size of predict, if that is to be called.

        Returns:
            list of arrays.
        """
        inputs = np.asarray(inputs, 'float32')
        action = '{}.predict()'.format(self.side) if predict else \
            'calling {} on shape {}'.format(self.side, inputs.shape)
        try:
            outputs = self.ask('call', action, [inputs], predict=predict)
        except Fault:
            # Wrong layers are one fault, and so are codes of another size:
            # where Keras 2 makes such an auto, it fails when it is called.
            self.subject.because('encoder-layers', 'decoder-layers',
                                 'encoder-output')
            raise
        require(all(len(output) == len(inputs) for output in outputs if
                    output.ndim) and all(o.ndim for o in outputs),
                '{} puts out {} for {}', self.side,
                ', '.join(str(o.shape) for o in outputs) or 'nothing',
                plural(len(inputs), 'input'))
        return outputs

    def one(self, inputs):
        """Computes the only output, or the first one"""
        outputs = self.call(inputs)
        require(outputs, '{} puts out nothing', self.side)
        return outputs[0]


class Models:
    """The three models that the file has made for one set of sizes"""

    def __init__(self, subject, key, sizes):
        """Makes them; `encoder`, `decoder` and `auto` are a Model each

        `steps` is a dict from 'encoder', 'decoder', 'mean' and 'log_var' to
        the network that the file has there, right or wrong, see oracle;
        without those that are not known. `shapes` is one from sides to the
        shapes of their weights; `places` one to where these stand in the
        order of the layers, if they stand in another.
        """
        self.subject = subject
        self.key = key
        self.sizes = sizes
        self.encoder, self.decoder, self.auto = [
            Model(self, side) for side in SIDES]
        # What is known of one is known of others of the same layers.
        self.steps = subject.steps.setdefault(repr(sizes[:3]), {})
        self.shapes = subject.shapes.setdefault(repr(sizes[:3]), {})
        self.places = subject.places.setdefault(repr(sizes[:3]), {})

    def sorted(self, side, arrays):
        """Puts the arrays of a side into the order of the layers"""
        return [arrays[at].astype('float64') for at in self.places.get(
            side, range(len(arrays)))]

    def set(self, **weights):
        """Sets the weights of encoder and decoder, each a list of arrays"""
        counts, arrays = [], []
        for side, given in sorted(weights.items()):
            counts.append([self.subject.order[SIDES.index(side)],
                           len(given)])
            places = self.places.get(side, range(len(given)))
            arrays += [given[list(places).index(at)]
                       for at in range(len(given))]
        self.subject.ask('set', 'set_weights()', arrays, key=self.key,
                         counts=counts)

    def evaluate(self, inputs):
        """Asks for the loss of one batch, the inputs also the targets"""
        header, answer = self.subject.ask(
            'evaluate', 'auto.evaluate()', [inputs], key=self.key,
            model=self.subject.order[2])
        self.subject.reported = header['count']
        return self.loss(answer)

    def train(self, inputs, way='train_on_batch', steps=1):
        """Trains steps

        Returns:
            float, of one step the loss before it; two lists of arrays, the
            weights of encoder and decoder after all.
        """
        answer = self.auto.ask(
            'train', 'auto.{}()'.format(way), [inputs], way=way, steps=steps,
            models=self.subject.order[:2])
        weights = answer[1:]
        count = len(self.shapes['encoder'])
        require(len(weights) == count + len(self.shapes['decoder']),
                'training changes the number of weights')
        return self.loss(answer[:1]), self.sorted(
            'encoder', weights[:count]), self.sorted(
                'decoder', weights[count:])

    def loss(self, answer):
        """Takes a number out of an answer"""
        require(len(answer) == 1 and answer[0].size == 1,
                'auto reports a loss that is not one number', line='compile')
        return float(answer[0].ravel()[0])


class Subject:
    """One file, and what is known of it

    Attributes:
        order: list of int, which of the returned models are encoder, decoder
            and auto.
        roles: list of int, which outputs of a variational encoder are
            sample, mean and log variance, or None.
        log_var_of: function that makes the log variance of that output.
        fed: str, what of them auto decodes; None where auto is not the
            decoder applied to the encoder.
        steps, shapes, places: dicts from sizes to those of Models.
        objective: function that computes the loss that the file has, or
            None, see checks.training; without the penalty of task 1.
        penalty: int, by which of checks.sparse.factors that is multiplied, or
            None.
        reported: int, how many values evaluate reports.
        faults: dict from the name of a check to a list of Faults.
        not_judged: dict from the name of a check to why.
    """

    def __init__(self, task, text, connection, deadline, options, eager):
        """Makes a subject

        Args:
            task: int, which of the four tasks.
            text: dict, what source.examine says of the file.
            connection: protocol.Wire to the process of the file, or None.
            deadline: float, until when causes of faults are looked for.
            options: argparse.Namespace, those of the command.
            eager: bool, whether the runtime computes at once.
        """
        self.task = task
        self.text = text
        self.connection = connection
        self.seconds = options.task_seconds
        self.deadline = deadline
        # What the judge computes is not the file's time.
        self.left = options.task_seconds
        self.runtime = options.runtime
        self.seed = options.seed
        self.eager = eager
        self.order = [0, 1, 2]
        self.roles = None
        self.log_var_of = np.asarray
        self.fed = 'sample'
        self.steps, self.shapes, self.places = {}, {}, {}
        self.objective = None
        self.penalty = None
        self.reported = 1
        self.faults, self.not_judged = {}, {}
        self.known = {}
        self.gone = None

    def draw(self, purpose):
        """Makes a random generator, other for another purpose or seed"""
        return np.random.RandomState(
            (zlib.crc32(purpose.encode()) + self.seed) % 2 ** 32)

    @property
    def parameters(self):
        """tuple of str, the names that autoencoder's arguments must have"""
        return TASKS[self.task].parameters

    def ask(self, question, action, arrays=(), **more):
        """Asks the servant

        Args:
            question: str, the name of a method of runner.File.
            action: str, what that does, as a sentence about it begins.
            arrays: list of arrays that go with it.
            **more: what else goes with it.

        Returns:
            header, arrays: its answer.

        Raises:
            Fault: if the file's code raises an exception, or ends.
            Unjudged: if it ended before.
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

    def fault_of(self, action, error):
        """Makes a Fault of an error that the file's code has raised"""
        if not fits(error, FORMS['error']):
            return Fault(action + ' raised an error')
        # As much as an honest servant sends: searching takes the square.
        kind, text = error['kind'][:200], error['text'][:8001]
        line = error.get('line')
        line = line if type(line) is int and 0 < line < 10 ** 6 else None
        if kind == 'SystemExit':
            return Fault(action + ' called exit', line)
        if 'MemoryError' in kind or 'bad_alloc' in text:
            return Fault(action + ' used more memory than it may', line)
        what = re.sub(r'^{}: '.format(re.escape(kind)), '', gist(text))
        end = ''
        for pattern, meaning, older in HINTS:
            if re.search(pattern, '{} {} {}'.format(action, kind, text),
                         re.DOTALL):
                end = ': ' + meaning
                if older not in (None, self.runtime):
                    end += '; written for an older TensorFlow? Try ' \
                        '--runtime ' + older
                what = clean(what, 280 - len(action + kind + end))
                break
        if what:
            what = ': ' + what
        return Fault('{} raised {}{}{}'.format(action, kind, what, end),
                     line or ('loss' if 'auto.' in action else None))

    def remember(self, key, make):
        """Returns make(), or raises its Fault, computed once for a key"""
        if key not in self.known:
            try:
                self.known[key] = make(), None
            except (Fault, Unjudged) as fault:
                self.known[key] = None, fault
        value, fault = self.known[key]
        if fault is not None:
            raise fault
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
                # A line that is too long does not keep it from that.
                causes = self.text['faults']
                causes = [one for one in causes if one[0] == 'syntax'] + causes
                raise Unjudged(causes[0][1] if causes else
                               'the file cannot be loaded')
            found = self.ask('load', 'importing the file')[0]['functions']
            named = [one for one in found if one[0] == 'autoencoder']
            # Of another name, if there is but one that can be meant.
            count = len(self.parameters)
            others = [one for one in found if len(
                [1 for _, optional in one[1] if not optional]) == count]
            require(named or len(others) == 1,
                    'the file has no function called autoencoder')
            return (named or others)[0]
        return self.remember('function', find)

    def build(self, sizes, **more):
        """Calls autoencoder

        Args:
            sizes: tuple, the arguments.
            **more: how it is called, see runner.File.build.

        Returns:
            header, the servant's answer; Models.
        """
        more = dict({'tuples': [0, 2] if self.task == IMAGES else []},
                    **more)
        key = '{} {}'.format(written(sizes), sorted(more.items()))
        action = written(sizes)
        answer = self.ask(
            'build', action, function=self.function()[0], key=key,
            arguments=sizes, **more)[0]
        models, kind = answer['models'], answer['kind']
        require(models is not None, '{} returns {}; {}', action,
                'None' if kind == 'NoneType' else 'one ' + kind, WANTED,
                line='return')
        require(len(models) == 3, '{} returns {}; {}', action,
                plural(len(models), 'value'), WANTED, line='return')
        for at, (is_model, name) in enumerate(models):
            require(is_model, '{} is a {}; it must be a keras.Model',
                    SIDES[at], name, line='return')
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
            for model in (models.encoder, models.decoder, models.auto):
                if not model.weights():
                    model.call(self.zeros(sizes, model.side))
            self.remember('kept', lambda: self.keep(models))
            return models
        return self.remember(written(sizes), make)

    def keep(self, models):
        """Demands that encoder and decoder have weights, and keep them

        What is said to be a model gets no points for that alone.
        """
        for model in (models.encoder, models.decoder):
            weights = [array + 1 for array in model.weights()]
            require(weights, 'the {} has no weights', model.side,
                    line=model.side)
            models.set(**{model.side: weights})
            require(all(map(np.allclose, model.weights(), weights)),
                    'the {} does not keep the weights that are set',
                    model.side, line=model.side)

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
        if 'order' in self.known or self.fit(models):
            self.known['order'] = None, None
            return models
        orders = []
        for order in list(itertools.permutations(range(3)))[1:]:
            self.order = list(order)
            # Anew: what is called has weights, right or not, from then on.
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
            # Whether auto gives the size of images back depends on it.
            if (shape != latent if model.side == 'encoder' else
                    len(shape) != len(dims) or shape[-1] != dims[-1] or
                    shape == latent):
                return False
        return True

    @property
    def primary(self):
        """Models of the first sizes that can be made, for the long checks"""
        # Later: so that the list of sizes stands with the checks.
        from .checks.contract import sizes_of

        fault = None
        for sizes in sizes_of(self):
            if sizes[1]:
                try:
                    return self.models(sizes)
                except Unjudged as raised:
                    fault = fault or raised
        raise Unjudged(str(fault))

    def because(self, *names):
        """Raises Unjudged if one of these checks has a fault or is not judged

        Args:
            *names: str, names of checks that were judged before.
        """
        for name in names:
            if name in self.faults:
                raise Unjudged(str(self.faults[name][0]))
            if name in self.not_judged:
                raise Unjudged(self.not_judged[name])
