"""Do the intervals of the nested pseudo-likelihood hold what they promise?  Samples from a known truth.

Both formulas of its covariance are tried:

    python benchmarks/sigint_coverage.py --samples 300

The truth is the estimate on sanctionsData (418 games, 20 parameters); every sample draws the outcomes of all games anew
from its equilibrium.  Shown: how often a 95% interval covers the parameter, over all parameters, with the covariance of
Aguirregabiria & Mira (2007) and with the transposed one of the R package sigInt 0.2.0.  The data are not part of this
repository: `PEACETALKS_DATA` names their folder.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from estimate import SANCTIONS
from scipy.stats import norm

from peacetalks.errors import NotConverged
from peacetalks.estimation.sigint_estimate import estimate_sigint
from peacetalks.estimation.sigint_npl import nest, nested_covariance

HERE = Path(__file__).resolve().parents[1]
TOLERANCE = 1e-6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    path = Path(os.environ.get("PEACETALKS_DATA", HERE.parent / "shared" / "data")) / "sigint" / "sanctionsData.csv"
    if not path.exists():
        print(f"missing: {path}; set PEACETALKS_DATA to the folder that holds it", file=sys.stderr)
        sys.exit(4)
    truth = estimate_sigint(SANCTIONS, path, beliefs=("PRhat", "PFhat"))
    covered, lost = coverage(truth.model, truth.values, asked.samples, asked.seed)
    print("| covariance | 95% intervals that cover |\n|---|--:|")
    for name, share in covered.items():
        print(f"| {name} | {share:.1%} |")
    print(f"\n{asked.samples - lost} samples; {lost} did not converge.")


def coverage(model, theta, samples, seed):
    """Return the share of 95% intervals that cover the truth by each covariance, and how many samples were lost."""
    rng, free = np.random.default_rng(seed), np.ones(len(theta), bool)
    chances, times = model.probabilities(theta), model.require_tallies().sum(axis=1).astype(int)
    hits, lost = {"nested": [], "package": []}, 0
    for k in range(samples):
        sample = replace(model, tallies=rng.multinomial(times, chances).astype(float))
        try:
            found = nest(sample, theta, free, TOLERANCE)
        except NotConverged:
            lost += 1
            continue
        far = np.abs(found.maximum.theta - theta) / norm.ppf(0.975)
        for name, hit in hits.items():
            spread = nested_covariance(found.model, found.maximum.theta, free, transposed=name == "package")
            hit.append(far < np.sqrt(np.diag(spread)))
        if (k + 1) % 50 == 0:
            print(f"{k + 1} of {samples}", file=sys.stderr)
    return {name: float(np.mean(hit)) for name, hit in hits.items()}, lost


if __name__ == "__main__":
    main()
