"""What the R package games publishes for its own data (Kenkel and Signorino 2014), and the same estimates here.

The data and the outputs of R are not part of this project: `raw_data.py` says where they are looked for.
"""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from peacetalks.estimation.estimate import estimate

WAR = "esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2"
CRISES = (
    "outcome ~ capcont + lreserves + overval + creditgrow + USinterest + service + contagion + prioratt - 1 | 1 | 1 | "
    "unifgov + lexports + preelec + postelec + rightgov + realinterest + capcont + lreserves"
)
FEWER = "outcome ~ lreserves + overval - 1 | 1 | 1 | preelec + realinterest"
FOUR = "y ~ x1 + x2 | x3 + f1 | 0 | x4 + x5 | z1 + z2 | z3 + f2"
OFFERS = "offer + accept ~ x1 + x2 + x3 + x4 + w1 + w2 | z1 + z2 + z3 + z4 + w1 + w2"
UTILITIES = [-1, 0, -1.4, 0.1]
CURRENCY = {"error": "private", "outcomes": ("no attack", "devaluation", "defense")}
LEFT_RIGHT = {"model": "egame122", "outcomes": ("LL", "LR", "RL", "RR")}
ULTIMATUM = {"model": "ultimatum", "max_offer": 15}
STUDENTS = {"model": "ultimatum", "max_offer": 100, "fixed": {"s2": 3}}
LINE = re.compile(r"^(\S.*?)\s+(-?\d+(?:\.\d+)?(?:e[+-]\d+)?)\s+(\d+\.\d+(?:e[+-]\d+)?)\s+-?\d+\.\d+\s", re.MULTILINE)


@dataclass(frozen=True)
class Published:
    """One published estimate: the stored output of R, and the call that estimates the same here."""

    name: str
    data: str
    formula: str
    settings: dict[str, Any] = field(default_factory=dict)
    block: int = 0  # of several estimates in one file
    since: int | None = None  # the first year

    def estimate(self, folder: Path, **more: Any):
        """Return the estimate here from the data below a folder of raw data."""
        table = pl.read_csv(folder / "games" / f"{self.data}.csv", null_values="NA", infer_schema_length=None)
        if self.since is not None:
            table = table.filter(pl.col("year") >= self.since)
        return estimate(self.formula, table, **self.settings, **more)

    def text(self, folder: Path) -> str:
        """Return the output of R."""
        text = (folder.parent / "replication" / f"games_{self.name}.txt").read_text(encoding="utf-8")
        return text if self.block == 0 and text.count("\nCall:") < 2 else text.split("\nCall:")[1 + self.block]

    def log_likelihood(self, folder: Path) -> float:
        """Return the log-likelihood that R prints, with the most digits."""
        return float(max(re.findall(r"logLik =?\s*(-?[\d.]+)", self.text(folder)), key=len))

    def coefficients(self, folder: Path) -> dict[str, tuple[float, float]]:
        """Return estimate and standard error of every coefficient that was estimated."""
        path = folder.parent / "replication" / f"games_{self.name}.coef.csv"
        if not path.exists():
            found = LINE.findall(self.text(folder).split("Coefficients:")[1].split("\n---")[0])
            return {name: (float(value), float(error)) for name, value, error in found}
        with path.open(encoding="utf-8") as lines:
            rows = [row for row in csv.DictReader(lines) if row["se"] not in ("NA", "")]
        return {row["term"]: (float(row["estimate"]), float(row["se"])) for row in rows}

    def has_scores(self, folder: Path) -> bool:
        """Return whether R had analytic scores for this estimate; without them its errors are of differences."""
        return "$gradient\n[1] FALSE" not in self.text(folder)


CASES = (
    Published("tight_war1800_m1", "games_war1800", WAR),
    Published("tight_war1800_m2_logit", "games_war1800", WAR, {"link": "logit"}),
    Published("tight_data_122", "games_data_122", FOUR, LEFT_RIGHT),
    Published("tight_data_ult_m1", "games_data_ult", OFFERS, ULTIMATUM),
    Published("egame12_war1800_m1", "games_war1800", WAR),
    Published("egame12_war1800_m2_logit", "games_war1800", WAR, {"link": "logit"}),
    Published("egame12_war1800_m3_ge1850", "games_war1800", WAR, since=1850),
    Published("egame12_war1800_m4_boot10", "games_war1800", WAR),
    Published("egame12_war1800_m5_fixedUtils", "games_war1800", "esc + war ~ 1", {"fixed": UTILITIES}),
    Published(
        "egame12_war1800_m6_sdByPlayer",
        "games_war1800",
        "esc + war ~ 1",
        {"fixed": UTILITIES, "scale": "by player"},
    ),
    Published("egame12_war1800_m7_sdformula", "games_war1800", WAR, {"scale": "balanc - 1"}),
    Published("egame12_leblang2003_default", "games_leblang2003", CRISES, CURRENCY),
    Published("egame12_leblang2003_reltol1e-4", "games_leblang2003", CRISES, CURRENCY),
    Published("egame122_data_122", "games_data_122", FOUR, LEFT_RIGHT),
    Published("ultimatum_data_ult_m1", "games_data_ult", OFFERS, ULTIMATUM),
    Published("ultimatum_data_ult_m2_offeronly", "games_data_ult", OFFERS.replace(" + accept", ""), ULTIMATUM),
    Published("ultimatum_data_ult_m3_fixedscale", "games_data_ult", OFFERS, {**ULTIMATUM, "fixed": {"s1": 5, "s2": 1}}),
    Published("JSS_extra", "games_leblang2003", FEWER, {**CURRENCY, "scale": "prioratt - 1"}),
    Published("JSS_extra", "games_leblang2003", "outcome ~ 1", {**CURRENCY, "fixed": [1, -1, 0, 1]}, block=1),
    Published("JSS_ult1", "JSS_ultimatum2010", "offer + accept ~ gender1 | gender2", STUDENTS),
    Published("JSS_ult1", "JSS_ultimatum2010", "offer + accept ~ gender1 | gender2", STUDENTS, block=1),
)


@dataclass(frozen=True)
class Comparison:
    """Published values and ours, coefficient by coefficient."""

    case: Published
    names: tuple[str, ...]
    published: np.ndarray  # [coefficient]
    ours: np.ndarray
    published_errors: np.ndarray
    our_errors: np.ndarray
    log_likelihood: tuple[float, float]  # published, ours
    rows: int

    @property
    def gain(self) -> float:
        """By how much our log-likelihood is above the published one."""
        return self.log_likelihood[1] - self.log_likelihood[0]


def compare(case: Published, folder: Path) -> Comparison:
    """Return a published estimate beside ours."""
    found, published = case.estimate(folder, starts=1), case.coefficients(folder)
    free = [k for k, fixed in enumerate(found.fixed) if not fixed]
    names = tuple(found.parameters[k] for k in free)
    assert names == tuple(published), f"{case.name}: {names} against {tuple(published)}"
    values, errors = np.array(list(published.values())).T
    log_likelihood = (case.log_likelihood(folder), found.log_likelihood)
    ours = (found.values[free], errors, found.standard_errors[free])
    return Comparison(case, names, values, *ours, log_likelihood, found.rows)
