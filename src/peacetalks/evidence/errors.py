"""Errors of the evidence room: each says what is wrong, where, and how to mend it."""


class EvidenceError(ValueError):
    """A file, a question or a filter that the evidence room cannot use as it stands."""


class EvidenceMissing(EvidenceError):
    """A dataset that is not on this machine. The command line maps it to exit code 4."""


def suggestion(word: str, known: list[str]) -> str:
    """Return `` Did you mean ...?`` for the nearest known words, or the list of all of them.

    >>> suggestion("ceasfire", ["ceasefire", "crisis"])
    "Did you mean 'ceasefire'?"
    """
    import difflib

    near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(repr(w) for w in near)}?"
    return f"Known: {', '.join(sorted(known))}."
