"""The commands about the historical record: `peacetalks evidence ...`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from peacetalks.cli import options
from peacetalks.pages.printable import printable

if TYPE_CHECKING:
    from peacetalks.evidence.outside import Method

ASKABLE = "Write 'EVENT within 6 months'; `peacetalks evidence base-rate` by itself lists every event."

app = typer.Typer(help="The historical record: base rates and cases.", **options.PLAIN)


@app.command("base-rate")
def base_rate(
    question: Annotated[
        str, typer.Argument(help='For example "truce broken within 30 days"; left out, list what can be asked.')
    ] = "",
    where: options.ReferenceClass = None,
    as_of: options.AsOf = None,
    as_json: options.AsJson = False,
) -> None:
    """How often it happened in the record, with interval, N, related rates and source."""
    from peacetalks import evidence
    from peacetalks.errors import UnknownQuestion
    from peacetalks.pages.base_rate_screen import askable_lines, base_rate_lines, related_values
    from peacetalks.pages.evidence_screen import age_lines
    from peacetalks.pages.files import json_text

    if not question.strip() and not as_json:
        print(printable("\n".join(askable_lines()) + "\n"), end="")
        return
    try:
        found = evidence.base_rate(question, where, as_of)
        related = evidence.related_rates(question, where, as_of)
    except UnknownQuestion as e:
        raise UnknownQuestion(f"{e}\n{ASKABLE}") from None
    if as_json:
        print(json_text(related_values(question, found, related)), end="")
        return
    lines = [*base_rate_lines(question, found, related), *age_lines(found.coverage, as_of)]
    print(printable("\n".join(lines) + "\n"), end="")


@app.command()
def cases(
    kind: Annotated[str, typer.Argument(help="ceasefires, spells, agreements, processes, episodes, wars, crises...")],
    where: options.ReferenceClass = None,
    as_of: options.AsOf = None,
) -> None:
    """List the cases of a reference class as CSV; on stderr, how many and which are in no such class."""
    from peacetalks import evidence
    from peacetalks.evidence.composition import class_summary
    from peacetalks.pages.evidence_screen import cases_lines

    print(printable(evidence.cases(kind, where, as_of).write_csv()), end="")
    print(printable("\n".join(cases_lines(class_summary(kind, where, as_of)))), file=sys.stderr)


@app.command()
def cards(name: Annotated[str | None, typer.Argument(help="A dataset; left out, list all.")] = None) -> None:
    """What each dataset is, who made it, on what terms, where it is published and what its columns mean."""
    from peacetalks import evidence
    from peacetalks.pages.files import json_text

    if name:
        print(json_text(evidence.card(name).to_dict(), ensure_ascii=False), end="")
        return
    for c in evidence.cards().values():
        years = f"{c.years[0]} to {c.years[1]}"
        print(printable(f"{c.name}: {c.title}, {c.version}, {years}, {c.cases}. Published: {c.published}"))


@app.command(context_settings={"allow_extra_args": True})
def conflicts(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A state, a party, a territory or a UCDP number; left out, all.")] = "",
    as_of: options.AsOf = None,
    as_json: options.AsJson = False,
) -> None:
    """List the conflicts of the record by id, with parties, years, intensity and state, as known at a date."""
    from peacetalks.conflicts import find
    from peacetalks.pages.evidence_screen import conflict_lines, conflict_rows
    from peacetalks.pages.files import json_text

    text = " ".join((text, *context.args))  # a name of several words needs no quotes
    found = find.conflicts(as_of, text)
    if as_json:
        print(json_text({"coverage_end": find.coverage_end().isoformat(), "conflicts": conflict_rows(found)}), end="")
        return
    print(printable("\n".join(conflict_lines(found, text, as_of, find.coverage_end())) + "\n"), end="")


@app.command()
def outside(
    classes: Annotated[
        list[str] | None, typer.Argument(help="Named classes or conditions: interstate reached=3y ...")
    ] = None,
    months: Annotated[str, typer.Option(help="Months, joined by commas.")] = "3,6,12,24",
    as_of: options.AsOf = None,
    method: Annotated[str, typer.Option(help="class or regression.")] = "class",
    as_json: options.AsJson = False,
) -> None:
    """What became of past conflicts of a class: the outcome classes by month, with 95% intervals and N."""
    from peacetalks import evidence
    from peacetalks.pages.evidence_screen import age_lines, outside_lines
    from peacetalks.pages.files import json_text

    when = options.months_listed(months, "--months")
    found = evidence.outside_forecast(classes or [], when, as_of, method=cast("Method", method))
    lines = [*outside_lines(found), *age_lines(found.coverage, as_of)]
    print(json_text(found.to_dict()) if as_json else printable("\n".join(lines) + "\n"), end="")


@app.command()
def rebuild(
    data: Annotated[Path, typer.Argument(help="The folder with the raw files, or one with `add`ed Parquet copies.")],
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; left out, only compare.")] = None,
) -> None:
    """Rebuild every derived table from raw files and compare it, byte for byte, with the one that is shipped."""
    from peacetalks import evidence
    from peacetalks.pages.files import json_text

    same = evidence.compare(data, out)
    found = {"same": [n for n, s in same.items() if s], "differ": [n for n, s in same.items() if not s]}
    print(json_text(found), end="")
    if found["differ"]:
        raise typer.Exit(1)


@app.command()
def add(path: Annotated[Path, typer.Argument(help="A dataset file you downloaded.")]) -> None:
    """Recognise, check and cache a dataset file."""
    from peacetalks import evidence
    from peacetalks.pages.files import json_text

    print(json_text(evidence.add(path).to_dict()), end="")


@app.command()
def update(
    data: Annotated[
        Path | None, typer.Option("--data", help="The folder with the datasets; left out, where `add` puts them.")
    ] = None,
    calibrate: Annotated[bool, typer.Option("--calibrate", help="Remake the calibration on them as well.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Make the record anew from the datasets that you added; it takes precedence over the package's from then on."""
    from peacetalks.evidence.update import update as make
    from peacetalks.pages.evidence_status import update_lines
    from peacetalks.pages.files import json_text

    made = make(data, report=lambda line: print(printable(line), file=sys.stderr))
    print(json_text(made.to_dict()) if as_json else printable("\n".join(update_lines(made)) + "\n"), end="")
    if calibrate and made.changed:
        from peacetalks.calibration.rebuild import calibrate_local
        from peacetalks.pages.progress import progress

        with progress("Calibrating", "pieces") as bar:
            calibrate_local(report=bar.step)
        print("The calibration was remade on these tables.")


@app.command()
def status(as_json: options.AsJson = False) -> None:
    """Which version of each dataset answers rest on, where it ends, and which tables are the package's or your own."""
    from peacetalks.evidence.status import status as what
    from peacetalks.pages.evidence_status import status_lines
    from peacetalks.pages.files import json_text

    found = what()
    print(json_text(found.to_dict()) if as_json else printable("\n".join(status_lines(found)) + "\n"), end="")
