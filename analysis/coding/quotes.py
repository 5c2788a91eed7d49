"""How good the coding of speech is, on a file of annotated quotations."""

from __future__ import annotations

import gzip
import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.annotation.grammar.lexicons import Lexicons, read_lexicons
from analysis.annotation.speech.actors import ActorIndex, SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.sentences import SpeechSpan
from analysis.annotation.tokens import Annotator, Sentence
from analysis.coding.quote_scores import (
    ROLES,
    Quote,
    pair_quotes,
    quote_errors,
    score_pairs,
    score_tokens,
)
from analysis.study.errors import TextError
from analysis.study.paths import Layout

Scores = dict[str, dict[str, float]]
Segment = tuple[str, int]
TYPES = {"continued": "IndirectFreeIndirect", "act": "Reported"}


@dataclass(frozen=True)
class Document:
    """An annotated article: its line of the file, its text, its tokens' offsets, its quotations."""

    raw: Mapping[str, Any]
    name: str
    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    quotes: tuple[Quote, ...]

    def token_ids(self, begin: int, end: int) -> frozenset[int]:
        """Return the ids of the tokens that overlap a stretch of text."""
        if begin >= end or begin < 0:
            return frozenset()
        first = bisect_left(self.ends, begin + 1)
        return frozenset(range(first, bisect_left(self.begins, end)))


def read_quotes(path: Path) -> list[Document]:
    """Read annotated quotations: one JSON document a line, gzipped or not.

    Raises
    ------
    TextError
        If the file is missing or a line is not such a document.
    """
    if not path.is_file():
        raise TextError(f"{path}: no such file; it holds the annotated quotations")
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    lines = enumerate(text.split("\n"), 1)
    return [_document(line, f"{path.name}, line {n}") for n, line in lines if line.strip()]


def _document(line: str, where: str) -> Document:
    try:
        table: dict[str, Any] = json.loads(line)
        return Document(
            table,
            table["documentName"],
            table["originalText"],
            tuple(token["charBegin"] for token in table["tokens"]),
            tuple(token["charEnd"] for token in table["tokens"]),
            tuple(_quote(annotation) for annotation in table["annotations"]),
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise TextError(f"{where}: not an annotated document: {fault!r}") from fault


def _quote(annotation: Mapping[str, Any]) -> Quote:
    roles = {role: frozenset(annotation[role]["tokenIds"]) for role in ROLES}
    return Quote(frozenset(annotation["quote"]["tokenIds"]), annotation["type"], roles)


def paragraphs(text: str) -> Iterator[Segment]:
    """Return the lines of a text that are not blank, with their offsets."""
    for match in re.finditer(r"[^\n]+", text):
        if match.group().strip():
            yield match.group(), match.start()


def predict_quotes(
    document: Document,
    segments: Sequence[Sequence[Sentence]],
    actors: ActorIndex,
    *,
    lexicons: Lexicons,
) -> list[Quote]:
    """Code an article's speech and give it as quotations over the data set's tokens."""
    context = SpeechContext()
    spans: list[SpeechSpan] = []
    for segment in segments:
        spans += find_speech(segment, actors, context, lexicons=lexicons)
    kept = [span for span in spans if span.kind != "distanced"]
    return [_as_quote(document, span) for span in _run_together(document, kept)]


def _run_together(document: Document, spans: Sequence[SpeechSpan]) -> list[SpeechSpan]:
    """Join sentences that continue a report: the data set has one quotation for a run."""
    joined: list[SpeechSpan] = []
    last = -1
    for span in spans:
        continues = span.kind == "continued" and last >= 0
        if continues and not document.text[joined[last].end : span.begin].strip():
            joined[last] = replace(joined[last], end=span.end)
            continue
        joined.append(span)
        if span.voice == "indirect":
            last = len(joined) - 1 if span.kind == "continued" else -1
    return joined


def _as_quote(document: Document, span: SpeechSpan) -> Quote:
    frame = document.token_ids(span.frame_begin, span.frame_end)
    words = document.token_ids(span.begin, span.end)
    inside = span.begin <= span.frame_begin < span.end and span.voice == "indirect"
    inside = inside and span.kind != "act"
    roles = {
        "addressee": frozenset[int](),
        "cue": document.token_ids(span.cue_begin, span.cue_end),
        "frame": frame,
        "speaker": document.token_ids(span.speaker_begin, span.speaker_end),
    }
    type_ = "Direct" if span.voice == "direct" else TYPES.get(span.kind, "Indirect")
    return Quote(words - frame if inside else words, type_, roles, span.rule)


def score_documents(
    documents: Sequence[Document], predictions: Sequence[Sequence[Quote]]
) -> tuple[Scores, pd.DataFrame]:
    """Score predicted quotations, one sequence for each document."""
    both = list(zip(documents, predictions, strict=True))
    pairs = [
        pair
        for document, predicted in both
        for pair in pair_quotes(document.name, document.quotes, predicted)
    ]
    tokens = score_tokens((d.quotes, predicted, len(d.begins)) for d, predicted in both)
    return score_pairs(pairs) | tokens, quote_errors(pairs)


@dataclass(frozen=True)
class QuoteEvaluation:
    """Scores by layer and metric, the errors, and the predictions as lines of JSON."""

    scores: Scores
    errors: pd.DataFrame
    predictions: list[str]


def evaluate_quotes(
    path: Path,
    layout: Layout,
    *,
    first: int | None = None,
    on_documents: Callable[[int, int], None] | None = None,
) -> QuoteEvaluation:
    """Code the speech of annotated articles with the study's lexicons, and compare.

    Speakers are scored by where they stand, so the actors of the study play no part. Only the
    ``first`` documents are read if a number is given; ``on_documents`` is told how many of how
    many are done.
    """
    annotator, lexicons, actors = Annotator(), read_lexicons(layout), ActorIndex.of([])
    documents = read_quotes(path)[:first]
    predictions = []
    for n, document in enumerate(documents, start=1):
        segments = [annotator.sentences(*part) for part in paragraphs(document.text)]
        predictions.append(predict_quotes(document, segments, actors, lexicons=lexicons))
        if on_documents:
            on_documents(n, len(documents))
    scores, errors = score_documents(documents, predictions)
    lines = [prediction_line(*both) for both in zip(documents, predictions, strict=True)]
    return QuoteEvaluation(scores, errors, lines)


def prediction_line(document: Document, quotes: Iterable[Quote]) -> str:
    """Write a document of the data with predicted annotations, in the data's own schema.

    Examples
    --------
    >>> raw = {"documentName": "a", "annotations": [{"id": 0}]}
    >>> prediction_line(Document(raw, "a", "Ja.", (0, 2), (2, 3), ()), [])
    '{"documentName": "a", "annotations": []}'
    """
    annotations = [_annotation(document, quote, n) for n, quote in enumerate(quotes)]
    return json.dumps({**document.raw, "annotations": annotations}, ensure_ascii=False)


def _annotation(document: Document, quote: Quote, number: int) -> dict[str, Any]:
    roles = {role: _stretch(document, quote.roles.get(role, frozenset())) for role in ROLES}
    return {
        "id": number,
        "type": quote.type,
        "medium": "",
        "isNested": False,
        "hasNested": False,
        "quote": _stretch(document, quote.tokens),
        **roles,
    }


def _stretch(document: Document, tokens: frozenset[int]) -> dict[str, Any]:
    """Return a set of tokens as the data does: ids, runs of neighbours, and their text."""
    ids = sorted(tokens)
    runs: list[list[int]] = []
    for token in ids:
        if runs and runs[-1][-1] == token - 1:
            runs[-1].append(token)
        else:
            runs.append([token])
    spans = [
        {
            "begin": run[0],
            "end": run[-1] + 1,
            "charBegin": document.begins[run[0]],
            "charEnd": document.ends[run[-1]],
        }
        for run in runs
    ]
    pieces = (document.text[span["charBegin"] : span["charEnd"]] for span in spans)
    return {"tokenIds": ids, "spans": spans, "text": " ".join(pieces)}
