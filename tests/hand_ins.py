#!/usr/bin/env python3
"""A class whose members hand in as students do, over all sorts of platforms

What the platforms do to names is written down here after their documentation,
not after the grader.
"""

import io
import os
import tarfile
import zipfile

FILES = ('0-vanilla.py', '1-sparse.py', '2-convolutional.py',
         '3-variational.py')
NAMES = (
    'Ada Ames', 'Ben Bauer', 'Carla Conti', 'Dan Diaz', 'Eva Engel',
    'Fritz Funk', 'Gina Greco', 'Hugo Haas', 'Ines Ito', 'Jan Jung',
    'Kim Koch', 'Lena Lind', 'Max Moor', 'Nora Nagy', 'Otto Ohm',
    'Pia Paz', 'Quinn Quast', 'Rosa Ruiz', 'Sam Sato', 'Tina Tan',
    'Udo Ulm', 'Vera Voss', 'Will Wang', 'Xenia Xu', 'Yann York')


def write(folder, contents, ending=''):
    """Writes files into a folder, executable ones

    Args:
        folder: pathlib.Path, made if need be.
        contents: dict from a path in it to bytes.
        ending: str, which every name gets before .py.
    """
    for name, content in contents.items():
        path = folder / (name[:-3] + ending + '.py' if ending else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755)


def zipped(contents, system=3, mode=0o100755):
    """Packs files

    Args:
        contents: dict from a path to bytes.
        system: int, the system that has made the zip: 3 for Unix.
        mode: int, that of every file.

    Returns:
        bytes, a zip.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            info = zipfile.ZipInfo(name)
            info.create_system = system
            info.external_attr = mode << 16 if system == 3 else 0x20
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return stream.getvalue()


def tarred(contents, packed='gz'):
    """Packs files into a tar; see zipped"""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode='w:' + packed) as archive:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o755
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def below(folder, contents):
    """Puts files into a folder; returns a dict of the same form"""
    return {folder + '/' + name: content
            for name, content in contents.items()}


def make(folder, contents):
    """Makes a class of 45: all have handed in the same four files, or nothing

    Args:
        folder: pathlib.Path, which is made.
        contents: dict from each of the four names to bytes.

    Returns:
        dict from what a hand-in is called to None, where the four files must
        be found, else to a word of why it cannot be graded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    waiting, expected = list(NAMES) + [
        name.split()[1] + ' ' + name.split()[0] for name in NAMES[:20]], {}

    def next_name(why=None, form='{}'):
        """Takes a name off the list, and expects it in the report"""
        name = waiting.pop(0)
        shown = form.format(name.replace(' ', '').lower() if 'low' in form
                            else name).replace('low:', '')
        expected[shown] = why
        return shown

    def last(count):
        """Counts up, as platforms number files"""
        return 90000 + 7 * len(waiting) + count

    # A clone, as GitHub Classroom's teachers have: the exercise's own place.
    for place in ('unsupervised_learning/autoencoders',
                  'unsupervised_learning/0x04-autoencoders', 'src', ''):
        own = folder / next_name(form='autoencoders-low:{}')
        write(own / place, contents)
        (own / '.git').mkdir()
        (own / '.git' / 'HEAD').write_text('ref: refs/heads/main\n')
        write(own, {'README.md': b'# Autoencoders\n'})
    # A folder for each, of the same names as asked for, or nearly.
    for ending in ('', ' (1)', ' - Kopie', '-1', ' copy', '(2)'):
        write(folder / next_name(), contents, ending)
    for change in (lambda name: name.replace('-', '_'),
                   lambda name: name.replace('-', ' '),
                   lambda name: name.title().replace('.Py', '.py'),
                   lambda name: name + '.txt', lambda name: name[2:]):
        write(folder / next_name(), {
            change(name): content for name, content in contents.items()})
    # Moodle's folders, and what it does without them.
    for index in range(3):
        name = next_name(form='{}_4711%d' % index)
        write(folder / (name + '_assignsubmission_file_'), below(
            'work/autoencoders', contents) if index else contents)
        write(folder / (name + '_assignsubmission_onlinetext_'),
              {'onlinetext.html': b'<p>My four files</p>'})
    name = next_name(form='{}_47115')
    write(folder, {name + '_assignsubmission_file_' + file: content
                   for file, content in contents.items()})
    # Canvas: each file has a number of its own; some were late.
    for late in ('', '_LATE'):
        name = next_name(form='low:{}_81%d' % len(late))
        who, number = name.split('_')
        write(folder, {'{}{}_{}_{}_{}'.format(who, late, number, last(
            index), file): content for index, (file, content)
            in enumerate(contents.items())})
    name = next_name(form='low:{}_12345')
    write(folder, {name + '_' + file: content
                   for file, content in contents.items()})
    name = next_name(form='low:{}_816')
    write(folder, {name + '_90001_work.zip': zipped(contents)})
    # Blackboard: two attempts, of which the last counts, and a text of each.
    name = next_name(form='Homework 4_low:{}')
    for date, text in (('2022-08-25-10-00-00', b'x = 1\n'),
                       ('2022-08-26-23-59-59', b'')):
        begin = '{}_attempt_{}'.format(name, date)
        write(folder, {begin + '.txt': b'Name: somebody\n'})
        write(folder, {begin + '_' + file: text or content
                       for file, content in contents.items()})
    # Gradescope's export has a list beside the folders.
    for index in range(2):
        name = 'submission_2468{}'.format(index)
        waiting.pop(0)
        expected[name] = None
        write(folder / name, contents)
    (folder / 'submission_metadata.yml').write_text(':id: 1\n')
    # Google Classroom.
    name = next_name()
    write(folder, {name + ' - ' + file: content
                   for file, content in contents.items()})
    # Brightspace.
    name = next_name(form='{}_47-11')
    who = name.split('_')[0]
    write(folder / '47-11 - {} - 26 August 2022 1159 PM'.format(who),
          contents)
    # Archives, as they come out of a mouse's menu.
    mac = dict(below('homework', contents), **{
        '__MACOSX/homework/._' + file: b'\0\5\26\7' for file in contents})
    windows = zipped({'homework\\' + file: content for file, content
                      in contents.items()}, 0)
    for name, content in (('.zip', zipped(mac)), ('.zip', windows),
                          ('.tar.gz', tarred(below('./a/b', contents))),
                          ('.tgz', tarred(contents)),
                          ('.tar.xz', tarred(contents, 'xz')),
                          ('.zip', zipped({'all.tar.gz': tarred(contents)}))):
        (folder / (next_name() + name)).write_bytes(content)
    write(folder / next_name(), {'work.zip': zipped(contents)})
    # What nobody could grade.
    (folder / next_name('it is empty')).mkdir()
    write(folder / next_name('report.pdf'), {'report.pdf': b'%PDF'})
    os.symlink(str(folder / 'Eva Engel'), str(folder / next_name('a link')))
    (folder / (next_name('damaged') + '.zip')).write_bytes(
        zipped(contents)[:500])
    write(folder / next_name('two files may be'), dict(
        below('v1', contents), **below('v2', dict.fromkeys(contents, b'x'))))
    assert len(expected) + len(waiting) == 45
    for name in waiting:
        expected[name] = None
        write(folder / name, contents)
    return expected
