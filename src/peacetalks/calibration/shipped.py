"""The committed tables of the calibration: versions of the parameters by year, and their card.

A parameter that is not identified (posterior width above `IDENTIFIED_BELOW` of the prior's) stays at its prior.  The
others take their posterior mean given that those stay there (as of a normal distribution); their standard deviation is
that of the posterior, not given.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.calibration.posterior import PRIOR_SD
from peacetalks.calibration.rows import PARAMETERS, year_end
from peacetalks.evidence.calibration import FACTORS, IDENTIFIED_BELOW, PRIORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.calibration.posterior import Version
    from peacetalks.evidence.arrays import Bools, Floats

DIGITS = 3


def identified(version: Version) -> Bools:
    """Return which parameters [parameter] a version identifies."""
    return np.sqrt(np.diag(version.covariance)) < IDENTIFIED_BELOW * PRIOR_SD


def value(version: Version) -> Floats:
    """Return the parameters [parameter] that a scenario takes, rounded as they are shipped."""
    known = identified(version)
    out = np.where(known, version.mean, 0.0)
    if known.any() and not known.all():
        cross = version.covariance[np.ix_(known, ~known)]
        own = version.covariance[np.ix_(~known, ~known)]
        out[known] -= cross @ np.linalg.solve(own, version.mean[~known])
    return np.asarray(np.round(out, DIGITS) + 0.0, float)


def versions_csv(versions: Sequence[Version]) -> str:
    """Return the table of versions: a row for each year and parameter, with what a scenario takes and the posterior."""
    lines = ["known,rows,states,parameter,value,mean,sd"]
    for v in versions:
        taken, sds = value(v), np.sqrt(np.diag(v.covariance))
        for name, x, mean, sd in zip(PARAMETERS, taken, v.mean, sds, strict=True):
            day = year_end(v.year).isoformat()
            lines.append(f"{day},{v.rows},{v.states},{name},{x:.{DIGITS}f},{mean:.{DIGITS}f},{sd:.{DIGITS}f}")
    return "\n".join(lines) + "\n"


def summary(version: Version) -> list[dict[str, Any]]:
    """Return the parameters of a version as plain rows: value taken, posterior, prior, ratio of widths."""
    taken, sds, known = value(version), np.sqrt(np.diag(version.covariance)), identified(version)
    rows = []
    for i, name in enumerate(PARAMETERS):
        row: dict[str, Any] = {
            "name": name,
            "meaning": PRIORS[name][1],
            "identified": bool(known[i]),
            "value": round(float(taken[i]), DIGITS),
            "mean": round(float(version.mean[i]), DIGITS),
            "sd": round(float(sds[i]), DIGITS),
            "prior_sd": float(PRIOR_SD[i]),
            "width_ratio": round(float(sds[i] / PRIOR_SD[i]), 2),
        }
        if name in FACTORS:
            row["factor"] = round(float(np.exp(taken[i])), 3)
        rows.append(row)
    return rows


def card(versions: Sequence[Version], more: Mapping[str, Any]) -> str:
    """Return the card of the calibration as JSON text: the last version, and `more` (method, errors, trials)."""
    last = versions[-1]
    out = {
        "title": "Calibrated parameters of the mapping from record to scenario, by year",
        **more,
        "last_version": {
            "known": year_end(last.year).isoformat(),
            "conflict_years": last.rows,
            "states": last.states,
            "weight_of_likelihood": round(last.weight, 3),
            "effective_samples": round(last.effective),
            "truces": {
                "broken": last.truces.broken,
                "months": round(last.truces.months, 1),
                "known_fate": last.truces.ceasefires,
                "unknown_fate": last.truces.unknown,
                "weight": round(last.truces.weight, 3),
            },
            "parameters": summary(last),
        },
        "versions": [
            {
                "known": year_end(v.year).isoformat(),
                "conflict_years": v.rows,
                "states": v.states,
                "weight_of_likelihood": round(v.weight, 3),
                "effective_samples": round(v.effective),
                "identified": [n for n, k in zip(PARAMETERS, identified(v), strict=True) if k],
            }
            for v in versions
        ],
    }
    return json.dumps(out, indent=1, ensure_ascii=False) + "\n"
