#!/usr/bin/env python3
"""Runs the files of a submission where they can do no harm"""
