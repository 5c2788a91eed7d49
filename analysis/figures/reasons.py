"""Why numbers of a table are missing, as a sentence under a figure or as cells for a paper."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.figures.look import Look
from analysis.figures.words import word_basis, word_reason

#: The columns of a verdict, as the measures give it.
VERDICT = ("status", "reason_code", "reason_values")


def status_line(table: pd.DataFrame, look: Look, heading: str, *, prefix: str = "") -> str:
    """Sum up why a column of estimates has gaps, as one sentence; empty if it has none.

    Parameters
    ----------
    table : DataFrame
        A result table with the columns status, reason_code and reason_values.
    look : Look
        Language.
    heading : str
        Key of the label that opens the sentence.
    prefix : str
        Before the names of the three columns, such as ``p_``.

    Examples
    --------
    >>> look = Look({}, {}, {}, {}, language="en")
    >>> table = pd.DataFrame({"status": ["ok", "not_estimable"],
    ...     "reason_code": ["", "one_document_dispersion"], "reason_values": ""})
    >>> status_line(table, look, "status_interval")
    'No intervals: one document only (1 of 2).'
    """
    refused = table[table[f"{prefix}status"] != "ok"]
    if refused.empty:
        return ""
    told = []
    for reason, n in _sentences(refused, look, prefix).value_counts().items():
        of = {"de": "von", "en": "of"}[look.language]
        part = f" ({look.number(n)} {of} {look.number(len(table))})" if n < len(table) else ""
        told.append(f"{reason}{part}")
    return f"{look.word(heading)} {'; '.join(told)}."


def word_reasons(
    table: pd.DataFrame, look: Look, *, prefixes: Sequence[str] = ("",)
) -> pd.DataFrame:
    """Say status, reason and rests_on of every row in the figure's language, for a paper.

    Parameters
    ----------
    table : DataFrame
        A result table.
    look : Look
        Language.
    prefixes : sequence of str
        Before the names of the columns of each verdict.

    Returns
    -------
    DataFrame
        The table, with the sentence in a column reason in the place of reason_code and
        reason_values.

    Examples
    --------
    >>> look = Look({}, {}, {}, {}, language="de")
    >>> table = pd.DataFrame({"status": ["not_estimable"],
    ...     "reason_code": ["one_document_dispersion"], "reason_values": ""})
    >>> word_reasons(table, look).iloc[0].to_dict()
    {'status': 'nicht schätzbar', 'reason': 'nur ein Dokument'}
    """
    worded = table.copy()
    for prefix in prefixes:
        status, code = f"{prefix}status", f"{prefix}reason_code"
        worded[status] = table[status].map(look.word)
        worded[code] = _sentences(table, look, prefix)
        worded = worded.rename(columns={code: f"{prefix}reason"})
        worded = worded.drop(columns=f"{prefix}reason_values")
    if "rests_on" in table.columns:
        worded["rests_on"] = [word_basis(text, look.language) for text in table["rests_on"]]
    return worded


def _sentences(table: pd.DataFrame, look: Look, prefix: str) -> pd.Series:
    """Give the reason of every row; empty where there is none."""
    cells = zip(table[f"{prefix}reason_code"], table[f"{prefix}reason_values"], strict=True)
    told = [word_reason(code, values, look.language) if code else "" for code, values in cells]
    return pd.Series(told, index=table.index, dtype="str")
