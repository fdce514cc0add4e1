"""The page of the calibration, `docs/calibration.md`, made from the committed card.

`python -m peacetalks.calibration.report docs/calibration.md` writes it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from peacetalks.evidence.tables import table_text, write_text

CARD = "calibration.json"
WORDS = {"nowhere": "still no settlement"}  # an end whose key is not what it is called
HEAD = """# Calibration of the mapping

The mapping (`peacetalks.conflicts.mapping`) makes a scenario of what was known of a conflict at a date. Its numbers are
judgements times factors, and the factors are estimated on the historical record. This page is made from
`calibration.json`, which `peacetalks calibrate --data DIR` makes anew with all other tables of the calibration
(`python -m peacetalks.calibration.report docs/calibration.md` writes the page).
"""


def markdown(card: dict[str, Any] | None = None) -> str:
    """Return the page; `card` is that of the calibration (default: the committed one)."""
    found = json.loads(table_text(CARD)) if card is None else card
    parts = [
        HEAD,
        _method(found),
        _parameters(found),
        _versions(found),
        _emulators(found),
        _direct(found),
        LIMITS,
    ]
    return "\n".join(parts)


def _method(card: dict[str, Any]) -> str:
    last, design = card["last_version"], card["design"]
    truces, fewest = last["truces"], min(v["effective_samples"] for v in card["versions"])
    return f"""## Method

- Data: {last["conflict_years"]:,} conflict-years with a known outcome ({card["conflict_years"]}) in {last["states"]}
  states or pairs of states. A conflict-year is asked about on its 31 December, with what was known then; talks are open
  only where a mediation, a signed text or a ceasefire is recorded in the twelve months before.
- Likelihood: {card["likelihood"]}.
  The weight is {last["weight_of_likelihood"]:g} in the last version: rows of a state are alike, and count for that
  share of as many independent ones. Weights of 1/(rows of the episode) are not used: an episode that ends soon has few
  rows, so such weights depend on the outcome and make every ending too frequent.
- Truces: {truces["known_fate"]} ceasefires of both sides of known fate, {truces["broken"]} broken within a year in
  {truces["months"]:,.0f} months of truce (weight {truces["weight"]:g}, by state); {truces["unknown_fate"]} of unknown
  fate may have broken on any day or on none, and add nothing.
- Fixed: {card["fixed"]}.
- Priors: normal on the logarithm of each factor, around 0 (the judgement), and on each slope, around 0.
- Emulator: quadratic and Gaussian process on the log ratios of the three ends, from {design["solves"]:,} solved games
  ({design["game"]}).
- Posterior: {card["posterior"]}; {last["effective_samples"]:,} effective samples in the last version, and {fewest} in
  the year with fewest.
- Tried: {" ".join(card["tried"])}
"""


def _parameters(card: dict[str, Any]) -> str:
    last = card["last_version"]
    lines = [
        f"## Parameters known by {last['known']}",
        "",
        "Value: what a scenario takes (of a factor: its logarithm, and the factor). A parameter of which the posterior",
        "is wider than 0.8 of the prior is not identified and stays at the prior.",
        "",
        "| parameter | what it is | value | factor | posterior mean | sd | prior sd | posterior width / prior width |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for p in last["parameters"]:
        factor = f"{p['factor']:.2f}" if "factor" in p else ""
        width = f"{p['width_ratio']:.2f}" + ("" if p["identified"] else " (not identified)")
        numbers = f"{p['value']:.2f} | {factor} | {p['mean']:.2f} | {p['sd']:.2f} | {p['prior_sd']:g} | {width}"
        lines.append(f"| {p['name']} | {p['meaning']} | {numbers} |")
    return "\n".join(lines) + "\n"


def _versions(card: dict[str, Any]) -> str:
    every = card["versions"]
    shown = [v for v in every if v["known"][3] in "05" or v in (every[0], every[-1])]
    lines = [
        "## Versions by year",
        "",
        f"A forecast takes the version known at its date; before {every[0]['known']} it takes the prior, and says so.",
        "There is one version a year, of which some are shown.",
        "",
        "| known by | conflict-years | states | weight of the likelihood | effective samples | not identified |",
        "|---|---:|---:|---:|---:|---|",
    ]
    names = [p["name"] for p in card["last_version"]["parameters"]]
    for v in shown:
        rest = ", ".join(n for n in names if n not in v["identified"])
        counts = (
            f"{v['conflict_years']:,} | {v['states']} | {v['weight_of_likelihood']:.2f} | {v['effective_samples']:,}"
        )
        lines.append(f"| {v['known']} | {counts} | {rest} |")
    return "\n".join(lines) + "\n"


def _emulators(card: dict[str, Any]) -> str:
    lines = [
        "## Error of the emulator: points left out",
        "",
        "Mean absolute error of the probability after 24 months, and root mean square error of the log ratios, when",
        "each solved game is predicted from all others of its group.",
        "",
        "| kind | talks | games | peace | still no settlement | more conflict | log ratios |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for e in card["emulators"]:
        p = e["probabilities"]["24"]
        errors = " | ".join(f"{p[k]:.3f}" for k in ("peace", "nowhere", "more_conflict"))
        ratios = sum(e["log_ratios"]) / len(e["log_ratios"])
        lines.append(f"| {e['kind']} | {e['talks']} | {e['points']} | {errors} | {ratios:.2f} |")
    return "\n".join(lines) + "\n"


def _direct(card: dict[str, Any]) -> str:
    d = card["direct_solves"]
    absolute, mean = d["emulator_mean_absolute"], d["emulator_mean"]
    lines = [
        "## Direct solves",
        "",
        f"{d['cases']} conflict-years drawn at random, each at a draw of the last posterior, emulated and solved:",
        "",
        "| months | end | mean absolute difference | mean difference |",
        "|---:|---|---:|---:|",
    ]
    lines += [
        f"| {m} | {WORDS.get(end, end.replace('_', ' '))} | {absolute[m][end]:.4f} | {mean[m][end]:+.4f} |"
        for m in absolute
        for end in absolute[m]
    ]
    lines += [
        "",
        f"The largest difference is {d['emulator_largest']:.3f}. On {d['belief_grid_cases']} of them, three belief",
        f"points a side against nine make a difference of {d['belief_grid_largest']:.4f} at most.",
    ]
    return "\n".join(lines) + "\n"


LIMITS = """## Limits

- The hazard of victory is matched to the record by construction, edges of the front included: the record then says
  nothing of the mobility of the front.
- The resolve of the sides (shares and costs of their types) is not estimated on crises.
- A game breaks a truce with the same chance every month; in the record half of all breaks come within a week.
- Ranges of a scenario's numbers are drawn independently of one another; the posterior's correlations are left out.
- Forecasts of single conflict-years, and how good they are: `docs/backtest.md`.
"""


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), markdown())
