"""Numbers in game files: exact fractions from text and floats, and back to text that reads back equal."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from peacetalks.errors import GameError
from peacetalks.text_files import LARGEST, clip

if TYPE_CHECKING:
    from numbers import Rational

NUMBER = re.compile(r"[+-]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
MOST_DIGITS = 2000  # of a number in a file
MOST_EXPONENT = 400
PLAIN = 25  # characters of a decimal that is written without an exponent


def fraction_of(text: str) -> Fraction:
    """Return the number that a text means: an integer, a decimal, one with an exponent, or a ratio of integers.

    Raises `GameError` for anything else, a denominator of 0, and numbers that no float holds.

    >>> fraction_of("1/3"), fraction_of("-.25"), fraction_of("2e-1")
    (Fraction(1, 3), Fraction(-1, 4), Fraction(1, 5))
    """
    if not NUMBER.fullmatch(text):
        raise GameError(f"{clip(text)!r} is no number; write 3, -0.25, 1e-3 or 1/3")
    exponent = re.search(r"[eE]([+-]?\d+)", text)
    if len(text) > MOST_DIGITS or (exponent and (len(exponent[1]) > 5 or abs(int(exponent[1])) > MOST_EXPONENT)):
        raise GameError(f"{clip(text)} has too many digits, or is beyond what a number can hold (1.8e308)")
    if re.fullmatch(r".*/0+", text):
        raise GameError(f"{text} divides by 0")
    number = Fraction(text)
    if abs(number) >= LARGEST:
        raise GameError(f"{clip(text)} is beyond what a number can hold (1.8e308)")
    return number


def exactly(x: float | Rational) -> Fraction:
    """Return a number as the fraction that its shortest decimal means; fractions and integers as they are.

    The float nearest to the result is `x` itself.

    >>> exactly(0.1), float(exactly(0.1)) == 0.1, exactly(Fraction(1, 3))
    (Fraction(1, 10), True, Fraction(1, 3))
    """
    if isinstance(x, Fraction):
        return x
    if isinstance(x, int):
        return Fraction(x)
    if not math.isfinite(x):
        raise GameError(f"{x} cannot be written in a game file; numbers must be finite")
    return Fraction(repr(float(x)))


def number_text(x: Fraction) -> str:
    """Return a decimal where it ends, else a ratio of integers; both read back equal.

    >>> [number_text(x) for x in (Fraction(3), Fraction(-1, 8), Fraction(1, 3), Fraction(1, 10**30))]
    ['3', '-0.125', '1/3', '1e-30']
    """
    twos = (x.denominator & -x.denominator).bit_length() - 1
    rest, fives = x.denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest > 1:
        return str(x)
    places = max(twos, fives)
    digits = str(abs(x.numerator) * 2 ** (places - twos) * 5 ** (places - fives))
    sign = "-" if x < 0 else ""
    if places == 0:
        short = digits.rstrip("0") or "0"
        zeros = len(digits) - len(short)
        return sign + (digits if len(digits) <= PLAIN else f"{short}e{zeros}" if zeros else digits)
    if max(places, len(digits)) > PLAIN:
        return f"{sign}{digits}e-{places}"
    digits = digits.zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
