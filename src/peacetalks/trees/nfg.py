"""Games in normal form as Gambit's `.nfg` files: read to a `NormalForm`, and written from one.

    NFG 1 R "Pennies" { "A" "B" } { { "H" "T" } { "H" "T" } } "a comment"
    { { "A wins" 1, -1 } { "B wins" -1, 1 } }
    1 2 2 1

Strategies are named, or numbers of strategies are given.  Either outcomes are listed and every profile has the number
of one (0 pays nothing), or the payoffs of every profile follow one another; the first player's strategy varies fastest.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from peacetalks.errors import GameError
from peacetalks.trees.exact import number_text
from peacetalks.trees.gambit import Place, check_version, names_in, notes, numbers_in, parse, quoted
from peacetalks.trees.normal_form import NormalForm
from peacetalks.trees.tree import Outcome

if TYPE_CHECKING:
    from lark import Token

MOST_PROFILES = 1_000_000


def parse_nfg(text: str, where: str = "game") -> NormalForm:
    r"""Return the game that the text of an `.nfg` file describes; `where` names it in errors.

    Raises
    ------
    GameError
        With line and column: text that is no such file and what was expected, numbers of strategies, payoffs or
        profiles that do not agree, outcomes that are not listed.

    Examples
    --------
    >>> parse_nfg('NFG 1 R "" { "A" "B" } { 2 1 }\n1 2  3/2 4').payoffs.tolist()
    [[[1.0, 2.0]], [[1.5, 4.0]]]
    """
    parts, at = parse(text, "nfg", where), Place(where, text)
    version, _, title, players, strategies, comment, *body = parts
    check_version(at, version, "NFG", 1)
    names = names_in(at, players)
    own = _strategies(at, strategies, names)
    outcomes, cells = (_payoffs if len(body) == 1 else _outcomes)(at, body, len(names), math.prod(map(len, own)))
    name, words = notes(at, title, comment)
    try:
        return NormalForm(name, names, own, outcomes, cells, words)
    except GameError as e:
        raise GameError(f"{where}: {e}") from None


def _strategies(at: Place, rule: Any, players: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the labels of each player's strategies; numbers where the file only says how many there are."""
    rows = rule.children
    if rows and rows[0].data == "counts":
        sizes = [at.whole(t, "the number of strategies") for t in rows[0].children if t.type == "NUMBER"]
    else:
        sizes = [len(row.children) for row in rows]
    if len(sizes) != len(players):
        raise at.fail(rule, f"strategies of {len(sizes)} players are given; there are {len(players)}")
    if math.prod(sizes) > MOST_PROFILES:
        raise at.fail(
            rule, f"the strategies make {math.prod(sizes):,} profiles; at most {MOST_PROFILES:,} are supported"
        )
    if rows and rows[0].data == "counts":
        return tuple(tuple(str(i) for i in range(1, n + 1)) for n in sizes)
    return tuple(names_in(at, row) for row in rows)


def _payoffs(at: Place, body: list[Any], players: int, profiles: int) -> tuple[tuple[Outcome, ...], tuple[int, ...]]:
    """Return an outcome for every profile, from the list of all payoffs."""
    found = numbers_in(at, body[0])
    if len(found) != profiles * players:
        raise at.fail(
            body[0] if found else len(at.text.rstrip()),
            f"{len(found):,} payoffs follow; {profiles:,} profiles of {players} players need {profiles * players:,}",
        )
    rows = [found[i : i + players] for i in range(0, len(found), players)]
    return tuple(Outcome(row, "", i) for i, row in enumerate(rows, 1)), tuple(range(profiles))


def _outcomes(
    at: Place, body: list[Any], players: int, profiles: int
) -> tuple[tuple[Outcome, ...], tuple[int | None, ...]]:
    """Return the outcomes that the file lists, and the one of every profile."""
    outcomes = []
    for i, row in enumerate(body[0].children, 1):
        name, payoffs = row.children
        found = numbers_in(at, payoffs)
        if len(found) != players:
            raise at.fail(name, f"outcome {i} has {len(found)} payoffs; there are {players} players")
        outcomes.append(Outcome(found, at.name(name), i))
    tokens = [t for t in body[1].children if t.type == "NUMBER"]
    if len(tokens) != profiles:
        where = body[1] if tokens else len(at.text.rstrip())
        raise at.fail(where, f"{len(tokens):,} numbers of outcomes follow; there are {profiles:,} profiles")
    return tuple(outcomes), tuple(_cell(at, t, len(outcomes)) for t in tokens)


def _cell(at: Place, token: Token, outcomes: int) -> int | None:
    """Return the place of the outcome that a profile names; None for outcome 0."""
    number = at.whole(token, "the number of an outcome")
    if number > outcomes:
        raise at.fail(token, f"there is no outcome {number}; {outcomes} are listed")
    return number - 1 if number else None


def nfg_text(game: NormalForm) -> str:
    """Return a game as the text of an `.nfg` file, which reads back equal.

    Payoffs follow one another where every profile has an outcome of its own without a name; else outcomes are listed.
    """
    players = " ".join(quoted(p, "a player") for p in game.players)
    rows = ["{ " + " ".join(quoted(s, "a strategy") for s in own) + " }" for own in game.strategies]
    head = f"NFG 1 R {quoted(game.title, 'the title')} {{ {players} }}"
    comment = quoted(game.comment, "the comment")
    lists = [" ".join(map(number_text, o.payoffs)) for o in game.outcomes]
    if game.cells == tuple(range(len(game.outcomes))) and not any(o.name for o in game.outcomes):
        body = [" ".join(lists)]
    else:
        names = [quoted(o.name, "an outcome") for o in game.outcomes]
        listed = [f"{{ {name} {payoffs} }}" for name, payoffs in zip(names, lists, strict=True)]
        body = ["{", *listed, "}", " ".join(str(0 if c is None else c + 1) for c in game.cells)]
    return "\n".join([head, "{ " + "\n  ".join(rows) + " }", comment, "", *body, ""])
