"""The schema of a forecast's JSON."""

import json
from dataclasses import replace
from importlib import resources

import numpy as np
from jsonschema import Draft202012Validator

from peacetalks.pages import forecast_schema
from peacetalks.pages.forecast_page import as_json


def test_the_schema_is_fresh_and_every_forecast_fits_it(looked):
    text = (resources.files("peacetalks.pages") / "forecast.schema.json").read_text(encoding="utf-8")
    assert text == forecast_schema.text(), (
        "run `python -m peacetalks.pages.forecast_schema FILE` on forecast.schema.json"
    )
    validator = Draft202012Validator(json.loads(text))
    printed = json.loads(as_json(looked))
    validator.validate(printed)
    validator.validate(json.loads(as_json(replace(looked, bands=None, terms=looked.terms * np.nan))))
    for key, wrong in (
        ("ends", {"peace": [1.0]}),
        ("bands", 3),
        ("periods", None),
        ("extra", 1),
        ("best", {"peace": [2.0]}),
        ("best_interval", {"peace": [[0.1]]}),
        ("dates", "tomorrow"),
    ):
        assert not validator.is_valid({**printed, key: wrong}), key
    del printed["outcomes"]["wider_war"]
    assert not validator.is_valid(printed)
