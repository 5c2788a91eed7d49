"""Verdicts and claims in words: why numbers are missing and what cannot be claimed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.figures.layout import Look
from analysis.figures.words import word_basis, word_reason
from analysis.study.design import Claim

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
    >>> look = Look({}, {}, {}, language="en")
    >>> table = pd.DataFrame({"status": ["ok", "not_estimable"],
    ...     "reason_code": ["", "one_document_dispersion"], "reason_values": ""})
    >>> status_line(table, look, "status_interval")
    'No intervals: one document only (1 of 2).'
    """
    refused = table[table[f"{prefix}status"] != "ok"]
    if refused.empty:
        return ""
    of = {"de": "von", "en": "of"}[look.language]
    counts = pd.Series(_sentences(refused, look, prefix), dtype="str").value_counts()
    told = [
        f"{reason} ({look.number(n)} {of} {look.number(len(table))})" if n < len(table) else reason
        for reason, n in counts.items()
    ]
    return f"{look.word(heading)} {'; '.join(map(str, told))}."


def word_reasons(
    table: pd.DataFrame, look: Look, *, prefixes: Sequence[str] = ("",)
) -> pd.DataFrame:
    """Say status, reason and interval_basis of every row in the figure's language, for a paper.

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
    >>> look = Look({}, {}, {}, language="de")
    >>> table = pd.DataFrame({"status": ["not_estimable"],
    ...     "reason_code": ["one_document_dispersion"], "reason_values": ""})
    >>> word_reasons(table, look).iloc[0].to_dict()
    {'status': 'nicht schätzbar', 'reason': 'nur ein Dokument'}
    """
    worded = table.copy()
    for prefix in prefixes:
        status, code = f"{prefix}status", f"{prefix}reason_code"
        worded[status] = table[status].map(look.word)
        worded[code] = pd.Series(_sentences(table, look, prefix), table.index, dtype="str")
        worded = worded.rename(columns={code: f"{prefix}reason"})
        worded = worded.drop(columns=f"{prefix}reason_values")
    if "interval_basis" in table.columns:
        worded["interval_basis"] = [
            word_basis(text, look.language) for text in table["interval_basis"]
        ]
    return worded


def _sentences(table: pd.DataFrame, look: Look, prefix: str) -> list[str]:
    """Return the reason of every row; empty where there is none."""
    cells = zip(table[f"{prefix}reason_code"], table[f"{prefix}reason_values"], strict=True)
    return [word_reason(code, values, look.language) if code else "" for code, values in cells]


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
    >>> claims_note(table, Look({}, {}, {}, language="en")).split(". ")[-1]
    'Not to be ascribed to the events: no outlet is known to cover both events.'
    """
    means = differences[differences["unit"] == "mean"]
    refused = (
        status_line(means, look, "status_p_value", prefix="p_"),
        status_line(means, look, "status_effect", prefix="effect_"),
    )
    lines = (look.word("mentions_no_claims"), look.word("intervals_conditional"), *refused)
    return " ".join(filter(None, lines))


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
    >>> voices_note(table, Look({}, {}, {}, language="en")).split(". ")[1]
    '3 of 4 mentions are not the texts’ own words: this does not carry “the media framed”'
    """
    own = setting[(setting["measure"] == "frame_setting") & (setting["unit"] == "corpus")]
    total, narrator = int(own["n_mentions"].sum()), int(own["n_raw"].sum())
    lines = [look.word("voices_explained")]
    if total > narrator:
        told = word_reason("mentions_of_others", f"{total - narrator};{total}", look.language)
        lines.append(look.word("not_the_media").format(told))
    n_documents = setting.loc[setting["unit"] == "document", "doc_id"].nunique()
    lines.append(look.word("these_texts").format(look.number(n_documents)))
    return " ".join(lines)


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
    >>> word_claims(table, [claim], Look({}, {}, {}, language="en")).iloc[0].tolist()
    ['Deal: denied', 'tier', 'core lexemes']
    """
    names = {claim.id: claim.label.in_language(look.language) for claim in claims}
    worded = table.assign(claim=table["claim"].map(names))
    if "option" in table:
        pairs = zip(table["choice"], table["option"], strict=True)
        worded["option"] = [look.word(f"option_{choice}_{option}") for choice, option in pairs]
    for column in {"choice", "most_moving"} & set(table.columns):
        words = [look.word(f"choice_{choice}") if choice else "" for choice in table[column]]
        worded[column] = words
    return word_reasons(worded, look) if "reason_code" in table else worded
