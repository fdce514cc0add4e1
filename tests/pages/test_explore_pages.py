"""Sweeps, levers, and where an answer comes from: on screen, as pages, CSV and JSON."""

import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest
from support.schemas import fits, fitting
from support.screens import on_screen
from support.tiny import tiny

import peacetalks as pt
from peacetalks.forecasting.axes import ranges
from peacetalks.forecasting.driver_values import Drivers
from peacetalks.forecasting.drivers import drivers_of
from peacetalks.forecasting.sensitivity_values import Sensitivity
from peacetalks.forecasting.sobol import Index, Share
from peacetalks.pages import advise_page, drivers_page, sensitivity_text, sweep_screen, table_page
from peacetalks.pages.advise_chart import lever_caption
from peacetalks.pages.cells import UNKNOWN
from peacetalks.questions.advise_values import Effect

PATHS = ["talks.walk", "talks.accept", "battlefield.front"]
ODDS = {"talks.accept": 0.6, "talks.walk": 0.3, "battlefield.front": 0.01}
TERMS = {"battlefield.front": 0.9, "talks.accept": 0.05, "talks.walk": 0.02}
SETTINGS = {
    "draws": 16, "seed": 1, "solved": 23, "unsolved": 0, "impossible": 0, "lost_at": None, "periods": 2,
    "belief_points": 2, "rows": 64,
}  # fmt: skip


@pytest.fixture(scope="module")
def base():
    return tiny()


@pytest.fixture(scope="module")
def o(base):
    """An outlook with three numbers moved by themselves, and made-up indices of all together."""
    o = pt.outlook(base, belief_points=2, certify=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("peacetalks.forecasting.drivers.ranges", lambda s: [r for r in ranges(s) if r[0] in PATHS])
        return replace(o, drivers=Drivers(drivers_of(o), made(ODDS, TERMS)))


def share(name, value, rank, width=0.01):
    index = Index(value, max(value - width, 0), value + width)
    return Share(name, index, index, (rank, rank))


def made(peace, terms, explained=0.95):
    """A sensitivity of two targets, with shares by number as given."""
    numbers = {
        t: tuple(share(p, x, i) for i, (p, x) in enumerate(of.items(), 1))
        for t, of in (("peace", peace), ("terms", terms))
    }
    tables = {"peace": (share("talks", 0.8, 1), share("battlefield", 0.1, 2))}
    known = {"peace": explained, "terms": explained}
    known_or_not = {"peace": (share("cannot be known", 0.9, 1), share("can be known", 0.1, 2))}
    return Sensitivity(12, numbers, tables, known_or_not, known, {"peace": 0.01, "terms": 0.01}, SETTINGS)


def test_the_finding_says_what_moves_the_terms_and_not_the_odds(o):
    text = sensitivity_text.finding(o, made(ODDS, TERMS))
    assert "comes from negotiations (80%)" in text
    assert text.endswith("Share of the front held by United Nations Command moves the terms, not the odds.")
    both = {"battlefield.front": 0.6, "talks.accept": 0.3, "talks.walk": 0.1}
    text = sensitivity_text.finding(o, made(both, both))
    assert "not the odds" not in text
    assert "The terms hang most on share of the front held by United Nations Command too (60%)." in text
    text = sensitivity_text.finding(o, made(ODDS, ODDS, explained=0.4))
    assert "cannot be ranked: predicted from the other draws, 40% of the variance is explained" in text


def test_where_nothing_can_be_ranked_nothing_is(o):
    found = made(ODDS, TERMS)
    few = replace(found, settings={**SETTINGS, "solved": 13, "unsolved": 10, "lost_at": "talks.walk towards its end"})
    assert "10 of 23 games have no forecast, most of them with talks.walk towards its end of its range" in few.unranked(
        "peace"
    )
    assert not replace(found, settings={**SETTINGS, "solved": 21, "unsolved": 2}).unranked("peace")
    for s in (few, made(ODDS, TERMS, explained=0.4)):
        assert sensitivity_text.finding(o, s).startswith("What the answer by 10 July 1952 hangs on most cannot be ")
        plain = s.to_dict()["targets"][0]
        assert [x["name"] for x in plain["numbers"]] == sorted(PATHS)
        assert {x["ranks"] for x in plain["numbers"]} == {None}
        numbers = sensitivity_text.sections(o, s)[2]
        assert {(row[3], row[6]) for row in numbers.rows} == {(UNKNOWN, UNKNOWN)}
        assert sensitivity_text.csv_cells(s, "talks.walk")[6:8] == (None, None)
        page = replace(o, drivers=Drivers(o.drivers, s))
        assert sum(section.plot is not None for section in drivers_page.drivers_page(page).sections) == 1
        fitting("drivers", table_page.makers(drivers_page.drivers_page(page), drivers_page.plain(page))[".json"]())


def test_the_finding_names_only_what_can_be_told_apart(o):
    found = made(ODDS, TERMS)
    some = tuple(
        replace(share(p, x, 1), ranks=ranks)
        for p, x, ranks in zip(PATHS, (0.6, 0.2, 0.1), ((1, 1), (2, 4), (2, 4)), strict=True)
    )
    last = replace(share("rationality", 0.1, 4), ranks=(2, 4))
    text = sensitivity_text.finding(o, replace(found, numbers={"peace": (*some, last)}))
    assert "(80%); of single numbers most from " in text
    assert text.count("%") == 2
    none = tuple(replace(s, ranks=(1, 4)) for s in found.numbers["peace"])
    both = tuple(replace(s, ranks=(1, 3)) for s in found.mechanisms["peace"])
    s = replace(found, numbers={**found.numbers, "peace": none}, mechanisms={"peace": both})
    text = sensitivity_text.finding(o, s)
    assert text.startswith(
        "Which mechanism leaves most open about peace by 10 July 1952 cannot be ranked; single numbers"
    )


def test_where_the_answer_comes_from_on_screen_and_page(o):
    text = on_screen(drivers_page.show, o)
    assert max(map(len, text.splitlines())) <= 80
    for words in ("By mechanism", "cannot be known", "How closely the emulator predicts"):
        assert words in " ".join(text.split())
    makers = table_page.makers(drivers_page.drivers_page(o), drivers_page.plain(o))
    page = makers[".html"]()
    assert page.count("<svg") >= 4  # two charts in two widths
    assert "Where the answer comes from, all ranges at once" in page
    rows = list(csv.DictReader(io.StringIO(makers[".csv"]())))
    first = next(s for s in o.drivers.sensitivity.numbers["peace"] if s.name == rows[0]["path"])
    assert float(rows[0]["peace_total"]) == first.total.value
    out = fitting("drivers", makers[".json"]())
    assert out["sensitivity"]["settings"]["draws"] == 16
    assert [d["path"] for d in out["drivers"]] == [d.path for d in o.drivers]
    without = replace(o, drivers=tuple(o.drivers))
    assert fitting(
        "drivers", table_page.makers(drivers_page.drivers_page(without), drivers_page.plain(without))[".json"]()
    )


def test_levers(base):
    a = pt.advise(base, "mediator", belief_points=2, pairs=2)
    text = on_screen(advise_page.show, a)
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    for words in ("The model expects peace by 10 September 1951 at", "no counsel to any", "[a mediator]", "In pairs"):
        assert words in flat
    makers = table_page.makers(advise_page.advise_page(a), a.to_dict())
    page = makers[".html"]()
    assert "<svg" in page
    assert "held by" in page
    rows = list(csv.DictReader(io.StringIO(makers[".csv"]())))
    assert len(rows) == len(a.levers) + len(a.pairs)
    assert float(rows[0]["peace"]) == a.levers[0].peace.value
    out = fitting("advise", makers[".json"]())
    assert out["levers"][0]["levers"] == [a.levers[0].levers[0].name]
    assert not fits("advise", {**out, "extra": 1})


def test_levers_without_a_clear_effect(base):
    a = pt.advise(base, "mediator", belief_points=2, pairs=0)
    none = replace(a, levers=tuple(replace(m, peace=None, reason="its game has no solution") for m in a.levers))
    assert "no lever raises it by more than the error" in advise_page.finding(none)
    assert {"its", "game", "has", "no", "solution"} <= set(on_screen(advise_page.show, none).split())


def test_levers_whose_error_is_not_known(base):
    a = pt.advise(base, "mediator", belief_points=2, pairs=0)
    assert {m.peace.clear for m in a.levers} <= {None, False}
    assert "whether a lever raises it is not known, since no coarser belief grid shows the error" in (
        advise_page.finding(a)
    )
    assert "error not known" in {row[-1] for row in advise_page.advise_page(a).sections[1].rows}


def test_what_is_said_of_accounts(base):
    a = pt.advise(base, "mediator", belief_points=2, pairs=0)

    def lines(here, **accounts):
        of = {name: None if x is None else Effect(x, 0.001) for name, x in accounts.items()}
        levers = tuple(replace(m, peace=Effect(here, 0.001), by_account=of) for m in a.levers)
        return advise_page.advise_page(replace(a, levers=levers, accounts=tuple(of))).lead[:-1]

    assert lines(0.1, one=0.2, other=0.1) == (
        "The effect on peace has clearly the same sign here and under every account (one, other) for 4 of 4 levers.",
    )
    assert "for 0 of 4 levers; of the others it is within the error" in lines(0.1, one=0.2, other=-7e-5)[0]
    assert "(other under other)" in lines(0.0005, one=0.2, other=-0.2)[0]
    said, lost = lines(0.1, one=None, other=0.1)
    assert "for 0 of 4 levers" in said
    assert lost == "No forecast under one (every lever)."


def test_a_table_that_is_wide_breaks_headings_and_keeps_the_names_of_rows_readable():
    long = "ceasefires asked for are agreed to more readily [both sides]"
    head = ("if", "peace, model alone", "error", "peace, best estimate", "truce broken in 12 months", "note")
    rows = tuple((long, "+1.8", "±0.4", "+0.2", "+0.1", note) for note in ("", "within the error"))
    text = on_screen(lambda s, out: out.print(table_page.numbers_table(s)), table_page.Section("", head, rows))
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("ceasefires asked for" in line for line in lines) == 2
    assert "within the error" in text


def test_a_sweep(base):
    table = pt.sweep(base, {"talks.walk": [0.03, 0.06], "talks.open": ["on", "off"]}, belief_points=2)
    text = on_screen(sweep_screen.show, table)
    assert max(map(len, text.splitlines())) <= 80
    assert "korea-1951 by 10 September 1951: 4 combinations" in text
    assert "This is month 2; a file (-o sweep.csv) has months 1 too." in text
    makers = sweep_screen.makers(table)
    rows = list(csv.DictReader(io.StringIO(makers[".csv"]())))
    assert len(rows) == 4 * 2 * 2 * 3
    assert pl.read_parquet(io.BytesIO(makers[".parquet"]())).equals(
        pl.read_csv(io.StringIO(makers[".csv"]()), try_parse_dates=True)
    )
    out = fitting("sweep", makers[".json"]())
    assert out["points"][1]["values"] == {"talks.walk": 0.03, "talks.open": "off"}
    assert out["points"][1]["model"]["peace"] == table.model[0, 1, :, 0].values.tolist()
    lost = table.copy(deep=True)
    lost.model[0, 0], lost.best[0, 0], lost.terms[0, 0] = float("nan"), float("nan"), float("nan")
    lost.attrs["unsolved"] = ["talks.walk=0.03, talks.open=on: made up"]
    assert json.loads(sweep_screen.makers(lost)[".json"]())["points"][0]["model"] is None
    assert "No forecast at talks.walk=0.03, talks.open=on: made up" in " ".join(
        on_screen(sweep_screen.show, lost).split()
    )


def test_the_chart_of_levers_says_how_many_of_how_many_it_shows(o):
    levers = tuple(SimpleNamespace(peace=1, effect=float(i)) for i in range(18))
    a = SimpleNamespace(levers=levers, scenario=o.scenario, month=2)
    assert lever_caption(a).endswith(" Shown: 14 of 18 levers.")
    assert "Shown" not in lever_caption(SimpleNamespace(levers=levers[:14], scenario=o.scenario, month=2))
