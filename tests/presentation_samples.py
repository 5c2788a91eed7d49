"""Made-up result tables as the plots take them: long German compounds, five to twelve documents."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from analysis.figures import plots
from analysis.figures.layout import Look, look_of
from analysis.figures.style import TOLERANCE_MM, Width, drawn_texts, name_cut_texts
from analysis.measures.verdicts import VERDICT, refuse
from analysis.study.design import Language
from analysis.study.study import read_study

HELSINKI, ALASKA = "helsinki-2018", "alaska-2025"
FRAMES = ("Erfolg", "Deal", "Einmischung")
TERMS = (
    "Gipfel", "Präsidentschaftswahlkampf", "Sicherheitsgarantien", "Waffenstillstand",
    "Gebietsabtretung", "Pressekonferenz", "Vereinbarung", "Staatsanwaltschaft",
    "Geheimdienstkoordinator", "Verteidigungsausgaben", "Friedensverhandlungen", "Außenminister",
    "Wahlbeeinflussung", "Übereinkunft", "Kriegsgefangenenaustausch", "Öl", "Straße",
    "Rüstungskontrollverhandlungen", "Vier-Augen-Gespräch", "Frieden",
)  # fmt: skip


@cache
def look(width: Width = "column", language: Language = "de") -> Look:
    return look_of(read_study(), width=width, language=language)


def find_faults(figure: Figure) -> list[str]:
    """Name the texts that leave the page, and the pairs of texts that lie on each other.

    Export refuses the first only, since a figure may mean an overlap.
    """
    texts = drawn_texts(figure)
    faults = name_cut_texts(figure, texts)
    for (first, a), (second, b) in combinations(texts, 2):
        common = Bbox.intersection(a, b)
        if common is not None and min(common.width, common.height) > TOLERANCE_MM:
            faults.append(f"{first!r} and {second!r} overlap")
    return faults


def documents(n: int = 12) -> pd.DataFrame:
    outlets = ["Morgenblatt", "", "Süddeutsches Nachrichtenjournal", "Abendkurier Österreich"]
    return pd.DataFrame(
        {
            "doc_id": [f"{i:03}_{i * 7919 + 65536:016x}" for i in range(n)],
            "event": [HELSINKI if i % 5 < 2 else ALASKA for i in range(n)],
            "kind": ["live_ticker" if i % 3 == 0 else "article" for i in range(n)],
            "n_tokens": [12345, 812, 640, 4021, 1500, 987, 3333, 72, 455, 9001, 2048, 1111][:n],
            "outlet": [outlets[i % 4] for i in range(n)],
        }
    )


def posts() -> pd.DataFrame:
    about = documents(5)
    tickers = [
        (about.doc_id[0], HELSINKI, "2018-07-16 10:05", 40, "explicit"),
        (about.doc_id[1], HELSINKI, "", 14, "order_only"),
        (about.doc_id[2], ALASKA, "2025-08-15 18:20", 55, "date_inferred"),
        (about.doc_id[3], ALASKA, "2025-08-15 20:00", 25, "explicit"),
    ]
    parts = []
    for doc_id, event, first, n, quality in tickers:
        minutes = pd.Series([13 * i + (i * i) % 7 for i in range(n)])
        times = pd.Timestamp(first or "2000-01-01") + pd.to_timedelta(minutes, unit="min")
        times = times.astype("datetime64[us]").where(pd.Series([bool(first)] * n))
        parts.append(
            pd.DataFrame(
                {"doc_id": doc_id, "event": event, "posted_at": times, "ts_quality": quality}
            )
        )
    return pd.concat(parts, ignore_index=True)


def terms(n: int = 20, *, intervals: bool = False) -> pd.DataFrame:
    rows = [
        {
            "term": term,
            "event": event,
            "n": 60 - 2 * i + 5 * j,
            "per_1000": (60 - 2 * i + (11 * i * (j + 1)) % 13) / 7,
        }
        for i, term in enumerate(TERMS[:n])
        for j, event in enumerate((HELSINKI, ALASKA))
    ]
    table = pd.DataFrame(rows)
    if intervals:
        table["low"], table["high"] = table["per_1000"] * 0.7, table["per_1000"] * 1.35
    return table


def difference(n: int = 20) -> pd.DataFrame:
    ratios = [round(4.2 - 8.1 * i / max(n - 1, 1), 3) for i in range(n)]
    return pd.DataFrame(
        {
            "term": TERMS[:n],
            "log_ratio": ratios,
            "n_target": [max(0, 1200 - 70 * i) for i in range(n)],
            "n_reference": [3 * i for i in range(n)],
        }
    )


def frame_rates(n: int = 12) -> pd.DataFrame:
    rows = []
    for i, frame in enumerate(FRAMES):
        for event, group in documents(n).groupby("event"):
            counts = [(3 * i + 5 * j) % 11 for j in range(len(group))]
            sizes = group["n_tokens"].tolist()
            rates = [1000 * n / size for n, size in zip(counts, sizes, strict=True)]
            rows += [
                (frame, event, "document", doc, *values)
                for doc, *values in zip(group["doc_id"], counts, sizes, rates, strict=True)
            ]
            pooled = 1000 * sum(counts) / sum(sizes)
            rows.append((frame, event, "pooled", "", sum(counts), sum(sizes), pooled))
            rows.append(
                (frame, event, "mean", "", sum(counts), sum(sizes), sum(rates) / len(rates))
            )
    names = ["frame", "event", "unit", "doc_id", "n", "n_tokens", "per_1000"]
    return pd.DataFrame(rows, columns=names)


def frame_shares(n: int = 12) -> pd.DataFrame:
    table = frame_rates(n).drop(columns="n_tokens")
    keys = ["event", "unit", "doc_id"]
    table["n_mentions"] = table.groupby(keys)["n"].transform("sum")
    table["share"] = (table["n"] / table["n_mentions"]).where(table["n_mentions"] > 0)
    return table.drop(columns="per_1000")


def corrected_shares(*, n_coded: int = 40) -> pd.DataFrame:
    """Two events, three polarities; Alaska is refused where too few are coded."""
    table = pd.DataFrame(
        {
            "group": [HELSINKI] * 3 + [ALASKA] * 3,
            "value": ["affirmed", "negated", "open"] * 2,
            "raw": [0.6, 0.3, 0.1, 0.2, 0.3, 0.5],
            "share": [0.5, 0.35, 0.15, 0.25, 0.3, 0.45],
            "low": [0.4, 0.25, 0.0, 0.15, 0.2, 0.35],
            "high": [0.6, 0.45, 0.25, 0.35, 0.4, 0.55],
            "n": 80,
            "n_coded": [40] * 3 + [n_coded] * 3,
            "status": "ok",
            "reason_code": "",
            "reason_values": "",
            "coded_by": "language_model",
        }
    )
    if n_coded < 10:
        few = table["group"] == ALASKA
        table.loc[few, ["share", "low", "high"]] = np.nan
        table.loc[few, VERDICT] = list(refuse("too_few_coded_twice", n_coded, 80, 10))
    return table


SPEAKERS = ("narrator", "?", "Trump", "Putin", "Verteidigungsministerium der Republik", "Merz")
POLARITIES = ("affirmed", "negated", "open")


def speakers(n_most: int = 8, n_speakers: int = 6) -> pd.DataFrame:
    names = [*SPEAKERS, *(f"Sprecherin {i}" for i in range(20))][:n_speakers]
    rows = [
        (frame, speaker, polarity, event, "pooled", (i + 2 * j + 3 * k + m) * n_most // 16)
        for i, frame in enumerate(FRAMES)
        for j, speaker in enumerate(names)
        for k, polarity in enumerate(POLARITIES)
        for m, event in enumerate((HELSINKI, ALASKA))
        if frame != FRAMES[2] or event == HELSINKI
    ]
    columns = ["frame", "speaker", "polarity", "event", "unit", "n_raw"]
    return pd.DataFrame(rows, columns=columns)


def polarity(table: pd.DataFrame) -> pd.DataFrame:
    n = table.groupby(["frame", "polarity"], as_index=False)["n_raw"].sum()
    return n.assign(unit="corpus", low=0.123, high=0.987)


def plot_voices(look: Look, n_most: int, n_speakers: int, note: str = "") -> Figure:
    table = speakers(n_most, n_speakers)
    return plots.plot_voices(table, polarity(table), look, note=note)


def topic_terms(n_topics: int = 4, n_terms: int = 8) -> pd.DataFrame:
    rows = [
        (topic, rank, TERMS[(5 * topic + 3 * rank) % 20], 0.08 / rank + 0.002 * topic)
        for topic in range(1, n_topics + 1)
        for rank in range(1, n_terms + 1)
    ]
    return pd.DataFrame(rows, columns=["topic", "rank", "term", "weight"])


def places(n: int = 12) -> pd.DataFrame:
    about = documents(n)
    rows = [
        (row["doc_id"], row["event"], (j * j + 1) / 230 if i % 4 else float("nan"))
        for i, row in about.iterrows()
        for j in range(i + 1 if i % 4 else 1)
    ]
    return pd.DataFrame(rows, columns=["doc_id", "event", "place"])


def topic_stability(most: int = 10) -> pd.DataFrame:
    height = {"seeds": 0.9, "subsamples": 0.7, "documents": 0.6, "unrelated": 0.05}
    rows = [
        (n, kind, value - (n % 3) / 20, value - 0.2, min(1.0, value + 0.2))
        for n in range(2, most + 1)
        for kind, value in height.items()
    ]
    return pd.DataFrame(rows, columns=["n_topics", "kind", "stability", "low", "high"])


STABLE = {"subsamples": 0.6, "documents": 0.5}


def with_spread(prevalence: pd.DataFrame) -> pd.DataFrame:
    means = prevalence.groupby(["topic", "event"])["share"].mean().reset_index()
    both = [prevalence.assign(unit="document"), means.assign(unit="mean", doc_id="")]
    table = pd.concat(both, ignore_index=True)
    return table.assign(low=table["share"] * 0.7, high=table["share"] * 1.3)


def topic_prevalence(n_topics: int = 4, n: int = 12) -> pd.DataFrame:
    rows = []
    for i, row in documents(n).iterrows():
        weights = [(i + 2) * (t + 3) % 7 + 0.5 for t in range(n_topics)]
        rows += [
            (t + 1, row["doc_id"], row["event"], weight / sum(weights))
            for t, weight in enumerate(weights)
        ]
    return pd.DataFrame(rows, columns=["topic", "doc_id", "event", "share"])


NOTE = "In diesen Texten, 5 gegen 7 Dokumente; erhoben an „ihren“ Nennungen, ≥ 1 je Dokument."

#: Every plot with a table as large as it must bear.
PLOTS: dict[str, Callable[[Look], Figure]] = {
    "corpus": lambda look: plots.plot_corpus(documents(), look, note=NOTE),
    "corpus_small": lambda look: plots.plot_corpus(documents(5), look),
    "posts": lambda look: plots.plot_posts(posts(), look, note=NOTE),
    "terms": lambda look: plots.plot_terms(terms(), look, note=NOTE),
    "terms_intervals": lambda look: plots.plot_terms(terms(intervals=True), look, note=NOTE),
    "terms_small": lambda look: plots.plot_terms(terms(3), look),
    "difference": lambda look: plots.plot_term_difference(
        difference(), look, target=ALASKA, reference=HELSINKI, note=NOTE
    ),
    "frame_rates": lambda look: plots.plot_frame_rates(frame_rates(), look, note=NOTE),
    "frame_rates_small": lambda look: plots.plot_frame_rates(frame_rates(5), look),
    "voices": lambda look: plot_voices(look, 8, 6, NOTE),
    "voices_few": lambda look: plot_voices(look, 2, 2),
    "voices_many": lambda look: plot_voices(look, 900, 16, NOTE),
    "frame_shares": lambda look: plots.plot_frame_shares(frame_shares(), look, note=NOTE),
    "hits": lambda look: plots.plot_hits(places(), look, note=NOTE),
    "hits_small": lambda look: plots.plot_hits(places(2), look),
    "topic_terms": lambda look: plots.plot_topic_terms(topic_terms(), look, note=NOTE),
    "topic_terms_5": lambda look: plots.plot_topic_terms(topic_terms(5), look),
    "topic_prevalence": lambda look: plots.plot_topic_prevalence(topic_prevalence(), look),
    "topic_spread": lambda look: plots.plot_topic_prevalence(
        with_spread(topic_prevalence()), look, note=NOTE
    ),
    "topic_stability": lambda look: plots.plot_topic_stability(
        topic_stability(), look, thresholds=STABLE, chosen=3, share=0.8
    ),
    "topic_stability_none": lambda look: plots.plot_topic_stability(
        topic_stability(25), look, thresholds=STABLE, chosen=None, share=0.8, note=NOTE
    ),
}
