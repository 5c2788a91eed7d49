"""The articles as tokens, and the tokens that a query matches.

Nothing is tried twice, so that no query runs for ever. Regular expressions are those of RE2,
as pyarrow has it, which refuses what would need much memory; of rows of tokens the earliest
end is computed test by test from right to left, for every start at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.annotation.parts import frame_of, read_parts
from analysis.annotation.pipeline import annotate_articles, article_faults
from analysis.annotation.rows import PARTING, TOKENS
from analysis.concordance.query import (
    All,
    Any,
    Choice,
    Comparison,
    Condition,
    Not,
    Pattern,
    Query,
    Repeat,
    Row,
    comparisons,
    fault_at,
)
from analysis.corpus.sources import Source, read_sources
from analysis.study.errors import SourceError, join_faults, unknown
from analysis.study.paths import Layout, find_layout
from analysis.study.study import Study, read_study
from analysis.tables.schema import ABOUT, POLARITIES, TIERS, VOICES, ZONES

#: Attributes whose values are fixed.
CLOSED = {
    "polarity": POLARITIES, "about": ABOUT, "tier": TIERS, "voice": VOICES, "zone": ZONES,
}  # fmt: skip
#: Codes of mentions; the voice of a mention wins over that of its place.
CODES = ("frame", "tier", "about", "polarity", "speaker")
#: Columns of text and of numbers. ``joined`` is the lemma of a split verb with its particle,
#: ``particle`` how many tokens further that stands (0: nowhere).
TEXTS = (
    "doc_id", "segment_id", "zone", "form", "lemma", "joined", "pos", "head", "part", "voice",
    *CODES,
)  # fmt: skip
NUMBERS = ("sentence", "begin", "end", "particle")
COLUMNS = (*TEXTS, *NUMBERS, "is_word")
#: Says of a condition at which tokens it holds.
Judge = Callable[[Condition], np.ndarray]
NEVER = np.iinfo(np.int32).max
#: RE2 knows \w, \d for ASCII only; a German word has other letters, too.
CLASSES = {"w": r"\p{L}\p{M}\p{N}_", "d": r"\p{Nd}"}
ESCAPE = re.compile(r"\\(?P<letter>.)|(?P<open>\[\^?\]?)|(?P<close>\])", re.DOTALL)
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
    faults = article_faults(sources, layout)
    if not any((layout.raw / f"{source.id}.txt").is_file() for source in sources):
        faults = [f"none of the {len(sources)} articles lies in {layout.show(layout.raw)}"]
    if faults:
        raise SourceError(join_faults("concordance", faults, WAY_OUT))
    parts = annotate_articles(sources, layout, jobs=jobs, on_documents=on_documents)
    kept = read_parts(parts.values(), [TOKENS, "segments", "mentions"])
    return Texts(layout, study, sources, _tokens_of(kept))


def _tokens_of(parts: pa.Table) -> pd.DataFrame:
    """Return the tokens of annotated articles, with what segments and mentions say of them."""
    segments = frame_of(parts, "segments").set_index("segment_id")
    mentions = frame_of(parts, "mentions")[["doc_id", "begin", *CODES, "voice"]]
    tokens = frame_of(parts, TOKENS).join(segments[["doc_id", "zone"]], on="segment_id")
    coded = tokens[["doc_id", "begin"]].merge(mentions, how="left", on=["doc_id", "begin"])
    further = tokens["particle"].to_numpy()
    verbs = np.flatnonzero(further)
    particles = tokens["form"].iloc[verbs + further[verbs]].str.lower()
    joined = np.full(len(tokens), "", dtype=object)
    joined[verbs] = particles.to_numpy() + tokens["lemma"].iloc[verbs].to_numpy()
    tokens = tokens.assign(
        **{name: coded[name].fillna("") for name in CODES},
        voice=coded["voice"].fillna(tokens["voice"]),
        joined=joined,
    )
    kinds = dict.fromkeys(TEXTS, "category") | dict.fromkeys(NUMBERS, "int32")
    return tokens[list(COLUMNS)].astype({**kinds, "is_word": "bool"})


def check_values(query: Query, study: Study) -> None:
    """Refuse values that no token can have, such as a frame that the study does not know."""
    closed = {**CLOSED, "frame": tuple(frame.id for frame in study.frames)}
    for one in comparisons(query.pattern):
        allowed = closed.get(one.attribute)
        if allowed and not find_values(one, allowed, query.text).any():
            raise fault_at(query.text, one.at, unknown(one.attribute, one.pattern, allowed))


def judge(condition: Condition, tokens: pd.DataFrame, query: str) -> np.ndarray:
    """Return for each token whether a condition holds; the query is for messages."""
    match condition:
        case Comparison():
            found = _in_column(condition, tokens[condition.attribute], query)
            if condition.attribute == "lemma":
                found |= _in_column(condition, tokens["joined"], query)
            return ~found if condition.negated else found
        case Not(inner):
            return ~judge(inner, tokens, query)
        case All(parts):
            everywhere = np.ones(len(tokens), dtype=bool)
            return reduce(np.logical_and, (judge(one, tokens, query) for one in parts), everywhere)
        case Any(parts):
            return reduce(np.logical_or, (judge(one, tokens, query) for one in parts))


def _in_column(one: Comparison, column: pd.Series, query: str) -> np.ndarray:
    """Compare each distinct value once; of several stems of a word one must fit."""
    values = [str(value).split(PARTING) for value in column.cat.categories]
    stems = sorted({stem for value in values for stem in value})
    fitting = dict(zip(stems, find_values(one, stems, query), strict=True))
    fits = np.array([any(fitting[stem] for stem in value) for value in values], dtype=bool)
    return fits[column.cat.codes.to_numpy()]


def find_values(test: Comparison, values: Sequence[str], query: str) -> np.ndarray:
    """Detect the values that a test finds; negation aside.

    The pattern must fit the whole of a value, and an empty value is never found. If it is no
    regular expression, the `QueryError` points at it in the query, or at the piece that RE2 names.
    """
    filled = np.array([value != "" for value in values], dtype=bool)
    if test.literal:
        fold = str.casefold if test.ignore_case else str
        same = [fold(value) == fold(test.pattern) for value in values]
        return np.asarray(filled & same)
    pattern = translate(test.pattern)
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
        found = pc.match_substring_regex(
            pa.array(values, pa.large_string()),
            rf"\A(?:{pattern})\z",
            ignore_case=test.ignore_case,
        )
    except (pa.ArrowException, UnicodeEncodeError) as fault:
        reason = str(fault).removeprefix("Invalid regular expression: ").splitlines()[0]
        piece = reason.rpartition(": ")[2]
        at = test.at + (max(test.pattern.find(piece), 0) if piece else 0)
        raise fault_at(query, at, f"no regular expression (RE2): {reason}") from None
    return np.asarray(filled & found.to_numpy(zero_copy_only=False))


def translate(pattern: str) -> str:
    r"""Write ``\w``, ``\d`` and their opposites so that RE2 knows every letter and digit."""
    pieces, at, inside = [], 0, False
    for match in ESCAPE.finditer(pattern):
        pieces.append(pattern[at : match.start()])
        pieces.append(_escape(match["letter"], inside) if match["letter"] else match[0])
        if not match["letter"]:
            inside = match["close"] is None
        at = match.end()
    return "".join([*pieces, pattern[at:]])


def _escape(letter: str, inside: bool) -> str:
    known = CLASSES.get(letter.lower())
    if known is None or (inside and letter.isupper()):
        return f"\\{letter}"
    if inside:
        return known
    return f"[^{known}]" if letter.isupper() else f"[{known}]"


def find_matches(
    pattern: Pattern, units: np.ndarray, judge: Judge
) -> tuple[np.ndarray, np.ndarray]:
    """Find the matches of a pattern: leftmost, then shortest, none overlapping another.

    The units number each token's segment or sentence from 0 on; no match crosses one. What
    comes back are the positions of the first tokens and those after the last ones. The work is
    the number of tests (at most `query.LARGEST`) times the number of tokens.
    """
    place = np.arange(len(units)) + units.astype(np.int64)
    here = np.arange(int(place[-1]) + 2 if len(place) else 1, dtype=np.int32)

    @cache
    def holds(condition: Condition) -> np.ndarray:
        """Spread the tokens out, so that behind each unit a place is left that nothing fits."""
        spread = np.zeros(len(here), dtype=bool)
        spread[place] = judge(condition)
        return spread

    ends = _ends(pattern, here, holds)
    starts, stops, at = [], [], 0
    for start in np.flatnonzero(ends < NEVER).tolist():
        if start >= at:
            at = int(ends[start])
            starts.append(start)
            stops.append(at)
    return np.searchsorted(place, starts), np.searchsorted(place, stops)


def _ends(pattern: Pattern, following: np.ndarray, holds: Judge) -> np.ndarray:
    """Return for each place the earliest end; ``following`` holds that of what comes after."""
    match pattern:
        case Row(inner):
            for one in reversed(inner):
                following = _ends(one, following, holds)
            return following
        case Choice(inner):
            return reduce(np.minimum, [_ends(one, following, holds) for one in inner])
        case Repeat(inner, low, high):
            ends = following
            for _ in range(high - low):
                ends = np.minimum(following, _ends(inner, ends, holds))
            for _ in range(low):
                ends = _ends(inner, ends, holds)
            return ends
        case condition:
            ends = np.full_like(following, NEVER)
            ends[:-1] = np.where(holds(condition)[:-1], following[1:], NEVER)
            return ends
