"""How good the coding is: one row per set and layer, from the committed numbers of evaluations."""

from __future__ import annotations

import pandas as pd

from analysis.measures.inference import wilson_interval
from analysis.study.errors import MeasureError

#: What is shown of each source, in this order: layer and metric.
SHOWN = {
    "mentions": (
        *(("frame", "f1"), ("polarity", "accuracy"), ("polarity_harder", "accuracy")),
        *(("voice", "accuracy"), ("speaker", "accuracy"), ("speaker_quoted", "accuracy")),
        *(("about", "accuracy"), ("about_elsewhere", "accuracy")),
    ),
    "quotes": (
        *(("quotes", "f1"), ("speaker", "f1")),
        *(("token_direct", "f1"), ("token_indirect", "f1")),
    ),
}
#: What was never seen comes first: it alone says something of other texts.
ORDER = ("unseen", "scored", "read")
KEYS = ("set", "source", "tier", "seen", "coded_by", "commit", "layer", "metric")
COLUMNS = (*KEYS, "value", "low", "high", "floor", "kappa", "n")


def quality_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row per set and layer of the coding, unseen text first.

    The scores are what `analysis.tables.codings.read_validation` gives.

    Returns
    -------
    DataFrame
        set, source (mentions, quotes), tier, seen (unseen, scored, read), coded_by, commit,
        layer, metric, value, low, high (95 % Wilson interval of an accuracy, mentions as
        units), floor (share of the commonest label), kappa, n (mentions, or articles of
        quotes); empty where it was not noted.

    Raises
    ------
    MeasureError
        If none of the layers is among the scores.

    Examples
    --------
    >>> row = dict.fromkeys(KEYS, "") | {"source": "mentions", "seen": "unseen",
    ...     "layer": "voice", "metric": "accuracy"}
    >>> scores = pd.DataFrame([row | {"value": 0.9, "n": 40.0, "floor": 0.5, "kappa": 0.8}])
    >>> quality_table(scores)[["layer", "value", "n"]].to_dict("records")
    [{'layer': 'voice', 'value': 0.9, 'n': 40.0}]
    """
    ranks = {(source, *one): at for source, shown in SHOWN.items() for at, one in enumerate(shown)}
    keys = zip(scores["source"], scores["layer"], scores["metric"], strict=True)
    rank = pd.Series([ranks.get(key) for key in keys], index=scores.index, dtype="float64")
    table = scores.assign(rank=rank, seen_rank=scores["seen"].map(ORDER.index)).dropna(
        subset="rank"
    )
    if table.empty:
        raise MeasureError(
            "quality_table: no layer of the coding among the scores. "
            "Measure with `gipfel evaluate mentions ... --save NAME`."
        )
    table = table.sort_values(["seen_rank", "source", "set", "rank"], ignore_index=True)
    counted = table["n"].where(table["metric"] == "accuracy")
    known = counted.notna()
    table = table.assign(low=float("nan"), high=float("nan"))
    low, high = wilson_interval(table["value"][known] * counted[known], counted[known])
    table.loc[known, "low"], table.loc[known, "high"] = low, high
    return table[list(COLUMNS)]
