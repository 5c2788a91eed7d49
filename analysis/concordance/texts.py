"""The articles as tokens that a query can look through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.annotation.parts import frame_of, read_parts
from analysis.annotation.pipeline import annotate_articles, article_faults
from analysis.annotation.rows import TOKENS
from analysis.corpus.sources import Source, read_sources
from analysis.study.errors import SourceError, join_faults
from analysis.study.paths import Layout, find_layout
from analysis.study.study import Study, read_study
from analysis.tables.schema import POLARITIES, TARGETS, TIERS, VOICES, ZONES

#: Attributes whose values are fixed.
CLOSED = {
    "polarity": POLARITIES, "target": TARGETS, "tier": TIERS, "voice": VOICES, "zone": ZONES,
}  # fmt: skip
#: Codes of mentions; the voice of a mention wins over that of its place.
CODES = ("frame", "tier", "target", "polarity", "speaker")
#: Columns of text and of numbers. ``joined`` is the lemma of a split verb with its particle,
#: ``particle`` how many tokens further that stands (0: nowhere).
TEXTS = (
    "doc_id", "segment_id", "zone", "form", "lemma", "joined", "pos", "head", "part", "voice",
    *CODES,
)  # fmt: skip
NUMBERS = ("sentence", "begin", "end", "particle")
COLUMNS = (*TEXTS, *NUMBERS, "is_word")
WAY_OUT = (
    "A concordance shows the articles' text, which is not part of the repository. Who holds "
    "the articles brings them in with `gipfel ingest FOLDER`; how often frames are mentioned, "
    "and how, stands in the open tables: `gipfel run 03_framing`."
)


@dataclass(frozen=True)
class Texts:
    """The articles of a study, annotated.

    The sources are sorted by id. The tokens have one row each, documents in that order, and the
    columns `COLUMNS`; codes stand at the token of a mention and are empty at the others.
    """

    layout: Layout
    study: Study
    sources: tuple[Source, ...]
    tokens: pd.DataFrame

    @cached_property
    def segments(self) -> np.ndarray:
        """For each token the number of its segment, counted through all documents from 0."""
        return pd.factorize(self.tokens["segment_id"])[0]

    @cached_property
    def sentences(self) -> np.ndarray:
        """For each token the number of its sentence, likewise."""
        own = self.tokens.groupby(["segment_id", "sentence"], observed=True, sort=False)
        return own.ngroup().to_numpy()

    @cached_property
    def words(self) -> np.ndarray:
        """Positions of the tokens that hold a letter or digit."""
        return np.flatnonzero(self.tokens["is_word"].to_numpy())


def open_texts(
    layout: Layout | None = None,
    *,
    jobs: int = 1,
    on_documents: Callable[[int, int], None] | None = None,
) -> Texts:
    """Open the articles of a study for queries; annotates what `annotate` has not kept.

    Parameters
    ----------
    layout : Layout, optional
        The study; by default that of the working directory.
    jobs : int
        Processes for annotating; each loads the German models once.
    on_documents : callable, optional
        Told how many of how many articles are annotated, first those that are kept.

    Returns
    -------
    Texts
        From ``data/local/annotated`` as far as that fits article, design, lexicons,
        corrections, tools and code.

    Raises
    ------
    SourceError
        If an article is missing or another than the list says.
    TextError
        If an article cannot be read.
    """
    layout = layout or find_layout()
    study = read_study(layout)
    sources = read_sources(layout, study)
    _require_articles(sources, layout)
    parts = annotate_articles(sources, layout, jobs=jobs, on_documents=on_documents)
    kept = read_parts(parts.values(), [TOKENS, "segments", "mentions"])
    return Texts(layout, study, sources, _tokens_of(kept))


def _require_articles(sources: tuple[Source, ...], layout: Layout) -> None:
    faults = article_faults(sources, layout)
    if not any((layout.raw / f"{source.id}.txt").is_file() for source in sources):
        faults = [f"none of the {len(sources)} articles lies in {layout.show(layout.raw)}"]
    if faults:
        raise SourceError(join_faults("concordance", faults, WAY_OUT))


def _tokens_of(parts: pa.Table) -> pd.DataFrame:
    """Return the tokens of annotated articles, with what segments and mentions say of them."""
    segments = frame_of(parts, "segments").set_index("segment_id")
    mentions = frame_of(parts, "mentions")[["doc_id", "begin", *CODES, "voice"]]
    tokens = frame_of(parts, TOKENS).join(segments[["doc_id", "zone"]], on="segment_id")
    coded = tokens[["doc_id", "begin"]].merge(mentions, how="left", on=["doc_id", "begin"])
    tokens = tokens.assign(
        **{name: coded[name].fillna("") for name in CODES},
        voice=coded["voice"].fillna(tokens["voice"]),
        joined=_joined(tokens),
    )
    kinds = dict.fromkeys(TEXTS, "category") | dict.fromkeys(NUMBERS, "int32")
    return tokens[list(COLUMNS)].astype({**kinds, "is_word": "bool"})


def _joined(tokens: pd.DataFrame) -> np.ndarray:
    """Return the lemmas of split verbs with their particles, in the places of the verbs."""
    further = tokens["particle"].to_numpy()
    verbs = np.flatnonzero(further)
    particles = tokens["form"].iloc[verbs + further[verbs]].str.lower()
    joined = np.full(len(tokens), "", dtype=object)
    joined[verbs] = particles.to_numpy() + tokens["lemma"].iloc[verbs].to_numpy()
    return joined
