"""Square brackets in titles, names, types, sources and claims come out as written on the screen of every command."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from support.command_line import run
from support.toml import toml

import peacetalks as pt

CASES = Path(__file__).parents[1] / "cases" / "scenarios"
QUICK = ("--belief-points", "2", "--jobs", "1")


@pytest.fixture
def call(capsys):
    """Run the command line in this process; return its stdout, lines joined."""

    def call(*args):
        code, out, err = run(capsys, *args)
        assert code == 0, err
        return " ".join(out.split())

    return call


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "name", "commands"),
    [
        ("markup_label", "UNC [/north]", ("forecast", "explain")),
        ("markup_type", "hard [/]", ("explain",)),
        ("swallow_label", "UNC [north]", ("forecast", "explain")),
    ],
)
def test_a_name_that_looks_like_markup(call, case, name, commands):
    for command in commands:
        assert name in call(command, CASES / f"{case}.toml", "--periods", "3", "--belief-points", "2")


def rewritten(path, change):
    """Change a TOML file in place."""
    found = tomllib.loads(path.read_text())
    change(found)
    path.write_text(toml(found))
    return path


@pytest.fixture
def odd(tmp_path):
    """The small scenario with accounts, events and claims, with markup wherever an analyst writes words."""
    shutil.copytree(CASES / "markup_title_audit", tmp_path / "room")
    room = tmp_path / "room"
    for path in [room, *room.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)

    def scenario(s):
        s["title"] = "[/x] [draft 2] [bold]Korea[/bold]"
        s["periods"] = 3
        s["sides"][0]["label"] = "UNC [/north]"
        s["battlefield"]["front"]["source"] = "[bold] a source [/y]"

    rewritten(room / "mini.toml", scenario)
    digest = pt.load(room / "mini.toml").digest

    def account(a):
        a |= {"title": f"[/{a['name']}] [draft 3]", "base_digest": digest, "attributed_to": "[red] Office"}
        a["change"][0]["reason"] = "because [/z]"

    def claim(c):
        c["claim"] = c["claim"][:1]
        c["claim"][0] |= {
            "sentence": "The [/talks] fail [sic].",
            "attributed_to": "the [Daily]",
            "query": "P(peace by 2) > 0",
        }

    def record(r):
        r["event"][0] |= {"actor": "UNC [/north]", "source": "a [paper], 1951"}

    for path in (room / "mini" / "accounts").glob("*.toml"):
        rewritten(path, account)
    rewritten(room / "mini" / "claims.toml", claim)
    rewritten(room / "mini" / "events.toml", record)
    return room / "mini.toml"


@pytest.mark.slow
def test_words_that_look_like_markup_on_every_screen(call, odd):
    title = "[/x] [draft 2] [bold]Korea[/bold]"
    assert title in call("explain", odd, "--periods", "2", "--belief-points", "2")
    text = call("forecast", odd, "--details", *QUICK)
    assert title in text
    assert "won by UNC [/north]" in text
    text = call("compare", odd, "--dates", "2,3", "--details", *QUICK)
    assert f"{title}: accounts compared" in text
    assert "hawk: [/hawk] [draft 3]" in text
    assert "because [/z]" in text
    text = call("infer", odd, "--method", "none", "--dates", "2,3", "--details", *QUICK)
    assert f"{title}: what the record says" in text
    assert "[/north]" in text
    text = call("audit", odd, "--draws", "0", "--details", *QUICK)
    assert f"{title}: claims audited" in text
    assert "[/talks]" in text
    assert "[sic]." in text
    assert "[Daily]" in text
    assert "mini: valid" in call("check", odd)


@pytest.mark.slow
def test_words_that_look_like_markup_in_json_and_csv(call, odd):
    found = json.loads(call("compare", odd, "--dates", "2,3", "--json", *QUICK))
    assert found["accounts"]["hawk"]["title"] == "[/hawk] [draft 3]"
    assert call("forecast", odd, "--csv", *QUICK).startswith("period,view,level,outcome,probability")
