"""What every model of linear parts knows of its coefficients, its columns and its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError

if TYPE_CHECKING:
    import polars as pl

    from peacetalks.estimation.formulas import Part
    from peacetalks.estimation.model import Array


class LinearModel:
    """A model whose payoffs, or other numbers, are linear in the columns that its parts name.

    Attributes
    ----------
    parts : tuple of Part
    data : polars.DataFrame, [row]
    """

    parts: tuple[Part, ...]
    data: pl.DataFrame

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all coefficients: the label of the part and the term, `war:x`."""
        return tuple(name for p in self.parts for name in p.names)

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns that the parts name, in order of first use."""
        return tuple(dict.fromkeys(name for p in self.parts for name in p.columns))

    @property
    def rows(self) -> int:
        """The number of rows: of plays, or of tallies of plays."""
        return self.data.height

    def _split(self, theta: Array) -> list[Array]:
        """Return the coefficients of every part."""
        theta = np.asarray(theta, float)
        if theta.shape != (len(self.parameters),):
            raise EstimationError(f"theta: expected {len(self.parameters)} values, got shape {theta.shape}")
        return np.split(theta, np.cumsum([len(p.names) for p in self.parts])[:-1])
