"""Pages and files: an `Outlook` as one self-contained HTML file, SVG, CSV or JSON; progress on stderr."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from csv import writer
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from peacetalks.errors import SpecError
from peacetalks.pages import screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xarray import DataArray

    from peacetalks.forecasting.outlook import Outlook

SHORT = """<b>{{ title }}</b>, as of {{ as_of }}
<table><tr><th></th>{% for m in months %}<th>{{ m }} mo</th>{% endfor %}</tr>
{% for r in rows %}<tr><td align="left"{% if r.kind == "end" %} style="font-weight: bold"{% endif %}>{{ r.name }}</td>
{% for c in r.cells %}<td>{{ c }}</td>{% endfor %}</tr>
{% endfor %}</table>{% for line in notes %}<div>{{ line }}</div>{% endfor %}"""


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr (on a terminal) while the block runs."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Consulting the record, solving the game", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def csv(o: Outlook) -> str:
    """Return every probability as CSV: each view's three ends, and the inside view's outcomes; unknown is empty."""
    out = io.StringIO()
    put = writer(out, lineterminator="\n").writerow
    put(("period", "view", "level", "outcome", "probability"))
    for view, a in o.views.items():
        _put(put, view, "end", a)
    _put(put, "inside", "outcome", o.outcomes)
    return out.getvalue()


def _put(put: Callable[[Any], Any], view: str, level: str, a: DataArray) -> None:
    name = next(str(d) for d in a.dims if d != "period")
    for month in a.period.values:
        for what in a[name].values:
            p = float(a.sel({"period": month, name: what}))
            put((int(month), view, level, what, f"{p:.6f}" if isfinite(p) else ""))


def table_html(o: Outlook) -> str:
    """Return the three ends in every view at the dates shown as an HTML fragment, with what was pooled below it."""
    from jinja2 import Template

    return Template(SHORT, autoescape=True).render(
        title=o.scenario.title,
        as_of=o.scenario.as_of,
        months=screen.dates(o),
        rows=[r for r in screen.rows(o) if r.end and r.kind in ("end", "record", "pooled")],
        notes=[*screen.outside_lines(o), *screen.pooled_lines(o)],
    )


def as_json(o: Outlook) -> str:
    """Return the forecast as JSON (schema: `forecast.schema.json`)."""
    return json.dumps(o.to_dict(), indent=1, allow_nan=False) + "\n"


def check_suffix(path: Path) -> None:
    """Raise `SpecError` for a file that cannot be written, before anything is computed."""
    if path.suffix not in MAKERS:
        raise SpecError(f"cannot write {path.name!r}: the suffix must be one of {', '.join(MAKERS)}")
    if not path.resolve().parent.is_dir():
        raise SpecError(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}; make it first")


def write(o: Outlook, path: Path) -> None:
    """Write the forecast to a .html, .svg, .csv or .json file; raise `SpecError` for another suffix."""
    check_suffix(path)
    path.write_text(MAKERS[path.suffix](o), encoding="utf-8")


def html(o: Outlook) -> str:
    """Return one self-contained page with charts (no script, no network)."""
    from jinja2 import Template

    from peacetalks.pages.charts import charts

    source = (Path(__file__).with_name("templates") / "report.html.jinja").read_text(encoding="utf-8")
    numbers = [(path, f"{float(n):g}", n.source or "no source given") for path, n in o.scenario.numbers().items()]
    return Template(source, autoescape=True).render(
        o=o,
        months=screen.dates(o),
        rows=screen.rows(o),
        charts=charts(o),
        numbers=numbers,
        headlines=screen.headlines(o),
        notes=[*screen.outside_lines(o), *screen.pooled_lines(o)],
        facts=[*screen.terms_lines(o), *screen.duration_lines(o), *screen.derived_lines(o)],
        settings=screen.settings_line(o),
    )


def svg(o: Outlook) -> str:
    """Return all charts as one SVG."""
    from peacetalks.pages.charts import one_svg

    return one_svg(o)


MAKERS: dict[str, Callable[[Outlook], str]] = {".html": html, ".svg": svg, ".csv": csv, ".json": as_json}
