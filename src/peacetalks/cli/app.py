"""The command line: parse, call one function, print.  Results on stdout, progress and notices on stderr."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from peacetalks.cli import questions

PLAIN: Any = {
    "no_args_is_help": True,
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
}
app = typer.Typer(help="What can we expect from these peace negotiations?", **PLAIN)
evidence_app = typer.Typer(help="The historical record: base rates and cases.", **PLAIN)
app.add_typer(evidence_app, name="evidence")
questions.register(app)

ScenarioArg = Annotated[str, typer.Argument(help="A bundled scenario's name, or the path of a .toml file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def forecast(
    scenario: ScenarioArg,
    periods: Annotated[int | None, typer.Option(help="Months to forecast (36, or the scenario's own).")] = None,
    draws: Annotated[int, typer.Option(help="Draw the ranges this many times; shows 50% and 90% bands.")] = 0,
    belief_points: Annotated[int, typer.Option(help="Belief-grid points per side.")] = 5,
    jobs: questions.Jobs = None,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV: period, view, level, outcome, probability.")
    ] = False,
    output: Annotated[Path | None, typer.Option("-o", help="Write a .html, .svg, .csv or .json file.")] = None,
) -> None:
    """Forecast a scenario: the three ends inside, outside and pooled, every outcome, the terms."""
    from peacetalks.forecasting.jobs import processes
    from peacetalks.forecasting.outlook import outlook
    from peacetalks.pages import render, screen
    from peacetalks.scenario.scenario import load

    if output is not None:
        render.check_suffix(output)
    found = load(scenario)
    with render.progress() as bar:
        o = outlook(
            found, periods=periods, draws=draws, belief_points=belief_points, progress=bar, jobs=processes(jobs)
        )
    if output is not None:
        render.write(o, output)
        print(f"Wrote {output}", file=sys.stderr)
    elif as_json:
        print(render.as_json(o), end="")
    elif as_csv:
        print(render.csv(o), end="")
    else:
        screen.show(o)


@app.command("explain")
def explain_game(
    scenario: ScenarioArg,
    periods: Annotated[int, typer.Option(help="Months over which paths are followed.")] = 24,
    belief_points: Annotated[int, typer.Option(help="Belief-grid points per side.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Explain a scenario's game: states, stages, strategies at the start, the most likely paths in words."""
    from peacetalks.forecasting.explain import explain
    from peacetalks.pages import explain_screen, render
    from peacetalks.scenario.scenario import load

    found = load(scenario)
    with render.progress():
        told = explain(found, periods=periods, belief_points=belief_points)
    if as_json:
        print(json.dumps(told.to_dict(), indent=1, allow_nan=False))
    else:
        explain_screen.show(told)


@app.command()
def check(scenario: ScenarioArg) -> None:
    """Check a scenario file: keys, ranges, sources, and the size of its game."""
    from peacetalks.forecasting.outlook import BELIEF_POINTS, PERIODS
    from peacetalks.forecasting.record_view import check_classes
    from peacetalks.forecasting.size import check as check_size
    from peacetalks.game.compile import compile_game
    from peacetalks.mechanisms.standard_game import build
    from peacetalks.scenario.scenario import load

    found = load(scenario)
    check_size(found, BELIEF_POINTS, PERIODS)
    check_classes(found)
    bare = [path for path, n in found.numbers().items() if not n.source]
    compiled = compile_game(build(found))
    print(f"{found.name}: valid; {len(found.numbers())} numbers, {len(bare)} without a source")
    for path in bare:
        print(f"  no source: {path}")
    print(f"game: {len(compiled.boundaries)} states, {compiled.n_nodes} nodes; digest {found.digest}")


@app.command()
def new(output: Annotated[Path, typer.Argument(help="File to write.")] = Path("scenario.toml")) -> None:
    """Write a starter scenario, each key explained."""
    from peacetalks.errors import SpecError
    from peacetalks.scenario.starter import starter

    if output.exists():
        raise SpecError(f"{output} exists already; give another name, nothing was written")
    output.write_text(starter(), encoding="utf-8")
    print(f"Wrote {output}: edit it, then run `peacetalks check {output}`.")


@app.command("solve-game")
def solve_game(path: Annotated[Path, typer.Argument(help="A game as JSON (see the module gamefile).")]) -> None:
    """Solve a small general game given as data; print values and strategies as JSON."""
    from peacetalks.questions.game_file import solve_file

    print(json.dumps(solve_file(path), indent=1))


@app.command()
def backtest(
    as_json: AsJson = False,
    output: Annotated[Path | None, typer.Option("-o", help="Write page.html, or a .md or .json file.")] = None,
) -> None:
    """Score forecasts made at past dates with what was known then: skill, calibration, the case book."""
    from peacetalks import backtests
    from peacetalks.backtests import page, words

    found = backtests.backtest()
    if output is not None:
        page.write(found, output)
        print(f"Wrote {output}", file=sys.stderr)
    elif as_json:
        print(json.dumps(found.to_dict(), indent=1))
    else:
        print(words.markdown(found), end="")


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
    if found["probability"] is None:
        print(f"{question}: unknown (n = {found['n']}: no cases, or none followed that long)")
    else:
        low, high = found["interval"]
        print(f"{question}: {found['probability']:.3f} (95% {low:.3f} to {high:.3f}, n = {found['n']})")
    if found["bounds"]:
        print("Bounds: {:.3f} to {:.3f}. {}".format(*found["bounds"], found["caution"]))
    elif found["caution"]:
        print(found["caution"])
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


@evidence_app.command("cards")
def cards(name: Annotated[str | None, typer.Argument(help="A dataset; left out, list all.")] = None) -> None:
    """What each dataset is, who made it, on what terms, where it is published and what its columns mean."""
    from peacetalks import evidence

    if name:
        print(json.dumps(evidence.card(name).to_dict(), indent=1, ensure_ascii=False))
        return
    for c in evidence.cards().values():
        print(f"{c.name}: {c.title}, {c.version}, {c.years[0]} to {c.years[1]}, {c.cases}. Published: {c.published}")


@evidence_app.command("outside")
def outside(
    classes: Annotated[
        list[str] | None, typer.Argument(help="Named classes or conditions: interstate reached=3y ...")
    ] = None,
    months: Annotated[str, typer.Option(help="Months, joined by commas.")] = "3,6,12,24",
    as_of: Annotated[str | None, typer.Option(help="Date (YYYY-MM-DD); nothing later is used.")] = None,
    method: Annotated[str, typer.Option(help="class or regression.")] = "class",
    as_json: AsJson = False,
) -> None:
    """What conflicts of a class became: peace, nowhere, more conflict, by month, with 95% intervals and N."""
    from peacetalks import evidence

    when = [int(m) if m.strip().isdigit() else 0 for m in months.split(",")]
    found = evidence.outside_forecast(classes or [], when, as_of, method=method)  # type: ignore[arg-type]
    if as_json:
        print(json.dumps(found.to_dict(), indent=1))
        return
    print(f"{found.reference_class} (n = {found.n} of {found.n_scope}, {found.method}, weight {found.weight:.2f})")
    for i, m in enumerate(found.horizons_months):
        print(
            f"{m} months: "
            + ", ".join(
                f"{e} {found.end_probability[i, j]:.3f} ({found.end_low[i, j]:.3f} to {found.end_high[i, j]:.3f})"
                for j, e in enumerate(found.ends)
            )
        )
    print(
        "\n".join(
            [found.definition, *(f"Not said ({k}): {v}" for k, v in found.silent.items()), f"Source: {found.source}"]
        )
    )


@evidence_app.command("rebuild")
def rebuild(
    data: Annotated[Path, typer.Argument(help="The folder with the raw files, or one with `add`ed Parquet copies.")],
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; left out, only compare.")] = None,
) -> None:
    """Rebuild every derived table from raw files and compare it, byte for byte, with the one that is shipped."""
    from peacetalks import evidence

    same = evidence.compare(data, out)
    print(
        json.dumps(
            {"same": [n for n, s in same.items() if s], "differ": [n for n, s in same.items() if not s]}, indent=1
        )
    )
    if not all(same.values()):
        raise typer.Exit(1)


@evidence_app.command("add")
def add(path: Annotated[Path, typer.Argument(help="A dataset file you downloaded.")]) -> None:
    """Recognise, check and cache a dataset file."""
    from peacetalks import evidence

    print(json.dumps(evidence.add(path).to_dict(), indent=1, default=str))


def _code(error: BaseException) -> int:
    """Return the exit code of an error: that of its class, 2 where a file cannot be read or written, 1 anything else."""
    return getattr(error, "exit_code", 2 if isinstance(error, OSError) else 1)


def main(argv: list[str] | None = None) -> Any:
    """Run the command line; exit codes: 0 done, 1 internal, 2 bad input, 3 not solved, 4 missing data, 130 interrupted."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    try:
        return app(argv, prog_name="peacetalks", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        code = _code(error)
        if code == 1:
            traceback.print_exc()
            print("peacetalks: internal error (above); please report it with the scenario", file=sys.stderr)
        else:
            print(f"peacetalks: {error}", file=sys.stderr)
        sys.exit(code)


if __name__ == "__main__":
    main()
