"""The committed tables of the case book made anew: the inside views, and the pool that is shipped with the package.

The inside views lie in this room, the pool (`pool.csv` and its card) in `evidence`, where it is read.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_book import CaseBook, case_book
from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.inside import inside_csv, inside_table, parse_inside, solve_case
from peacetalks.backtests.mapping import Size
from peacetalks.backtests.negotiations import TABLES, negotiations
from peacetalks.backtests.occasions import day_number
from peacetalks.errors import NotSolved
from peacetalks.evidence.pool import JUDGEMENT, forget_shipped, walk
from peacetalks.evidence.tables import TABLES as EVIDENCE_TABLES
from peacetalks.evidence.tables import write_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.evidence.arrays import Floats


def rebuild(
    size: Size | None = None, out_dir: str | Path | None = None, progress: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Solve every case and write the table of inside views, the pool fitted to them and the pool's card.

    Parameters
    ----------
    size
        Size of the games; default `Size()`.
    out_dir
        Folder for all three files; default where the package reads each from.
    progress
        Called with the number of cases done and of all cases.

    Returns
    -------
    list of Path
        `inside.csv`, `pool.csv` and `pool.json`.

    A case without a solution within tolerance has no inside view; it is left out of the scores, with that reason.
    """
    size = size or Size()
    book = negotiations()
    solved = []
    for i, case in enumerate(book):
        try:
            solved.append(solve_case(case, size))
        except NotSolved:
            solved.append(np.full((len(MONTHS), len(ORDER)), np.nan))
        if progress:
            progress(i + 1, len(book))
    text = inside_csv(book, solved, size)
    paths = write_tables(Path(out_dir or TABLES), {"inside.csv": text})
    inside_table.cache_clear()
    return [*paths, *repool(out_dir, parse_inside(text)[0], size)]


def repool(
    out_dir: str | Path | None = None, inside: dict[int, Floats] | None = None, size: Size | None = None
) -> list[Path]:
    """Fit the shipped pool again, without solving (after a change of the outside view); return the paths.

    `inside` are the inside views [month, class] by case id, solved at `size`; default the committed table.
    """
    book = case_book(inside, size)
    paths = write_tables(Path(out_dir or EVIDENCE_TABLES), {"pool.csv": pool_csv(book), "pool.json": pool_card(book)})
    forget_shipped()
    return paths


def pool_csv(book: CaseBook) -> str:
    """Return the fitted pool after each date on which outcomes of the case book became known."""
    ok, known = book.scored, book.known_on
    days = np.array([day_number(d) for d in known])
    after = sorted({d for d, use in zip(known, ok, strict=True) if use})
    asked = np.array([day_number(d) + 1 for d in after])
    nothing = np.full((len(after), len(ORDER)), 1 / len(ORDER))  # rows that only ask which pool was known
    inside, outside = (np.concatenate([book.views[v][ok], nothing]) for v in ("inside", "outside"))
    dates = np.concatenate([days[ok], asked])
    came = np.concatenate([book.outcome[ok], np.full(len(after), -1)])
    _, fits = walk(inside, outside, came, dates, dates, np.full(came.size, 1 / len(MONTHS)), JUDGEMENT)
    rows = ["known,weight,sharpness,low,high,n,effective_n"]
    for day, f in zip(after, fits[int(ok.sum()) :], strict=True):
        rows.append(f"{day},{f.weight:.4f},{f.sharpness:.4f},{f.low:.4f},{f.high:.4f},{f.n},{f.effective_n:g}")
    return "\n".join(rows) + "\n"


def pool_card(book: CaseBook) -> str:
    """Return the card of the shipped pool: how it was fitted, to what, on how many cases and to which date."""
    last = pool_csv(book).splitlines()[-1].split(",")
    ids = {c.id for c, use in zip(book.cases, book.scored, strict=True) if use}
    card = {
        "title": "Weight of the inside view and sharpness of the logarithmic pool, "
        "by the date from which they were known",
        "method": "posterior means on a grid, prior times the likelihood of the three ends 12 and 24 months after "
        "talks began, each row counting a half; see the module peacetalks.evidence.pool",
        "prior": {
            "weight": f"Beta({JUDGEMENT.inside:g}, {JUDGEMENT.outside:g})",
            "log_sharpness": f"Normal(0, {JUDGEMENT.spread:g})",
            "why": JUDGEMENT.why,
        },
        "fitted_on": "the case book (negotiations.csv): inside views of inside.csv, "
        "outside views of peacetalks.evidence",
        "cases": len(ids),
        "rows": int(book.scored.sum()),
        "known_to": last[0],
        "size": asdict(book.size),
        "limits": [
            "With so few cases the prior weighs heavily: see `Fit.identified`.",
            "It is the weight of scenarios made by the fixed mapping, not of those that an analyst writes.",
        ],
    }
    return json.dumps(card, indent=1, ensure_ascii=False) + "\n"
