"""The card: one bar that sums to the whole, why in at most 25 words, dates that the record does not reach."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from peacetalks.forecasting.best_estimate import best_estimate
from peacetalks.forecasting.typical import TypicalForecast
from peacetalks.outcomes import ENDS
from peacetalks.pages import markup
from peacetalks.pages.card import NOT_REACHED, ROUNDED, card_of
from peacetalks.pages.cells import whole_percent
from peacetalks.pages.shown import at, shown_months
from peacetalks.pages.styles import END_COLOURS, END_INKS, END_NAMES, END_TEXTS, FAINT_INK, INK


def with_typical(o, typical):
    """The outlook with another forecast of the typical case."""
    found = TypicalForecast(typical, o.pooled.departures, "" if typical is not None else "no twin", "a class")
    return replace(o, pooled=best_estimate(o.ends, o.outside, o.as_of, found))


def test_the_bars_are_the_best_estimate_at_every_month_shown(looked):
    card = card_of(looked)
    bars = [card.bar, *card.others]
    assert [b.after for b in bars] == ["12 months", "1 month", "3 months", "6 months", "24 months"]
    assert [b.day for b in bars] == [
        "10 July 1952",
        "10 August 1951",
        "10 October 1951",
        "10 January 1952",
        "10 July 1953",
    ]
    for b, m in zip(bars, (12, 1, 3, 6, 24), strict=True):
        assert [s.name for s in b.shares] == list(END_NAMES.values())
        assert [s.percent for s in b.shares] == [whole_percent(at(looked.pooled.ends, end, m)) for end in ENDS]
        assert sum(s.width for s in b.shares) == pytest.approx(100)
        assert [s.start for s in b.shares] == pytest.approx([0, *np.cumsum([s.width for s in b.shares])[:-1]])
    low, high = (100 * float(a.sel(end="peace", period=12)) for a in (looked.pooled.low, looked.pooled.high))
    assert card.bar.shares[0].interval == f"90%: {low:.0f}–{high:.0f}%"


def test_percents_that_do_not_sum_to_100_are_explained_once(looked):
    ends = looked.pooled.ends.copy()
    ends.loc[{}] = np.reshape([0.2, 0.5, 0.3], (1, 3))
    even = replace(looked, pooled=replace(looked.pooled, ends=ends))
    assert ROUNDED not in card_of(even).notes
    ends = ends.copy()
    ends.loc[{"period": 6}] = [0.186, 0.656, 0.158]  # 19%, 66%, 16%
    assert card_of(replace(looked, pooled=replace(looked.pooled, ends=ends))).notes.count(ROUNDED) == 1


def test_why_has_at_most_25_words_in_every_case(looked):
    best = looked.pooled
    other = [xr.DataArray(v, {"end": list(ENDS)}, ("end",)) for v in ([0.8, 0.1, 0.1], [0.1, 0.8, 0.1])]
    shifted = [0.5 * looked.ends + 0.5 * v for v in other]
    cases = [
        looked,
        *(with_typical(looked, t) for t in (looked.ends, None, *shifted)),
        replace(looked, pooled=replace(best, ends=best.record)),
        replace(looked, pooled=replace(best, ends=None, reason="none")),
        replace(looked, pooled=replace(best, ends=best.ends.where(best.ends.period < 12))),
    ]
    found = [card_of(o).why for o in cases]
    assert len(set(found)) >= 6
    assert [line for line in found if len(line.split()) > 25] == []
    assert all(line.endswith(".") for line in found)


def test_a_date_that_the_record_does_not_reach_has_no_bar_and_says_so(looked):
    cut = replace(looked.pooled, ends=looked.pooled.ends.where(looked.pooled.ends.period < 24))
    last = card_of(replace(looked, pooled=cut)).others[-1]
    assert (last.day, last.label, last.shares) == ("10 July 1953", NOT_REACHED, ())


def test_where_the_record_does_not_reach_the_headline_the_card_is_the_model_alone(looked):
    cut = replace(looked.pooled, ends=looked.pooled.ends.where(looked.pooled.ends.period < 12))
    card = card_of(replace(looked, pooled=cut))
    assert card.headline.startswith("By 10 July 1952, model alone: peace ")
    assert card.why.startswith("There is no best estimate at this date: past conflicts were not followed so long.")
    assert [s.interval for s in card.bar.shares] == ["", "", ""]


def test_the_drawn_card_has_a_bar_for_each_date_and_names_it_for_who_cannot_see_it(looked):
    drawn = markup.fill("fragment", title="t", as_of="d", card=card_of(looked), heads=[], rows=[])
    assert drawn.count("<svg") == len(shown_months(looked))
    assert f'aria-label="{card_of(looked).bar.label}"' in drawn
    assert drawn.count("<rect") == 3 * len(shown_months(looked))


def luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_the_contrast_that_wcag_asks_for():
    """Level AA: 4.5 for text (WCAG 2.1, 1.4.3)."""
    pairs = [(END_INKS[e], END_COLOURS[e]) for e in ENDS]
    pairs += [(c, back) for c in (*END_TEXTS.values(), INK, FAINT_INK) for back in ("#ffffff", "#f4f5f7")]
    assert min(contrast(a, b) for a, b in pairs) >= 4.5
