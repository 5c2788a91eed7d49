"""Which mentions count, and how much: one place that every measure on mentions asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.study.errors import MeasureError, check_known
from analysis.tables.schema import WEIGHTS, Weight

Tier = Literal["core", "core_near"]
About = Literal["event", "all"]
TIERS: dict[str, tuple[str, ...]] = {"core": ("core",), "core_near": ("core", "near")}
ABOUT: dict[str, tuple[str, ...]] = {"event": ("event",), "all": ("event", "other")}
SIZES = ("n_tokens", "n_words", "n_words_file")
#: Sizes that hold words outside segments, which no weight of repeats reaches.
UNWEIGHTED_SIZES = ("n_words_file",)


@dataclass(frozen=True)
class Selection:
    """Which mentions count, and how repeats do.

    Attributes
    ----------
    tier : str
        core: the frames' own lexemes; core_near: near ones, too.
    about : str
        event: only mentions that speak of the event; all.
    weight : str
        none: each mention counts 1; within, across: 1 over the size of the group of
        repeats that its segment belongs to, in the document or over all documents.

    Examples
    --------
    >>> Selection(tier="cor")
    Traceback (most recent call last):
    analysis.study.errors.MeasureError: Selection: unknown tier 'cor'. Allowed: core, core_near.
    Did you mean 'core'?
    """

    tier: Tier = "core"
    about: About = "all"
    weight: Weight = "none"

    def __post_init__(self) -> None:
        for what, allowed in (("tier", TIERS), ("about", ABOUT), ("weight", WEIGHTS)):
            check_known("Selection", [getattr(self, what)], what=what, allowed=allowed)


#: What counts unless something else is asked for: every core mention, once.
CORE = Selection()


def select_mentions(
    mentions: pd.DataFrame, frames: Sequence[str], selection: Selection
) -> pd.DataFrame:
    """Choose the mentions of some frames that count.

    Returns
    -------
    DataFrame
        The rows chosen, sorted by mention_id, with n (1, or the weight of repeats) and n_raw (1).

    Raises
    ------
    MeasureError
        If no frame is given, or one twice.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> mentions = read_features().mentions
    >>> len(select_mentions(mentions, ["Deal"], Selection()))
    15
    >>> len(select_mentions(mentions, ["Deal"], Selection(about="event")))
    14
    """
    if not frames or len(set(frames)) < len(frames):
        raise MeasureError(
            f"select_mentions: wanted one frame or more, each once; came {list(frames)}"
        )
    chosen = mentions[
        mentions["frame"].isin(frames)
        & mentions["tier"].isin(TIERS[selection.tier])
        & mentions["about"].isin(ABOUT[selection.about])
    ].sort_values("mention_id", ignore_index=True)
    return chosen.assign(n=weights_of(chosen, selection.weight), n_raw=1)


def weights_of(table: pd.DataFrame, weight: Weight) -> pd.Series:
    """Return what each row of segments or mentions counts as: whole numbers without a weight.

    Examples
    --------
    >>> table = pd.DataFrame({"weight_within": [0.5, 1.0], "weight_across": [0.5, 0.5]})
    >>> weights_of(table, "none").tolist(), weights_of(table, "across").tolist()
    ([1, 1], [0.5, 0.5])
    """
    check_known("measures", [weight], what="weight", allowed=WEIGHTS)
    if weight == "none":
        return pd.Series(1, index=table.index, dtype="int64")
    return table[f"weight_{weight}"].astype("float64")


def sizes_of(documents: pd.DataFrame, size: str, selection: Selection) -> pd.Series:
    """Return the size of each document, weighted as the mentions are.

    Raises
    ------
    MeasureError
        If the size is unknown, or no weight reaches it.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> documents = read_features().documents
    >>> int(sizes_of(documents, "n_words_file", Selection()).sum())
    7144
    """
    check_known("sizes_of", [size], what="size", allowed=SIZES)
    if selection.weight != "none" and size in UNWEIGHTED_SIZES:
        raise MeasureError(
            f"sizes_of: {size!r} counts words outside segments, too, which no weight of "
            f"repeats reaches; came weight {selection.weight!r}. Relate to n_tokens or n_words."
        )
    column = size if selection.weight == "none" else f"{size}_{selection.weight}"
    sizes: pd.Series = documents.set_index("doc_id")[column].sort_index()
    return sizes
