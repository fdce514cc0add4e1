"""A user's own scenarios in a bulletin."""

from datetime import date
from types import SimpleNamespace

import pytest

from peacetalks.bulletin.own import OwnScenario, chosen, own_scenarios
from peacetalks.errors import SpecError

DAY = date(2002, 6, 1)


def own(file, as_of, ucdp=352):
    """Of a scenario only its date and its conflict matter here."""
    table = None if ucdp is None else SimpleNamespace(ucdp=ucdp)
    return OwnScenario(file, SimpleNamespace(as_of=as_of, conflict=table))


def test_the_latest_of_the_year_before_is_used_and_every_other_is_named_with_the_reason():
    every = (
        own("a.toml", date(2002, 3, 1)),
        own("b.toml", date(2002, 5, 1)),
        own("c.toml", date(2002, 6, 2)),
        own("d.toml", date(2002, 5, 1), 777),
        own("e.toml", date(2002, 5, 1), None),
    )
    used, unused = chosen(every, DAY, {352})
    assert {i: x.file for i, x in used.items()} == {352: "b.toml"}
    assert unused == [
        "a.toml: b.toml is of the same conflict, and dated later",
        "c.toml: it is dated 2002-06-02, after the bulletin",
        "d.toml: conflict 777 is not forecast in this bulletin",
        "e.toml: its table [conflict] names no UCDP number (key ucdp)",
    ]


def test_one_of_more_than_a_year_before_is_not_used():
    every = (own("a.toml", date(2002, 3, 1)),)
    assert list(chosen(every, date(2003, 3, 1), {352})[0]) == [352]
    used, unused = chosen(every, date(2003, 3, 2), {352})
    assert (used, unused) == ({}, ["a.toml: it is dated 2002-03-01, more than 12 months before the bulletin"])


def test_two_of_one_conflict_and_date_are_refused():
    every = (own("a.toml", date(2002, 5, 1)), own("b.toml", date(2002, 5, 1)))
    with pytest.raises(SpecError, match=r"b\.toml and a\.toml are both of conflict 352 at 2002-05-01"):
        chosen(every, DAY, {352})


def test_a_folder_that_is_missing_or_holds_no_scenario_is_refused(tmp_path):
    assert own_scenarios(None) == ()
    with pytest.raises(SpecError, match="--scenarios: no folder"):
        own_scenarios(tmp_path / "none")
    with pytest.raises(SpecError, match="holds no scenario file"):
        own_scenarios(tmp_path)
    (tmp_path / "x.toml").write_text("name = 3")
    with pytest.raises(SpecError, match=r"x\.toml"):
        own_scenarios(tmp_path)
