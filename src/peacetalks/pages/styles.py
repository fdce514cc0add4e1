"""The names, terminal styles and colours by which outcome classes, outcomes and forecast views are shown, in one place.

The keys are those of JSON and CSV, which stay as they are; what stands here is for people.
"""

from __future__ import annotations

from enum import StrEnum

END_NAMES = {"peace": "Peace", "nowhere": "Still no settlement", "more_conflict": "More conflict"}
END_COLUMNS = {"peace": "Peace", "nowhere": "Nowhere", "more_conflict": "More conflict"}  # headings of CSV files
END_STYLES = {"peace": "green", "nowhere": "yellow", "more_conflict": "red"}
END_COLOURS = {"peace": "#1b7837", "nowhere": "#737373", "more_conflict": "#c4320a"}
OUTCOME_COLOURS = {  # greens are peace, greys still no settlement, the rest is more conflict
    "settlement": "#1b7837",
    "ceasefire": "#7fbf7b",
    "talks": "#e3e3e3",
    "fighting": "#b0b0b0",
    "broken": "#fdae61",
    "victory_1": "#e66101",
    "victory_2": "#a50f15",
    "wider_war": "#5e3c99",
}

MODEL_ALONE, PAST_CONFLICTS, BEST_ESTIMATE = "model alone", "past conflicts", "best estimate"
COMPLETE_INFORMATION = "complete information"
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
    COMPLETE_INFORMATION: "#222222",
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
    RowKind.PAST: "cyan",
    RowKind.INTERVAL: "cyan",
    RowKind.BEST: "bold magenta",
    RowKind.RANGE: "magenta",
    RowKind.TYPICAL: "dim",
}
VIEW_KINDS = {MODEL_ALONE: RowKind.END, BEST_ESTIMATE: RowKind.BEST}


def view_kind(key: str) -> RowKind:
    """Return the kind of row that shows a view.

    >>> view_kind("inside"), view_kind("outside [2]"), view_kind("pooled")
    (<RowKind.END: 'end'>, <RowKind.PAST: 'past'>, <RowKind.BEST: 'best'>)
    """
    return VIEW_KINDS.get(view_name(key), RowKind.PAST)
