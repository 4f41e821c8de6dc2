#!/usr/bin/env python3
"""What the exercise asks of a file's text: the checks, and their order"""

from ..printable import clean
from . import documentation, form, imports, likeness, lines, style, syntax
from .findings import Refused, fault
from .process import begin, collect

CHECKS = ('first-line', 'mode', 'new-line', 'syntax', 'documentation',
          'imports', 'style')


def examine(file, parameters, seconds=20):
    """Examines the text of a file, none of whose code runs

    Args:
        file: submissions.File.
        parameters: tuple of str, those that the task's function has.
        seconds: float, how long it may take.

    Returns:
        dict, see collected.
    """
    return collected(begun(file, parameters, seconds), seconds)


def begun(file, parameters, seconds=20):
    """Begins to examine a file; see examine

    Returns:
        what collected takes.
    """
    return file, None if file.problem else begin(
        lambda: findings(file, parameters), seconds)


def collected(work, seconds=20):
    """Waits for what has been found in the text of a file

    Args:
        work: what begun gave.
        seconds: float, how long it may take from now on.

    Returns:
        dict, which JSON can hold:
            faults: list of [check, sentence, line or None].
            not_judged: list of [check, why].
            advice: list of [check, sentence].
            lines: dict of str to line or None, see lines.lines_of.
            runs: bool, whether Python can compile it.
            normal: str, see likeness.fingerprint, or None.
    """
    result = {'faults': [], 'not_judged': [], 'advice': [], 'lines': {},
              'runs': False, 'normal': None}
    file, process = work
    told = [{'stop': (file.problem, None)}] if file.problem else collect(
        process, seconds)
    judged = set()
    for finding in told:
        judged.update(finding.pop('judged', ()))
        for key, value in finding.items():
            if key == 'stop':
                sentence, line = value
                judged.add('syntax')
                result['faults'].append(fault('syntax', sentence, line))
                result['not_judged'] = [
                    [check, clean(sentence)] for check in CHECKS
                    if check not in judged]
            elif key in ('faults', 'advice'):
                result[key] += value
            else:
                result[key] = value
    return result


def findings(file, parameters):
    """Examines a text; what may take long or crash comes last

    Args:
        file: submissions.File.
        parameters: tuple of str, those that the task's function has.

    Yields:
        dict, parts of what examine returns, with the checks that are judged.

    Raises:
        Refused: if nothing more can be examined.
    """
    if not file.content.strip():
        raise Refused('the file is empty', None)
    formal = form.check(file)
    yield dict(formal, judged=['first-line', 'mode', 'new-line'])
    text = syntax.decode(file.content)
    tree = syntax.parse(text)
    wrong = syntax.compiling(tree)
    yield {'runs': not wrong, 'faults': wrong}
    yield {'judged': ['documentation'], 'faults': documentation.check(tree)}
    faults, known = imports.check(tree, text.split('\n'))
    yield {'judged': ['imports'], 'faults': faults}
    yield {'lines': lines.lines_of(tree, parameters)}
    yield {'normal': likeness.fingerprint(tree)}
    known += [line for check, _, line in formal['faults']
              if check == 'first-line']
    yield {'judged': ['style'], 'faults': style.check(text, tree, known)}
    yield {'judged': ['syntax'],
           'faults': [] if wrong else syntax.newer(text, known)}
