r"""Text from files on its way to a terminal, a page or a chart: shown as it was written, and never obeyed.

Titles, names and labels may hold square brackets, which `rich` would take for markup, and, where a value did not come
from a file that was checked, control characters, which a terminal would obey.  `styled` prevents the one, `printable`
the other; every screen, message, page and chart goes through them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

# control characters but tab and line end, lone surrogates, marks that turn the direction of text, no characters at all
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: object) -> str:
    r"""Return a text in which what a terminal would obey is written out.

    >>> printable("a\x1b[2Jb"), printable("two\nlines [/x]")
    ('a\\x1b[2Jb', 'two\nlines [/x]')
    """
    return UNPRINTABLE.sub(lambda found: ascii(found.group())[1:-1], str(text))


def styled(text: object, style: str = "") -> Text:
    r"""Return a text for `rich`, as it is written: no markup, no emoji codes, no control characters.

    >>> styled("[/x] :smile: \x1b").plain
    '[/x] :smile: \\x1b'
    """
    from rich.text import Text

    return Text(printable(text), style=style)


def printable_values(plain: Any) -> Any:
    r"""Return plain values with every text in them printable.

    >>> printable_values({"title": ["\x07", 1]})
    {'title': ['\\x07', 1]}
    """
    if isinstance(plain, dict):
        return {printable_values(k): printable_values(v) for k, v in plain.items()}
    if isinstance(plain, list | tuple):
        return [printable_values(v) for v in plain]
    return printable(plain) if isinstance(plain, str) else plain
