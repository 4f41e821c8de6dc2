#!/usr/bin/env python3
"""What the grader says of a file's text, one fault for one fault"""

import io
import json
import os
import re
import tokenize

import pytest

from common import ROOT
from grader import submissions
from grader.registry import TASKS
from grader.source import examination, process, style
from grader.source.examination import CHECKS
from grader.source.process import MOST

# Where tests before these have started threads, Python 3.12 and newer warn.
pytestmark = pytest.mark.filterwarnings(
    'ignore:This process .* is multi-threaded:DeprecationWarning')

PARAMETERS = TASKS[0].parameters
FIRST = '#!/usr/bin/env python3\n'
HEAD = FIRST + '"""Module"""\nimport tensorflow.keras as keras\n'
# Its last line is line 8.
RIGHT = HEAD + '''

def autoencoder(input_dims, hidden_layers, latent_dims):
    """Builds"""
    return keras
'''


def examine(content, executable=True, seconds=20):
    """Examines a text, or bytes, and checks the form of what is said"""
    content = content if isinstance(content, bytes) else content.encode()
    result = examination.examine(
        submissions.File(content, executable, None), PARAMETERS, seconds)
    json.dumps(result)
    assert sorted(result) == ['advice', 'faults', 'lines', 'normal',
                              'not_judged', 'runs']
    for check, sentence, *_ in (result['faults'] + result['advice'] +
                                result['not_judged']):
        assert check in CHECKS
        assert sentence and sentence.isprintable() and len(sentence) <= 300
    return result


def body(line, head=RIGHT):
    """Puts lines before the last line of a file: the first is line 8"""
    return head.replace('    return keras', line + '\n    return keras')


def source(file):
    """Reads one of the project's files"""
    with open(os.path.join(ROOT, file), encoding='utf-8') as stream:
        return stream.read()


def files(folder=''):
    """Lists the project's solutions in a folder"""
    names = sorted(os.listdir(os.path.join(ROOT, folder)))
    return [os.path.join(folder, name) for name in names
            if re.match(r'\d-(?!main).*\.py$', name)]


@pytest.mark.parametrize('file', files() + files('grader/proof/right') +
                         files('grader/proof/originals'))
def test_right(file):
    """Right files have no fault, and nothing is advised"""
    result = examine(source(file))
    assert result['faults'] == result['advice'] == result['not_judged'] == []
    assert result['runs'] and result['lines']['def']


# What stands in a file; the check that it fails, its line, what is said.
FAULTS = {
    'first line': (RIGHT.replace('env python3', 'python3'), 'first-line', 1,
                   r"the first line is '#!/usr/bin/python3'; .* exactly `#!"),
    'not a shebang': (RIGHT.replace('#!', '#'), 'first-line', 1, r"'#/usr"),
    'escapes': (RIGHT.replace('env ', 'env\x1b[31m\u202e' + 'x' * 999),
                'first-line', 1, r'\\x1b\[31m\\u202e.*exactly'),
    'Windows': (RIGHT.replace('\n', '\r\n'), 'first-line', 1,
                r'^the lines end with \\r\\n as on Windows; .* save it with'),
    'byte order mark': ('\ufeff' + RIGHT, 'first-line', 1,
                        '^the file begins with a byte order mark; .*without'),
    'no new line': (RIGHT.rstrip('\n'), 'new-line', None, 'a new line'),
    'no docstring': (RIGHT.replace('    """Builds"""\n', ''), 'documentation',
                     6, 'the function autoencoder has no docstring$'),
    'empty docstring': (RIGHT.replace('Module', ' '), 'documentation', 1,
                        'the module has no docstring$'),
    'many docstrings': (body(
        '    class A:\n        def f(self):\n            pass\n\n'
        '        def g(self):\n            pass\n'), 'documentation', 8,
        r'the class A has no docstring \(and 2 more: lines 9, 12\)$'),
    'alias': (RIGHT.replace('as keras', 'as K'), 'imports', 3,
              '^`import tensorflow.keras as K` must be `import tensorflow.ker'
              'as as keras`$'),
    'from': (RIGHT.replace('import tensorflow.keras as',
                           'from tensorflow import'), 'imports', 3,
             '^`from tensorflow import keras` must be'),
    'backend': (RIGHT.replace('keras\n\n', 'keras\nimport tensorflow.keras.'
                              'backend as K\n\n'), 'imports', 4, 'must be'),
    'others': (RIGHT.replace('keras\n\n', 'keras\nimport numpy as np\n'
                             'from os import path\n\n'), 'imports', 4,
               r'^`import numpy as np` is not allowed; .*\(and 1 more: lin'),
    'two in one': (RIGHT.replace('keras\n', 'keras, os\n', 1), 'imports', 3,
                   'is not allowed'),
    '__import__': (body("    __import__('os')"), 'imports', 8, 'not allowed'),
    'builtins': (body("    keras.__builtins__['x']"), 'imports', 8, 'allowed'),
    'exec': (body("    exec('')"), 'imports', 8, 'not allowed'),
    'open': (body("    open('x')"), 'imports', 8, 'not allowed'),
    'input': (body('    input()'), 'imports', 8, 'waits for a keyboard'),
    'pdb': (body('    import pdb; pdb.set_trace()'), 'imports', 8,
            'waits for a keyboard.* take it out$'),
    # vermin would say that it came with Python 3.7.
    'breakpoint': (body('    breakpoint()'), 'imports', 8, 'keyboard'),
    'syntax': (body('    x = = 1'), 'syntax', 8, 'invalid syntax'),
    'indentation': (body('   x = 1'), 'syntax', 8, 'indent'),
    'return outside': (RIGHT + '\n\nreturn 1\n', 'syntax', 11, 'outside'),
    'f-string': (body("    f'{input_dims}'  # novm"), 'syntax', 8,
                 'does not know f-strings, which came with Python 3.6$'),
    'newer, often': (body("    x: int = 1\n    x = f'{x}'\n    x = 1_000"),
                     'syntax', 8, r'variable annotations.* \(and 2 more: li'),
    'Python 2': (body('    long(1)'), 'syntax', 8, 'which Python 2 has alone'),
    'style': (body('    x=1  # noqa\n    x = 1;  # NOQA: E703'), 'style', 8,
              r'^E225 missing .* \(and 1 more: line 9\)$'),
    'types': (body('    type(keras) == type(1)'), 'style', 8, '^E721'),
    'letter': (body('    l = 1'), 'style', 8, '^E741'),
    'import(': (RIGHT.replace('import tensorflow.keras as keras',
                              'from tensorflow import(keras)'),
                'imports', 3, 'must be'),
}


@pytest.mark.parametrize('name', sorted(FAULTS))
def test_fault(name):
    """One fault is one fault, of the right check, with its line"""
    content, check, line, pattern = FAULTS[name]
    result = examine(content)
    assert [[fault[0], fault[2]] for fault in result['faults']] == [
        [check, line]], result['faults']
    assert re.search(pattern, result['faults'][0][1]), result['faults']
    assert result['advice'] == []
    broken = 'Python cannot load' in result['faults'][0][1]
    assert result['runs'] == (not broken)


def test_mode():
    """A file that is not executable says so"""
    (check, sentence, line), = examine(RIGHT, executable=False)['faults']
    assert check == 'mode' and 'chmod +x' in sentence and line is None


@pytest.mark.parametrize('line', [
    '    input = keras.Input((1,))\n    input', '    keras.compile(keras)',
    '    keras.open', '    compile = 1\n    compile',
    '    (lambda: None)()', '    # coding: none of the first two lines',
    '    # type: ignore'])
def test_no_fault(line):
    """What only looks like a fault is none"""
    result = examine(body(line))
    assert result['faults'] == result['advice'] == []


@pytest.mark.parametrize('line', [
    '    x = not(input_dims)', '    type(keras) == int',
    '    type(keras) == type(input_dims)', '    [l for l in hidden_layers]',
    '    1in hidden_layers', '    [dict(a=lambda x:x)]',
    '    if keras:\n            keras', '    ( keras )'.replace(' k', '\tk')])
def test_younger_style(line):
    """Rules younger than the exercise's pycodestyle are no faults"""
    result = examine(body(line))
    # This one is old in every version.
    assert all(sentence.startswith('E202')
               for _, sentence, _ in result['faults'])
    assert result['advice'] == []


def test_style_of_f_strings():
    """What is in an f-string is no fault of style, on any Python"""
    result = examine(body("    f'{input_dims:.3f} {1,2} a,b;c'\n    x=1"))
    assert sorted(check for check, _, _ in result['faults']) == [
        'style', 'syntax']


def test_mixed_ends():
    """Windows' ends after a right first line are advice, once"""
    result = examine(RIGHT.replace('\n', '\r\n').replace('\r\n', '\n', 1))
    assert result['faults'] == [] and result['runs']
    (check, sentence), = result['advice']
    assert check == 'first-line' and 'Windows' in sentence


# What is not text in UTF-8 that Python can load.
UNREADABLE = {
    'latin-1': (RIGHT.replace('Builds', 'B\xe9').encode('latin-1'), 7,
                'not UTF-8'),
    'a null byte': (RIGHT.replace('Builds', '\0').encode(), 7, 'null byte'),
    'empty': (b'', None, 'empty'), 'blank': (b'\n \n', None, 'empty'),
    'cookie': (FIRST.encode() + b'# coding: utf-7\n', None, 'UTF-8; take'),
    'no such cookie': (b'# vim: fileencoding=none\n', None, 'UTF-8; take'),
    'hidden cookie': (b'\r# coding: utf-7\n', None, 'UTF-8; take'),
}


@pytest.mark.parametrize('name', sorted(UNREADABLE))
def test_unreadable(name):
    """They are one fault, and the rest is not judged"""
    content, line, said = UNREADABLE[name]
    result = examine(content)
    fault, = [fault for fault in result['faults'] if fault[0] == 'syntax']
    assert said in fault[1] and fault[2] == line
    assert not result['runs'] and result['normal'] is None
    assert {'documentation', 'imports', 'style'}.issubset(
        check for check, _ in result['not_judged'])
    assert all(why == fault[1] for _, why in result['not_judged'])


@pytest.mark.parametrize('cookie', ['utf-8', 'utf8', 'UTF_8'])
def test_utf_8(cookie):
    """A comment that says UTF-8 is right"""
    assert examine(RIGHT.replace(
        '\n', '\n# -*- coding: {} -*-\n'.format(cookie), 1))['faults'] == []


def test_missing():
    """A file that is not there is one fault, and nothing is judged"""
    result = examination.examine(
        submissions.File(None, False, 'the file is a link'), PARAMETERS)
    assert result['faults'] == [['syntax', 'the file is a link', None]]
    assert [check for check, _ in result['not_judged']] == [
        check for check in CHECKS if check != 'syntax']
    assert not result['runs']


DEEP = {
    'parentheses': 50000 * '(' + 50000 * ')', 'lists': '[' * 150 + ']' * 150,
    'signs': 100000 * '-' + '1', 'not': 'not ' * 50000 + 'a',
    'attributes': 'a' + '.a' * 100000, 'calls': 'a' + '()' * 100000,
    'a sum': 'a + ' * 50000 + 'a', 'lambda': 'lambda: ' * 20000 + 'a',
}


@pytest.mark.parametrize('name', sorted(DEEP))
def test_deep(name):
    """A text that crashes Python is a fault, and the grader lives"""
    result = examine(RIGHT + 'x = ' + DEEP[name] + '\n')
    assert [check for check, _, _ in result['faults']
            if check != 'style'] in (['syntax'], [])


def test_slow(monkeypatch):
    """Nor does it wait for one that is slow; what was found is kept"""
    def forever(*_):
        """Never ends"""
        while True:
            pass

    monkeypatch.setattr(style, 'check', forever)
    result = examine(RIGHT, executable=False, seconds=1)
    assert [check for check, _, _ in result['faults']] == ['mode', 'syntax']
    assert 'more than 1 s' in result['faults'][1][1]
    assert [check for check, _ in result['not_judged']] == ['style']
    assert result['runs'] and result['normal']


@pytest.mark.parametrize('harm, said', [
    (lambda *_: os.abort(), 'SIGABRT'), (lambda *_: os._exit(0), 'gave up'),
    (lambda *_: bytearray(2 ** 34), 'too much memory'),
    (lambda *_: {'advice': [['style', 'x' * 2 * MOST]]}, 'gave up'),
    (lambda *_: 1 // 0, 'gave up')])
def test_end_of_process(monkeypatch, harm, said):
    """Whatever ends the process is a fault, and harms nothing else"""
    monkeypatch.setattr(style, 'check', harm)
    result = examine(RIGHT)
    (check, sentence, line), = result['faults']
    assert check == 'syntax' and said in sentence and line is None


@pytest.mark.parametrize('more, kept', [(0, True), (1, False)])
def test_too_much(more, kept):
    """A line that ends after the last byte that may be told is not kept"""
    # Without what JSON writes around it, and the new line.
    long = {'normal': 'x' * (MOST + more - len('{"normal": ""}\n'))}
    told = process.told_by(lambda: [long], 20)
    assert told[:-1] == [long] * kept
    assert 'Python gave up' in told[-1]['stop'][0]


def test_writes_nothing(monkeypatch, tmp_path):
    """The process cannot write files"""
    path = str(tmp_path / 'file')

    def write(*_):
        """Writes a file"""
        with open(path, 'wb') as file:
            file.write(b'x')
        return {}

    monkeypatch.setattr(style, 'check', write)
    assert examine(RIGHT)['faults'] and not os.path.getsize(path)


VARIATIONAL = HEAD + '''

def sampling(args):
    """Draws"""
    return keras.backend.random_normal((1, 2))


def build(input_dims, hidden_layers, latent_dims):
    """Builds"""
    hidden_layers.reverse()
    z = keras.layers.Lambda(sampling)(input_dims)
    enc = keras.Model(input_dims, [z, z, z])
    dec = keras.Model(z, z)
    auto = keras.Model(input_dims, dec(enc(input_dims)[2]))

    def vae_loss(x, y):
        """Loses"""
        return x

    auto.compile('adam', loss=vae_loss)
    return enc, dec, auto
'''


def test_lines():
    """The lines of what faults are about are found"""
    assert examine(VARIATIONAL)['lines'] == {
        'def': 11, 'return': 24, 'encoder': 15, 'decoder': 16, 'auto': 17,
        'compile': 23, 'loss': 19, 'sampling': 6, 'decode': 17, 'outputs': 15,
        'list': 13}


@pytest.mark.parametrize('line, changed', [
    ('hidden_layers.append(1)', 8), ('hidden_layers[0] = 1', 8),
    ('del hidden_layers[0]', 8), ('hidden_layers += [1]', 8),
    ('x = hidden_layers\n    x.pop()', 9), ('hidden_layers[::-1]', None),
    ('hidden_layers = list(hidden_layers)\n    hidden_layers.pop()', None),
    ('latent_dims.append(1)', None)])
def test_line_of_list(line, changed):
    """The list is changed where it is no copy"""
    assert examine(body('    ' + line))['lines']['list'] == changed


def test_no_lines():
    """Where there is no such function, no line is known"""
    assert set(examine(HEAD)['lines'].values()) == {None}


def renamed(content):
    """Gives other names to variables, functions and arguments"""
    names = ('value values i mean log_var y_true y_pred distribution kwargs '
             'noise part inputs x nodes latent codes encoder decoder auto '
             'reconstruction positive positives kl_divergence input_dims '
             'reconstruction_loss hidden_layers latent_dims').split()
    tokens, before = [], ''
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        other = token.string in names and before != '.'
        tokens.append((token.type, 'other_' * other + token.string))
        before = token.string
    return tokenize.untokenize(tokens)


def test_normal():
    """Names, layout and comments do not change a file's normal form"""
    content = source('3-variational.py').replace(
        "positive('latent_dims', ", "positive('latent_dims', value=")
    other = re.sub('#(?!!).*', '# Other', renamed(content)).replace(
        'Draws the latent', 'Samples').replace(
            "name='latent'", "name='bottleneck'").replace(
                'def autoencoder(', 'def vae(')
    assert 'other_log_var' in other and 'other_value =other_' in other
    normal = examine(content)['normal']
    assert re.match('[0-9a-f]{64}$', normal)
    assert examine(other)['normal'] == normal


@pytest.mark.parametrize('old, new', [
    ('-0.5', '-0.25'), ('log_var / 2', 'mean / 2'), ('reversed(', 'list('),
    ("'relu'", "'tanh'"), ('square', 'abs'), ('axis', 'keepdims')])
def test_not_normal(old, new):
    """Whatever else is changed does"""
    content = source('3-variational.py')
    assert old in content
    assert examine(content.replace(old, new))['normal'] != examine(
        content)['normal']
