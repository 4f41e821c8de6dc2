#!/usr/bin/env python3
"""The page's numbers beside ours: trained, collected, tabled and drawn

`python -m results` is the command; --help explains its options.
"""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What the runs leave, which is too much to keep.
OUTPUT = os.path.join(ROOT, 'output', 'results')
# What is kept of it.
RESULTS = os.path.join(ROOT, 'results', 'results.json')
# What the page and its later edition print.
PAGES = os.path.join(ROOT, 'results', 'page.json')
README = os.path.join(ROOT, 'README.md')
# For the task with an L1 penalty: none, the page's 10e-6, and that times 4,
# 16, 64, 256, 512 and 1024.
LAMBTHAS = ('0', '1e-05', '4e-05', '0.00016', '0.00064', '0.00256', '0.00512',
            '0.01024')
SEEDS = ('0', '1', '2', '3', '4')
