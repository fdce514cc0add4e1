"""The page of `infer`: beliefs along the record, and every view without and with the events."""

import json
import math
from dataclasses import replace

from support.screens import by_account, on_screen

from peacetalks.outcomes import ENDS
from peacetalks.pages import table_page
from peacetalks.pages.cells import whole_percent
from peacetalks.pages.findings import infer_finding
from peacetalks.pages.infer_page import infer_page
from peacetalks.questions.marginal_likelihood import Evidence


def test_screen_and_page_show_every_view_without_and_with_the_events(inferred):
    printed, page = json.loads(json.dumps(inferred.to_dict(), allow_nan=False))["accounts"], infer_page(inferred)
    seen, drawn = on_screen(table_page.show, page), table_page.html(page).replace("\u00a0", " ")
    assert max(map(len, seen.splitlines())) <= 80
    updated = by_account(seen, "The forecast without and with the events", list(printed))
    spans_of = by_account(seen, "How far past conflicts", list(printed))
    for name in ("base", "walks-out", "other-class"):
        pooled, past = printed[name]["pooled"], printed[name]["outside"][0]
        for k, m in enumerate(("10 Aug 1951", "10 Jul 1952")):
            cells = [f"{pooled[how]['ends'][e][k]:.3f}" for e in ENDS for how in ("without", "with")]
            assert " ".join(["best estimate", str(m), *cells]) in updated[name]
            assert f"<td>best estimate</td><td>{m}</td><td>{'</td><td>'.join(cells)}</td>" in drawn
            spans = [f"{pooled['with']['low'][e][k]:.3f} to {pooled['with']['high'][e][k]:.3f}" for e in ENDS]
            assert " ".join(["best estimate with", str(m), *spans]) in spans_of[name]
            cells = [f"{past['ends'][e][k]:.3f}" for e in ENDS for _ in range(2)]
            assert " ".join(["past conflicts [1]", str(m), *cells]) in updated[name]
            spans = [f"{past['low'][e][k]:.3f} to {past['high'][e][k]:.3f}" for e in ENDS]
            assert " ".join(["past conflicts [1]", str(m), *spans]) in spans_of[name]
    assert any(line.startswith("model alone 10 Jul 1952 ") for line in updated["no-class"])
    assert not any(line.startswith("best estimate 10 Jul 1952 ") for line in updated["no-class"])
    flat = " ".join(seen.split())
    assert f"No best estimate. {inferred.after['no-class'].pooled.reason}" in flat
    was, now = (
        {n: whole_percent(float(v[n].pooled.ends.sel(end="peace", period=12))) for n in ("base", "walks-out")}
        for v in (inferred.before, inferred.after)
    )
    assert was["base"] != now["base"]
    assert was["walks-out"] == now["walks-out"]
    assert infer_page(inferred).lead == (
        f"With the events, the best estimate of peace by 10 July 1952 goes from {was['base']} to {now['base']} under "
        f"base; it stays at {now['walks-out']} under walks-out and other-class.",
    )


def test_beliefs_stand_in_order_of_date_with_the_ends_of_months(inferred):
    (section,) = (s for s in infer_page(inferred).sections if s.title == "What is believed after each event")
    assert [row[2] for row in section.rows] == [
        "start of the record", "ask for a ceasefire", "end of a month", "walk out", "end of a month",
    ]  # fmt: skip
    assert section.rows[3][3] == "table: walk out"
    side, types = next(iter(inferred.base.posterior.items()))
    first = next(iter(types))
    assert section.head[4] == f"{side} {first}"
    assert section.rows[-1][4] == f"{types[first]:.3f}"
    assert section.rows[-1][5] == f"{inferred.base.log_likelihood:.3f}"


def test_the_finding_weighs_accounts_by_their_bayes_factor_in_the_words_of_kass_and_raftery(inferred):
    n, (first, last) = len(inferred.common), ("walks-out", "no-class")
    factor = math.exp(inferred.log_likelihood[first] - inferred.log_likelihood[last])
    two = replace(inferred, log_likelihood={k: inferred.log_likelihood[k] for k in ("base", first)})
    assert infer_finding(two) == (
        f"The record of {n} events favours {first} over base by a factor of {factor:.1f}, positive evidence, at the "
        "central values of the ranges."
    )
    sure = {"base": evidence(-9.0, 0.1), first: evidence(-4.0, 0.1), last: evidence(-16.0, 0.1)}
    three = replace(inferred, log_likelihood=dict.fromkeys(sure, 0.0), evidence=sure)
    assert infer_finding(three) == (
        f"The record of {n} events favours {first} over base by a factor of 150, strong evidence; the least likely is "
        f"{last}, by a factor of 160,000, very strong evidence."
    )
    alike = {"base": evidence(-4.5, 0.1), first: evidence(-4.0, 0.1)}
    assert infer_finding(replace(three, log_likelihood=dict.fromkeys(alike, 0.0), evidence=alike)) == (
        f"The record of {n} events hardly distinguishes the accounts: it is 1.6 times as likely under {first} as under "
        "base."
    )
    unsure = {"base": evidence(-5.5, 1.0), first: evidence(-4.0, 1.0)}
    assert infer_finding(replace(three, log_likelihood=dict.fromkeys(unsure, 0.0), evidence=unsure)) == (
        f"The record of {n} events does not distinguish {first} from base (Bayes factor 4.5)."
    )


def test_with_one_account_the_finding_is_what_the_record_does_to_the_answer(inferred):
    one = replace(inferred, log_likelihood={"base": inferred.log_likelihood["base"]})
    was, now = (
        whole_percent(float(views["base"].pooled.ends.sel(end="peace", period=12)))
        for views in (inferred.before, inferred.after)
    )
    assert was != now
    assert infer_finding(one) == (
        f"The record of 2 events moves the best estimate of peace by 10 July 1952 from {was} to {now}."
    )
    same = replace(one, before=one.after)
    assert infer_finding(same).endswith(f"leaves the best estimate of peace by 10 July 1952 at {now}.")


def evidence(log_z, error):
    return Evidence(log_z, error, "a test", 1, True)


def test_the_files_that_can_be_written_are_those_that_are_checked_for(inferred):
    assert set(table_page.makers(infer_page(inferred), {})) == set(table_page.SUFFIXES)
