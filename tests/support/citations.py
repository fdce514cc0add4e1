"""Bibliography entries, and the citations in a text: who is cited, and of which year."""

import calendar
import re
import unicodedata
from dataclasses import dataclass

PARTICLES = r"(?:Bueno de|[Vv]an|[Vv]on|[Dd]e) "
NAME = rf"(?:{PARTICLES})?[A-ZÀ-Þ][\wÀ-ÿ'’-]*[a-zà-ÿ]"
INITIALS = r"(?:,? (?:[A-Z]\.[ -]?)+)?"
AUTHOR = r"(?:(?:[A-Z]\. ?)+)?" + NAME + INITIALS  # initials before the family name or after it
YEAR = r"(?:1[89]|20)\d\d"
CITATION = re.compile(
    rf"(?<![\w.-])\*?(?P<first>{NAME})\*?{INITIALS}"  # the first author: a family name, perhaps with initials
    rf"(?P<others>(?:(?:,? (?:&|and) |, ){AUTHOR})*(?:,? et al\.?)?)"
    rf"(?: \(eds?\.?\))?,? \(?(?P<years>{YEAR}(?:, {YEAR}(?![\d-]))*)(?![\d/-]*\d)"
)
MONTHS = set(calendar.month_name[1:])
LETTERS = str.maketrans({"ø": "o", "å": "a", "ß": "ss"})


@dataclass(frozen=True)
class Entry:
    """An entry of a bibliography: its kind, its key and its fields with their braces taken off."""

    kind: str
    key: str
    fields: dict[str, str]

    @property
    def family(self):
        """Family name of the first author or editor, or the name of the organisation, as `plain` gives it."""
        people = self.fields.get("author") or self.fields["editor"]
        return plain(people.split(" and ")[0].split(",")[0])


def plain(name):
    """Return a name in lower case without accents, signs and spaces.

    >>> plain("Hörner"), plain("Crisman-Cox"), plain("van Houwelingen")
    ('horner', 'crismancox', 'vanhouwelingen')
    """
    bare = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    return re.sub(r"[^a-z]", "", bare)


def untexed(text):
    r"""Return the value of a field without braces and TeX accents.

    >>> untexed(r"{\"O}berg, H{\aa}vard and Mat{\v{e}}jka")
    'Oberg, Havard and Matejka'
    """
    text = re.sub(r"\\(?:aa)\b ?", "a", text)
    text = re.sub(r"\\o\b ?", "o", text)
    text = re.sub(r"\\[\"'`^~=.]|\\[cvHuk](?=\{)", "", text)
    return re.sub(r"[{}]", "", text).replace("\\&", "&")


def entries(text):
    """Return the entries of a BibTeX file, in order."""
    found = []
    for match in re.finditer(r"^@(\w+)\{(\w+),\n(.*?)^\}$", text, re.MULTILINE | re.DOTALL):
        fields = dict(re.findall(r"^\s*(\w+)\s*= \{(.*)\},?$", match[3], re.MULTILINE))
        found.append(Entry(match[1].lower(), match[2], {k: untexed(v) for k, v in fields.items()}))
    return found


def citations(text):
    """Yield (family name of the first author, year, the words) of every citation in a text; dates are passed over.

    >>> [c[:2] for c in citations("Fearon, J. D. (1995) and (Abreu & Gul 2000; Signorino 1999, 2003), 1 May 2001.")]
    [('Fearon', '1995'), ('Abreu', '2000'), ('Signorino', '1999'), ('Signorino', '2003')]
    """
    for match in CITATION.finditer(re.sub(r"\s+", " ", text)):
        if MONTHS.isdisjoint(re.findall(r"\w+", match[0])):
            for year in re.findall(YEAR, match["years"]):
                yield re.sub(r"['’]s?$", "", match["first"]), year, match[0]
