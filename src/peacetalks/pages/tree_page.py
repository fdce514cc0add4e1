"""The page of a solved tree: how it is played, values, the tree itself, and play over precisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.pages import table_page
from peacetalks.pages.table_page import Page, Section

if TYPE_CHECKING:
    from rich.console import Console

    from peacetalks.pages.forecast_charts import Plot
    from peacetalks.questions.tree_answer import TreeAnswer
    from peacetalks.trees.quantal_response import Correspondence, TreeSolution

SHOWN = 12  # precisions of a table on the page and on a terminal; a CSV file has all
MOST_COLUMNS = 6  # actions of that table
FOOTER = "Agent logit quantal response equilibrium on the principal branch."


def tree_page(a: TreeAnswer) -> Page:
    """Return the page of a solved tree."""
    sections = [_play(a.solution), _values(a.solution)]
    pictures = [_tree_picture(a.solution)]
    if a.correspondence is not None:
        over = _over_precisions(a.correspondence)
        pictures.insert(0, over)
    sections = [*(s for s in pictures if s is not None), *sections]
    return Page(
        title=a.tree.title or "A game in extensive form",
        text=a.tree.comment,
        sections=tuple(sections),
        lead=_lead(a),
        finding=finding(a),
        subtitle=_size(a.solution),
        footer=FOOTER,
    )


def show(a: TreeAnswer, out: Console | None = None) -> None:
    """Print a solved tree on a terminal of 80 columns."""
    table_page.show(tree_page(a), out)


def finding(a: TreeAnswer) -> str:
    """Return in one sentence at which precision, and what the players can expect."""
    s = a.solution
    values = ", ".join(f"{player} {value:.4g}" for player, value in s.values.items())
    if s.changed is None:
        return f"At {_precision(s)} the players expect {values}."
    return f"As the precision grows play comes to rest (at {_precision(s)}); the players then expect {values}."


def _precision(s: TreeSolution) -> str:
    """Return the precision in words: one number, or one for each player."""
    given = s.rationality
    if len(set(given.values())) == 1:
        return f"precision {next(iter(given.values())):.4g}"
    return "precision " + ", ".join(f"{p} {x:.4g}" for p, x in given.items())


def _size(s: TreeSolution) -> str:
    """Return the size of the tree."""
    sets = sum(at.player is not None for at in s.tree.information_sets)
    return f"{len(s.tree.nodes):,} nodes, {len(s.tree.ends):,} ends, {sets:,} information sets of players"


def _lead(a: TreeAnswer) -> tuple[str, ...]:
    """Return what follows the finding: the conversion, the limit's regret, and what the branch does."""
    lines = [a.form]
    s, c = a.solution, a.correspondence
    if s.changed is not None:
        lines.append(
            f"No player could gain more than {max(s.regret.values(), default=0.0):.2g} by a best response; while the "
            f"precision doubled no probability moved by more than {s.changed:.2g}."
        )
    if c is not None and len(c.folds):
        lines.append(
            f"The branch turns at precision {', '.join(f'{x:.4g}' for x in c.folds)}: between these it holds several "
            "equilibria at one precision; a solution is where it comes there first."
        )
    if c is not None and len(c.crossings):
        lines.append(
            f"Another branch crosses at precision {c.crossings[0]:.4g}: beyond it there are further equilibria, and "
            "the one that treats alike what is alike is shown."
        )
    return tuple(lines)


def _play(s: TreeSolution) -> Section:
    """Return the probabilities of all actions of players."""
    rows = [
        (
            c["player"],
            str(c["information_set"]),
            c["name"],
            c["action"],
            four_digits(c["probability"]),
            four_digits(c["reached"]),
        )
        for c in choices(s)
    ]
    head = ("player", "set", "name", "action", "probability", "set reached")
    return Section(
        "How it is played",
        head,
        tuple(rows),
        csv=(
            ("player", "information_set", "name", "action", "probability", "reached"),
            *(tuple(map(_exact, c.values())) for c in choices(s)),
        ),
    )


def _exact(x: Any) -> str:
    return repr(x) if isinstance(x, float) else str(x)


def four_digits(p: float) -> str:
    """Return a probability in four digits; one of play is never zero, and is not shown as if it were.

    >>> four_digits(0.25), four_digits(1e-9), four_digits(0.00005)
    ('0.2500', '<0.0001', '0.0001')
    """
    shown = f"{p:.4f}"
    return "<0.0001" if shown == "0.0000" else shown


def choices(s: TreeSolution) -> list[dict[str, Any]]:
    """Return every action of a player: information set, action, probability, and the probability of coming there."""
    tree = s.tree
    return [
        {
            "player": tree.players[at.player],
            "information_set": at.number,
            "name": at.name,
            "action": action,
            "probability": float(p),
            "reached": float(min(1.0, s.reach[list(tree.members[place])].sum())),
        }
        for place, (at, chosen) in enumerate(zip(tree.information_sets, s.probabilities, strict=True))
        if at.player is not None
        for action, p in zip(at.action_names, chosen, strict=True)
    ]


def _values(s: TreeSolution) -> Section:
    rows = [(p, f"{v:.6g}", f"{s.regret[p]:.2g}") for p, v in s.values.items()]
    notes = (f"Residual {s.residual:.1g}. Regret is what a best response to the others would add.",)
    return Section("What the players expect", ("player", "value", "regret"), tuple(rows), notes=notes, numbers=True)


def _tree_picture(s: TreeSolution) -> Section:
    """Return the section with the tree; where it is too large for a picture, words that say so."""
    from peacetalks.pages.forecast_charts import Plot
    from peacetalks.pages.tree_chart import MOST_ENDS, tree_caption, tree_chart

    if len(s.tree.ends) > MOST_ENDS:
        words = f"{len(s.tree.ends):,} ends, more than the {MOST_ENDS} that a picture shows"
        return Section("The tree", ("the tree is not drawn",), ((words,),), folded=True)
    plot = Plot("The tree", tree_caption(s), lambda width: tree_chart(s, width))
    return Section("The tree", plot=plot)


def _plot_over(c: Correspondence) -> Plot:
    from peacetalks.pages.correspondence_chart import correspondence_caption, correspondence_chart
    from peacetalks.pages.forecast_charts import Plot

    return Plot("Play over the precision of choices", correspondence_caption(c), lambda w: correspondence_chart(c, w))


def _over_precisions(c: Correspondence) -> Section:
    """Return the table of the branch, and its chart."""
    names = [_action_name(c, place, k) for place, k in c.actions]
    pick = _some(c)
    columns = range(min(MOST_COLUMNS, len(names)))
    rows = [(f"{c.precision[i]:.4g}", *(four_digits(c.probabilities[i, k]) for k in columns)) for i in pick]
    more = len(names) > MOST_COLUMNS or len(pick) < len(c.precision)
    note = f"{len(pick)} of {len(c.precision)} points and {len(columns)} of {len(names)} actions; a .csv file has all."
    return Section(
        "Play over the precision of choices",
        ("precision", *(names[k] for k in columns)),
        tuple(rows),
        plot=_plot_over(c),
        notes=(note,) if more else (),
        csv=_long(c),
        numbers=True,
    )


def _some(c: Correspondence) -> np.ndarray:
    """Return the places of some points: evenly spread over precisions, or along the branch where it turns."""
    if len(c.folds):
        return np.unique(np.linspace(0, len(c.precision) - 1, SHOWN).round().astype(int))
    low = max(float(c.precision[0]), 0.1 / max(1e-12, float(np.ptp(c.tree.payoffs, axis=0).max())))
    goals = [float(c.precision[0]), *np.geomspace(min(low, c.precision[-1]), c.precision[-1], SHOWN - 1)]
    return np.unique([int(np.abs(c.precision - goal).argmin()) for goal in goals])


def _action_name(c: Correspondence, place: int, k: int) -> str:
    at = c.tree.information_sets[place]
    player = "chance" if at.player is None else c.tree.players[at.player]
    return f"{player} {at.number}: {at.action_names[k]}"


def _long(c: Correspondence) -> tuple[tuple[str, ...], ...]:
    """Return the branch as rows of a CSV file: point, precision, information set, action, probability."""
    head = ("point", "precision", "player", "information_set", "action", "probability")
    rows = []
    for i, lam in enumerate(c.precision.tolist()):
        for column, (place, k) in enumerate(c.actions):
            at = c.tree.information_sets[place]
            player = c.tree.players[at.player or 0]
            p = float(c.probabilities[i, column])
            rows.append((str(i), repr(lam), player, str(at.number), at.action_names[k], repr(p)))
    return (head, *rows)


def plain(a: TreeAnswer) -> dict[str, Any]:
    """Return what `solve-game FILE.efg --json` prints, after the finding."""
    s, c = a.solution, a.correspondence
    return {
        "title": a.tree.title,
        "form": a.form,
        "grid_difference": a.grid_difference,
        "nodes": len(a.tree.nodes),
        "ends": len(a.tree.ends),
        "rationality": s.rationality,
        "limit": None if s.changed is None else {"changed": s.changed},
        "values": s.values,
        "regret": s.regret,
        "residual": s.residual,
        "strategies": choices(s),
        "branch": None if c is None else _branch(c),
    }


def _branch(c: Correspondence) -> dict[str, Any]:
    """Return the points of the branch."""
    names = [
        {"player": c.tree.players[at.player or 0], "information_set": at.number, "action": at.action_names[k]}
        for at, k in ((c.tree.information_sets[place], k) for place, k in c.actions)
    ]
    return {
        "actions": names,
        "precision": c.precision.tolist(),
        "probabilities": c.probabilities.tolist(),
        "values": [dict(zip(c.tree.players, row, strict=True)) for row in c.values.tolist()],
        "residual": c.residual.tolist(),
        "folds": c.folds.tolist(),
        "crossings": c.crossings.tolist(),
    }
