#!/usr/bin/env python3
"""The grader itself: that no file disturbs it, and that its numbers are right

That it judges well is proved by grader/proof; what the command does with
what it says is in test_command.py.
"""

import os
import re
import struct
import threading
import types

import numpy as np
import pytest

from grader import gradients, judge, optimizers, oracle, scores
from grader.checks import (checks_of, elbo, loss, roles, sparse,
                           training_moves)
from grader.checks.trainee import near_kink
from grader.proof import variants
from grader.proof.__main__ import cases, grade
from grader.registry import LEARNING, TASKS, Check, Fault
from grader.sandbox import protocol
from grader.wording import error_sentence, gist
from tests.models import call, evaluate
from tests.support import ROOT, keras

FUNCTION = """

def autoencoder(*sizes):
    \"\"\"Does harm\"\"\"
    {}
"""

# What a file says after its first line, and what is said of it, first of all.
HOSTILE = (
    ('syntax error', 'x = = 1\n', r'^Python cannot load the file: invalid'),
    ('not text', '\0\n', r'^the file holds a null byte'),
    ('no function', 'x = 1\n', r'no function called autoencoder$'),
    ('no such module', 'import nothing_of_this_name\n',
     r'^importing the file raised ModuleNotFoundError'),
    ('endless loop', 'while True:\n    pass\n',
     r'^importing the file did not finish within the 6 s that'),
    ('end of the process', 'import os\nos._exit(0)\n',
     r'^importing the file ended the process$'),
    ('killed', 'import os\nos.kill(os.getpid(), 9)\n',
     r'^importing the file ended the process$'),
    ('endless memory', 'x = []\nwhile True:\n    x.append(bytes(10 ** 7))\n',
     r'^importing the file used more memory than it may$'),
    ('exit', FUNCTION.format('exit()'), r'^autoencoder\(.*\) called exit$'),
    ('interrupt', FUNCTION.format('raise KeyboardInterrupt'),
     r'^autoencoder\(.*\) raised KeyboardInterrupt$'),
    ('one thing', FUNCTION.format('return 1'),
     r'returns one int; it must return encoder, decoder, auto$'),
    ('two things', FUNCTION.format('return 1, 2'), r'returns 2 values; '),
)


@pytest.mark.parametrize('first', range(0, len(HOSTILE), len(TASKS)))
def test_hostile(first, tmpdir):
    """Every hostile file gets one sentence; the folder is left alone"""
    cases = HOSTILE[first:first + len(TASKS)]
    for task, (_, text, _) in zip(TASKS, cases):
        path = tmpdir.join(task.file)
        path.write('#!/usr/bin/env python3\n"""Harms"""\n' + text)
        path.chmod(0o755)
    before = {path.basename: path.read() for path in tmpdir.listdir()}
    tasks = grade(str(tmpdir), task_seconds=6, task_memory=3)['tasks']
    assert {path.basename: path.read() for path in
            tmpdir.listdir()} == before
    for (name, _, pattern), said in zip(cases, tasks):
        sentences = [fault['sentence'] for fault in said['faults']
                     if fault['check'] != 'imports']
        assert len(sentences) == 1, (name, sentences)
        assert re.search(pattern, sentences[0]), (name, sentences)
        assert said['score'] <= 15, name
        # Whatever could not be judged for it says so.
        judged = {check.name for check in checks_of(TASKS.index(
            next(task for task in TASKS if task.file == said['file'])))
                  if not check.advice}
        failed = {one['check'] for key in ('faults', 'not_judged')
                  for one in said[key]}
        assert judged <= failed, name


def test_weights():
    """The points of each task are 100, and each check has some"""
    for task in range(len(TASKS)):
        assert sum(scores.WEIGHTS[task].values()) == 100
        names = {check.name for check in checks_of(task)
                 if not check.advice} | set(scores.FORM)
        assert names == set(scores.WEIGHTS[task])


def test_numbers_in_the_docs():
    """docs/grading.md says what each check counts, and what proves it"""
    with open(os.path.join(ROOT, 'docs', 'grading.md'),
              encoding='utf-8') as file:
        text = file.read()
    wrong = [bool(variant.patterns) for variant, _ in cases()]
    assert list(map(int, re.search(
        r'grades (\d+) wrong[^0-9]*(\d+) of them[^0-9]*(\d+) right',
        text).groups())) == [
            sum(wrong), len(variants.BEHIND), len(wrong) - sum(wrong)]
    rows = re.findall(r'^\| `([a-z0-9-]+)` \|.*' + 4 * r'\|(.*)' + r'\|$',
                      text, re.MULTILINE)
    for task in range(len(TASKS)):
        assert {row[0]: int(row[1 + task]) for row in rows
                if row[1 + task].strip()} == scores.WEIGHTS[task]


@pytest.mark.parametrize('task', range(len(TASKS)))
def test_order_of_checks(task):
    """Each check comes after those that it names, and none names itself"""
    names = [check.name for check in checks_of(task)]
    assert len(set(names)) == len(names)
    for check in checks_of(task):
        assert not set(names[names.index(check.name):]) & set(check.before)


def raises(error):
    """Makes what judges a check, and raises an error"""
    def judge(solution, found):
        """Raises it"""
        raise error
    return judge


def test_what_follows_from_a_fault():
    """It is told once; what needs more than was found is not judged"""
    seen = []
    made = [
        ('wrong', raises(Fault('it is wrong')), (), ()),
        ('mended', raises(Fault('it is mended', found=7)), (), ()),
        ('finds', raises(Fault('it is elsewhere', found=5, instead='sizes')),
         (), ()),
        ('needs wrong', raises(AssertionError), ('wrong',), ()),
        ('needs needs wrong', raises(AssertionError), ('needs wrong',), ()),
        ('needs mended', lambda solution, found: seen.append(
            (dict(found), found.failed)), ('mended', 'finds'), ('wrong',)),
        ('follows', raises(Fault('so it fails', unless=('wrong',))), (),
         ('wrong',)),
        ('does not follow', raises(Fault('it fails', unless=('passed',))), (),
         ('passed',)),
        ('needs what the task has not', lambda *_: None, ('other',), ()),
        ('fails', raises(ZeroDivisionError('x')), (), ())]
    results = judge.Results({name for name, *_ in made})
    for name, function, needs, after in made:
        results.make(Check(name, function, (0,), needs, after, None), None)
    assert seen == [({'mended': 7, 'finds': 5, 'wrong': None},
                     {'mended', 'wrong'})]
    assert {name: str(faults[0]) for name, faults in results.faults.items()
            } == {'wrong': 'it is wrong', 'mended': 'it is mended',
                  'does not follow': 'it fails', 'sizes': 'it is elsewhere'}
    said = {name: results.sentence(unjudged)
            for name, unjudged in results.unjudged.items()}
    assert said.pop('fails').startswith('the grader itself failed here')
    assert said == dict.fromkeys(
        ('needs wrong', 'needs needs wrong', 'follows'), 'it is wrong')


def test_noise_has_one_mean():
    """What differs from one latent dimension to the next is no noise"""
    random = np.random.RandomState(0)
    noise, log_var = random.randn(2, roles.MANY, 5)
    deviation = np.exp(log_var / 2)
    assert roles.explains((noise + 1) * deviation, log_var,
                          dict(roles.DEVIATIONS)[None])[0]
    assert not roles.explains((noise + np.linspace(-0.1, 0.1, 5)) * deviation,
                              log_var, dict(roles.DEVIATIONS)[None])[0]


@pytest.mark.parametrize('name, biases', [one[1:] for one in roles.SIGNED])
def test_log_variances(name, biases):
    """A bias that is to lead to a log variance does so"""
    wanted = np.linspace(-30, 12, 50)
    np.testing.assert_allclose(oracle.LOG_VARS[name](biases(wanted)), wanted,
                               rtol=1e-6)


@pytest.mark.parametrize('left, said', [(1, ['slow']), (0, [])])
def test_advice_in_time(left, said, monkeypatch):
    """A right file whose time is over is not told so as an advice"""
    solution = types.SimpleNamespace(task=0, left=left)
    monkeypatch.setattr(judge, 'checks_of', lambda task: [
        Check('slow', raises(Fault('it is slow')), (0,), (), (), True)])
    results = judge.judge_file(solution, dict.fromkeys(
        ('faults', 'not_judged')), print)
    assert list(results.faults) == said


def test_what_a_fault_takes():
    """A fault with which nothing is learnt costs what learning counts"""
    results = judge.Results(set(scores.WEIGHTS[1]))
    results.faults = {'loss': [Fault('it is wrong')],
                      'training': [Fault('it stands still', takes=LEARNING)]}
    task = judge.verdict(1, dict.fromkeys(
        ('faults', 'not_judged', 'advice'), ()), results, scores.WEIGHTS[1])
    assert task['score'] == 60
    assert [(one['check'], one['cost']) for one in task['faults']] == [
        ('loss', 15), ('training', 25)]
    assert {name for name, (earned, _) in task['checks'].items()
            if not earned} == set(LEARNING)


def test_lines_of_models_in_another_order():
    """A fault of the decoder has the line that makes it, wherever it stands"""
    lines = {'encoder': 3, 'decoder': 1, 'auto': 2, 'compile': 4}
    assert judge.in_order(lines, [1, 2, 0]) == {
        'encoder': 1, 'decoder': 2, 'auto': 3, 'compile': 4}


def pipes():
    """Makes the two ends of a connection"""
    there, back = os.pipe(), os.pipe()
    return (protocol.Connection(back[0], there[1]),
            protocol.Connection(there[0], back[1]))


def test_connection():
    """What is sent arrives, whatever its size"""
    ours, theirs = pipes()
    ours.deadline = theirs.deadline = None
    arrays = [np.float32(3), np.zeros((0, 2), 'float32'),
              np.random.RandomState(0).rand(700, 900).astype('float32')]
    sending = threading.Thread(target=ours.send, args=({'ask': 'x'}, arrays))
    sending.start()
    header, received = theirs.receive()
    sending.join()
    assert header == {'ask': 'x'}
    for one, other in zip(arrays, received):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize('data', [
    struct.pack('<II', 2 ** 32 - 1, 0), struct.pack('<II', 2, 2 ** 31),
    struct.pack('<II', 2, 0) + b'{}', struct.pack('<II', 3, 0) + b'\xff{}',
    struct.pack('<II', 16, 4) + b'{"shapes":[[1]]}' + b'ab',
    struct.pack('<II', 16, 4) + b'{"shapes":[[2]]}' + b'abcd',
    struct.pack('<II', 17, 4) + b'{"shapes":[[-1]]}' + b'abcd',
    struct.pack('<II', 18, 0) + b'{"shapes":[[true]]',
    struct.pack('<II', 20000, 0) + b'[' * 20000,
    struct.pack('<II', 15, 0) + b'{"shapes":null}', b'abc', b''])
def test_garbage(data):
    """Whatever comes that is no frame is refused, and nothing else happens"""
    ours, theirs = pipes()
    os.write(theirs.writing, data)
    os.close(theirs.writing)
    with pytest.raises(protocol.Broken):
        ours.receive()


def test_silence():
    """A connection does not wait longer than it may"""
    ours, _ = pipes()
    ours.deadline = 0
    with pytest.raises(protocol.Broken, match='late'):
        ours.receive()


def test_loss_of_what_is_cut():
    """Keras cuts outputs that are 0, 1 or more as the oracle does"""
    inputs = keras.layers.Input(shape=(4,))
    auto = keras.Model(inputs, keras.layers.Dense(4, 'relu')(inputs))
    auto.set_weights([10 * np.eye(4), np.full(4, -5.0)])
    auto.compile('adam', 'binary_crossentropy')
    x = np.random.RandomState(3).rand(6, 4).astype('float32')
    outputs = call(auto, x)
    assert outputs.min() == 0 and outputs.max() > 1
    received = evaluate(auto, x)
    assert any(loss.near(received, loss.entropy(x, outputs, added))
               for added in loss.ADDED), received


def test_normal_distance():
    """The distance is small for normal values and not for uniform ones"""
    random = np.random.RandomState(0)
    assert oracle.normal_distance(random.randn(20000)) < oracle.SURE
    uniform = random.uniform(-3 ** 0.5, 3 ** 0.5, 20000)
    assert oracle.normal_distance(uniform) > oracle.SURE


NETWORKS = [[('dense', 0, name), ('part', 1, 3), ('dense', 1, 'tanh')]
            for name in sorted(oracle.FUNCTIONS)] + [
    [('conv', 0, 'elu', padding), ('pool', pooling),
     ('conv', 1, 'tanh', 'same'), ('up', upsampling)]
    for padding in ('same', 'valid')
    for pooling in ('max', 'average', 'valid', 'strided', 'none')
    for upsampling in ('nearest', 'bilinear', 'none')]


@pytest.mark.parametrize('steps', [
    oracle.dense_network(['relu', 'sigmoid']), oracle.encoder_of_images(2),
    oracle.decoder_of_images(1)], ids=str)
def test_nothing_explains(steps):
    """Outputs that no network has are not explained, whatever it ends with"""
    random = np.random.RandomState(2)
    images = steps[0][0] == 'conv'
    x = random.rand(2, 7, 9, 2) if images else random.rand(6, 4)
    shapes = ((3, 3, 2, 3), (3, 3, 3, 2)) if images else ((4, 5), (5, 3))
    layers = [(random.randn(*shape), random.randn(shape[-1]))
              for shape in shapes]
    assert oracle.diagnose(steps, [(layers, x, random.rand(3, 2))],
                           float('inf')) == (None, None)


@pytest.mark.parametrize('steps', NETWORKS, ids=str)
def test_backward(steps):
    """Backpropagation gives the gradients that differences give"""
    random = np.random.RandomState(1)
    images = steps[0][0] == 'conv'
    x = random.rand(2, 7, 9, 2) if images else random.rand(6, 4)
    shapes = ((3, 2, 2, 3), (3, 3, 3, 2)) if images else ((4, 5), (2, 3))
    layers = [(random.randn(*shape), random.randn(shape[-1]))
              for shape in shapes]
    weights = random.randn(*oracle.forward(steps, layers, x).shape)
    found, back = gradients.backward(steps, layers, x, weights)
    for array, slopes in zip([x] + [one for layer in layers for one in layer],
                             [back] + found):
        direction, two = random.randn(*array.shape), []
        for step in (1e-6, -1e-6):
            array += step * direction
            two.append((weights * oracle.forward(steps, layers, x)).sum())
            array -= step * direction
        np.testing.assert_allclose(
            (slopes * direction).sum(), (two[0] - two[1]) / 2e-6, rtol=1e-5)


@pytest.mark.parametrize('function', [
    loss.objective(function).function for _, function in loss.LOSSES
] + [elbo.right_loss])
def test_slopes(function, monkeypatch):
    """The slopes of a loss are those that differences give"""
    random = np.random.RandomState(1)
    x, y, direction = random.rand(3, 5, 4) * 0.8 + 0.1
    values = list(random.randn(2, 5, 3))
    two = [function(x, y + step * direction, values).sum()
           for step in (1e-6, -1e-6)]
    # All columns at once, and two at a time.
    slopes = gradients.slopes_of(lambda p: function(x, p, values), y)
    monkeypatch.setattr(gradients, 'VALUES', 2 * y.size)
    np.testing.assert_array_equal(
        slopes, gradients.slopes_of(lambda p: function(x, p, values), y))
    np.testing.assert_allclose((slopes * direction).sum(),
                               (two[0] - two[1]) / 2e-6, rtol=1e-5)
    # As if each were a row, where the loss is an average.
    np.testing.assert_allclose(gradients.slopes_by_outputs(
        function, x, y, values), slopes, rtol=1e-9)


@pytest.mark.parametrize('nodes', [1, 2, 5])
def test_set_signs(nodes):
    """A penalty of one latent node or more is there, before ReLU another"""
    random = np.random.RandomState(2)
    hidden, kernel, bias = (random.rand(9, 4), random.randn(4, nodes),
                            random.randn(nodes))
    for array in (kernel, bias):
        sparse.set_signs(array)
    latent = hidden.dot(kernel) + bias
    assert (latent[:, 0] > 0).all()
    assert nodes == 1 or (latent[:, -1] < 0).all()


OTHER_RULES = {
    'right': lambda slopes: optimizers.adam(slopes),
    'signs': lambda slopes: -np.sign(slopes),
    'another beta': lambda slopes: -np.array([
        slopes[max(0, at - 3):at + 1].mean(axis=0) for at in range(
            len(slopes))]),
    'RMSprop': optimizers.rmsprop,
}


@pytest.mark.parametrize('name', sorted(OTHER_RULES))
def test_misses(name):
    """Weights that move by another rule than Adam's are told from others"""
    random = np.random.RandomState(3)
    slopes = random.randn(12, 60) * random.rand(12, 1)
    numbers = np.repeat([0, 1, 2], 20)
    moves = 1e-3 * np.array(list(OTHER_RULES[name](slopes)))
    wanted = np.array(list(optimizers.adam(slopes)))
    run = training_moves.Run(moves, wanted, slopes, list(range(12)), 1)
    missed, lost, rates = optimizers.misses(run, numbers, wanted)
    assert (missed.mean(axis=0) > 0.5).all() == (name != 'right')
    if name == 'right':
        assert not missed.any() and not lost.any()
        np.testing.assert_allclose(rates, 1e-3)
        # A rate that grows from nothing; a step at which nothing moves.
        growing = run._replace(moves=moves * np.linspace(0, 1, 12)[:, None])
        missed, lost, rates = optimizers.misses(growing, numbers, wanted)
        assert missed.any(axis=1).tolist() == [True] + 11 * [False]
        assert not lost.any()
        np.testing.assert_allclose(rates[1:], np.linspace(0, 1e-3, 12)[1:])
        # A weight that is overwritten at every step, and an array that climbs.
        moves[:, 3] = 0.1
        moves[:, 40:] *= -1
        missed, lost, _ = optimizers.misses(run, numbers, wanted)
        assert (missed.mean(axis=0) > 0.5).tolist() == [False, False, True]
        assert lost.tolist() == [True, False, True]
        # An array that has no gradient, but is moved by noise.
        slopes[:, 20:40], wanted[:, 20:40] = 0, 0
        missed, lost, _ = optimizers.misses(run, numbers, wanted)
        assert not missed[:, 1].any() and not lost[1]


def test_compiled_for_another_runtime():
    """What is no mistake elsewhere is said to be none there"""
    def evaluate(inputs):
        """Raises what TensorFlow 1.12 does"""
        raise Fault(error_sentence(
            'auto.evaluate()', 'ValueError', 'expected no data, but got:',
            'page'))
    models = types.SimpleNamespace(
        evaluate=evaluate, solution=types.SimpleNamespace(gone=False),
        tell=lambda: {'optimizer': 'Adam', 'loss': False})
    with pytest.raises(Fault, match='without a loss; .* Try RUNTIME=tf2.15'):
        loss.evaluated(models, None)


@pytest.mark.parametrize('values, near', (
    ([0.0, 3.0, -2.0], False), ([0.0, 1e-6, 3.0], True),
    ([-1e-7, 3.0, 2.0], True), ([1e-9, -1e-9, 2e-9], False)))
def test_near_kink(values, near):
    """Where rounding decides which gradient relu has is seen"""
    assert near_kink(np.array(values)) == near


@pytest.mark.parametrize('epsilon', [1e-7, 1e-8])
@pytest.mark.parametrize('size', [1e-6, 1e-4])
def test_find_epsilon(epsilon, size):
    """Which epsilon Adam has is found where gradients are small"""
    random = np.random.RandomState(4)
    slopes = size * random.randn(12, 60)
    mean = square = 0
    moves = []
    for step, slope in enumerate(slopes, 1):
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope ** 2
        moves.append(-2e-3 * np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step) *
                     mean / (np.sqrt(square) + epsilon))
    trainee = types.SimpleNamespace(slopes=list(slopes),
                                    numbers=np.repeat([0, 1, 2], 20))
    found, wanted = training_moves.find_epsilon(trainee, training_moves.Run(
        np.array(moves), None, slopes, list(range(12)), 1))
    assert found == epsilon
    np.testing.assert_allclose(2e-3 * wanted, moves, rtol=1e-6)


def test_adam():
    """Steps of Adam are those of the paper's first lines"""
    slopes = np.random.RandomState(2).randn(5, 3)
    mean = square = 0
    for step, (slope, received) in enumerate(zip(
            slopes, optimizers.adam(slopes)), 1):
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope ** 2
        expected = -(mean / (1 - 0.9 ** step)) / np.sqrt(
            square / (1 - 0.999 ** step))
        np.testing.assert_allclose(received, expected, rtol=1e-4)


@pytest.mark.parametrize('text, line', [
    ('plain', 'plain'), ('', ''), ('first\nsecond', 'first'),
    ('in user code:\n\n    File "x.py", line 3, in loss  *\n'
     '    TypeError: what is wrong\n', 'TypeError: what is wrong'),
    ('Exception encountered when calling Dense.call().\n\n\x1b[1mInput 0 is '
     'wrong\x1b[0m\n\nArguments received by Dense.call():\n  • x=1',
     'Input 0 is wrong')])
def test_gist(text, line):
    """Of an error's text there is the line that says what is wrong"""
    assert gist(text) == line
