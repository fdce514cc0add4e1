"""Plays of strategic models drawn from their definitions: errors are drawn, players choose, no likelihood is used."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

ROOT_TWO = np.sqrt(2)


@dataclass(frozen=True)
class Plays:
    """Simulated cases, the formula that describes them, and the true coefficients."""

    formula: str
    cases: dict[str, np.ndarray]
    truth: dict[str, float]


class Table:
    """Covariates of cases, and payoffs that are linear in them; remembers the coefficients."""

    def __init__(self, rows, seed):
        self.rng, self.rows = np.random.default_rng(seed), rows
        self.columns, self.truth, self.parts = {}, {}, []

    def payoff(self, label, constant, slope):
        """Return a payoff with a constant (none where it is None) and a covariate of its own."""
        name = f"x{len(self.columns) + 1}"
        self.columns[name] = self.rng.normal(size=self.rows)
        if constant is not None:
            self.truth[f"{label}:(Intercept)"] = constant
        self.truth[f"{label}:{name}"] = slope
        self.parts.append(name if constant is not None else f"{name} - 1")
        return (constant or 0.0) + slope * self.columns[name]

    def differences(self, link, sigma=1.0):
        """Return the error of a gain for an agent, [row]."""
        draw = self.rng.logistic if link == "logit" else self.rng.normal
        return sigma * ROOT_TWO * draw(size=self.rows)

    def shocks(self, count):
        """Return an error for each of a player's payoffs, [payoff, row]."""
        return self.rng.normal(size=(count, self.rows))

    def plays(self, left, **actions):
        """Return the cases as a value."""
        cases = self.columns | {name: taken.astype(int) for name, taken in actions.items()}
        return Plays(f"{left} ~ {' | '.join(self.parts)}", cases, self.truth)


def believed(gain, link, spread=ROOT_TWO):
    """Return the chance that others give an action."""
    return expit(gain / spread) if link == "logit" else norm.cdf(gain / spread)


def egame12(rows, seed, link, error):
    """Return plays of two decisions; player 1's choice where 2 does not act has no constant."""
    t = Table(rows, seed)
    u11, u13 = t.payoff("u1(~a)", -0.3, 0.7), t.payoff("u1(a,~b)", None, 0.5)
    u14, u24 = t.payoff("u1(a,b)", -0.4, -0.8), t.payoff("u2(a,b)", 0.3, 1.0)
    p = believed(u24, link)
    if error == "private":
        mine, yours = t.shocks(3), t.shocks(2)
        b = u24 + yours[1] > yours[0]
        a = (1 - p) * (u13 + mine[1]) + p * (u14 + mine[2]) > u11 + mine[0]
    else:
        b = u24 + t.differences(link) > 0
        a = (1 - p) * u13 + p * u14 - u11 + t.differences(link) > 0
    return t.plays("a + b", a=a, b=a & b)


def egame122(rows, seed, link, error):
    """Return plays in which player 2 answers both actions of player 1."""
    t = Table(rows, seed)
    u11, u12 = t.payoff("u1(~a,~b)", 0.2, 0.6), t.payoff("u1(~a,b)", 0.5, -0.7)
    u13, u14 = t.payoff("u1(a,~b)", None, 0.8), t.payoff("u1(a,b)", -0.4, 0.5)
    u22, u24 = t.payoff("u2(~a,b)", 0.3, 0.9), t.payoff("u2(a,b)", -0.2, -0.8)
    p, q = believed(u22, link), believed(u24, link)
    if error == "private":
        mine, yours = t.shocks(4), t.shocks(4)
        after_no, after_yes = u22 + yours[1] > yours[0], u24 + yours[3] > yours[2]
        left = (1 - p) * (u11 + mine[0]) + p * (u12 + mine[1])
        a = (1 - q) * (u13 + mine[2]) + q * (u14 + mine[3]) > left
    else:
        after_no, after_yes = u22 + t.differences(link) > 0, u24 + t.differences(link) > 0
        a = (1 - q) * u13 + q * u14 - (1 - p) * u11 - p * u12 + t.differences(link) > 0
    return t.plays("a + b", a=a, b=np.where(a, after_yes, after_no))


def egame123(rows, seed, link, error):
    """Return plays of three players, each of whom acts where the one before has."""
    t = Table(rows, seed)
    u11, u13 = t.payoff("u1(~a)", -0.6, 0.7), t.payoff("u1(a,~b)", 0.2, 0.6)
    u15, u16 = t.payoff("u1(a,b,~c)", None, 0.8), t.payoff("u1(a,b,c)", -0.3, -0.9)
    u23, u25 = t.payoff("u2(a,~b)", None, 0.6), t.payoff("u2(a,b,~c)", 0.4, 0.9)
    u26, u36 = t.payoff("u2(a,b,c)", 0.1, -0.7), t.payoff("u3(a,b,c)", 0.2, 1.0)
    r = believed(u36, link)
    spread = np.sqrt(1 + r**2 + (1 - r) ** 2) if error == "private" else ROOT_TWO
    q = believed(r * u26 + (1 - r) * u25 - u23, link, spread)
    if error == "private":
        mine, yours, theirs = t.shocks(4), t.shocks(3), t.shocks(2)
        c = u36 + theirs[1] > theirs[0]
        b = r * (u26 + yours[2]) + (1 - r) * (u25 + yours[1]) > u23 + yours[0]
        end = r * (u16 + mine[3]) + (1 - r) * (u15 + mine[2])
        a = q * end + (1 - q) * (u13 + mine[1]) > u11 + mine[0]
    else:
        c = u36 + t.differences(link) > 0
        b = r * u26 + (1 - r) * u25 - u23 + t.differences(link) > 0
        a = q * (r * u16 + (1 - r) * u15) + (1 - q) * u13 - u11 + t.differences(link) > 0
    return t.plays("a + b + c", a=a, b=a & b, c=a & b & c)


def best_offer(r1, r2, error, s2, prize):
    """Return the offer that maximises player 1's expected payoff, by its first-order condition."""

    def condition(y):
        accept = expit((y - r2) / s2)
        return (1 - accept) / s2 * (prize - y - r1 - error) - 1

    if condition(0.0) <= 0:
        return 0.0
    return prize if condition(prize) >= 0 else brentq(condition, 0.0, prize, xtol=1e-13)


def ultimatum(rows, seed, s1=2.0, s2=1.0, prize=15.0):
    """Return offers and answers."""
    t = Table(rows, seed)
    r1, r2 = t.payoff("R1", 5.0, 2.0), t.payoff("R2", 7.0, -1.5)
    errors = s1 * t.rng.logistic(size=rows)
    offer = np.array([best_offer(a, b, e, s2, prize) for a, b, e in zip(r1, r2, errors, strict=True)])
    accept = offer > r2 + s2 * t.rng.logistic(size=rows)
    found = t.plays("offer + accept", accept=accept)
    truth = found.truth | {"log(s1)": np.log(s1), "log(s2)": np.log(s2)}
    return Plays(found.formula, found.cases | {"offer": offer}, truth)
