"""A game that writes down what was done, so that pay can be added up along the forward measure."""

from dataclasses import replace
from itertools import product

import numpy as np

import peacetalks as pt
from peacetalks.game.language import lottery


def ledger(game):
    """Return (game with states (state, this period's entries), {entry: pay}); entries are (stage, state, label)."""
    book = {}

    def noted(k, state, log, move, label=None):
        entry = (k, state, move.label if label is None else label)
        book[entry] = move.pay
        entries = (entry,) if k == 0 else (*log, entry)
        return replace(move, to={(nxt, entries): p for nxt, p in lottery(move.to, "ledger").items()})

    def wrap(k, stage):
        if isinstance(stage, pt.Simultaneous):
            own = {p: (lambda s, f=f: f(s[0])) for p, f in stage.moves.items()}
            return pt.Simultaneous(
                stage.name, own, lambda s, c: noted(k, s[0], s[1], stage.then(s[0], c), tuple(c.values()))
            )

        def moves(s):
            return [noted(k, s[0], s[1], m) for m in stage.moves(s[0])]

        if isinstance(stage, pt.Chance):
            return pt.Chance(stage.name, moves)
        return pt.Decision(stage.name, lambda s: stage.mover(s[0]), moves)

    stages = tuple(wrap(k, stage) for k, stage in enumerate(game.stages))
    start = {(s, ()): p for s, p in game.starts().items()}
    value = game.value
    last = None if value is None else lambda s: value(s[0])
    return replace(game, start=start, stages=stages, value=last), book


def worth(pay, game, kinds):
    """Return each player's pay for one profile of types."""
    row = (pay(dict(kinds)) if callable(pay) else pay) or {}
    return {p: row.get(p, 0.0) + row.get((p, kinds[p]), 0.0) for p in game.players}


def along_the_measure(s, book):
    """Return {(player, type): expected discounted pay}, added up over the forward pass of a solved ledger game."""
    game, path = s.game, pt.trajectory(s)
    out = {(p, k): 0.0 for p in game.players for k in game.type_names(p)}
    for row in product(*(game.type_names(p) for p in game.players)):
        kinds = dict(zip(game.players, row, strict=True))
        hidden = {p: {k: 1.0} for p, k in kinds.items() if len(game.type_names(p)) > 1}
        mass = path.weigh(hidden).sum(axis=2)
        chance = {p: game.prior(p)[game.type_names(p).index(k)] for p, k in kinds.items()}
        for p in game.players:
            others = float(np.prod([c for q, c in chance.items() if q != p]))
            total, d = 0.0, game.discount_of(p)
            for t, masses in enumerate(mass):
                for state, m in zip(path.states, masses, strict=True):
                    if m != 0:
                        total += m * d**t * sum(worth(book[e], game, kinds)[p] for e in state[1])
                        if t + 1 == len(mass) and game.value is not None:
                            total += m * d ** (t + 1) * worth(game.value(state), game, kinds)[p]
            out[p, kinds[p]] += others * total
    return out
