#!/usr/bin/env python3
"""The memory that there is, and whether the kernel has ended for its lack

A control group, as a container is one, may have less than the machine. Not
every system tells; then there is no limit, and nothing was ended.
"""

import os
import re

# What a judge and its runner take in all for right files, on any runtime.
NEED = 600 * 2 ** 20
# Mounts of control groups, of the second and the first version; in each the
# files of the limit, of what is in use, of the kernel's kills, and the name
# in memory.stat of what is in use but could be given back.
GROUPS = (
    ('/sys/fs/cgroup', r'0::(.*)', 'memory.max', 'memory.current',
     'memory.events', 'inactive_file'),
    ('/sys/fs/cgroup/memory', r'\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)',
     'memory.limit_in_bytes', 'memory.usage_in_bytes', 'memory.oom_control',
     'total_inactive_file'))
CAUSE = 'too little memory: the kernel ended it, though nothing else was ' \
    'graded at the time; grade it where {:.1f} GiB are free'.format(
        NEED / 2 ** 30)


def read(*path):
    """Reads a file of the kernel; empty if there is none"""
    try:
        with open(os.path.join(*path)) as file:
            return file.read()
    except OSError:
        return ''


def number(name, text):
    """Finds the number that stands after a name, None if it is not there"""
    found = re.search(r'(?m)^{}:?\s+(\d+)'.format(re.escape(name)), text)
    return found and int(found.group(1))


def groups():
    """Lists the folders of this process's control groups

    Returns:
        list of (str, tuple): a folder, and its row of GROUPS.
    """
    found = []
    for row in GROUPS:
        own = re.search('(?m)^{}$'.format(row[1]), read('/proc/self/cgroup'))
        path = own.group(1).strip('/') if own else ''
        # In a container its own group may be the root, by another name.
        while True:
            found.append((os.path.join(row[0], path), row))
            if not path:
                break
            path = os.path.dirname(path)
    return found


def available():
    """Computes how many bytes are free; None if the system does not tell"""
    machine = number('MemAvailable', read('/proc/meminfo'))
    free = [] if machine is None else [1024 * machine]
    for folder, (_, _, limit, usage, _, spare) in groups():
        most, used = read(folder, limit).strip(), read(folder, usage).strip()
        if most.isdigit() and used.isdigit():
            free.append(int(most) - int(used) + (
                number(spare, read(folder, 'memory.stat')) or 0))
    return min(free, default=None)


def jobs(most, gibibytes):
    """Computes how many submissions fit in memory at a time

    Args:
        most: int, how many are wanted.
        gibibytes: float, the memory that each file may have.

    Returns:
        int, at least 1.
    """
    free = available()
    if free is None:
        return most
    return max(1, min(most, int(free // min(NEED, gibibytes * 2 ** 30))))


def kills():
    """Counts the processes that the kernel has ended for lack of memory

    Those of the own control group, if it counts them; else the machine's.
    """
    for folder, row in groups():
        count = number('oom_kill', read(folder, row[4]))
        if count is not None:
            return count
    return number('oom_kill', read('/proc/vmstat')) or 0


def offer():
    """Has the kernel end this process and its children before others"""
    try:
        with open('/proc/self/oom_score_adj', 'w') as file:
            file.write('800')
    except OSError:
        # macOS, or a container that does not let it.
        pass
