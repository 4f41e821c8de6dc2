#!/usr/bin/env python3
"""The checks, in the order of the table; importing this lists them"""

from . import source
from . import contract
from . import layers
from . import training
from . import sparse
from . import variational
from . import advice
