"""Changes to text and to the bytes of a file: encodings, marks, line ends, delimiters, cuts, strange characters."""

CONTROLS = (
    "\x00",
    "\x01",
    "\x07",
    "\x08",
    "\x0b",
    "\x0c",
    "\x1b[2J",
    "\x7f",
    "\x85",
    "\x9b",
    "\u2028",
    "\ufeff",
    "\ufffe",
    "\u200b",
)
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"\xef\xbb\xbf\xef\xbb\xbf")
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "shift-jis", "utf-7", "cp500", "utf-8-sig")


def _spot(rng, text):
    return rng.randrange(len(text) + 1)


def insert(rng, text):
    """Put a control character, a quote or a bracket somewhere."""
    at, what = (
        _spot(rng, text),
        rng.choice([*CONTROLS, '"', "'", '"""', "[", "]", "{", "}", "#", "\\", "=", ",", ";", "\t", "\r"]),
    )
    return text[:at] + what + text[at:], f"{what!r} inserted at {at}"


def cut(rng, text):
    """End the text early."""
    at = _spot(rng, text)
    return text[:at], f"cut at {at}"


def cut_out(rng, text):
    """Take a piece out."""
    a, b = sorted((_spot(rng, text), _spot(rng, text)))
    b = min(b, a + 80)
    return text[:a] + text[b:], f"{a} to {b} taken out"


def _lines(text):
    return text.split("\n")


def drop_line(rng, text):
    """Take a line out."""
    lines = _lines(text)
    i = rng.randrange(len(lines))
    return "\n".join(lines[:i] + lines[i + 1 :]), f"line {i + 1} dropped"


def repeat_line(rng, text):
    """Write a line twice, the second time anywhere."""
    lines = _lines(text)
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines) + 1)
    lines.insert(j, lines[i])
    return "\n".join(lines), f"line {i + 1} again at {j + 1}"


def swap_lines(rng, text):
    """Exchange two lines."""
    lines = _lines(text)
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines), f"lines {i + 1} and {j + 1} exchanged"


def long_line(rng, text):
    """Add a very long line or cell."""
    lines = _lines(text)
    i, n = rng.randrange(len(lines)), rng.choice([300, 10_000, 200_000])
    lines[i] += rng.choice(["x", " ", ",", "#", "9", "é"]) * n
    return "\n".join(lines), f"line {i + 1} longer by {n}"


def replace_letter(rng, text):
    """Change one character."""
    if not text:
        return "x", "one letter"
    at, new = rng.randrange(len(text)), rng.choice("aZ09.,;:=\"'[]{}#-+_ \n\té\u00a0€𝟙")
    return text[:at] + new + text[at + 1 :], f"{new!r} at {at}"


def line_ends(rng, text):
    """Write other line ends."""
    end = rng.choice(["\r\n", "\r", "\n\n", "\n\r", "\x0b", "\u2028"])
    return text.replace("\n", end), f"line ends {end!r}"


def blank(rng, text):
    """Return nothing, or nothing but white space."""
    new = rng.choice(["", " ", "\n", "\n\n\n", "\t", "#", "# ", "null", "[]", "{}", '""', "0", "true"])
    return new, f"only {new!r}"


def twice_over(rng, text):
    """Write the whole text twice."""
    return text + text, "the whole text twice"


def delimiter(rng, text):
    """Write another delimiter for commas, or a decimal comma."""
    old, new = rng.choice(
        [(",", ";"), (",", "\t"), (",", "|"), (",", ", "), (",", ",,"), (".", ","), ('"', "'"), ('"', "”")]
    )
    return text.replace(old, new), f"{old!r} written {new!r}"


CHANGES = (
    insert, insert, insert, cut, cut_out, drop_line, repeat_line, swap_lines, long_line, replace_letter, replace_letter,
    replace_letter, line_ends, blank, twice_over, delimiter,
)  # fmt: skip


def encoded(rng, text):
    """Return text in another encoding, or with a mark before it, and what was done."""
    if rng.random() < 0.5:
        mark = rng.choice(MARKS)
        return mark + text.encode("utf-8", "surrogatepass"), f"mark {mark!r}"
    name, text = rng.choice(ENCODINGS), text.replace("a", "ä", 1) if rng.random() < 0.7 else text
    return text.encode(name, "replace"), f"encoded as {name}"


def spoilt(rng, data):
    """Change some bytes of a file that is no text."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 2, 10, 200])):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    if rng.random() < 0.3:
        data = data[: rng.randrange(len(data) + 1)]
    return bytes(data), "bytes spoilt"


def change(rng, text, many=2):
    """Alter text up to `many` times, at least once; return its bytes and what was done."""
    done = []
    if rng.random() < 0.2:
        data, what = encoded(rng, text)
        return data, [what]
    for _ in range(1 + int(rng.random() * many)):
        text, what = rng.choice(CHANGES)(rng, text)
        done.append(what)
    return text.encode("utf-8", "surrogatepass"), done
