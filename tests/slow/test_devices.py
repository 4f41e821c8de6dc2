#!/usr/bin/env python3
"""All tasks built for two devices train to the losses of one

Two logical processors, two processes that are each a worker, and two devices
of JAX; tests/devices.py trains them.
"""

import contextlib
import functools
import importlib.util
import json
import socket
import sys

import pytest

from tests import devices
from tests.support import TASKS
from tools.matrix import find_python

WAYS = {'mirrored': ('newest', 'tensorflow'), 'workers': ('tf2.15', None),
        'parallel': ('jax', 'jax')}


def python_of(runtime):
    """Finds the Python of a runtime, this one if it will do"""
    if runtime == 'jax' and importlib.util.find_spec('jax'):
        return sys.executable
    return find_python(runtime)


def cluster():
    """Makes the environments of two workers on this machine alone

    Returns:
        list of two dict, with free ports of the loopback in TF_CONFIG.
    """
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(
            ('127.0.0.1', 0))) for _ in range(2)]
        workers = [f'127.0.0.1:{each.getsockname()[1]}' for each in sockets]
    return [{'TF_CONFIG': json.dumps({
        'cluster': {'worker': workers},
        'task': {'type': 'worker', 'index': index}})} for index in range(2)]


@functools.cache
def trained(way):
    """Trains every task in one way and on one device

    Returns:
        tuple: for each process the losses by task; those of one device.
    """
    runtime, backend = WAYS[way]
    python = python_of(runtime)
    environments = cluster() if way == 'workers' else [{}]
    if backend:
        environments = [dict(environment, KERAS_BACKEND=backend)
                        for environment in environments]
    return (devices.start(way, TASKS, python, environments),
            devices.alone(TASKS, python, backend))


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('way', WAYS)
def test_two_devices_train_as_one(way, task, record_property):
    """The losses, with the penalty and the KL term, are those of one"""
    received, one = trained(way)
    largest = max(devices.difference(losses[str(task)], one[str(task)])
                  for losses in received)
    record_property(f'largest difference of losses, {way}, task {task}',
                    f'{largest:.1e}')
