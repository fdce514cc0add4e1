r"""From answers to the numbers of a scenario, each by inverting what the number means in the model.

With a choice among moves of reference mass :math:`w_m` and worth :math:`v_m`, a move is chosen with probability
:math:`w_m e^{\lambda v_m} / \sum_k w_k e^{\lambda v_k}`.  Where all moves are worth the same (or :math:`\lambda = 0`)
that is :math:`w_m / \sum_k w_k`, which is solved for the mass of the move that was asked about:

==========  ==============================  ===========================================================================
walk        talks.walk                      p/(1 - p) times the mass of the other moves (offer + ask + stall)
sign        talks.accept                    p: the other move, rejecting, has mass 1 - accept
resolute    sides.*.types.*.share           p and 1 - p: the belief with which the model starts
ground      battlefield.front, strength     the shares themselves: at equal effort p = strength
rent        rent.weight                     percent/1200: a payment in each month of open talks
watched     deal.detection                  p: the chance that a month of rearming is detected
==========  ==============================  ===========================================================================

The first two are reproduced exactly at indifference; elsewhere the worth of the moves tilts them, as it should, and
they are a start only.  The rest holds everywhere.  A range is carried through each formula, all of which rise with p.

References
----------
Matejka, F. & McKay, A. (2015). Rational inattention to discrete choices: a new foundation for the multinomial logit
model. American Economic Review 105(1), 272-298.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from peacetalks.scenario.interview import Judged, questions, watched_deal
from peacetalks.scenario.paths import written_at
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.sources import NOT_ASKED, STARTER, basis

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from peacetalks.scenario.interview import Answer

AT_TABLE = 0.95  # mass of the moves other than walking out, where the record estimates them (`conflicts.mapping`)
TYPES = ("resolute", "irresolute")
FACTS = ("over", "since", "now")  # questions about the facts in [conflict]
PATHS = {  # the numbers that an answer sets
    "walk": ("talks.walk",),
    "sign": ("talks.accept",),
    "resolute": ("sides.1.types.resolute.share", "sides.2.types.resolute.share"),
    "ground": ("battlefield.front", "battlefield.strength"),
    "rent": ("rent.weight",),
    "watched": ("deal.detection",),
}


def interviewed(base: Mapping[str, Any], answers: Mapping[str, Answer], asked: dt.date) -> dict[str, Any]:
    """Return the plain table of a scenario: `base` with what was answered; numbers that the record estimates left out.

    Parameters
    ----------
    base : mapping
        The table of the starter, or of a conflict of the record, dated.
    answers : mapping
        By question.
    asked : datetime.date
        The day on which the answers were given, for sources.

    Returns
    -------
    dict
    """
    table = _without_estimates(copy.deepcopy(dict(base)))
    sources = {q.key: _source(q.key, answers[q.key], asked) for q in questions() if q.key in answers}
    for key, answer in answers.items():
        _SET[key](table, answer.values, sources[key])
    if said := [f"{key} {answers[key].text!r}" for key in FACTS if key in answers]:
        before = table.get("conflict", {}).get("source", STARTER)
        recorded = "" if before.startswith(STARTER) else f"{before}; "
        table["conflict"]["source"] = f"{recorded}judgement, asked {asked.isoformat()}: {', '.join(said)}"
        table.pop("reference_classes", None)
    _describe(table, answers, asked)
    return _rest_named(table)


def _source(key: str, answer: Answer, asked: dt.date) -> str:
    sure = f", {answer.sure}" if answer.sure and not answer.text.lower().endswith(answer.sure) else ""
    return f"judgement, asked {asked.isoformat()}: {key} '{answer.text}'{sure}"


def _without_estimates(value: Any) -> Any:
    """Return a table without the numbers that are estimated on the record: left out, they are estimated anew."""
    if isinstance(value, list):
        return [_without_estimates(part) for part in value]
    if not isinstance(value, dict):
        return value
    rest = {k: v for k, v in value.items() if not (isinstance(v, dict) and basis(v.get("source")) == "estimated")}
    return {k: _without_estimates(v) for k, v in rest.items()}


def _rest_named(value: Any) -> Any:
    """Return a table in which no number is the starter's any more: it was not asked about."""
    if isinstance(value, list):
        return [_rest_named(part) for part in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("source"), str) and value["source"].startswith(STARTER):
        return {**value, "source": NOT_ASKED}
    return {key: _rest_named(part) for key, part in value.items()}


def _number(judged: Judged, source: str, formula: Callable[[float], float] = lambda p: p) -> dict[str, Any]:
    """Return a judged number, by a formula that rises with it, as a file holds it."""
    low, mode, high = (float(f"{formula(p):.4g}") for p in (judged.low, judged.mode, judged.high))
    return (
        {"value": mode, "source": source} if low == high else {"low": low, "mode": mode, "high": high, "source": source}
    )


def _sides(table: dict[str, Any], values: tuple[str, ...], source: str) -> None:
    for side, label in zip(table["sides"], values, strict=True):
        side["label"] = label


def _over(table: dict[str, Any], values: tuple[str, ...], source: str) -> None:
    facts = table.setdefault("conflict", {})
    facts["kind"] = "interstate" if values[0] == "interstate" else "civil"
    facts.pop("incompatibility", None)
    if values[0] != "interstate":
        facts["incompatibility"] = values[0]
    else:
        facts.pop("internationalised", None)


def _since(table: dict[str, Any], values: tuple[Any, ...], source: str) -> None:
    facts = table.setdefault("conflict", {})
    facts["start"] = values[0]
    facts.pop("intensity", None)
    if len(values) > 1:
        facts["intensity"] = values[1]


def _now(table: dict[str, Any], values: tuple[Any, ...], source: str) -> None:
    facts, truce = table.setdefault("conflict", {}), values[0] == "truce"
    table["talks"]["open"] = values[0] != "fighting"
    table["ceasefire"]["in_force"] = truce
    facts["state"] = "truce" if truce else "fighting"
    facts.pop("since", None)
    if truce and len(values) > 1:
        facts["since"] = values[1]


def _walk(table: dict[str, Any], values: tuple[Judged, ...], source: str) -> None:
    others = mass_of_others(table)
    table["talks"]["walk"] = _number(values[0], source, lambda p: others * p / (1 - p))


def mass_of_others(table: Mapping[str, Any]) -> float:
    """Return the mass of the moves at the table other than walking out; as the record estimates it where left out.

    >>> mass_of_others({"talks": {"offer": 0.2, "ask": 0.1, "stall": 0.5}}), mass_of_others({"talks": {}})
    (0.8, 0.95)
    """
    written = [written_at(table, f"talks.{key}") for key in ("offer", "ask", "stall")]
    return AT_TABLE if None in written else float(f"{sum(float(Number.parse(raw)) for raw in written):.9g}")


def _sign(table: dict[str, Any], values: tuple[Judged, ...], source: str) -> None:
    table["talks"]["accept"] = _number(values[0], source)


def _resolute(table: dict[str, Any], values: tuple[Judged, ...], source: str) -> None:
    for side, p in zip(table["sides"], values, strict=True):
        rest = Judged(1 - p.high, 1 - p.mode, 1 - p.low)
        for name, share in zip(TYPES, (p, rest), strict=True):
            side["types"][name]["share"] = _number(share, source)
        total = [side["types"][name]["share"] for name in TYPES]
        mode = "mode" if "mode" in total[0] else "value"
        total[1][mode] = float(f"{1 - total[0][mode]:.9g}")


def _ground(table: dict[str, Any], values: tuple[Judged, ...], source: str) -> None:
    table["battlefield"]["front"] = _number(values[0], source)
    table["battlefield"]["strength"] = _number(values[1], source)


def _rent(table: dict[str, Any], values: tuple[Judged, ...], source: str) -> None:
    table.pop("rent", None)
    if values[0].mode > 0:
        table["rent"] = {"weight": _number(values[0], source, lambda p: p / 12)}


def _watched(table: dict[str, Any], values: tuple[Judged, ...], source: str) -> None:
    failing = table.get("deal", {}).get("incident")
    table["deal"] = {key: {**value, "source": NOT_ASKED} for key, value in watched_deal().items()}
    table["deal"] |= {"detection": _number(values[0], source)} | ({} if failing is None else {"incident": failing})


_SET: dict[str, Callable[[dict[str, Any], tuple[Any, ...], str], None]] = {
    "sides": _sides,
    "over": _over,
    "since": _since,
    "now": _now,
    "walk": _walk,
    "sign": _sign,
    "resolute": _resolute,
    "ground": _ground,
    "rent": _rent,
    "watched": _watched,
}


def _describe(table: dict[str, Any], answers: Mapping[str, Answer], asked: dt.date) -> None:
    """Set the texts of a scenario: name, title, summary, and what in it may rest on later knowledge."""
    as_of, facts = table["as_of"], table["conflict"]
    a, b = (side["label"] for side in table["sides"])
    if str(table["name"]).startswith(STARTER):
        slug = re.sub(r"[^a-z0-9]+", "-", f"{a} {b}".lower()).strip("-")[:60].strip("-") or "scenario"
        table["name"], table["title"] = f"{slug}-{as_of.isoformat()}", f"{a} and {b}, {as_of.isoformat()}"[:200]
        over = facts.get("incompatibility")
        what = (
            "between states" if over is None else "over territory and government" if over == "both" else f"over {over}"
        )
        table["summary"] = (
            f"{a} (side 1) and {b} (side 2), a conflict {what} fought since {facts['start'].isoformat()}. The stake, "
            "worth 1, is all that is contested; a share of it is what side 1 gets. Written from answers to ten "
            f"questions on {asked.isoformat()}; what was not asked is estimated on the record or the same for every "
            "conflict."
        )
        table["hindsight"] = "none"
    else:
        table["summary"] = f"{table['summary'].strip()} Judgements are answers to questions on {asked.isoformat()}."
    if asked > as_of:
        later = f"Judgements were asked on {asked.isoformat()}: what has been known since the date may have entered."
        before = str(table["hindsight"])
        table["hindsight"] = later if before == "none" else f"{before.strip()} {later}"
