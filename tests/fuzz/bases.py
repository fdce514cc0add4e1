"""Documents to start from: small scenarios, records, claims, accounts and data sets that are right as they stand."""

import datetime as dt
import io
from functools import cache

from fuzz.trees import as_toml

NAME = "korea-1951"
ONE, TWO = "United Nations Command", "KPA and Chinese Volunteers"
MECHANISMS = (
    "sanctions", "rent", "challengers", "audience", "deal", "inspection", "loyalty", "window", "linked", "pact",
    "observers", "credibility",
)  # fmt: skip
JUDGED = {"source": "judgement: made up"}
ACTS = (
    "ask for a ceasefire", "make an offer", "talk without an offer", "talk", "propose to talk", "walk out", "decline",
    "agree to a ceasefire", "fight fully", "cameo:1312", "cameo:107", "plover:DEMAND", "keep a truce",
)  # fmt: skip


@cache
def _written(name):
    import peacetalks as pt

    return pt.load(name).written()


def _copy(x):
    if isinstance(x, dict):
        return {k: _copy(v) for k, v in x.items()}
    return [_copy(v) for v in x] if isinstance(x, list) else x


def tiny():
    """Return the scenario that records, claims and accounts are about, as a table."""
    table = _copy(_written(NAME))
    table["battlefield"]["positions"], table["talks"]["offers"], table["periods"] = 3, 2, 3
    table["sides"][0]["types"] = {"one": {"share": 1.0, "war_cost": 0.02}}
    table["reference_classes"] = []
    return table


def scenario(rng, mechanisms=2, classes=0.1):
    """Return a small scenario as a table, with up to so many mechanisms."""
    table = _copy(_written(NAME))
    table["battlefield"]["positions"], table["talks"]["offers"] = rng.choice([2, 3, 3]) + (rng.random() < 0.8), 2
    table["battlefield"]["positions"] = max(3, table["battlefield"]["positions"] - 1)
    table["periods"] = rng.choice([2, 3])
    if rng.random() > classes:
        table["reference_classes"] = []
    if rng.random() < 0.5:
        table["sides"][0]["types"] = {"one": {"share": 1.0, "war_cost": 0.02}}
    more = rng.sample(MECHANISMS, rng.randint(0, mechanisms))
    if "inspection" in more and "ceasefire" not in table:
        more.remove("inspection")
    for name in more:
        table[name] = _copy(_written("russia-ukraine-2025")[name])
    if rng.random() < 0.15 and "inspection" not in more:
        del table["ceasefire"]
    return table


def valid_scenario(rng):
    """Return a small scenario with every range at a random point of it: it must be solved."""
    table = scenario(rng, mechanisms=2, classes=0)

    def point(x):
        if isinstance(x, dict) and {"low", "mode", "high"} <= set(x):
            return {"value": round(rng.uniform(x["low"], x["high"]), 6), **JUDGED}
        if isinstance(x, dict):
            return {k: point(v) for k, v in x.items()}
        return [point(v) for v in x] if isinstance(x, list) else x

    table = point(table)
    table["rationality"] = rng.choice([1, 5, 15, 20, 30, 60])
    for side in table["sides"]:
        shares = [rng.uniform(0.1, 1) for _ in side["types"]]
        for kind, share in zip(side["types"].values(), shares, strict=True):
            kind["share"] = share / sum(shares)
    return table


# -- records ---------------------------------------------------------------------------------------


def record(rng):
    """Return a record of a few acts as a table."""
    rows = []
    for _ in range(rng.randint(1, 4)):
        day = dt.date(1951, 5, 10) + dt.timedelta(days=rng.randrange(62))
        row = {"date": day, "actor": rng.choice([ONE, TWO]), "act": rng.choice(ACTS), "source": "made up, 1951"}
        if rng.random() < 0.2:
            row |= {"alternative": rng.choice(["none", "talk"]), "dispute": "somebody says otherwise"}
        if rng.random() < 0.3:
            row["target"] = rng.choice([ONE, TWO])
        rows.append(row)
    head = {"scenario": NAME, "start": dt.date(1951, 5, 10), "summary": "made up", "hindsight": "none"}
    if rng.random() < 0.3:
        head["complete"] = [rng.choice([1, 2])]
    if rng.random() < 0.3:
        head["actors"] = {"China": TWO}
    if rng.random() < 0.3:
        head["opening"] = {"regime": rng.choice(["talks", "war"])}
    tables = {"event": rows}
    if rng.random() < 0.2:
        tables["state"] = [{"date": dt.date(1951, 7, 10), "known": {"regime": ["talks", "war"]}, "source": "made up"}]
    return head | tables


def as_csv(rng, table):
    """Return a record as CSV with its head in comment lines; odd names of columns as they stand."""
    import csv

    head = {k: v for k, v in table.items() if k != "event"}
    rows = table.get("event")
    rows = [r for r in rows if isinstance(r, dict)] if isinstance(rows, list) else []
    columns = list(dict.fromkeys([*("date", "actor", "act", "target", "source"), *(k for r in rows for k in r)]))
    if rng.random() < 0.2:
        rng.shuffle(columns)
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=rng.choice([",", ",", ",", ";", "\t"]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: str(v).replace("\x00", "") for k, v in row.items()})
    return "".join(f"# {line}\n" for line in as_toml(head).splitlines()) + out.getvalue()


# -- claims and accounts ---------------------------------------------------------------------------

QUERIES = (
    "P(peace by 2) > P(nowhere by 2)",
    "P(ceasefire broken within 1 | ceasefire) > 0.5",
    "P(terms >= 0.5 | settlement by 3)",
    f"P(talks by 2 | {TWO} is resolute) + 0.1 * P(peace by 1) >= 0.2",
    "E(front at 2 | fighting or talks by 1)",
    'play(table, "offer *" within 2 | talks)',
    f"play(posture, full, {TWO} within 1 | {TWO} is irresolute) <= 0.9",
    f"play(table, stall within 2 | belief({TWO}, resolute) > 0.6)",
    f"welfare({ONE}) - welfare({TWO}, resolute)",
    "effect(talks.walk: now -> 0.1 on P(peace by 2)) > 0",
    "effect(ceasefire: now -> off on P(nowhere by 2))",
    "base_rate(ceasefire, fails within 30d) > 0.5",
    "base_rate(war ends within 1 year; war_type=interstate)",
    "param(talks.walk) < 0.1",
    "P(ceasefire within 3) / P(settlement by 3)",
)


def claims(rng):
    """Return a file of claims as a table."""
    rows = [
        {"id": f"c{i}", "rows": [1], "sentence": "A sentence.", "attributed_to": "a test", "query": rng.choice(QUERIES)}
        for i in range(rng.choice([1, 1, 2]))
    ]
    return {"claim": rows}


PATHS = {  # entry -> values that may stand there
    "battlefield.restraint": (0.3, 0.5, 0.7),
    "battlefield.mobility": (0.1, 0.3, 1.0),
    "talks.walk": (0.01, 0.1, 0.3),
    "talks.accept": (0.05, 0.2, 0.4),
    "sides.1.discount": (0.95, 0.97, 0.98),
    "ceasefire.incident": (0.0, 0.1, 0.2),
    "rent.weight": (0.001, 0.01, 0.05),
    "rationality": (10, 12, 40),
}
OTHER = {
    "talks.open": (False,),
    "ceasefire": (None,),
    "title": ("another title", "[draft 2]"),
    "periods": (2, 4),
    "sides.2.types.resolute.share": (0.2,),
    "credibility": ({"capability": {"value": 0.9, **JUDGED}, "belief_in_use": {"value": 0.5, **JUDGED}},),
}


def account(rng, digest):
    """Return an account of the tiny scenario as a table."""
    rows = []
    for path in rng.sample([*PATHS, *OTHER], rng.randint(1, 2)):
        row = {"path": path, "reason": "made up"}
        if path in PATHS:
            low, mode, high = PATHS[path]
            row["value"] = rng.choice([{"value": low, **JUDGED}, {"low": low, "mode": mode, "high": high, **JUDGED}])
        else:
            value = _copy(rng.choice(OTHER[path]))
            row |= {"off": True} if value is None else {"value": value}
        rows.append(row)
    head = {"name": "other", "title": "another view", "attributed_to": "a test", "summary": "made up", "base": NAME}
    return head | {"base_digest": digest, "change": rows}


# -- data sets -------------------------------------------------------------------------------------


def data_set(rng):
    """Return (columns, rows of text) of a data set that a card describes."""
    from peacetalks.evidence import cards

    known = cards()
    card = known["cow-majors"] if rng.random() < 0.4 else rng.choice(list(known.values()))
    cells = {}
    for column in card.columns:
        for place, name in enumerate(column.raw):
            cells[name] = (column, place)
    rows = []
    for _ in range(rng.choice([1, 14, 20, 40])):
        rows.append([_cell(rng, *cells[name]) if name in cells else "9.9" for name in card.raw_columns])
    return list(card.raw_columns), rows


def _cell(rng, column, place):
    if column.codes:
        return rng.choice(list(column.codes))
    if column.kind == "date":
        day = dt.date(1990, 1, 1) + dt.timedelta(days=rng.randrange(9000))
        return day.strftime(column.form) if len(column.raw) == 1 else str((day.year, day.month, day.day)[place])
    return {"int": str(rng.randrange(3000)), "float": f"{rng.random():.3f}", "yes": rng.choice("01")}.get(
        column.kind, "a name"
    )


# -- questions to the record ------------------------------------------------------------------------

QUESTIONS = (
    "ceasefire fails within 30 days", "war ends within 1 year", "mediation reaches agreement", "crisis becomes war",
    "agreement fails within 5 years", "process reaches agreement within 2 years", "sanctions succeed",
)  # fmt: skip
CLASSES = (
    "war_type=interstate", "interstate territory", "intensity=war, reached=1y", "territory, reached=3y",
    "region=Europe", "level=interstate", "mediation=yes",
)  # fmt: skip


def question(rng):
    """Return a command line that asks the historical record, right or changed, and what was changed."""
    from fuzz import texts, trees

    ask, where, as_of = rng.choice(QUESTIONS), rng.choice(CLASSES), "2025-05-20"
    changes = []
    if rng.random() < 0.4:
        ask, what = rng.choice(texts.CHANGES)(rng, ask)
        changes.append(what)
    if rng.random() < 0.4:
        where, what = rng.choice(texts.CHANGES)(rng, where)
        changes.append(what)
    if rng.random() < 0.2:
        as_of = rng.choice(trees.DATES)
        changes.append(f"as of {as_of}")
    ask, where = (x.replace("\x00", "")[:20_000] for x in (ask, where))  # no command line holds NUL
    more = ["--as-of", as_of] if rng.random() < 0.5 or changes else []
    how = rng.random()
    if how < 0.5:
        line = ["base-rate", ask, *(["--class", where] if rng.random() < 0.5 else []), *more, "--json"]
    elif how < 0.75:
        months = rng.choice(["3,6,12,24", "12", "0", "", "6,3", "1e9", "99999999999", "-1", "x", "600", "3,3"])
        line = ["outside", *where.split(), f"--months={months}", *more, "--json"]
    else:
        line = ["cases", rng.choice(["ceasefires", "wars", "episodes", "spells", "war", ""]), "--class", where, *more]
    return ["evidence", *line], changes


# -- command lines ---------------------------------------------------------------------------------

OPTIONS = {
    "forecast": ("periods", "belief-points", "jobs", "draws", "out"),
    "explain": ("periods", "belief-points"),
    "infer": ("method", "points", "dates", "seed", "belief-points", "jobs", "account", "out"),
    "audit": ("draws", "seed", "belief-points", "jobs", "claims", "out"),
    "check": (),
}
SETTINGS = {
    "out": (
        "x.json",
        "x",
        "x.docx",
        "no/such/folder/x.json",
        "mini",
        "mini.toml/x.json",
        ".html",
        "x\ny.json",
        "y" * 300 + ".json",
    ),
    "method": ("none", "None", "", "nested ", "x" * 300),
    "dates": ("1,2", "2,1", "", "0", "²", "9" * 5000, "1,2,3,4", "x"),
    "claims": ("mini/claims.toml", "none.toml", "mini", "mini.toml"),
    "account": ("mini.toml", "none.toml", "mini"),
    "draws": ("0", "1", "-1", "x", "2"),
    "jobs": ("1", "0", "-1", "x"),
}
VALUES = ("-1", "0", "1", "2", "1e3", "", "x", "²", "601", "9" * 30, "9" * 5000, "nan", "2.0")


def command(rng):
    """Return a command line about a small scenario in the folder `{}`, with settings right or wrong."""
    name, changes = rng.choice(list(OPTIONS)), []
    line = {"periods": "2", "belief-points": "2", "jobs": "1", "method": "none", "dates": "1,2", "draws": "0"}
    line = {k: v for k, v in line.items() if k in OPTIONS[name]}
    for option in rng.sample(OPTIONS[name], min(len(OPTIONS[name]), rng.choice([0, 1, 1, 2]))):
        value = rng.choice(SETTINGS.get(option, VALUES))
        changes.append(f"{option} = {value[:40]}")
        line[option] = "{}/" + value if option in ("out", "claims", "account") else value
    scenario = rng.choice(
        ["{}/mini.toml"] * 8 + ["{}/mini", "{}/none.toml", "korea-1915", "", "{}", "x" * 300, "[/x]", "."]
    )
    words = [f"-o{v}" if k == "out" else f"--{k}={v}" for k, v in line.items()]
    return [name, scenario, *words, *(["--json"] if rng.random() < 0.5 and name != "check" else [])], changes
