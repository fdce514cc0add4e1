"""The field's words: what a reader would have to learn first is not written in `src/` (see `docs/words.md`).

A word is forbidden in identifiers, or in all that people read (docstrings, comments, messages, templates), everywhere
or in the rooms named.  Public names that outside users rely on stand in `PUBLIC` and are allowed.
"""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src" / "peacetalks"
CORE = ("game", "equilibrium")
PUBLIC = {  # keys of JSON and scenario files, attributes and parameters of public values
    "noise_floor", "ends", "pay", "drive", "pull", "no change", "last value", "pooled", "outside", "inside",
    "spoken", "silent",  # OutsideForecast: label -> definition, and why a label is not coded
}  # fmt: skip

# pattern, what to write instead, rooms (all where empty)
PROSE = (
    (r"straight(?:ened)?(?: lines?)?", "linear interpolation; fell back to linear", ()),
    (r"shared? out", "distributed with interpolation weights", ()),
    (r"told|tells?|telling", "reported, report, estimates", ()),
    (r"settles?|settled|settling", "converge (of an iteration)", ("equilibrium",)),
    (r"turn(?:s|ed|ing)? in circles|keeps? turning|wander(?:s|ed|ing)?|creeps?|restless", "oscillate, stall", ()),
    (r"repl(?:y|ies)", "logit best response", CORE),
    (r"defects?", "residual", CORE),
    (r"climb(?:s|ed|ing)?|ladders?", "grid refinement (nested iteration)", ()),
    (r"by hand", "scalar fallback solve", ()),
    (r"alone", "scalar fallback solve", ("equilibrium",)),
    (r"pies", "share of the stake", ()),
    (r"clouds?", "particle set", ()),
    (r"push(?:es|ed|ing)?(?![-_])|pull(?:s|ed|ing)?(?![-_])", "push-forward, pull-back", ("equilibrium",)),
    (r"visits?|marche?s?", "occupation measure, forward distribution", ("equilibrium",)),
    (r"speaks?|is silent|silent", "insufficient data, not estimable", ()),
    (r"three lines", "forecast views", ()),
    (r"noise floor|nothing hidden|nothing is hidden|open cards", "complete-information benchmark", ()),
    (r"benche?s?|lacking", "batch; missing", ()),
    (r"readings?", "interpretation (account)", ()),
    (r"companions?", "sidecar files", ()),
    (r"doors?", "validation", ()),
    (r"roads?", "independent method", ()),
    (r"houses?", "package", ()),
    (r"last value|no change", "persistence forecast", ()),
)  # fmt: skip
NAMES = (
    (r"straight\w*|turning|restless", "linear", ()),
    (r"tell|told", "report, progress", ()),
    (r"settle|reply|gap|gaps|defect|climb|ladder|by_hand|alone", "see docs/words.md", ("equilibrium",)),
    (r"lots?|lot_\w+|ways?|layers?|edges?|edge_\w+", "lottery, path, period slice, boundary", CORE),
    (r"kinds|columns?|col_\w+", "types, player-type index", CORE),
    (r"clouds?|push|pull|visits|march|flow", "particles, push_forward, pull_back, ...", ()),
    (r"three_lines|open_cards|noise|spoken|silent|speaks?", "forecast views, complete information", ()),
    (r"bench|wanted|lacking|kept|companions?|readings?|doors?|roads?", "batch, requests, missing, cache", ()),
)  # fmt: skip


TERMS = ("push_forward", "pull_back")  # the field's terms, one word of which stands in the table


def parts(name):
    """Return an identifier, and its words, in lower case."""
    plain = name.strip("_")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
    for term in TERMS:
        snake = snake.replace(term, "")
    return {snake, *snake.split("_")} if snake not in PUBLIC else set()


def identifiers(tree):
    """Yield (line, name) of everything that a file gives a name to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def prose(text):
    """Yield (line, text) of comments and of texts, docstrings among them."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING) or tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
            if token.type == tokenize.STRING and token.string.strip("rbfRBF\"'") in PUBLIC:
                continue
            yield token.start[0], token.string


def found(path):
    """Yield (line, word, what to write instead) of every forbidden word of a file."""
    room = path.relative_to(ROOT).parts[0]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        for line, name in identifiers(ast.parse(text)):
            for pattern, instead, rooms in NAMES:
                if (not rooms or room in rooms) and any(re.fullmatch(pattern, p) for p in parts(name)):
                    yield line, name, instead
        pieces = prose(text)
    else:
        pieces = enumerate(text.splitlines(), 1)
    for line, piece in pieces:
        for pattern, instead, rooms in PROSE:
            if not rooms or room in rooms:
                for hit in re.finditer(rf"(?<![\w`])(?:{pattern})(?![\w`])", piece, re.IGNORECASE):
                    yield line, hit[0], instead


FILES = [p for p in sorted(ROOT.rglob("*")) if p.suffix in (".py", ".jinja", ".lark") or p.name == "rows.toml"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_private_word(path):
    assert [f"{path.name}:{line}: {word!r}; write: {instead}" for line, word, instead in found(path)] == []


def test_a_private_word_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "equilibrium").mkdir()
    path = tmp_path / "equilibrium" / "x.py"
    path.write_text('"""Values are shared out."""\nladder = 1  # straight lines\nnoise_floor = settle_node = 2\n')
    assert [(line, word) for line, word, _ in found(path)] == [
        (2, "ladder"), (3, "settle_node"), (1, "shared out"), (2, "straight lines"),
    ]  # fmt: skip
