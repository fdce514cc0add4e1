"""Numbers that carry their uncertainty and their source.

In a scenario a number is written in one of three ways, each with an optional `source`:

    0.4                                               a point
    { value = 0.4, source = "..." }                   a point with its source
    { low = 0.2, mode = 0.4, high = 0.5 }             a range: triangular, drawn by `--draws`
    { dist = "normal", mean = 0.4, sd = 0.1 }         a distribution: normal, lognormal, logitnormal, beta, uniform

A `Number` is a float (its central value) that remembers the rest.  A number that the record identifies may be left out;
it is then `LEFT_OUT`, which is no number, until the scenario is filled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field
from pydantic_core import PydanticCustomError, core_schema

from peacetalks.scenario.distributions import Beta, Distribution, Logitnormal, Lognormal, Normal, Triangle, Uniform
from peacetalks.text_files import clip, shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

RANGE = ("low", "mode", "high")
DISTRIBUTIONS = {
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "logitnormal": ("median", "sigma"),
    "beta": ("a", "b"),
    "uniform": ("low", "high"),
}
TINY = 1e-6  # bounds from 0 up to here mean "above 0"
FAR = 1e-9  # chance of a draw further out than what bounds are checked at, on either side


class Number(float):
    """A float, its central value, with a range or distribution and a source.

    Attributes
    ----------
    source : str or None
        Where the number comes from.
    frozen : Distribution or None
        What is drawn from, with `ppf` and `cdf`; None for a point.
    raw : float, dict or None
        The number as it is written in a file; None where it was made otherwise.

    Examples
    --------
    >>> n = Number.parse({"low": 0.1, "mode": 0.2, "high": 0.6, "source": "judgement: expert range"})
    >>> float(n), n.uncertain, round(n.quantile(0.5), 3)
    (0.2, True, 0.284)
    """

    source: str | None
    frozen: Distribution | None
    raw: Any

    def __new__(cls, value: float, source: str | None = None, frozen: Any = None) -> Number:
        """Make a number with central `value`; `frozen` is a distribution or None."""
        out = super().__new__(cls, value)
        out.source, out.frozen, out.raw = source, frozen, None
        return out

    @property
    def uncertain(self) -> bool:
        """Whether the number is a range or a distribution."""
        return self.frozen is not None

    def quantile(self, u: float) -> float:
        """Return the quantile at `u` in (0, 1); a point is the same everywhere."""
        return float(self) if self.frozen is None else float(self.frozen.ppf(u))

    def interval(self, share: float = 0.9) -> tuple[float, float]:
        """Return the central interval that holds the probability `share` of the distribution."""
        return self.quantile((1 - share) / 2), self.quantile((1 + share) / 2)

    @classmethod
    def parse(cls, raw: Any) -> Number:
        """Return a number as written in a scenario; raise `ValueError` with what was expected and what was got.

        >>> Number.parse({"dist": "beta", "a": 2, "b": 2}).interval(0.5)[0] < 0.4
        True
        """
        if isinstance(raw, Number):
            return raw
        out = cls._parsed(raw)
        out.raw = dict(raw) if isinstance(raw, dict) else raw
        return out

    def written(self) -> Any:
        """Return the number as in a file; one that was not read from a file is written as a point.

        >>> Number.parse({"value": 1, "source": "a count"}).written(), Number(0.5).written()
        ({'value': 1, 'source': 'a count'}, 0.5)
        """
        if self.raw is not None:
            return dict(self.raw) if isinstance(self.raw, dict) else self.raw
        return float(self) if self.source is None else {"value": float(self), "source": self.source}

    @classmethod
    def _parsed(cls, raw: Any) -> Number:
        if isinstance(raw, bool) or not isinstance(raw, int | float | dict):
            raise ValueError(
                f"a number is expected (a point, {{low, mode, high}} or {{dist = ...}}), got {shorten(raw)}"
            )
        if not isinstance(raw, dict):
            return cls(_finite(raw))
        fields = dict(raw)
        source = fields.pop("source", None)
        if source is not None and not (isinstance(source, str) and source.strip()):
            raise ValueError(f"`source` must be a text, got {shorten(source)}")
        if set(fields) == {"value"}:
            return cls(_finite(fields["value"], "value: "), source)
        if set(fields) == set(RANGE):
            low, mode, high = (_finite(fields[k], f"{k}: ") for k in RANGE)
            return _triangle(low, mode, high, source)
        if "dist" in fields:
            return _distribution(fields, source)
        keys = clip(", ".join(map(str, fields))) or "{}"
        raise ValueError(f"expected value, or low/mode/high, or dist with its parameters; got {keys}")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate with `parse`."""
        plain = core_schema.plain_serializer_function_ser_schema(float)
        return core_schema.no_info_plain_validator_function(_checked(cls, None), serialization=plain)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the ways to write a number."""
        return number_schema(None)


LEFT_OUT = Number(math.nan, "left out")


def identified(description: str) -> Any:
    """Return the field of a number that the record identifies: where it is left out, it is estimated on the record."""
    return Field(default_factory=_left_out, description=f"{description} Left out: estimated on the record.")


def _left_out() -> Number:
    return LEFT_OUT


@dataclass(frozen=True)
class Bounds:
    """Bounds on a number and all its uncertainty (used in annotations)."""

    low: float = -math.inf
    high: float = math.inf

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate with `Number.parse` and the bounds."""
        plain = core_schema.plain_serializer_function_ser_schema(float)
        return core_schema.no_info_plain_validator_function(_checked(Number, self), serialization=plain)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the ways to write a number, with the bounds."""
        return number_schema(self)

    def check(self, n: Number) -> None:
        """Raise `ValueError` when the number, or any draw of it but for two in a thousand million, lies outside."""
        lo, hi = (float(n), float(n)) if n.frozen is None else (n.quantile(FAR), n.quantile(1 - FAR))
        if self.low - 1e-12 <= lo and hi <= self.high + 1e-12:
            return
        if isinstance(n.frozen, Triangle | Uniform):
            lo, hi = n.frozen.low, n.frozen.high  # as written
        elif n.frozen is not None:
            raise ValueError(f"{self._words()}, {self._outside(n, n.frozen)}")
        raise ValueError(f"{self._words()}, got {lo:g}" + ("" if lo == hi else f" to {hi:g}"))

    def _words(self) -> str:
        """Return what a number within the bounds must be."""
        least = "above 0" if 0 < self.low <= TINY else f"at least {self.low:g}"
        if not math.isfinite(self.high):
            return f"must be {least}"
        if least != "above 0":
            return f"must lie in [{self.low:g}, {self.high:g}]"
        most = "below 1" if 1 - TINY <= self.high < 1 else f"at most {self.high:g}"
        return f"must be {least} and {most}"

    def _outside(self, n: Number, drawn: Distribution) -> str:
        """Return how many draws of a distribution lie outside, where its middle lies, and what to write instead."""
        share = drawn.cdf(self.low) if math.isfinite(self.low) else 0.0
        share += 1 - drawn.cdf(self.high) if math.isfinite(self.high) else 0.0
        much = f"{100 * share:.2g}%" if share >= 1e-4 else "less than 0.01%"
        low, high = n.interval()
        named = "beta or logitnormal" if self.high == 1 else "lognormal" if math.isinf(self.high) else ""
        other = f", or a {named} distribution" if named else ""
        return (
            f"but {much} of its draws would not (90% of them: {low:.3g} to {high:.3g}). Make the distribution "
            f"narrower, or write a range {{low, mode, high}}{other}"
        )


def _checked(cls: type[Number], bounds: Bounds | None) -> Any:
    """Return the validator of a number within bounds, in the form that pydantic calls."""

    def validate(raw: Any) -> Number:
        try:
            n = cls.parse(raw)
            if bounds is not None:
                bounds.check(n)
        except ValueError as e:
            raise PydanticCustomError("number", "{text}", {"text": str(e)}) from None
        return n

    return validate


def number_schema(bounds: Bounds | None) -> dict[str, Any]:
    """Return the JSON schema of a number."""
    point: dict[str, Any] = {"type": "number"}
    if bounds is not None and math.isfinite(bounds.low):
        point["minimum"] = bounds.low
    if bounds is not None and math.isfinite(bounds.high):
        point["maximum"] = bounds.high
    text = {"type": "string", "minLength": 1}

    def table(required: tuple[str, ...], more: dict[str, Any] | None = None) -> dict[str, Any]:
        fields = {k: dict(point) for k in required} | {"source": text} | (more or {})
        need = [*required, *(more or {})]
        return {"type": "object", "properties": fields, "required": need, "additionalProperties": False}

    shapes = [point, table(("value",)), table(RANGE)]
    for name, params in DISTRIBUTIONS.items():
        shape = table(params, {"dist": {"const": name}})
        shape["properties"] |= {k: {"type": "number"} for k in params}
        shapes.append(shape)
    return {"anyOf": shapes}


def _finite(x: Any, key: str = "") -> float:
    """Return a number as a float; raise `ValueError`, which `key` opens, for anything else."""
    if not isinstance(x, bool) and isinstance(x, int | float):
        try:
            if math.isfinite(x):
                return float(x)
        except OverflowError:
            raise ValueError(f"{key}beyond what a number can hold (1.8e308), got {shorten(x)}") from None
    raise ValueError(f"{key}a finite number is expected, got {shorten(x)}")


def _triangle(low: float, mode: float, high: float, source: str | None) -> Number:
    if not low <= mode <= high:
        raise ValueError(f"a range needs low <= mode <= high, got {low:g}, {mode:g}, {high:g}")
    if low == high:
        return Number(mode, source)
    return _drawn(mode, source, Triangle(low, mode, high))


def _distribution(fields: dict[str, Any], source: str | None) -> Number:
    name = fields.pop("dist")
    if not isinstance(name, str) or name not in DISTRIBUTIONS:
        raise ValueError(f"no distribution is called {shorten(name)}; known: {', '.join(DISTRIBUTIONS)}")
    if set(fields) != set(DISTRIBUTIONS[name]):
        raise ValueError(
            f"{name} needs {', '.join(DISTRIBUTIONS[name])}; got {clip(', '.join(map(str, fields))) or 'nothing'}"
        )
    a, b = (_finite(fields[k], f"{k}: ") for k in DISTRIBUTIONS[name])
    if name == "uniform":
        if not a < b:
            raise ValueError(f"uniform needs low < high, got {a:g}, {b:g}")
        return _drawn(Uniform(a, b).ppf(0.5), source, Uniform(a, b))
    if (b <= 0) or (name != "normal" and a <= 0):
        raise ValueError(f"{name} needs positive parameters, got {a:g}, {b:g}")
    if name == "logitnormal" and a >= 1:
        raise ValueError(f"logitnormal needs a median below 1, got {a:g}")
    kinds = {"normal": Normal, "lognormal": Lognormal, "logitnormal": Logitnormal, "beta": Beta}
    frozen: Distribution = kinds[name](a, b)
    return _drawn(frozen.ppf(0.5), source, frozen)


def _drawn(value: float, source: str | None, frozen: Distribution) -> Number:
    """Return a number with a distribution; raise `ValueError` for one that floats cannot hold."""
    ends = [value, frozen.ppf(FAR), frozen.ppf(1 - FAR)]
    if not all(math.isfinite(x) for x in ends):
        raise ValueError("the distribution reaches beyond what a number can hold (1.8e308); make it narrower")
    return Number(value, source, frozen)
