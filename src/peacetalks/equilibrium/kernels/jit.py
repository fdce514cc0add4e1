"""The two ways in which kernels are compiled.

An `entry` is called from Python, or takes long to compile, and is stored on disk (`kernel_files.py`).  An `inner`
kernel is called from other kernels only and becomes part of them; without the wrappers that Python needs it compiles in
a fraction of the time.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from numba import njit

from peacetalks.equilibrium.kernels.kernel_files import KernelCache


def entry(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return the decorator of kernels that are stored on disk."""

    def compiled(py_func: Callable[..., Any]) -> Any:
        kernel: Any = njit(error_model="numpy", **options)(py_func)
        kernel._cache = KernelCache(py_func)  # noqa: SLF001 - where Numba would put its own
        return kernel

    return compiled


bare = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner: Callable[..., Callable[[Callable[..., Any]], Any]] = partial(njit, error_model="numpy", **bare)
