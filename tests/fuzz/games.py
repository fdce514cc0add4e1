"""Small random games as data, every listed state reached: they must be read and solved."""

import math

PLAYERS = ("A", "B", "C")
STATES = ("calm", "tense", "open", "spent")
MOVES = ("hold", "press", "yield")


def _number(rng, low=-0.5, high=0.5):
    return round(rng.uniform(low, high), 3)


def _shares(rng, n):
    rest = [rng.uniform(0.2, 1) for _ in range(n)]
    first = [round(x / sum(rest), 3) for x in rest[1:]]
    return [1 - math.fsum(first), *first]


def _to(rng, states):
    if rng.random() < 0.7:
        return rng.choice(states)
    some = rng.sample(states, 2)
    return dict(zip(some, _shares(rng, 2), strict=True))


def _pay(rng, game, extra):
    pay = {}
    for p in game["players"]:
        types = game.get("types", {}).get(p)
        if types and rng.random() < 0.6:
            pay |= {f"{p}|{k}": _number(rng) for k in types}
        elif rng.random() < 0.9:
            pay[p] = _number(rng)
    return {"pay": pay} | (
        {"drive": {rng.choice(game["players"]): _number(rng)}} if extra and rng.random() < 0.1 else {}
    )


def _listed(rng, game, states, extra, weights=None):
    labels = MOVES[: rng.choice([1, 2, 2, 3])]
    weights = _shares(rng, len(labels)) if weights == "chance" else [rng.choice([1, 1, 0.3, 2.5]) for _ in labels]
    return [
        {"label": m, "to": _to(rng, states), "weight": w, **_pay(rng, game, extra)}
        for m, w in zip(labels, weights, strict=True)
    ]


def _stage(rng, game, k, states, extra):
    listed = rng.sample(states, rng.randint(1, len(states)))
    what = rng.random()
    if what < 0.2:
        return {
            "name": f"stage {k}",
            "by": "chance",
            "moves": {s: _listed(rng, game, states, extra, "chance") for s in listed},
        }
    if what < 0.75 or len(game["players"]) == 1:
        by = rng.choice(game["players"])
        return {"name": f"stage {k}", "by": by, "moves": {s: _listed(rng, game, states, extra) for s in listed}}
    by = rng.sample(game["players"], 2)
    then = {
        s: [
            {"if": {by[0]: a, by[1]: b}, "to": _to(rng, states), **_pay(rng, game, extra)}
            for a in MOVES[:2]
            for b in MOVES[:2]
        ]
        for s in listed
    }
    own = {
        s: {p: [m if rng.random() < 0.5 else {"label": m, "weight": 1.5} for m in MOVES[:2]] for p in by}
        for s in listed
    }
    return {"name": f"stage {k}", "by": by, "moves": own, "then": then}


def successors(to):
    """Return the states that a move may lead to."""
    return [s for s, p in to.items() if p > 0] if isinstance(to, dict) else [to]


def _moves_of(stage, state):
    return stage["then"][state] if "then" in stage else stage["moves"][state]


def pruned(game):
    """Return a game without the states that are listed at a stage where play never is."""
    reached = set(successors(game["start"]))
    seen = [set() for _ in game["stages"]]
    for _ in range(game.get("periods", 1) or 20):
        here = reached
        for k, stage in enumerate(game["stages"]):
            seen[k] |= here
            here = {
                t
                for s in here
                for m in (_moves_of(stage, s) if s in stage["moves"] else [{"to": s}])
                for t in successors(m["to"])
            }
        reached = reached | here
    for k, stage in enumerate(game["stages"]):
        for part in ("moves", "then"):
            if part in stage:
                stage[part] = {s: v for s, v in stage[part].items() if s in seen[k]}
    game["stages"] = [s for s in game["stages"] if s["moves"]]
    return game


def random_game(rng, types=True, extra=True):
    """Return a random game: 1 to 3 players, at most two informed, 1 to 3 stages, 1 to 3 periods or no end."""
    while True:
        game = {"players": list(PLAYERS[: rng.choice([1, 2, 2, 2, 3])])}
        informed = rng.sample(game["players"], min(len(game["players"]), rng.choice([0, 1, 1, 2]))) if types else []
        if informed:
            names = {p: ["weak", "tough", "mad"][: rng.choice([2, 2, 2, 3])] for p in informed}
            game["types"] = {p: dict(zip(k, _shares(rng, len(k)), strict=True)) for p, k in names.items()}
        states = list(STATES[: rng.choice([2, 3, 4])])
        game["start"] = states[0] if rng.random() < 0.8 else dict(zip(states[:2], _shares(rng, 2), strict=True))
        game["periods"] = rng.choice([1, 1, 1, 2, 3, None])
        game["discount"] = round(rng.uniform(0.3, 0.95), 2) if game["periods"] is None else rng.choice([1.0, 0.9])
        game["rationality"] = rng.choice([0, 1, 2, 5, 5, 10, 20])
        game["belief_points"] = rng.choice([2, 3, 3, 4])
        game["stages"] = [_stage(rng, game, k, states, extra) for k in range(rng.choice([1, 1, 2, 3]))]
        game = pruned(game)
        if game["stages"]:
            return game


# -- laws ------------------------------------------------------------------------------------------


def _renamed(to, names):
    return {names[s]: p for s, p in reversed(to.items())} if isinstance(to, dict) else names[to]


def relabelled(game):
    """Return the same game: states, types and moves under other names, stages' entries in another order."""
    states = {s: f"{s} of old" for s in STATES}
    back = dict(game, start=_renamed(game["start"], states), stages=[])
    for stage in game["stages"]:
        new = dict(stage, name=f"the {stage['name']}")
        if "then" in stage:
            new["moves"] = {states[s]: v for s, v in reversed(stage["moves"].items())}
            new["then"] = {
                states[s]: [dict(m, to=_renamed(m["to"], states)) for m in reversed(rows)]
                for s, rows in reversed(stage["then"].items())
            }
        else:
            new["moves"] = {
                states[s]: [dict(m, label=f"{m['label']}!", to=_renamed(m["to"], states)) for m in reversed(rows)]
                for s, rows in reversed(stage["moves"].items())
            }
        back["stages"].append(new)
    return back


def rescaled(game, factor):
    """Return the game with every payoff times `factor` and the precision divided by it: the same play."""

    def moves(rows):
        return [
            dict(m, **{k: {p: x * factor for p, x in m[k].items()} for k in ("pay", "drive") if k in m}) for m in rows
        ]

    stages = []
    for stage in game["stages"]:
        part = "then" if "then" in stage else "moves"
        stages.append(dict(stage, **{part: {s: moves(rows) for s, rows in stage[part].items()}}))
    return dict(game, stages=stages, rationality=game["rationality"] / factor)


def residual(game, strategies):
    """Return how far strategies are from logit best responses to their own values: an independent evaluation.

    For games without types and drives, of one period or without end.  `strategies` is the list that `solve-game`
    prints.  Values come from the strategies by iteration, the response from the values.
    """
    play = {}
    for row in strategies:
        play.setdefault((row["stage"], row["state"], row["player"]), {})[row["move"]] = row["probability"]
    players, stages = game["players"], game["stages"]
    end = game.get("periods") is not None
    known = {s: dict.fromkeys(players, 0.0) for s in STATES}
    worst = 0.0
    for sweep in range(1 if end else 4000):
        after, worst = {s: {p: game["discount"] * v for p, v in row.items()} for s, row in known.items()}, 0.0
        for stage in reversed(stages):
            after, off = _back(game, stage, after, play)
            worst = max(worst, off)
        change = max(abs(after[s][p] - known[s][p]) for s in STATES for p in players)
        known = after
        if not end and change < 1e-13 and sweep:
            break
    return worst


def _worth(m, after, p):
    to = m["to"] if isinstance(m["to"], dict) else {m["to"]: 1.0}
    return m.get("pay", {}).get(p, 0.0) + sum(x * after[s][p] for s, x in to.items())


def _back(game, stage, after, play):
    """Return the values before a stage, and how far its strategies are from logit responses."""
    before, worst = dict(after), 0.0
    for state, rows in (stage["then"] if "then" in stage else stage["moves"]).items():
        by = [stage["by"]] if isinstance(stage["by"], str) else stage["by"]
        key = [(stage["name"], state, p) for p in by]
        if by != ["chance"] and len(rows) > 1 and any(k not in play for k in key):
            continue  # never met
        if by == ["chance"] or len(rows) == 1:
            chances = [m["weight"] if by == ["chance"] else 1.0 for m in rows]
        elif len(by) == 1:
            chances = [play[key[0]][m["label"]] for m in rows]
            worst = max(
                worst, _off(game, rows, [m["weight"] for m in rows], [_worth(m, after, by[0]) for m in rows], chances)
            )
        else:
            own = [play[k] for k in key]
            chances = [own[0][m["if"][by[0]]] * own[1][m["if"][by[1]]] for m in rows]
            worst = max(worst, *(_off_together(game, stage, state, after, own, i) for i in (0, 1)))
        before[state] = {
            p: sum(c * _worth(m, after, p) for c, m in zip(chances, rows, strict=True)) for p in game["players"]
        }
    return before, worst


def _off(game, rows, weights, worths, chances):
    best = max(worths)
    mass = [w * math.exp(game["rationality"] * (q - best)) for w, q in zip(weights, worths, strict=True)]
    return max(abs(m / sum(mass) - c) for m, c in zip(mass, chances, strict=True))


def _off_together(game, stage, state, after, own, i):
    me, other = stage["by"][i], stage["by"][1 - i]
    listed = {
        (m if isinstance(m, str) else m["label"]): (1 if isinstance(m, str) else m["weight"])
        for m in stage["moves"][state][me]
    }
    worths = [
        sum(own[1 - i][m["if"][other]] * _worth(m, after, me) for m in stage["then"][state] if m["if"][me] == label)
        for label in listed
    ]
    return _off(game, list(listed), list(listed.values()), worths, [own[i][label] for label in listed])
