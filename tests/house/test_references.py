"""Sources: every citation is in the bibliography, every entry is cited, and nothing names a page that is not here."""

import ast
import io
import json
import re
import tokenize
from pathlib import Path

import pytest
from support.citations import citations, entries, plain

REPO = Path(__file__).parents[2]
SRC, DOCS, TESTS = REPO / "src" / "peacetalks", REPO / "docs", REPO / "tests"
ENTRIES = entries((DOCS / "references.bib").read_text(encoding="utf-8"))
KEYS = {e.key for e in ENTRIES}
BY_AUTHOR = {(e.family, e.fields["year"]): e for e in ENTRIES if "year" in e.fields}
CODED = [p for p in sorted(SRC.rglob("*")) if p.suffix in (".py", ".toml", ".jinja", ".lark")]
TESTED = [p for p in sorted(TESTS.rglob("*.py")) if p != Path(__file__)]
PAGES = [*sorted(DOCS.glob("*.md")), REPO / "README.md", REPO / "CONTRIBUTING.md"]
YEARS = r"1[89]\d\d|20[0-2]\d"
NEEDED = {
    "article": {"author", "title", "journal", "year"},
    "book": {"title", "publisher", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year", "pages"},
    "techreport": {"author", "title", "institution", "year"},
    "misc": {"author", "title", "howpublished"},
}
ORGANISATIONS = {  # the last word of an organisation's name, as the pattern of a person's name finds it, and the year
    ("Project", "2016"): "gjp2016",
    ("Project", "2017"): "cow2017",
}
NO_CITATION: set[tuple[str, str]] = set()  # words with a capital before a year that cite nothing
ELSEWHERE = (
    r"\b(?:THEORY|ARCHITECTURE|MISSION)\b|\b(?:MODEL|ANSWER|SPEED)\.md\b|\bMODEL, section\b|\(design: |\bdesign/"
)
DIGESTED = {  # part of a scenario's digest, which accounts outside this repository name: left as it was written
    'cost = { value = 0.4, source = "judgement: the case of THEORY o12" }',
}
STORED = json.loads((TESTS / "known" / "oracles.json").read_text(encoding="utf-8"))["values"]


def prose(path):
    """Yield what people read in a file: docstrings and comments of Python, else everything."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (doc := ast.get_docstring(node)):
            yield doc
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def keys_in(text):
    """Return the keys that a page cites, as in `[@fearon1995; @powell2006]`, also where the source adds words."""
    return {key for group in re.findall(r"\[(@[^\]]+)\]", text) for key in re.findall(r"@(\w+)", group)}


def entry_of(first, year):
    """Return the key of the entry that a citation means, or None."""
    if (first, year) in ORGANISATIONS:
        return ORGANISATIONS[first, year]
    found = BY_AUTHOR.get((plain(first), year))
    return found.key if found else None


def test_entries_are_whole():
    assert len(KEYS) == len(ENTRIES) == (DOCS / "references.bib").read_text(encoding="utf-8").count("\n@")
    for e in ENTRIES:
        assert NEEDED[e.kind] <= set(e.fields), e.key
        assert {"author", "editor"} & set(e.fields), e.key
        assert re.fullmatch(YEARS, e.fields.get("year", "2000")), e.key
        assert re.fullmatch(r"10\.\d{4,9}/\S+", e.fields.get("doi", "10.1000/x")), e.key
        assert e.key.startswith(e.family[:4]) or e.kind == "misc", e.key


def test_no_two_entries_are_one():
    titles = [plain(e.fields["title"]) for e in ENTRIES]
    dois = [e.fields["doi"].lower() for e in ENTRIES if "doi" in e.fields]
    assert len(set(titles)) == len(titles)
    assert len(set(dois)) == len(dois)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_every_key_on_a_page_is_in_the_bibliography(path):
    assert keys_in(path.read_text(encoding="utf-8")) - KEYS == set()


@pytest.mark.parametrize("path", [*CODED, *TESTED, *PAGES], ids=lambda p: str(p.relative_to(REPO)))
def test_every_citation_is_in_the_bibliography(path):
    unknown = {
        words
        for text in prose(path)
        for first, year, words in citations(text)
        if (first, year) not in NO_CITATION and entry_of(first, year) is None
    }
    assert unknown == set()


def test_every_entry_is_cited():
    cited = {key for path in PAGES for key in keys_in(path.read_text(encoding="utf-8"))}
    for path in CODED + TESTED:
        cited |= {entry_of(first, year) for text in prose(path) for first, year, _ in citations(text)}
    assert KEYS - cited == set()


def test_every_exception_is_needed():
    seen = {c[:2] for path in CODED + TESTED for text in prose(path) for c in citations(text)}
    assert NO_CITATION | set(ORGANISATIONS) <= seen


@pytest.mark.parametrize("folder", ["src", "docs", "tests", "benchmarks", "."])
def test_nothing_refers_to_documents_that_are_not_here(folder):
    top = REPO / folder
    found = []
    for path in sorted(top.glob("*.md") if folder == "." else top.rglob("*")):
        if path.suffix in (".py", ".md", ".toml", ".json", ".jinja", ".lark", ".bib") and path != Path(__file__):
            for line in path.read_text(encoding="utf-8").splitlines():
                if re.search(ELSEWHERE, line) and line not in DIGESTED:
                    found.append(f"{path.relative_to(REPO)}: {line.strip()[:100]}")
    assert found == []


@pytest.mark.parametrize("path", [*CODED, *TESTED, *PAGES], ids=lambda p: str(p.relative_to(REPO)))
def test_every_key_of_a_known_answer_is_stored(path):
    """`o12` is the first part of some stored key, perhaps without its letter; `o06.aqre` begins one."""
    heads = {key.split(".")[0] for key in STORED}
    for key in re.findall(r"(?<![\w.-])o\d\d[a-e]?\b", path.read_text(encoding="utf-8")):
        assert key in heads or any(head.startswith(key) for head in heads), key


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_every_file_that_a_page_names_is_here(path):
    text = path.read_text(encoding="utf-8")
    missing = []
    for name in re.findall(r"\]\(([\w./-]+)\)", text):
        missing += [name] if not (path.parent / name).exists() else []
    for name in re.findall(r"`((?:[\w-]+/)+[\w-]*(?:\.\w+)?)`", text):
        if "NAME" not in name and not any((base / name).exists() for base in (REPO, SRC, DOCS)):
            missing.append(name)
    assert missing == []


def test_every_page_that_code_names_is_here():
    for path in CODED + TESTED:
        for name in re.findall(r"\bdocs/[\w-]+\.(?:md|bib|png)\b", path.read_text(encoding="utf-8")):
            assert (REPO / name).exists(), f"{path.relative_to(REPO)} names {name}"


def test_citations_are_read_in_the_forms_that_are_used():
    text = """Fey & Ramsay (2009, 2011); van Houwelingen (2007), Scand. J. Statist. 34, 70-85; *Ochs* (1995): a game;
    Bueno de Mesquita, B. & Stokman, F. N. (eds) (1994). European Community Decision Making; Satopaa et al. (2014);
    McKelvey, R. D., and T. R. Palfrey (1998); Schelling's (1966) view; with bins, Stephenson, Coelho and Jolliffe
    2008; since 1945; on 1 May 1970; Correlates of War 3-2021."""
    assert [c[:2] for c in citations(text)] == [
        ("Fey", "2009"), ("Fey", "2011"), ("van Houwelingen", "2007"), ("Ochs", "1995"), ("Bueno de Mesquita", "1994"),
        ("Satopaa", "2014"), ("McKelvey", "1998"), ("Schelling", "1966"), ("Stephenson", "2008"),
    ]  # fmt: skip


def test_a_citation_without_an_entry_is_seen():
    assert entry_of("Fearon", "1995") == "fearon1995"
    assert entry_of("Hörner", "2015") == "horner2015"
    assert entry_of("Fearon", "1996") is None
