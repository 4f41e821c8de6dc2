#!/usr/bin/env python3
"""The quick tests, which `pytest` runs; the folder slow has the long ones

support has what they share; conftest the fixtures.
"""
