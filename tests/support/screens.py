"""Reading what is printed on a terminal."""

import io

from rich.console import Console


def on_screen(show, value):
    """Return what `show` prints of a value on a terminal of 80 columns."""
    out = Console(file=io.StringIO(), width=80)
    show(value, out)
    return out.file.getvalue()


def by_account(text, title, accounts):
    """Return {account: lines} of the table below `title`: each account's name stands on a line of its own."""
    found, at = {}, None
    for line in text.split(title, 1)[1].splitlines():
        flat = " ".join(line.split())
        if flat in accounts:
            if flat in found:
                break  # the next table
            at = found.setdefault(flat, [])
        elif at is not None:
            at.append(flat)
    return found
