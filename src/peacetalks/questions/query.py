"""The query language of claims: text to a tree, with errors that point at the column (grammar: `claims.lark`)."""

from __future__ import annotations

import math
import re
from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from peacetalks.errors import QueryError, did_you_mean
from peacetalks.outcomes import ENDS, LABELS
from peacetalks.questions.query_tree import (
    Believed,
    Binary,
    Chance,
    Effect,
    Event,
    EventKind,
    InForce,
    IsType,
    Literal,
    Loglik,
    Mean,
    Param,
    Play,
    Query,
    Rate,
    Welfare,
)
from peacetalks.questions.when import MAX_MONTHS, When, span
from peacetalks.questions.when import UNITS as TIME_UNITS
from peacetalks.scenario.dates import read_day
from peacetalks.text_files import DEEPEST, SHOWN, check_values, clip, shorten

LONGEST, NAME, QUESTION = 2000, 200, 400  # characters of a query, of a name and of a base-rate question in it
PLAY_MONTHS = 12  # over which play(...) is counted where no months are given
UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
TERMINALS = {
    "LPAR": "'('",
    "RPAR": "')'",
    "COMMA": "','",
    "VBAR": "'|'",
    "PLUS": "'+'",
    "MINUS": "'-'",
    "STAR": "'*'",
    "SLASH": "'/'",
    "COLON": "':'",
    "COMPARE": "a comparison (<, <=, >, >=)",
    "NUMBER": "a number",
    "INT": "a number of months",
    "DAY": "the day (2026-01-01)",
    "UNIT": "a unit of time (days)",
    "NAME": "a name",
    "STRING": "a name in quotes",
    "PATH": "a path (rent.weight)",
    "RATE": "a question (ceasefire, fails within 30d)",
    "$END": "the end",
    "__ANON_0": "'->'",
    "_P": "P(",
    "_E": "E(",
}


def parse(text: str) -> Query:
    """Read a query; raise `QueryError` that points at the column.

    >>> q = parse("P(more_conflict by 24) > P(peace by 24)")
    >>> q.compare, q.left.event.labels
    ('>', ('victory_1', 'victory_2', 'wider_war', 'broken'))
    """
    text = re.sub(r"\s", " ", text)  # columns are counted along one line
    check_values(text, "the query", QueryError)
    if len(text) > LONGEST:
        raise QueryError(f"a query has at most {LONGEST:,} characters, got {len(text):,}; make two claims of it")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as e:
        raise QueryError(_unreadable(text, e)) from None
    if _depth(tree) > DEEPEST:
        raise QueryError(f"more than {DEEPEST} operations within one another; make the query shorter")
    try:
        left, compare, right = _TreeBuilder(text).transform(tree)
    except Exception as e:
        inner = e.__context__ if not isinstance(e, QueryError) else e
        raise (inner if isinstance(inner, QueryError) else e) from None
    return Query(text, left, compare, right)


def pointed(text: str, column: int, what: str) -> str:
    """Return a message with the query, or the part of a long one, and a mark under the column (from 1)."""
    start = 0 if len(text) <= SHOWN else max(0, min(column - 1 - SHOWN // 2, len(text) - SHOWN))
    head, part = "..." if start else "", text[start : start + SHOWN]
    tail = "..." if start + SHOWN < len(text) else ""
    return f"column {column}: {what}\n  {head}{part}{tail}\n  {' ' * (len(head) + column - 1 - start)}^"


def _depth(tree: Any) -> int:
    """Return how many operations of a parsed query lie within one another, at most."""
    deepest, left = 0, [(tree, 1)]
    while left:
        node, depth = left.pop()
        deepest = max(deepest, depth)
        left += [(child, depth + 1) for child in getattr(node, "children", ())]
    return deepest


def _unreadable(text: str, e: Any) -> str:
    """Return the message for a query that the grammar does not allow."""
    ended = getattr(getattr(e, "token", None), "type", "") == "$END"
    column = len(text.rstrip()) + 1 if ended else e.column
    expected = getattr(e, "accepts", None) or getattr(e, "expected", None) or getattr(e, "allowed", None) or ()
    known = " or ".join(sorted({TERMINALS.get(x, repr(x.lower())) for x in expected})[:14])
    rest = text[column - 1 :].split(maxsplit=1)
    got = f"{shorten(rest[0], 60)} is not expected here" if rest else "the query ends here"
    return pointed(text, column, f"{got}; expected {known}")


@cache
def _parser() -> Lark:
    grammar = (resources.files("peacetalks.questions") / "claims.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=True)


@v_args(meta=True)
class _TreeBuilder(Transformer):
    """Turns the parse tree into the values of `query_tree`; a method is called with the parsed children of its rule."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def fail(self, column: int, what: str) -> QueryError:
        return QueryError(pointed(self.text, column, what))

    def finite(self, token: Any) -> float:
        if not math.isfinite(float(token)):
            raise self.fail(token.column, f"{clip(str(token), 60)} is beyond what a number can hold (1.8e308)")
        return float(token)

    def short(self, token: Any, most: int = NAME) -> str:
        if len(token) > most:
            raise self.fail(token.column, f"at most {most} characters are expected here, got {len(token):,}")
        return str(token)

    def comparison(self, meta: Any, c: list[Any]) -> tuple[Any, str | None, Any]:
        return (c[0], str(c[1]), c[2]) if len(c) == 3 else (c[0], None, None)

    def number(self, meta: Any, c: list[Any]) -> Literal:
        return Literal(self.finite(c[0]))

    def negate(self, meta: Any, c: list[Any]) -> Binary:
        return Binary("-", Literal(0.0), c[0])

    def add(self, meta: Any, c: list[Any]) -> Binary:
        return Binary("+", *c)

    def subtract(self, meta: Any, c: list[Any]) -> Binary:
        return Binary("-", *c)

    def multiply(self, meta: Any, c: list[Any]) -> Binary:
        return Binary("*", *c)

    def divide(self, meta: Any, c: list[Any]) -> Binary:
        return Binary("/", *c)

    def name(self, meta: Any, c: list[Token]) -> str:
        return self.short(c[0])

    def broken_name(self, meta: Any, c: list[Any]) -> str:
        return "broken"

    def terms_name(self, meta: Any, c: list[Any]) -> str:
        return "terms"

    def words(self, meta: Any, c: list[Any]) -> str:
        return self.short(c[0])[1:-1] if isinstance(c[0], Token) else " ".join(c)

    def labels(self, meta: Any, c: list[str]) -> tuple[str, ...]:
        out: list[str] = []
        for word in c:
            if word not in LABELS and word not in ENDS:
                known = [*ENDS, *LABELS]
                raise self.fail(
                    meta.column,
                    f"no outcome is called {shorten(word)}{did_you_mean(word, known)}; known: {', '.join(known)}",
                )
            out += [x for x in ENDS.get(word, (word,)) if x not in out]
        return tuple(out)

    def by(self, meta: Any, c: list[Any]) -> Event:
        return Event(EventKind.BY, c[0], c[1])

    def within(self, meta: Any, c: list[Any]) -> Event:
        return Event(EventKind.WITHIN, c[0], c[1])

    def broken_within(self, meta: Any, c: list[Any]) -> Event:
        return Event(EventKind.BROKEN, c[0], self.months(meta, c[1]))

    def terms_are(self, meta: Any, c: list[Any]) -> Event:
        return Event(EventKind.TERMS, ("settlement",), None, str(c[0]), self.finite(c[1]))

    def months(self, meta: Any, token: Any) -> int:
        if not 1 <= int(token) <= MAX_MONTHS:
            raise self.fail(
                getattr(token, "column", meta.column), f"months run from 1 to {MAX_MONTHS}, got {clip(token, 60)}"
            )
        return int(token)

    def length(self, meta: Any, c: list[Any]) -> int | When:
        if c[1] is None or c[1].startswith("mo"):
            return self.months(meta, c[0])
        try:
            found = span(int(c[0]) if len(c[0]) < 7 else 10**6, TIME_UNITS[str(c[1]).removesuffix("s")])
        except ValueError as e:
            raise self.fail(c[0].column, str(e)) from None
        return found if found.months is None else found.months

    when = length

    def day(self, meta: Any, c: list[Any]) -> When:
        try:
            return When(day=read_day(str(c[0])))
        except ValueError as e:
            raise self.fail(c[0].column, str(e)) from None

    def in_force(self, meta: Any, c: list[Any]) -> InForce:
        return InForce(c[0], c[1])

    def is_type(self, meta: Any, c: list[Any]) -> IsType:
        return IsType(c[0], c[1])

    def believed(self, meta: Any, c: list[Any]) -> Believed:
        return Believed(c[0], c[1], str(c[2]), self.finite(c[3]))

    def conditions(self, meta: Any, c: list[Any]) -> tuple[Any, ...]:
        return tuple(c)

    def chance(self, meta: Any, c: list[Any]) -> Chance:
        given = c[1] if len(c) > 1 else ()
        if c[0].kind is EventKind.TERMS and not any(isinstance(g, InForce) and g.months for g in given):
            raise self.fail(meta.column, "terms need a settlement to look at: P(terms >= 0.9 | settlement by 24)")
        if any(isinstance(g, Believed) for g in given):
            raise self.fail(meta.column, "a belief is a condition of play(...) only")
        return Chance(c[0], given, meta.column)

    def mean(self, meta: Any, c: list[Any]) -> Mean:
        given = c[2] if len(c) > 2 else ()
        dated = [g.months for g in given if isinstance(g, InForce) and g.months]
        months = c[1] if c[1] is not None else self.latest(meta, dated)
        if months is None:
            raise self.fail(meta.column, f"E({c[0]} ...) needs a date: E({c[0]} at 12), or a condition with `by`")
        return Mean(c[0], months, given, meta.column)

    def latest(self, meta: Any, dated: list[int | When]) -> int | When | None:
        months = [m for m in dated if isinstance(m, int)]
        if len(months) < len(dated) and len(set(dated)) > 1:
            raise self.fail(meta.column, "several dates: say at which the mean is taken, such as E(front at 12 | ...)")
        return max(months) if months else (dated[0] if dated else None)

    def play(self, meta: Any, c: list[Any]) -> Play:
        given = c[4] if len(c) > 4 else ()
        months = PLAY_MONTHS if c[3] is None else self.months(meta, c[3])
        return Play(c[0], c[1], c[2], months, given, meta.column)

    def rate(self, meta: Any, c: list[Token]) -> Rate:
        question, _, where = self.short(c[0], QUESTION).partition(";")
        return Rate(_question(question), where.strip() or None, c[0].column or meta.column)

    def param(self, meta: Any, c: list[Token]) -> Param:
        return Param(self.short(c[0]), c[0].column or meta.column)

    def welfare(self, meta: Any, c: list[Any]) -> Welfare:
        return Welfare(c[0], c[1], meta.column)

    def loglik(self, meta: Any, c: list[Any]) -> Loglik:
        return Loglik(c[0], meta.column)

    def number_setting(self, meta: Any, c: list[Any]) -> float:
        return self.finite(c[0])

    def minus_setting(self, meta: Any, c: list[Any]) -> float:
        return -self.finite(c[0])

    def off_setting(self, meta: Any, c: list[Any]) -> str:
        return "off"

    def now_setting(self, meta: Any, c: list[Any]) -> str:
        return "now"

    def effect(self, meta: Any, c: list[Any]) -> Effect:
        if c[1] == c[2]:
            raise self.fail(meta.column, f"effect({c[0]}: {c[1]} -> {c[2]}) changes nothing")
        return Effect(self.short(c[0]), c[1], c[2], c[3], meta.column)


def _question(text: str) -> str:
    """Return a base-rate question as `evidence.base_rate` takes it: "ceasefire, fails within 30d" spelt out."""
    words = text.replace(",", " ").split()
    spelt = [f"{w[:-1]} {UNITS[w[-1]]}" if w[:-1].isdecimal() and w[-1] in UNITS else w for w in words]
    return " ".join(spelt)
