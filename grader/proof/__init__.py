#!/usr/bin/env python3
"""Proves that the grader judges well, by wrong and by right solutions"""
