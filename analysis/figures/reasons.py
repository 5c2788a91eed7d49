"""Why numbers are missing and what cannot be claimed, under a figure or as cells for a paper."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.figures.layout import join
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


def claims_note(differences: pd.DataFrame, look: Look) -> str:
    """Say under a figure of rates or shares what its differences do not carry.

    Parameters
    ----------
    differences : DataFrame
        Of two events; columns unit, and a verdict's three under p_ and under effect_.
    look : Look
        Language.

    Returns
    -------
    str
        That mentions are no claims, that intervals hold for these texts, why there are no
        p-values, and why a difference is not to be called the event's.

    Examples
    --------
    >>> table = pd.DataFrame({"unit": ["mean"], "p_status": ["ok"], "p_reason_code": "",
    ...     "p_reason_values": "", "effect_status": "not_estimable",
    ...     "effect_reason_code": "no_common_outlet", "effect_reason_values": ""})
    >>> claims_note(table, Look({}, {}, {}, {}, language="en")).split(". ")[-1]
    'Not to be ascribed to the events: no outlet is known to cover both events.'
    """
    means = differences[differences["unit"] == "mean"]
    lines = [look.word("mentions_no_claims"), look.word("intervals_conditional")]
    lines.append(status_line(means, look, "status_p_value", prefix="p_"))
    lines.append(status_line(means, look, "status_effect", prefix="effect_"))
    return join(lines)


def voices_note(setting: pd.DataFrame, look: Look) -> str:
    """Say under the figure of voices whose words these are, and what follows from it.

    Parameters
    ----------
    setting : DataFrame
        Columns measure, unit, doc_id, n_raw, n_mentions, as of the frame-setting index.
    look : Look
        Language.

    Examples
    --------
    >>> table = pd.DataFrame({"measure": "frame_setting", "unit": ["document", "corpus"],
    ...     "doc_id": ["a", ""], "n_raw": [1, 1], "n_mentions": [4, 4]})
    >>> voices_note(table, Look({}, {}, {}, {}, language="en")).split(". ")[1]
    '3 of 4 mentions are not the texts’ own words: this does not carry “the media framed”'
    """
    own = setting[(setting["measure"] == "frame_setting") & (setting["unit"] == "corpus")]
    total, narrator = int(own["n_mentions"].sum()), int(own["n_raw"].sum())
    n_documents = setting.loc[setting["unit"] == "document", "doc_id"].nunique()
    lines = [look.word("voices_explained")]
    if total > narrator:
        others = f"{total - narrator};{total}"
        told = word_reason("mentions_of_others", others, look.language)
        lines.append(look.word("not_the_media").format(told))
    lines.append(look.word("these_texts").format(look.number(n_documents)))
    return " ".join(lines)
