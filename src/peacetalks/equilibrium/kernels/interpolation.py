"""Interpolation between the points of the belief grid: one locator and one set of weights for every kernel.

Two types: cubic Hermite interpolation on the four nearest points (`belief_grid.stencils` holds its coefficients, one
row a cell).  In cell i at fraction t of its length

    V(p) = V[s] + sum_k e_k (V[s + k + 1] - V[s + k]),    k = 0, 1, 2,

with s the first point of the cell's stencil; `hermite_weights` returns the e_k and `hermite_slopes` their derivatives
in t. More types: a regular lattice on the simplex (Kuhn's triangulation) with barycentric weights.
"""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.jit import entry, inner

# columns of Grid.shape, one row per axis
SIZE, STEP, TYPES, CELLS = range(4)
MOST_CORNERS = 4  # grid beliefs that a posterior is distributed over, at the most


class Axis(NamedTuple):
    """The grid of beliefs about one informed player of two types, seen from every flat belief."""

    p: np.ndarray  # [belief] probability of the first type
    base: np.ndarray  # [belief] flat belief with this axis at zero
    step: int
    size: int
    knot: int  # position of the prior; the grid is uniform on either side
    prior: float
    below: float  # cells per unit of belief below the prior
    above: float  # and above it
    stencil: np.ndarray  # [cell, 12] coefficients of the weights; see `belief_grid.stencils`
    second: int  # step from the start of a stencil to its third point
    third: int  # and to its fourth


@inner()
def axis_of(G, ax):
    """Return axis `ax` in the form of the kernels of two types; a negative `ax` is a player with one type."""
    if ax < 0:
        return Axis(G.first[-1], G.base[-1], 0, 1, 0, 1.0, 0.0, 0.0, np.zeros((1, 12)), 0, 0)
    size, knot = G.shape[ax, SIZE], G.shape[ax, CELLS]
    prior = G.points[ax, knot, 0]
    below = knot / prior if knot > 0 else 0.0
    above = (size - 1 - knot) / (1.0 - prior) if knot < size - 1 else 0.0
    step = G.shape[ax, STEP]
    second, third = step * min(2, size - 1), step * min(3, size - 1)
    return Axis(G.first[ax], G.base[ax], step, size, knot, prior, below, above, G.stencil[ax], second, third)


@inner()
def stacked(axis, m):
    """Return `axis` repeated for a stack of `m` nodes, each with its own offset in the flat belief."""
    B = len(axis.p)
    p, base = np.empty(m * B), np.empty(m * B, np.int64)
    for k in range(m):
        for b in range(B):
            p[k * B + b], base[k * B + b] = axis.p[b], k * B + axis.base[b]
    return Axis(
        p,
        base,
        axis.step,
        axis.size,
        axis.knot,
        axis.prior,
        axis.below,
        axis.above,
        axis.stencil,
        axis.second,
        axis.third,
    )


@inner()
def locate_cell(x, axis):
    """Return (cell, fraction of its length, cells per unit of belief) of posterior x on an axis."""
    low = x < axis.prior or axis.above == 0.0
    rate = axis.below if low else axis.above
    first = 0 if low else axis.knot
    last = axis.knot - 1 if low else axis.size - 2
    f = (x - (0.0 if low else axis.prior)) * rate
    i = min(first + int(f), last)
    return i, f - (i - first), rate


@inner()
def stencil_start(i, axis):
    """Return the position at which the stencil of cell `i` begins."""
    return min(max(i - 1, 0), max(axis.size - 4, 0))


@inner()
def hermite_weights(i, t, stencil):
    """Return the weights e_k of the three differences along the stencil at fraction `t` of cell `i`."""
    w = stencil[i]
    s, b, r = t * t * (3.0 - 2.0 * t), t * (1.0 - t), 1.0 - t
    return (
        w[0] + w[3] * s + b * (r * w[6] - t * w[9]),
        w[1] + w[4] * s + b * (r * w[7] - t * w[10]),
        w[2] + w[5] * s + b * (r * w[8] - t * w[11]),
    )


@inner()
def hermite_slopes(i, t, stencil):
    """Return the derivatives of the weights e_k in `t`."""
    w = stencil[i]
    s, left, right = 6.0 * t * (1.0 - t), (1.0 - t) * (1.0 - 3.0 * t), t * (3.0 * t - 2.0)
    return (
        w[3] * s + left * w[6] + right * w[9],
        w[4] * s + left * w[7] + right * w[10],
        w[5] * s + left * w[8] + right * w[11],
    )


@inner()
def locate(G, ax, p, idx, w):
    """Write the grid neighbours of belief `p` on axis `ax` and their weights; return how many."""
    K = G.shape[ax, TYPES]
    if K == 2:
        lo, hi = 0, G.shape[ax, SIZE] - 1
        while hi - lo > 1:
            mid = (lo + hi) // 2
            if G.points[ax, mid, 0] <= p[0]:
                lo = mid
            else:
                hi = mid
        a, b = G.points[ax, lo, 0], G.points[ax, hi, 0]
        t = min(max((p[0] - a) / (b - a), 0.0), 1.0)
        e0, e1, e2 = hermite_weights(lo, t, G.stencil[ax])
        w[0], w[1], w[2], w[3] = 1.0 - e0, e0 - e1, e1 - e2, e2
        size = G.shape[ax, SIZE]
        for i in range(4):
            idx[i] = min(min(max(lo - 1, 0), max(size - 4, 0)) + i, size - 1)
        return min(size, 4)
    # Kuhn's triangulation in the cumulative coordinates z_i = cells * (p_i + ... + p_K), i = 2..K
    cells = G.shape[ax, CELLS]
    D = K - 1
    z = np.empty(D)
    total = 0.0
    for i in range(D - 1, -1, -1):
        total += p[i + 1]
        z[i] = min(total, 1.0) * cells if total >= 0.0 else 0.0  # rounding and NaN must not leave the lattice
    code = 0
    radix = 1
    frac = np.empty(D)
    step = np.empty(D, np.int64)
    for i in range(D):
        whole = min(max(np.floor(z[i] + 1e-12), 0.0), float(cells))
        frac[i] = min(max(z[i] - whole, 0.0), 1.0)
        code += np.int64(whole) * radix
        step[i] = radix
        radix *= cells + 1
    for i in range(1, D):  # largest fraction first; ties keep the order, so z stays non-increasing
        j = i
        while j > 0 and frac[j] > frac[j - 1]:
            frac[j], frac[j - 1] = frac[j - 1], frac[j]
            step[j], step[j - 1] = step[j - 1], step[j]
            j -= 1
    last = 1.0
    here = code
    known = G.lookup[ax, code]
    for i in range(K):
        nxt = frac[i] if i < D else 0.0
        w[i] = last - nxt
        idx[i] = G.lookup[ax, here] if w[i] > 0.0 else known
        if i < D:
            here += step[i]
        last = nxt
    return K


@inner()
def locate_on_grid(G, ax, p, idx, w):
    """Do as `locate` does, but write the prior itself where `p` is the prior of more than two types.

    The lattice of more than two types does not hold the prior, an extra point with values of its own: a belief that
    stays there is not interpolated.
    """
    last, same = G.shape[ax, SIZE] - 1, G.shape[ax, TYPES] > 2
    for k in range(G.shape[ax, TYPES]):
        same = same and p[k] == G.points[ax, last, k]
    if not same:
        return locate(G, ax, p, idx, w)
    idx[0], w[0] = last, 1.0
    return 1


@entry()
def locate_rows(G, ax, p, idx, w):
    """Write the grid neighbours idx[row, corner] of beliefs p[row, type] on axis `ax` and their weights w[row, corner].

    Corners beyond those of the axis have weight 0.
    """
    for row in range(len(p)):
        for corner in range(locate(G, ax, p[row], idx[row], w[row]), MOST_CORNERS):
            w[row, corner] = 0.0
