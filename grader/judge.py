#!/usr/bin/env python3
"""Judges one submission: starts its runner, asks, and gives the verdict

Nothing here runs a submission's code or imports TensorFlow.
"""

import collections
import os
import time
from concurrent import futures

from . import scores, submissions
from .checks import checks_of
from .models import SIDES
from .printable import clean
from .registry import Fault, TASKS, Unjudged
from .sandbox import cage
from .sandbox.remote import Runner
from .solution import Solution
from .source import examination

FAILED = 'the grader itself failed here'
FAILURE = FAILED + ', not the submission; grade it again, and report it if ' \
    'it fails again ({})'


class Found(dict):
    """What the checks before have found, by their names

    Attributes:
        failed: set of str, those with a fault and those not judged.
        right: bool, whether all of them have passed.
    """

    @property
    def right(self):
        """See above"""
        return not self.failed


class Results:
    """What has come of the checks of a file

    Attributes:
        faults: dict from the name of a check to a list of Faults.
        unjudged: dict from the name of a check to an Unjudged.
        found: dict from the name of a check to what it has found.
    """

    def __init__(self, names):
        """Makes empty ones

        Args:
            names: set of str, all checks of the file's task.
        """
        self.names = names
        self.faults, self.unjudged, self.found = {}, {}, {}

    def cause(self, names):
        """Finds the fault that some checks failed for

        Args:
            names: iterable of str, checks.

        Returns:
            str, its sentence; None if none of them has failed, or only for
            what is not known yet.
        """
        for name in names:
            if name in self.faults:
                return str(self.faults[name][0])
            if name in self.unjudged:
                sentence = self.sentence(self.unjudged[name])
                if sentence:
                    return sentence
        return None

    def sentence(self, unjudged):
        """Gives the sentence of an Unjudged, or None, see cause"""
        return self.cause(unjudged.by) or str(unjudged) or None

    def make(self, check, solution):
        """Makes a check and keeps what comes of it

        Args:
            check: registry.Check.
            solution: Solution.

        Returns:
            list of Fault.
        """
        name = check.name
        try:
            for needed in check.needs:
                # A check of all tasks may need one that few tasks have.
                if needed in self.names and needed not in self.found:
                    raise Unjudged(by=(needed,))
            found = Found((earlier, self.found.get(earlier))
                          for earlier in check.before)
            found.failed = self.failed.intersection(check.before)
            self.found[name] = check.judge(solution, found)
        except (Fault, Unjudged) as raised:
            return self.keep(check, raised)
        # A fault of the grader's own must not cost the other files their
        # grades.
        except Exception as error:
            self.unjudged[name] = Unjudged(failure(error))
        return []

    @property
    def failed(self):
        """set of str, the checks with a fault and those not judged"""
        return set(self.faults) | set(self.unjudged)

    def keep(self, check, raised):
        """Keeps the Fault or Unjudged that a check has raised

        Returns:
            list of Fault.
        """
        if raised.found is not None:
            self.found[check.name] = raised.found
        if isinstance(raised, Unjudged):
            self.unjudged[check.name] = raised
        elif self.cause(set(raised.unless) & set(check.before)):
            self.unjudged[check.name] = Unjudged(by=raised.unless)
        else:
            faults = [raised] + raised.also
            for fault in faults:
                self.faults.setdefault(
                    fault.instead or check.name, []).append(fault)
            return faults
        return []


def failure(error):
    """Says that the grader failed, and where: clean, of an exception"""
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return clean(FAILURE.format('{}: {}, {} line {}'.format(
        type(error).__name__, error, os.path.basename(
            trace.tb_frame.f_code.co_filename), trace.tb_lineno)))


def judge_file(solution, text, tell):
    """Makes all checks of models on one file

    Args:
        solution: Solution.
        text: dict, see examination.examine.
        tell: function of a Fault, called as soon as one is found.

    Returns:
        Results.
    """
    checks = checks_of(solution.task)
    results = Results({check.name for check in checks})
    for check in checks:
        if not check.advice:
            for fault in results.make(check, solution):
                tell(fault)
    # Who has faults to mend needs no advice yet.
    if not (results.failed or text['faults'] or text['not_judged']):
        for check in checks:
            if check.advice:
                results.make(check, solution)
            if solution.left <= 0:
                # That the time is over says nothing of a file that is right.
                results.faults.pop(check.name, None)
                break
    return results


def faults_of(text, results, names):
    """Lists the faults of a file, each sentence once

    Args:
        text: dict, see examination.examine.
        results: Results.
        names: list of str, the required checks of models.

    Returns:
        list of (names, sentence, line): the checks that say it, with those
        that it takes, and where.
    """
    faults = [((name,), *more) for name, *more in text['faults']]
    for name in names:
        for fault in results.faults.get(name, ()):
            line = fault.line
            faults.append(((name,) + fault.takes, str(fault),
                           text['lines'].get(line) if isinstance(line, str)
                           else line))
    # Two checks may come upon one fault, which is said once.
    once = collections.OrderedDict()
    for checks, sentence, line in faults:
        once.setdefault(clean(sentence), ([], line))[0].extend(checks)
    return [(names, sentence, line)
            for sentence, (names, line) in once.items()]


def verdict(task, text, results, weights):
    """Puts together what is said of a file

    Args:
        task: int.
        text: dict, see examination.examine.
        results: Results.
        weights: dict from the names of checks to points.

    Returns:
        dict, as docs/grading.md says, without `seconds`.
    """
    required = [name for name in scores.WEIGHTS[task]
                if name not in scores.FORM]
    faults = faults_of(text, results, required)
    not_judged = [tuple(one) for one in text['not_judged']] + [
        (name, clean(results.sentence(results.unjudged[name]) or
                     'what this check needs is not known'))
        for name in required if name in results.unjudged]
    failed = results.failed.union(
        (name for names, _, _ in faults for name in names),
        (name for name, _ in not_judged))
    points = scores.points(weights, failed)
    cost = payer(points)
    return {
        'file': TASKS[task].file,
        'score': scores.score(weights, failed),
        'faults': [{'check': names[0], 'sentence': sentence, 'line': line,
                    'cost': cost(names)} for names, sentence, line in faults],
        'not_judged': [{'check': name, 'because': because,
                        'cost': cost([name])} for name, because in not_judged],
        # What the file's text has is not told beside a fault either.
        'advice': advice_of(text, results, required) * (not faults),
        'checks': points}


def in_order(lines, order):
    """Gives the lines of the models in the order in which they are returned

    Args:
        lines: dict, see source.lines.lines_of.
        order: list of int, the places of encoder, decoder and auto.
    """
    return dict(lines, **{side: lines.get(SIDES[place])
                          for side, place in zip(SIDES, order)})


def payer(points):
    """Makes the function that tells what a fault costs

    Args:
        points: dict from the names of checks to pairs of points, earned and
            possible.

    Returns:
        function of a list of names, which gives what they cost together,
        where no earlier fault has cost it.
    """
    unpaid = {name: possible for name, (earned, possible) in points.items()
              if not earned}
    return lambda names: round(sum(unpaid.pop(name, 0) for name in names), 1)


def advice_of(text, results, required):
    """Lists the advice for a file, see verdict"""
    found = [tuple(one) for one in text['advice']] + [
        (name, clean(str(fault))) for name, faults in results.faults.items()
        if name not in required for fault in faults]
    return [{'check': name, 'sentence': sentence}
            for name, sentence in sorted(found)]


def judge_task(task, text, runner, options, tell):
    """Judges one file

    Args:
        task: int.
        text: dict, see examination.collected.
        runner: Runner.
        options: argparse.Namespace, see judge.
        tell: function of a file's name and a sentence.

    Returns:
        dict, as docs/grading.md says of a file.
    """
    began, file = time.monotonic(), TASKS[task].file
    for _, sentence, _ in text['faults'][:1]:
        tell(file, sentence)
    solution = Solution(task, text, runner, options)
    results = judge_file(solution, text,
                         lambda fault: tell(file, clean(str(fault))))
    solution.close()
    text = dict(text, lines=in_order(text['lines'], solution.order))
    return dict(verdict(task, text, results, options.weights[task]),
                seconds=round(time.monotonic() - began, 2))


def judge(submission, options, tell=lambda file, sentence: None):
    """Judges a submission

    Args:
        submission: submissions.Submission.
        options: argparse.Namespace: `runtime`, `python`, `seed`,
            `task_seconds`, `task_memory`, `cage`, `weights`; `tasks`, list of
            int, those to judge; `before`, dict from some of them to what the
            last round found, see rounds; `threads`, int, how many at a time.
        tell: function of a file's name and a sentence, called for each fault
            as soon as it is found, by several threads.

    Returns:
        dict, as docs/grading.md says; and 'normal', see likeness.
    """
    cage.adopt()
    texts, judged, kind = judge_files(submission, options, tell)
    tasks = [judged[task] if task in judged else
             dict(options.before[task][0], kept=True)
             for task in options.tasks]
    if not submission.readme:
        tasks[0]['advice'].append({
            'check': 'readme', 'sentence': 'the folder has no README.md, '
            'which the exercise asks for'})
    return {
        'submission': submission.name,
        'score': round(sum(task['score'] for task in tasks) / len(tasks), 1),
        'tasks': tasks,
        'files': {name: submissions.sha256(file)
                  for name, file in submission.files.items()},
        'same_as': [], 'runtime': options.runtime, 'seed': options.seed,
        'cage': kind,
        'normal': {TASKS[task].file: texts[task]['normal'] if task in texts
                   else options.before[task][1] for task in options.tasks}}


def judge_files(submission, options, tell):
    """Judges those of the files that the last round did not, see judge

    Args:
        submission: submissions.Submission.
        options: argparse.Namespace.
        tell: function of a file's name and a sentence.

    Returns:
        dicts from task to what its text says, see examination.examine, and
        to what is said of it, see verdict; str, the kind of cage.
    """
    # They fork, which is safe only while there are no threads yet.
    begun = {task: examination.begun(submission.files[TASKS[task].file],
                                     TASKS[task].parameters)
             for task in options.tasks if task not in options.before}
    runner = Runner(submission, options)
    # Without a cage a file could end the runner that others use.
    threads = options.threads if runner.kind != 'none' else 1
    pool = futures.ThreadPoolExecutor(max_workers=threads)
    try:
        if any(process for _, process in begun.values()):
            # TensorFlow is imported while the texts are examined.
            runner.start()
        texts = {task: examination.collected(begun[task])
                 for task in sorted(begun)}
        judged = dict(zip(texts, pool.map(lambda task: judge_task(
            task, texts[task], runner, options, tell), texts)))
    finally:
        runner.stop()
        pool.shutdown()
        runner.close()
    return texts, judged, runner.kind
