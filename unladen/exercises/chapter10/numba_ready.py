"""Importing this loads Numba and lets it compile once, which takes seconds that a child forked later is spared."""

import numba
import numpy as np

numba.njit(lambda numbers: numbers[0] + 1.0)(np.ones(1))
