"""The program under test: what is called for each kind of input, and what its result must be."""

import contextlib
import io
import json
import re
import warnings
from functools import cache

from fuzz import bases, games, oracle
from fuzz.oracle import Unsound

MONTHS, POINTS = 2, 2


def command(*argv):
    """Run a command of the program in this process; return what it printed."""
    from peacetalks.cli.app import app

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        app([str(a) for a in argv], standalone_mode=False)
    return out.getvalue()


@cache
def base():
    """Return the scenario that records, claims and accounts are about."""
    from peacetalks.scenario.scenario import from_table

    return from_table(bases.tiny(), "tiny")


@cache
def remember_solutions():
    """Solve each scenario of records and claims once: the inputs are tried by the thousand."""
    from peacetalks.questions import account_filter, batch
    from peacetalks.scenario.files import play_key

    known = {}
    for module in (account_filter, batch):
        solve = module.solve_scenario

        def remembered(s, points, solve=solve, near=None, **how):
            key = (play_key(s), points, near and play_key(near), *sorted(how.items()))
            if key not in known:
                if len(known) > 200:
                    known.clear()
                known[key] = solve(s, points, near=near, **how)
            return known[key]

        module.solve_scenario = remembered


def _check(path, case):
    out = command("check", path)
    if ": valid\ndigest " not in out:
        raise Unsound(f"`check` printed {out[:200]!r}")
    oracle.shown(out, case)


def _table(path, case):
    from peacetalks.scenario.scenario import from_table

    try:
        raw = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return  # no table: the harness's own reader
    s = from_table(raw, "made")
    oracle.finite({k: float(n) for k, n in s.numbers().items()})
    s.at({})


def _forecast(path, case):
    more = ("--periods", MONTHS, "--belief-points", POINTS, "--jobs", 1)
    if case.view == "screen":
        oracle.shown(command("forecast", path, *more), case)
        return
    oracle.forecast(oracle.read_json(command("forecast", path, "--json", *more)))


def _game(path, case):
    found = oracle.read_json(command("solve-game", path))
    oracle.solved_game(found)


def _valid_game(path, case):
    game = json.loads(path.read_text())
    found = oracle.read_json(command("solve-game", path))
    oracle.solved_game(found)
    plain = not game.get("types") and game["periods"] in (1, None) and "drive" not in path.read_text()
    if plain and (off := games.residual(game, found["strategies"])) > oracle.CLOSE:
        raise Unsound(f"own residual {off:.3g}, the program's {found['residual']:.3g}")
    if found["multiple"]:
        return  # which of several equilibria is the answer is no matter of these laws
    for what, other, factor in (
        ("other names", games.relabelled(game), 1),
        ("payoffs doubled", games.rescaled(game, 2.0), 2),
    ):
        path.write_text(json.dumps(other))
        again = oracle.read_json(command("solve-game", path))
        for p, v in found["values"].items():
            if abs(again["values"][p] - factor * v) > 1e-6:
                raise Unsound(f"{what}: the value of {p} is {again['values'][p]!r}, not {factor * v!r}")


def _events(path, case):
    from peacetalks.questions import events
    from peacetalks.questions.infer import infer

    remember_solutions()
    record = events.record(bases.NAME, path)
    found = infer(base(), record, events.acts(), belief_points=POINTS, method="none", dates=(1, 2)).to_dict()
    from peacetalks.pages.files import json_text

    found = oracle.read_json(json_text(found))
    for player, shares in found["posterior"].items():
        oracle.sums_to_one(shares.values(), f"belief about {player}")
    for one in found["accounts"].values():
        for columns in one["forecast"].values():
            for shares in zip(*columns.values(), strict=True):
                oracle.sums_to_one(shares, "forecast", 1e-8)


def _claims(path, case):
    from peacetalks.pages.files import json_text
    from peacetalks.questions import claims

    remember_solutions()
    found = claims.claims(bases.NAME, path)
    done = claims.audit(base(), found, draws=0, belief_points=POINTS)
    oracle.read_json(json_text(done.to_dict()))
    if case.view == "screen":
        from peacetalks.pages import table_page
        from peacetalks.pages.audit_page import audit_page

        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            table_page.show(audit_page(done))
        oracle.shown(out.getvalue(), case)


def _account(path, case):
    from peacetalks.forecasting.solve_scenario import solve_scenario
    from peacetalks.scenario.accounts import Account, interpretations
    from peacetalks.scenario.files import read

    found = read(path, Account)
    variants = interpretations(base(), [found])
    if case.seed % 4 == 0:
        s = variants[found.name]
        if s.battlefield.positions <= 5 and s.talks.offers <= 5 and (s.periods or 1) <= 12:
            oracle.finite(solve_scenario(s, POINTS).residual)


def _data_set(path, case):
    from peacetalks.evidence import load
    from peacetalks.evidence.intake import add

    cache_ = path.parent / "cache"
    try:
        found = add(path, cache_)
    except Exception:
        if cache_.exists() and list(cache_.iterdir()):
            raise Unsound("a refused file left something in the cache") from None
        raise
    if load(found.card.name, cache_).height > found.rows:
        raise Unsound("more rows than were added")


def _asked(path, case):
    """Run a command line; `{}` in it is the folder."""
    asked = [a.replace("{}", str(path.parent)) for a in json.loads(path.read_text())]
    try:
        out = command(*asked)
    except Exception as error:
        if hasattr(error, "format_message") and getattr(error, "exit_code", None) == 2:
            return  # typed wrongly: the parser's own message
        raise
    if "--json" in asked and not any(a.startswith("-o") for a in asked):  # else it is written to the file
        oracle.read_json(out)


RUN = {
    "scenario": _check, "scenario table": _table, "scenario solved": _forecast, "scenario valid": _forecast,
    "game": _game, "game valid": _valid_game, "events csv": _events, "events toml": _events, "claims": _claims,
    "account": _account, "data set": _data_set,
    "question": _asked, "command": _asked,
}  # fmt: skip


def run(case, folder):
    """Try an input; return what came of it: "solved" or the class of the refusal.

    Raises `Unsound` for anything that may not be; any other exception is a fault of the program too.
    """
    from fuzz.cases import VALID

    for old in sorted(folder.rglob("*"), reverse=True):
        old.rmdir() if old.is_dir() else old.unlink()
    for name, data in case.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        try:
            RUN[case.kind](folder / case.main, case)
            outcome = "done"
        except Unsound:
            raise
        except Exception as error:
            if not isinstance(error, oracle.DOCUMENTED):
                raise
            typed = case.kind == "command"  # paths are shown whole
            texts = [] if typed else [d.decode("utf-8", "replace") for d in case.files.values()]
            outcome = oracle.refusal(error, texts)
            if case.kind in VALID:
                raise Unsound(f"a valid input was refused: {outcome}: {str(error)[:500]}") from error
    for w in noted:
        if issubclass(w.category, RuntimeWarning) or re.search(r"numpy|scipy|numba|polars", str(w.filename)):
            raise Unsound(f"{w.category.__name__} at {w.filename}:{w.lineno}: {str(w.message)[:200]}")
    if case.refused and outcome == "done":
        raise Unsound(f"taken without a word: {'; '.join(case.changes)}")
    return outcome
