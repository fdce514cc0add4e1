"""The pages about the past that take time to make: the record, the backtest, and saved forecasts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from peacetalks import backtests
from peacetalks.archive.folder import read_folder
from peacetalks.archive.over_time import history_of
from peacetalks.errors import ArchiveError
from peacetalks.evidence.browse import browse
from peacetalks.evidence.grammar import EVENTS
from peacetalks.pages import table_page
from peacetalks.pages.archive_history import history_page
from peacetalks.pages.backtest_page import page as backtest_page
from peacetalks.pages.base_rate_screen import OF_KIND
from peacetalks.pages.evidence_page import evidence_page
from peacetalks.pages.files import json_text
from peacetalks.pages.findings import backtest_finding
from peacetalks.web.made import Made
from peacetalks.web.render import Frame, fill, table_made

if TYPE_CHECKING:
    from peacetalks.archive.folder import Archive
    from peacetalks.forecasting.jobs import Progress


def evidence(frame: Frame, event: str, where: str, as_of: str, _report: Progress) -> Made:
    """Make the page of an event in a reference class, with what else can be asked."""
    b = browse(event, where, as_of or None)
    page = evidence_page(b)
    groups = {f"{kind}: {about}": [e.name for e in EVENTS if e.kind == kind] for kind, about in OF_KIND.items()}
    html = fill("evidence", frame, **table_page.values(page), groups=groups, browsed=b)
    return Made(html, json_text({"finding": page.finding, **b.to_dict()}))


def backtest(frame: Frame, _report: Progress) -> Made:
    """Make the page of the backtest, as `peacetalks backtest` writes it."""
    b = backtests.backtest()
    return Made(
        fill("tables", frame, **table_page.values(backtest_page(b))),
        json_text({"finding": backtest_finding(b), **b.to_dict()}),
    )


def archive(frame: Frame, folder: str, _report: Progress) -> Made:
    """Make the list of saved forecasts."""
    try:
        found, why = read_folder(folder), ""
    except ArchiveError as e:
        found, why = None, str(e).replace(folder, Path(folder).name)
    rows = [] if found is None else [_row(found, name) for name in found.names]
    refused = [] if found is None else [r.to_dict() for r in found.refused]
    html = fill("archive", frame, rows=rows, why=why, refused=refused)
    return Made(html, json_text({"forecasts": rows, "left_out": refused, "reason": why or None}))


def _row(a: Archive, name: str) -> dict[str, object]:
    """Return what the list says of the saved forecasts of one scenario."""
    entries = a.of(name)
    days = [e.forecast.as_of for e in entries]
    return {
        "name": name,
        "title": entries[-1].forecast.title,
        "count": len(entries),
        "first": min(days).isoformat(),
        "last": max(days).isoformat(),
        "saved": f"{max(e.forecast.moment for e in entries):%Y-%m-%d %H:%M}",
    }


def history(frame: Frame, folder: str, scenario: str, by: str, _report: Progress) -> Made:
    """Make the page of how a forecast moved, each time it was saved."""
    h = history_of(read_folder(folder), scenario, date.fromisoformat(by) if by else None)
    return table_made(history_page(h), h.to_dict(), frame, by=by, asks_date=True)
