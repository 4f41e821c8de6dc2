#!/usr/bin/env python3
"""The pages of feedback: all is there, and a stranger's text stays text"""

import re
import xml.etree.ElementTree as ElementTree

from grader import feedback, scores
from grader.registry import TASKS
from grader.submissions import File, Submission

FILES = [task.file for task in TASKS]
EVIL = '<script>alert("{{body}}")</script>'
CONTENT = '\n'.join('line {} & <b>\t{}'.format(number, EVIL)
                    for number in range(1, 30)).encode() + b'\xff\x1b\n'


def row(name, **more):
    """Makes what the judge gives for one who has made a fault in each file"""
    return dict({
        'submission': name, 'score': 85.0, 'cage': 'Landlock', 'seed': 5,
        'runtime': 'newest', 'notes': ['found in ' + EVIL],
        'normal': {FILES[0]: 'same'}, 'tasks': [{
            'file': file, 'score': 85.0, 'seconds': 1.0,
            'faults': [{'check': 'loss', 'sentence': 'wrong ' + EVIL,
                        'line': 10, 'cost': 10.0},
                       {'check': 'mode', 'sentence': 'not executable',
                        'line': None, 'cost': 2.0},
                       {'check': 'style', 'sentence': 'far', 'line': 10 ** 5,
                        'cost': 3.0}],
            'not_judged': [{'check': 'training', 'because': 'wrong',
                            'cost': 10.0}],
            'advice': [{'check': 'names', 'sentence': 'call it ' + EVIL}],
            'checks': scores.points(scores.WEIGHTS[task], {'loss', 'mode'})}
            for task, file in enumerate(FILES)]}, **more)


def pages(tmp_path):
    """Writes the pages of three; gives them: dict from name to text"""
    rows = [row('anna'), row('../' + EVIL), row('zoe', cage=None)]
    found = [Submission(each['submission'], '', dict.fromkeys(
        FILES, File(CONTENT, True, None)), True, None, [], [])
             for each in rows]
    feedback.write(str(tmp_path / 'pages'), rows, found, ())
    return {path.name: path.read_text(encoding='utf-8')
            for path in (tmp_path / 'pages').iterdir()}


def test_pages(tmp_path):
    """There is a page for each and an index, whose links lead to them"""
    made = pages(tmp_path)
    assert len(made) == 4 and [path.name for path in tmp_path.iterdir()] == [
        'pages']
    index = made['index.html']
    links = re.findall('href="([^":]*)"', index)
    assert sorted(links) == sorted(set(made) - {'index.html'})
    assert '3 wrong' in index and 'The same but for names' in index
    anna = made['001-anna.html']
    for part in ('anna: 85 of 100', '(-10)', '(-2)', 'Not judged (-10)',
                 '<td>encoder-layers</td>', 'Read “The loss”',
                 'Read “The Kullback-Leibler divergence”', 'call it',
                 'Seed 5'):
        assert part in anna, part
    # Three lines before that of the fault, and three after it.
    shown = re.search('<pre>(.*?)</pre>', anna, re.DOTALL).group(1)
    assert [int(line) for line in re.findall(
        r'(?m)^(?:<b>)? *(\d+)  line', shown)] == list(range(7, 14))
    assert '<b>  10  line 10' in shown


def test_text_stays_text(tmp_path):
    """Nothing that a stranger has written is a tag or a script"""
    for name, text in pages(tmp_path).items():
        assert 'alert(' in text or 'zoe' in name
        assert '<script>alert' not in text
        assert text.count('<script>') == (name == 'index.html')
        assert "default-src 'none'" in text
        # It is so well formed that XML can be read from its body.
        body = re.search('<body>.*</body>', text, re.DOTALL).group()
        ElementTree.fromstring(re.sub('<script>.*?</script>', '', body,
                                      flags=re.DOTALL))
        assert body.isprintable() or set(
            each for each in body if not each.isprintable()) == {'\n'}
