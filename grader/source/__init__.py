#!/usr/bin/env python3
"""Examines the text of a file without running it"""
