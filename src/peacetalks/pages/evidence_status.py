"""What the record rests on, and what an update changed, as lines of text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peacetalks.evidence.status import DatasetStatus, Status
    from peacetalks.evidence.update import Updated

DIGITS = 12  # of a digest
RECALIBRATE = (
    "The calibration still rests on the record as it was: `peacetalks evidence update --calibrate` remakes it on "
    "this one."
)


def status_lines(found: Status) -> list[str]:
    """Return a line for each dataset and table, and what follows from them."""
    lines = [f"{'dataset':26}  {'package':22}  {'to':4}  {'local':22}  {'to':4}  {'rows':>6}  {'in use':7}  sha256"]
    lines += [_dataset_line(d) for d in found.datasets]
    lines += ["", f"{'table':26}  {'in use':7}  {'rows':>6}  {'package':>7}  sha256"]
    for t in found.tables:
        lines.append(f"{t.name:26}  {t.in_use:7}  {t.rows:>6}  {t.package_rows:>7}  {t.sha256[:DIGITS]}")
    waiting = [d.name for d in found.datasets if d.added and d.in_use == "package"]
    if found.folder is None:
        lines += ["", "Local tables are switched off (PEACETALKS_TABLES=embedded)."]
    else:
        lines += ["", f"Local tables are in {found.folder}; PEACETALKS_TABLES=embedded switches them off."]
    if found.stale:
        lines.append(
            "The local tables are not used: the package's have changed since. Run `peacetalks evidence update` again."
        )
    if waiting:
        lines.append(
            f"Added and not in use: {', '.join(waiting)} (of the package's version, or `evidence update` was not run)."
        )
    return lines


def _dataset_line(d: DatasetStatus) -> str:
    local = (d.local_version or "-", d.local_to_year or "-", d.local_rows or "-")
    return (
        f"{d.name:26}  {d.version[:22]:22}  {d.to_year:4}  {str(local[0])[:22]:22}  {local[1]!s:4}  {local[2]!s:>6}  "
        f"{d.in_use:7}  {(d.local_sha256 or d.sha256)[:DIGITS]}"
    )


def update_lines(made: Updated) -> list[str]:
    """Return what an update made: datasets, tables that changed, and what stays as it was shipped."""
    lines = []
    for name, d in made.datasets.items():
        other = "another than the package's" if d["differs"] else "the package's"
        lines.append(f"{name}: version {d['version']}, to {d['to_year']}, {d['rows']} rows ({other})")
    for name, rows in made.changed.items():
        lines.append(f"{name}: made anew, {rows['before']} rows before, {rows['after']} now")
    if made.same:
        lines.append(f"As in the package: {', '.join(made.same)}.")
    if made.shipped:
        lines.append(f"As shipped, since a dataset of theirs is not here: {', '.join(made.shipped)}.")
    if not made.changed:
        return [*lines, "No table differs from the package's: these are in use."]
    return [*lines, f"Answers rest on the tables in {made.folder} from now on.", RECALIBRATE]
