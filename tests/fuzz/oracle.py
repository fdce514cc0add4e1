"""What may come of an input: a sound result, or a documented refusal that is short, says where and echoes little."""

import inspect
import json
import math
import re

from peacetalks import errors

DOCUMENTED = tuple(c for _, c in inspect.getmembers(errors, inspect.isclass) if hasattr(c, "exit_code"))
LONGEST, ECHO, LINES = 2000, 200, 3
AROUND = 3  # characters beside a value, such as quotes, that the file has in the same place
PLACE = re.compile(
    r"made(\.\w+)?\b|/\w|line \d|column \d|row \d|--\w|stage |state |period |player|sides|talks|battlefield|event of |"
    r"the record (starts|opens|covers)|\b(jobs|belief points|periods|draws|points|method|seed)\b|\w+ = |\b\w+\.\w+|'|"
    r": cannot be read \("
)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
EXACT, CLOSE = 1e-9, 1e-6


class Unsound(AssertionError):
    """A result or a message that breaks a rule."""


def refusal(error, texts):
    """Return the class of a documented refusal; raise `Unsound` where the error or its message breaks a rule."""
    name, message = type(error).__name__, str(error)
    if not isinstance(error, DOCUMENTED) or error.exit_code not in (2, 3, 4):
        raise Unsound(f"undocumented {name}: {message[:300]}")
    if not message.strip():
        raise Unsound(f"{name} without a message")
    if len(message) > LONGEST:
        raise Unsound(f"the message of {name} has {len(message)} characters: {message[:300]} ...")
    if "\n\n" in message or message.count("\n") >= LINES:
        raise Unsound(f"the message of {name} is more than a paragraph: {message[:300]!r}")
    if found := CONTROL.search(message):
        raise Unsound(f"control character {found[0]!r} in the message of {name}: {message[:300]!r}")
    if not PLACE.search(message):
        raise Unsound(f"the message of {name} names no place: {message[:300]}")
    if long := echoed(message, texts):
        raise Unsound(
            f"the message of {name} echoes more than {ECHO} characters: {long[:80]!r} ... in {message[:200]!r}"
        )
    return name


def echoed(message, texts):
    """Return a run of more than `ECHO` characters that a message took from the input, or None.

    >>> echoed("got " + "x" * 300, ["a" + "x" * 400])[:3]
    'xxx'
    """
    most, half = ECHO + AROUND, ECHO // 2
    for text in texts:
        for start in range(0, max(0, len(message) - half), half):
            if message[start : start + half + 1] not in text:
                continue
            for i in range(max(0, start - half), min(start + 1, len(message) - most)):
                if message[i : i + most + 1] in text:
                    return message[i : i + most + 1]
    words = [w for w in message.split() if len(w) > ECHO + 60 and w.count("/") < 2]  # no path
    return words[0] if words else None  # written otherwise, such as by repr


# -- results ---------------------------------------------------------------------------------------


def read_json(text):
    """Return JSON that holds finite numbers only, and every key once."""

    def once(pairs):
        keys = [k for k, _ in pairs]
        if len(set(keys)) != len(keys):
            raise Unsound(f"the JSON has a key twice: {sorted(k for k in keys if keys.count(k) > 1)[:3]}")
        return dict(pairs)

    def refuse(x):
        raise Unsound(f"the JSON holds {x}")

    try:
        found = json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except json.JSONDecodeError as e:
        raise Unsound(f"not valid JSON ({e}): {text[:200]!r}") from None
    finite(found)
    return found


def finite(x, where="result"):
    """Raise `Unsound` for a number that is not finite."""
    if isinstance(x, dict):
        for k, v in x.items():
            finite(v, f"{where}, {k}")
    elif isinstance(x, list | tuple):
        for v in x:
            finite(v, where)
    elif isinstance(x, float) and not math.isfinite(x):
        raise Unsound(f"{where} is {x}")


def sums_to_one(shares, where, within=EXACT):
    """Raise `Unsound` where probabilities lie outside [0, 1] or do not sum to 1."""
    shares = list(shares)
    if any(not -within <= p <= 1 + within for p in shares) or abs(math.fsum(shares) - 1) > within:
        raise Unsound(f"{where}: probabilities {shares[:6]} sum to {math.fsum(shares)!r}")


def _within_tolerance(found, most):
    tolerance = found["settings"]["tolerance"]
    if not 0 <= found["residual"] <= tolerance <= most:
        raise Unsound(f"residual {found['residual']}, tolerance {tolerance}")


def solved_game(found):
    """Check what `solve-game` printed."""
    rows = {}
    for row in found["strategies"]:
        rows.setdefault(tuple(row[k] for k in ("stage", "state", "player", "type")), []).append(row["probability"])
    for key, shares in rows.items():
        sums_to_one(shares, f"strategy at {key}")
    _within_tolerance(found, 1e-8)


def forecast(found):
    """Check what `forecast --json` printed."""
    for part in ("ends", "outcomes", "noise_floor"):
        columns = list(found[part].values())
        for t, shares in enumerate(zip(*columns, strict=True)):
            sums_to_one(shares, f"{part}, period {t}", 1e-8)
    known = [p for p in found["terms"]["probabilities"] if p is not None]
    if known:
        sums_to_one(known, "terms", 1e-8)
    _within_tolerance(found, 1e-3)


NO_NUMBER = re.compile(r"(?<![\w.])-?(nan|inf)\b(?!\w)")


def shown(text, case):
    """Check what is shown for people: no control character that the program did not mean, no number that is none."""
    for line in text.split("\n"):
        if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", line):
            raise Unsound(f"control character {found[0]!r} shown: {line[:200]!r}")
    given = " ".join(data.decode("utf-8", "replace") for data in case.files.values())
    if NO_NUMBER.search(text) and not NO_NUMBER.search(given):
        raise Unsound("'nan' or 'inf' is shown")
