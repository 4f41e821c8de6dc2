#!/usr/bin/env python3
"""Prints the path of this Python, if the pinned TensorFlow has a wheel for it

The arguments are modules that it must have as well. The Makefile asks so each
Python that it finds, with none of our packages.
"""

import importlib.util
import platform
import sys


def has_wheel():
    """Tells whether TensorFlow has a wheel for this Python on this machine

    Returns:
        bool.
    """
    last = (3, 13)
    if sys.platform == 'darwin' and platform.machine() == 'x86_64':
        # Intel Macs get the last TensorFlow that was built for them.
        right, last = True, (3, 12)
    elif sys.platform == 'darwin':
        right = numbers(platform.mac_ver()[0]) >= [12]
    else:
        library, version = platform.libc_ver()
        right = (platform.machine() in ('x86_64', 'aarch64') and
                 sys.maxsize > 2**32 and
                 library == 'glibc' and numbers(version) >= [2, 27])
    # TensorFlow has none for PyPy, nor for a Python without the global lock.
    return (right and (3, 10) <= sys.version_info[:2] <= last and
            sys.implementation.name == 'cpython' and 't' not in sys.abiflags)


def numbers(version):
    """Makes a version comparable

    Args:
        version: str, numbers with points between.

    Returns:
        list of int.
    """
    return list(map(int, version.split('.')))


if __name__ == '__main__':
    if has_wheel() and all(map(importlib.util.find_spec, sys.argv[1:])):
        # Of an environment, what it was made from: that stays.
        print(sys._base_executable)
