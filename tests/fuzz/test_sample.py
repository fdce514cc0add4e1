"""A sample of made inputs, the same every time; `./go fuzz N SEED` tries more and others."""

import pytest
from fuzz.runner import Tally, requests, run

INPUTS, SEED = 240, 12  # about a minute on one slow processor


@pytest.mark.slow
def test_made_inputs_end_in_sound_results_or_documented_refusals():
    tally = Tally()
    for found in run(requests(INPUTS, SEED)):
        tally.add(found)
    failed = "\n".join(
        f"{f['kind']} {f['seed']} ({'; '.join(f['changes'])}): {f['message'][:300]}" for f in tally.failures
    )
    assert not tally.failures, failed
    done = {kind: sum(n for k, n in counts.items() if k == "done") for kind, counts in tally.counts.items()}
    refused = {kind: sum(counts.values()) - done[kind] for kind, counts in tally.counts.items()}
    assert all(done.values()), done  # every kind is also taken, and but for the valid ones refused
    assert all(n for kind, n in refused.items() if not kind.endswith("valid")), refused
