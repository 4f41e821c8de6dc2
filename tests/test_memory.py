#!/usr/bin/env python3
"""The memory that the grader thinks there is: machine and control groups"""

import os

import pytest

from grader import memory

GIB = 2 ** 30


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Gives a function that writes what the kernel says: path, text"""
    def write(path, text):
        """Writes a file of the kernel"""
        place = tmp_path / path.strip('/')
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def read(*path):
        """Reads one of those"""
        place = tmp_path / os.path.join(*path).strip('/')
        return place.read_text() if place.is_file() else ''
    monkeypatch.setattr(memory, 'read', read)
    return write


def test_machine(kernel):
    """Without a control group it is what the machine has to spare"""
    assert memory.available() is None
    assert memory.jobs(64, 4) == 64
    kernel('/proc/meminfo', 'MemTotal: 9 kB\nMemAvailable:  2097152 kB\n')
    assert memory.available() == 2 * GIB
    assert memory.jobs(64, 4) == 2 * GIB // memory.NEED
    # A file that may take less does not take more.
    assert memory.jobs(64, 0.25) == 8
    assert memory.jobs(2, 4) == 2
    kernel('/proc/meminfo', 'MemAvailable: 0 kB\n')
    assert memory.jobs(64, 4) == 1


@pytest.mark.parametrize('group, folder, files', [
    ('0::/a/b', 'sys/fs/cgroup/a', ('max', 'current', 'inactive_file')),
    ('0::/elsewhere', 'sys/fs/cgroup', ('max', 'current', 'inactive_file')),
    ('3:cpu:/\n4:memory:/a/b', 'sys/fs/cgroup/memory/a/b',
     ('limit_in_bytes', 'usage_in_bytes', 'total_inactive_file')),
    ('4:cpu,memory:/x', 'sys/fs/cgroup/memory',
     ('limit_in_bytes', 'usage_in_bytes', 'total_inactive_file'))])
def test_control_group(group, folder, files, kernel):
    """The tightest limit of a control group and of those above it counts"""
    most, usage, spare = files
    kernel('/proc/meminfo', 'MemAvailable: 99999999 kB\n')
    kernel('/proc/self/cgroup', group + '\n')
    kernel('sys/fs/cgroup/a/b/memory.max', 'max\n')
    kernel(folder + '/memory.' + most, '%d\n' % (3 * GIB))
    kernel(folder + '/memory.' + usage, '%d\n' % (2 * GIB))
    kernel(folder + '/memory.stat', 'anon 5\n%s %d\n' % (spare, GIB))
    assert memory.available() == 2 * GIB


@pytest.mark.parametrize('files, count', [
    ({}, 0), ({'proc/vmstat': 'pgfault 9\noom_kill 3\n'}, 3),
    ({'proc/vmstat': 'oom_kill 3\n', 'proc/self/cgroup': '0::/a\n',
      'sys/fs/cgroup/a/memory.events': 'oom 7\noom_kill 4\n'}, 4),
    ({'proc/self/cgroup': '4:memory:/a\n',
      'sys/fs/cgroup/memory/a/memory.oom_control':
          'oom_kill_disable 0\nunder_oom 0\noom_kill 5\n'}, 5)])
def test_kills(files, count, kernel):
    """The kernel's kills are those of the own group, where it counts them"""
    for path, text in files.items():
        kernel(path, text)
    assert memory.kills() == count
