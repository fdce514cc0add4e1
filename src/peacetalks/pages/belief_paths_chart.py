"""How public beliefs move along the likeliest paths of play, a panel for each player with hidden types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from peacetalks.errors import PageError
from peacetalks.pages.cells import whole_percent
from peacetalks.pages.chart_parts import Chart, percent_axis
from peacetalks.pages.printable import printable
from peacetalks.pages.styles import FAINT_INK, INK, SIDE_COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.equilibrium.likely_paths import LikelyPath

HEIGHT = 210  # of a panel
LETTERS = 24  # of the words beside a point
NEAR = 0.06  # difference of beliefs below which points have one label


def belief_paths_chart(paths: Sequence[LikelyPath], width: int) -> Chart:
    """Return the panels; raise `PageError` where nobody has hidden types."""
    beliefs = paths[0].steps[0].beliefs
    if not beliefs:
        raise PageError("nobody has hidden types in this game, so there are no beliefs to draw; ask for the tree")
    steps = max(len(path.steps) for path in paths)
    shown = [
        (player, type_name, SIDE_COLOURS[i % len(SIDE_COLOURS)])
        for i, (player, about) in enumerate(beliefs.items())
        for type_name in (list(about)[1:] if len(about) == 2 else list(about))
    ]
    return alt.vconcat(*(_panel(paths, player, k, colour, steps, width) for player, k, colour in shown), spacing=12)


def belief_paths_caption(paths: Sequence[LikelyPath]) -> str:
    """Return how the chart is to be seen."""
    together = sum(path.chance for path in paths)
    return (
        f"What everybody believes after each move, along the {len(paths)} likeliest paths of play "
        f"({whole_percent(together)} of all play together); a line is the thicker the likelier it is."
    )


def _panel(paths: Sequence[LikelyPath], player: str, type_name: Any, colour: str, steps: int, width: int) -> Chart:
    """Return the belief in one type of a player; paths with a common beginning share it."""
    points: dict[tuple[str, ...], dict[str, Any]] = {}
    lines: dict[tuple[str, ...], dict[str, Any]] = {}
    for path in paths:
        words = tuple(step.words for step in path.steps)
        for i, step in enumerate(path.steps):
            here = words[: i + 1]
            belief = step.beliefs[player][type_name]
            points.setdefault(here, {"step": i, "belief": belief, "words": step.words, "chance": 0.0})
            points[here]["chance"] += path.chance
            if i:
                before = points[words[:i]]
                lines.setdefault(
                    here, {"step": i - 1, "belief": before["belief"], "step2": i, "belief2": belief, "chance": 0.0}
                )
                lines[here]["chance"] += path.chance
    axis = alt.Axis(values=list(range(steps)), format="d", grid=False)
    x = alt.X("step:Q", title="moves made", axis=axis, scale=alt.Scale(domain=[-0.2, steps - 0.2], nice=False))
    y = alt.Y("belief:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=percent_axis())
    dots = alt.Chart(pl.DataFrame(list(points.values()))).encode(x=x, y=y)
    thick = alt.StrokeWidth("chance:Q", scale=alt.Scale(domain=[0, 1], range=[0.8, 6]), legend=None)
    parts = [dots.mark_point(filled=True, opacity=1, size=36, color=colour)]
    if lines:
        rules = alt.Chart(pl.DataFrame(list(lines.values()))).mark_rule(color=colour, opacity=0.55)
        parts.insert(0, rules.encode(x=x, y=y, x2="step2:Q", y2="belief2:Q", strokeWidth=thick))
    label = alt.Chart(pl.DataFrame(_labels(list(points.values())))).encode(x=x, y=y, text="words:N")
    parts.append(
        label.mark_text(align="left", dx=7, dy=-7, fontSize=11, stroke="white", strokeWidth=3, strokeJoin="round")
    )
    parts.append(label.mark_text(align="left", dx=7, dy=-7, fontSize=11, color=INK))
    title = alt.Title(
        printable(f"Belief that {player} is of type {type_name}"),
        fontSize=12, color=FAINT_INK, anchor="start", fontWeight="normal",
    )  # fmt: skip
    return alt.layer(*parts).properties(width=width, height=HEIGHT, title=title)


def _labels(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the words of points, those of points near each other in one label."""
    out: list[dict[str, Any]] = []
    for point in sorted(points, key=lambda p: (p["step"], p["belief"])):
        last = out[-1] if out else None
        if last and last["step"] == point["step"] and point["belief"] - last["top"] < NEAR:
            last["words"] += [] if point["words"] in last["words"] else [point["words"]]
            last["top"] = point["belief"]
        else:
            out.append({**point, "words": [point["words"]], "top": point["belief"]})
    return [{"step": p["step"], "belief": p["top"], "words": _short(" or ".join(p["words"]))} for p in out]


def _short(words: str) -> str:
    return printable(words if len(words) <= LETTERS else f"{words[: LETTERS - 1]}…")
