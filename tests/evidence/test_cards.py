"""Every card is complete, and says of its files what is so."""

import hashlib
import re

import pytest

from peacetalks.evidence import EvidenceError, card, cards, load
from peacetalks.evidence.loading import KINDS
from peacetalks.evidence.places import find


@pytest.mark.parametrize("name", cards())
def test_card_is_complete(name):
    c = card(name)
    assert all([c.title, c.citation, c.terms, c.published, c.version, c.unit_of_row, c.cases, c.limits, c.columns])
    assert c.years[0] <= c.years[1]
    assert c.rows > 0
    for column in c.columns:
        assert column.kind in KINDS
        assert column.meaning
        if column.kind in ("date", "float") or re.search("deaths|days|length|year", column.name):
            assert column.unit, column.name
        assert all(column.codes.values()), column.name
    for f in c.known_files:
        assert re.fullmatch(r"([0-9a-f]{64})?", f.sha256)


def test_issue_datasets_have_cards():
    assert set(cards()) >= {
        "ethprio-ceasefires",
        "fortna-spells",
        "cwm",
        "pax",
        "ucdp-termination-conflict",
        "ucdp-termination-dyad",
        "ucdp-acd",
        "ucdp-dyadic",
        "ucdp-peace-agreements",
        "cow-interstate-wars",
        "icb",
        "gml-mid",
        "mie",
        "ties",
        "nmc",
    }


def test_unknown_name_says_which_are_near():
    with pytest.raises(EvidenceError, match=r"no dataset is called 'ucdp-ac'\. Did you mean 'ucdp-acd'"):
        card("ucdp-ac")


COUNTED = {  # dataset -> what its card says is covered: the column whose distinct values are counted
    "cow-interstate-wars": ("95 wars", "war_id"),
    "ethprio-ceasefires": ("2,203 ceasefires", "ceasefire_id"),
    "fortna-spells": ("156 spells", "spell_id"),
    "gjp": ("617 questions", "question_id"),
    "gml-mid": ("2,174 disputes", "dispute_id"),
    "icb": ("487 crises", "crisis_id"),
    "mie": ("1,881 confrontations", "confrontation_id"),
    "nmc": ("217 states", "state_code"),
    "pax": ("184 processes", "process_id"),
    "ties": ("1,412 cases", "case_id"),
    "ucdp-acd": ("303 conflicts", "conflict_id"),
    "ucdp-dyadic": ("684 dyads", "dyad_id"),
    "ucdp-peace-agreements": ("374 agreements", "agreement_id"),
    "ucdp-termination-conflict": ("292 conflicts", "conflict_id"),
    "ucdp-termination-dyad": ("646 dyads", "dyad_id"),
    "cow-majors": ("9 states", "state_code"),
    "cwm": ("109 states", "country"),
}


@pytest.mark.parametrize("name", COUNTED)
def test_covered_cases_are_those_of_the_file(name, data):
    said, column = COUNTED[name]
    assert said in card(name).cases
    assert load(name, data)[column].drop_nulls().n_unique() == int(said.split()[0].replace(",", ""))


def test_card_as_plain_values():
    plain = card("pax").to_dict()
    assert plain["columns"]["stage"]["codes"]["SubComp"] == "comprehensive"
    assert plain["years"] == [1990, 2025]


@pytest.mark.parametrize("name", cards())
def test_hash_is_that_of_the_file(name, data):
    path = find(card(name), data)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in {f.sha256 for f in card(name).known_files}
