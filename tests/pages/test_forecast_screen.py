"""A forecast on a terminal."""

import io
from dataclasses import replace

from rich.console import Console

from peacetalks.pages.card import card_of
from peacetalks.pages.forecast_screen import MORE, show
from peacetalks.pages.summary import in_short


def on_screen(o, **how):
    out = io.StringIO()
    show(o, Console(file=out, width=80), **how)
    assert max(map(len, out.getvalue().splitlines())) <= 80
    return out.getvalue()


def test_the_screen_is_short_and_has_the_card_a_table_and_in_short(looked):
    text, card = on_screen(looked), card_of(looked)
    assert len(text.splitlines()) <= 40
    lines, flat = text.splitlines(), " ".join(text.split())
    assert lines[0] == "Korea: armistice talks open, July 1951"
    assert lines[1] == "As of 10 July 1951. Nothing dated later enters."
    assert lines[3] == card.headline
    assert set(lines[4]) == set("█░▓")
    assert len(lines[4]) == 80
    for share in card.bar.shares:
        assert f"{share.name.lower()} {share.interval.removeprefix('90%: ')}" in lines[5]
    for part in (card.why, *card.notes, in_short(looked), MORE, "10 Aug 10 Oct 10 Jan 10 Jul 10 Jul"):
        assert part in flat
    assert "residual" not in flat


def test_the_bar_has_letters_where_the_terminal_knows_no_blocks(looked):
    raw = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    show(looked, Console(file=raw, width=80))
    raw.seek(0)
    assert set(raw.read().splitlines()[4]) == set("#.x")


def test_without_a_best_estimate_the_screen_shows_the_model_alone_and_says_why(looked):
    text = on_screen(replace(looked, pooled=replace(looked.pooled, ends=None, reason="Nobody knows.")))
    flat = " ".join(text.split())
    assert "By 10 July 1952, model alone: peace " in flat
    assert "Nobody knows." in flat
    assert "Peace (model alone)" in flat
    assert "90% interval" not in flat


def test_details_show_all_that_lies_behind_the_forecast(looked):
    words = [
        "Peace (model alone)",
        "Still no settlement (model alone)",
        "More conflict (model alone)",
        "1 mo",
        "3 mo",
        "6 mo",
        "12 mo",
        "24 mo",
        "complete-information benchmark",
        "past conflicts [1]",
        "Past conflicts by themselves: ",
        "than in the typical case of the class",
        "the model in the typical case",
        f"Best estimate: past conflicts [1], moved by {looked.pooled.weight.mean:.2f} (90%: ",
        "too few to identify it",
        "a judgement: some half",
        "Its 90% interval holds the sampling error of the record",
        "ranges of the scenario (2 draws)",
        "At 12 mo the bounds are past conflicts (weight 0)",
        "What departs from the typical case: talks open (typically closed)",
        "90% of draws",
        "90% interval",
        "95% interval",
        "won by KPA and Chinese Volunteers",
        "of the stake",
        "front as it stands 50%",
        "residual",
        "capability-weighted mean 53%",
        "Moved by private information",
        "A truce, once begun, is broken",
        "n = 7",
        "lower bound",
        "seed 20250520",
    ]
    flat = " ".join(on_screen(looked, details=True).split())
    assert [w for w in words if w not in flat] == []
    assert "wider war - - - - -" in flat  # no mechanism leads there: not zero
    assert MORE not in flat


def test_no_row_of_the_table_is_broken_but_the_longest(looked):
    names = ("Still no settlement (model alone)", "the model in the typical case", "complete-information benchmark")
    for name in names:
        assert any(
            line.strip().startswith(name) and line.count("%") >= 5
            for line in on_screen(looked, details=True).splitlines()
        )
