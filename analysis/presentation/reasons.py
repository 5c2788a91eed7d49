"""Why a number is missing, in the language of the figure; the measures say it in English."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from analysis.errors import TableError
from analysis.presentation.look import Look

#: Pattern of a reason -> German, English. What a group of the pattern caught is put in.
REASONS: dict[str, tuple[str, str]] = {
    r"a bootstrap interval needs (\d+) clusters of documents a group;"
    r" target (\d+), reference (\d+)": (
        "ein Bootstrap braucht {0} Dokumente je Gruppe, hier sind es {1} und {2}",
        "a bootstrap needs {0} documents a group, here they are {1} and {2}",
    ),
    r"the smallest p-value that these documents can give is ([\d.e-]+), above ([\d.]+)": (
        "der kleinste, den diese Dokumente geben können, ist {0} (über {1})",
        "the smallest that these documents can give is {0} (above {1})",
    ),
    r"the term is in too few documents: even all on one side would not give p <= .05": (
        "der Term steht in zu wenigen Dokumenten",
        "the term is in too few documents",
    ),
    r"no relabelling changes the term's frequency": (
        "kein Tausch der Ereignisse ändert die Häufigkeit",
        "no exchange of events changes the frequency",
    ),
    r"the term does not occur in the (?:target|reference): no interval from resampling": (
        "der Term fehlt in einem Ereignis",
        "the term is missing in one event",
    ),
    r"the term does not occur": ("der Term kommt nicht vor", "the term does not occur"),
    r"one document only: no dispersion": ("nur ein Dokument", "one document only"),
    r"the node or the collocate does not occur in one of the groups": (
        "Knoten oder Kollokat fehlt in einem Ereignis",
        "node or collocate is missing in one event",
    ),
    r"the pair is seen on one side only: no interval from resampling": (
        "das Paar steht nur in einem Ereignis",
        "the pair is seen in one event only",
    ),
    r"the pair is seen in one of the groups only: no difference": (
        "das Paar steht nur in einem Ereignis",
        "the pair is seen in one event only",
    ),
    r"too many resamples lack the node or the collocate": (
        "Knoten oder Kollokat fehlt in zu vielen Ziehungen",
        "node or collocate is missing in too many resamples",
    ),
    r"a group of one document cannot be split": (
        "ein einzelnes Dokument lässt sich nicht teilen",
        "a single document cannot be split",
    ),
    r"no inference was asked for: scores only": (
        "nur die Maße wurden verlangt",
        "scores only were asked for",
    ),
    r"no outlet occurs in every event: the two cannot be told apart": (
        "kein Medium schreibt über beide Ereignisse",
        "no outlet writes about both events",
    ),
    r"no kind occurs in every event: the two cannot be told apart": (
        "keine Textsorte kommt zu beiden Ereignissen vor",
        "no kind of text occurs with both events",
    ),
    r"no outlet and no kind occurs in every event: the two cannot be told apart": (
        "kein Medium und keine Textsorte kommt zu beiden Ereignissen vor",
        "no outlet and no kind of text occurs with both events",
    ),
    r"the topic takes the same share of every document": (
        "das Thema hat in jedem Dokument denselben Anteil",
        "the topic takes the same share of every document",
    ),
    r"(\d+) segments hold a word of the list, fewer than (\d+)": (
        "nur {0} Segmente enthalten ein Wort der Liste, weniger als {1}",
        "only {0} segments hold a word of the list, fewer than {1}",
    ),
    r"no term stands beside the words of the list more than once": (
        "kein Term steht mehr als einmal neben den Wörtern der Liste",
        "no term stands beside the words of the list more than once",
    ),
    r"one side has no tokens": ("eine Seite ist leer", "one side is empty"),
    r"no term is frequent enough": (
        "kein Term ist häufig genug",
        "no term is frequent enough",
    ),
}


def word_reason(reason: str, look: Look) -> str:
    """Say a reason of the measures in the figure's language.

    Raises
    ------
    TableError
        If it is none of `REASONS`.

    Examples
    --------
    >>> look = Look({}, {}, {}, {}, language="de")
    >>> word_reason("one document only: no dispersion", look)
    'nur ein Dokument'
    """
    for pattern, texts in REASONS.items():
        found = re.fullmatch(pattern, reason)
        if found:
            numbers = [look.number(float(caught)) for caught in found.groups()]
            return texts[0 if look.language == "de" else 1].format(*numbers)
    raise TableError(f"reasons.py: no words for the reason {reason!r}; add it to REASONS")


def status_line(table: pd.DataFrame, look: Look, heading: str, *, prefix: str = "") -> str:
    """Sum up why a column of estimates has gaps, as one sentence; empty if it has none.

    Parameters
    ----------
    table : DataFrame
        A result table with the columns status and reason.
    look : Look
        Language.
    heading : str
        Key of the label that opens the sentence.
    prefix : str
        Before the names of the two columns, such as ``p_``.

    Examples
    --------
    >>> look = Look({}, {}, {}, {}, language="en")
    >>> table = pd.DataFrame({"status": ["ok", "not_estimable"],
    ...     "reason": ["", "one document only: no dispersion"]})
    >>> status_line(table, look, "status_interval")
    'No intervals: one document only (1 of 2).'
    """
    refused = table.loc[table[f"{prefix}status"] != "ok", f"{prefix}reason"]
    if refused.empty:
        return ""
    told = []
    for reason, n in refused.map(lambda text: word_reason(text, look)).value_counts().items():
        of = {"de": "von", "en": "of"}[look.language]
        part = f" ({look.number(n)} {of} {look.number(len(table))})" if n < len(table) else ""
        told.append(f"{reason}{part}")
    return f"{look.word(heading)} {'; '.join(told)}."


def word_reasons(
    table: pd.DataFrame, look: Look, *, prefixes: Sequence[str] = ("",)
) -> pd.DataFrame:
    """Say status and reason of every row in the figure's language, for a table of a paper.

    Examples
    --------
    >>> look = Look({}, {}, {}, {}, language="de")
    >>> table = pd.DataFrame({"status": ["not_estimable"],
    ...     "reason": ["one document only: no dispersion"]})
    >>> word_reasons(table, look).iloc[0].tolist()
    ['nicht schätzbar', 'nur ein Dokument']
    """
    worded = table.copy()
    for prefix in prefixes:
        status, reason = f"{prefix}status", f"{prefix}reason"
        worded[status] = table[status].map(look.word)
        worded[reason] = table[reason].map(lambda text: word_reason(text, look) if text else "")
    return worded
