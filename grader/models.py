#!/usr/bin/env python3
"""The three models that a file has made, which live in the runner"""

import itertools

import numpy as np

from . import oracle
from .networks import head_steps, shapes_of, steps_for
from .registry import Fault, LEARNING, Unjudged, VARIATIONAL, require
from .sizes import inputs_for, values_like_inputs
from .wording import plural

SIDES = ('encoder', 'decoder', 'auto')
# The most that a model may have: more would take the judge too long.
MOST_WEIGHTS, MOST_ARRAYS = 2 ** 22, 200
# Where layers do not fit together, one of these checks may know why.
FITTING = ('encoder-layers', 'decoder-layers', 'encoder-output',
           'decoder-output')
# How many inputs are compared.
COUNT = 12


class Missing(np.ndarray):
    """The bias of a layer that has none: always zeros"""


def with_flat_biases(arrays):
    """Takes biases of shape (1, nodes), as own layers have them, as (nodes,)

    Args:
        arrays: list of arrays, the weights of a model.

    Returns:
        list of arrays.
    """
    if any(array.ndim < 2 for array in arrays):
        return arrays
    return [array.ravel() if array.size == array.shape[-1] else array
            for array in arrays]


class Model:
    """One of the three models"""

    def __init__(self, models, side):
        """Makes a model

        Args:
            models: Models, that it belongs to.
            side: str, which of them.
        """
        self.models = models
        self.side = side
        self.solution = models.solution

    def ask(self, question, action, arrays=(), **more):
        """Asks about this model, see Solution.ask"""
        if self.side == 'auto' and self.solution.lacks_auto:
            raise Unjudged(by=('returns',))
        return self.solution.ask(
            question, action, arrays, key=self.models.key,
            model=self.solution.order[SIDES.index(self.side)], **more)[1]

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
        # Before it is called, a model of an own class may have no weights.
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
        except Fault as fault:
            # Wrong layers, or codes of another size, are one fault. With them
            # Keras 2 and 3.0 make auto all the same; only a call of it fails.
            fault.unless = FITTING + ('auto-output',) * (self.side == 'auto')
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

    def arrange_missing(self):
        """Finds kernels and biases, where some of these are missing

        Returns:
            list of int, their places, None for a bias that is missing; empty
            if none is missing, or something else is wrong.
        """
        shapes = self.models.shapes[self.side]
        wanted = shapes_of(self.solution.task, self.side, self.models.sizes)
        places = []
        for at, shape in enumerate(shapes):
            if len(shape) > 1:
                places += [at, None]
            elif places and places[-1] is None:
                places[-1] = at
        kernels = [shapes[at] for at in places[::2]]
        right = (kernels == [kernel for kernel, _ in wanted] and
                 len(shapes) == len(places) - places.count(None))
        return places if right and None in places else []

    def arrange(self):
        """Finds the order of the weights where it is not that of the layers

        A model of one's own class has them in the order in which it makes its
        layers, not in which it applies them; a layer of one's own class may
        make its bias first.

        Returns:
            list of int, the places of the layers' kernels and biases, or None
            for the usual order.
        """
        solution, side = self.solution, self.side
        given = solution.randomise(self.weights(), 'arrange ' + side)
        wanted = shapes_of(solution.task, side, self.models.sizes)
        shapes = [array.shape for array in given]
        # In each pair the kernel, which has more dimensions, comes first.
        places = [sorted(pair, key=lambda at: -len(shapes[at]))
                  for pair in zip(range(0, len(given), 2),
                                  range(1, len(given), 2))]

        def arranged(order):
            """Lists the shapes of the layers in an order"""
            return [tuple(shapes[at] for at in pair) for pair in order]

        if (len(given) % 2 or shapes == sum(wanted, ()) or
                sorted(arranged(places)) != sorted(wanted)):
            return None
        orders = [order for order in itertools.permutations(places)
                  if arranged(order) == wanted]
        if orders[1:]:
            # Where layers have the same shapes, the output tells them apart.
            self.models.set(**{side: given})
            orders = [order for order in orders
                      if self.is_order(order, given)] or orders
        return sum(map(list, orders[0]), [])

    def is_order(self, order, given):
        """Tells whether the layers give an output in an order

        Args:
            order: tuple of pairs of places, those of kernel and bias.
            given: list of arrays, the weights that the model has.
        """
        solution = self.solution
        inputs = inputs_for(solution, self.models.sizes, COUNT, self.side)
        # One of the two heads is enough. Which of them is the mean, is found
        # later.
        steps = head_steps(len(order)) if (
            solution.task == VARIATIONAL and self.side == 'encoder'
        ) else steps_for(solution.task, self.side, len(order))
        expected = oracle.forward(steps, [
            [given[at] for at in pair] for pair in order], inputs)
        try:
            outputs = self.call(inputs)
        except Fault:
            # Other checks say so.
            return False
        return any(oracle.close(one, expected) for one in outputs)


class Models:
    """The three models that the file has made for one set of sizes"""

    def __init__(self, solution, key, sizes):
        """Makes them; `encoder`, `decoder` and `auto` are a Model each

        `output` is the shape that auto puts out, once that is known.
        `layers` is the same for models that have the same layers. What is
        known of the weights of one is known of those of the others: `shapes`
        is a dict from a side to their shapes; `places` one to where they
        stand in the order of the layers, None if they stand in that order.
        """
        self.solution = solution
        self.key = key
        self.sizes = sizes
        self.output = None
        self.encoder, self.decoder, self.auto = [
            Model(self, side) for side in SIDES]
        self.layers = repr(sizes[:3])
        self.shapes, self.places = solution.layouts.setdefault(
            self.layers, ({}, {}))

    def arrange(self):
        """Finds the order of the weights of encoder and decoder, once"""
        for model in (self.encoder, self.decoder):
            if model.side not in self.places:
                self.places[model.side] = (
                    model.arrange_missing() or model.arrange())

    def sorted(self, side, arrays):
        """Puts the arrays of a side into the order of the layers"""
        found, arrays = [], with_flat_biases(arrays)
        for at in self.places.get(side) or range(len(arrays)):
            found.append(arrays[at].astype('float64') if at is not None else
                         np.zeros(found[-1].shape[-1]).view(Missing))
        return found

    def set(self, **weights):
        """Sets the weights of encoder and decoder, each a list of arrays"""
        counts, arrays = [], []
        for side, given in sorted(weights.items()):
            places = list(self.places.get(side) or range(len(given)))
            count = len(places) - places.count(None)
            counts.append([self.solution.order[SIDES.index(side)], count])
            arrays += [given[places.index(at)].reshape(
                self.shapes[side][at]) for at in range(count)]
        self.solution.ask('set', 'set_weights()', arrays, key=self.key,
                          counts=counts)

    def targets(self, inputs):
        """Gives what auto must put out: its inputs, if it has their shape

        Else values like those of inputs, so that its loss and its training
        can be judged all the same.
        """
        if self.output is None:
            self.output = self.auto.one(inputs[:1]).shape[1:]
        if (self.output == inputs.shape[1:] or
                self.solution.task == VARIATIONAL):
            return inputs
        return values_like_inputs(
            self.solution, inputs.shape[:1] + self.output)

    def evaluate(self, inputs):
        """Asks for the loss of one batch, see targets

        Returns:
            float, the loss; int, how many values evaluate reports.
        """
        header, answer = self.solution.ask(
            'evaluate', 'auto.evaluate()', [inputs, self.targets(inputs)],
            key=self.key,
            model=self.solution.order[2])
        return self.loss(answer), header['count']

    def tell(self):
        """Asks what the models say of themselves, which is no proof

        Returns:
            dict, see answers.FORMS.
        """
        return self.solution.ask('tell', 'auto.optimizer', key=self.key,
                                 auto=self.solution.order[2])[0]

    def train(self, *inputs, steps=1, **more):
        """Trains step by step, or by fit if `way` says so

        Args:
            *inputs: arrays; for fit two, of one input each.
            steps: int, how many; all begin with the same
                weights.
            **more: see runner.Module.train.

        Returns:
            array of losses, of each step that before it; of fit the loss and
            val_loss of the last epoch, and how many epochs there were. List
            of arrays, the weights of encoder and decoder after all.
        """
        way = more.setdefault('way', 'steps')
        more.setdefault('count')
        try:
            losses, *weights = self.auto.ask(
                'train', 'auto.fit()' if way == 'fit' else 'training',
                list(inputs) + list(map(self.targets, inputs)), steps=steps,
                models=self.solution.order[:2], **more)
        except Fault as fault:
            # What ended the process, or its time, may be something else.
            fault.takes = LEARNING if not self.solution.gone else ()
            raise
        count = len(self.shapes['encoder'])
        require([array.shape for array in weights] ==
                self.shapes['encoder'] + self.shapes['decoder'],
                'training changes the shapes of the weights')
        weights = self.sorted('encoder', weights[:count]) + self.sorted(
            'decoder', weights[count:])
        require(all(np.isfinite(w).all() for w in weights), 'training makes '
                'weights infinite or NaN', line='compile', takes=LEARNING)
        require(losses.shape == (3 if way == 'fit' else steps,),
                'auto reports a loss that is not one number', line='compile')
        return losses.astype('float64'), weights

    def chance(self, inputs):
        """Looks for chance in training, as of noise

        Returns:
            two floats, the least and the greatest of the losses that it
            reports for the same weights and inputs; None if all are equal.
        """
        losses, _ = self.train(inputs, steps=4)
        # More than what is lost in rounding.
        varies = np.ptp(losses) > 1e-5 * np.abs(losses).max()
        return (losses.min(), losses.max()) if varies else None

    def loss(self, answer):
        """Takes a number out of an answer"""
        require(len(answer) == 1 and answer[0].size == 1,
                'auto reports a loss that is not one number', line='compile')
        return float(answer[0].ravel()[0])
