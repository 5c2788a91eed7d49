"""Why a number is missing, in the language of the figure; the measures say it in English."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from analysis.figures.look import Look
from analysis.study.errors import TableError

#: Pattern of a reason -> German, English. What a group of the pattern caught is put in.
REASONS: dict[str, tuple[str, str]] = {
    r"a bootstrap interval needs (\d+) clusters of documents a group;"
    r" target (\d+), reference (\d+)": (
        "ein Bootstrap braucht {0} Dokumente je Gruppe, hier sind es {1} und {2}",
        "a bootstrap needs {0} documents a group, here they are {1} and {2}",
    ),
    r"the smallest p-value that these documents can give is ([\d.e-]+), above ([\d.]+)": (
        "der kleinste p-Wert, den diese Dokumente geben können, ist {0} (über {1})",
        "the smallest p-value that these documents can give is {0} (above {1})",
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
    r"every token of a group stands near the node": (
        "in einem Ereignis steht alles beim Knoten",
        "everything in one event stands near the node",
    ),
    r"the pair is seen in one of the groups only: no difference": (
        "das Paar steht nur in einem Ereignis",
        "the pair is seen in one event only",
    ),
    r"the pair is not seen in a group of which some windows are not told": (
        "unter 20 Wörter beim Knoten: nicht veröffentlicht",
        "fewer than 20 words near the node: not published",
    ),
    r"too many resamples lack the pair": (
        "das Paar fehlt in zu vielen Ziehungen",
        "the pair is missing in too many resamples",
    ),
    r"a group of one document cannot be split": (
        "ein einzelnes Dokument lässt sich nicht teilen",
        "a single document cannot be split",
    ),
    r"no inference was asked for: scores only": (
        "nur die Maße wurden verlangt",
        "scores only were asked for",
    ),
    r"(\d+) of (\d+) mentions were coded a second time; a correction needs (\d+)": (
        "{0} von {1} Nennungen sind ein zweites Mal codiert, es braucht {2}",
        "{0} of {1} mentions are coded a second time, it takes {2}",
    ),
    r"agreement needs two coders, came (\d+)": (
        "Übereinstimmung braucht zwei Codierende, hier sind es {0}",
        "agreement takes two coders, here they are {0}",
    ),
    r"no mention has labels of two coders": (
        "keine Nennung ist doppelt codiert",
        "no mention is coded twice",
    ),
    r"only the label '.*' was used: agreement by chance is certain, and none beyond it shows": (
        "nur ein Code kam vor",
        "only one label was used",
    ),
    r"no interval: it needs (\d+) (?:mentions|documents), came (\d+)": (
        "kein Intervall: es braucht {0} Einheiten, hier sind es {1}",
        "no interval: it takes {0} units, here they are {1}",
    ),
    r"no interval: no disagreement was seen; a share of up to ([\d.]+) could have been"
    r" overlooked": (
        "kein Intervall: keine Abweichung gesehen; bis zu {0} könnten übersehen sein",
        "no interval: no disagreement seen; up to {0} could have been overlooked",
    ),
    r"no interval: too many resamples hold one label only": (
        "kein Intervall: zu viele Ziehungen haben nur einen Code",
        "no interval: too many resamples hold one label only",
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
    r"a trend needs (\d+) posts with a mention; came \d+": (
        "ein Verlauf braucht {0} Beiträge mit einer Nennung, hier sind es weniger",
        "a trend needs {0} posts with a mention, here are fewer",
    ),
    r"posts in order without times: no interval of time": (
        "Beiträge ohne Uhrzeit",
        "posts without times",
    ),
    r"outside the posts: no time": (
        "außerhalb der Beiträge",
        "outside the posts",
    ),
    r"no post in the interval": ("kein Beitrag in dieser Zeit", "no post in this time"),
    r"no token in the posts of the interval": (
        "kein Wort in dieser Zeit",
        "no word in this time",
    ),
    r"the frame is not mentioned": ("der Frame wird nicht genannt", "the frame is not mentioned"),
    r"the actor does not occur": ("der Akteur kommt nicht vor", "the actor does not occur"),
    r"the open tables do not say which mentions stand in those sentences": (
        "die offenen Tabellen sagen nicht, welche Nennungen in den Sätzen stehen",
        "the open tables do not say which mentions stand in those sentences",
    ),
    r"together fewer than (\d+) times": (
        "weniger als {0}-mal zusammen",
        "together fewer than {0} times",
    ),
    r"no term is frequent enough": (
        "kein Term ist häufig genug",
        "no term is frequent enough",
    ),
    r"no mention to take a share of|no mention of any frame": (
        "keine Nennung",
        "no mention",
    ),
    r"an interval of a rate needs (\d+) documents; there are (\d+)": (
        "das Intervall einer Rate braucht {0} Dokumente, hier sind es {1}",
        "the interval of a rate needs {0} documents, here they are {1}",
    ),
    r"the documents' rates do not vary": (
        "die Raten der Dokumente unterscheiden sich nicht",
        "the documents’ rates do not vary",
    ),
    r"weighted counts are not words to count; ask for documents as units": (
        "gewichtete Häufigkeiten sind keine Wörter, die zu zählen wären",
        "weighted counts are not words to count",
    ),
    r"no token": ("kein Wort", "no token"),
    r"a share of ([\d.]+) mentions \(fewer than (\d+)\) needs its interval": (
        "{0} Nennungen (weniger als {1}), kein Intervall",
        "{0} mentions (fewer than {1}), no interval",
    ),
    r"a correlation needs (\d+) documents; there are (\d+)": (
        "eine Korrelation braucht {0} Dokumente, hier sind es {1}",
        "a correlation needs {0} documents, here they are {1}",
    ),
    r"a value that does not vary has no correlation": (
        "der Wert ist überall gleich",
        "the value does not vary",
    ),
    r"an edge needs (\d+) segments that hold both frames; there are (\d+)": (
        "eine Kante braucht {0} gemeinsame Segmente, hier sind es {1}",
        "an edge needs {0} common segments, here they are {1}",
    ),
    r"(\d+) of (\d+) mentions are not in the narrator's voice: the texts report them": (
        "{0} von {1} Nennungen sind nicht die eigenen Worte der Texte",
        "{0} of {1} mentions are not the texts’ own words",
    ),
    r"no outlet is known to occur in every event: the two cannot be told apart": (
        "von keinem Medium ist bekannt, dass es über beide Ereignisse berichtet",
        "no outlet is known to cover both events",
    ),
    r"no kind is known to occur in every event: the two cannot be told apart": (
        "von keiner Textsorte ist bekannt, dass sie in beiden Ereignissen vorkommt",
        "no kind of text is known to occur in both events",
    ),
    r"no outlet and no kind is known to occur in every event: the two cannot be told apart": (
        "von keinem Medium und keiner Textsorte ist bekannt, dass sie in beiden Ereignissen"
        " vorkommen",
        "no outlet and no kind of text is known to occur in both events",
    ),
    r"the claim compares no events": (
        "die Behauptung vergleicht keine Ereignisse",
        "the claim compares no events",
    ),
    r"(?:one of the events|an event) has nothing to relate to": (
        "ein Ereignis hat nichts zu vergleichen",
        "one event has nothing to compare",
    ),
    r"without one of the documents nothing is left to relate to": (
        "ohne eines der Dokumente bleibt nichts übrig",
        "without one of the documents nothing is left",
    ),
    r"one document only: none can be left out": (
        "nur ein Dokument: keines kann wegbleiben",
        "one document only: none can be left out",
    ),
    r"a group of one document has no spread": (
        "ein Ereignis hat nur ein Dokument",
        "one event has one document only",
    ),
    r"the values do not vary within the groups": (
        "die Werte der Dokumente unterscheiden sich nicht",
        "the documents' values do not vary",
    ),
    r"Wilson, words as units: conditional on these texts": (
        "Wilson, Wörter als Einheiten: bedingt auf diese Texte",
        "Wilson, words as units: conditional on these texts",
    ),
    r"Wilson, mentions as units: conditional on these texts": (
        "Wilson, Nennungen als Einheiten: bedingt auf diese Texte",
        "Wilson, mentions as units: conditional on these texts",
    ),
    r"no mention: one-sided Poisson bound, conditional on these texts": (
        "keine Nennung: einseitige Poisson-Grenze, bedingt auf diese Texte",
        "no mention: one-sided Poisson bound, conditional on these texts",
    ),
    r"Bonett and Price, mentions as units: conditional on these texts": (
        "Bonett und Price, Nennungen als Einheiten: bedingt auf diese Texte",
        "Bonett and Price, mentions as units: conditional on these texts",
    ),
    r"no interval: every document is shown": (
        "kein Intervall: jedes Dokument ist gezeigt",
        "no interval: every document is shown",
    ),
    r"Welch, documents as units": ("Welch, Dokumente als Einheiten", "Welch, documents as units"),
    r"bootstrap of documents": ("Bootstrap der Dokumente", "bootstrap of documents"),
    r"Fisher's z, documents as units": (
        "Fishers z, Dokumente als Einheiten",
        "Fisher’s z, documents as units",
    ),
    r"no interval": ("kein Intervall", "no interval"),
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
    """Say status, reason and rests_on of every row in the figure's language, for a paper.

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
    if "rests_on" in table.columns:
        worded["rests_on"] = table["rests_on"].map(lambda text: word_reason(text, look))
    return worded
