#!/usr/bin/env python3
"""The README's tables of results, made from what results.json keeps

In Python 3.5's syntax, since the tests compare the README with this on
every runtime.
"""

import json
import re
import statistics

BEGIN, END = '<!-- make results: -->\n', '<!-- until here -->\n'
TITLES = ('Task 0, vanilla', 'Task 1, sparse', 'Task 2, convolutional',
          'Task 3, variational')
# The columns: which page's or runtime's numbers stand in them.
COLUMNS = (("the page", 'pages', 'page'),
           ("ours, TF 1.12", 'ours', 'page'),
           ("the later page", 'pages', 'later page'),
           ("ours, TF 2.15", 'ours', 'tf2.15'),
           ("ours, newest", 'ours', 'newest'))


def dumps(results):
    """Formats results as JSON, a list of numbers on one line

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, the text of a file.
    """
    text = json.dumps(results, indent=1, sort_keys=True)
    return re.sub(r'\[[^][{}]*\]', lambda found: re.sub(
        r'\s+', ' ', found.group()).replace('[ ', '[').replace(' ]', ']'),
        text) + '\n'


def insert(readme, text):
    """Puts text between the marks of a README

    Args:
        readme: str, the README.
        text: str, what comes instead of what is there.

    Returns:
        str, the README with it.
    """
    before, rest = readme.split(BEGIN)
    return before + BEGIN + '\n' + text + '\n' + END + rest.split(END)[1]


def extract(readme):
    """Gives what is between the marks of a README, as insert put it there"""
    return readme.split(BEGIN)[1].split(END)[0][1:-1]


def tables(results, pages):
    """Formats all tables

    Args:
        results: dict, what is kept, by runtime.
        pages: dict, what the page and the later page print.

    Returns:
        str, Markdown.
    """
    parts = [table_of_task(task, results, pages) for task in range(4)]
    parts += [table_of_seeds(results), table_of_lambthas(results)]
    return '\n'.join(parts)


def scale_of(task, name):
    """Tells by what a loss has to be divided to be a mean over pixels

    Args:
        task: int, 0 to 3.
        name: str, a runtime or a page.

    Returns:
        int: TensorFlow 1.12 prints the loss of task 2 times the batch size.
    """
    return 256 if task == 2 and name == 'page' else 1


def losses(kept, epoch):
    """Formats the losses after an epoch, empty if there are none"""
    pair = None
    if 'epochs' in kept:
        pair = kept['epochs'].get(str(epoch))
    elif epoch <= len(kept.get('loss', ())):
        pair = kept['loss'][epoch - 1], kept['val_loss'][epoch - 1]
    if pair is None:
        return ''
    return '{0:.{2}f} / {1:.{2}f}'.format(
        pair[0], pair[1], 4 if pair[0] < 1 else 2)


def printed(kept):
    """Formats what a main prints last: a mean, or task 3's deviations"""
    numbers = [float(number) for number in re.findall(
        r'-?\d+\.\d*(?:e-?\d+)?',
        ' '.join(kept.get('printed', ())))]
    if not numbers:
        return ''
    if len(numbers) == 40:
        # Twenty means, then twenty deviations.
        numbers = numbers[20:]
    return '{:.3g}'.format(statistics.mean(numbers))


def table_of_task(task, results, pages):
    """Formats the losses of a task, page beside ours

    Args:
        task: int, 0 to 3.
        results: dict, what is kept, by runtime.
        pages: dict, what the page and the later page print.

    Returns:
        str, a Markdown table below its title.
    """
    kept = [(pages[name].get(str(task), {}) if source == 'pages' else
             results.get(name, {}).get('task {}'.format(task), {}))
            for _, source, name in COLUMNS]
    epochs = sorted(set(map(int, pages['page'][str(task)]['epochs'])) |
                    set(map(int, pages['later page'][str(task)]['epochs'])))
    lines = ['**{}**, loss / validation loss'.format(TITLES[task]), '',
             '| epoch | {} |'.format(' | '.join(
                 title for title, _, _ in COLUMNS)),
             '|' + '---|' * (len(COLUMNS) + 1)]
    for epoch in epochs:
        lines.append('| {} | {} |'.format(
            epoch, ' | '.join(losses(each, epoch) for each in kept)))
    lines.append('| {} | {} |'.format(
        'mean deviation printed' if task == 3 else 'printed',
        ' | '.join(map(printed, kept))))
    return '\n'.join(lines) + '\n'


def table_of_seeds(results):
    """Formats how the last validation loss varies with the seed

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, a Markdown table.
    """
    lines = ['**Five seeds**, last validation loss on the newest', '',
             '| task | seeds 0 to 4 | mean | standard deviation |',
             '|---|---|---|---|']
    for task in (0, 3):
        name = 'task {}'.format(task)
        runs = [kept['val_loss'][-1]
                for run, kept in sorted(results.get('newest', {}).items())
                if run == name or run.startswith(name + ', seed')]
        if len(runs) > 1:
            digits = 4 if runs[0] < 1 else 2
            lines.append('| {0} | {1} | {2:.{4}f} | {3:.2g} |'.format(
                task, ', '.join('{:.{}f}'.format(run, digits)
                                for run in runs),
                statistics.mean(runs), statistics.stdev(runs), digits))
    return '\n'.join(lines) + '\n'


def lambthas(results):
    """Lists the runs with different lambthas, in order

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        list of (lambtha, val_loss, mean, zeros), floats: the weight, the
        last validation loss, the mean and the fraction of zeros of the
        latent values.
    """
    rows = []
    for run, kept in results.get('newest', {}).items():
        if run.startswith('lambtha '):
            code = json.loads(kept['printed'][-1])
            rows.append((float(run.split()[1]), kept['val_loss'][-1],
                         code['mean'], code['zeros']))
    return sorted(rows)


def table_of_lambthas(results):
    """Formats what lambtha does on the newest Keras

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, a Markdown table.
    """
    lines = ['**What `lambtha` does** on the newest, 100 epochs', '',
             '| lambtha | validation loss | mean latent value | zeros |',
             '|---|---|---|---|']
    for row in lambthas(results):
        lines.append('| {:g} | {:.4f} | {:.3g} | {:.0%} |'.format(*row))
    return '\n'.join(lines)
