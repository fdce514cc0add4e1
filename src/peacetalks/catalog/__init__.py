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

from peacetalks.catalog.attrition import holdout
from peacetalks.catalog.audience import audience
from peacetalks.catalog.battlefield import battlefield
from peacetalks.catalog.bimatrix import loopback, ochs
from peacetalks.catalog.ceasefire import ceasefire
from peacetalks.catalog.centipede import centipede, ultimatum
from peacetalks.catalog.chain_store import chain_store
from peacetalks.catalog.commitment import commitment
from peacetalks.catalog.crisis_signal import threat
from peacetalks.catalog.deterrence import deterrence
from peacetalks.catalog.fearon import fearon, fearon_uniform, walk_out
from peacetalks.catalog.inspection import dresher, inspection
from peacetalks.catalog.integration import integration
from peacetalks.catalog.linkage import linked_talks, wider_bargain
from peacetalks.catalog.loyalty import loyalty
from peacetalks.catalog.obstinate import obstinate
from peacetalks.catalog.rearming import rearming
from peacetalks.catalog.rent import rent
from peacetalks.catalog.rounds import rounds
from peacetalks.catalog.rubinstein import rubinstein, shadow_of_power
from peacetalks.catalog.signals import signals
from peacetalks.catalog.signorino import signorino
from peacetalks.catalog.uncertain_power import uncertain_power
from peacetalks.errors import GameError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.game.language import Game

__all__ = ["make", "names"]

_GAMES: dict[str, Callable[..., Game]] = {
    "audience": audience,
    "battlefield": battlefield,
    "ceasefire": ceasefire,
    "centipede": centipede,
    "chain-store": chain_store,
    "commitment": commitment,
    "deterrence": deterrence,
    "dresher": dresher,
    "fearon": fearon,
    "fearon-uniform": fearon_uniform,
    "holdout": holdout,
    "inspection": inspection,
    "integration": integration,
    "linked-talks": linked_talks,
    "loopback": loopback,
    "loyalty": loyalty,
    "obstinate": obstinate,
    "ochs": ochs,
    "rearming": rearming,
    "rent": rent,
    "rounds": rounds,
    "rubinstein": rubinstein,
    "shadow-of-power": shadow_of_power,
    "signals": signals,
    "signorino": signorino,
    "threat": threat,
    "ultimatum": ultimatum,
    "uncertain-power": uncertain_power,
    "walk-out": walk_out,
    "wider-bargain": wider_bargain,
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
    if name not in _GAMES:
        raise GameError(f"no game is called {name!r}{did_you_mean(name, _GAMES)}; games: {', '.join(names())}")
    known = inspect.signature(_GAMES[name]).parameters
    for key in params:
        if key not in known:
            hint = did_you_mean(key, known) or f"; parameters: {', '.join(known) or 'none'}"
            raise GameError(f"game {name!r} has no parameter {key!r}{hint}")
    return _GAMES[name](**params)
