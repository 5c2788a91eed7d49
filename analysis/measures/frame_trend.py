"""Whether a frame comes early or late in a live ticker, and when that cannot be said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures.frame_time import mentions_by_post
from analysis.measures.inference import FloatArray
from analysis.measures.selection import Selection
from analysis.measures.verdicts import FEWEST_MENTIONS, OK, refuse
from analysis.tables.features import Features

N_PERMUTATIONS = 9999
#: Two mean positions closer than this are tied.
TIE = 1e-12


def mention_trend(
    features: Features,
    frames: Sequence[str],
    *,
    seed: int,
    selection: Selection | None = None,
) -> pd.DataFrame:
    """Test whether the mentions of a frame lie early or late in each live ticker.

    The place of a post is the middle of its tokens among all tokens posted, from 0
    (first) to 1 (last): with tokens for time, an hour of many posts is no trend. The
    mean place of the mentions (Laplace's statistic; Cox & Lewis 1966) is held against
    exchanging the order of the posts, each with its mentions and tokens, so that a post
    with five mentions is one coincidence and not five.

    Parameters
    ----------
    features, frames, selection
        As in `analysis.measures.frame_time.mentions_by_post`.
    seed : int
        Of the random orders.

    Returns
    -------
    DataFrame
        A row per frame and ticker: frame, doc_id, event, n, n_raw, n_posts,
        n_posts_with (posts with a mention), n_tokens, mean_position (0 to 1; .5: evenly),
        low, high (where 95 % of the random orders put it), p_value (two-sided),
        n_permutations, status, reason_code, reason_values, weight. Below ten posts with a mention
        nothing is estimated. Needs no times: it holds for posts in order, too. It speaks of one
        ticker, never of tickers.

    Raises
    ------
    MeasureError
        If there is no frame.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> table = mention_trend(read_features(), ["Deal"], seed=1)
    >>> table["n_posts_with"].tolist(), table["status"].unique().tolist()
    ([2, 3, 1], ['not_estimable'])
    """
    selection = selection or Selection()
    posts = mentions_by_post(features, frames, selection=selection)
    rows = []
    for (frame, doc_id), ticker in posts.groupby(["frame", "doc_id"], sort=False):
        about = {"frame": frame, "doc_id": doc_id, "event": ticker["event"].iloc[0]}
        rows.append(about | _describe(ticker) | _trend(ticker, seed))
    return pd.DataFrame(rows).assign(weight=selection.weight)


def _describe(ticker: pd.DataFrame) -> dict[str, object]:
    sums = ticker[["n", "n_raw", "n_tokens"]].sum().to_dict()
    n_with = int((ticker["n_raw"] > 0).sum())
    counts = {"n": sums["n"], "n_raw": int(sums["n_raw"]), "n_posts": len(ticker)}
    return counts | {"n_posts_with": n_with, "n_tokens": sums["n_tokens"]}


def _trend(ticker: pd.DataFrame, seed: int) -> dict[str, object]:
    """Hold the mean place of the mentions against random orders of the posts."""
    n_with = int((ticker["n_raw"] > 0).sum())
    empty = {"mean_position": np.nan, "low": np.nan, "high": np.nan, "p_value": np.nan}
    if n_with < FEWEST_MENTIONS:
        no = refuse("too_few_posts_with_mention", FEWEST_MENTIONS)
        return empty | {"n_permutations": 0, **no._asdict()}
    n, tokens = ticker["n"].to_numpy(float), ticker["n_tokens"].to_numpy(float)
    observed = float(_mean_positions(n[None], tokens[None])[0])
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(len(n)), (N_PERMUTATIONS, 1)), axis=1)
    drawn = _mean_positions(n[orders], tokens[orders])
    n_extreme = int(np.sum(np.abs(drawn - 0.5) >= abs(observed - 0.5) - TIE))
    low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975]))
    p_value = (n_extreme + 1) / (N_PERMUTATIONS + 1)
    found = {"mean_position": observed, "low": low, "high": high, "p_value": p_value}
    return found | {"n_permutations": N_PERMUTATIONS, **OK._asdict()}


def _mean_positions(n: FloatArray, tokens: FloatArray) -> FloatArray:
    """Give the mean place of the mentions, a row per order of the posts."""
    places = (np.cumsum(tokens, axis=1) - tokens / 2) / tokens.sum(axis=1, keepdims=True)
    return np.asarray((n * places).sum(axis=1) / n.sum(axis=1))
