"""A forecast on a terminal."""

import io

from rich.console import Console

from peacetalks.pages.forecast_screen import show


def test_the_screen_fits_80_columns_and_shows_all(looked):
    out = io.StringIO()
    show(looked, Console(file=out, width=80))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
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
        "By 10 July 1952: peace ",
        "Past conflicts by themselves: ",
        "than in the typical case of the class",
        "10 Aug 10 Oct 10 Jan 10 Jul 10 Jul",
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
        "front as it stands 0.50",
        "residual",
        "capability-weighted mean 0.53",
        "Moved by private information",
        "A truce, once begun, is broken",
        "n = 7",
        "lower bound",
        "seed 20250520",
    ]
    flat = " ".join(text.split())
    assert [w for w in words if w not in flat] == []
    assert "wider war - - - - -" in flat  # no mechanism leads there: not zero


def test_no_row_of_the_table_is_broken_but_the_longest(looked):
    out = io.StringIO()
    show(looked, Console(file=out, width=80))
    names = ("Still no settlement (model alone)", "the model in the typical case", "complete-information benchmark")
    for name in names:
        assert any(line.strip().startswith(name) and line.count("%") >= 5 for line in out.getvalue().splitlines())


def test_the_best_estimate_comes_first(looked):
    out = io.StringIO()
    show(looked, Console(file=out, width=80))
    lines = out.getvalue().splitlines()
    assert lines[2].startswith("By 10 July 1952: peace ")
    at = [
        next(i for i, line in enumerate(lines) if line.strip().startswith(w)) for w in ("best estimate", "model alone")
    ]
    assert at[0] < at[1]
