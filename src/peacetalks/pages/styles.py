"""The names, terminal styles and colours by which outcome classes, outcomes and forecast views are shown, in one place.

The keys are those of JSON and CSV, which stay as they are; what stands here is for people.
"""

from __future__ import annotations

from enum import StrEnum

END_NAMES = {"peace": "Peace", "nowhere": "Still no settlement", "more_conflict": "More conflict"}
END_STYLES = {"peace": "green", "nowhere": "bright_black", "more_conflict": "red"}
END_COLOURS = {"peace": "#1a7a5a", "nowhere": "#c6cbd1", "more_conflict": "#b8372f"}  # areas and bars
END_INKS = {"peace": "#ffffff", "nowhere": "#1c1f23", "more_conflict": "#ffffff"}  # text upon them
END_TEXTS = {"peace": "#14684c", "nowhere": "#4d545c", "more_conflict": "#a52d26"}  # text and lines on white
OUTCOME_COLOURS = {  # greens are peace, greys still no settlement, reds more conflict
    "settlement": "#1a7a5a",
    "ceasefire": "#86c5ad",
    "talks": "#dfe2e6",
    "fighting": "#adb4bc",
    "broken": "#f0b9ac",
    "victory_1": "#dc7a68",
    "victory_2": "#b8372f",
    "wider_war": "#701813",
}
INK, FAINT_INK = "#1c1f23", "#565d66"  # text, and text that may be passed over

MODEL_ALONE, PAST_CONFLICTS, BEST_ESTIMATE = "model alone", "past conflicts", "best estimate"
OWN_RECORD = "own record"  # in the backtest: earlier occasions of the same state
VIEW_NAMES = {  # key of a view, without the number of its reference class: its name
    "inside": MODEL_ALONE,
    "outside": PAST_CONFLICTS,
    "pooled": BEST_ESTIMATE,
    "no change": "persistence forecast (status quo)",
    "last value": "persistence forecast (last outcome)",
}
VIEW_COLOURS = {
    MODEL_ALONE: "#222222",
    PAST_CONFLICTS: "#1a5276",
    BEST_ESTIMATE: "#6a1b9a",
    OWN_RECORD: "#b8860b",
}
SIDE_COLOURS = ("#2166ac", "#b2560d", "#5e3c99")


def view_name(key: str) -> str:
    """Return what a view is called on screen and on pages, from its key in JSON and CSV.

    >>> view_name("outside [2]"), view_name("pooled"), view_name("climatology")
    ('past conflicts [2]', 'best estimate', 'climatology')
    """
    bare, bracket, number = key.partition(" [")
    return VIEW_NAMES.get(bare, bare) + bracket + number


class RowKind(StrEnum):
    """What a row of a table shows; the value is the row's class in the pages' style sheets."""

    END = "end"  # an outcome class in the model alone, or a figure about the whole forecast
    BAND = "band"  # the range over draws
    PAST = "past"  # past conflicts of a reference class
    INTERVAL = "interval"  # its confidence interval
    BEST = "best"  # the best estimate
    RANGE = "range"  # its 90% interval
    TYPICAL = "typical"  # the model's forecast of the typical case
    OUTCOME = "outcome"
    BENCHMARK = "benchmark"  # the same forecast with complete information

    @property
    def style(self) -> str:
        """The style of the row on a terminal."""
        return ROW_STYLES.get(self, "")

    @property
    def depth(self) -> int:
        """How far the row's name is indented: 0, 1 or 2 steps."""
        return 0 if self is RowKind.END else 2 if self in (RowKind.INTERVAL, RowKind.RANGE) else 1


ROW_STYLES = {
    RowKind.BAND: "dim",
    RowKind.BENCHMARK: "dim",
    RowKind.INTERVAL: "dim",
    RowKind.BEST: "bold",
    RowKind.RANGE: "dim",
    RowKind.TYPICAL: "dim",
}
VIEW_KINDS = {MODEL_ALONE: RowKind.END, BEST_ESTIMATE: RowKind.BEST}


def view_kind(key: str) -> RowKind:
    """Return the kind of row that shows a view.

    >>> view_kind("inside"), view_kind("outside [2]"), view_kind("pooled")
    (<RowKind.END: 'end'>, <RowKind.PAST: 'past'>, <RowKind.BEST: 'best'>)
    """
    return VIEW_KINDS.get(view_name(key), RowKind.PAST)
