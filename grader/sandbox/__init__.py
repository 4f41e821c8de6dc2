#!/usr/bin/env python3
"""Runs the files of a submission where they can do no harm

remote: starts the runner and talks with it.
runner: runs the files and answers questions; it gives no verdict. methods:
how it calls those of a model that train.
protocol: how the two talk; answers: what an answer must hold.
cage: starts the runner where it can do no harm.
confine: what the runner's processes do to themselves for that.
"""
