"""The classic games of bargaining and war, each a small `Game` that cites its paper.

Beside the games stand benchmarks that are not equilibria of one: `group_model` (offers by rule),
`crisis_signal.equilibria` (private shocks known beforehand), `mechanism_bound` (the least war under any protocol)
and `alliance` (reliability and coalitions in closed form).

>>> from peacetalks import catalog
>>> game = catalog.make("fearon", p=0.6)
>>> game.players
('A', 'B')
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from peacetalks.catalog.attrition import HOLDOUT
from peacetalks.catalog.audience import AUDIENCE
from peacetalks.catalog.battlefield import BATTLEFIELD
from peacetalks.catalog.bimatrix import LOOPBACK, MATCHING
from peacetalks.catalog.ceasefire import CEASEFIRE
from peacetalks.catalog.centipede import CENTIPEDE, ULTIMATUM
from peacetalks.catalog.chain_store import CHAIN_STORE
from peacetalks.catalog.commitment import COMMITMENT
from peacetalks.catalog.crisis_signal import THREAT
from peacetalks.catalog.deterrence import DETERRENCE
from peacetalks.catalog.fearon import FEARON, FEARON_UNIFORM, WALK_OUT
from peacetalks.catalog.inspection import DRESHER, INSPECTION
from peacetalks.catalog.integration import INTEGRATION
from peacetalks.catalog.linkage import LINKED_TALKS, WIDER_BARGAIN
from peacetalks.catalog.loyalty import LOYALTY
from peacetalks.catalog.obstinate import OBSTINATE
from peacetalks.catalog.rearming import REARMING
from peacetalks.catalog.rent import RENT
from peacetalks.catalog.rounds import ROUNDS
from peacetalks.catalog.rubinstein import RUBINSTEIN, SHADOW_OF_POWER
from peacetalks.catalog.signals import SIGNALS
from peacetalks.catalog.signorino import SIGNORINO
from peacetalks.catalog.uncertain_power import UNCERTAIN_POWER
from peacetalks.errors import GameError, did_you_mean

if TYPE_CHECKING:
    from peacetalks.catalog.entry import Entry
    from peacetalks.game.language import Game

__all__ = ["entry", "make", "names"]

_GAMES: dict[str, Entry] = {
    "audience": AUDIENCE,
    "battlefield": BATTLEFIELD,
    "ceasefire": CEASEFIRE,
    "centipede": CENTIPEDE,
    "chain-store": CHAIN_STORE,
    "commitment": COMMITMENT,
    "deterrence": DETERRENCE,
    "dresher": DRESHER,
    "fearon": FEARON,
    "fearon-uniform": FEARON_UNIFORM,
    "holdout": HOLDOUT,
    "inspection": INSPECTION,
    "integration": INTEGRATION,
    "linked-talks": LINKED_TALKS,
    "loopback": LOOPBACK,
    "loyalty": LOYALTY,
    "obstinate": OBSTINATE,
    "ochs": MATCHING,
    "rearming": REARMING,
    "rent": RENT,
    "rounds": ROUNDS,
    "rubinstein": RUBINSTEIN,
    "shadow-of-power": SHADOW_OF_POWER,
    "signals": SIGNALS,
    "signorino": SIGNORINO,
    "threat": THREAT,
    "ultimatum": ULTIMATUM,
    "uncertain-power": UNCERTAIN_POWER,
    "walk-out": WALK_OUT,
    "wider-bargain": WIDER_BARGAIN,
}


def __dir__() -> list[str]:
    return list(__all__)


def names() -> list[str]:
    """Return the names of the games, sorted.

    >>> "chain-store" in names()
    True
    """
    return sorted(_GAMES)


def make(name: str, **params: Any) -> Game:
    """Return the classic game called `name`.

    Parameters
    ----------
    name : str
        A name out of `names()`.
    **params
        The game's parameters where they differ from their defaults; they are explained in the docstring of the game's
        own function (`peacetalks.catalog.rubinstein.rubinstein`, for example).

    Returns
    -------
    Game
        Ready for `pt.solve`.

    Raises
    ------
    GameError
        A name or a parameter that does not exist, with the nearest one that does; a value that the game refuses.

    Examples
    --------
    >>> make("centipede", nodes=6).periods
    6
    """
    function = entry(name).make
    known = inspect.signature(function).parameters
    for key in params:
        if key not in known:
            hint = did_you_mean(key, known) or f"; parameters: {', '.join(known) or 'none'}"
            raise GameError(f"game {name!r} has no parameter {key!r}{hint}")
    return function(**params)


def entry(name: str) -> Entry:
    """Return what the catalogue says about a game: its sentence, source, parameters, measures and closed forms.

    Raises `GameError` for a name that does not exist, with the nearest one that does.

    >>> entry("fearon").source, entry("fearon").default("prior.tough")
    ('Fearon (1995)', 0.5)
    """
    if name not in _GAMES:
        raise GameError(f"no game is called {name!r}{did_you_mean(name, _GAMES)}; games: {', '.join(names())}")
    return _GAMES[name]
