"""An audit as schema.org ClaimReview records (JSON-LD), one for each claim under each account."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.questions.claims import Audit, Finding

RATING = {"fails": 1, "undecided": 2, "holds": 3}


def claim_review(a: Audit) -> dict[str, Any]:
    """Return a JSON-LD graph of ClaimReview items; claims that compare nothing have no verdict and are left out."""
    return {"@context": "https://schema.org", "@graph": [_item(a, f) for f in a.findings if f.verdict in RATING]}


def _item(a: Audit, f: Finding) -> dict[str, Any]:
    span = (
        ""
        if f.interval is None
        else f"; 5 to 95% of the margin over the ranges: {f.interval[0]:+.4f} to {f.interval[1]:+.4f}"
    )
    margin = "not a number" if f.margin is None or f.margin != f.margin else f"{f.margin:+.4f}"
    return {
        "@type": "ClaimReview",
        "@id": f"#{f.claim.id}-{f.account}",
        "datePublished": a.scenario.as_of.isoformat(),
        "claimReviewed": f.claim.sentence,
        "itemReviewed": {
            "@type": "Claim",
            "text": f.claim.sentence,
            "author": {"@type": "Organization", "name": f.claim.attributed_to},
        },
        "author": {"@type": "Organization", "name": f"peacetalks {version('peacetalks')}"},
        "reviewAspect": f"scenario {a.scenario.name} (digest {a.scenario.digest}), account {f.account}",
        "reviewBody": f"Query: {f.claim.query}. Margin {margin}{span}. A model's view under stated judgements.",
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": RATING[f.verdict],
            "worstRating": 1,
            "bestRating": 3,
            "alternateName": f.verdict,
        },
    }
