"""Formulas: what was observed, and the covariates of every payoff, in the notation that researchers know from R.

`esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2` has the observed actions, or one column of outcomes, on
its left side, and on its right side one part for every payoff of the model.  A part is a formula of its own, which
`formulaic` reads: an intercept unless `- 1` or `0` stands in it, `a:b` and `a*b` for interactions, functions such as
`log(x)`, treatment coding of factors with the levels in sorted order (those of an Enum in their own order).  `0` is a
payoff of nought, `1` a constant.  Coefficients are named as R names them: `u1(esc,war):regime1dem`.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.frames import require_columns, to_pandas

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import polars as pl
    from formulaic import ModelSpec, SimpleFormula

    from peacetalks.estimation.model import Array

FUNCTIONS = {"sqrt": np.sqrt, "abs": np.abs}  # beside log, exp, C, I, poly and others that formulaic has
OUTCOME = "outcome"  # the key of the left side where formulas are given by payoff
TOLERANCE = 1e-9  # of a column's length, below which what other columns leave of it is nought


@dataclass(frozen=True)
class Formula:
    """The left side of a formula, and the parts of its right side by the label of the payoff.

    Attributes
    ----------
    observed : tuple of str
        Columns that hold what was observed.
    parts : tuple of str
        The right side, one formula for each payoff; empty where the parts are given by label.
    labelled : mapping
        The parts by label where they were given so.
    """

    observed: tuple[str, ...]
    parts: tuple[str, ...]
    labelled: Mapping[str, str]

    def by_label(self, labels: Sequence[str], model: str, without: Collection[str] = ()) -> dict[str, str]:
        """Return the part of every payoff; nought for a payoff that formulas given by label leave out.

        Where all payoffs are given otherwise (`without`) the right side plays no part, whatever it is.  Raises
        `EstimationError` for another number of parts, or for a label that is none.
        """
        if set(labels) <= set(without):
            return dict.fromkeys(labels, "0")
        if self.labelled:
            for name in self.labelled:
                if name not in labels:
                    raise EstimationError(f"formula: {model} has no payoff {name!r}. {suggestion(name, labels)}")
            return {label: self.labelled.get(label, "0") for label in labels}
        if len(self.parts) != len(labels):
            raise EstimationError(
                f"formula: {model} has {len(labels)} parts on the right of ~, separated by |, for "
                f"{', '.join(labels)}; got {len(self.parts)}. Write 0 for a payoff of nought."
            )
        return dict(zip(labels, self.parts, strict=True))


def read_formula(formula: str | Mapping[str, str]) -> Formula:
    """Read a formula of several parts, or one formula by payoff with the left side under `outcome`.

    Raises `EstimationError` for a text without a left side.

    >>> read_formula("esc + war ~ s_wt_re1 | 0 | 1 | balanc").parts
    ('s_wt_re1', '0', '1', 'balanc')
    >>> read_formula({"outcome": "esc + war", "u1(~esc)": "s_wt_re1"}).observed
    ('esc', 'war')
    """
    if isinstance(formula, str):
        left, tilde, right = formula.partition("~")
        labelled, parts = {}, tuple(part.strip() for part in right.split("|"))
    else:
        labelled = {name: text.removeprefix("~").strip() for name, text in formula.items() if name != OUTCOME}
        left, tilde, parts = formula.get(OUTCOME, ""), "~", ()
    observed = tuple(name.strip().strip("`") for name in left.split("+"))
    if not tilde or not all(observed):
        raise EstimationError(
            "formula: the left side must name the observed columns: 'esc + war ~ x1 | 0 | x2 | x3', or "
            f"{{'{OUTCOME}': 'esc + war', ...}} for formulas by payoff; got {formula!r}"
        )
    return Formula(observed, parts, labelled)


@dataclass(frozen=True)
class Part:
    """A linear index: the payoff, the reservation value or the log of a scale that one part of a formula describes.

    Attributes
    ----------
    label : str
        Such as `u1(esc,war)`.
    names : tuple of str
        Of the coefficients, [coefficient].
    spec : ModelSpec or None
        How columns are made from data; None for one constant.
    """

    label: str
    names: tuple[str, ...]
    spec: ModelSpec | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of data that it names, in order of first use."""
        if self.spec is None:
            return ()
        required = self.spec.required_variables
        used = (sorted(str(v) for v in found if v in required) for found in self.spec.term_variables.values())
        return tuple(dict.fromkeys(name for names in used for name in names))

    def matrix(self, data: pl.DataFrame) -> Array:
        """Return the regressors, [row, coefficient]; with the levels of the factors in the data of the estimate.

        Raises `EstimationError` for a level that those data do not have.
        """
        if self.spec is None or not self.names:
            return np.ones((data.height, len(self.names)))
        require_columns(_columns(self.spec.required_variables), data, self.label)
        return _matrix(self.spec, data, self.label)


def constant(label: str) -> Part:
    """Return an index that is one number, which bears the label itself: a fixed payoff, or one scale for all."""
    return Part(label, (label,), None)


def part(label: str, text: str, data: pl.DataFrame, single: bool = False, estimable: bool = True) -> Part:
    """Read one part of a formula.

    Parameters
    ----------
    label : str
    text : str
        Such as `balanc + regime2`, `0` or `x - 1`.
    data : polars.DataFrame
        Complete rows, [row]; levels of factors are taken from them.
    single : bool
        Whether an intercept that stands by itself bears the label, as `log(sigma)` does.
    estimable : bool
        Whether coefficients will be estimated on these data, so that no column may follow from others.

    Raises
    ------
    EstimationError
        A formula that cannot be read, a name that is no column, columns of which one follows from others.

    Examples
    --------
    >>> import polars as pl
    >>> cases = pl.DataFrame({"balanc": [0.2, 0.5, 0.9, 0.4], "regime2": ["mixed", "autoc", "dem", "dem"]})
    >>> part("u2(esc,war)", "balanc + regime2 - 1", cases).names
    ('u2(esc,war):balanc', 'u2(esc,war):regime2autoc', 'u2(esc,war):regime2dem', 'u2(esc,war):regime2mixed')
    """
    require_columns(variables(text, label), data, label)
    spec = _spec(text, data, label)
    columns = tuple(_as_in_r(name) for name in spec.column_names)
    if single and columns == ("(Intercept)",):
        return constant(label)
    made = Part(label, tuple(f"{label}:{column}" for column in columns), spec)
    if estimable:
        require_independent(made.names, made.matrix(data))
    return made


def variables(text: str, label: str) -> list[str]:
    """Return the columns that a part of a formula names, sorted.

    >>> variables("log(x) + regime1:sqrt(x) - 1", "u1(war)")
    ['regime1', 'x']
    """
    return _columns(_parsed(text, label).required_variables)


def _columns(names: Iterable[object]) -> list[str]:
    """Return the names that are columns: `formulaic` counts the functions that it was given among the variables."""
    return sorted(str(name) for name in names if str(name) not in FUNCTIONS)


def _parsed(text: str, label: str) -> SimpleFormula:
    """Return a part of a formula as terms."""
    from formulaic import Formula as Read
    from formulaic import SimpleFormula
    from formulaic.errors import FormulaicError

    if text.strip() == ".":
        raise EstimationError(f"{label}: write out the columns instead of '.'")
    try:
        terms = Read.from_spec(_as_python(text), ordering="none")
    except (FormulaicError, SyntaxError) as e:
        raise EstimationError(f"{label}: the part {text!r} of the formula cannot be read: {_first_line(e)}") from e
    if not isinstance(terms, SimpleFormula):
        raise EstimationError(f"{label}: the part {text!r} of the formula must be one sum of terms")
    return terms


def _spec(text: str, data: pl.DataFrame, label: str) -> ModelSpec:
    """Return how the columns of a part are made."""
    from formulaic import ModelSpec

    spec = _evaluated(ModelSpec(formula=_parsed(text, label)), data, label).model_spec
    assert spec is not None, "a matrix that formulaic made carries how it was made"
    return spec


def _matrix(spec: ModelSpec, data: pl.DataFrame, label: str) -> Array:
    """Return the columns of a part, [row, coefficient]."""
    matrix = np.asarray(_evaluated(spec, data, label), float)
    if not np.isfinite(matrix).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(matrix))[0])
        raise EstimationError(f"{label}: {spec.column_names[column]!r} is not a finite number in row {row + 1}")
    return matrix


def _evaluated(spec: ModelSpec, data: pl.DataFrame, label: str):
    """Return the model matrix that `formulaic` makes; its own errors, and unknown levels, as this project's."""
    from formulaic.errors import DataMismatchWarning, FormulaicError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DataMismatchWarning)
            warnings.simplefilter("ignore", RuntimeWarning)  # log of a negative number: said by `_matrix`, with its row
            return spec.get_model_matrix(to_pandas(data), context=FUNCTIONS, output="numpy", na_action="ignore")
    except DataMismatchWarning as e:
        seen = re.search(r"dataset\): (.*?)\.", str(e))
        found = seen.group(1) if seen else str(e)
        raise EstimationError(f"{label}: the data hold a level that the estimate has not seen: {found}") from e
    except (FormulaicError, TypeError, ValueError) as e:
        raise EstimationError(f"{label}: the formula cannot be evaluated: {_first_line(e)}") from e


def require_independent(names: Sequence[str], matrix: Array) -> None:
    """Raise `EstimationError` where a column is a linear combination of those before it; say of which.

    >>> require_independent(["x", "twice"], np.array([[1.0, 2.0], [3.0, 6.0]]))
    Traceback (most recent call last):
    ...
    peacetalks.errors.EstimationError: 'twice' is collinear with 'x': leave one of them out
    """
    length = np.linalg.norm(matrix, axis=0)
    for k, name in enumerate(names):
        if length[k] == 0:
            raise EstimationError(f"{name!r} is nought in every row: leave it out")
        before = matrix[:, :k] / length[:k]
        weights = np.linalg.lstsq(before, matrix[:, k] / length[k], rcond=None)[0]
        if np.linalg.norm(matrix[:, k] / length[k] - before @ weights) < TOLERANCE:
            others = [repr(names[i]) for i in range(k) if abs(weights[i]) > TOLERANCE]
            raise EstimationError(f"{name!r} is collinear with {' and '.join(others)}: leave one of them out")


def _as_in_r(name: str) -> str:
    """Return a coefficient's name as R writes it."""
    return "(Intercept)" if name == "Intercept" else re.sub(r"\[(?:T\.)?([^\[\]]*)\]", r"\1", name)


def _as_python(text: str) -> str:
    """Return a part with the power that R writes in `I(x^2)` as Python writes it."""
    return re.sub(r"I\([^()]*\)", lambda found: found.group().replace("^", "**"), text)


def _first_line(error: Exception) -> str:
    """Return the first line of an error's text."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
