"""Changes to data as a tree (tables, lists, values), and the tree as TOML or JSON text.

A change takes a random generator and a tree, alters the tree in place and says in words what it did.
"""

import datetime as dt
import json
import math

MISSPELT = ("drop a letter", "double a letter", "swap two letters", "change case")


class Raw(str):
    """Text that is written as it is, without quotes."""


class Twice(dict):
    """A table that is written with further entries (`also`), whose keys may stand there already."""

    def __init__(self, table, also):
        super().__init__(table)
        self.also = also


# -- writing ---------------------------------------------------------------------------------------


def _pairs(table):
    return [*table.items(), *getattr(table, "also", ())]


def as_json(x):
    """Return a tree as JSON text; numbers that are not finite as Python's reader would take them."""
    if isinstance(x, Raw):
        return str(x)
    if isinstance(x, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {as_json(v)}" for k, v in _pairs(x)) + "}"
    if isinstance(x, list | tuple):
        return "[" + ", ".join(map(as_json, x)) + "]"
    if isinstance(x, dt.date):
        return json.dumps(x.isoformat())
    return json.dumps(x)


def as_toml(tree):
    """Return a table as TOML text: plain entries first, then a header for each table and list of tables."""
    if not isinstance(tree, dict):
        return _toml(tree)
    plain, tables = [], []
    for key, value in _pairs(tree):
        rows = value if isinstance(value, list) and value and all(isinstance(r, dict) for r in value) else None
        if rows is None and not isinstance(value, dict):
            plain.append(f"{_key(key)} = {_toml(value)}")
            continue
        head = f"[{_key(key)}]" if rows is None else f"[[{_key(key)}]]"
        for table in rows or [value]:
            tables.append("\n".join(["", head, *(f"{_key(k)} = {_toml(v)}" for k, v in _pairs(table))]))
    return "\n".join([*plain, *tables]) + "\n"


def _key(key):
    key = str(key)
    plain = key and all(c.isascii() and (c.isalnum() or c in "-_") for c in key)
    return key if plain else json.dumps(key)


def _toml(x):
    if isinstance(x, Raw):
        return str(x)
    if isinstance(x, dict):
        return "{" + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in _pairs(x)) + "}"
    if isinstance(x, list | tuple):
        return "[" + ", ".join(map(_toml, x)) + "]"
    if isinstance(x, bool) or x is None:
        return {True: "true", False: "false", None: "null"}[x]
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
    return str(x) if isinstance(x, int | float | dt.date) else json.dumps(x, ensure_ascii=False)


# -- places in a tree ------------------------------------------------------------------------------


def places(tree):
    """Return every (holder, key, value) below a tree."""
    found, todo = [], [tree]
    while todo:
        holder = todo.pop()
        inner = list(holder.items()) if isinstance(holder, dict) else list(enumerate(holder))
        for key, value in inner:
            found.append((holder, key, value))
            if isinstance(value, dict | list):
                todo.append(value)
    return found


def _pick(rng, tree, wanted):
    found = [p for p in places(tree) if wanted(*p)]
    return rng.choice(found) if found else None


# -- values ----------------------------------------------------------------------------------------

NUMBERS = (
    0, -0.0, 1, -1, 2, 3, 0.5, 1.5, 7.0, 3.5, 1e-320, 1e-300, 1e-12, 1e-9, 0.1 + 0.2, 0.9999999, 1e12, 1e15, 1e17,
    1e300, 1e307, 1e308, -1e308, 2**31, 2**63, 2**64, 10**30, math.nan, math.inf, -math.inf, True, False,
    Raw("1" + "0" * 400), Raw("9" * 5000), Raw("1e400"), Raw("-1e999999999"), Raw("0x1F"), Raw("1_000"), Raw("+5"),
    Raw("05"), Raw(".5"), Raw("5."), Raw("0.1.2"), Raw("1,5"), Raw("0." + "3" * 3000), Raw("-0"),
)  # fmt: skip
SIZES = (0, -1, 1, 2, 3, 2.0, 3.0, 3.5, 10**7, 10**12, 10**30, Raw("9" * 5000), math.nan, math.inf, "3", True, None, [])
SIZE_KEYS = ("positions", "offers", "periods", "belief_points")
TEXTS = (
    "", " ", "x" * 201, "x" * 300, "long word " * 400, "y" * 100_000, "\x00", "\x1b[31mred\x1b[0m", "\x07", "a\nb",
    "\r", "\x7f", "\x9b31m", "[/x]", "[draft 2]", "[bold]", "[link=https://example.org]y[/link]", ":smile:", "[[", "]",
    "<script>alert(1)</script>", "&amp;", "</style>", "{{ 7 * 7 }}", "{0}", "%s%n", "日本語", "é", "e\u0301",
    "\u202egnp", "\u2028", "\ufeff", "\U0001f600", "\ud800", "../../x", "a.b.c", "a|b", "A|x", "chance", "only", "base",
    "now", "none", "off", "-", "--help", ",", ";", "\t", '"', "'", "\\", "=1+1", "null", "NaN", "1951-07-10", "0",
    "1e308", "end",
)  # fmt: skip
ODD = (  # texts that may stand in a title
    "[/x]", "[draft 2]", "[bold]x[/bold]", "[link=https://example.org]y[/link]", ":smile:", "[[x]", "&amp;", "</style>",
    "<script>alert(1)</script>", "{{ 7 * 7 }}", "{0}", "%s%n", "日本語", "été", "\U0001f600", "a|b", "a.b.c", "=1+1",
    '"quoted"', "a\\b", "x" * 199, "$x^2$", "`x`", "**x**", "a, b; c", "none", "nan", "settlement", "peace",
)  # fmt: skip
DATES = (
    "1951/06/20", "20 June 1951", "6/20/1951", "3/13/2025", "20.06.1951", "19510620", "1951-06", "1951", "1951-06-31",
    "1951-6-2", "1951-06-20T10:00", "1951-W25", "1951-171", "-1951-06-20", "99999-01-01", "0000-00-00", "0001-01-01",
    "9999-12-31", "", "soon", "1951–06–20", "１９５１-06-20", "-563000000", "5.5",
)  # fmt: skip
RAW_DATES = tuple(
    Raw(d) for d in ("1951-06-31", "1951-06-20T10:00:00Z", "10:00:00", "1951-13-01", "0001-01-01", "9999-12-31")
)


def misspelt(rng, word):
    """Return a name close to a known one."""
    word = str(word)
    if len(word) < 2:
        return word + "x"
    i, how = rng.randrange(len(word) - 1), rng.choice(MISSPELT)
    if how == "drop a letter":
        return word[:i] + word[i + 1 :]
    if how == "double a letter":
        return word[: i + 1] + word[i:]
    if how == "swap two letters" and word[i] != word[i + 1]:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return word.swapcase() if word.swapcase() != word else word + "s"


def strange(rng, key, value):
    """Return another value for a key: of another type, size or form."""
    if key in SIZE_KEYS:
        return rng.choice(SIZES)
    if isinstance(value, dt.date):
        return rng.choice([*DATES, *RAW_DATES])
    what = rng.random()
    if isinstance(value, int | float) and what < 0.7:
        return rng.choice(NUMBERS)
    if isinstance(value, str) and what < 0.7:
        return rng.choice(TEXTS)
    return rng.choice(
        [rng.choice(NUMBERS), rng.choice(TEXTS), rng.choice(DATES), [], {}, [[]], [None], {"": ""}, {"value": value},
         [value], {"x": value}, str(value), None, {"low": 1, "mode": 0, "high": 2},
         {"dist": "normal", "mean": 0, "sd": 0}, {"dist": {"a": 1}}, {"dist": "beta", "a": 1e308, "b": 1e308},
         {"dist": "lognormal", "median": 1e-300, "sigma": 99},
         {"low": 0.1, "mode": 0.1, "high": 0.1}, {"value": True}, {"value": math.nan}, dt.date(1951, 7, 10)]
    )  # fmt: skip


# -- changes ---------------------------------------------------------------------------------------


def drop(rng, tree):
    """Take an entry out."""
    at = _pick(rng, tree, lambda h, k, v: True)
    if at is None:
        return None
    del at[0][at[1]]
    return f"drop {at[1]!r}"


def rename(rng, tree):
    """Misspell a key."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(h, dict))
    if at is None:
        return None
    new = misspelt(rng, at[1]) if rng.random() < 0.7 else str(rng.choice(TEXTS))
    items = [(new if k == at[1] else k, v) for k, v in at[0].items()]
    at[0].clear()
    at[0].update(items)
    return f"key {str(at[1])[:40]!r} to {new[:40]!r}"


def unknown_key(rng, tree):
    """Add a key that nothing knows."""
    at = _pick(rng, {"": tree}, lambda h, k, v: isinstance(v, dict))
    key = rng.choice(["zzz", "Source", "note", "", "x" * 300, "[/x]", "\x1b[31m", "é", "__class__", "1"])
    at[2][key] = rng.choice([1, "x", {}, []])
    return f"key {key[:20]!r} added below {str(at[1])[:40]!r}"


def twice(rng, tree):
    """Give a key twice, with another value or the same."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, dict) and v and not isinstance(v, Twice))
    if at is None:
        return None
    holder, key, value = at
    inner = rng.choice(list(value))
    again = value[inner] if rng.random() < 0.4 else strange(rng, inner, value[inner])
    holder[key] = Twice(value, [(inner, again)])
    return f"key {str(inner)[:40]!r} twice"


def repeat(rng, tree):
    """Give an entry of a list twice."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, list) and v)
    if at is None:
        return None
    at[2].insert(rng.randrange(len(at[2]) + 1), rng.choice(at[2]))
    return f"entry of {str(at[1])[:40]!r} twice"


def replace(rng, tree):
    """Put another value in."""
    at = _pick(rng, tree, lambda h, k, v: not isinstance(v, dict | list)) if rng.random() < 0.8 else None
    at = at or _pick(rng, tree, lambda h, k, v: True)
    if at is None:
        return None
    at[0][at[1]] = new = strange(rng, at[1], at[2])
    return f"{str(at[1])[:40]!r} = {repr(new)[:60]}"


def scale(rng, tree):
    """Change a number somewhat, so that probabilities need not sum to 1."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, int | float) and not isinstance(v, bool) and k not in SIZE_KEYS)
    if at is None:
        return None
    factor = rng.choice([1.0000001, 1.01, 0.5, 2, 10, 100, 1e4, -1, 0])
    try:
        at[0][at[1]] = at[2] * factor
    except OverflowError:
        return None
    return f"{str(at[1])[:40]!r} times {factor}"


def misname(rng, tree):
    """Misspell a name where it is used."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, str) and not isinstance(v, Raw) and v)
    if at is None:
        return None
    at[0][at[1]] = new = misspelt(rng, at[2][:500])
    return f"{str(at[1])[:40]!r}: {at[2][:40]!r} to {new[:40]!r}"


def swap(rng, tree):
    """Exchange two values, wherever they stand."""
    every = places(tree)
    if len(every) < 2:
        return None
    (h1, k1, v1), (h2, k2, v2) = rng.sample(every, 2)
    if any(
        v is x or (isinstance(v, dict | list) and any(w is x for _, _, w in places(v))) for v, x in ((v1, h2), (v2, h1))
    ):
        return None  # one holds the other
    h1[k1], h2[k2] = v2, v1
    return f"{str(k1)[:40]!r} and {str(k2)[:40]!r} exchanged"


def empty(rng, tree):
    """Empty a table or list."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, dict | list) and v)
    if at is None:
        return None
    at[2].clear()
    return f"{str(at[1])[:40]!r} emptied"


def copy_over(rng, tree):
    """Write the value of one key at another of the same sort."""
    at = _pick(rng, tree, lambda h, k, v: True)
    same = _pick(
        rng, tree, lambda h, k, v: at is not None and type(v) is type(at[2]) and not isinstance(v, dict | list)
    )
    if same is None or at is None:
        return None
    at[0][at[1]] = same[2]
    return f"{str(at[1])[:40]!r} as {str(same[1])[:40]!r}"


def deepen(rng, tree):
    """Nest a value many times."""
    at = _pick(rng, tree, lambda h, k, v: not isinstance(v, dict | list))
    if at is None:
        return None
    n, (a, b) = rng.choice([3, 30, 300, 3000, 100_000]), rng.choice([("[", "]"), ("{a=", "}"), ('{"a": ', "}")])
    at[0][at[1]] = Raw(a * n + "1" + b * n)
    return f"{str(at[1])[:40]!r} nested {n} times"


def as_date(rng, tree):
    """Write a date in another form."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, dt.date))
    if at is None:
        return None
    at[0][at[1]] = new = rng.choice(
        [*DATES, *RAW_DATES, at[2] + dt.timedelta(days=rng.choice([-400, -31, 1, 31, 400]))]
    )
    return f"{str(at[1])[:40]!r} = {new!s}"


def whole_as_float(rng, tree):
    """Write a whole number with a decimal point, or a number as text."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, int) and not isinstance(v, bool) and abs(v) < 2**60)
    if at is None:
        return None
    at[0][at[1]] = rng.choice([float(at[2]), f"{at[2]}", Raw(f"{at[2]}e0"), Raw(f"{at[2]}.00")])
    return f"{str(at[1])[:40]!r} a whole float"


CHANGES = (
    drop, rename, unknown_key, twice, repeat, replace, replace, replace, scale, scale, misname, misname, swap, empty,
    copy_over, deepen, as_date, whole_as_float,
)  # fmt: skip


def other_number(rng, tree):
    """Write another number that might well stand there."""
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, int | float) and not isinstance(v, bool) and k not in SIZE_KEYS)
    if at is None:
        return None
    near = [at[2] * f for f in (0.5, 0.9, 1.1, 1.5, 2)]
    at[0][at[1]] = new = rng.choice([*near, *near, 0, 1, 0.0, 1.0, 0.5, 0.999, 1e-9, 1e-6, 0.01, 2, 5, 100, 1e3, 1e6])
    return f"{str(at[1])[:40]!r} = {new}"


def other_text(rng, tree):
    """Write another text in place of words for people, such as a title or a name."""
    words = ("title", "label", "summary", "hindsight", "source", "sentence", "attributed_to", "reason", "actor", "name")
    at = _pick(rng, tree, lambda h, k, v: isinstance(v, str) and k in words)
    if at is None:
        return None
    at[0][at[1]] = new = rng.choice(ODD if rng.random() < 0.8 else TEXTS)
    return f"{str(at[1])[:40]!r} = {new[:40]!r}"


MILD = (other_number, other_number, other_text, other_text, scale, whole_as_float, as_date)


def change(rng, tree, many=3, changes=CHANGES):
    """Alter a tree up to `many` times, at least once; return what was done."""
    done = []
    for _ in range(1 + int(rng.random() ** 2 * many)):
        for _ in range(20):
            if what := rng.choice(changes)(rng, tree):
                done.append(what)
                break
    return done
