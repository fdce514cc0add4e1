r"""Stationary games at high precision: places where play turns over are held, and solved for together with the values.

At high precision a node may have several solutions for the same values of the next period.  The period map then
jumps: play at the node stays on one solution until that one ceases to exist, and the values turn back before the other
is reached.  No iteration of values converges; the equilibrium lies on the solution between the two, which repels every
best response.  Such a place (node, belief) is *held*: its log strategies x are unknowns beside the boundary values W;
it is evaluated at x, not solved, and

.. math:: G(W, x) = (T(W; x) - W, \; [\mathrm{BR}(x; W) - x] / \lambda) = 0

is solved by Newton's method, whose linear systems are solved by GMRES without a matrix (Knoll & Keyes 2004).

What is guaranteed: an equilibrium on this belief grid, within the same tolerances as any other.  It is where ever
longer games come to oscillate, from the value at the horizon on.  Below the first fold it is the one on the principal
branch from precision 0; beyond it that is not known.  (Followed by pseudo-arclength, the branch of `korea-1951` at
five belief points turns back and forth from precision 24 on, at one belief after the other: too often to be followed.)

References: Knoll & Keyes (2004), Journal of Computational Physics 193.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.linalg import LinearOperator, gmres

from peacetalks.equilibrium.anderson import Relaxed
from peacetalks.equilibrium.dispatch import ONE_MOVER, SEVERAL
from peacetalks.equilibrium.off_grid import NODE_TOLERANCE, ROUNDING, open_node
from peacetalks.equilibrium.preconditioner import Preconditioner, staying_transitions
from peacetalks.errors import NotSolved

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.equilibrium.off_grid import OpenNode
    from peacetalks.equilibrium.period_map import PeriodMap

WINDOW = 30  # sweeps over which places that turn over are looked for
WINDOWS = 8  # of them, at the most
TURNED = 20.0  # change of a chance, per change of a value, from which a place may have turned over
LEAST_TURN = 3e-4  # change of a chance below which none has
SMOOTH = 2.0  # residual of the values, per residual asked for, up to which nothing else oscillates
LEAST_SHARP = 5.0  # the same, at which no place turning means that nothing jumps
CLOSE = 0.01  # residual of held strategies from which Newton's method converges
MOST_HELD = 400  # places: with more, play is not oscillating at single beliefs
EXACT = 1e-5  # residual at places that are held, per unit of the tolerance
NEWTON = 25  # steps of Newton's method
PATIENCE = 5  # steps in which the residual must halve
KRYLOV = 200  # products with the Jacobian a step
FORCING = 0.1  # residual of a linear system, per residual at its start
DIFFERENCE = 1e-6  # length of a difference, for products with the Jacobian


class Held:
    """Log strategies of the places that are held.

    Attributes
    ----------
    x, response : array
        Log strategies at the places, one after the other, and the best responses to them in the last sweep.
    parts : {(node, belief): slice of x}
    """

    def __init__(self) -> None:
        self.x, self.response = np.zeros(0), np.zeros(0)
        self.parts: dict[tuple[int, int], slice] = {}
        self.of_node: dict[int, list[int]] = {}
        self.opened: dict[tuple[int, int], OpenNode] = {}
        self.rough = False  # whether a place that the kernels do not solve is left where they ended

    def solves(self, n: int, flat: int) -> bool:
        """Return whether a place that the kernels did not solve is to be solved apart."""
        return not self.rough and (n, flat) not in self.parts

    def add(self, map_: PeriodMap, places: list[tuple[int, int]]) -> None:
        """Hold places at the strategies that the last finished sweep wrote."""
        for n, flat in places:
            if (n, flat) in self.parts:
                continue
            own = map_.logs[_logs_at(map_, n, flat)]
            self.parts[n, flat] = slice(len(self.x), len(self.x) + len(own))
            self.of_node.setdefault(n, []).append(flat)
            self.x = np.concatenate([self.x, own])
        self.response = self.x.copy()

    def evaluate(self, map_: PeriodMap, nodes: np.ndarray) -> None:
        """Write the values and log strategies of the places at `nodes`, and the best responses to them."""
        here = set(self.of_node).intersection(nodes.tolist()) if self.of_node else set()
        for n in sorted(here):
            for flat in self.of_node[n]:
                own = self.parts[n, flat]
                opened = open_node(n, map_.c.layout, map_.grid, map_.X, map_.beliefs(flat), map_.lam)
                x, _, values = opened.solve(self.x[own], np.inf, 1)
                self.response[own] = opened.respond(self.x[own, None], 1.0)[0][:, 0]
                self.opened[n, flat] = opened
                map_.X[n, :, flat] = values
                map_.logs[_logs_at(map_, n, flat)] = x

    def residual(self) -> float:
        """Return the largest change of a log strategy by a best response, relative where it exceeds 1."""
        return float((np.abs(self.response - self.x) / (1 + np.abs(self.response))).max(initial=0.0))

    def slopes(self) -> list[tuple[slice, np.ndarray]]:
        """Return the inverse Jacobian of x - best response at each place, with its part of x."""
        out = []
        for place, own in self.parts.items():
            x = self.x[own]
            h = DIFFERENCE * (1 + np.abs(x))
            points = x[:, None] + np.column_stack([np.zeros(len(x)), np.diag(h)])
            y, _ = self.opened[place].respond(points, 1.0)
            out.append((own, np.linalg.pinv(np.eye(len(x)) - (y[:, 1:] - y[:, :1]) / h)))
        return out


def _logs_at(map_: PeriodMap, n: int, flat: int) -> slice:
    """Return where the log strategies of a place are."""
    low, size = int(map_.plan.log_ptr[n]), int(map_.plan.log_ptr[n + 1] - map_.plan.log_ptr[n]) // map_.grid.total
    return slice(low + flat * size, low + (flat + 1) * size)


def solve_held(map_: PeriodMap, W: np.ndarray, tolerance: float) -> tuple[np.ndarray, float]:
    """Solve a stationary game from where its iteration oscillates; return (boundary values, bound on the error).

    Parameters
    ----------
    map_ : PeriodMap
        Its `starts` are those of the last sweep.  It is left with the places held.
    W : array [boundary, player-type, belief]
        The last boundary values.
    tolerance : float
        Bound on the error of a value.

    Raises
    ------
    NotSolved
        Play turns over at too many places, or Newton's method does not converge.
    """
    map_.held = held = Held()
    sharp = TURNED
    enough = tolerance * (1 - float(map_.c.layout.discount.max()))
    for _ in range(WINDOWS):
        W, change, turned = _watch(map_, W, sharp, SMOOTH * enough)
        held.add(map_, turned)
        if len(held.parts) > MOST_HELD:
            break
        if not turned and (change <= SMOOTH * enough or sharp < LEAST_SHARP):
            return _newton(map_, W, tolerance)
        sharp = sharp if turned else sharp / 4
    raise NotSolved(_words(len(held.parts)))


def _watch(
    map_: PeriodMap, W: np.ndarray, sharp: float, smooth: float
) -> tuple[np.ndarray, float, list[tuple[int, int]]]:
    """Relax values and held strategies for a window; return (values, least change, places that turned to and fro).

    It ends, with none of these, where the values change by no more than `smooth` and held strategies are `CLOSE`.
    """
    held, plan = map_.held, map_.plan
    assert isinstance(held, Held)
    several = np.repeat(plan.kernel == SEVERAL, np.diff(plan.start_ptr))
    weight = _chances(map_, W)
    up, down, least = np.zeros(len(weight)), np.zeros(len(weight)), np.inf
    values, own = Relaxed(W.shape), Relaxed(held.x.shape, 0.05, 0.01, 1.0)
    for _ in range(WINDOW):
        before = map_.starts.copy()
        new = _sweep(map_, W, 1e-6)
        least = min(least, change := float(np.abs(new - W).max()))
        if change <= smooth and held.residual() <= CLOSE:
            return W, change, []
        moved = np.where(several, np.exp(map_.starts) - np.exp(before), (map_.starts - before) * weight)
        np.maximum(up, moved, out=up)
        np.maximum(down, -moved, out=down)
        W, held.x = values.step(W, new - W), own.step(held.x, held.response - held.x)
    _sweep(map_, W, 1e-6, finish=True)
    node = np.repeat(np.arange(map_.c.n_nodes), np.diff(plan.start_ptr))
    rows = np.flatnonzero(np.minimum(up, down) > max(LEAST_TURN / TURNED * sharp, sharp * least))
    flat = (rows - plan.start_ptr[node[rows]]) % map_.grid.total
    places = dict.fromkeys(zip(node[rows].tolist(), flat.tolist(), strict=True))
    return W, least, [place for place in places if place not in held.parts]


def _sweep(map_: PeriodMap, W: np.ndarray, tol: float, finish: bool = False) -> np.ndarray:
    return map_.solve(W, tol, finish)[0]


def _chances(map_: PeriodMap, W: np.ndarray) -> np.ndarray:
    """Return [start]: the chance of the action that a posterior is after, of the likelier type; 1 for other starts."""
    _sweep(map_, W, 1e-6, finish=True)
    plan, total = map_.plan, map_.grid.total
    sizes = np.diff(plan.start_ptr)
    node = np.repeat(np.arange(len(sizes)), sizes)
    action, flat = np.divmod(np.arange(len(node)) - plan.start_ptr[node], total)
    actions = sizes[node] // total
    rows = plan.kernel[node] == ONE_MOVER
    first = (plan.log_ptr[node] + flat * 2 * actions + action)[rows]
    out = np.ones(len(node))
    out[rows] = np.exp(np.maximum(map_.logs[first], map_.logs[first + actions[rows]]))
    return out


def _newton(map_: PeriodMap, W: np.ndarray, tolerance: float) -> tuple[np.ndarray, float]:
    """Solve G = 0 from W and the held strategies; return (boundary values, bound on the error)."""
    held, sizes = map_.held, []
    rounding = ROUNDING * float(map_.lam.max()) * (1.0 + float(np.abs(map_.X).max()))
    least = max(NODE_TOLERANCE, EXACT * tolerance, rounding)
    enough = tolerance * (1 - float(map_.c.layout.discount.max()))
    assert isinstance(held, Held)
    _sweep(map_, W, NODE_TOLERANCE)
    _sweep(map_, W, NODE_TOLERANCE, finish=True)
    held.add(map_, map_.apart)  # places that the kernels do not solve would have to be in each product
    system = _System(map_, W)
    u = np.append(W.ravel(), held.x)
    for _ in range(NEWTON):
        g = system(u)
        change, off = float(np.abs(g[: W.size]).max()), held.residual()
        sizes.append(max(change, off / float(map_.lam.max())))
        if change <= enough and off <= least:
            return _finished(map_, u[: W.size].reshape(W.shape))
        if len(sizes) > PATIENCE and min(sizes[-PATIENCE:]) > 0.5 * min(sizes[:-PATIENCE]):
            break
        u = system.better(u, g)
    raise NotSolved(_words(len(held.parts)))


def _finished(map_: PeriodMap, W: np.ndarray) -> tuple[np.ndarray, float]:
    new, residual = map_.solve(W, NODE_TOLERANCE, finish=True)
    assert isinstance(map_.held, Held)
    delta = float(map_.c.layout.discount.max())
    return new, max(residual, map_.held.residual(), float(np.abs(new - W).max()) / (1 - delta))


class _Products(LinearOperator):
    """A square matrix that is only known by its products with vectors."""

    def __init__(self, product: Callable[[np.ndarray], np.ndarray], size: int) -> None:
        super().__init__(np.float64, (size, size))
        self.product = product

    def _matvec(self, x: np.ndarray) -> np.ndarray:
        return self.product(x)


class _System:
    """G(W, x), its preconditioner, and the steps of Newton's method."""

    def __init__(self, map_: PeriodMap, W: np.ndarray) -> None:
        self.map, self.shape, self.size = map_, W.shape, W.size
        self.precision = float(map_.lam.max())
        staying = staying_transitions(map_.c, map_.grid, map_.logs, map_.plan.log_ptr)
        self.precondition = Preconditioner(staying, map_.c.layout.discount)
        self.slopes: list[tuple[slice, np.ndarray]] = []

    def __call__(self, u: np.ndarray, tol: float = NODE_TOLERANCE, rough: bool = False) -> np.ndarray:
        """Return G [values, then strategies] at u."""
        held = self.map.held
        assert isinstance(held, Held)
        held.x, held.rough = u[self.size :].copy(), rough
        new = _sweep(self.map, u[: self.size].reshape(self.shape), tol)
        held.rough = False
        return np.append(new.ravel() - u[: self.size], (held.response - held.x) / self.precision)

    def preconditioned(self, g: np.ndarray) -> np.ndarray:
        """Return g multiplied by policy evaluation without the flow between beliefs, and by `Held.slopes`."""
        out = np.append(self.precondition(g[: self.size].reshape(self.shape)).ravel(), g[self.size :])
        for own, inverse in self.slopes:
            part = slice(self.size + own.start, self.size + own.stop)
            out[part] = inverse @ g[part]
        return out

    def better(self, u: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return the point after one step of Newton's method, which is halved until the preconditioned G falls."""
        held, starts = self.map.held, self.map.starts.copy()
        assert isinstance(held, Held)
        self.slopes = held.slopes()
        right = self.preconditioned(g)

        def product(v: np.ndarray) -> np.ndarray:
            e = DIFFERENCE / max(float(np.abs(v).max()), 1e-300)
            self.map.starts[:] = starts
            return -self.preconditioned((self(u + e * v.ravel(), 1e-9, rough=True) - g) / e)

        jacobian = _Products(product, len(u))
        step, _ = gmres(jacobian, right, rtol=FORCING, restart=KRYLOV, maxiter=1)
        chance = float((np.exp(u[self.size :]) * np.abs(step[self.size :])).max(initial=0.0))
        far = max(self.precision * float(np.abs(step[: self.size]).max()), chance, 1e-300)
        step *= min(1.0, 1.0 / far)
        least = float(np.linalg.norm(right))
        for _ in range(8):
            self.map.starts[:] = starts
            if float(np.linalg.norm(self.preconditioned(self(u + step)))) < least:
                break
            step *= 0.5
        return u + step


def places_held(map_: PeriodMap) -> int:
    """Return at how many places play was held where a period map was solved."""
    return len(map_.held.parts) if isinstance(map_.held, Held) else 0


def held_warnings(places: int) -> tuple[str, ...]:
    """Return what is not known of a solution at which play was held at so many places.

    >>> held_warnings(0)
    ()
    """
    if not places:
        return ()
    pairs = "1 pair" if places == 1 else f"{places} pairs"
    return (
        "It is not known whether this is the equilibrium that is reached by raising the rationality from 0: at so high "
        f"a rationality play went to and fro between two ways of acting in {pairs} of a situation and a belief, "
        "and was solved for together with the values.",
    )


def _words(places: int) -> str:
    return (
        "no equilibrium was found at this rationality: in some situations each side's best choice depends so sharply "
        "on what the other will make of it that play goes to and fro between two ways of acting "
        f"({places} pairs of a situation and a belief were solved for together). Try a lower rationality (20 is "
        "usual), more belief points, or a finite horizon."
    )
