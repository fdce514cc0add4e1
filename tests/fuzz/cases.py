"""One input made from its kind and seed: files, and what was changed in them."""

import base64
import io
import json
import random
from dataclasses import dataclass, field

from fuzz import bases, games, texts, trees

MAIN = {  # kind -> name of the file that the program is given
    "scenario": "made.toml", "scenario table": "made.json", "scenario solved": "made.toml",
    "scenario valid": "made.toml",
    "game": "made.json", "game valid": "made.json", "events csv": "made.csv", "events toml": "made.toml",
    "claims": "made.toml", "account": "made.toml", "data set": "made.csv", "question": "made.json",
    "command": "made.json",
}  # fmt: skip
SHARES = {  # kind -> how many of a hundred inputs
    "scenario": 12, "scenario table": 9, "scenario solved": 6, "scenario valid": 2, "game": 22, "game valid": 6,
    "events csv": 9, "events toml": 6, "claims": 8, "account": 7, "data set": 8, "question": 3, "command": 2,
}  # fmt: skip
VALID = ("scenario valid", "game valid")


@dataclass
class Case:
    """One input."""

    kind: str
    seed: int
    files: dict[str, bytes]
    changes: list[str] = field(default_factory=list)  # in words
    refused: bool = False  # whether anything but a refusal would be wrong
    view: str = ""  # "screen": shown for people

    @property
    def main(self):
        """Name of the file that the program is given."""
        return next(iter(self.files))

    def to_dict(self):
        """Return plain values, ready for JSON."""
        files = {k: base64.b64encode(v).decode() for k, v in self.files.items()}
        return {k: getattr(self, k) for k in ("kind", "seed", "changes", "refused", "view")} | {"files": files}

    @classmethod
    def from_dict(cls, x):
        """Return the case that `to_dict` wrote."""
        names = ("kind", "seed", "changes", "refused", "view")
        return cls(files={k: base64.b64decode(v) for k, v in x["files"].items()}, **{k: x[k] for k in names})


def kind_of(i):
    """Return the kind of the i-th input: the shares hold in every hundred."""
    order = [k for k, n in SHARES.items() for _ in range(n)]
    random.Random(0).shuffle(order)
    return order[i % len(order)]


def make(kind, seed):
    """Return the input of a kind and seed; the same on every machine."""
    rng = random.Random(f"{kind} {seed}")
    if kind == "data set":
        return _data_set(rng, seed)
    if kind == "question":
        asked, changes = bases.question(rng)
        return Case(kind, seed, {MAIN[kind]: json.dumps(asked).encode()}, changes)
    if kind == "command":
        line, changes = bases.command(rng)
        files = {MAIN[kind]: json.dumps(line).encode(), "mini.toml": trees.as_toml(bases.tiny()).encode()}
        files["mini/claims.toml"] = trees.as_toml(bases.claims(rng)).encode()
        files["mini/events.toml"] = trees.as_toml(bases.record(rng)).encode()
        return Case(kind, seed, files, changes)
    if kind == "game valid":
        game = games.random_game(rng)
        return Case(kind, seed, {MAIN[kind]: json.dumps(game).encode()})
    if kind == "scenario valid":
        table = bases.valid_scenario(rng)
        return Case(kind, seed, {MAIN[kind]: trees.as_toml(table).encode()}, view=rng.choice(["", "", "screen"]))
    tree, write = _base(kind, rng)
    case = Case(kind, seed, {}, view="screen" if rng.random() < 0.3 else "")
    known_wrong = _known_wrong(kind, rng, tree) if rng.random() < 0.1 else None
    if known_wrong:
        case.changes, case.refused, tree = [known_wrong[0]], True, known_wrong[1]
    elif kind == "claims" and rng.random() < 0.5:
        row = rng.choice(tree["claim"])
        row["query"], what = rng.choice(texts.CHANGES)(rng, row["query"])
        case.changes = [f"query: {what}"]
    elif rng.random() < 0.75:
        case.changes = trees.change(rng, tree, changes=trees.MILD if rng.random() < _mild(kind) else trees.CHANGES)
    text = write(tree)
    data = text.encode("utf-8", "surrogatepass")
    if not case.changes or (not known_wrong and rng.random() < 0.1):
        data, more = texts.change(rng, text)
        case.changes += more
    case.files[MAIN[kind]] = data
    return case


def _base(kind, rng):
    """Return a tree that is right as it stands, and how it is written."""
    if kind == "game":
        return games.random_game(rng), trees.as_json
    if kind == "scenario table":
        return bases.scenario(rng), trees.as_json
    if kind in ("scenario", "scenario solved"):
        return bases.scenario(rng, 1 if kind == "scenario solved" else 3), trees.as_toml
    if kind == "events csv":
        return bases.record(rng), lambda tree: bases.as_csv(rng, tree)
    if kind == "events toml":
        return bases.record(rng), trees.as_toml
    if kind == "claims":
        tree = bases.claims(rng)
        return tree, trees.as_toml
    return bases.account(rng, _digest()), trees.as_toml


def _mild(kind):
    """Return how often the changes are such that the input may still be taken."""
    return 0.7 if kind == "scenario solved" else 0.4


def _digest():
    from fuzz.targets import base

    return base().digest


def _known_wrong(kind, rng, tree):
    """Return (what was done, tree) for a tree changed so that it must be refused, whatever else it says; else None."""
    how = rng.choice(["unknown key", "key twice", "not a number", "text for a table"])
    if how == "unknown key":
        return how, tree | {"zzz": 1}
    if how == "key twice":
        plain = [k for k, v in tree.items() if isinstance(v, str | int | float)]
        if not plain or kind in ("scenario table", "events csv"):  # the harness reads or writes these by itself
            return None
        inner = rng.choice(plain)
        return how, trees.Twice(tree, [(inner, tree[inner])])
    if how == "not a number":
        at = [p for p in trees.places(tree) if isinstance(p[2], int | float) and not isinstance(p[2], bool)]
        if not at or kind in ("events csv", "claims"):
            return None
        holder, key, _ = rng.choice(at)
        holder[key] = float("nan")
        return how, tree
    return how, tree | {
        rng.choice([k for k in tree if k != "event"]): "text" if kind == "claims" else {"a": {"b": "c"}}
    }


def _data_set(rng, seed):
    """Return a data set as delimited text or another sort of file, right or changed."""
    columns, rows = bases.data_set(rng)
    case = Case("data set", seed, {})
    sort = rng.choice(["csv", "csv", "csv", "parquet", "parquet", "dta", "xlsx"])
    right = rng.random() < 0.15
    if not right and rng.random() < 0.6:
        case.changes = _change_table(rng, columns, rows)
    text = "".join(",".join(_quoted(str(c)) for c in line) + "\n" for line in [columns, *rows])
    if sort == "parquet":
        case.files["made.parquet"] = data = _parquet(rng, columns, rows)
        if rng.random() < 0.2:
            case.files["made.parquet"], what = texts.spoilt(rng, data)
            case.changes.append(what)
        return case
    data = text.encode("utf-8", "surrogatepass")
    if not right and (not case.changes or rng.random() < 0.2):
        data, more = texts.change(rng, text)
        case.changes += more
    case.files[f"made.{sort}"] = data
    return case


def _quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\n\r') else cell


def _change_table(rng, columns, rows):
    """Alter columns and rows; return what was done."""
    how = rng.choice(
        ["cell", "cell", "cell", "drop", "rename", "repeat column", "short row", "long row", "no rows", "repeat row"]
    )
    if how == "cell":
        for _ in range(rng.choice([1, 1, 3])):
            row = rng.choice(rows)
            what = rng.choice([*trees.TEXTS, *trees.DATES, *map(str, trees.NUMBERS)])
            row[rng.randrange(len(row))] = str(what)[:5000]
    elif how in ("drop", "rename", "repeat column"):
        i = rng.randrange(len(columns))
        if how == "drop":
            for row in (columns, *rows):
                del row[i]
        else:
            columns[i] = trees.misspelt(rng, columns[i]) if how == "rename" else rng.choice(columns)
    elif how == "no rows":
        rows.clear()
    else:
        row = rng.choice(rows)
        if how == "repeat row":
            rows.append(row)
        elif how == "long row":
            row += ["1"] * rng.choice([1, 5, 1000])
        else:
            del row[rng.randrange(len(row)) :]
    return [how]


def _parquet(rng, columns, rows):
    """Return Parquet bytes; columns are text, numbers, dates, lists or truth values."""
    import datetime as dt

    import polars as pl

    table = {}
    for i, name in enumerate(columns):
        cells = [str(r[i]) if i < len(r) else None for r in rows]
        sort = rng.choice(["text"] * 6 + ["number", "float", "date", "yes", "list", "time", "bytes", "struct", "null"])
        if sort in ("number", "float"):
            kind = int if sort == "number" else float
            cells = [
                kind(float(c)) if c and c.lstrip("-").replace(".", "", 1).isdecimal() and len(c) < 15 else None
                for c in cells
            ]
        elif sort != "text":
            made = {"date": dt.date(1990, 1, 1), "yes": True, "list": [1, 2], "time": dt.datetime(1990, 1, 1),
                    "bytes": b"\xff", "struct": {"a": 1}, "null": None}[sort]  # fmt: skip
            cells = [made] * len(cells)
        else:
            cells = [None if c is None else c.encode("utf-8", "replace").decode() for c in cells]
        table[name.encode("utf-8", "replace").decode()] = pl.Series(cells, strict=False)
    out = io.BytesIO()
    pl.DataFrame(table).write_parquet(out)
    return out.getvalue()
