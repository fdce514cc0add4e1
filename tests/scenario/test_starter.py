"""The starter file explains every key and is valid."""

from peacetalks.scenario.scenario import Scenario, parse
from peacetalks.scenario.starter import starter


def test_the_starter_explains_every_key_beside_it_and_is_valid_with_all_of_them():
    text = starter()
    parse(text, "the starter")
    everything = parse("\n".join(line.removeprefix("#: ") for line in text.splitlines()), "the starter with every key")
    left = [name for name in Scenario.model_fields if name not in everything.model_fields_set]
    assert left == []
    lines = text.splitlines()
    for part in (Scenario, *(type(getattr(everything, n)) for n in ("battlefield", "talks", "ceasefire", "rent"))):
        for name, field in part.model_fields.items():
            if field.description and name != "sides":  # a table, told at its header
                at = [i for i, line in enumerate(lines) if line.removeprefix("#: ").startswith(f"{name} = ")]
                assert any(field.description in lines[i] or field.description in lines[i - 1] for i in at), name
