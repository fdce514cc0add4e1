"""The page of `audit`: the finding counts claims, by account where verdicts differ."""

from collections import Counter

import pytest
from support.screens import on_screen

from peacetalks.errors import PageError
from peacetalks.pages import table_page
from peacetalks.pages.audit_page import audit_page
from peacetalks.pages.findings import audit_finding
from peacetalks.pages.table_page import Page
from peacetalks.pages.verdicts_chart import verdicts
from peacetalks.questions.claims import Audit, Claim, Finding, Verdict

HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED
FOUND = {  # claim -> verdict under base and under rival
    "one": (HOLDS, HOLDS),
    "two": (FAILS, FAILS),
    "three": (FAILS, FAILS),
    "four": (UNDECIDED, UNDECIDED),
    "five": (HOLDS, FAILS),
    "six": (Verdict.NOTHING_COMPARED, Verdict.NOTHING_COMPARED),
    "seven": (Verdict.NOT_SOLVED, Verdict.NOT_SOLVED),
}


def audited(small, accounts=("base", "rival")):
    findings = []
    for name, verdicts_of in FOUND.items():
        claim = Claim(
            id=name, rows=[1], sentence=f"Sentence {name} <b>", attributed_to="a test", query="P(peace) > 0.1"
        )
        for account, verdict in zip(accounts, verdicts_of, strict=False):
            findings.append(Finding(claim, account, 0.2, 0.1, 0.1, None, verdict))
    return Audit(small, tuple(findings), {"draws": 0, "unsolved": 0})


def test_the_finding_counts_each_claim_once(small):
    assert audit_finding(audited(small)) == (
        "Of 7 claims 1 holds, 2 fail and 1 is undecided under every account; 1 depends on the account; 1 asks for a "
        "number and compares nothing; 1 could not be solved."
    )
    assert audit_finding(audited(small, ("base",))) == (
        "Of 7 claims 2 hold, 2 fail and 1 is undecided; 1 asks for a number and compares nothing; 1 could not be "
        "solved."
    )


def test_screen_and_page_show_the_finding_each_claim_and_what_depends_on_the_account(small):
    a = audited(small)
    page = audit_page(a)
    seen, drawn = on_screen(table_page.show, page), table_page.html(page)
    assert max(map(len, seen.splitlines())) <= 80
    assert audit_finding(a) in " ".join(seen.split())
    assert f'<p class="lead">{audit_finding(a)}</p>' in drawn
    assert "Sentence one &lt;b&gt;" in drawn
    assert "<script" not in drawn
    assert "<td>Sentence five &lt;b&gt;</td><td>holds under base; fails under rival</td>" in drawn
    assert drawn.index("<svg") < drawn.index("Each claim under every account") < drawn.index("<details")
    (section,) = (s for s in page.sections if s.title == "What depends on the account")
    assert len(section.rows) == 1
    assert table_page.csv(page).splitlines()[0].startswith("claim,rows,account,value,against,margin")


def test_the_chart_has_the_number_of_claims_by_verdict(small):
    rows = verdicts(audited(small), 540).data.to_dicts()
    shown = {(r["account"], r["verdict"]): r["n"] for r in rows}
    for i, account in enumerate(("base", "rival")):
        counts = Counter(str(v[i]) for v in FOUND.values())
        assert {v: n for (name, v), n in shown.items() if name == account} == dict(counts)
    assert max(r["end"] for r in rows) == len(FOUND)


def test_a_page_without_a_chart_is_no_picture():
    with pytest.raises(PageError, match=r"this page has no chart; write \.html, \.csv or \.json"):
        table_page.svg(Page("a title", "", ()))
