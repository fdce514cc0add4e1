"""Words and pages: an `Outlook` as terminal tables, CSV, JSON or one self-contained HTML file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import Template
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from peacetalks.mechanisms.state import ENDS, LABELS
from peacetalks.scenario_outlook import MONTHS, Outlook
from peacetalks.spec import SpecError

END_NAMES = {"peace": "Peace", "nowhere": "Nowhere", "more_conflict": "More conflict"}


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr while the block runs."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Solving the game", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def months(o: Outlook) -> list[int]:
    """Return the dates shown: 1, 3, 6, 12, 24 months as far as the forecast goes."""
    last = int(o.outcomes.period[-1])
    return [m for m in MONTHS if m <= last] or [last]


def show(o: Outlook) -> None:
    """Print the forecast."""
    out = Console()
    out.print(f"[bold]{o.scenario.title}[/bold] (as of {o.scenario.as_of}), inside view")
    table = Table("", *[f"{m} mo" for m in months(o)])
    for end, names in ENDS.items():
        table.add_row(f"[bold]{END_NAMES[end]}[/bold]", *_row(o.ends.sel(end=end), months(o), "[bold]{}[/bold]"))
        if o.bands is not None:
            table.add_row("  50% band", *_band(o, end, 0.25, 0.75))
            table.add_row("  90% band", *_band(o, end, 0.05, 0.95))
        for name in names:
            table.add_row(f"  {LABELS[name]}", *_row(o.outcomes.sel(outcome=name), months(o)))
        table.add_row("  with nothing hidden", *_row(o.noise_floor.sel(end=end), months(o), "[dim]{}[/dim]"))
    table.add_row("Moved by private information", *_row(o.information_share, months(o)))
    out.print(table)
    facts = o.to_dict()["terms"]
    mean = "no settlement" if facts["mean"] is None else f"{facts['mean']:.2f}"
    base = facts["baselines"]
    out.print(
        f"Terms if settled: {facts['share_of']} gets {mean} on average. Baselines: the front as it stands "
        f"{base['front']:.2f}, capability-weighted mean {base['capability_weighted_mean']:.2f}."
    )
    s = o.settings
    lam = next(iter(s["rationality"].values()))
    out.print(
        f"[dim]precision {lam:g}, {s['belief_points']} belief points a side, {s['states']} states, "
        f"{s['nodes']} nodes, residual {o.residual:.1e}, nodes with several equilibria {o.multiple}[/dim]"
    )


def csv(o: Outlook) -> str:
    """Return the outcome probabilities as CSV."""
    rows = ["period,outcome,probability"]
    for p in o.outcomes.period.values:
        rows += [f"{p},{n},{float(o.outcomes.sel(period=p, outcome=n)):.6f}" for n in o.outcomes.outcome.values]
    return "\n".join(rows) + "\n"


def write(o: Outlook, path: Path) -> None:
    """Write the forecast to a .html, .json or .csv file; raise `SpecError` for another suffix."""
    makers = {".html": html, ".json": lambda o: json.dumps(o.to_dict(), indent=1), ".csv": csv}
    if path.suffix not in makers:
        raise SpecError(f"cannot write {path.name!r}: the suffix must be one of {', '.join(makers)}")
    path.write_text(makers[path.suffix](o), encoding="utf-8")


def html(o: Outlook) -> str:
    """Return one self-contained page with charts (no network)."""
    from peacetalks.charts import charts

    rows = [(END_NAMES[e], *_row(o.ends.sel(end=e), months(o))) for e in ENDS]
    source = Path(__file__).with_name("report.html.jinja").read_text(encoding="utf-8")
    numbers = [(path, f"{float(n):g}", n.source or "no source given") for path, n in o.scenario.numbers().items()]
    return Template(source, autoescape=True).render(
        o=o, months=months(o), rows=rows, charts=charts(o), numbers=numbers, facts=o.to_dict()["terms"], labels=LABELS
    )


def _row(a, dates: list[int], form: str = "{}") -> list[str]:
    return [form.format(f"{float(a.sel(period=m)):.3f}") for m in dates]


def _band(o: Outlook, end: str, low: float, high: float) -> list[str]:
    assert o.bands is not None
    a = o.bands["ends"].sel(end=end)
    spans = [(float(a.sel(period=m, quantile=low)), float(a.sel(period=m, quantile=high))) for m in months(o)]
    return [f"{lo:.2f}-{hi:.2f}" for lo, hi in spans]
