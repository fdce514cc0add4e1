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
        "best estimate, pooled with [2]",
        "at weights 0.00 to 0.70",
        "too few to estimate it",
        "a judgement: a quarter",
        "best estimate: peace",
        "90% of draws",
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
    names = ("Still no settlement (model alone)", "best estimate, pooled with [2]", "complete-information benchmark")
    for name in names:
        assert any(line.strip().startswith(name) and line.count("%") >= 5 for line in out.getvalue().splitlines())
