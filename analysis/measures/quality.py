"""How good the coding is: one row per layer, from the committed numbers of evaluations."""

from __future__ import annotations

import pandas as pd

from analysis.errors import MeasureError

#: What is shown of each layer, in this order: (source, layer, metric).
SHOWN = (
    ("mentions", "frame", "f1"),
    ("mentions", "polarity", "accuracy"),
    ("mentions", "voice", "accuracy"),
    ("mentions", "speaker", "accuracy"),
    ("mentions", "target", "accuracy"),
    ("quotes", "quotes", "f1"),
    ("quotes", "speaker", "f1"),
    ("quotes", "token_direct", "f1"),
    ("quotes", "token_indirect", "f1"),
)
COLUMNS = ("source", "layer", "metric", "value", "low", "high", "floor", "kappa", "n")


def quality_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Give one row per layer of the coding, with interval, floor and kappa where there are.

    Parameters
    ----------
    scores : DataFrame
        source, layer, metric, value, as `analysis.features.read_validation` gives.

    Returns
    -------
    DataFrame
        source (mentions, quotes), layer, metric, value, low, high (95 % Wilson
        interval, conditional on these texts), floor (share of the commonest label),
        kappa, n (mentions); empty where an evaluation gives none.

    Raises
    ------
    MeasureError
        If none of the layers is among the scores.

    Examples
    --------
    >>> scores = pd.DataFrame({"source": "mentions", "layer": "voice",
    ...     "metric": ["accuracy", "n"], "value": [0.9, 40.0]})
    >>> quality_table(scores)[["layer", "value", "n"]].to_dict("records")
    [{'layer': 'voice', 'value': 0.9, 'n': 40.0}]
    """
    found = {
        (source, layer, metric): value
        for source, layer, metric, value in scores[
            ["source", "layer", "metric", "value"]
        ].itertuples(index=False)
    }
    rows = [
        {
            "source": source,
            "layer": layer,
            "metric": metric,
            "value": found[source, layer, metric],
            "low": found.get((source, layer, f"{metric}_low")),
            "high": found.get((source, layer, f"{metric}_high")),
            **{name: found.get((source, layer, name)) for name in ("floor", "kappa", "n")},
        }
        for source, layer, metric in SHOWN
        if (source, layer, metric) in found
    ]
    if not rows:
        raise MeasureError(
            "quality_table: no layer of the coding among the scores. "
            "Measure with `gipfel evaluate mentions ... --save`."
        )
    numbers = dict.fromkeys(COLUMNS[3:], "float64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(numbers)
