"""From a formula, a table of cases and settings to a model with its data bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.egame12 import Egame12
from peacetalks.estimation.egame122 import Egame122
from peacetalks.estimation.egame123 import Egame123
from peacetalks.estimation.formulas import Part, constant, part, read_formula, variables
from peacetalks.estimation.frames import as_frame, complete, require_columns
from peacetalks.estimation.index_model import IndexModel
from peacetalks.estimation.observations import NOT_OBSERVED, outcomes_of
from peacetalks.estimation.player_errors import require_errors
from peacetalks.estimation.ultimatum import Ultimatum

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

    from peacetalks.estimation.extensive import ExtensiveGame
    from peacetalks.estimation.formulas import Formula
    from peacetalks.estimation.model import Array, Model

EXTENSIVE: dict[str, type[ExtensiveGame]] = {kind.game: kind for kind in (Egame12, Egame122, Egame123)}
MODELS = (*EXTENSIVE, Ultimatum.name)
BY_PLAYER = "by player"


@dataclass(frozen=True)
class Bound:
    """A model with its data, the parameters that are fixed, and the rows of the table that it uses.

    Attributes
    ----------
    model : Model
    fixed : mapping
        Value by name of the parameters that are not estimated.
    used : polars.DataFrame
        The rows used, with all columns of the table.
    dropped : int
        Rows left out because a value was missing.
    """

    model: Model
    fixed: Mapping[str, float]
    used: pl.DataFrame
    dropped: int


def bind(  # noqa: PLR0913 (what is asked of `estimate`)
    formula: str | Mapping[str, str],
    data: Any,
    model: str,
    *,
    link: str = "probit",
    error: str = "agent",
    fixed: Mapping[str, float] | Sequence[float] | None = None,
    scale: str | Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
    max_offer: float | None = None,
    cluster: str | None = None,
) -> Bound:
    """Return a model with its data; the parameters are those of `estimate`.

    Raises `EstimationError` for a model, a formula, a table or settings that do not fit together.
    """
    require_errors(link, error)
    table, parsed = as_frame(data), read_formula(formula)
    also = () if cluster is None else (cluster,)
    require_columns(also, table, "cluster")
    if model in EXTENSIVE:
        if max_offer is not None:
            raise EstimationError(f"max_offer belongs to the model 'ultimatum', not to {model!r}")
        require_columns(parsed.observed, table, "the left side of the formula")
        kind = EXTENSIVE[model]
        coding = outcomes_of(parsed.observed, kind.paths, table, outcomes, model)
        return _extensive(kind(coding, link, error), parsed, table, fixed, scale, also)
    if model == Ultimatum.name:
        _refuse_ultimatum(link, error, scale, outcomes)
        return _ultimatum(parsed, table, fixed, max_offer, also)
    raise EstimationError(f"model: there is no model {model!r}. {suggestion(model, MODELS)}")


def _extensive(
    game: ExtensiveGame,
    parsed: Formula,
    table: pl.DataFrame,
    fixed: Mapping[str, float] | Sequence[float] | None,
    scale: str | Sequence[str] | None,
    also: tuple[str, ...],
) -> Bound:
    """Return a game with known decisions, bound."""
    given = _fixed_payoffs(fixed, game.labels)
    payoffs = parsed.by_label(game.labels, game.name, without=set(given))
    scales = _scales(scale, game.players, all_fixed=set(game.labels) <= set(given))
    texts = {**{label: text for label, text in payoffs.items() if label not in given}, **scales}
    seen = game.read(table)
    assert seen is not None, "the columns of outcomes are there"
    used, dropped = complete(table, [*_columns(texts), *also], seen != NOT_OBSERVED)
    parts = [constant(label) if label in given else part(label, texts[label], used) for label in game.labels]
    spreads = [part(label, text, used, single=True) for label, text in scales.items()]
    _require_origin(game, parts)
    _require_unit(spreads, held=bool(given))
    parts += spreads
    bound = IndexModel.bind(game, parts, used.select(_used(texts, parsed.observed)))
    return Bound(bound, _fixed(given, bound), used, dropped)


def _ultimatum(
    parsed: Formula,
    table: pl.DataFrame,
    fixed: Mapping[str, float] | Sequence[float] | None,
    max_offer: float | None,
    also: tuple[str, ...],
) -> Bound:
    """Return the ultimatum game, bound."""
    if max_offer is None or not max_offer > 0:
        raise EstimationError(f"max_offer: the ultimatum game needs the largest offer, above 0; got {max_offer!r}")
    if len(parsed.observed) > 2:
        raise EstimationError("formula: the left side is 'offer + accept', or 'offer' for offers without answers")
    if fixed is not None and not isinstance(fixed, Mapping):
        raise EstimationError("fixed: the ultimatum game takes values by name: {'s1': 5, 's2': 1}")
    require_columns(parsed.observed, table, "the left side of the formula")
    game = Ultimatum(parsed.observed, float(max_offer))
    given = {_log_name(name): _log_value(name, value) for name, value in (fixed or {}).items()}
    texts = parsed.by_label(game.labels, game.name)
    used, dropped = complete(table, [*_columns(texts), *parsed.observed, *also])
    parts = [part(label, text, used) for label, text in texts.items()] + [constant(name) for name in game.scales]
    bound = IndexModel.bind(game, parts, used.select(_used(texts, parsed.observed)))
    return Bound(bound, _fixed(given, bound), used, dropped)


def _refuse_ultimatum(link: str, error: str, scale: object, outcomes: object) -> None:
    """Raise `EstimationError` for settings that the ultimatum game does not have."""
    asked = {"scale": scale is not None, "outcomes": outcomes is not None, "error": error != "agent"}
    asked["link"] = link != "probit"  # the default: the errors of the game are logistic in any case
    for name, wrong in asked.items():
        if wrong:
            raise EstimationError(
                f"{name}: the ultimatum game has logistic errors with the scales s1 and s2; leave {name} out"
            )


def _fixed_payoffs(fixed: Mapping[str, float] | Sequence[float] | None, labels: Sequence[str]) -> dict[str, float]:
    """Return the fixed values by name; a list has one for every payoff."""
    if fixed is None:
        return {}
    if isinstance(fixed, Mapping):
        return {str(name): float(value) for name, value in fixed.items()}
    values = list(fixed)
    if len(values) != len(labels):
        raise EstimationError(f"fixed: a list has a value for each of {', '.join(labels)}; got {len(values)}")
    return {label: float(value) for label, value in zip(labels, values, strict=True)}


def _scales(scale: str | Sequence[str] | None, players: int, all_fixed: bool) -> dict[str, str]:
    """Return the formula of the log of every scale; none where scales are 1.

    >>> _scales("by player", 2, all_fixed=True)
    {'log(sigma1)': '1', 'log(sigma2)': '1'}
    """
    if scale is None:
        return {"log(sigma)": "1"} if all_fixed else {}
    texts = ["1"] * players if scale == BY_PLAYER else [scale] if isinstance(scale, str) else list(scale)
    if not isinstance(scale, str) and len(texts) != players:
        raise EstimationError(f"scale: a list has a formula for each of {players} players; got {len(texts)}")
    if len(texts) == 1:
        return {"log(sigma)": texts[0].removeprefix("~").strip()}
    return {f"log(sigma{k + 1})": text.removeprefix("~").strip() for k, text in enumerate(texts)}


def _require_origin(game: ExtensiveGame, parts: Sequence[Part]) -> None:
    """Raise `EstimationError` where a covariate stands in all payoffs of a player: only their differences matter."""
    for player in range(1, game.players + 1):
        own = [p for p, (who, _) in zip(parts, game.payoffs, strict=True) if who == player]
        if len(own) < game.ends_after(player):  # a payoff is nought by definition
            continue
        shared = set.intersection(*({name.removeprefix(f"{p.label}:") for name in p.names if p.spec} for p in own))
        if shared:
            raise EstimationError(
                f"formula: {sorted(shared)[0]} stands in every payoff of player {player}; "
                "only differences of payoffs are identified, so leave it out of one"
            )


def _require_unit(spreads: Sequence[Part], held: bool) -> None:
    """Raise `EstimationError` where a scale has a constant and nothing holds the unit of payoffs."""
    for p in spreads:
        if not held and any(name in (p.label, f"{p.label}:(Intercept)") for name in p.names):
            raise EstimationError(
                f"scale: {p.label} has a constant, but no payoff is fixed to hold the unit of payoffs; "
                "write its formula without intercept ('x - 1'), or fix payoffs"
            )


def _columns(texts: Mapping[str, str]) -> list[str]:
    """Return the columns that formulas name, in order of first use."""
    return list(dict.fromkeys(name for label, text in texts.items() for name in variables(text, label)))


def _used(texts: Mapping[str, str], observed: Iterable[str]) -> list[str]:
    """Return the columns that a model needs, each once."""
    return list(dict.fromkeys([*observed, *_columns(texts)]))


def _fixed(given: Mapping[str, float], model: IndexModel) -> dict[str, float]:
    """Return fixed values by parameter; raises `EstimationError` for a name or a value that is none."""
    for name, value in given.items():
        if name not in model.parameters:
            raise EstimationError(f"fixed: there is no parameter {name!r}. {suggestion(name, model.parameters)}")
        if not np.isfinite(value):
            raise EstimationError(f"fixed: {name} must be a finite number, got {value!r}")
    return dict(given)


def _log_name(name: str) -> str:
    """Return the parameter of a scale."""
    return f"log({name})" if name in ("s1", "s2") else name


def _log_value(name: str, value: float) -> float:
    """Return the value of the parameter of a scale."""
    if name in ("s1", "s2") and not value > 0:
        raise EstimationError(f"fixed: the scale {name} must be above 0, got {value!r}")
    return float(np.log(value)) if name in ("s1", "s2") else float(value)


def cluster_numbers(used: pl.DataFrame, column: str) -> Array:
    """Return the number of each row's cluster, from 0 in order of first appearance, [row]."""
    values = used[column].to_list()
    number = {value: k for k, value in enumerate(dict.fromkeys(values))}
    return np.array([number[value] for value in values])
