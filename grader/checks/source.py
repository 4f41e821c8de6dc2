#!/usr/bin/env python3
"""What the exercise asks of a file's text"""

import ast
import os

from ..registry import Fault, check, require

SHEBANG = '#!/usr/bin/env python3'
IMPORT = 'import tensorflow.keras as keras'
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@check('first-line', 'the first line is ' + SHEBANG)
def first_line(subject):
    """Checks the first line"""
    received = (subject.read().splitlines() or [''])[0]
    require(subject.read().startswith(SHEBANG + '\n'),
            'the first line is {!r}; it must be exactly {!r}', received,
            SHEBANG)


@check('executable', 'the file is executable')
def executable(subject):
    """Checks the mode of the file"""
    subject.read()
    require(os.access(subject.path, os.X_OK),
            'the file is not executable; chmod +x makes it so')


@check('new-line', 'the file ends with a new line')
def new_line(subject):
    """Checks the last line's end"""
    require(subject.read().endswith('\n'),
            'the file does not end with a new line')


@check('pycodestyle', 'the style is that of pycodestyle')
def style(subject):
    """Checks with pycodestyle"""
    import pycodestyle

    class Report(pycodestyle.BaseReport):
        """Keeps the faults"""

        faults = []

        def error(self, line_number, offset, text, check):
            """Takes a fault"""
            code = super().error(line_number, offset, text, check)
            if code:
                self.faults.append('line {}: {}'.format(line_number, text))
            return code

    Report.faults = []
    subject.read()
    guide = pycodestyle.StyleGuide(reporter=Report, config_file=os.devnull)
    guide.check_files([subject.path])
    faults = Report.faults
    require(not faults, '{}{}', faults and faults[0],
            ' (and {} more)'.format(len(faults) - 1) if faults[1:] else '')


@check('documentation', 'the module, classes and functions have docstrings')
def documentation(subject):
    """Checks the docstrings"""
    require(ast.get_docstring(subject.parse()), 'the module has no docstring')
    for node in ast.walk(subject.parse()):
        if isinstance(node, FUNCTIONS + (ast.ClassDef,)):
            kind = 'function' if isinstance(node, FUNCTIONS) else 'class'
            require(ast.get_docstring(node), 'line {}: the {} {} has no '
                    'docstring', node.lineno, kind, node.name)


@check('import', 'the only import is ' + IMPORT)
def imports(subject):
    """Checks what is imported"""
    lines = subject.read().splitlines()
    for node in ast.walk(subject.parse()):
        importing = isinstance(node, (ast.Import, ast.ImportFrom)) and [
            (getattr(node, 'module', None), name.name, name.asname)
            for name in node.names] != [(None, 'tensorflow.keras', 'keras')]
        asking = (isinstance(node, ast.Name) and
                  node.id in ('__import__', 'exec', 'eval'))
        require(not importing and not asking, 'line {}: `{}`; the only '
                'import allowed is `{}`', getattr(node, 'lineno', 0),
                lines[getattr(node, 'lineno', 1) - 1].strip(), IMPORT)


@check('python-3.5', 'Python 3.5 can run the file')
def python(subject):
    """Checks the syntax and the library with vermin"""
    import vermin
    subject.parse()
    lowest = vermin.detect(subject.read())[1]
    if lowest is None:
        raise Fault('the file is not Python 3')
    require(lowest <= (3, 5), 'the file needs Python {}; Python 3.5 must be '
            'able to run it', '.'.join(map(str, lowest)))
