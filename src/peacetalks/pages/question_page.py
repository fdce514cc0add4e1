"""Tables and pages of `compare`, `infer` and `audit`: one typed page, shown in the terminal or written to a file."""

from __future__ import annotations

import csv
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Template
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from peacetalks.errors import SpecError
from peacetalks.forecasting import accuracy as numerics
from peacetalks.forecasting.views import ThreeLines, views
from peacetalks.outcomes import ENDS
from peacetalks.pages.screen import END_NAMES as NAMES
from peacetalks.pages.screen import STYLES
from peacetalks.pages.view_rows import cell, kind, notes, ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from peacetalks.questions.claims import Audit
    from peacetalks.questions.compare import Comparison
    from peacetalks.questions.infer import Inference

RECORD = "Outside: what past episodes of the reference classes [1], [2]... became. Pooled: inside and outside taken together."
RANGES = (
    "Outside: 95% interval. Pooled: the least and the most that the pool gives as the weight on the inside view moves over its "
    "95% interval."
)
TERMS = "Terms: the mean share of side 1 given a settlement by the last date."


@dataclass(frozen=True)
class Section:
    """A heading with a table and perhaps a chart."""

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    svg: str = ""
    kinds: tuple[str, ...] = ()  # of the rows (`screen.STYLES`), or none
    notes: tuple[str, ...] = ()  # below the table


@dataclass(frozen=True)
class Page:
    """What is printed or written."""

    title: str
    text: str
    sections: tuple[Section, ...]


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with the number of solves on stderr while the block runs."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(
            task, completed=done, total=total, description=f"{words} ({done} of {total} solves)"
        )


def comparison(c: Comparison) -> Page:
    """Accounts side by side."""
    d = c.to_dict()["accounts"]
    dates = [f"{m} mo" for m in c.dates]
    shown = [(name, view, a) for name, three in c.lines.items() for view, a in views(three).items()]
    ends = tuple(
        (
            name,
            view,
            *(cell(a, e, m) for e in ENDS for m in c.dates),
            _share(d[name]["terms"]) if view == "inside" else "",
        )
        for name, view, a in shown
    )
    head = ("account", "view", *(f"{NAMES[e]} {m}" for e in ENDS for m in dates), "terms")
    outcomes = [(o, *(f"{a['outcomes'][o][-1]:.3f}" for a in d.values())) for o in d["base"]["outcomes"]]
    changes = [
        (name, r["path"], _span(r["base"]), _span(r["account"]), r["reason"])
        for name, a in d.items()
        for r in a["changes"]
    ]
    titles, kinds = [f"{n}: {a['title']}" for n, a in d.items()], tuple(kind(view) for _, view, _ in shown)
    sections = [
        Section(
            "The three ends",
            head,
            ends,
            f"{RECORD} {TERMS} {'; '.join(titles)}.",
            kinds=kinds,
            notes=(*notes(c.lines), *numerics.notes({name: e.numerics for name, e in c.expected.items()})),
        ),
        *_ranges({name: {"": three} for name, three in c.lines.items()}, c.dates),
        Section(f"Outcomes at {dates[-1]}", ("outcome", *d), tuple(outcomes)),
        Section("What differs", ("account", "entry", "base", "account's", "reason"), tuple(changes)),
    ]
    if c.drivers:
        sections.append(_drivers(d, dates[-1]))
    return Page(f"{c.scenario.title}: accounts compared", c.scenario.summary, tuple(sections))


def _drivers(d: dict[str, Any], date: str) -> Section:
    rows = []
    for name, a in d.items():
        if a["drivers"] is None:
            continue
        for r in a["drivers"]["credit"]:
            rows.append((name, r["entries"], *(_signed(r[e], r["error"] and r["error"][e]) for e in ENDS)))
        whole = a["drivers"]["difference"]
        rows.append((name, "whole difference from the base", *(_signed(whole[e], None) for e in ENDS)))
    text = "Shapley split of the difference between an account and the base; the credits sum to the whole."
    return Section(
        f"Which entries drive the difference at {date}", ("account", "entry", *NAMES.values()), tuple(rows), text
    )


def inference(i: Inference) -> Page:
    """The filter, the accounts and the updated forecast."""
    d = i.to_dict()
    firsts = [(side, next(iter(kinds))) for side, kinds in d["posterior"].items()]
    head = ("date", "actor", "act", "read as", *(f"{s} {k}" for s, k in firsts), "log-likelihood")
    rows: list[tuple[str, ...]] = [
        (d["start"], "", "start of the record", "", *(f"{d['prior'][s][k]:.3f}" for s, k in firsts), "0.000")
    ]
    ends = list(d["month_ends"])
    for r in d["filter"]:
        while len(d["month_ends"]) - len(ends) < r["month"] - 1:
            rows.append(_month_end(ends.pop(0), firsts))
        read = (
            f"{r['read_as']['stage']}: {' / '.join(r['read_as']['moves'])}" if r["used"] else f"not used: {r['reason']}"
        )
        act = r["act"] + (" (disputed)" if r["alternative"] else "")
        beliefs = (f"{r['posterior'][s][k]:.3f}" for s, k in firsts)
        rows.append((r["date"], r["actor"], act, read, *beliefs, f"{r['log_likelihood']:.3f}"))
    rows += [_month_end(e, firsts) for e in ends]
    other = [
        (name, *(f"{p['posterior'][s][k]:.3f}" for s, k in firsts), f"{p['log_likelihood']:.3f}")
        for name, p in d["codings"].items()
    ]
    sections = [
        Section("What is believed after each event", head, tuple(rows), svg=_chart(i)),
        Section("Disputed items by their other coding", ("coding", *head[4:]), tuple(other)),
        _accounts(d),
        _updated(i),
        *_ranges({name: i.forecasts(name) for name in d["accounts"]}, i.dates),
    ]
    return Page(f"{i.scenario.title}: what the record says", i.record.summary, tuple(sections))


def _month_end(e: dict[str, Any], firsts: list[tuple[str, Any]]) -> tuple[str, ...]:
    known = "; ".join(f"{name}: {' or '.join(map(str, v))}" for k in e["known"] for name, v in k.items())
    told = (f"{e['posterior'][s][k]:.3f}" for s, k in firsts)
    return (e["date"], "", "end of a month", f"known: {known}" if known else "", *told, f"{e['log_likelihood']:.3f}")


def _accounts(d: dict[str, Any]) -> Section:
    rows = []
    for name, a in d["accounts"].items():
        e, f = a["evidence"], a["log_bayes_factor"]
        rows.append(
            (
                name,
                f"{a['log_likelihood']:.3f}",
                "not integrated" if e is None else f"{e['log_z']:.3f} ± {e['error']:.3f}",
                "" if f is None else f"{f['value']:+.3f} ± {f['error']:.3f}",
                "" if e is None else f"{e['method']}, {e['evaluations']} solves{_unless(e)}",
            )
        )
    n = sum(r["in_comparison"] for r in d["filter"])
    text = f"On the {n} events that every account can place. Integrated over the ranges of every number that some account changes."
    head = ("account", "log-likelihood, central values", "log evidence", "log Bayes factor over base", "how")
    return Section("The record under each account", head, tuple(rows), text)


def _unless(evidence: dict[str, Any]) -> str:
    """Return what to add where an integration is not whole."""
    cut = "" if evidence["complete"] else ", stopped at the cap"
    return cut + (f" ({evidence['unsolved']} did not converge and are left out)" if evidence["unsolved"] else "")


def _updated(i: Inference) -> Section:
    shown = [
        (name, m, view, [views(three)[view] for three in i.forecasts(name).values()])
        for name, after in i.after.items()
        for m in i.dates
        for view in views(after)
    ]
    rows = tuple((name, str(m), view, *(cell(a, e, m) for e in ENDS for a in both)) for name, m, view, both in shown)
    head = ("account", "mo", "view", *(f"{NAMES[e]} {how}" for e in ENDS for how in ("without", "with")))
    text = f"{RECORD} The events move the inside view, and with it the pool; the outside view rests on other conflicts."
    kinds = tuple(kind(view) for _, _, view, _ in shown)
    below = (*notes(i.after), *numerics.notes(i.numerics))
    return Section("The forecast without and with the events", head, rows, text, kinds=kinds, notes=below)


def _ranges(lines: Mapping[str, Mapping[str, ThreeLines]], dates: tuple[int, ...]) -> list[Section]:
    """Return the ranges as a section, or none where the record is silent for every account."""
    rows, kinds = ranges(lines, dates)
    head = ("account", "view", "mo", *NAMES.values())
    return (
        [Section("How far the outside and the pooled view are known", head, rows, RANGES, kinds=kinds)] if rows else []
    )


def _chart(i: Inference) -> str:
    from peacetalks.pages.filter_chart import svg

    return svg(i)


def audit(a: Audit) -> Page:
    """Claims under every account."""
    rows = []
    for f in a.to_dict()["claims"]:
        span = "" if f["interval"] is None else f"{f['interval'][0]:+.3f} to {f['interval'][1]:+.3f}"
        against = "" if f["against"] is None else f"{f['against']:.3f}"
        value, margin = (
            "n/a" if x is None else form.format(x) for x, form in ((f["value"], "{:.3f}"), (f["margin"], "{:+.3f}"))
        )
        where = ", ".join(map(str, f["rows"]))
        off = "" if f["grid_error"] is None else f"{f['grid_error']:.3f}"
        rows.append((f["id"], where, f["account"], value, against, margin, span, off, f["verdict"]))
    head = (
        "claim",
        "rows",
        "account",
        "value",
        "against",
        "margin",
        "interval (5-95%)",
        "error of the grid",
        "verdict",
    )
    seen = {f.claim.id: f.claim for f in a.findings}
    said = [(c.id, c.sentence, c.attributed_to, c.query) for c in seen.values()]
    n = a.settings["draws"]
    how = f"Intervals over {n} draws of the ranges." if n else "No draws: the verdict is that of the central values."
    if unsolved := a.settings["unsolved"]:
        how += (
            f" {unsolved} of the games asked for did not converge; draws that need one are left out, and a claim whose"
        )
        how += " central values need one is not solved."
    sections = (
        Section("Verdicts", head, tuple(rows), how),
        Section("The claims as queries", ("claim", "sentence", "held by", "query"), tuple(said)),
    )
    return Page(f"{a.scenario.title}: claims audited", "Claims are quoted as queries, not asserted.", sections)


def show(page: Page) -> None:
    """Print a page."""
    out = Console()
    out.print(f"[bold]{page.title}[/bold]")
    for s in page.sections:
        if not s.rows:
            continue
        out.print(_lines_table(s) if s.kinds else _grid(s))
        for line in (s.text, *s.notes):
            if line:
                out.print(Text(line))


def _grid(s: Section) -> Table:
    table = Table(*(Column(h, overflow="fold") for h in s.head), title=s.title, title_justify="left")
    for row in s.rows:
        table.add_row(*map(Text, row))
    return table


def _lines_table(s: Section) -> Table:
    """Return a table of views, narrow enough for 80 columns: one word of a heading a line, accounts set apart."""
    columns = [Column(h.replace(" ", "\n"), overflow="fold", vertical="bottom") for h in s.head]
    table = Table(*columns, title=s.title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    for k, row in enumerate(s.rows):
        if k and row[0] != s.rows[k - 1][0]:
            table.add_section()
        table.add_row(*map(Text, row), style=STYLES.get(s.kinds[k], ""))
    return table


def write(page: Page, plain: dict[str, Any], path: Path) -> None:
    """Write a page to .html, its first table to .csv, its numbers to .json, its first chart to .svg."""
    svg = next((s.svg for s in page.sections if s.svg), "")
    makers: dict[str, Callable[[], str]] = {
        ".html": lambda: html(page),
        ".csv": lambda: table(page.sections[0]),
        ".json": lambda: json.dumps(plain, indent=1),
    }
    if svg:
        makers[".svg"] = lambda: svg
    if path.suffix not in makers:
        raise SpecError(f"cannot write {path.name!r}: the suffix must be one of {', '.join(makers)}")
    path.write_text(makers[path.suffix](), encoding="utf-8")


def html(page: Page) -> str:
    """Return one self-contained page."""
    source = (Path(__file__).with_name("templates") / "question.html.jinja").read_text(encoding="utf-8")
    return Template(source, autoescape=True).render(page=page)


def table(section: Section) -> str:
    """Return a section's table as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([section.head, *section.rows])
    return out.getvalue()


def _share(x: float | None) -> str:
    return "no settlement" if x is None else f"{x:.3f}"


def _span(n: Any) -> str:
    if not isinstance(n, dict) or "low" not in n:
        return "not in the game" if n is None else str(n)
    return f"{n['value']:g}" if n["low"] == n["high"] else f"{n['value']:g} ({n['low']:.3g} to {n['high']:.3g})"


def _signed(x: float, error: float | None) -> str:
    return f"{x:+.4f}" if error is None else f"{x:+.4f} ± {error:.4f}"


__all__: Sequence[str] = (
    "Page",
    "Section",
    "audit",
    "comparison",
    "html",
    "inference",
    "progress",
    "show",
    "table",
    "write",
)
