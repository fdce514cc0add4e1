"""How kernels are compiled.

An `entry` is called from Python (or costs much to compile): it is kept on disk.  An `inner` kernel is called from other
kernels only and becomes part of them; without the wrappers that Python would need it compiles in a fraction of the time.
"""

from functools import partial

from numba import njit

entry = partial(njit, cache=True, error_model="numpy")
inner = partial(njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
