"""Bulletins made: as-of honest, resumable, every conflict forecast or listed with the reason."""

import datetime as dt
from functools import partial

import numpy as np
import pytest

from peacetalks.archive.folder import read_folder
from peacetalks.bulletin import pieces
from peacetalks.bulletin.folder import ARCHIVE, read_bulletins, write_bulletin
from peacetalks.bulletin.make import make_bulletins
from peacetalks.bulletin.values import Settings
from peacetalks.errors import ArchiveError, EvidenceMissing, NotSolved
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.outcomes import ENDS

DAYS = [dt.date(2018, 1, 1), dt.date(2019, 1, 1)]
SMALL = Settings(belief_points=2, certify=False, attribution=False, pages=False, only=[289, 333])


def run(folder, days=DAYS, settings=SMALL, **how):
    """Make bulletins and write their values down."""
    out = []
    for m in make_bulletins(days, folder, settings, **how):
        if m.fresh:
            write_bulletin(m.bulletin, folder)
        out.append(m)
    return out


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of answers that the tests of this file share: each conflict is solved once."""
    return AnswerCache.open(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, cache):
    where = tmp_path_factory.mktemp("bulletins")
    run(where, answers=cache)
    return where


@pytest.fixture(scope="module")
def both(folder):
    return read_bulletins(folder).found


def test_every_active_conflict_is_forecast_and_no_other_is_dropped(both):
    assert [b.as_of for b in both] == DAYS
    first, second = both
    assert [e.conflict for e in first.forecasts] == [333]
    assert [(x.conflict, x.kind) for x in first.not_forecast] == [(289, "inactive")]
    assert [e.conflict for e in second.forecasts] == [289, 333]
    assert second.not_forecast == []
    for e in (*first.forecasts, *second.forecasts):
        assert [a.months for a in e.at] == [1, 3, 6, 12, 24]
        for a in e.at:
            assert sum(a.best.as_list()) == pytest.approx(1, abs=1e-6)
            assert all(low <= p <= high for p, (low, high) in zip(a.best.as_list(), _spans(a), strict=True))


def _spans(at):
    return [getattr(at.interval, end) for end in ENDS]


def test_each_forecast_is_saved_in_the_archive_as_it_stands_in_the_bulletin(folder, both):
    saved = {e.file: e.forecast for e in read_folder(folder / ARCHIVE).entries}
    entries = [(b, e) for b in both for e in b.forecasts]
    assert sorted(saved) == sorted(e.file for _, e in entries)
    for b, e in entries:
        s = saved[e.file]
        assert (s.as_of, s.digest, s.moment) == (b.as_of, e.digest, e.saved)
        for a in e.at:
            assert a.best.model_dump() == pytest.approx(s.at("best", a.day))
            assert a.record.model_dump() == pytest.approx(s.at("record", a.day))


def test_the_change_since_the_last_one_is_at_one_date_and_its_parts_sum_to_it(folder, both):
    saved = {e.file: e.forecast for e in read_folder(folder / ARCHIVE).entries}
    first, second = both
    assert [(e.conflict, e.unchanged) for e in second.forecasts if e.change is None] == [
        (289, "it is not in the bulletin of 2018-01-01")
    ]
    for e in second.forecasts[1:]:
        c, before = e.change, first.of(e.conflict)
        assert (c.since, c.day) == (dt.date(2018, 1, 1), dt.date(2020, 1, 1))
        assert c.before.as_list() == pytest.approx(list(saved[before.file].at("best", c.day).values()))
        whole = np.array(c.after.as_list()) - c.before.as_list()
        parts = np.array([[getattr(p.by, end) for end in ENDS] for p in c.parts])
        assert len(parts) == 2
        assert parts.sum(axis=0) == pytest.approx(whole, abs=1e-12)


def test_made_again_from_the_same_inputs_it_stands_as_it_is(folder, cache):
    before = {p: p.read_bytes() for p in folder.rglob("*.json")}
    again = run(folder, answers=cache)
    assert [m.fresh for m in again] == [False, False]
    assert {p: p.read_bytes() for p in folder.rglob("*.json")} == before


def test_what_is_published_is_not_replaced_by_one_of_other_inputs(folder, cache, tmp_path):
    """Other settings, or a bulletin put in before: the first stands, with its moment, and that is said."""
    before = {p: p.read_bytes() for p in folder.rglob("*.json")}
    fewer = SMALL.model_copy(update={"only": [333]})
    (found,) = run(folder, [DAYS[1]], fewer, answers=cache)
    assert (found.fresh, found.other_inputs) == (False, True)
    assert [e.conflict for e in found.bulletin.forecasts] == [289, 333]
    assert {p: p.read_bytes() for p in folder.rglob("*.json")} == before
    run(tmp_path, [DAYS[1]], answers=cache)
    added = run(tmp_path, answers=cache)
    assert [(m.fresh, m.other_inputs) for m in added] == [(True, False), (False, True)]
    assert added[1].bulletin.previous is None
    again = run(folder, answers=cache)
    assert [(m.fresh, m.other_inputs) for m in again] == [(False, False), (False, False)]


def test_a_bulletin_that_cannot_be_read_is_named_and_not_replaced(folder, cache, tmp_path):
    damaged = tmp_path / DAYS[0].isoformat() / "bulletin.json"
    damaged.parent.mkdir()
    damaged.write_text("{}")
    with pytest.raises(
        ArchiveError, match=r"2018-01-01/bulletin\.json stands there and is not replaced: .*take its folder"
    ):
        run(tmp_path, answers=cache)
    assert damaged.read_text() == "{}"
    (other,) = run(tmp_path, [DAYS[1]], answers=cache)
    assert other.fresh


@pytest.mark.slow
def test_cut_short_it_goes_on_where_it_was(tmp_path, both):
    """What was forecast before the interrupt comes from the cache, and the bulletins are the same."""
    answers = AnswerCache.open(tmp_path / "answers")

    def stop(done, _):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "b", answers=answers, progress=stop)
    assert read_bulletins(tmp_path / "b").found == ()
    assert answers.added == 2
    again = AnswerCache.open(tmp_path / "answers")
    found = run(tmp_path / "b", answers=again)
    assert (again.found, again.added) == (2, 1)
    assert [numbers(m.bulletin) for m in found] == [numbers(b) for b in both]


def numbers(b):
    """What a bulletin says, without the moments at which it was made and saved."""
    return b.model_dump(mode="json", exclude={"made": True, "forecasts": {"__all__": {"saved", "file"}}})


@pytest.mark.slow
def test_the_result_does_not_depend_on_the_number_of_processes(tmp_path, both):
    assert [numbers(m.bulletin) for m in run(tmp_path, jobs=2)] == [numbers(b) for b in both]


def test_nothing_later_enters(both, cache, tmp_path):
    """The first bulletin is the same where later ones are made with it, and where it is the only one."""
    (only,) = run(tmp_path, [DAYS[0]], answers=cache)
    assert numbers(only.bulletin)["forecasts"] == numbers(both[0])["forecasts"]
    assert only.bulletin.record_to == DAYS[0]


@pytest.mark.parametrize(
    ("error", "kind"),
    [(NotSolved("no equilibrium"), "not solved"), (EvidenceMissing("no table"), "missing data")],
)
def test_a_conflict_that_cannot_be_forecast_is_listed_with_the_reason(tmp_path, monkeypatch, error, kind):
    solve = pieces.outlook

    def failing(scenario, **how):
        if scenario.name == "conflict-333":
            raise error
        return solve(scenario, **how)

    monkeypatch.setattr(pieces, "outlook", failing)
    two = SMALL.model_copy(update={"only": [333, 418]})
    (m,) = run(tmp_path, [DAYS[0]], two)
    assert [e.conflict for e in m.bulletin.forecasts] == [418]
    assert [(x.conflict, x.kind, x.reason) for x in m.bulletin.not_forecast] == [(333, kind, str(error))]


@pytest.mark.slow
def test_a_scenario_of_the_users_own_stands_for_its_conflict(tmp_path, cache):
    from peacetalks.conflicts.from_record import record_file

    mine = tmp_path / "mine"
    mine.mkdir()
    text, _ = record_file(333, "2018-10-01")
    (mine / "kabul.toml").write_text(text)
    (m,) = run(tmp_path / "b", [DAYS[1]], SMALL.model_copy(update={"only": [333]}), scenarios=mine)
    (e,) = m.bulletin.forecasts
    assert (e.source, e.as_of) == ("kabul.toml", dt.date(2018, 10, 1))
    assert [a.day for a in e.at][-2:] == [dt.date(2020, 1, 1), dt.date(2021, 1, 1)]


def test_a_damaged_bulletin_is_named_and_left_out(folder, tmp_path):
    path = tmp_path / "2018-01-01" / "bulletin.json"
    path.parent.mkdir()
    path.write_text((folder / "2018-01-01" / "bulletin.json").read_text().replace("0.9", "0.8", 1))
    found = read_bulletins(tmp_path)
    assert found.found == ()
    assert "its digest differs" in found.refused[0].reason


def test_where_the_last_forecast_is_gone_the_reason_is_said(folder, cache, tmp_path):
    run(tmp_path, [DAYS[0]], answers=cache)
    for path in (tmp_path / ARCHIVE).glob("conflict-333_2018*"):
        path.unlink()
    (m,) = run(tmp_path, [DAYS[1]], SMALL.model_copy(update={"only": [333]}), answers=cache)
    assert m.bulletin.forecasts[0].change is None
    assert m.bulletin.forecasts[0].unchanged.startswith("the forecast of 2018-01-01 cannot be read: ")


def test_a_folder_that_cannot_be_written_to_is_refused_before_any_solve(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "outlook", lambda *_, **__: pytest.fail("solved"))
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="is a file; give a folder"):
        next(make_bulletins(DAYS, tmp_path / "file" / "b", SMALL))


@pytest.mark.slow
def test_with_attribution_each_change_is_split_over_what_changed(tmp_path, cache):
    settings = SMALL.model_copy(update={"attribution": True, "only": [333]})
    found = run(tmp_path, settings=settings, answers=cache)
    c = found[1].bulletin.forecasts[0].change
    assert len(c.parts) > 2
    assert "facts of the conflict" in [p.name for p in c.parts]
    whole = np.array(c.after.as_list()) - c.before.as_list()
    assert np.sum([[getattr(p.by, e) for e in ENDS] for p in c.parts], axis=0) == pytest.approx(whole, abs=1e-9)


def test_a_piece_of_work_can_be_sent_to_another_process():
    import pickle

    work = partial(pieces.forecast_piece, SMALL, None)
    task = pieces.Task("conflict-333", 333, DAYS[0])
    assert pickle.loads(pickle.dumps((work, task)))[1] == task
