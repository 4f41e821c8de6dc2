#!/usr/bin/env python3
"""The long tests, which `make test-long` runs"""
