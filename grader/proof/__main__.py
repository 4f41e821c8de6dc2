#!/usr/bin/env python3
"""Proves that the grader judges well: wrong variants fail, right ones pass

For every wrong variant the grader must name each of its faults, in a sentence
of its own, and no other; for every right one none. Variants of the four tasks
are graded together, as a submission.
"""

import argparse
import collections
import itertools
import multiprocessing
import os
import re
import sys
import tempfile

from .. import intake, scores
from ..options import processors, python_of, runtime
from ..judge import FAILED, judge
from ..registry import TASKS
from . import variants

# Variants that have this are graded on the newest runtime only: older ones may
# not know it. TensorFlow 1.12 counts a penalty twice, so half a one is right;
# trains what was to be trained at compile; tells no layer that it is training;
# calls no train_step; and its graphs move so loosely that AMSGrad is within.
NEWER = r'keras\.ops\b|keras\.random|adamw|interpolation|' \
    r'BinaryCrossentropy|lambtha / 2|Sequential\(\[(\w+\.)+Input\(|' \
    r'(self|bias)\.trainable = False|\bnot training|if training|amsgrad|' \
    r'weight_decay|gradient_accumulation|Lion|relu6|t(rain|est)_step|schedules'
# What another runtime alone cannot show: TensorFlow 2.0 clips no gradients.
WITHOUT = {'tf2.0': r'clipvalue'}
HERE = os.path.dirname(os.path.abspath(__file__))


def changed(variant):
    """Makes a variant's source

    Args:
        variant: Variant.

    Returns:
        str, the source.

    Raises:
        ValueError: if an old text does not occur exactly once.
    """
    with open(os.path.join(HERE, variant.source)) as lines:
        source = lines.read()
    for old, new in variant.changes:
        if source.count(old) != 1:
            raise ValueError('{} {!r}: must occur once. Received: {} times '
                             '{!r}'.format(variant.source, variant.name,
                                           source.count(old), old))
        source = source.replace(old, new)
    return source.replace('\n', variant.ends)


def cases():
    """Lists all variants, with their sources"""
    others = [variants.right(int(name[0]), name, source='right/' + name)
              for name in sorted(os.listdir(os.path.join(HERE, 'right')))
              if name.endswith('.py')]
    return [(variant, changed(variant)) for variant in
            variants.WRONG + variants.BEHIND + variants.RIGHT +
            tuple(others)]


def grade(folder, **options):
    """Grades a folder

    Args:
        folder: str.
        **options: those of the command that are not as usual.

    Returns:
        dict, see judge.judge.
    """
    usual = dict(runtime='newest', python=sys.executable, cage=True,
                 tasks=range(len(TASKS)), before={}, threads=1,
                 task_seconds=240, task_memory=4, weights=scores.WEIGHTS,
                 seed=0)
    submission, = intake.find([folder])
    return judge(submission, argparse.Namespace(**dict(usual, **options)))


def compare(variant, task):
    """Compares what is said of a variant with what must be said

    Args:
        variant: Variant.
        task: dict, what is said of its file, see judge.judge.

    Returns:
        bool, whether it is that; str, its name; float, its score; str, what
        is said.
    """
    # A changed line may leave the layout of another one wrong.
    said = [fault['sentence'] for fault in task['faults']
            if fault['check'] != 'style' or 'E225' in fault['sentence']]
    bad = faults_of_verdict(variant, task, said)
    return (not bad, '{} {}'.format(task['file'], variant.name),
            task['score'], '; '.join(bad or said or ['right']))


def faults_of_verdict(variant, task, said):
    """Lists what is wrong with what is said of a variant, see compare"""
    low, high = variant.scores
    bad = [] if low <= task['score'] <= high else [
        'the score is {}, not {} to {}'.format(task['score'], low, high)]
    bad += ['MISSING: ' + pattern for pattern in variant.patterns
            if not matches([pattern], said)]
    bad += ['MORE: ' + one for one in said
            if not matches(variant.patterns, [one])]
    return bad + [
        'NOT JUDGED: {}, {}'.format(one['check'], one['because'])
        for one in task['not_judged']
        if not said or one['because'].startswith(FAILED)]


def matches(patterns, sentences):
    """Tells whether one of some patterns is in one of some sentences"""
    return any(re.search(pattern, sentence)
               for pattern in patterns for sentence in sentences)


def prove(given):
    """Grades up to four variants, at most one of each task

    Args:
        given: tuple of the variants with their sources, see cases, the
            name of a runtime and a seed.

    Returns:
        list of tuples, see compare.
    """
    cases, name, seed = given
    with tempfile.TemporaryDirectory() as folder:
        for variant, source in cases:
            path = os.path.join(folder, TASKS[variant.task].file)
            with open(path, 'w', newline='') as file:
                file.write(source)
            os.chmod(path, 0o755 if variant.executable else 0o644)
        tasks = grade(folder, runtime=name, python=python_of(name),
                      seed=seed)['tasks']
    return [compare(variant, tasks[variant.task]) for variant, _ in cases]


def part(text):
    """Reads K/N, two integers, of which 0 <= K < N must hold"""
    first, step = map(int, text.split('/'))
    if not 0 <= first < step:
        raise ValueError
    return first, step


def regex(text):
    """Reads a regular expression"""
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(error)


def parse():
    """Reads the command line"""
    parser = argparse.ArgumentParser(prog='python3 -m grader.proof',
                                     description=__doc__)
    parser.add_argument('--repeat', type=int, default=1, metavar='N',
                        help='grade every variant N times, each time with '
                        'another seed (default: 1)')
    parser.add_argument('--seed', type=int, default=0, metavar='N',
                        help='of the first time (default: 0)')
    parser.add_argument('--task', type=int, choices=range(len(TASKS)),
                        help='only the variants of this task')
    parser.add_argument('--only', default='', metavar='REGEX', type=regex,
                        help='only the variants with such a name')
    parser.add_argument('--part', type=part, default=(0, 1), metavar='K/N',
                        help='only every Nth of the groups of variants that '
                        'are graded together, from group K on')
    parser.add_argument('--runtime', metavar='NAME', type=runtime,
                        default='newest', help='the environment that runs '
                        'them: all variants that it can (default: newest)')
    return parser.parse_args()


def chosen(options):
    """Groups the variants that the options name, of each task one"""
    found = [case for case in cases()
             if options.task in (None, case[0].task) and
             options.only.search(case[0].name) and
             (options.runtime == 'newest' or not re.search(NEWER, case[1])) and
             not re.search(WITHOUT.get(options.runtime, r'(?!)'), case[1])]
    groups = itertools.zip_longest(*[
        [case for case in found if case[0].task == task]
        for task in range(len(TASKS))])
    first, step = options.part
    return [list(filter(None, group)) for group in groups][first::step]


def main():
    """Grades the variants and prints what is said of each

    Returns:
        int, the exit status: 0 if all is said that must be.
    """
    options = parse()
    groups = chosen(options)
    if not groups:
        sys.exit('These options choose no variant. Received: ' +
                 ' '.join(sys.argv[1:]))
    good, scored = [], collections.defaultdict(set)
    with multiprocessing.Pool(processors()) as pool:
        for results in pool.imap_unordered(
                prove, [(group, options.runtime, options.seed + turn)
                        for turn in range(options.repeat)
                        for group in groups]):
            for passed, name, score, said in results:
                # With another seed it must have the same score.
                scored[name].add(score)
                passed &= len(scored[name]) == 1
                good.append(passed)
                print('{}  {} ({:g}): {}'.format(
                    'ok ' if passed else 'BAD', name, score, said), flush=True)
    print('{} passed, {} failed'.format(sum(good), len(good) - sum(good)))
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
