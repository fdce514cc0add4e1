"""Dates as they are written: what is read, what is refused, and with which words."""

import datetime as dt

import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.scenario.dates import month_end, read_date, read_day

DAY = dt.date(2025, 3, 13)


@pytest.mark.parametrize(
    "written",
    ["2025-03-13", " 2025-03-13 ", "20250313", 20250313, 20250313.0, "20250313.0", "2025-03-13 00:00:00", DAY,
     dt.datetime(2025, 3, 13)],
)  # fmt: skip
def test_a_day_in_every_form_that_has_one_meaning(written):
    assert read_date(written) == (DAY, "day")
    assert read_day(written) == DAY


def test_a_month_is_marked_and_is_no_day():
    assert read_date("2025-03") == (dt.date(2025, 3, 1), "month")
    with pytest.raises(ValueError, match="'2025-03' is a month, and a day is needed here: write YYYY-MM-DD"):
        read_day("2025-03")
    for month in ("March 2025", "2025-03-00", "soon"):  # no proposal that would be refused
        with pytest.raises(ValueError, match=r"(needed here; |no day: |-DD: )write YYYY-MM-DD, such as 2025-03-13$"):
            read_day(month)


REFUSED = {
    "3/13/2025": "no date of the form YYYY-MM-DD: did you mean 2025-03-13?",
    "3/4/2025": "did you mean 2025-03-04 or 2025-04-03?",  # two meanings: none is taken
    "13.03.2025": "did you mean 2025-03-13?",
    "4.3.2025": "did you mean 2025-03-04?",
    "13 March 2025": "did you mean 2025-03-13?",
    "March 13, 2025": "did you mean 2025-03-13?",
    "March 2025": "did you mean 2025-03?",
    "2025/3/13": "did you mean 2025-03-13?",
    "2025-03-00": "has no day: where only the month is known write 2025-03",
    "2025-02-30": "is no day of the calendar",
    "2025-13": "is no day of the calendar",
    "2025-03-13T14:05": "leave the time of day out, 2025-03-13",
    "2025": "a bare number is not read as a date; write YYYY-MM-DD",
    "1741824000": "a bare number is not read as a date; write YYYY-MM-DD",
    1741824000: "a number is not read as a date; write YYYY-MM-DD",
    12: "a number is not read as a date",
    True: "a number is not read as a date",
    10**5000: "an integer of about 5,000 digits is no date",
    float("nan"): "a number is not read as a date",
    "soon": "write YYYY-MM-DD, such as 2025-03-13, or YYYY-MM where only the month is known",
    "": "is no date of the form YYYY-MM-DD",
    None: "is no date of the form YYYY-MM-DD",
    "٢٠٢٥-٠٣-١٣": "is no date of the form YYYY-MM-DD",
}


@pytest.mark.parametrize("written", REFUSED, ids=lambda w: repr(w)[:20] if not isinstance(w, int) else "number")
def test_what_has_more_than_one_meaning_or_none_is_refused_with_the_form_wanted(written):
    with pytest.raises(ValueError) as e:
        read_date(written)
    assert REFUSED[written] in str(e.value)
    assert len(str(e.value)) < 400


def test_a_long_value_is_not_repeated_whole():
    with pytest.raises(ValueError, match=r"characters\) is no date") as e:
        read_date("x" * 100_000)
    assert len(str(e.value)) < 400


def test_ends_of_months():
    assert [month_end(dt.date(2024, m, 5)).day for m in (1, 2, 4)] == [31, 29, 30]


def test_the_date_of_a_scenario_is_read_alike(tmp_path):
    from importlib import resources

    text = (resources.files("peacetalks.scenario") / "bundled" / "korea-1951.toml").read_text(encoding="utf-8")
    assert "as_of = 1951-07-10" in text

    def load(written):
        path = tmp_path / "mine.toml"
        path.write_text(text.replace("as_of = 1951-07-10", f"as_of = {written}"), encoding="utf-8")
        return pt.load(path).as_of

    assert load("19510710") == load('"1951-07-10"') == tiny().as_of  # never seconds since 1970
    with pytest.raises(pt.SpecError, match=r"as_of: '7/10/1951' is no date .* did you mean 1951-07-10 or 1951-10-07"):
        load('"7/10/1951"')
    with pytest.raises(pt.SpecError, match=r"did you mean 1951-07-10 or 1951-10-07\? Check with"):
        load('"7/10/1951"')
