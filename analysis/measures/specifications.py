"""What a specification selects: mentions and tokens of each document under a set of choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.inference import FloatArray
from analysis.measures.selection import About, Selection, Tier, select_mentions
from analysis.study.errors import check_known
from analysis.tables.features import Features
from analysis.tables.schema import VOICES, Weight

#: Every choice, in the order in which tables give them.
CHOICES = ("unit", "tier", "weight", "about", "quotations", "headlines", "pooling", "stop_words")
#: Choices that change nothing but the number of tokens that a rate relates to.
OF_RATES = ("stop_words",)
#: Zones that the choice of headlines leaves out: those of articles, and sub-headings.
HEADLINES = ("headline", "subheading")
#: Choices that say which mentions count, and which tokens: arguments of one method each.
_SELECTING = ("unit", "tier", "weight", "about", "quotations", "headlines")
_SIZING = ("weight", "quotations", "headlines", "stop_words")
#: What of a mention is looked at.
_MENTION = ["mention_id", "doc_id", "segment_id", "zone", "frame", "tier", "about"]
_MENTION += ["polarity", "voice", "weight_within", "weight_across"]
#: What is left of it once it is selected; the last ones are named as the measures.
_COUNTED = ["frame", "place", "n", "rate", "share", "net_assertion", "frame_setting"]
_SCORES = {"affirmed": 1.0, "negated": -1.0, "open": 0.0}


@dataclass(frozen=True)
class Evidence:
    """What the documents hold of a claim under one set of choices.

    Attributes
    ----------
    numerator, denominator : ndarray, one number per document
        Their ratio is the measure.
    n_mentions : int
        Mentions that enter the numerator, unweighted.
    """

    numerator: FloatArray
    denominator: FloatArray
    n_mentions: int


def list_specifications(choices: Mapping[str, Sequence[str]], measure: str) -> list[dict[str, str]]:
    """List every combination of the choices that bear on a measure.

    Choices that cannot change the measure keep their first option.

    Returns
    -------
    list of dict
        The first one has the first option of each choice.

    Examples
    --------
    >>> choices = {name: ("in", "out") if name == "stop_words" else ("a",) for name in CHOICES}
    >>> len(list_specifications(choices, "rate")), len(list_specifications(choices, "share"))
    (2, 1)
    """
    check_known("multiverse", choices, what="choice", allowed=CHOICES)
    options = [
        tuple(choices[name])[: None if measure == "rate" or name not in OF_RATES else 1]
        for name in CHOICES
    ]
    return [dict(zip(CHOICES, values, strict=True)) for values in product(*options)]


class Evidences:
    """The open tables, made ready to be asked for the evidence of many specifications.

    Specifications share most of their choices: what one has selected, others look up.
    """

    def __init__(self, features: Features) -> None:
        self.doc_ids = tuple(features.documents["doc_id"])
        places = {doc_id: place for place, doc_id in enumerate(self.doc_ids)}
        mentions, sizes = features.mentions[_MENTION], _token_sizes(features)
        #: With a column for each measure: what a mention counts for in its numerator.
        self._mentions = mentions.assign(
            place=mentions["doc_id"].map(places).astype("int64"),
            rate=1.0,
            share=1.0,
            net_assertion=mentions["polarity"].map(_SCORES).astype(float),
            frame_setting=(mentions["voice"] == "narrator").astype(float),
        )
        self._sizes = sizes.assign(place=sizes["doc_id"].map(places).astype("int64"))
        self._selected = cache(self._select)
        self._sized = cache(self._size)

    def find(self, measure: str, frame: str, choices: Mapping[str, str]) -> Evidence:
        """Find what the documents hold of a measure of a frame under a set of choices."""
        chosen = self._selected(*(choices[name] for name in _SELECTING))
        own = chosen["frame"] == frame
        place, n = chosen["place"][own], chosen["n"][own]
        numerator = self._sum(place, chosen[measure][own] * n)
        if measure == "rate":
            size = self._sized(*(choices[name] for name in _SIZING))
            return Evidence(numerator, size / 1000, len(n))
        if measure == "share":
            place, n = chosen["place"], chosen["n"]
        return Evidence(numerator, self._sum(place, n), int(own.sum()))

    def _select(  # noqa: PLR0917 -- one argument for each of _SELECTING
        self, unit: str, tier: str, weight: str, about: str, quotations: str, headlines: str
    ) -> dict[str, npt.NDArray[Any]]:
        """Select mentions; one array for each of `_COUNTED`, which are asked for often."""
        selection = Selection(cast(Tier, tier), cast(About, about), cast(Weight, weight))
        frames = sorted(set(self._mentions["frame"])) or [""]
        table = select_mentions(self._mentions, frames, selection)
        if quotations == "out":
            table = table[table["voice"] != "direct"]
        if headlines == "out":
            table = table[~table["zone"].isin(HEADLINES)]
        if unit == "segment":
            repeated = table.groupby(["segment_id", "frame"])["mention_id"].transform("size")
            table = table.assign(n=table["n"] / repeated)
        return {name: table[name].to_numpy() for name in _COUNTED}

    def _size(self, weight: str, quotations: str, headlines: str, stop_words: str) -> FloatArray:
        """Sum the tokens of each document that a rate relates to."""
        table = self._sizes
        if quotations == "out":
            table = table[~table["is_quoted"]]
        if headlines == "out":
            table = table[~table["is_headline"]]
        if stop_words == "out":
            table = table[~table["is_stop_word"]]
        return self._sum(table["place"].to_numpy(), table[weight].to_numpy())

    def _sum(self, places: npt.NDArray[np.int64], values: FloatArray) -> FloatArray:
        """Sum values by document, in the order of the table of documents."""
        sums = np.bincount(places, weights=values, minlength=len(self.doc_ids))
        return sums.astype(float)  # of nothing it gives whole numbers


def _token_sizes(features: Features) -> pd.DataFrame:
    """Sum tokens by document and by all that a choice can leave out, for each weight."""
    parts = []
    for voice in VOICES:
        n_stop_words = features.segments[f"n_stop_words_{voice}"]
        others = features.segments[f"n_tokens_{voice}"] - n_stop_words
        for is_stop_word, n in ((True, n_stop_words), (False, others)):
            part = features.segments[["doc_id", "zone", "weight_within", "weight_across"]]
            parts.append(part.assign(n=n, is_quoted=voice == "direct", is_stop_word=is_stop_word))
    sizes = pd.concat(parts, ignore_index=True)
    sizes = sizes.assign(
        is_headline=sizes["zone"].isin(HEADLINES),
        none=sizes["n"].astype(float),
        within=sizes["n"] * sizes["weight_within"],
        across=sizes["n"] * sizes["weight_across"],
    )
    groups = sizes.groupby(["doc_id", "is_quoted", "is_headline", "is_stop_word"], as_index=False)
    return groups[["none", "within", "across"]].sum()
