"""Claims and choices of the multiverse in words: what a curve says, tables for a paper."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.figures.look import Look
from analysis.figures.reasons import status_line, word_reasons
from analysis.figures.words import word_reason
from analysis.study.design import Claim

#: How many decimal places the texts of a curve have.
DIGITS = 2


def choice_word(choice: str, look: Look) -> str:
    """Name a choice.

    Examples
    --------
    >>> choice_word("quotations", Look({}, {}, {}, {}, language="en"))
    'quotations'
    """
    return look.word(f"choice_{choice}")


def option_word(choice: str, option: str, look: Look) -> str:
    """Name an option so that it needs no heading.

    Examples
    --------
    >>> option_word("quotations", "out", Look({}, {}, {}, {}, language="en"))
    'without quotations'
    """
    return look.word(f"option_{choice}_{option}")


def estimate_word(claim: Claim, look: Look) -> str:
    """Say what the estimates of a claim are: a difference, or the distance from a value.

    Examples
    --------
    >>> claim = Claim(id="c", label="c", measure="net_assertion", frame="Deal")
    >>> estimate_word(claim, Look({}, {}, {}, {}, language="en"))
    'net assertion: distance from 0'
    """
    if claim.higher_in:
        return look.word(f"difference_{claim.measure}")
    return look.word(f"distance_{claim.measure}").format(look.number(claim.against))


def claim_message(row: Mapping[Hashable, Any], look: Look) -> str:
    """Say in how many specifications a claim holds, from where to where, and what moves it.

    Parameters
    ----------
    row : mapping
        A row of the claims of a multiverse: n_specifications, n_estimable, lowest, median,
        highest, share_same_sign, most_moving, spread.
    look : Look
        Language.

    Examples
    --------
    >>> row = {"n_specifications": 4, "n_estimable": 4, "share_same_sign": 0.75, "lowest": -0.1,
    ...     "median": 0.2, "highest": 0.5, "most_moving": "tier", "spread": 0.3}
    >>> claim_message(row, Look({}, {}, {}, {}, language="en"))
    'Holds in 3 of 4 specifications (75 %): −0.10 to 0.50, median 0.20. Moved most by: tier (0.30).'
    """
    share, n = row["share_same_sign"], row["n_estimable"]
    counts = (round(share * n), n, math.floor(share * 100 + 1e-9))
    levels = [row[name] for name in ("lowest", "highest", "median")]
    said = look.word("claim_holds").format(
        *(look.number(count) for count in counts),
        *(look.number(level, digits=DIGITS) for level in levels),
    )
    if math.isnan(row["spread"]) or not row["most_moving"]:
        return said
    moving = choice_word(row["most_moving"], look)
    told = look.word("moved_most").format(moving, look.number(row["spread"], digits=DIGITS))
    return f"{said} {told}"


def p_value_line(row: Mapping[Hashable, Any], look: Look) -> str:
    """Give the p-value of a claim over all specifications, or why there is none.

    Examples
    --------
    >>> row = {"status": "not_estimable", "reason_code": "no_events_compared", "reason_values": ""}
    >>> p_value_line(row, Look({}, {}, {}, {}, language="en"))
    'No p-value: the claim compares no events.'
    """
    if row["status"] != "ok":
        why = word_reason(row["reason_code"], row["reason_values"], look.language)
        return f"{look.word('status_one_p_value')} {why}."
    numbers = (look.number(row[name], digits=3) for name in ("p_value", "p_floor"))
    return look.word("p_of_median").format(*numbers)


def missing_line(specifications: pd.DataFrame, look: Look) -> str:
    """Say how many specifications of a claim cannot be estimated, and why; empty if all can."""
    return status_line(specifications, look, "status_specifications")


def word_claims(table: pd.DataFrame, claims: Sequence[Claim], look: Look) -> pd.DataFrame:
    """Say the codes in a table of claims or choices in the figure's language, for a paper.

    Parameters
    ----------
    table : DataFrame
        Columns claim and, where it has them, choice, option, most_moving, status, reason_code,
        reason_values.
    claims : sequence of Claim
        Whose labels are put for their ids.
    look : Look
        Language.

    Examples
    --------
    >>> claim = Claim(id="c", label="Deal: denied", measure="net_assertion", frame="Deal")
    >>> table = pd.DataFrame({"claim": ["c"], "choice": ["tier"], "option": ["core"]})
    >>> word_claims(table, [claim], Look({}, {}, {}, {}, language="en")).iloc[0].tolist()
    ['Deal: denied', 'tier', 'core lexemes']
    """
    names = {claim.id: claim.label.in_language(look.language) for claim in claims}
    worded = table.assign(claim=table["claim"].map(names))
    if "option" in table:
        pairs = zip(table["choice"], table["option"], strict=True)
        worded["option"] = [option_word(choice, option, look) for choice, option in pairs]
    for column in {"choice", "most_moving"} & set(table.columns):
        worded[column] = [choice_word(choice, look) if choice else "" for choice in table[column]]
    return word_reasons(worded, look) if "reason_code" in table else worded
