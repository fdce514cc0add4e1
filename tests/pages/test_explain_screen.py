"""The explanation of a game on a terminal."""

import io
import json

from rich.console import Console

from peacetalks.forecasting.explain import explain
from peacetalks.pages.explain_screen import path_rows, show


def test_the_screen_fits_80_columns(small):
    e = explain(small, periods=12, belief_points=2)
    out = io.StringIO()
    show(e, Console(file=out, width=80))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    words = [
        "public states",
        "posture: United Nations Command",
        "offer 0 to 1 (3)",
        "talks open, fighting > settlement in force",
    ]
    assert [w for w in words if w not in text] == []
    assert path_rows(e)[-1][1] == "paths too rare to be followed to the end"
    json.dumps(e.to_dict(), allow_nan=False)
