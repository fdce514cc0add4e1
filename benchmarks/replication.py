"""Published estimates of strategic models beside ours: coefficients, standard errors, log-likelihoods.

    python benchmarks/replication.py                          # the tables, as Markdown
    python benchmarks/replication.py --write docs/replication.md

Needs the raw data and the stored outputs of R (PEACETALKS_DATA, as for the tests).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from sections import write_section

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.published_games import CASES, Comparison, compare
from support.raw_data import raw_data

HEADING = "## The package games"
CLOSE = 1e-7  # of a log-likelihood: below it two are the same maximum


def main() -> None:
    """Print the tables, or write them into a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", type=Path, metavar="PAGE", help="a Markdown page, whose section is replaced")
    page, folder = parser.parse_args().write, raw_data()
    if folder is None or not (folder.parent / "replication").is_dir():
        raise SystemExit("no raw data, or no stored outputs of R: set PEACETALKS_DATA to the folder of raw data")
    found = [compare(case, folder) for case in CASES]
    has_scores = [case.has_scores(folder) for case in CASES]
    text = "\n\n".join([summary(found, has_scores), *map(table, found)])
    if page:
        write_section(page, HEADING, text)
    else:
        print(text)


def summary(found: list[Comparison], has_scores: list[bool]) -> str:
    """Return one row for every published estimate."""
    head = (
        "| estimate | rows | log-likelihood, published | ours | largest difference of a coefficient | "
        "of a standard error, relative | |"
    )
    lines = [head, "|---|--:|--:|--:|--:|--:|---|"]
    for c, scores in zip(found, has_scores, strict=True):
        coefficient = np.abs(c.ours - c.published).max()
        error = np.abs(c.published_errors / c.our_errors - 1).max()
        lines.append(
            f"| {title(c)} | {c.rows} | {c.log_likelihood[0]:.8f} | {c.log_likelihood[1]:.8f} | {coefficient:.1e} | "
            f"{error:.1e} | {remark(c, scores)} |"
        )
    return "\n".join(lines)


def remark(c: Comparison, has_scores: bool) -> str:
    """Return what explains a difference."""
    notes = []
    if c.gain > CLOSE:
        notes.append("R stopped before the maximum")
    if not has_scores:
        notes.append("R had no analytic scores")
    return "; ".join(notes)


def title(c: Comparison) -> str:
    """Return the name of an estimate; the second and later ones of a file with their number."""
    return f"`{c.case.name}`" + (f" ({c.case.block + 1})" if c.case.block else "")


def table(c: Comparison) -> str:
    """Return published value, ours and the difference of every coefficient."""
    lines = [
        f"### {title(c)}",
        "",
        "| coefficient | published | ours | difference | s.e. published | s.e. ours | difference |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for k, name in enumerate(c.names):
        values = (c.published[k], c.ours[k], c.published_errors[k], c.our_errors[k])
        lines.append(
            f"| `{name}` | {values[0]:.6f} | {values[1]:.6f} | {values[1] - values[0]:.1e} | {values[2]:.6f} | "
            f"{values[3]:.6f} | {values[3] - values[2]:.1e} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
