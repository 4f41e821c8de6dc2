#!/usr/bin/env python3
"""What the long tests share: the figures that the last lines show"""

import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)


def pytest_configure(config):
    """Makes the list of figures"""
    config.figures = []


@pytest.fixture
def tell(request):
    """Gives a function that adds a figure to the last lines

    Returns:
        function of name and value, both str: what was counted, the count.
    """
    def add(name, value):
        """Adds a figure"""
        request.config.figures.append('{}: {}'.format(name, value))
    return add


def pytest_terminal_summary(terminalreporter, config):
    """Prints the figures"""
    if config.figures:
        terminalreporter.section('figures')
        for line in config.figures:
            terminalreporter.write_line(line)
