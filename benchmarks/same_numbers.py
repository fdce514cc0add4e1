"""Do two checkouts give the same numbers?

    python benchmarks/same_numbers.py OLD NEW [--case-book]

Each checkout has its own environment in `.venv`.  Asked of both, through what both keep (the public names, the catalog,
the case book): the forecast of every bundled scenario at 5 belief points with the finer error of the grid, every
classic game of the catalog solved at its default parameters, the accounts' patches forecast at a small size and, with
`--case-book`, every case of the backtest's case book solved anew (some ten minutes a checkout).  Every number that
differs by more than 1e-10, or that only one of the two has, is printed; the exit code is 1 then.  Texts
are counted only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TOLERANCE = 1e-10
SCENARIOS = ("korea-1951", "russia-ukraine-2025", "iran-nuclear-2025", "sri-lanka-2002")
ASK = """
import csv, json, sys, tempfile, tomllib
from pathlib import Path
import peacetalks as pt
from peacetalks import catalog

def plain(o):
    table = o.to_dict()
    table.get("settings", {}).pop("seconds", None)  # older checkouts have it
    return table

out = {}
for name in SCENARIOS:
    out["scenario " + name] = plain(pt.outlook(pt.load(name), belief_points=5, periods=24))
    print(name, file=sys.stderr)
for name in catalog.names():
    try:
        game = catalog.make(name)
        s = pt.solve(game, rationality=10.0, belief_points=9)
    except pt.NotSolved:
        out["catalog " + name] = "not solved"
        continue
    f = pt.forecast(s, outcome=str, periods=game.periods or 12)
    out["catalog " + name] = {
        "values": {f"{p} {k}": s.value(p, type=k) for p in game.players for k in game.type_names(p)},
        "forecast": {str(n): [float(x) for x in f.sel(outcome=n).values] for n in f.outcome.values},
        "multiple": s.multiple,
    }
print("catalog", file=sys.stderr)
small = {"battlefield.positions": 5, "talks.offers": 5}
base = pt.load("russia-ukraine-2025")
folder = Path(sys.argv[1])
for path in sorted(folder.glob("*.toml")):
    change = {c["path"]: c["value"] for c in tomllib.loads(path.read_text())["change"]}
    o = pt.outlook(pt.patch(pt.patch(base, change), small), belief_points=3, periods=24)
    out["account " + path.stem] = plain(o)
    print(path.stem, file=sys.stderr)
if sys.argv[2] == "case-book":
    from peacetalks.backtests import rebuild
    with tempfile.TemporaryDirectory() as there:
        for path in rebuild(out_dir=there):
            if path.suffix == ".csv":
                out["case book " + path.name] = [row for row in csv.reader(path.open())]
print(json.dumps(out))
"""


def ask(checkout: Path, accounts: Path, book: str) -> dict[str, Any]:
    """Return what the program in `ASK` prints in the environment of `checkout`."""
    program = f"SCENARIOS = {SCENARIOS!r}\n{ASK}"
    print(f"{checkout}:", file=sys.stderr)
    done = subprocess.run(
        [checkout / ".venv/bin/python", "-c", program, accounts, book], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Return {dotted path: number, text or None} of nested plain values."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {p: v for key, part in items for p, v in leaves(part, f"{path}/{key}").items()}
    return {path: value}


def main() -> int:
    """Compare the two checkouts named on the command line."""
    args = [a for a in sys.argv[1:] if not a.startswith("-")]
    if len(args) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    book = "case-book" if "--case-book" in sys.argv else ""
    old, new = (Path(a).resolve() for a in args)
    with tempfile.TemporaryDirectory() as there:
        for path in next((old / "src/peacetalks").rglob("russia-ukraine-2025/accounts")).glob("*.toml"):
            (Path(there) / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        a, b = (leaves(ask(one, Path(there), book)) for one in (old, new))
    worst, count, texts, bad = 0.0, 0, 0, [f"{p}: only in one of the two" for p in sorted(set(a) ^ set(b))]
    for p in sorted(set(a) & set(b)):
        x, y = a[p], b[p]
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in (x, y)):
            count += 1
            worst = max(worst, abs(x - y))
            if abs(x - y) > TOLERANCE:
                bad.append(f"{p}: {x!r} before, {y!r} now")
        elif isinstance(x, str) and isinstance(y, str) and not p.startswith("/case book"):
            texts += x != y
        elif x != y:
            bad.append(f"{p}: {x!r} before, {y!r} now")
    print("\n".join(bad))
    print(
        f"{count} numbers compared; largest difference {worst:.3g}; {len(bad)} of {len(set(a) | set(b))} entries "
        f"differ, and the wording of {texts} texts"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
