"""How long estimation takes on the data of the published packages: CPU seconds, medians of several runs in one process.

    python benchmarks/estimate.py                       # the table, as Markdown
    python benchmarks/estimate.py --write docs/estimate.md

Each row is one call from data in memory to coefficients with standard errors; reading the file is not counted.  The
data are not part of this repository: `PEACETALKS_DATA` names their folder (`games/`, `sigint/`), and what is missing is
said.  R's times are those of `games` 1.1.2 and `sigInt` 0.2.0 on the same kind of machine, stored with their outputs.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sections import write_section

from peacetalks.estimation.estimate import estimate
from peacetalks.estimation.frames import as_frame
from peacetalks.estimation.model import Estimate
from peacetalks.estimation.sigint_estimate import estimate_sigint

HEADING = "## How long it takes"
RUNS = 5
HERE = Path(__file__).resolve().parents[1]
WAR = "esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2"
ATTACKS = (
    "outcome ~ capcont + lreserves + overval + creditgrow + USinterest + service + contagion + prioratt - 1 | 1 | 1 | "
    "unifgov + lexports + preelec + postelec + rightgov + realinterest + capcont + lreserves"
)
SANCTIONS = (
    "sq + cd + sf + bd ~ sqrt(senderecondep) + senderdemocracy + contig + ally - 1 | anticipatedsendercosts"
    " | sqrt(targetecondep) + anticipatedtargetcosts + contig + ally"
    " | sqrt(senderecondep) + senderdemocracy + lncaprat | targetdemocracy + lncaprat | senderdemocracy | -1"
)
ORDER = ("no attack", "devaluation", "defense")


@dataclass(frozen=True)
class Task:
    """One estimate: its name, its data, how it is made, the file with R's output, the time it should take."""

    name: str
    data: str
    make: Callable[[object], Estimate]
    published: str
    target: float  # CPU seconds


TASKS = (
    Task(
        "egame12, war1800", "games/games_war1800.csv", lambda d: estimate(WAR, d),
        "games_egame12_war1800_m1.txt", 0.1,
    ),
    Task(
        "egame12, leblang2003, private information", "games/games_leblang2003.csv",
        lambda d: estimate(ATTACKS, d, error="private", outcomes=ORDER),
        "games_egame12_leblang2003_default.txt", 1.0,
    ),
    Task(
        "signalling game, sanctionsData, nested pseudo-likelihood", "sigint/sanctionsData.csv",
        lambda d: estimate_sigint(SANCTIONS, d, beliefs=("PRhat", "PFhat")),
        "sigInt_fit1b_npl_from_PRhat.txt", 1.0,
    ),
)  # fmt: skip
HEAD = """\
| estimate | rows | parameters | log-likelihood | starts | CPU seconds | for each start | target | R, one start |
|---|--:|--:|--:|--:|--:|--:|--:|--:|"""
INTRODUCTION = f"""\
From data in memory to coefficients with standard errors; CPU seconds, medians of {RUNS} runs in one process, on two
threads of one core with other work beside. The maximum is sought from several starts; R searches from one. R: `games`
1.1.2 and `sigInt` 0.2.0 on the same kind of machine, elapsed seconds. Remade by `python benchmarks/estimate.py --write
docs/estimate.md` where the packages' data are at hand (they are not part of this repository)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    asked = parser.parse_args()
    folder = Path(os.environ.get("PEACETALKS_DATA", HERE.parent / "shared" / "data"))
    missing = [t.data for t in TASKS if not (folder / t.data).exists()]
    for name in missing:
        print(f"missing: {name} in {folder}; set PEACETALKS_DATA to the folder that holds it", file=sys.stderr)
    rows = [row(t, folder) for t in TASKS if t.data not in missing]
    if not rows:
        sys.exit(4)
    text = "\n".join((HEAD, *rows))
    print(text)
    if asked.write and missing:
        sys.exit("not written: some data are missing (above)")
    if asked.write:
        write_section(asked.write, HEADING, f"{INTRODUCTION}\n\n{text}")


def row(task: Task, folder: Path) -> str:
    """Return the row of a task."""
    data, times, found = as_frame(folder / task.data), [], None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        task.make(data)  # imports of libraries, once
        for _ in range(RUNS):
            began = time.process_time()
            found = task.make(data)
            times.append(time.process_time() - began)
    assert found is not None
    there = elsewhere(folder.parent / "replication" / task.published)
    seconds, starts = statistics.median(times), len(found.starts)
    cells = (
        task.name, f"{found.rows:,}", str(found.free), f"{found.log_likelihood:.4f}", str(starts), f"{seconds:.2f}",
        f"{seconds / starts:.2f}", f"{task.target:g}", there,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def elsewhere(path: Path) -> str:
    """Return the median seconds that the stored output of R states; "-" where there is none."""
    if not path.exists():
        return "-"
    said = re.search(r"^seconds.*median ([\d.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return said.group(1) if said else "-"


if __name__ == "__main__":
    main()
