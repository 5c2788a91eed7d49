"""Measuring the coding of speech on a file of annotated quotations."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.annotation.grammar.lexicons import read_lexicons
from analysis.annotation.speech.actors import ActorIndex
from analysis.annotation.tokens import Annotator
from analysis.coding.evaluation.quote_scores import ROLES, Quote
from analysis.coding.evaluation.quotes import (
    Document,
    Scores,
    paragraphs,
    predict_quotes,
    read_quotes,
    score_documents,
)
from analysis.study.paths import Layout


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
    """Code the speech of annotated articles, and compare.

    Parameters
    ----------
    path : path
        JSON lines, gzipped or not.
    layout : Layout
        The study, for its lexicons. Speakers are scored by where they stand, so its
        actors play no part.
    first : int, optional
        Only so many documents.
    on_documents : callable, optional
        Told how many of how many are done.

    Returns
    -------
    QuoteEvaluation
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
    lines = [
        prediction_line(raw, document, found)
        for raw, document, found in zip(_raw_lines(path), documents, predictions, strict=False)
    ]
    return QuoteEvaluation(scores, errors, lines)


def prediction_line(raw: Mapping[str, Any], document: Document, quotes: Iterable[Quote]) -> str:
    """Write a document of the data with predicted annotations, in the data's own schema.

    Examples
    --------
    >>> empty = Document("a", "Ja.", (0, 2), (2, 3), ())
    >>> prediction_line({"documentName": "a", "annotations": [{"id": 0}]}, empty, [])
    '{"documentName": "a", "annotations": []}'
    """
    annotations = [_annotation(document, quote, n) for n, quote in enumerate(quotes)]
    return json.dumps({**raw, "annotations": annotations}, ensure_ascii=False)


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
    """Give a set of tokens as the data does: ids, runs of neighbours, and their text."""
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


def _raw_lines(path: Path) -> list[dict[str, Any]]:
    """Read the documents as they stand; `read_quotes` has checked them."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]
