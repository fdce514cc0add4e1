"""The two ways in which kernels are compiled.

An `entry` is called from Python, or takes long to compile, and is cached on disk.  An `inner` kernel is called from
other kernels only and becomes part of them; without the wrappers that Python needs it compiles in a fraction of the
time.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from numba import njit

entry = partial(njit, cache=True, error_model="numpy")
bare = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner: Callable[..., Callable[[Callable[..., Any]], Any]] = partial(njit, error_model="numpy", **bare)
