"""Made-up segments with topics planted in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.counts import Recipe, TermCounts

#: Words of a planted topic, the most frequent first; their chances fall as 1 / (rank + 2).
N_WORDS, N_COMMON = 40, 60
THEMES = ("Acker", "Bahn", "Gericht", "Hafen", "Musik")


def theme_words(theme: str) -> list[str]:
    return [f"{theme}wort{i:02d}" for i in range(N_WORDS)]


def planted(
    n_topics: int = 3,
    n_documents: int = 12,
    *,
    tilt: float = 0.0,
    noise: float = 0.4,
    seed: int = 1,
) -> TermCounts:
    """Make twelve segments a document, each of one planted topic and common words (``noise``).

    Half of the documents are of event x, half of y. In x the first topic takes ``tilt``
    more of the segments than in y; with 0 the events do not differ.
    """
    rng = np.random.default_rng(seed)
    topics = THEMES[:n_topics]
    common = [f"Allwort{i:02d}" for i in range(N_COMMON)]
    terms = sorted([*common, *(word for topic in topics for word in theme_words(topic))])
    number = {term: i for i, term in enumerate(terms)}
    falling = 1 / (np.arange(N_WORDS) + 2)
    rows, matrix = [], []
    for document in range(n_documents):
        event = "x" if document < n_documents / 2 else "y"
        doc_id = f"{event}{document:02d}"
        first = 1 / n_topics + (tilt / 2 if event == "x" else -tilt / 2)
        chances = [first, *[(1 - first) / (n_topics - 1)] * (n_topics - 1)]
        for i in range(12):
            topic = topics[rng.choice(n_topics, p=chances)]
            n_noise = int(rng.binomial(30, noise))
            words = [*rng.choice(common, n_noise)]
            words += [*rng.choice(theme_words(topic), 30 - n_noise, p=falling / falling.sum())]
            matrix.append(np.bincount([number[w] for w in words], minlength=len(terms)))
            rows.append(
                (f"{doc_id}:{i:04d}", doc_id, event, "Bote", "article", topic, 30, 1, "", 1.0)
            )
    columns = ["bag_id", "doc_id", "event", "outlet", "kind", "planted", "n_words"]
    columns += ["n_segments", "repeat_across", "repeat_weight"]
    table = pd.DataFrame(rows, columns=columns)
    return as_counts(np.array(matrix), table, terms)


def as_counts(matrix: np.ndarray, rows: pd.DataFrame, terms: list[str]) -> TermCounts:
    return TermCounts(
        sparse.csr_array(matrix),
        rows,
        pd.Index(terms),
        matrix.sum(axis=1),
        Recipe(rows="bag"),
    )


def twice(counts: TermCounts) -> TermCounts:
    """Make event y a copy of event x, document by document."""
    half = counts.select((counts.rows["event"] == "x").to_numpy())
    copy = half.rows.assign(event="y")
    for column in ("bag_id", "doc_id"):
        copy[column] = "y" + copy[column].str[1:]
    rows = pd.concat([half.rows, copy], ignore_index=True)
    dense = half.matrix.toarray()
    return as_counts(np.vstack([dense, dense]), rows, list(half.terms))


def structureless(n_segments: int = 60, n_terms: int = 40, *, seed: int = 1) -> TermCounts:
    """Draw every word of every segment from one distribution: there is no topic."""
    rng = np.random.default_rng(seed)
    matrix = rng.multinomial(20, np.full(n_terms, 1 / n_terms), size=n_segments)
    rows = pd.DataFrame(
        {
            "bag_id": [f"d{i % 4}:{i:04d}" for i in range(n_segments)],
            "doc_id": [f"d{i % 4}" for i in range(n_segments)],
            "event": ["x" if i % 4 < 2 else "y" for i in range(n_segments)],
            "outlet": "Bote", "kind": "article", "n_words": 20, "n_segments": 1,
            "repeat_across": "", "repeat_weight": 1.0,
        }
    )  # fmt: skip
    return as_counts(matrix, rows, [f"Wort{i:02d}" for i in range(n_terms)])
