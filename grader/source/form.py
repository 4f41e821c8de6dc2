#!/usr/bin/env python3
"""Checks the first line, the mode and the end of a file"""

import codecs
import re

from ..printable import clean
from .findings import fault

SHEBANG = '#!/usr/bin/env python3'


def first_line(content):
    """Checks the first line, and how lines end

    Args:
        content: bytes.

    Returns:
        two lists, of one fault or none and of one piece of advice or none.
    """
    marked = content.startswith(codecs.BOM_UTF8)
    if marked:
        content = content[len(codecs.BOM_UTF8):]
    first, end = re.match(br'([^\r\n]*)(\r?\n?)', content).groups()
    causes, cures = [], []
    if first != SHEBANG.encode():
        causes.append('the first line is {}'.format(clean(repr(
            first[:200].decode('utf-8', 'backslashreplace')), 80)))
    if marked:
        causes.append('the file begins with a byte order mark')
        cures.append('; save it as UTF-8 without that mark')
    advice, ends = [], '\\r\\n as on Windows' if b'\r\n' in content else (
        '\\r alone')
    if end.startswith(b'\r'):
        causes.append('the lines end with ' + ends)
        cures.append('; save it with Unix line ends (LF)')
    elif b'\r' in content:
        advice.append(['first-line', 'some lines end with {}; save the file '
                       'with \\n'.format(ends)])
    return [fault('first-line', '{}; the first line must be exactly `{}`{}'
                  .format(' and '.join(causes), SHEBANG, ''.join(cures)), 1)
            ] if causes else [], advice


def check(file):
    """Checks the first line, the mode and the end

    Args:
        file: submissions.File.

    Returns:
        dict of two lists, `faults` and `advice`.
    """
    faults, advice = first_line(file.content)
    if file.executable is False:
        faults.append(fault('mode', 'the file is not executable; chmod +x '
                            'makes it so'))
    if not file.content.endswith(b'\n'):
        faults.append(fault('new-line', 'the file does not end with a new '
                            'line; press Enter after its last line'))
    return {'faults': faults, 'advice': advice}
