"""A scenario to be forecast, as written or with changes: its typical case, and the draws of both.

What is changed departs from the typical case of the scenario as written, unless the class of the conflict changes.  In
a draw a number stands at the same quantile before and after the changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.fill import filled
from peacetalks.errors import SpecError
from peacetalks.forecasting.draws import draw, draw_together
from peacetalks.forecasting.labels import by_path
from peacetalks.forecasting.typical import DepartureWords, TypicalCase, drawn_twins, typical_case, typical_cases
from peacetalks.scenario.changes import OFF, Changed, read_changes, shown_value, with_changes
from peacetalks.scenario.files import play_key
from peacetalks.scenario.scenario import from_table
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.scenario.changes import Change
    from peacetalks.scenario.scenario import Scenario

LONGEST_TITLE = 200  # characters, as in `scenario.tables.Label`


@dataclass(frozen=True)
class Posed:
    """What is to be forecast."""

    scenario: Scenario  # after the changes; its title says what they are
    case: TypicalCase
    drawn: list[Scenario]
    twins: list[Scenario]  # [draw], or none without a typical case
    settings: dict[str, Any]  # "changes" and "base_digest"; empty without changes


def posed(scenario: Scenario, changes: Mapping[str, Any] | None, draws: int, seed: int) -> Posed:
    """Return what is to be forecast; `changes` as `scenario.changes.with_changes` takes them, or None."""
    if changes is None:
        case, drawn = typical_case(scenario), draw(scenario, draws, seed)
        return Posed(scenario, case, drawn, drawn_twins(scenario, case, drawn), {})
    made = made_of(scenario, changes)
    case = typical_cases({"base": made.base, "changed": made.scenario}, departure(made.changes))["changed"]
    before, after = draw_together((made.base, made.scenario), draws, seed)
    settings = {"changes": [c._asdict() for c in made.changes], "base_digest": made.base.digest}
    return Posed(titled(made), case, after, twins_of(made, case, before, after), settings)


def made_of(scenario: Scenario, changes: Mapping[str, Any] | str | Sequence[str]) -> Changed:
    """Return the changes made, as `read_changes` reads them; errors as of it, `with_changes` and `as_written`."""
    base = as_written(scenario)
    return with_changes(base, by_path(base, read_changes(changes)))


def as_written(scenario: Scenario) -> Scenario:
    """Return a scenario, filled; raise `SpecError` for one whose numbers are not those that are written."""
    base = filled(scenario)
    if play_key(filled(from_table(base.written(), base.name))) != play_key(base):
        raise SpecError(
            f"{base.name}: its numbers are not as they are written (a draw, or made with `at`), and a change starts "
            "from what is written; make it with `peacetalks.patch` first"
        )
    return base


def twins_of(made: Changed, case: TypicalCase, before: list[Scenario], after: list[Scenario]) -> list[Scenario]:
    """Return the typical case of each draw: that of the scenario as written, unless the class changes."""
    if made.moves_class:
        return drawn_twins(made.scenario, case, after)
    return drawn_twins(made.base, case, before)


def titled(made: Changed) -> Scenario:
    """Return the changed scenario with a title that says what is changed; what is written, and the digest, stay."""
    title = f"{made.base.title}; changed: {in_words(made.changes)}"
    return made.scenario.model_copy(update={"title": clip(title, LONGEST_TITLE - len("... (1,000 characters)"))})


def departure(changes: Sequence[Change]) -> DepartureWords:
    """Return the changes as a departure from the typical case."""
    return DepartureWords("what is changed", f"what is changed: {in_words(changes)}")


def in_words(changes: Sequence[Change]) -> str:
    """Return changes in a line.

    >>> from peacetalks.scenario.changes import Change
    >>> in_words([Change("talks.walk", 0.05, 0.2), Change("rent", "on", "off"), Change("periods", "off", 6.0)])
    'talks.walk 0.2 (was 0.05), rent off (was on), periods 6 (was not set)'
    """
    return ", ".join(f"{c.path} {shown_value(c.after)} (was {_before(c)})" for c in changes)


def _before(c: Change) -> str:
    """Return what an entry was; a number beside the tables of mechanisms that was left out was not set."""
    is_number = isinstance(c.after, int | float) and not isinstance(c.after, bool)
    return "not set" if c.before == OFF and is_number and "." not in c.path else shown_value(c.before)
