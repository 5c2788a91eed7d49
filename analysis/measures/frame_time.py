"""Frames over time in a live ticker: mentions with the posts as exposure.

A ticker says the more, the more it writes; so mentions are related to the tokens of the
posts, never to minutes alone. A post without an hour keeps its order and gets no time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.frame_table import count_in_places, sort_rows
from analysis.measures.inference import FloatArray, zero_count_upper_bound
from analysis.measures.selection import CORE, Selection, select_mentions, weights_of
from analysis.measures.verdicts import FEWEST_MENTIONS, OK, VERDICT, Verdict, refuse, verdict_table
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError
from analysis.tables.features import Features
from analysis.tables.schema import Weight

MINUTES_A_DAY = 1440
POST = ["post", "post_order", "posted_at", "ts_quality"]
UNTIMED = {"order_only": refuse("posts_without_times"), "none": refuse("outside_posts")}
SUMS = ["n", "n_raw", "n_posts", "n_tokens"]
INTERVAL_COLUMNS = (
    *("frame", "doc_id", "event", "ts_quality", "begin", "end", "n", "n_raw", "n_posts"),
    *("n_tokens", "per_1000", "low", "high", *VERDICT, "weight"),
)
#: Random orders of the posts that a trend is held against.
N_PERMUTATIONS = 9999
#: Two mean positions closer than this are tied.
TIE = 1e-12


def ticker_posts(features: Features, *, weight: Weight = "none") -> pd.DataFrame:
    """Return one row per post of a live ticker, the oldest first.

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
    """Return one row per mention in a live ticker, with the place and time of its post.

    The arguments are those of `mentions_by_post`.

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


def mentions_by_post(
    features: Features, frames: Sequence[str], *, selection: Selection = CORE
) -> pd.DataFrame:
    """Count the mentions of each frame post by post, from the oldest on.

    Parameters
    ----------
    features : Features
        The open tables; mentions, segments and documents are read.
    frames : sequence of str
        Ids, in the order wanted.
    selection : Selection, optional
        Tier, about and weight of repeats; by default every core mention, once.

    Returns
    -------
    DataFrame
        Long, a row per frame and post: frame, doc_id, event, post, post_order,
        posted_at, ts_quality, n (mentions, weighted), n_raw (whatever the weight),
        n_tokens (of the post, weighted), n_cumulative, n_tokens_cumulative (of this and
        all older posts of the ticker), weight. Mentions outside the posts are not here;
        `mentions_by_interval` accounts for them.

    Raises
    ------
    MeasureError
        If there is no frame.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> table = mentions_by_post(read_features(), ["Deal"])
    >>> table.groupby("doc_id")["n_cumulative"].max().tolist()
    [1, 2, 6]
    """
    posts = ticker_posts(features, weight=selection.weight)
    mentions = ticker_mentions(features, frames, selection=selection).dropna(subset=["post"])
    table = count_in_places(mentions, posts, {"frame": frames}, by=["doc_id", "post"])
    sums = table.groupby(["frame", "doc_id"], sort=False)[["n", "n_tokens"]].cumsum()
    table[["n_cumulative", "n_tokens_cumulative"]] = sums
    about = ["frame", "doc_id", "event", "post", "post_order", "posted_at", "ts_quality"]
    counts = ["n", "n_raw", "n_tokens", "n_cumulative", "n_tokens_cumulative"]
    return table[[*about, *counts]].assign(weight=selection.weight)


def mentions_by_interval(
    features: Features, frames: Sequence[str], *, minutes: int = 60, selection: Selection = CORE
) -> pd.DataFrame:
    """Count the mentions of each frame in intervals of the clock, per 1,000 tokens posted.

    The arguments are those of `mentions_by_post`; the minutes are the length of an
    interval and must divide the day.

    Returns
    -------
    DataFrame
        Long, a row per frame, ticker and interval between its first and last timed post:
        frame, doc_id, event, ts_quality, begin, end (half-open), n, n_raw, n_posts,
        n_tokens, per_1000, low, high (Garwood's 1936 interval of a Poisson rate, mentions
        as units, so conditional on these texts; for no mention the one-sided upper
        bound), status, reason_code, reason_values, weight. What has no time has one row a quality,
        order_only or none, with its counts, so that no mention is lost, and without a rate.

    Raises
    ------
    MeasureError
        If the minutes do not divide the day, or tier, about or weight is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> table = mentions_by_interval(read_features(), ["Deal"], minutes=360)
    >>> timed = table[table["status"] == "ok"]
    >>> timed[["n", "n_posts", "n_tokens"]].values.tolist()
    [[1, 13, 564], [1, 19, 675], [6, 12, 809], [0, 11, 803], [0, 3, 244]]
    """
    if minutes < 1 or MINUTES_A_DAY % minutes:
        raise MeasureError(
            "mentions_by_interval: wanted minutes that divide a day, such as 15, 30, 60, 120"
            f" or 360; came {minutes}"
        )
    posts = mentions_by_post(features, frames, selection=selection).assign(n_posts=1)
    in_order = posts["ts_quality"] == "order_only"
    keys = ["frame", "doc_id", "event", "ts_quality"]
    parts = [
        _clock(timed, pd.Timedelta(minutes=minutes))
        for _, timed in posts[~in_order].groupby(["frame", "doc_id"])
    ]
    parts.append(posts[in_order].groupby(keys, as_index=False)[SUMS].sum())
    parts.append(_outside(features, frames, selection))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table = _rate(table).assign(weight=selection.weight).reindex(columns=list(INTERVAL_COLUMNS))
    table = table.astype(dict.fromkeys(["begin", "end"], "datetime64[us]"))
    return sort_rows(table, ["frame", "event", "doc_id", "begin"], {"frame": frames})


def _clock(posts: pd.DataFrame, step: pd.Timedelta) -> pd.DataFrame:
    """Add up the posts of one ticker and frame by intervals; those between without a post stay."""
    begin = posts["posted_at"].dt.floor(step)
    every = pd.date_range(begin.min(), begin.max(), freq=step, unit="us", name="begin")
    sums = posts.assign(begin=begin).groupby("begin")[SUMS].sum().reindex(every, fill_value=0)
    quality = "explicit" if (posts["ts_quality"] == "explicit").all() else "date_inferred"
    first = posts.iloc[0]
    about = {key: first[key] for key in ("frame", "doc_id", "event")}
    return sums.reset_index().assign(**about, ts_quality=quality, end=every + step)


def _outside(features: Features, frames: Sequence[str], selection: Selection) -> pd.DataFrame:
    """Count what stands in tickers but in no post."""
    posts = ticker_posts(features, weight=selection.weight)
    size = "n_tokens" if selection.weight == "none" else f"n_tokens_{selection.weight}"
    about = features.documents[features.documents["doc_id"].isin(posts["doc_id"])]
    in_posts = about["doc_id"].map(posts.groupby("doc_id")["n_tokens"].sum())
    rest = about[["doc_id", "event"]].assign(n_tokens=about[size] - in_posts, n_posts=0)
    mentions = ticker_mentions(features, frames, selection=selection)
    found = mentions[mentions["ts_quality"] == "none"]
    table = count_in_places(found, rest, {"frame": frames}, by=["doc_id"])
    return table.assign(ts_quality="none")


def _rate(table: pd.DataFrame) -> pd.DataFrame:
    """Add rates with intervals, or why there is none."""
    told = table[["ts_quality", "n_posts", "n_tokens"]].itertuples(index=False)
    verdicts = verdict_table((_judge(*row) for row in told), table.index)
    fine = verdicts["status"] == OK.status
    low, high = _poisson(table["n"].where(fine, 0), table["n_tokens"].where(fine, 1))
    return table.assign(
        per_1000=(table["n"] / table["n_tokens"].where(fine) * 1000).astype("float64"),
        low=pd.Series(low, index=table.index).where(fine),
        high=pd.Series(high, index=table.index).where(fine),
        **verdicts,
    )


def _judge(ts_quality: str, n_posts: float, n_tokens: float) -> Verdict:
    """Decide whether a rate of some posts may be given."""
    if ts_quality in UNTIMED:
        return UNTIMED[ts_quality]
    if n_posts == 0:
        return refuse("no_post_in_interval")
    return OK if n_tokens > 0 else refuse("no_token_in_interval")


def _poisson(n: pd.Series, size: pd.Series, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
    """Return the exact interval of a rate per 1,000 (Garwood 1936)."""
    count, tokens = n.to_numpy(float), size.to_numpy(float)
    tail, some = (1 - level) / 2, count > 0
    low = np.where(some, stats.chi2.ppf(tail, np.where(some, 2 * count, 2)) / 2, 0.0)
    high = stats.chi2.isf(tail, 2 * count + 2) / 2
    none = zero_count_upper_bound(tokens, level=level)
    return low / tokens * 1000, np.where(some, high / tokens * 1000, none)


def mention_trend(
    features: Features, frames: Sequence[str], *, seed: int, selection: Selection = CORE
) -> pd.DataFrame:
    """Test whether the mentions of a frame lie early or late in each live ticker.

    The place of a post is the middle of its tokens among all tokens posted, from 0
    (first) to 1 (last): with tokens for time, an hour of many posts is no trend. The
    mean place of the mentions (Laplace's statistic; Cox & Lewis 1966) is held against
    exchanging the order of the posts, each with its mentions and tokens, so that a post
    with five mentions is one coincidence and not five.

    The arguments are those of `mentions_by_post`; the seed is of the random orders.

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
    posts = mentions_by_post(features, frames, selection=selection)
    rows = [
        dict(zip(("frame", "doc_id", "event"), about, strict=True)) | _trend(ticker, seed)
        for about, ticker in posts.groupby(["frame", "doc_id", "event"], sort=False)
    ]
    return pd.DataFrame(rows).assign(weight=selection.weight)


def _trend(ticker: pd.DataFrame, seed: int) -> dict[str, object]:
    """Hold the mean place of the mentions against random orders of the posts."""
    n, tokens = ticker["n"].to_numpy(float), ticker["n_tokens"].to_numpy(float)
    n_with = int((ticker["n_raw"] > 0).sum())
    row: dict[str, object] = {
        "n": ticker["n"].sum(),
        "n_raw": int(ticker["n_raw"].sum()),
        "n_posts": len(ticker),
        "n_posts_with": n_with,
        "n_tokens": ticker["n_tokens"].sum(),
    }
    if n_with < FEWEST_MENTIONS:
        no = refuse("too_few_posts_with_mention", FEWEST_MENTIONS)
        empty = dict.fromkeys(("mean_position", "low", "high", "p_value"), np.nan)
        return row | empty | {"n_permutations": 0, **no._asdict()}
    observed = float(_mean_positions(n[None], tokens[None])[0])
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(len(n)), (N_PERMUTATIONS, 1)), axis=1)
    drawn = _mean_positions(n[orders], tokens[orders])
    n_extreme = int(np.sum(np.abs(drawn - 0.5) >= abs(observed - 0.5) - TIE))
    low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975]))
    row |= {"mean_position": observed, "low": low, "high": high}
    row["p_value"] = (n_extreme + 1) / (N_PERMUTATIONS + 1)
    return row | {"n_permutations": N_PERMUTATIONS, **OK._asdict()}


def _mean_positions(n: FloatArray, tokens: FloatArray) -> FloatArray:
    """Return the mean place of the mentions, a row per order of the posts."""
    places = (np.cumsum(tokens, axis=1) - tokens / 2) / tokens.sum(axis=1, keepdims=True)
    return np.asarray((n * places).sum(axis=1) / n.sum(axis=1))
