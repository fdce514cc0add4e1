"""The cards of the derived tables: definition, sources beyond those of a case table, and known differences.

`DIFFERENCES` lists where a figure is not the one that was computed independently from the same files, and why. A test
checks both figures.
"""

from __future__ import annotations

from peacetalks.evidence.case_tables import SOURCES

DRAWN_FROM: dict[str, tuple[str, ...]] = {
    "shares.csv": (
        "ethprio-ceasefires",
        "ucdp-acd",
        "ucdp-termination-conflict",
        "ucdp-peace-agreements",
        "cwm",
        "icb",
        "icb-core",
        "cow-interstate-wars",
        "gml-mid",
        "ties",
        "gjp",
    ),
    "curves.csv": (
        "ethprio-ceasefires",
        "fortna-spells",
        "ucdp-peace-agreements",
        "pax",
        "cwm",
        "ucdp-acd",
        "ucdp-termination-conflict",
        "cow-interstate-wars",
        "cow-majors",
        "icb",
        "icb-core",
    ),
    "lengths.csv": (
        "ethprio-ceasefires",
        "cow-interstate-wars",
        "cwm",
        "icb",
        "icb-core",
        "pax",
        "fortna-spells",
        "ucdp-peace-agreements",
        "ucdp-termination-conflict",
    ),
    "trial.csv": ("ucdp-termination-conflict", "ucdp-acd", "cow-majors"),
    "conflict_years.csv": (
        "ucdp-acd",
        "ucdp-termination-conflict",
        "cow-majors",
        "conflict-deaths",
        "nmc",
        "cwm",
        "icb",
        "icb-actors",
        "pax",
        "ethprio-ceasefires",
    ),
    "conflict_acts.csv": ("cwm", "icb", "icb-actors", "pax", "ethprio-ceasefires", "ucdp-acd"),
    "cameo_codes.csv": ("cameo-codes",),
}

DEFINITIONS: dict[str, str] = {
    "curves.csv": "Cumulative incidence of `event` by `days` after the start (Aalen-Johansen; ends of other kinds "
    "compete, except for ceasefires, where they are censored), 95 % interval on the log(-log) scale. "
    "Ceasefires also have bounds: 'terminated, lower bound' is the share of all ceasefires that a "
    "party is recorded to have ended by then (half have no known fate); 'terminated, upper bound' adds "
    "every ceasefire of unknown fate; 'any end, of known fate' is the share of those of known fate that "
    "had ended in any way, expiry and renewal included. 'intensity=war' starts on the 1 January after "
    "the first calendar year of 1,000 deaths. 'conflict active again' is by calendar year: day 365 k "
    "stands for within k calendar years of the end. Crises: days are the coders' length. 'first effort' "
    "is days from the start of an episode of civil war to its first mediation (an end without one "
    "competes). 'episode over' is days from the end of an effort to that of its episode, ended episodes "
    "only (biased up); ends up to 30 days before the effort's own end count as day 0. Empty = not "
    "followed that long. Agreements that ended on an unknown day are interval-censored (Turnbull 1976): their mass "
    "is spread over the days on which others ended; `at_risk` counts cases known to be followed past the day.",
    "shares.csv": "Share of finished cases by how they ended, with Wilson 95 % interval; cases of unknown ending left "
    "out. Classes may rest on what was known only afterwards ('1,000 deaths in some year', mediation of "
    "a crisis): they describe the past and are no classes for a forecast. 'civil-war episodes linked to "
    "a UCDP ending': the mediation data's episode and the UCDP episode of the same state ended within "
    "45 days of each other. 'forecasting questions, came true': questions chosen to be uncertain.",
    "lengths.csv": "Quartiles of lengths in days. Wars, crises, mediation efforts and terminated ceasefires: over "
    "cases whose length is known. Processes, spells, agreements, episodes: the first day on which the "
    "cumulative incidence is at or above the quartile, empty if it does not get there.",
    "trial.csv": "Walk-forward trial on conflict episodes: trained on what was known on 1 January of 1975, 1985, "
    "1995, 2005 and 2015, forecast for episodes that began in the ten years after, peace / nowhere / more conflict at "
    "`months`. `brier` is the multi-category Brier score (0 to 2), `skill` 1 minus its ratio to the score "
    "of all past episodes (climatology), low and high 95 % by bootstrap over states. That an era began in 1990 "
    "was put into the regression knowing history; cuts before 1990 cannot use it.",
    "conflict_years.csv": "Episodes of armed conflict by calendar year of activity, as known on 31 December of it. "
    "`over`: known to have ended by then (`end`, `ending`), so that no forecast would be made. An end in low activity "
    "is known only a calendar year later, and such a row is marked `quiet`. `out12` and `out24` are the outcomes "
    "one and two years after, null beyond the coded endings. `talks`: a mediation, signed text or two-sided ceasefire "
    "recorded in the twelve months before; not recorded counts as closed, also where the datasets do not reach. "
    "`ceasefires` declared in the three years before and `truce` are null outside 1989 to 2020 and between states. "
    "`deaths` (civil conflicts to 2019), `population` (persons) and `capability` (CINC; both the latest of up to five "
    "years before) are null where not recorded. Empty cells of name, cluster, war_type, incompatibility, sides, start "
    "and previous: as in the row before.",
    "conflict_acts.csv": "Mediations, signed texts and ceasefires by UCDP conflict and day (`day` to `last`); `talks`: "
    "it says that the parties talked. Ceasefires have the first day in force (`effect`), the end where recorded, "
    "whether they were still on when coverage ended, and whether they are of both sides and not limited (`whole`).",
    "cameo_codes.csv": "Codes of the CAMEO scheme and the acts they stand for: `name` in the numbering of the ICEWS "
    "tables where these have the code, else in that of version 1.1b3; `other` where version 1.1b3 gives the number to "
    "another act. Roots and codes of version 1.1b3 are from its codebook (Schrodt 2012); scores are left out.",
    "cases_ceasefires.csv": "Ceasefires with an exact first day. Codes are those of the card of "
    "ethprio-ceasefires. `ended_by` is the end of coverage for those that a party ended on an unknown day; `previous` "
    "counts earlier ceasefires of the conflict.",
    "cases_spells.csv": "Peace after civil wars; `end` is the day on which war resumed.",
    "cases_agreements.csv": "Peace agreements; `end` is the day from which one is coded as no longer in force, "
    "`ended_by` the end of coverage for those that ended on an unknown day after the signature.",
    "cases_processes.csv": "Peace processes from first pre-negotiation or ceasefire text to first partial or "
    "comprehensive text; `level` is that of the first text. Only processes that produced a "
    "text: optimistic. Processes whose substantive text came first have `end` before `start` "
    "and are left out of curves.",
    "cases_mediations.csv": "Mediation efforts in civil wars; `end` of known day only, `ending` over = it ended that "
    "day (what came of it is not coded). `earlier` counts efforts of the same episode (state, "
    "opposition, first day) that began before.",
    "cases_episodes.csv": "Conflict episodes; `war_year` first year of 1,000 battle deaths, `resumed` first later "
    "year of activity of the same conflict, to 2024. `major_power`: one is a primary party in "
    "the first year. Codes: card of ucdp-termination-conflict.",
    "cases_wars.csv": "Interstate wars of 1,000 or more battle deaths. `major_power`: one took part on the first day.",
    "cases_crises.csv": "International crises; `tension` = crisis among the same parties within five years, `length` "
    "the coders' length in days (where they give none: dates, first and last day counted). "
    "Codes: card of icb.",
    "cases_sanctions.csv": "Sanctions cases with an outcome (codes of the card of ties; COW state codes).",
}

DIFFERENCES: dict[str, tuple[str, ...]] = {
    "curves.csv": (
        "Processes, substantive text within 1 year: 35.4 %, not 36 %: one process reached its text on day 366.",
        "Agreements ended within 1 and 5 years: 21.5 and 32.7 % of 374, not 21 and 32 % of 368: six that ended on an "
        "unknown day were left out of the other count and are interval-censored here.",
    ),
    "shares.csv": (
        "Sanctions ended at the threat stage: 31.0, 13.0, 39.3 % (target yields fully, negotiated, sender gives up), "
        "not 30, 12, 38 %: 15 cases without imposition carry outcome codes of the imposed stage and are counted here.",
        "Conflict-years of age 2: 82 of 335 = 24.5 %, not 25 %.",
        "Disputes: 17 of unknown settlement are left out (n 2,157, not 2,174).",
        "Mediated episodes linked to a UCDP ending: n 52, agreement 23 %, ceasefire 19 % (not 61, 28, 18); not "
        "mediated: n 141, 4, 9 % (not 154, 4, 9). Here one row is one UCDP ending; the other count's rule for linking "
        "one ending with several mediation episodes is not recorded.",
        "Ceasefires whose conflict is active in the same year and the next: 79.6 % of 1,630 (not 79.5 % of 1,672), by "
        "class 82 % (529), 79 % (226), 67 % (96) (not 81 (562), 80 (235), 67 (94)). Here the actor-row with the "
        "earliest end gives year and conflict; the other choice of row is not recorded.",
        "Ceasefires never in force: 61 of 2,203 = 2.8 % (not 66 = 3 %), again by choice of row.",
        "Intrastate endings of 2010 to 2023 rest on version 4 of the termination data, whose file was not at hand: "
        "not rebuilt.",
    ),
    "lengths.csv": ("Crises: the median of 81 days is that of all crises since 1918; since 1945 it is 76.",),
}


def datasets_of(table: str) -> tuple[str, ...]:
    """Return the datasets that a derived table is made from, by its file name.

    >>> datasets_of("cases_wars.csv")
    ('cow-interstate-wars', 'cow-majors')
    """
    kind = table.removeprefix("cases_").removesuffix(".csv")
    return SOURCES[kind] if table.startswith("cases_") else DRAWN_FROM[table]
