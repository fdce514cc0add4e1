"""Small random games, drawn by hypothesis: 1-2 informed players, 1-3 periods, every kind of stage."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

import peacetalks as pt


@dataclass(frozen=True)
class Shape:
    """What a random game is made of; `build` makes the game, changed as a law asks for."""

    seed: int
    kinds: tuple[int, int]  # types of A and B
    stages: tuple[str, ...]
    periods: int
    discounts: tuple[float, float]
    typed: bool  # some payoffs depend on the profile of types

    def tables(self):
        """Return the random numbers behind the game."""
        rng = np.random.default_rng(self.seed)
        n = len(self.stages)
        prior = [rng.dirichlet(np.full(k, 4.0)) for k in self.kinds]
        return {
            "prior": prior,
            "pay": rng.uniform(-0.5, 0.5, (n, 2, 3, 3, 2, 3)),
            "weight": rng.uniform(0.5, 2.0, (n, 3)),
            "chance": rng.dirichlet(np.ones(2), n),
            "to": rng.integers(0, 2, (n, 2, 3, 3)),
            "split": rng.uniform(0.2, 0.8, (n, 2)),
            "profile": rng.uniform(-0.3, 0.3, (n, 3, 3, 2)),
            "last": rng.uniform(-0.5, 0.5, (2, 2)),
        }


NAMES = ("A", "B")


def types_of(shape):
    prior = shape.tables()["prior"]
    return {p: {str(k): float(x) for k, x in enumerate(prior[i])} for i, p in enumerate(NAMES) if shape.kinds[i] > 1}


def build(shape, scale=(1.0, 1.0), shift=(0.0, 0.0), names=NAMES, extra=False, copies=1):
    """Return the game of `shape`; payoffs scaled, shifted per period end, players renamed, moves split in `copies`."""
    t, n = shape.tables(), len(shape.stages)
    types = {names[i]: kinds for i, p in enumerate(NAMES) for q, kinds in types_of(shape).items() if q == p}

    def kind_names(i):
        return list(types.get(names[i], {"only": 1.0}))

    def pay(k, s, a, b):
        own = {
            (names[i], kind): scale[i] * t["pay"][k, s, a, b, i, j]
            for i in (0, 1)
            for j, kind in enumerate(kind_names(i))
        }
        if k == 0:
            own = {key: x + shift[names.index(key[0])] for key, x in own.items()}
        if not shape.typed or k != n - 1:
            return own

        def by_profile(types):
            ks = [kind_names(i).index(types[names[i]]) for i in (0, 1)]
            return {
                names[i]: own[(names[i], types[names[i]])] + scale[i] * t["profile"][k, ks[0], ks[1], i] for i in (0, 1)
            }

        return by_profile

    def to(k, s, a, b):
        nxt = int(t["to"][k, s, a, b])
        if a == 1 and k == n - 1:
            q = float(t["split"][k, s])
            return {0: q, 1: 1 - q}
        return nxt

    def moves(k, s):
        return (
            [
                pt.Move((a, c), to(k, s, a, 0), pay(k, s, a, 0), weight=t["weight"][k, a] / (copies if a == 0 else 1))
                for a in range(3 if s else 2)
                for c in range(copies if a == 0 else 1)
            ]
            if copies > 1
            else [pt.Move(a, to(k, s, a, 0), pay(k, s, a, 0), t["weight"][k, a]) for a in range(3 if s else 2)]
        )

    def stage(k, kind):
        name = f"{kind}{k}"
        if kind == "chance":

            def draw(s):
                return [pt.Move(a, to(k, s, a, 0), pay(k, s, a, 0), float(t["chance"][k, a])) for a in (0, 1)]

            return pt.Chance(name, draw)
        if kind == "both":

            def own(s):
                return [pt.Move(a) for a in (0, 1)]

            def then(s, chosen):
                a, b = chosen[names[0]], chosen[names[1]]
                return pt.Move((a, b), to(k, s, a, b), pay(k, s, a, b))

            return pt.Simultaneous(name, {names[0]: own, names[1]: own}, then)
        by = names["AB".index(kind)]
        return pt.Decision(name, by, lambda s: moves(k, s))

    def last(s):
        return {names[i]: scale[i] * float(t["last"][s, i]) + shift[i] for i in (0, 1)}

    players = (*names, "bystander") if extra else names
    discount = dict(zip(names, shape.discounts, strict=True)) | ({"bystander": 0.5} if extra else {})
    return pt.Game(
        players=players,
        types=types,
        start=0,
        stages=tuple(stage(k, s) for k, s in enumerate(shape.stages)),
        periods=shape.periods,
        discount=discount,
        value=last,
    )


@st.composite
def shapes(draw, most_periods=3, stages=2, typed=None, kinds=(1, 2, 3)):
    """Draw the shape of a small random game in which somebody is informed and somebody moves."""
    periods = draw(st.integers(1, most_periods))
    row = draw(st.lists(st.sampled_from(["A", "B", "both", "chance"]), min_size=1, max_size=stages))
    if all(s == "chance" for s in row):
        row[0] = "A"
    ks = (draw(st.sampled_from([k for k in kinds if k > 1])), draw(st.sampled_from(kinds)))
    discounts = (draw(st.floats(0.5, 1.0)), draw(st.floats(0.5, 1.0)))
    is_typed = draw(st.booleans()) if typed is None else typed
    return Shape(draw(st.integers(0, 10_000)), ks, tuple(row), periods, discounts, is_typed)
