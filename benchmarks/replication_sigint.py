"""Every stored output of the R package sigInt 0.2.0, beside what is computed here: published value, ours, difference.

    python benchmarks/replication_sigint.py

The data and the stored outputs are not part of this repository: `PEACETALKS_DATA` names the folder of the data, beside
which `replication` stands.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from estimate import SANCTIONS

from peacetalks.catalog.signal_equilibria import OUTCOMES, equilibria
from peacetalks.estimation.frames import as_frame
from peacetalks.estimation.model import Estimate
from peacetalks.estimation.sigint import bind, equilibrium_table
from peacetalks.estimation.sigint_estimate import estimate_sigint
from peacetalks.estimation.sigint_simulate import sigint_equilibria

HERE = Path(__file__).resolve().parents[1]
NESTED = ("fit1_npl_default_randomForest", "fit1b_npl_from_PRhat", "fit1c_npl_from_PRhat_maxit500")
PSEUDO = {"fit2_pl_PRnpl": ("PRnpl", "PFnpl"), "fit2b_pl_PRhat": ("PRhat", "PFhat")}
ACTIONS = ("pc", "pr", "pf")
HEAD = "| file | quantity | largest difference |\n|---|---|--:|"
Row = tuple[str, str, float]


def main() -> None:
    folder = Path(os.environ.get("PEACETALKS_DATA", HERE.parent / "shared" / "data"))
    if not (folder / "sigint").exists() or not (folder.parent / "replication").exists():
        print(f"missing: sigint in {folder}, or replication beside it; set PEACETALKS_DATA", file=sys.stderr)
        sys.exit(4)
    print(HEAD)
    for file, quantity, far in rows(folder):
        print(f"| {file} | {quantity} | {far:.1e} |")


def rows(folder: Path) -> Iterator[Row]:
    """Yield (file, quantity, largest difference) of every stored output."""
    data, stored = folder / "sigint" / "sanctionsData.csv", folder.parent / "replication"

    def read(name: str) -> pl.DataFrame:
        return pl.read_csv(stored / f"sigInt_{name}.csv")

    nested = estimate_sigint(SANCTIONS, data, beliefs=("PRhat", "PFhat"), errors="package")
    for name in NESTED:
        yield from _coefficients(name, nested, read(f"{name}.coef"))
        vcov = read(f"{name}.vcov").select(nested.parameters).to_numpy()
        yield name, "covariance", _far(nested.covariance, vcov)
        yield name, "beliefs", _far(nested.model.believed, read(f"{name}.phat").to_numpy())  # pyright: ignore[reportAttributeAccessIssue]
        yield name, "log-likelihood", abs(nested.log_likelihood - _log_likelihood(stored, name))
    for name, beliefs in PSEUDO.items():
        found = estimate_sigint(SANCTIONS, data, method="pl", beliefs=beliefs)
        yield from _coefficients(name, found, read(f"{name}.coef"))
        yield name, "log-likelihood", abs(found.log_likelihood - _log_likelihood(stored, name))
    yield from _equilibria(read)
    yield from _predictions(data, read)


def _coefficients(name: str, found: Estimate, table: pl.DataFrame) -> Iterator[Row]:
    assert found.parameters == tuple(table["term"])
    yield name, "coefficients", _far(found.values, table["estimate"].to_numpy())
    if table["se"].dtype.is_numeric():
        yield name, "standard errors, relative", float(np.abs(found.standard_errors / table["se"].to_numpy() - 1).max())


def _equilibria(read) -> Iterator[Row]:
    """Yield the documented examples: one covariate, and one parameter, along a range with three equilibria."""
    parts, theta = "sq + cd + sf + bd ~ 0 | 1 | 0 | 1 | x | 1 | 1", [1, -1.9, -2.9, 0.1, -1.2, 1]
    found, table = sigint_equilibria(parts, {"x": np.linspace(-1, 2, 101)}, theta), read("generate_eq_ex1")
    yield "generate_eq_ex1", f"{table.height} equilibria", _same(found, table, ACTIONS)
    u = np.array([[0, 1, 0, -1.9, war, -1.2, 1] for war in np.linspace(-2.9, -2.2, 15)])
    found = equilibrium_table(equilibria(u))
    for name, shown in (("generate_eq_ex2", ACTIONS), ("generate_eq_ex2_outcomes", OUTCOMES)):
        table = read(name)
        yield name, f"{table.height} equilibria", _same(found, table, shown)


def _predictions(data: Path, read) -> Iterator[Row]:
    """Yield predictions; those of the package for data are midpoints of its grid of 10,000 chances."""
    model, _ = bind(SANCTIONS, as_frame(data))
    theta = read("fit2b_pl_PRhat.coef")["estimate"].to_numpy().copy()
    found, table = model.equilibria(theta), read("predict_all_pl")
    real = table.filter(1 - pl.col("SQ") > 1e-12).sort("Row")
    yield (
        "predict_all_pl",
        f"{real.height} outcomes; {table.height - real.height} are none",
        _same(found, real, OUTCOMES),
    )
    yield "predict_first5", "outcomes", _same(found.head(5), read("predict_first5"), OUTCOMES)
    payoffs = []
    for value in np.linspace(-6, 0, 25):
        theta[model.parameters.index("bara:(Intercept)")] = value
        payoffs.append(model.payoffs(theta)[0])
    swept = equilibrium_table(equilibria(np.array(payoffs)))
    yield "predict_abar_sweep", "chances", _same(swept, read("predict_abar_sweep"), ACTIONS)


def _same(found: pl.DataFrame, table: pl.DataFrame, shown: tuple[str, ...]) -> float:
    """Return the largest difference; infinite where the equilibria are not as many."""
    if found["row"].to_list() != table["Row"].to_list():
        return np.inf
    return _far(found.select(shown).to_numpy(), table.select(shown).to_numpy())


def _far(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())


def _log_likelihood(stored: Path, name: str) -> float:
    """Return the log-likelihood that a stored output states."""
    text = (stored / f"sigInt_{name}.txt").read_text(encoding="utf-8")
    return float(next(line for line in text.splitlines() if line.startswith("logLik")).split("=")[1])


if __name__ == "__main__":
    main()
