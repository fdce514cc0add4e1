"""The pages that take time, each made by one function in a process of its own (`worker.py`)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from peacetalks.conflicts.fill import load
from peacetalks.errors import NoRecord, SpecError
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.drivers import drivers_of
from peacetalks.forecasting.emulator import emulate
from peacetalks.forecasting.jobs import processes
from peacetalks.forecasting.outlook import outlook
from peacetalks.forecasting.quick import with_reader_notes
from peacetalks.forecasting.settings import BELIEF_POINTS, DATES, PERIODS, SEED
from peacetalks.forecasting.size import check_size
from peacetalks.forecasting.what_if_forecast import whatif as forecast_with
from peacetalks.pages import catalog_page, forecast_page, table_page
from peacetalks.pages.audit_page import audit_page
from peacetalks.pages.card import bar_at, card_of
from peacetalks.pages.compare_page import compare_page
from peacetalks.pages.drivers_page import drivers_page, plain
from peacetalks.pages.files import json_text
from peacetalks.pages.infer_page import infer_page
from peacetalks.pages.shown import PEACE, at, headline_month, shown_ends
from peacetalks.pages.whatif_page import whatif_page
from peacetalks.questions import claims as audits
from peacetalks.questions import events as records
from peacetalks.questions.catalog_game import classic_game
from peacetalks.questions.catalog_grid import grid, sliders_of
from peacetalks.questions.compare import compare
from peacetalks.questions.infer import infer
from peacetalks.scenario.accounts import accounts as accounts_of
from peacetalks.scenario.plausibility import reader_notes
from peacetalks.web.made import Built, Made
from peacetalks.web.record_work import archive, backtest, evidence, history
from peacetalks.web.render import Frame, fill, table_made
from peacetalks.web.sliders import SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from peacetalks.forecasting.driver_values import Driver
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.scenario.scenario import Scenario
    from peacetalks.web.made import Result

CATALOG_POINTS = 3  # positions of a slider of a classic game
DRAWS = 64  # of an emulator, for at most ten numbers


def _loaded(source: str, memory: int) -> Scenario:
    """Return a scenario; raise `SpecError` where its game needs more memory than is given to one."""
    found = load(source)
    need = check_size(found, BELIEF_POINTS, min(PERIODS, found.periods or PERIODS)).bytes
    if need > memory:
        raise SpecError(
            f"{found.name}: its game needs about {need / 2**30:.1f} GiB, and this server gives {memory / 2**30:.1f} "
            "GiB to one. Use fewer battlefield.positions or talks.offers, or the command line"
        )
    return found


def _dates(scenario: Scenario) -> tuple[int, ...]:
    """Return the months at which accounts are compared: the usual ones that the scenario reaches, or its last."""
    last = scenario.periods
    return DATES if last is None else tuple(m for m in DATES if m <= last) or (last,)


def forecast(source: str, memory: int, frame: Frame, report: Progress) -> Made:
    """Make the page of a forecast, as `peacetalks forecast` writes it."""
    found = _loaded(source, memory)
    o = outlook(found, progress=report, answers=AnswerCache.open())
    o = with_reader_notes(o, reader_notes(found))
    bar = asdict(bar_at(o, headline_month(o)))
    more = {"headline": card_of(o).headline, "bar": bar}
    return Made(fill("report", frame, page=forecast_page.page(o)), forecast_page.as_json(o), more)


def drivers(source: str, memory: int, frame: Frame, report: Progress) -> Made:
    """Make the page of what drives a forecast; the numbers that it moves stand in `more`, the strongest first."""
    o = outlook(_loaded(source, memory), certify=False)
    o = replace(o, drivers=drivers_of(o, report, processes(None), AnswerCache.open()))
    made = table_made(drivers_page(o), plain(o), frame)
    return replace(made, more={"paths": strongest(o.drivers or ())})


def emulator(source: str, memory: int, report: Progress) -> Built:
    """Build the emulator of the strongest numbers of a scenario; what `drivers` solved is in the cache."""
    o, answers = outlook(_loaded(source, memory), certify=False), AnswerCache.open()
    paths = strongest(drivers_of(o, None, processes(None), answers))
    found = emulate(o, paths, DRAWS, SEED, report, processes(None), answers)
    month = headline_month(o)
    return Built(found, asdict(bar_at(o, month)), at(shown_ends(o), PEACE, month), found.refusal())


def strongest(found: Iterable[Driver]) -> list[str]:
    """Return the numbers that move the answer most, as many as there are sliders."""
    return [d.path for d in found if d.effect > 0][:SHOWN]


def whatif(source: str, memory: int, changes: Mapping[str, object], report: Progress) -> Made:
    """Make what changes of a scenario do to its forecast; `more` has two parts of the page `whatif`, as HTML."""
    found = _loaded(source, memory)
    w = forecast_with(found, changes, None, 0, BELIEF_POINTS, report, processes(None), AnswerCache.open())
    page, frame = whatif_page(w), Frame("whatif")
    detail = fill("whatif_exact", frame, **table_page.values(page))
    cases = {"Before": bar_at(w.before, w.month), "After": bar_at(w.after, w.month)}
    bars = fill("whatif_bars", frame, kind="exact", words=page.finding, cases=cases, notes=())
    return Made("", json_text({"finding": page.finding, **w.to_dict()}), {"bars": bars, "detail": detail})


def accounts(source: str, memory: int, frame: Frame, split: bool, report: Progress) -> Made:
    """Make the page of the accounts of a scenario, side by side; with `split` what drives each difference."""
    base, found = _loaded(source, memory), accounts_of(source)
    c = compare(base, found, _dates(base), split, BELIEF_POINTS, report, processes(None), AnswerCache.open())
    return table_made(compare_page(c), c.to_dict(), frame, split=split, offer_split=not split)


def beliefs(source: str, memory: int, frame: Frame, report: Progress) -> Made:
    """Make the page of what is believed along the record of public acts, under every account."""
    base = _loaded(source, memory)
    record, table = records.record(source), records.acts(source)
    how = {"belief_points": BELIEF_POINTS, "method": "none", "dates": _dates(base)}
    i = infer(
        base,
        record,
        table,
        accounts_of(source),
        **how,
        progress=report,
        jobs=processes(None),
        answers=AnswerCache.open(),
    )
    return table_made(infer_page(i), i.to_dict(), frame)


def claims(source: str, memory: int, frame: Frame, report: Progress) -> Made:
    """Make the page of the claims about a conflict, with a verdict on each under every account."""
    base, found, record = _loaded(source, memory), audits.claims(source), None
    with suppress(NoRecord):
        record = records.record(source)
    how = {"draws": 0, "belief_points": BELIEF_POINTS, "progress": report, "jobs": processes(None)}
    a = audits.audit(base, found, accounts_of(source), record, records.acts(source), **how, answers=AnswerCache.open())
    return table_made(audit_page(a), a.to_dict(), frame)


def catalog(name: str, frame: Frame, report: Progress) -> Made:
    """Make the page of a classic game with sliders: every combination of their positions is solved."""
    g, sliders = classic_game(name), sliders_of(name, points=CATALOG_POINTS)
    values = catalog_page.page_values(g, grid(name, None, sliders, report, processes(None)))
    return Made(fill("catalog_served", frame, **values), json_text(catalog_page.values(g)))


MAKERS: dict[str, Callable[..., Result]] = {
    make.__name__: make
    for make in (
        catalog,
        forecast,
        drivers,
        emulator,
        whatif,
        accounts,
        beliefs,
        claims,
        evidence,
        backtest,
        archive,
        history,
    )
}
