"""The command line: parse, call one function, print.  Results on stdout, progress and notices on stderr."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from peacetalks import cli_readings

app = typer.Typer(help="What can we expect from these peace negotiations?", no_args_is_help=True, add_completion=False)
evidence_app = typer.Typer(help="The historical record: base rates and cases.", no_args_is_help=True)
app.add_typer(evidence_app, name="evidence")
cli_readings.register(app)

ScenarioArg = Annotated[str, typer.Argument(help="A bundled scenario's name, or the path of a .toml file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def forecast(
    scenario: ScenarioArg,
    periods: Annotated[int, typer.Option(help="Months to forecast.")] = 36,
    draws: Annotated[int, typer.Option(help="Draw the ranges this many times; shows 50% and 90% bands.")] = 0,
    belief_points: Annotated[int, typer.Option(help="Belief-grid points per side.")] = 5,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: period, outcome, probability.")] = False,
    output: Annotated[Path | None, typer.Option("-o", help="Write report.html, or a .json or .csv file.")] = None,
) -> None:
    """Forecast a scenario: the three ends, every outcome, the terms."""
    from peacetalks import render
    from peacetalks.scenario_outlook import outlook
    from peacetalks.spec import load

    found = load(scenario)
    with render.progress() as bar:
        o = outlook(found, periods=periods, draws=draws, belief_points=belief_points, progress=bar)
    if output is not None:
        render.write(o, output)
        print(f"Wrote {output}", file=sys.stderr)
    elif as_json:
        print(json.dumps(o.to_dict(), indent=1))
    elif as_csv:
        print(render.csv(o), end="")
    else:
        render.show(o)


@app.command()
def check(scenario: ScenarioArg) -> None:
    """Check a scenario file: keys, ranges, sources, and the size of its game."""
    from peacetalks.compile import compile_game
    from peacetalks.mechanisms import build
    from peacetalks.spec import load

    found = load(scenario)
    bare = [path for path, n in found.numbers().items() if not n.source]
    compiled = compile_game(build(found))
    print(f"{found.name}: valid; {len(found.numbers())} numbers, {len(bare)} without a source")
    for path in bare:
        print(f"  no source: {path}")
    print(f"game: {len(compiled.boundaries)} states, {compiled.n_nodes} nodes; digest {found.digest}")


@app.command()
def new(output: Annotated[Path, typer.Argument(help="File to write.")] = Path("scenario.toml")) -> None:
    """Write a starter scenario, each key explained."""
    from peacetalks.spec import SpecError
    from peacetalks.starter import starter

    if output.exists():
        raise SpecError(f"{output} exists already; give another name, nothing was written")
    output.write_text(starter(), encoding="utf-8")
    print(f"Wrote {output}: edit it, then run `peacetalks check {output}`.")


@app.command("solve-game")
def solve_game(path: Annotated[Path, typer.Argument(help="A game as JSON (see the module gamefile).")]) -> None:
    """Solve a small general game given as data; print values and strategies as JSON."""
    from peacetalks.gamefile import solve_file

    print(json.dumps(solve_file(path), indent=1))


@evidence_app.command("base-rate")
def base_rate(
    question: Annotated[str, typer.Argument(help='For example "ceasefire fails within 30 days".')],
    where: Annotated[str | None, typer.Option("--class", help="Reference class, e.g. war_type=interstate.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Date (YYYY-MM-DD); nothing later is used.")] = None,
    as_json: AsJson = False,
) -> None:
    """How often it happened in the record, with interval, N and source."""
    from peacetalks import evidence

    found = evidence.base_rate(question, where, as_of).to_dict()
    if as_json:
        print(json.dumps(found, indent=1, default=str))
        return
    low, high = found["interval"]
    print(f"{question}: {found['probability']:.3f} (95% {low:.3f} to {high:.3f}, n = {found['n']})")
    print(f"{found['definition']}\nSource: {found['source']}")


@evidence_app.command("cases")
def cases(
    kind: Annotated[str, typer.Argument(help="ceasefires, spells, agreements, processes, episodes, wars, crises...")],
    where: Annotated[str | None, typer.Option("--class", help="Reference class.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Date; nothing later is used.")] = None,
) -> None:
    """List the cases of a reference class as CSV."""
    from peacetalks import evidence

    print(evidence.cases(kind, where, as_of).write_csv(), end="")


@evidence_app.command("add")
def add(path: Annotated[Path, typer.Argument(help="A dataset file you downloaded.")]) -> None:
    """Recognise, check and cache a dataset file."""
    from peacetalks import evidence

    print(json.dumps(evidence.add(path).to_dict(), indent=1, default=str))


def _code(error: Exception) -> int:
    """Return the exit code of an error: 2 bad input, 3 not solved, 4 missing data."""
    from peacetalks.evidence import EvidenceMissing
    from peacetalks.game import GameError
    from peacetalks.solution import NotSolved
    from peacetalks.spec import SpecError

    if isinstance(error, NotSolved):
        return 3
    if isinstance(error, EvidenceMissing):
        return 4
    return 2 if isinstance(error, GameError | SpecError | ValueError) else 1


def main(argv: list[str] | None = None) -> Any:
    """Run the command line; exit codes: 0 done, 1 internal, 2 bad input, 3 not solved, 4 missing data, 130 interrupted."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    try:
        return app(argv, standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        code = _code(error)
        if code == 1:
            raise
        print(f"peacetalks: {error}", file=sys.stderr)
        sys.exit(code)


if __name__ == "__main__":
    main()
