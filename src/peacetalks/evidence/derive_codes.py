"""The codes of the CAMEO scheme, in both numberings that event data sets use.

The ICEWS tables keep the numbering of an early version of the scheme; version 1.1b3 (Schrodt 2012), which GDELT and
Phoenix follow, has further codes and gives a few numbers to other acts (163 is "halt negotiations" in the one and
"impose embargo, boycott, or sanctions" in the other).  The raw file is of ICEWS numbering and has lost leading zeros.

References
----------
Schrodt, P. A. (2012). *CAMEO: Conflict and Mediation Event Observations. Event and Actor Codebook*, version 1.1b3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

ROOTS = (
    "Make public statement",
    "Appeal",
    "Express intent to cooperate",
    "Consult",
    "Engage in diplomatic cooperation",
    "Engage in material cooperation",
    "Provide aid",
    "Yield",
    "Investigate",
    "Demand",
    "Disapprove",
    "Reject",
    "Threaten",
    "Protest",
    "Exhibit force posture",
    "Reduce relations",
    "Coerce",
    "Assault",
    "Fight",
    "Use unconventional mass violence",
)
DAMAGED = {  # names as the raw file prints them -> as they are meant
    "Ease military blocka[-2.0]de": "Ease military blockade",
    "Use chemical, biological, or radiologicalweapons": "Use chemical, biological, or radiological weapons",
    "Express intent allow international involvement (not mediation)": (
        "Express intent to allow international involvement (not mediation)"
    ),
}
FURTHER = {  # codes of version 1.1b3 that the ICEWS tables do not have
    "019": "Express accord",
    "0213": "Appeal for judicial cooperation",
    "0214": "Appeal for intelligence",
    "0251": "Appeal for easing of administrative sanctions",
    "0252": "Appeal for easing of political dissent",
    "0253": "Appeal for release of persons or property",
    "0254": "Appeal for easing of economic sanctions, boycott, or embargo",
    "0255": "Appeal to allow international involvement (not mediation)",
    "0256": "Appeal for de-escalation of military engagement",
    "0313": "Express intent to cooperate on judicial matters",
    "0314": "Express intent to cooperate on intelligence",
    "1011": "Demand economic cooperation",
    "1012": "Demand military cooperation",
    "1013": "Demand judicial cooperation",
    "1014": "Demand intelligence cooperation",
    "1031": "Demand economic aid",
    "1032": "Demand military aid",
    "1033": "Demand humanitarian aid",
    "1034": "Demand military protection or peacekeeping",
    "1051": "Demand easing of administrative sanctions",
    "1052": "Demand easing of political dissent",
    "1053": "Demand release of persons or property",
    "1054": "Demand easing of economic sanctions, boycott, or embargo",
    "1055": "Demand to allow international involvement (not mediation)",
    "1056": "Demand de-escalation of military engagement",
    "116": "Find guilty or liable (legally)",
    "1221": "Reject request for economic aid",
    "1222": "Reject request for military aid",
    "1223": "Reject request for humanitarian aid",
    "1224": "Reject request for military protection or peacekeeping",
    "1241": "Refuse to ease administrative sanctions",
    "1242": "Refuse to ease popular dissent",
    "1243": "Refuse to release persons or property",
    "1244": "Refuse to ease economic sanctions, boycott, or embargo",
    "1245": "Refuse to allow international involvement (not mediation)",
    "1246": "Refuse to de-escalate military engagement",
    "129": "Veto",
    "155": "Mobilize or increase cyber-forces",
    "1661": "Expel or withdraw peacekeepers",
    "1662": "Expel or withdraw inspectors, observers",
    "1663": "Expel or withdraw aid agencies",
    "176": "Attack cybernetically",
    "1834": "Carry out location bombing",
    "1951": "Employ precision-guided aerial munitions",
    "1952": "Employ remotely piloted aerial munitions",
}
OTHERWISE = {  # codes that stand for another act in version 1.1b3 than in the ICEWS tables
    "016": "Deny responsibility",
    "018": "Make empathetic comment",
    "021": "Appeal for material cooperation",
    "0211": "Appeal for economic cooperation",
    "0212": "Appeal for military cooperation",
    "0353": "Express intent to release persons or property",
    "0354": "Express intent to ease economic sanctions, boycott, or embargo",
    "0355": "Express intent to allow international involvement (not mediation)",
    "0356": "Express intent to de-escalate military engagement",
    "101": "Demand material cooperation",
    "105": "Demand that target yields",
    "106": "Demand meeting, negotiation",
    "107": "Demand settling of dispute",
    "108": "Demand mediation",
    "121": "Reject material cooperation",
    "1211": "Reject economic cooperation",
    "1212": "Reject military cooperation",
    "124": "Refuse to yield",
    "125": "Reject proposal to meet, discuss, or negotiate",
    "126": "Reject mediation",
    "127": "Reject plan, agreement to settle dispute",
    "128": "Defy norms, law",
    "163": "Impose embargo, boycott, or sanctions",
    "164": "Halt negotiations",
    "166": "Expel or withdraw",
}


def full_code(number: str) -> str:
    """Return a code with the leading zero that a spreadsheet took off; of the raw file, where roots stand apart.

    >>> full_code("12"), full_code("211"), full_code("1211")
    ('012', '0211', '1211')
    """
    return f"0{number}" if len(number) < 3 or int(number[:2]) > len(ROOTS) else number


def code_rows(raw: pl.DataFrame) -> list[dict[str, str | None]]:
    """Return the rows of the table of codes: code, name, and its other meaning in version 1.1b3 or nothing."""
    names = {f"{k:02d}": name for k, name in enumerate(ROOTS, 1)}
    for number, name in raw.select("code", "name").iter_rows():
        if len(number) > 1:  # the one root in the file
            names[full_code(number)] = DAMAGED.get(" ".join(name.split()), " ".join(name.split()))
    names = FURTHER | names
    return [{"code": code, "name": names[code], "other": OTHERWISE.get(code)} for code in sorted(names)]
