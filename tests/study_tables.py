"""Made-up open tables for measures: what they read, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.tables.features import Features


def documents(events: dict[str, str], kind: str = "article") -> pd.DataFrame:
    """Give documents by id and event; their sizes are those of `made_up`."""
    table = pd.DataFrame({"doc_id": list(events), "event": list(events.values())})
    return table.assign(outlet="", kind=kind)


def segments(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Give segments; what a row does not say is one token in a segment that repeats nothing."""
    usual = {
        "n_tokens": 1, "n_sentences": 1, "weight_within": 1.0, "weight_across": 1.0,
        "post": pd.NA, "post_order": pd.NA, "posted_at": pd.NaT, "ts_quality": "none",
    }  # fmt: skip
    table = pd.DataFrame([usual | row for row in rows])
    whole = dict.fromkeys(("post", "post_order"), "Int64")
    return table.astype({**whole, "posted_at": "datetime64[us]"})


def mentions(rows: list[dict[str, object]], about: pd.DataFrame) -> pd.DataFrame:
    """Give mentions in segments; their document, weights and event follow from these."""
    usual = {
        "tier": "core", "about": "event", "polarity": "open", "voice": "narrator",
        "speaker": "", "lemma": "Deal", "pos": "NN", "kind": "article",
    }  # fmt: skip
    columns = ["segment_id", "frame", *usual]
    table = pd.DataFrame([usual | row for row in rows], columns=columns)
    table["mention_id"] = [f"m{i}" for i in range(len(table))]
    weights = ["segment_id", "doc_id", "weight_within", "weight_across", "event"]
    return table.astype({"segment_id": "str", "frame": "str"}).merge(about[weights], "left")


def made_up(
    events: dict[str, str],
    rows: list[dict[str, object]],
    found: list[dict[str, object]],
    nodes: Sequence[tuple[str, str]] = (),
    *,
    kind: str = "article",
) -> Features:
    """Give open tables with these segments, mentions, and actors named in segments."""
    held, about = segments(rows), documents(events, kind)
    sizes = held.assign(
        n_tokens_within=held["n_tokens"] * held["weight_within"],
        n_tokens_across=held["n_tokens"] * held["weight_across"],
    ).groupby("doc_id")[["n_tokens", "n_tokens_within", "n_tokens_across"]].sum()  # fmt: skip
    named = pd.DataFrame(list(nodes), columns=["segment_id", "node"]).assign(node_kind="actor")
    return Features(Path("nowhere")).with_tables(
        documents=about.merge(sizes.reset_index(), on="doc_id"),
        segments=held,
        mentions=mentions([{"kind": kind} | row for row in found], held.merge(about, on="doc_id")),
        nodes=named.astype("str"),
    )
