"""The text of Gambit's game files: parsed by the grammar `gambit.lark`, with errors that name line and column.

The format is Gambit's [@gambit]; the reader and the writer are this package's own.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from lark import Lark, Token, UnexpectedInput

from peacetalks.errors import GameError
from peacetalks.text_files import clip, place, shorten
from peacetalks.trees.exact import fraction_of

if TYPE_CHECKING:
    from fractions import Fraction

    from lark import Tree as Parsed

WORDS = {  # what a terminal of the grammar is called in a message
    "TEXT": "a name in quotes",
    "NUMBER": "a number",
    "KIND": "R or D",
    "LBRACE": "{",
    "RBRACE": "}",
    "COMMA": "a comma",
    "C": "c (a chance node)",
    "P": "p (a player's node)",
    "T": "t (an end)",
    "EFG": "EFG",
    "NFG": "NFG",
    "$END": "the end of the file",
}
LONGEST = 1000, 20_000  # characters of a name; of a title or comment


class Place:
    """Where a part of a file stands: names file, line and column in errors."""

    def __init__(self, where: str, text: str) -> None:
        self.where, self.text = where, text

    def fail(self, at: Token | Parsed[Token] | int, what: str) -> GameError:
        """Return the error about a token, a rule or a position in the text."""
        if isinstance(at, int):
            line, column = place(self.text, at)
        elif isinstance(at, Token):
            line, column = at.line, at.column
        else:
            line, column = at.meta.line, at.meta.column
        return GameError(f"{self.where}: line {line}, column {column}: {what}")

    def number(self, token: Token) -> Fraction:
        """Return the number that a token means."""
        try:
            return fraction_of(token)
        except GameError as e:
            raise self.fail(token, str(e)) from None

    def whole(self, token: Token, what: str) -> int:
        """Return the whole number, 0 or more, that a token means; `what` is named in the error."""
        number = self.number(token)
        if number.denominator != 1 or number < 0:
            raise self.fail(token, f"{what} is a whole number, got {clip(token)}")
        return int(number)

    def name(self, token: Token, most: int = LONGEST[0]) -> str:
        """Return the name that a token holds, without its quotes."""
        if len(token) > most + 2:
            raise self.fail(token, f"at most {most:,} characters are read here, got {len(token) - 2:,}")
        return token[1:-1].replace('\\"', '"')


def parse(text: str, form: str, where: str) -> list[Any]:
    """Return the parts of a file in `form` ("efg", "nfg"); raise `GameError` with line, column and what is expected."""
    try:
        return list(_parser(form).parse(text).children)
    except UnexpectedInput as e:
        raise _unreadable(text, where, e) from None


@cache
def _parser(form: str) -> Lark:
    grammar = (resources.files("peacetalks.trees") / "gambit.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=form, propagate_positions=True, maybe_placeholders=False)


def _unreadable(text: str, where: str, e: Any) -> GameError:
    """Return the error for a text that the grammar does not allow."""
    token = getattr(e, "token", None)
    ended = getattr(token, "type", "") == "$END"
    at = len(text.rstrip()) if ended else e.pos_in_stream
    names = getattr(e, "accepts", None) or getattr(e, "expected", None) or getattr(e, "allowed", None) or ()
    expected = " or ".join(sorted({WORDS.get(str(x), str(x).lower()) for x in names}))
    rest = text[at:].split(maxsplit=1)
    if text[at : at + 1] == '"' and not ended and (token is None or token.type != "TEXT"):
        return Place(where, text).fail(at, "this quote, or one before it, is not closed")
    got = "the file ends here" if not rest else f"got {shorten(rest[0], 60)}"
    return Place(where, text).fail(at, f"{got}; expected {expected}")


def quoted(name: str, what: str) -> str:
    """Return a name in quotes; raise `GameError` for one that no reader of these files could read back."""
    if name.endswith("\\") or '\\"' in name:
        raise GameError(f"{what}: {shorten(name)} cannot be written, because \\ stands before a quote; take it out")
    return '"' + name.replace('"', '\\"') + '"'


def renumbered(given: list[int]) -> list[int]:
    """Return numbers to write: those given where they are positive and different from one another, else 1, 2, ..."""
    return given if len(set(given)) == len(given) and min(given, default=1) > 0 else list(range(1, len(given) + 1))


def check_version(at: Place, token: Token, form: str, version: int) -> None:
    """Raise `GameError` for a version of the format that is not the one in use."""
    if at.number(token) != version:
        raise at.fail(token, f"version {token} of {form} files cannot be read; save the game as {form} {version}")


def notes(at: Place, title: Token, comment: Parsed[Token]) -> tuple[str, str]:
    """Return the title of a game and the comment on it, which may be missing."""
    found = [at.name(t, LONGEST[1]) for t in (title, *comment.children) if isinstance(t, Token)]
    return found[0], "".join(found[1:])


def names_in(at: Place, rule: Parsed[Token]) -> tuple[str, ...]:
    """Return the names that a rule of the grammar holds."""
    return tuple(at.name(t) for t in rule.children if isinstance(t, Token) and t.type == "TEXT")


def numbers_in(at: Place, rule: Parsed[Token]) -> tuple[Fraction, ...]:
    """Return the numbers that a rule of the grammar holds."""
    return tuple(at.number(t) for t in rule.children if isinstance(t, Token) and t.type == "NUMBER")
