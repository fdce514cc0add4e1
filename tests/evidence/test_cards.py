"""Every card is complete, and says of its files what is so."""

import hashlib
import re

import pytest

from peacetalks.evidence import EvidenceError, card, cards
from peacetalks.evidence.loading import KINDS
from peacetalks.evidence.places import find


@pytest.mark.parametrize("name", cards())
def test_card_is_complete(name):
    c = card(name)
    assert all([c.title, c.citation, c.terms, c.published, c.version, c.unit_of_row, c.limits, c.columns])
    assert c.years[0] <= c.years[1]
    assert c.rows > 0
    for column in c.columns:
        assert column.kind in KINDS
        assert column.meaning
        if column.kind in ("date", "float"):
            assert column.unit, column.name
    for f in c.known_files:
        assert re.fullmatch(r"([0-9a-f]{64})?", f.sha256)


def test_issue_datasets_have_cards():
    assert set(cards()) >= {
        "ethprio-ceasefires", "fortna-spells", "cwm", "pax", "ucdp-termination-conflict", "ucdp-termination-dyad",
        "ucdp-acd", "ucdp-dyadic", "ucdp-peace-agreements", "cow-interstate-wars", "icb", "gml-mid", "mie", "ties",
        "nmc"}


def test_unknown_name_says_which_are_near():
    with pytest.raises(EvidenceError, match=r"no dataset is called 'ucdp-ac'\. Did you mean 'ucdp-acd'"):
        card("ucdp-ac")


def test_card_as_plain_values():
    plain = card("pax").to_dict()
    assert plain["columns"]["stage"]["codes"]["SubComp"] == "comprehensive"
    assert plain["years"] == [1990, 2025]


@pytest.mark.parametrize("name", cards())
def test_hash_is_that_of_the_file(name, data):
    path = find(card(name), data)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in {f.sha256 for f in card(name).known_files}
