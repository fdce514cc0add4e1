"""`update`: the derived tables made anew from the datasets on this machine, as the user's own tables.

A table is made anew where its datasets are there; the tables of conflicts also where only some are, with the package's
own tables in place of the others (`stand_ins`).  Only tables that differ from the package's are written.  What needs
datasets that are not there stays as it is shipped, and is listed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from peacetalks.errors import EvidenceError, EvidenceMissing
from peacetalks.evidence import case_tables, derive, stand_ins
from peacetalks.evidence.case_tables import SOURCES
from peacetalks.evidence.catalogue import cards
from peacetalks.evidence.derive_cards import DEFINITIONS, datasets_of
from peacetalks.evidence.intake import version_of
from peacetalks.evidence.loading import load, read, tidy
from peacetalks.evidence.local_tables import EMBEDDED, MANIFEST, VARIABLE, embedded_digest, folder, in_use
from peacetalks.evidence.places import find, is_there
from peacetalks.evidence.table_checks import check_cases
from peacetalks.evidence.tables import STORED, cases_csv, embedded_text, row_count, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from peacetalks.evidence.case_tables import Load

NAME_LENGTH = 12  # of a folder of tables


@dataclass(frozen=True)
class Updated:
    """What an update made."""

    folder: Path
    datasets: dict[str, dict[str, Any]]  # those on this machine: version, to_year, rows, sha256, differs
    changed: dict[str, dict[str, int]]  # table -> rows before and after
    same: tuple[str, ...]  # made anew, and equal to the package's
    shipped: dict[str, tuple[str, ...]]  # left as shipped -> datasets that are missing

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "folder": str(self.folder),
            "datasets": self.datasets,
            "changed": self.changed,
            "same": list(self.same),
            "shipped": {k: list(v) for k, v in self.shipped.items()},
        }


def update(data_dir: str | Path | None = None, report: Callable[[str], None] | None = None) -> Updated:
    """Make the user's own tables from the datasets on this machine; they take precedence from then on.

    Parameters
    ----------
    data_dir
        Folder with the datasets; default the environment variable PEACETALKS_DATA, then the user's cache, where `add`
        puts them.
    report
        Called with a line about each step.

    Returns
    -------
    Updated
        The datasets, and which tables changed.  Where no table differs from the package's, there are no local ones.

    Raises
    ------
    EvidenceMissing
        If no dataset is there.
    EvidenceError
        If local tables are switched off, or a dataset gives a table that the checks refuse.  Nothing is written then.
    """
    where = folder()
    if where is None:
        raise EvidenceError(f"{VARIABLE}={EMBEDDED} switches local tables off: unset it, then update.")
    have = [name for name, card in cards().items() if is_there(card, data_dir)]
    if not have:
        raise EvidenceMissing(
            "no dataset is on this machine: add one with `peacetalks evidence add FILE`, then update."
        )
    say = report or (lambda _: None)
    dataset = cache(lambda name: load(name, data_dir))
    found = {name: _described(name, dataset, data_dir) for name in have}
    texts = _texts(dataset, have, data_dir, say)
    changed = {n: t for n, t in texts.items() if t != embedded_text(n)}
    rows = {n: {"before": row_count(embedded_text(n)), "after": row_count(t)} for n, t in changed.items()}
    missing = {n: tuple(d for d in datasets_of(n) if d not in have) for n in DEFINITIONS if n not in texts}
    say(f"{len(changed)} of {len(texts)} tables differ from the package's")
    _write(where, changed, found)
    return Updated(where, found, rows, tuple(n for n in texts if n not in changed), missing)


def _described(name: str, dataset: Load, data_dir: str | Path | None) -> dict[str, Any]:
    """Return version, end of coverage, rows and digest of a dataset, and whether it is another than the package's."""
    card, path = cards()[name], find(cards()[name], data_dir)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    raw = read(path, card)
    version, known = version_of(path, raw, card, digest)
    return {
        "version": version,
        "to_year": case_tables.covered(dataset, name).year,
        "rows": tidy(raw, card, path.name).height,
        "sha256": digest,
        "differs": not known,
    }


def _texts(
    dataset: Load, have: Collection[str], data_dir: str | Path | None, say: Callable[[str], None]
) -> dict[str, str]:
    """Return every table that can be made as {file name: text}."""
    if {d for n in DEFINITIONS for d in datasets_of(n)} <= set(have):
        say("every dataset is here: all tables are made anew")
        return {n: t for n, t in derive.tables(data_dir).items() if n in DEFINITIONS}
    out = {}
    for kind in STORED:
        name = f"cases_{kind}.csv"
        if set(SOURCES[kind]) <= set(have):
            say(f"{name} from {', '.join(SOURCES[kind])}")
            out[name] = cases_csv(kind, check_cases(kind, case_tables.build(kind, dataset)))
        elif kind == "episodes" and "ucdp-acd" in have:
            say(f"{name}: returns to fighting from ucdp-acd")
            out[name] = cases_csv(kind, check_cases(kind, stand_ins.cases_of_episodes(dataset)))
    used = sorted({d for n in stand_ins.TABLES for d in datasets_of(n)} & set(have))
    if used:
        say(f"conflict_years.csv and conflict_acts.csv from {', '.join(used)}")
        out |= stand_ins.conflict_tables(dataset, have)
    return out


def adopt(texts: dict[str, str]) -> None:
    """Add tables that rest on the user's own, such as a calibration, to them: {file name: text}.

    Raises `EvidenceError` if there are no local tables in use.
    """
    local = in_use()
    if local is None:
        raise EvidenceError("no local tables are in use: run `peacetalks evidence update` first.")
    current = {n: (local.folder / n).read_text(encoding="utf-8") for n in local.tables}
    _store(local.folder.parent, current | texts, local.datasets)


def _write(where: Path, texts: dict[str, str], datasets: dict[str, dict[str, Any]]) -> None:
    """Write the tables that are the user's own; without any remove the manifest."""
    if texts:
        _store(where, texts, {d: v for d, v in datasets.items() if v["differs"]})
    else:
        (where / MANIFEST).unlink(missing_ok=True)
        _clear(where, "")


def _store(where: Path, texts: dict[str, str], datasets: dict[str, dict[str, Any]]) -> None:
    """Write the tables to a new folder, and then replace the manifest in one step."""
    where.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("".join(n + t for n, t in sorted(texts.items())).encode()).hexdigest()[:NAME_LENGTH]
    write_tables(where / name, texts)
    tables = {n: {"rows": row_count(t), "sha256": hashlib.sha256(t.encode()).hexdigest()} for n, t in texts.items()}
    about = {"folder": name, "made_on": embedded_digest(), "datasets": datasets, "tables": tables}
    handle, temporary = tempfile.mkstemp(dir=where, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(json.dumps(about, indent=1, sort_keys=True) + "\n")
    os.replace(temporary, where / MANIFEST)
    _clear(where, name)


def _clear(where: Path, current: str) -> None:
    """Remove the folders of earlier updates."""
    for path in where.iterdir() if where.is_dir() else ():
        if path.is_dir() and path.name != current and len(path.name) == NAME_LENGTH:
            shutil.rmtree(path)
