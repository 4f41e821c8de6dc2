#!/usr/bin/env python3
"""The exercise's numbers beside ours: trained, collected, tabled and drawn

`python -m tools.results` is the command; --help explains its options.
"""

import os

from common import ROOT

# What the runs leave, which is too much to keep.
OUTPUT = os.path.join(ROOT, 'output', 'results')
# Pictures of the explorers, which their long test takes in a browser.
SCREENSHOTS = os.path.join(ROOT, 'output', 'screenshots')
# What is kept of the runs.
RESULTS = os.path.join(ROOT, 'tools', 'results', 'results.json')
# What the exercise and its later edition print.
EXERCISE = os.path.join(ROOT, 'tools', 'results', 'exercise.json')
# For the task with an L1 penalty: none, the exercise's 10e-6, and that times
# 4, 16, 64, 256, 512 and 1024.
LAMBTHAS = ('0', '1e-05', '4e-05', '0.00016', '0.00064', '0.00256', '0.00512',
            '0.01024')
SEEDS = ('0', '1', '2', '3', '4')
# The weights of task 3's KL divergence; 784 is that of a reconstruction which
# is averaged over the pixels.
BETAS = ('0.1', '1', '10', '100', '784')
# Task 3 in the sizes of public examples: nodes, latent dimensions and epochs.
EXAMPLES = {'pytorch': ('400', '20', '10'), 'flax': ('500', '20', '30')}
