#!/usr/bin/env python3
"""The long tests, which `make torture` runs"""
