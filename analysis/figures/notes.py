"""What cannot be claimed, as the lines under a figure of frames."""

from __future__ import annotations

import pandas as pd

from analysis.figures.look import Look
from analysis.figures.reasons import status_line
from analysis.figures.words import word_reason


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
    return " ".join(line for line in lines if line)


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
