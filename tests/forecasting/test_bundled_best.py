"""The best estimate of every bundled scenario, in a small game: JSON is what is computed directly."""

import json

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.conflicts.fill import load
from peacetalks.evidence.anchor import adjust, shipped
from peacetalks.forecasting.best_estimate import ModelDraws, joint_interval
from peacetalks.forecasting.record_view import anchor, record_views
from peacetalks.forecasting.typical import typical_case
from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import outside_lines
from peacetalks.pages.card import ROUNDED, card_of
from peacetalks.pages.forecast_page import as_json
from peacetalks.scenario.scenario import bundled

MONTHS = 6


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled())
def test_the_json_of_a_bundled_scenario_is_what_is_computed_directly(name):
    s = pt.patch(load(name), {"battlefield.positions": 3, "talks.offers": 3})
    o = pt.outlook(s, periods=MONTHS, belief_points=2, certify=False)
    printed = json.loads(as_json(o))
    views = record_views(s, tuple(range(1, MONTHS + 1)))
    number, reason = anchor(views)
    case = typical_case(s)
    assert printed["dates"] == [d.isoformat() for d in calendar_dates(s.as_of, range(1, MONTHS + 1))]
    assert (number is not None, reason) == (True, "")
    assert printed["pooled"]["reason"] == (case.reason or None)
    if case.twin is None:  # a crisis short of war: the record as it stands
        card = card_of(o)
        assert card.why.startswith("That is what past conflicts show; the model does not adjust it")
        assert card.notes[0] == case.reason
        assert set(card.notes[1:]) <= {ROUNDED}
    twin = o if case.twin is None else pt.outlook(case.twin, periods=MONTHS, belief_points=2, certify=False)
    r, w = views[number - 1].table().values, shipped(s.as_of)
    m, t = (np.array([x.ends.sel(end=e).values for e in ENDS]).T for x in (o, twin))
    q = adjust(r, m, t, w.mean)
    low, high = joint_interval(views[number - 1].runs, ModelDraws(m[None], t[None]), w)
    for i, e in enumerate(ENDS):
        assert printed["best"][e] == pytest.approx(q[:, i].tolist(), abs=1e-9)
        assert printed["record"][e] == pytest.approx(r[:, i].tolist())
        assert printed["model"][e] == printed["ends"][e]
        spans = np.array(printed["best_interval"][e])
        assert spans[:, 0] == pytest.approx(np.minimum(low, q)[:, i], abs=1e-9)
        assert spans[:, 1] == pytest.approx(np.maximum(high, q)[:, i], abs=1e-9)
    beyond = (q < np.minimum(r, m) - 0.01) | (q > np.maximum(r, m) + 0.01)
    if case.twin is not None and beyond[[0, 2, 5]].any():
        assert outside_lines(o) != []
