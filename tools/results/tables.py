#!/usr/bin/env python3
"""The tables of docs/results.md, made from what results.json keeps

In Python 3.5's syntax, since the tests compare the file with this on every
runtime.
"""

import json
import re
import statistics

TITLES = ('Task 0, vanilla', 'Task 1, sparse', 'Task 2, convolutional',
          'Task 3, variational')
# The columns: which edition's or runtime's numbers stand in them.
COLUMNS = (('exercise', 'editions', 'exercise'),
           ('ours, TF 1.12', 'ours', 'page'),
           ('later edition', 'editions', 'later edition'),
           ('ours, TF 2.15', 'ours', 'tf2.15'),
           ('ours, newest', 'ours', 'newest'))

# Public examples: where, the name of our run, the layers, after how many
# epochs, and the loss for test images that is told of there, if any.
EXAMPLES = (
    ('[pytorch/examples](https://github.com/pytorch/examples/tree/main/vae)',
     'pytorch', '784-400-20', 7, '106.66'),
    ('', 'pytorch', '', 10, 'about 105.7'),
    ('[flax](https://github.com/google/flax/tree/main/examples/vae)',
     'flax', '784-500-20', 10, 'around 104'),
    ('', 'flax', '', 30, ''))


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


def tables(results, editions):
    """Formats all tables

    Args:
        results: dict, what is kept, by runtime.
        editions: dict, what the exercise and its later edition print.

    Returns:
        str, Markdown.
    """
    parts = [table_of_task(task, results, editions) for task in range(4)]
    parts += [table_of_seeds(results), table_of_lambthas(results),
              table_of_fault(results, editions), table_of_betas(results),
              table_of_examples(results), table_of_linear(results)]
    return '\n\n'.join(parts)


def scale_of(task, name):
    """Tells by what a loss has to be divided to be a mean over pixels

    Args:
        task: int, 0 to 3.
        name: str, a runtime or an edition.

    Returns:
        int: TensorFlow 1.12 prints the loss of task 2 times the batch size.
    """
    return 256 if task == 2 and name in ('page', 'exercise') else 1


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


def numbers(kept):
    """Reads the numbers that a main prints last

    Args:
        kept: dict, what is kept of a run or known of an edition.

    Returns:
        list of float: a mean, or task 3's twenty means, which of an edition
        may be missing, and twenty deviations.
    """
    return [float(number) for number in re.findall(
        r'-?\d+\.\d*(?:e[-+]?\d+)?', ' '.join(kept.get('printed', ())))]


def printed(kept):
    """Formats the mean that a main prints, or the mean of its deviations"""
    known = numbers(kept)[-20:]
    return '{:#.3g}'.format(statistics.mean(known)) if known else ''


def means(kept):
    """Formats between what values task 3's means lie"""
    known = kept.get('means') or numbers(kept)[:-20]
    return '{:.2g} to {:.2g}'.format(min(known), max(known)) if known else ''


def measured(kept):
    """Formats when a run was, and of what code, empty if it was not ours"""
    return '{date} at {commit}'.format(**kept) if 'date' in kept else ''


def table_of_task(task, results, editions):
    """Formats the losses of a task, those of the exercise beside ours

    Args:
        task: int, 0 to 3.
        results: dict, what is kept, by runtime.
        editions: dict, what the exercise and its later edition print.

    Returns:
        str, a Markdown table below its title.
    """
    kept = [(editions[name][str(task)] if source == 'editions' else
             results.get(name, {}).get('task {}'.format(task), {}))
            for _, source, name in COLUMNS]
    epochs = {int(epoch) for edition in editions.values()
              for epoch in edition[str(task)]['epochs']}
    rows = [(epoch, [losses(each, epoch) for each in kept])
            for epoch in sorted(epochs)]
    if task == 3:
        rows += [('means printed', map(means, kept)),
                 ('mean deviation printed', map(printed, kept))]
    else:
        rows += [('printed', map(printed, kept))]
    rows += [('measured', map(measured, kept))]
    lines = ['**{}**, loss / validation loss'.format(TITLES[task]), '',
             '| epoch | {} |'.format(' | '.join(
                 title for title, _, _ in COLUMNS)),
             '|' + '---|' * (len(COLUMNS) + 1)]
    lines += ['| {} | {} |'.format(name, ' | '.join(cells))
              for name, cells in rows]
    return '\n'.join(lines)


def table_of_seeds(results):
    """Formats how the last validation loss varies with the seed

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, a Markdown table.
    """
    lines = ['**Five seeds**, last validation loss on the newest', '',
             '| task | seeds 0 to 4 | mean | standard deviation | measured |',
             '|---|---|---|---|---|']
    for task in (0, 3):
        name = 'task {}'.format(task)
        runs = [kept
                for run, kept in sorted(results.get('newest', {}).items())
                if run == name or run.startswith(name + ', seed')]
        last = [kept['val_loss'][-1] for kept in runs]
        if len(runs) > 1:
            digits = 4 if last[0] < 1 else 2
            lines.append('| {0} | {1} | {2:.{5}f} | {3:.2g} | {4} |'.format(
                task, ', '.join('{:.{}f}'.format(loss, digits)
                                for loss in last),
                statistics.mean(last), statistics.stdev(last),
                ', '.join(sorted(set(map(measured, runs)))), digits))
    return '\n'.join(lines)


def lambthas(results):
    """Lists the runs with different lambthas, in order

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        list of (lambtha, val_loss, mean, zeros, measured), floats and a str:
        the weight, the last validation loss, the mean and the fraction of
        zeros of the latent values; when, and of what code.
    """
    rows = []
    for run, kept in results.get('newest', {}).items():
        if run.startswith('lambtha '):
            code = json.loads(kept['printed'][-1])
            rows.append((float(run.split()[1]), kept['val_loss'][-1],
                         code['mean'], code['zeros'], measured(kept)))
    return sorted(rows)


def table_of_lambthas(results):
    """Formats what lambtha does on the newest Keras

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, a Markdown table.
    """
    lines = ['**What `lambtha` does** on the newest, 100 epochs', '',
             '| lambtha | validation loss | mean latent value | zeros | '
             'measured |', '|---|---|---|---|---|']
    for row in lambthas(results):
        lines.append('| {:g} | {:.4f} | {:.3g} | {:.0%} | {} |'.format(*row))
    return '\n'.join(lines)


def table_of_fault(results, editions):
    """Formats what shows that the decoder is given the log variance

    Args:
        results: dict, what is kept, by runtime.
        editions: dict, what the exercise and its later edition print.

    Returns:
        str, a Markdown table.
    """
    newest = results.get('newest', {})
    lines = ['**Task 3 with and without a fault**, 50 epochs', '',
             '| | loss / validation loss | means printed | mean deviation '
             'printed | measured |', '|---|---|---|---|---|']
    for name, kept in (
            ('exercise', editions['exercise']['3']),
            ('ours, newest', newest.get('task 3', {})),
            ('later edition', editions['later edition']['3']),
            ('ours, newest, with the fault', newest.get('fault', {}))):
        lines.append('| {} | {} | {} | {} | {} |'.format(
            name, losses(kept, 50), means(kept), printed(kept),
            measured(kept)))
    return '\n'.join(lines)


def table_of_betas(results):
    """Formats what beta, the weight of the KL divergence, does

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, a Markdown table.
    """
    lines = ['**Task 3 with its KL divergence times beta** on the newest, 10 '
             'epochs, nats per test image', '',
             '| beta | reconstruction | KL divergence | measured |',
             '|---|---|---|---|']
    for run, kept in sorted(results.get('newest', {}).items()):
        if run.startswith('beta '):
            terms = json.loads(kept['printed'][-1])
            lines.append('| {} | {:.2f} | {:.2f} | {} |'.format(
                run.split()[1], terms['reconstruction'],
                terms['divergence'], measured(kept)))
    return '\n'.join(lines)


def table_of_examples(results):
    """Formats task 3 in the sizes of public examples, beside their losses

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, a Markdown table.
    """
    lines = ['**Task 3 in the sizes of public examples** on the newest, '
             'batches of 128, validation loss', '',
             '| example | layers | epochs | theirs | ours | measured |',
             '|---|---|---|---|---|---|']
    for place, run, layers, epochs, theirs in EXAMPLES:
        kept = results.get('newest', {}).get(run)
        if kept:
            lines.append('| {} | {} | {} | {} | {:.2f} | {} |'.format(
                place, layers, epochs, theirs, kept['val_loss'][epochs - 1],
                measured(kept)))
    return '\n'.join(lines)


def table_of_linear(results):
    """Formats a linear autoencoder beside PCA and task 0

    Args:
        results: dict, what is kept, by runtime.

    Returns:
        str, a Markdown table.
    """
    lines = ['**32 numbers of an image** on the newest, 50 epochs, mean '
             'squared error of a pixel', '',
             '| PCA | linear autoencoder | task 0 | measured |',
             '|---|---|---|---|']
    kept = results.get('newest', {}).get('linear')
    if kept:
        errors = json.loads(kept['printed'][-1])
        lines.append('| {:.5f} | {:.5f} | {:.5f} | {} |'.format(
            errors['PCA'], errors['linear'], errors['task 0'],
            measured(kept)))
    return '\n'.join(lines)
