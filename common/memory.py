#!/usr/bin/env python3
"""How much memory is free, so that no main is ended for want of it"""

import contextlib
import os
import re

import numpy as np

from common import UserError

# What a training takes besides its images, and has not taken before them.
TRAINING = 2 ** 29
# Where Linux says which control groups a process is in, and their folder.
GROUPS, FOLDER = '/proc/self/cgroup', '/sys/fs/cgroup'
# Of both versions: the limits of a group, what it has taken, and the prefix of
# what is counted of all groups in it.
VERSIONS = {
    'memory': (('memory.limit_in_bytes',), 'memory.usage_in_bytes', 'total_'),
    '': (('memory.max', 'memory.high'), 'memory.current', '')}


def check_room(path, size):
    """Refuses arrays that the memory has no room for, before they are read

    Linux gives out more memory than it has, and ends who then uses it.

    Args:
        path: str, where they are from.
        size: int, bytes.

    Raises:
        UserError: if there is no room for them and for a training.
    """
    needed = size + TRAINING
    # The limit of a process shows when it is reached.
    with contextlib.suppress(MemoryError):
        np.empty(needed, np.uint8)
        if needed <= free_memory():
            return
    raise UserError('{}: must fit into the free memory, with {:.1f} GB for '
                    'the training. Received: {:.1f} GB'.format(
                        path, TRAINING / 1e9, size / 1e9))


def free_memory():
    """Computes how many bytes of memory this process can still get

    Returns:
        int, or infinity where the system does not say.
    """
    free = float('inf')
    # Only Linux has these files.
    with contextlib.suppress(OSError):
        with open('/proc/meminfo') as file:
            free = 1024 * sum(map(int, re.findall(
                r'^(?:MemAvailable|SwapFree):\s+(\d+)', file.read(), re.M)))
    with contextlib.suppress(OSError):
        with open(GROUPS) as file:
            groups = re.findall(r'^\d+:([^:]*):/(.*)$', file.read(), re.M)
        for kinds, group in groups:
            for kind in VERSIONS.keys() & kinds.split(','):
                # A limit of any group above counts; a container may not have
                # the folders of all, but that of its own as the uppermost.
                parts = [part for part in group.split('/') if part]
                free = min([free] + [
                    room_of(os.path.join(FOLDER, kind, *parts[:depth]),
                            *VERSIONS[kind])
                    for depth in range(len(parts) + 1)])
    return free


def room_of(group, limits, taken, prefix):
    """Computes how much a control group may still take

    Args:
        group: str, its folder.
        limits: tuple of str, the files of its limits.
        taken: str, the file of what its processes have taken.
        prefix: str, that of what is said of a whole group.

    Returns:
        int, or infinity where there is no limit.
    """
    room = float('inf')
    for limit in limits:
        # No number where there is no limit.
        with contextlib.suppress(OSError, ValueError):
            with open(os.path.join(group, limit)) as file:
                most = int(file.read())
            with open(os.path.join(group, taken)) as file:
                used = int(file.read())
            # Files that were read stay until something else needs the room.
            with open(os.path.join(group, 'memory.stat')) as file:
                cached = re.findall(r'^{}(?:in)?active_file (\d+)'.format(
                    prefix), file.read(), re.M)
            room = min(room, most - used + sum(map(int, cached)))
    return room
