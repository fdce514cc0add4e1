"""An audit as schema.org ClaimReview records (JSON-LD), one for each claim under each account."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from peacetalks.pages.cells import decimal, decimal_range
from peacetalks.questions.claims import Verdict

if TYPE_CHECKING:
    from peacetalks.questions.claims import Audit, Finding

RATING = {Verdict.FAILS: 1, Verdict.UNDECIDED: 2, Verdict.HOLDS: 3}


def claim_review(a: Audit) -> dict[str, Any]:
    """Return a JSON-LD graph of ClaimReview items; claims that compare nothing have no verdict and are left out."""
    return {"@context": "https://schema.org", "@graph": [_item(a, f) for f in a.findings if f.verdict in RATING]}


def _item(a: Audit, f: Finding) -> dict[str, Any]:
    margin, span = decimal(f.margin, "not a number", "+.4f"), ""
    if f.interval is not None:
        span = f"; 5 to 95% of the margin over the ranges: {decimal_range(*f.interval, form='+.4f')}"
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
            "alternateName": str(f.verdict),
        },
    }
