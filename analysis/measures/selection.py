"""Which mentions count, and how much: one place that every measure on mentions asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.study.errors import MeasureError, unknown
from analysis.tables.schema import WEIGHTS, Weight

Tier = Literal["core", "core_near"]
Target = Literal["summit", "all"]
TIERS: dict[str, tuple[str, ...]] = {"core": ("core",), "core_near": ("core", "near")}
TARGETS: dict[str, tuple[str, ...]] = {"summit": ("summit",), "all": ("summit", "other")}
SIZES = ("n_tokens", "n_words", "n_words_file")
#: Sizes that hold words outside segments, which no weight of repeats reaches.
UNWEIGHTED_SIZES = ("n_words_file",)
#: What a row of counts is of: a document, an event's documents together, all documents.
UNITS = ("document", "pooled", "corpus")


@dataclass(frozen=True)
class Selection:
    """Which mentions count, and how repeats do.

    Attributes
    ----------
    tier : str
        core: the frames' own lexemes; core_near: near ones, too.
    target : str
        summit: only mentions that speak of the summit; all.
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
    target: Target = "all"
    weight: Weight = "none"

    def __post_init__(self) -> None:
        for what, allowed in (("tier", TIERS), ("target", TARGETS), ("weight", WEIGHTS)):
            if getattr(self, what) not in allowed:
                raise MeasureError(f"Selection: {unknown(what, getattr(self, what), allowed)}")


def select_mentions(
    mentions: pd.DataFrame, frames: Sequence[str], selection: Selection
) -> pd.DataFrame:
    """Choose the mentions that count.

    Parameters
    ----------
    mentions : DataFrame
        Open table.
    frames : sequence of str
        Ids of frames; mentions of others are left out.
    selection : Selection
        Tier, target, weight.

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
    >>> len(select_mentions(mentions, ["Deal"], Selection(target="summit")))
    14
    """
    if not frames or len(set(frames)) < len(frames):
        raise MeasureError(
            f"select_mentions: wanted one frame or more, each once; came {list(frames)}"
        )
    chosen = mentions[
        mentions["frame"].isin(frames)
        & mentions["tier"].isin(TIERS[selection.tier])
        & mentions["target"].isin(TARGETS[selection.target])
    ].sort_values("mention_id", ignore_index=True)
    return chosen.assign(n=weights_of(chosen, selection.weight), n_raw=1)


def weights_of(table: pd.DataFrame, weight: Weight) -> pd.Series:
    """Give what each row of segments or mentions counts as: whole numbers without a weight.

    Examples
    --------
    >>> table = pd.DataFrame({"weight_within": [0.5, 1.0], "weight_across": [0.5, 0.5]})
    >>> weights_of(table, "none").tolist(), weights_of(table, "across").tolist()
    ([1, 1], [0.5, 0.5])
    """
    if weight not in WEIGHTS:
        raise MeasureError(f"measures: {unknown('weight', weight, WEIGHTS)}")
    if weight == "none":
        return pd.Series(1, index=table.index, dtype="int64")
    return table[f"weight_{weight}"].astype("float64")


def count_by_unit(
    chosen: pd.DataFrame,
    documents: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    *,
    units: Sequence[str] = UNITS,
) -> pd.DataFrame:
    """Count mentions by document, by event, and in all documents.

    Parameters
    ----------
    chosen : DataFrame
        What `select_mentions` gives, with a column for each key.
    documents : DataFrame
        Open table; a document without a mention counts 0.
    keys : mapping of column to values
        What is counted apart, such as frame and polarity; every combination has a row.
    units : sequence of str
        Which of `UNITS`.

    Returns
    -------
    DataFrame
        Long, sorted by the keys in their order, unit, event, document: the keys, event
        (empty: all events), unit, doc_id (empty but for documents), n (weighted), n_raw.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> f = read_features()
    >>> chosen = select_mentions(f.mentions, ["Deal"], Selection(weight="within"))
    >>> count_by_unit(chosen, f.documents, {"frame": ["Deal"]}, units=["corpus"])
      frame event    unit doc_id     n  n_raw
    0  Deal        corpus         14.5     15
    """
    known = documents.sort_values("doc_id")[["doc_id", "event"]]
    grid = pd.MultiIndex.from_product([*keys.values(), known["doc_id"]], names=[*keys, "doc_id"])
    sums = chosen.groupby([*keys, "doc_id"])[["n", "n_raw"]].sum().reindex(grid, fill_value=0)
    single = sums.reset_index().merge(known, on="doc_id", validate="many_to_one")
    names = list(keys)
    tables = {
        "document": single,
        "pooled": _add_up(single, [*names, "event"]).assign(doc_id=""),
        "corpus": _add_up(single, names).assign(event="", doc_id=""),
    }
    table = pd.concat([tables[unit].assign(unit=unit) for unit in units], ignore_index=True)
    order = [*names, "unit", "event", "doc_id"]
    places = {name: {value: i for i, value in enumerate(keys[name])} for name in names}
    places["unit"] = {unit: i for i, unit in enumerate(UNITS)}
    table = table.sort_values(
        order,
        key=lambda column: column.map(places[column.name]) if column.name in places else column,
        ignore_index=True,
    )
    kind = "int64" if pd.api.types.is_integer_dtype(chosen["n"]) else "float64"
    columns = [*names, "event", "unit", "doc_id", "n", "n_raw"]
    texts = dict.fromkeys(columns[:-2], "str")
    return table[columns].astype({**texts, "n": kind, "n_raw": "int64"})


def _add_up(single: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return single.groupby(by, as_index=False)[["n", "n_raw"]].sum()


def sizes_of(documents: pd.DataFrame, size: str, selection: Selection) -> pd.Series:
    """Give the size of each document, weighted as the mentions are.

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
    if size not in SIZES:
        raise MeasureError(f"sizes_of: {unknown('size', size, SIZES)}")
    if selection.weight != "none" and size in UNWEIGHTED_SIZES:
        raise MeasureError(
            f"sizes_of: {size!r} counts words outside segments, too, which no weight of "
            f"repeats reaches; came weight {selection.weight!r}. Relate to n_tokens or n_words."
        )
    column = size if selection.weight == "none" else f"{size}_{selection.weight}"
    sizes: pd.Series = documents.set_index("doc_id")[column].sort_index()
    return sizes


def totals_of(table: pd.DataFrame, of: Iterable[str]) -> pd.Series:
    """Add up n over all keys but those named, within each unit: what shares relate to.

    Examples
    --------
    >>> table = pd.DataFrame({"frame": ["A", "B"], "event": "x", "unit": "pooled",
    ...     "doc_id": "", "n": [3, 1]})
    >>> totals_of(table, []).tolist()
    [4, 4]
    """
    return table.groupby([*of, "event", "unit", "doc_id"])["n"].transform("sum")


def stamp(table: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Write beside every row which mentions it counts.

    Examples
    --------
    >>> stamp(pd.DataFrame({"n": [1]}), Selection())
       n  tier target weight
    0  1  core    all   none
    """
    return table.assign(
        tier=selection.tier, target=selection.target, weight=selection.weight
    ).astype({"tier": "str", "target": "str", "weight": "str"})
