"""What determines the last digit of a result beside the question: package, libraries, compiled core, arithmetic.

Processors differ in how they round sums of many terms and functions such as the exponential, and so do the versions of
the libraries; a fixed computation shows it.  Two processes with the same software give the same bytes.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

from peacetalks.catalog import make
from peacetalks.equilibrium.kernels.shared_library import load
from peacetalks.equilibrium.solve import solve
from peacetalks.forecasting.answers import LIBRARIES, sources_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 12  # hexadecimal digits of a digest
SIDE = 24  # of the matrices of the fixed computation: one thread computes them, however many there are
INSTRUCTIONS, ARITHMETIC = "instruction set", "arithmetic"


@cache
def software() -> dict[str, str]:
    """Return what results depend on in this process, by name.

    >>> "numpy" in software()
    True
    """
    core = load()
    return {
        "Python": ".".join(map(str, sys.version_info[:2])),
        "peacetalks": f"{version('peacetalks')} with sources {sources_digest(('.',))[:SHOWN]}",
        **{name: version(name) for name in LIBRARIES},
        "compiled core": core.path.stem.rpartition("-")[2],
        INSTRUCTIONS: core.variant,
        ARITHMETIC: _arithmetic(),
    }


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """Return in words what differs elsewhere.

    >>> differences({"numpy": "2.1", "scipy": "1.14"}, {"numpy": "2.0", "scipy": "1.14"})
    ['numpy is 2.0 there and 2.1 here']
    """
    names = [n for n in {**here, **there} if here.get(n) != there.get(n)]
    return [f"{n} is {there.get(n, 'missing')} there and {here.get(n, 'missing')} here" for n in names]


def other_software(worker: str, problems: list[str]) -> str:
    """Return what is said of a worker whose results would not be the same bytes."""
    mend = "Install the same versions there"
    if all(p.startswith((ARITHMETIC, INSTRUCTIONS)) for p in problems):
        mend = (
            "Use computers of one kind, or set PEACETALKS_CORE_VARIANT, OPENBLAS_CORETYPE and "
            "NPY_DISABLE_CPU_FEATURES for all alike"
        )
    return f"worker {worker} would not give the same bytes: {'; '.join(problems)}. {mend}"


def _arithmetic() -> str:
    """Return a digest of what a fixed computation gives: elementary functions, linear algebra, a small game."""
    x = np.linspace(0.05, 9.7, SIDE * SIDE)
    square = np.sin(x).reshape(SIDE, SIDE)
    solution = solve(make("rounds", rounds=2, kinds=2, offers=3), rationality=8.0, belief_points=3, certify=False)
    parts = (
        *(np.exp(-x), np.log(x), np.power(x, 0.37), np.log1p(x), np.tanh(x)),
        *(x.sum(), square @ square, square @ x[:SIDE], np.linalg.solve(square + 30 * np.eye(SIDE), x[:SIDE])),
        *(logsumexp(x), np.einsum("ij,jk->k", square, square)),
        *(solution.value(player) for player in solution.game.players),
    )
    return hashlib.sha256(b"".join(np.asarray(p, dtype=float).tobytes() for p in parts)).hexdigest()[:SHOWN]
