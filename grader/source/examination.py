#!/usr/bin/env python3
"""What the exercise asks of a file's text, examined in a process of its own

The text may be made to crash what reads it, or to keep it busy for ever. So
it is read in a process that has limits and that tells what it finds as soon
as it has found it. None of the file's code runs.
"""

import ast
import codecs
import faulthandler
import hashlib
import io
import json
import math
import os
import re
import resource
import signal
import sys
import time
import tokenize
import warnings
from multiprocessing import connection

import pycodestyle
import vermin
from vermin.formats.format import Format

from ..printable import clean
from .lines import FUNCTIONS, functions, landmarks

CHECKS = ('first-line', 'mode', 'new-line', 'syntax', 'documentation',
          'imports', 'style')
SHEBANG = '#!/usr/bin/env python3'
IMPORT = 'import tensorflow.keras as keras'
# Of the process: bytes of memory beside what is in use, nested calls, which
# a long formula needs, and bytes that it may tell.
MEMORY = 2 ** 30
DEPTH = 10000
MOST = 2 ** 20

# Rules of pycodestyle that are younger than the exercise's 2.4.0, or that see
# more than they did in it, found by comparing its source with that of 2.15.0:
# each with a pattern of the lines whose fault 2.4.0 does not see.
YOUNGER = {
    'E117': r'',
    'E201': r'[\[({]\t',
    'E202': r'\t[\]})]',
    'E203': r'\t[,;:]',
    'E204': r'',
    'E211': r'\t[\[(]',
    # The operators that are words, those of annotations and of matrices.
    'E225': r'->|@|[^\w\s](and|in|is|or)\b|\b(and|in|is|or)[^\w\s]|'
            r'\d(and|in|is|or)\b',
    # What f-strings hold, lambda in brackets, and what goes on after a
    # backslash.
    'E231': r'\b([fF][rR]?|[rR][fF])[\'"]|\[.*\blambda\b[^:]*:\S|[,;:]\\$',
    'E262': '#\xa0|# \xa0',
    # 2.4.0 knows this of `from x import(y)` only.
    'E275': r'^(?!\s*from\b.*\bimport\()',
    # It sees `== type(1)`, but not `type(x) == int`.
    'E721': r'^(?!.*([=!]=|is(\s+not)?)\s*type(s.\w+Type|\s*\(\s*'
            r'(?!(?!None|True|False)[^\W\d]\w*\s*\))))',
    # It sees assignments, not loops and parameters.
    'E741': r'^(?!.*(\b[lOI]\s*[-+*/%&|^<>!=]*=|\b(as|global|nonlocal)\s+'
            r'[lOI]\b))',
}
# How to import without `import`, and what waits; all but the first two may be
# names that the file gives to something else.
HIDDEN = ('__import__', '__builtins__')
BUILTINS = ('exec', 'eval', 'compile', 'open', 'importlib')
WAITING = ('input', 'breakpoint', 'pdb')


class Refused(Exception):
    """Why nothing more can be examined: a sentence, and a line or None"""


def examine(file, parameters, seconds=20):
    """Examines the text of a file

    Args:
        file: submissions.File.
        parameters: tuple of str, those that the task's function has.
        seconds: float, how long it may take.

    Returns:
        dict, which JSON can hold:
            faults: list of [check, sentence, line or None].
            not_judged: list of [check, why].
            advice: list of [check, sentence].
            landmarks: dict of str to line or None, as landmarks makes it.
            functions: list of [name, list of the parameters' names], the
                public ones: a claim, for what the file does may differ.
            runs: bool, whether Python can compile it.
            normal: str, the hash of its normal form, or None.
    """
    result = {'faults': [], 'not_judged': [], 'advice': [], 'landmarks': {},
              'functions': [], 'runs': False, 'normal': None}
    if file.problem:
        told = [{'stop': (file.problem, None)}]
    else:
        told = told_by(lambda: findings(file, parameters), seconds)
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


def fault(check, sentence, line=None):
    """Makes a fault"""
    return [check, clean(sentence), line]


def and_more(lines):
    """Says how many faults there are after the first

    Args:
        lines: list of int, the lines of all, in order.
    """
    rest = sorted(set(lines[1:]))
    return ' (and {} more: line{} {}{})'.format(
        len(lines) - 1, 's' * (len(rest) > 1),
        ', '.join(map(str, rest[:5])), ' ...' * (len(rest) > 5)
        ) if rest else ''


def told_by(work, seconds):
    """Does work in a process of its own, with limits

    Args:
        work: function, which gives an iterable of dicts for JSON.
        seconds: float, how long it may take.

    Returns:
        list of dict, those that it gave; the last has the key `stop`, with a
        sentence and a line or None, if it did not come to its end.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            limit(seconds)
            tell(work, writing)
        finally:
            os._exit(1)
    os.close(writing)
    end = time.monotonic() + seconds
    told = b''
    why = 'Python gave up on it'
    try:
        while len(told) < MOST:
            if not connection.wait([reading], max(0, end - time.monotonic())):
                why = 'it took more than {:g} s'.format(seconds)
                break
            part = os.read(reading, min(MOST - len(told), 2 ** 16))
            if not part:
                break
            told += part
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        why = 'it took more than {:g} s'.format(seconds)
    elif os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL:
        why = 'it ended Python with {}'.format(
            signal.Signals(os.WTERMSIG(status)).name)
    findings = [json.loads(line.decode()) for line in told.split(b'\n')[:-1]]
    if not findings or not findings[-1].pop('end', False):
        findings.append({'stop': (
            'the file cannot be examined: {}; make it shorter and simpler'
            .format(why), None)})
    return findings


def limit(seconds):
    """Limits what this process may use"""
    limits = {resource.RLIMIT_CPU: math.ceil(seconds),
              resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    try:
        with open('/proc/self/statm') as pages:
            limits[resource.RLIMIT_AS] = MEMORY + resource.getpagesize() * int(
                pages.read().split()[0])
    except OSError:
        # macOS, which has no such limit either.
        pass
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (
            most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    # What parsers print of a text is not for the user's terminal.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    faulthandler.disable()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    warnings.simplefilter('ignore')
    sys.setrecursionlimit(DEPTH)


def tell(work, writing):
    """Writes what work gives to a pipe, as lines of JSON"""
    with os.fdopen(writing, 'w') as pipe:
        def write(finding):
            """Writes a dict"""
            pipe.write(json.dumps(finding) + '\n')
            pipe.flush()
        try:
            for finding in work():
                write(finding)
            write({'end': True})
        except Refused as refused:
            write({'stop': refused.args, 'end': True})
        except (RecursionError, MemoryError):
            write({'end': True, 'stop': (
                'the file cannot be examined: it is nested too deeply or '
                'needs too much memory; make it shorter and simpler', None)})


def findings(file, parameters):
    """Examines a text; what may take long or crash is done later

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
    formal = form(file)
    yield dict(formal, judged=['first-line', 'mode', 'new-line'])
    text = decode(file.content)
    tree = parse(text)
    wrong = compiling(tree)
    yield {'runs': not wrong, 'faults': wrong}
    yield {'judged': ['documentation'], 'faults': documentation(tree)}
    lines = text.split('\n')
    imported = imports(tree, lines)
    yield {'judged': ['imports'], 'faults': [
        fault('imports', imported[0][1] + and_more(
            [line for line, _ in imported]), imported[0][0])
        ] if imported else []}
    yield {'functions': functions(tree),
           'landmarks': landmarks(tree, parameters)}
    yield {'normal': normal(tree)}
    # A line that is wrong already may be wrong for more reasons.
    known = [line for line, _ in imported] + [
        line for check, _, line in formal['faults'] if check == 'first-line']
    yield dict(style(text, known), judged=['style'])
    yield {'judged': ['syntax'],
           'faults': [] if wrong else newer(text, known)}


def form(file):
    """Checks the first line, the last one's end and the mode"""
    faults, advice = [], []
    content = file.content
    marked = content.startswith(codecs.BOM_UTF8)
    if marked:
        content = content[len(codecs.BOM_UTF8):]
    first, end = re.match(br'([^\r\n]*)(\r?\n?)', content).groups()
    ends = ('\\r\\n as on Windows' if b'\r\n' in content else
            '\\r alone' if b'\r' in content else None)
    causes, cures = [], []
    if first != SHEBANG.encode():
        causes.append('the first line is {}'.format(clean(repr(
            first[:200].decode('utf-8', 'backslashreplace')), 80)))
    if marked:
        causes.append('the file begins with a byte order mark')
        cures.append('; save it as UTF-8 without that mark')
    if end.startswith(b'\r'):
        causes.append('the lines end with ' + ends)
        cures.append('; save it with Unix line ends (LF)')
    elif ends:
        advice.append(['first-line', 'some lines end with {}; save the file '
                       'with \\n'.format(ends)])
    if causes:
        faults.append(fault('first-line', '{}; the first line must be exactly '
                            '`{}`{}'.format(' and '.join(causes), SHEBANG,
                                            ''.join(cures)), 1))
    if not file.executable:
        faults.append(fault('mode', 'the file is not executable; chmod +x '
                            'makes it so'))
    if not content.endswith(b'\n'):
        faults.append(fault('new-line', 'the file does not end with a new '
                            'line; press Enter after its last line'))
    return {'faults': faults, 'advice': advice}


def decode(content):
    """Makes text of bytes, as Python does

    Args:
        content: bytes.

    Returns:
        str, whose lines end with a new line alone.

    Raises:
        Refused: if it is not text in UTF-8, or says that it is another.
    """
    content = content.replace(b'\r\n', b'\n').replace(b'\r', b'\n')
    if b'\0' in content:
        raise Refused('the file holds a null byte; it must be text',
                      content[:content.index(b'\0')].count(b'\n') + 1)
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise Refused(
            'the file is not UTF-8 (byte 0x{:02x}); save it as UTF-8'.format(
                content[error.start]),
            content[:error.start].count(b'\n') + 1)
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
        utf_8 = codecs.lookup(encoding).name in ('utf-8', 'utf-8-sig')
    except (LookupError, SyntaxError):
        utf_8 = False
    if not utf_8:
        raise Refused('a comment says that the file has another encoding than '
                      'UTF-8; take the comment out', None)
    return text


def parse(text):
    """Makes the syntax tree of a text, or raises Refused"""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise Refused(*unreadable(error))


def compiling(tree):
    """Compiles a tree, for some errors show no sooner; returns faults"""
    try:
        compile(tree, 'file', 'exec', dont_inherit=True)
    except SyntaxError as error:
        return [fault('syntax', *unreadable(error))]
    return []


def unreadable(error):
    """Says what a SyntaxError is, and in which line"""
    return ('Python cannot load the file: {}'.format(clean(error.msg, 200)),
            error.lineno or None)


def documentation(tree):
    """Checks that the module, its classes and functions have docstrings"""
    missing = sorted(
        (getattr(node, 'lineno', 1), getattr(node, 'name', ''),
         'function' if isinstance(node, FUNCTIONS) else
         'class' if isinstance(node, ast.ClassDef) else 'module')
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.Module)) and
        not (ast.get_docstring(node) or '').strip())
    # The module begins before whatever its first line holds.
    missing.sort(key=lambda place: place[2] != 'module')
    if not missing:
        return []
    line, name, kind = missing[0]
    return [fault('documentation', 'the {} has no docstring{}'.format(
        ' '.join([kind, clean(name, 80)]).strip(), and_more(
            [place[0] for place in missing])), line)]


def bound_names(tree):
    """Collects the names that a file gives to something, a set of str"""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.ExceptHandler)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
    return names


def imports(tree, lines):
    """Checks what is imported

    Args:
        tree: ast.Module.
        lines: list of str, of the text.

    Returns:
        list of (line, sentence), of which each line has one.
    """
    found = {}
    own = bound_names(tree).union(
        (alias.asname or alias.name).split('.')[0] for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names)
    for node in ast.walk(tree):
        modules, name = [], getattr(node, 'id', getattr(node, 'attr', None))
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names if (
                alias.name, alias.asname) != ('tensorflow.keras', 'keras')]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or '.']
        elif not (name in HIDDEN or isinstance(node, ast.Name) and
                  name in BUILTINS + WAITING and name not in own):
            continue
        roots = {module.split('.')[0] for module in modules}
        if name in WAITING or 'pdb' in roots:
            sentence = ('`{}` waits for a keyboard, which nobody has where '
                        'the file is imported; take it out')
        elif roots and roots <= {'tensorflow', 'keras'}:
            sentence = '`{}` must be `' + IMPORT + '`'
        elif roots or name:
            sentence = ('`{}` is not allowed; the only import may be `' +
                        IMPORT + '`')
        else:
            continue
        found.setdefault(node.lineno, sentence.format(
            clean(lines[node.lineno - 1], 100)))
    return sorted(found.items())


def normal(tree):
    """Computes a hash that names, layout, comments and docstrings leave as is

    Args:
        tree: ast.Module, which it changes.

    Returns:
        str, in hexadecimal.
    """
    new = {}
    own = bound_names(tree)
    defined = {node.name for node in ast.walk(tree)
               if isinstance(node, FUNCTIONS)}

    def rename(name):
        """Names a name after the order of its first appearance"""
        return new.setdefault(name, '_{}'.format(len(new))) if (
            name in own) else name

    def renamed(node):
        """Renames what is in a node, in the order of the text's"""
        if isinstance(node, ast.Call):
            # A layer's name is a name too.
            node.keywords = [keyword for keyword in node.keywords
                             if keyword.arg != 'name']
        # A parameter's name is that of a keyword too, where it is called.
        if isinstance(node, ast.Call) and getattr(
                node.func, 'id', None) in defined:
            for keyword in node.keywords:
                keyword.arg = rename(keyword.arg)
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                # Python 3.6 has Str where newer ones have Constant.
                value[:] = [item for item in value if not (
                    isinstance(item, ast.Expr) and
                    type(item.value).__name__ in ('Str', 'Constant'))]
                for i, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        renamed(item)
                    elif field == 'names':
                        value[i] = rename(item)
            elif isinstance(value, ast.AST):
                renamed(value)
            elif (field == 'id' or field == 'arg' and isinstance(node, ast.arg)
                  or field == 'name' and not isinstance(node, ast.alias)):
                setattr(node, field, rename(value))

    renamed(tree)
    return hashlib.sha256(ast.dump(tree).encode(
        'utf-8', 'backslashreplace')).hexdigest()


class Report(pycodestyle.BaseReport):
    """Keeps what pycodestyle finds: lines, texts and whether they are new"""

    def __init__(self, options):
        """Makes an empty report"""
        super().__init__(options)
        self.found = []

    def error(self, line_number, offset, text, check):
        """Takes a fault"""
        code = super().error(line_number, offset, text, check)
        # Errors of its own belong to another check.
        if code and not code.startswith('E9'):
            line = self.lines[line_number - 1:line_number] or ['']
            self.found.append((line_number, text, code in YOUNGER and bool(
                re.search(YOUNGER[code], line[0]))))
        return code


def style(text, known):
    """Checks the style with pycodestyle

    Args:
        text: str.
        known: list of int, lines that are wrong for other reasons.

    Returns:
        dict of lists, faults and advice.
    """
    # Neither a comment nor the user's configuration changes what it says.
    pycodestyle.noqa = lambda line: None
    pycodestyle.USER_CONFIG = None
    options = pycodestyle.StyleGuide(reporter=Report).options
    report = Report(options)
    # That there is no new line at the end is told by another check.
    pycodestyle.Checker(
        lines=io.StringIO(re.sub(r'(?<!\n)\Z', '\n', text)).readlines(),
        options=options, report=report).check_all()
    report.found.sort()
    faults, advice = ([found for found in report.found if (
        found[2] == young and found[0] not in known)]
        for young in (False, True))
    result = {'faults': [], 'advice': []}
    if faults:
        result['faults'].append(fault('style', faults[0][1] + and_more(
            [found[0] for found in faults]), faults[0][0]))
    if advice:
        result['advice'].append(['style', clean(
            'line {}: {}{}; newer versions of pycodestyle than the '
            'exercise\'s say so'.format(advice[0][0], advice[0][1], and_more(
                [found[0] for found in advice])))])
    return result


class Violations(Format):
    """Keeps what vermin finds: lines, what is there, versions of Python"""

    def __init__(self):
        """Makes an empty one"""
        super().__init__('violations')
        self.found = []

    def set_config(self, config):
        """Asks for the lines too"""
        config.set_verbose(3)
        super().set_config(config)

    def skip_output_line(self):
        """Wants every line"""
        return False

    def format_output_line(self, msg, path=None, line=None, col=None,
                           versions=None, plural=None, violation=False):
        """Takes what is found"""
        if violation and versions:
            self.found.append((line or 0, msg, versions[1]))
        return ''

    def output_result(self, proc_res):
        """Prints nothing"""

    def sort_output_lines(self, lines):
        """Sorts nothing"""
        return lines


def newer(text, known):
    """Checks with vermin that Python 3.5 can run a text

    Args:
        text: str, which this Python can compile.
        known: list of int, lines that are wrong for other reasons.

    Returns:
        list of one fault or none.
    """
    config = vermin.Config()
    violations = Violations()
    config.set_format(violations)
    config.set_only_show_violations(True)
    # Nor does a comment silence this check.
    config.set_parse_comments(False)
    config.add_target('3.5-')
    vermin.visit(text, config)
    # vermin does not know these.
    violations.found += [
        (token.start[0], 'underscores in numbers', (3, 6))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.NUMBER and '_' in token.string]
    found = sorted((line, what, 'came with Python {}.{}'.format(*version) if
                    version else 'Python 2 has alone')
                   for line, what, version in violations.found
                   if line not in known)
    if not found:
        return []
    line, what, origin = found[0]
    return [fault('syntax', 'Python 3.5 must be able to run the file; it does '
                  'not know {}, which {}{}'.format(what, origin, and_more(
                      [place[0] for place in found])), line or None)]
