"""In short: at most 120 words, every number that of the forecast, and the text that is ready to be copied."""

import re
from dataclasses import replace

import numpy as np

import peacetalks as pt
from peacetalks.forecasting.drivers import Driver
from peacetalks.outcomes import ENDS
from peacetalks.pages.cells import whole_percent
from peacetalks.pages.shown import percents_at
from peacetalks.pages.summary import MOST_WORDS, in_short, summary_text


def driver(label, low, high):
    return Driver("talks.walk", label, 0.1, 0.05, 0.2, 12, "best", 0.2, low, high, None, None, "", "")


def named_at_length(o, label):
    """The outlook with a long name of side 1."""
    sides = [o.scenario.sides[0].model_copy(update={"label": label}), *o.scenario.sides[1:]]
    return replace(o, scenario=o.scenario.model_copy(update={"sides": sides}))


def test_in_short_is_about_this_conflict_and_its_numbers_are_those_of_the_forecast(looked):
    text, p = in_short(looked), looked.pooled
    peace = {k: percents_at(a, 12)["peace"] for k, a in
             (("record", p.record), ("model", looked.ends), ("typical", p.typical))}  # fmt: skip
    end = max(ENDS, key=lambda e: float(p.ends.sel(end=e, period=12)))
    assert text.startswith(f"Most likely is {'still no settlement' if end == 'nowhere' else end}")
    assert f"N {looked.outside[p.number - 1].n}) give peace {peace['record']} (90%: " in text
    assert f"The model says {peace['model']} here and {peace['typical']} in the typical case" in text
    assert "departs in talks open, " in text
    assert f"the weight {p.weight.mean:.2f}." in text
    assert f"gives United Nations Command about {whole_percent(looked.mean_terms)} of the stake" in text
    broken = looked.durations.broken_within
    pieces = (whole_percent(broken[2]), whole_percent(broken[11]))
    assert (
        "In the model {} of truces are broken within 3 months of their beginning and {} within 12.".format(*pieces)
        in text
    )


def test_in_short_has_at_most_120_words_and_ends_with_a_sentence(looked):
    drivers = (driver("readiness to walk out of talks that lead nowhere at all", 0.1, 0.3), driver("b", 0.1, 0.2))
    long = named_at_length(looked, " ".join(["The"] * 40))
    for o in (looked, replace(looked, drivers=drivers), long, replace(long, drivers=drivers)):
        text = in_short(o)
        assert len(text.split()) <= MOST_WORDS
        assert re.search(r"[.)]$", text)


def test_what_would_change_it_is_said_where_it_was_computed(looked):
    o = replace(
        looked, drivers=(driver("cost of war", 0.1, 0.3), driver("unsolved", None, 0.9), driver("front", 0.2, 0.25))
    )
    assert "What would change this most: cost of war (peace 10% to 30%) and front (peace 20% to 25%)." in in_short(o)
    assert "What would change this" not in in_short(looked)


def test_rival_accounts_are_one_range(looked):
    moved = replace(looked, pooled=replace(looked.pooled, ends=looked.pooled.ends * 0 + 0.4))
    p = whole_percent(float(looked.pooled.ends.sel(end="peace", period=12)))
    assert f"Under rival accounts peace is {p} to 40%." in in_short(replace(looked, accounts={"a": moved, "b": looked}))
    assert "Under rival accounts peace is 40%." in in_short(replace(looked, accounts={"a": moved}))
    nothing = replace(looked, pooled=replace(looked.pooled, ends=None, reason="none"))
    assert "rival accounts" not in in_short(replace(looked, accounts={"a": nothing}))


def test_without_a_best_estimate_neither_record_nor_weight_is_named(looked):
    text = in_short(replace(looked, pooled=replace(looked.pooled, ends=None, reason="none")))
    assert text.startswith("Most likely is ")
    assert "give peace" not in text
    assert "weight" not in text


def test_no_settlement_and_no_truce_are_said_or_left_out(looked):
    none = replace(looked.durations, truces=0.0)
    text = in_short(replace(looked, terms=looked.terms * np.nan, durations=none))
    assert "No settlement is reached within the forecast." in text
    assert "of truces are broken" not in text


def test_a_crisis_is_not_called_fighting(looked):
    crisis = pt.patch(looked.scenario, {"conflict": {"kind": "interstate", "state": "crisis"}})
    assert "fighting with" not in in_short(replace(looked, scenario=crisis))


def test_the_text_to_copy_has_headline_summary_dates_and_source(looked):
    text = summary_text(looked)
    lines = text.splitlines()
    assert lines[0] == f"{looked.scenario.title} (as of 10 July 1951)"
    assert lines[1].startswith("By 10 July 1952: peace ")
    assert in_short(looked) in lines
    assert "Best estimate by date, 90% interval in brackets" in lines
    dated = [line for line in lines if re.match(r"\d+ \w+ \d{4} \(\d+ months?\): peace ", line)]
    assert len(dated) == 5
    assert looked.scenario.digest in lines[-1]
    assert text.endswith(".\n")
    mute = summary_text(replace(looked, pooled=replace(looked.pooled, ends=None, reason="Nobody knows.")))
    assert "Model alone by date" in mute
    assert "Nobody knows." in mute
