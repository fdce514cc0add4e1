"""A logit that keeps the protocol of `estimation/model.py` and whose derivatives are known: what follows from an
estimate is tested on it without a game."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.special import expit

from peacetalks.errors import EstimationError
from peacetalks.estimation.model import Estimate, Start


@dataclass(frozen=True)
class Logit:
    """Probability of `yes` from a constant, `x` and whether `group` is b, with data bound."""

    data: pl.DataFrame
    name: str = "logit"
    parameters: tuple = ("yes:(Intercept)", "yes:x", "yes:groupb")
    outcomes: tuple = ("no", "yes")
    covariates: tuple = ("x", "group")

    @property
    def rows(self):
        return len(self.data)

    @cached_property
    def observed(self):
        return self.data["y"].to_numpy() if "y" in self.data.columns else None

    @cached_property
    def design(self):
        if not set(self.data["group"]) <= {"a", "b"}:
            raise EstimationError("group has a level that the estimate does not know")
        return np.column_stack(
            [np.ones(self.rows), self.data["x"].to_numpy(), (self.data["group"] == "b").to_numpy().astype(float)]
        )

    def probabilities(self, theta):
        yes = expit(self.design @ theta)
        return np.column_stack([1 - yes, yes])

    def log_likelihood(self, theta):
        return np.log(self.probabilities(theta)[np.arange(self.rows), self.observed])

    def scores(self, theta):
        return (self.observed - self.probabilities(theta)[:, 1])[:, None] * self.design

    def rebind(self, data):
        return Logit(data)

    def take(self, rows):
        return Logit(self.data[rows])

    def start(self):
        return np.zeros(3)


def made_data(rows=400, seed=5):
    """Rows drawn from the logit with parameters (-0.5, 1, 0.8)."""
    rng = np.random.default_rng(seed)
    x, group = rng.normal(1.0, 1.0, rows), np.where(rng.random(rows) < 0.3, "b", "a")
    y = rng.random(rows) < expit(-0.5 + x + 0.8 * (group == "b"))
    return pl.DataFrame({"x": x, "group": group, "y": y.astype(int)})


def fitted(data=None, **more):
    """The maximum-likelihood estimate, by Newton's method."""
    model = Logit(made_data() if data is None else data)
    theta = model.start()
    for _ in range(50):
        p = model.probabilities(theta)[:, 1]
        hessian = -(model.design * (p * (1 - p))[:, None]).T @ model.design
        theta = theta - np.linalg.solve(hessian, model.scores(theta).sum(axis=0))
    total = float(model.log_likelihood(theta).sum())
    start = Start(total, 0.0, 50, True)
    return Estimate(
        **{
            "model": model, "values": theta, "covariance": np.linalg.inv(-hessian), "log_likelihood": total,
            "rows": model.rows, "dropped": 0, "errors": "hessian", "gradient": 0.0, "starts": (start,),
            "fixed": np.zeros(3, bool), "call": "fitted()", **more,
        }
    )  # fmt: skip
