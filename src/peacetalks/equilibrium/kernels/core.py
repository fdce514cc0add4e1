"""The numerical core, called from Python: arrays in, arrays out.

What each function computes, with shapes and equations, stands in the C source that is named beside it.
"""

from __future__ import annotations

import ctypes
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.kernels import shared_library
from peacetalks.game.language import MAX_TYPES

if TYPE_CHECKING:
    from peacetalks.game.layout import Layout

MOST_CORNERS = MAX_TYPES**2  # grid beliefs that a belief is distributed over, at the most
Grid = Plan = Any  # those of `belief_grid.py` and `dispatch.py`, which import this module
MOST_CACHED = 16  # structures of layouts, grids and plans that are kept
_structures: dict[int, tuple[Any, ctypes.Structure]] = {}  # by identity, with the value that keeps its arrays alive


class Node(IntEnum):
    """What `one_node` does with points of a node."""

    RESPOND = 0
    ITERATE = 1
    SOLVE = 2
    NEWTON = 3
    FOLLOW = 4


@cache
def functions() -> shared_library.Library:
    """Return the compiled core, with the type of what its functions return."""
    core = shared_library.load()
    for name in ("sweep_single", "sweep_one_mover", "sweep_several", "one_node"):
        getattr(core, name).restype = ctypes.c_int64
    return core


@cache
def _structure_of(fields: tuple[tuple[str, bool], ...]) -> type[ctypes.Structure]:
    """Return the C structure of these fields: (name, whether it is an array)."""
    declared = [(name, ctypes.c_void_p if array else ctypes.c_int64) for name, array in fields]
    return type("Structure", (ctypes.Structure,), {"_fields_": declared})


def structure(value: Any, **sizes: int) -> Any:
    """Return a reference to a named tuple as the core reads it (`game.h`); `sizes` follow its own fields."""
    known = _structures.get(id(value))
    if known is None or known[0] is not value:
        numbers = value._asdict() | sizes
        made = _structure_of(tuple((name, isinstance(x, np.ndarray)) for name, x in numbers.items()))()
        for name, x in numbers.items():
            assert not isinstance(x, np.ndarray) or x.flags.c_contiguous, f"{name} is not contiguous"
            setattr(made, name, x.ctypes.data if isinstance(x, np.ndarray) else x)
        while len(_structures) >= MOST_CACHED:
            _structures.pop(next(iter(_structures)))
        known = _structures[id(value)] = value, made
    return ctypes.byref(known[1])


def layout(L: Layout) -> Any:
    """Return a reference to a layout as the core reads it."""
    return structure(
        L,
        players=len(L.n_types),
        player_types=len(L.player_of),
        nodes=len(L.part_ptr) - 1,
        boundaries=len(L.boundary_slot),
        type_profiles=L.typed_payoff.shape[1],
    )


def grid(G: Grid) -> Any:
    """Return a reference to a grid as the core reads it."""
    return structure(G, axes=len(G.shape), most_points=G.points.shape[1], lookup_width=G.lookup.shape[1])


def at(array: np.ndarray) -> ctypes.c_void_p:
    """Return the address of an array as the core takes it: it reads and writes entries one after the other."""
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


def _whole(x: int) -> ctypes.c_int64:
    return ctypes.c_int64(int(x))


def check(code: int) -> int:
    """Return what a function of the core returned; raise `MemoryError` where it says that there was none."""
    if code < 0:
        raise MemoryError("no memory for the scratch arrays of the numerical core")
    return code


def sweep_single(
    nodes: np.ndarray, L: Layout, G: Grid, P: Plan, X: np.ndarray, logs: np.ndarray, lam: np.ndarray, finish: bool
) -> None:
    """Solve nodes of one participant of one type, or of chance (`single.h`)."""
    own = layout(L), grid(G), structure(P)
    values = at(X), at(logs), at(lam)
    check(functions().sweep_single(at(nodes), _whole(len(nodes)), *own, *values, _whole(finish)))


def sweep_alike(  # noqa: PLR0913, PLR0917 (the arrays of a sweep)
    nodes: np.ndarray,
    L: Layout,
    G: Grid,
    P: Plan,
    X: np.ndarray,
    logs: np.ndarray,
    starts: np.ndarray,
    lam: np.ndarray,
    tol: float,
    most: int | None,
    finish: bool,
) -> tuple[np.ndarray, float, int]:
    """Solve alike nodes.

    They are of one mover of two types where `most` is None (`one_mover.h`), else of any shape (`several.h`).  Return
    the places (position in `nodes` * beliefs + belief) that did not converge, the largest residual of the others, and
    the iterations.
    """
    failed, found = np.empty(len(nodes) * G.total, np.int64), np.zeros(2)
    arrays = (at(nodes), _whole(len(nodes)), layout(L), grid(G), structure(P), *map(at, (X, logs, starts, lam)))
    last = _whole(finish), at(failed), at(found)
    if most is None:
        count = functions().sweep_one_mover(*arrays, ctypes.c_double(tol), *last)
    else:
        count = functions().sweep_several(*arrays, ctypes.c_double(tol), _whole(most), *last)
    return failed[: check(count)], float(found[0]), int(found[1])


def one_node(  # noqa: PLR0913, PLR0917 (the arrays of a node)
    what: Node,
    n: int,
    L: Layout,
    G: Grid,
    lam: np.ndarray,
    table: np.ndarray,
    mu: np.ndarray,
    x: np.ndarray,
    scale: float = 1.0,
    tol: float = 0.0,
    most: int = 0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Do `what` with points x[row, point] of a node at one belief (`one_node.h`).

    Return the points (a best response to each, or where each ended), the residuals [point], the values
    [player-type, point] (of SOLVE) and the number of best responses.
    """
    x = np.ascontiguousarray(x).copy()
    points, y = x.shape[1], np.empty_like(x)
    residual, out = np.empty(points), np.empty((len(L.player_of), points))
    numbers = ctypes.c_double(scale), ctypes.c_double(tol), _whole(most), _whole(points)
    steps = functions().one_node(
        _whole(what), _whole(n), layout(L), grid(G), at(lam), at(table), at(mu), *numbers,
        *map(at, (x, y, residual, out)),
    )  # fmt: skip
    return y if what is Node.RESPOND else x, residual, out, check(steps)


def locate_rows(G: Grid, axis: int, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the grid neighbours of beliefs [row, type] on an axis, and their weights: [row, corner] each.

    Rows are padded with weights of 0 (`interpolation.h`, `lattice.h`).
    """
    place, weight = np.empty((len(beliefs), MOST_CORNERS), np.int64), np.empty((len(beliefs), MOST_CORNERS))
    functions().locate_rows(grid(G), _whole(axis), _whole(len(beliefs)), *map(at, (beliefs, place, weight)))
    return place, weight
