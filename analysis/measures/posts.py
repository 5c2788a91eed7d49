"""The posts of live tickers and the mentions in them, in order and, where known, in time."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures.selection import CORE, Selection, select_mentions, weights_of
from analysis.tables.features import Features
from analysis.tables.schema import Weight

POST = ["post", "post_order", "posted_at", "ts_quality"]


def ticker_posts(features: Features, *, weight: Weight = "none") -> pd.DataFrame:
    """Give one row per post of a live ticker, the oldest first.

    Segments and documents are read; the weight says how repeated segments count.

    Returns
    -------
    DataFrame
        doc_id, event, post (running number in the file), post_order (1: oldest),
        posted_at (local time of the outlet; empty if unknown), ts_quality (explicit,
        date_inferred, order_only), n_tokens (weighted as asked: the exposure).

    Raises
    ------
    MeasureError
        If the weight is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> ticker_posts(read_features())["ts_quality"].value_counts().to_dict()
    {'date_inferred': 58, 'order_only': 13}
    """
    segments = features.segments
    segments = segments.assign(n_tokens=segments["n_tokens"] * weights_of(segments, weight))
    keys = ["doc_id", *POST]
    posts = segments.dropna(subset=["post"]).groupby(keys, as_index=False, dropna=False)
    about = features.documents[["doc_id", "event"]]
    table = posts[["n_tokens"]].sum().merge(about, on="doc_id")
    table = table.sort_values(["event", "doc_id", "post_order"], ignore_index=True)
    return table[["doc_id", "event", *POST, "n_tokens"]]


def ticker_mentions(
    features: Features, frames: Sequence[str], *, selection: Selection = CORE
) -> pd.DataFrame:
    """Give one row per mention in a live ticker, with the place and time of its post.

    The arguments are those of `analysis.measures.frame_time.mentions_by_post`.

    Returns
    -------
    DataFrame
        mention_id, doc_id, event, frame, polarity, voice, speaker, n, n_raw, post,
        post_order, posted_at, ts_quality (none: outside the posts, as in the article
        above them). In the order of the articles.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> mentions = ticker_mentions(read_features(), ["Erfolg", "Deal", "Einmischung"])
    >>> mentions["ts_quality"].value_counts().to_dict()
    {'date_inferred': 11, 'order_only': 8, 'none': 6}
    """
    chosen = select_mentions(features.mentions, frames, selection)
    chosen = chosen[chosen["kind"] == "live_ticker"]
    placed = chosen.merge(features.segments[["segment_id", *POST]], on="segment_id")
    about = ["mention_id", "doc_id", "event", "frame", "polarity", "voice", "speaker"]
    return placed[[*about, "n", "n_raw", *POST]]
