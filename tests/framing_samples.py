"""Made-up mentions and documents for the tests of framing measures."""

from __future__ import annotations

import numpy as np
import pandas as pd

HELSINKI, ALASKA = "helsinki-2018", "alaska-2025"
FRAMES = ["Erfolg", "Deal", "Einmischung"]


def some_documents(n_each: int, *, n_tokens: int = 1000) -> pd.DataFrame:
    """Documents of two events, each from one outlet that covers both."""
    events = ["a"] * n_each + ["b"] * n_each
    doc_ids = [f"{event}{i:03}" for i, event in enumerate(events)]
    sizes = {f"n_{u}{s}": n_tokens for u in ("tokens", "words") for s in ("", "_within", "_across")}
    return pd.DataFrame(
        {"doc_id": doc_ids, "event": events, "outlet": "Blatt", "kind": "article", **sizes}
    ).assign(n_words_file=n_tokens)


def some_mentions(counts: dict[str, list[int]], documents: pd.DataFrame) -> pd.DataFrame:
    """Mentions of each frame, so many in each document, all alike but for frame and document."""
    rows = [
        (frame, doc_id)
        for frame, numbers in counts.items()
        for doc_id, number in zip(documents["doc_id"], numbers, strict=True)
        for _ in range(number)
    ]
    table = pd.DataFrame(rows, columns=["frame", "doc_id"])
    fixed = {"tier": "core", "about": "event", "polarity": "affirmed", "voice": "narrator"}
    fixed |= {"speaker": "", "zone": "body"}
    table = table.assign(**fixed, weight_within=1.0, weight_across=1.0)
    return table.assign(
        mention_id=[f"m{i:05}" for i in range(len(table))],
        segment_id=[f"s{i:05}" for i in range(len(table))],
    )


def drawn_counts(n_each: int, rates: tuple[float, float], seed: int) -> list[int]:
    """Counts of documents that differ among themselves (gamma), at two rates."""
    rng = np.random.default_rng(seed)
    scale = np.repeat(rates, n_each) * rng.gamma(8, 1 / 8, 2 * n_each)
    return rng.poisson(scale).tolist()
