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

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from analysis.annotation.grammar.lexicons import read_lexicons
from analysis.annotation.speech.actors import ActorIndex, SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.sentences import SpeechSpan
from analysis.annotation.tokens import Annotator
from analysis.measures.inference import FloatArray
from analysis.study.errors import TextError
from analysis.study.paths import Layout

Scores = dict[str, dict[str, float]]
Tokens = frozenset[int]
ROLES = ("addressee", "cue", "frame", "speaker")
#: The data set's types of our kinds of speech; the others are Direct or Indirect.
TYPES = {"continued": "IndirectFreeIndirect", "act": "Reported"}
#: What the pairing prefers where token F1 leaves a choice: the same type.
SAME_TYPE = 1e-9
#: Gold types by the voice that they are here. Reported speech acts have no clause of their
#: own ("Er forderte Ruhe"): they are the narrator's, and counted as indirect in a second row.
INDIRECT = ("Indirect", "IndirectFreeIndirect", "FreeIndirect")
VOICES: Mapping[str, tuple[str, ...]] = {
    "direct": ("Direct",),
    "indirect": INDIRECT,
    "indirect_with_reported": (*INDIRECT, "Reported"),
}
#: What is scored, and the parts of a quotation that count for it.
LAYERS = {
    "quotes": ("quote",),
    "roles": ROLES,
    "joint": ("quote", *ROLES),
    "speaker": ("speaker",),
}
ERROR_COLUMNS = (
    *("document", "error", "gold_type", "predicted_type", "rule"),
    *("first_token", "last_token", "f1"),
)


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation as sets of token ids: its words and its four roles."""

    tokens: Tokens
    type: str
    roles: Mapping[str, Tokens]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold and a predicted quotation that were paired; None where one has no partner."""

    document: str
    gold: Quote | None
    predicted: Quote | None

    def tokens(self, role: str) -> tuple[Tokens, Tokens]:
        """Return the gold and the predicted tokens of a role, or of the quotation itself."""
        return _tokens(self.gold, role), _tokens(self.predicted, role)


@dataclass(frozen=True)
class Document:
    """An annotated article: its line of the file, its text, its tokens' offsets, its quotations."""

    raw: Mapping[str, Any]
    name: str
    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    quotes: tuple[Quote, ...]

    def token_ids(self, begin: int, end: int) -> Tokens:
        """Return the ids of the tokens that overlap a stretch of text."""
        if begin >= end or begin < 0:
            return frozenset()
        first = bisect_left(self.ends, begin + 1)
        return frozenset(range(first, bisect_left(self.begins, end)))


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

    Raises
    ------
    TextError
        If the file is missing or a line is not an annotated document.
    """
    annotator, lexicons, actors = Annotator(), read_lexicons(layout), ActorIndex.of([])
    documents = read_quotes(path)[:first]
    pairs, voices, lines = [], [], []
    for n, document in enumerate(documents, start=1):
        context, spans = SpeechContext(), []
        for part in paragraphs(document.text):
            spans += find_speech(annotator.sentences(*part), actors, context, lexicons=lexicons)
        quotes = as_quotes(document, spans)
        pairs += pair_quotes(document.name, document.quotes, quotes)
        voices.append((document.quotes, quotes, len(document.begins)))
        lines.append(prediction_line(document, quotes))
        if on_documents:
            on_documents(n, len(documents))
    return QuoteEvaluation(score_pairs(pairs) | score_tokens(voices), quote_errors(pairs), lines)


def read_quotes(path: Path) -> list[Document]:
    """Read annotated quotations: one JSON document a line, gzipped or not."""
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


def paragraphs(text: str) -> Iterator[tuple[str, int]]:
    """Return the lines of a text that are not blank, with their offsets."""
    for match in re.finditer(r"[^\n]+", text):
        if match.group().strip():
            yield match.group(), match.start()


def as_quotes(document: Document, spans: Sequence[SpeechSpan]) -> list[Quote]:
    """Return coded speech as quotations over the data set's tokens.

    Sentences that continue a report are joined: the data set has one quotation for a run.
    """
    joined: list[SpeechSpan] = []
    last = -1
    for span in spans:
        if span.kind == "distanced":
            continue
        continues = span.kind == "continued" and last >= 0
        if continues and not document.text[joined[last].end : span.begin].strip():
            joined[last] = replace(joined[last], end=span.end)
            continue
        joined.append(span)
        if span.voice == "indirect":
            last = len(joined) - 1 if span.kind == "continued" else -1
    return [_as_quote(document, span) for span in joined]


def _as_quote(document: Document, span: SpeechSpan) -> Quote:
    frame = document.token_ids(span.frame_begin, span.frame_end)
    words = document.token_ids(span.begin, span.end)
    inside = span.begin <= span.frame_begin < span.end and span.voice == "indirect"
    if inside and span.kind != "act":
        words -= frame
    roles = {
        "cue": document.token_ids(span.cue_begin, span.cue_end),
        "frame": frame,
        "speaker": document.token_ids(span.speaker_begin, span.speaker_end),
    }
    type_ = "Direct" if span.voice == "direct" else TYPES.get(span.kind, "Indirect")
    return Quote(words, type_, roles, span.rule)


def prediction_line(document: Document, quotes: Iterable[Quote]) -> str:
    """Write a document of the data with predicted annotations, in the data's own schema."""
    usual = {"medium": "", "isNested": False, "hasNested": False}
    annotations = [
        {"id": number, "type": quote.type, **usual}
        | {role: _stretch(document, _tokens(quote, role)) for role in ("quote", *ROLES)}
        for number, quote in enumerate(quotes)
    ]
    return json.dumps({**document.raw, "annotations": annotations}, ensure_ascii=False)


def _stretch(document: Document, tokens: Tokens) -> dict[str, Any]:
    """Return a set of tokens as the data does: ids, runs of neighbours, and their text."""
    ids = sorted(tokens)
    firsts = [token for token in ids if token - 1 not in tokens]
    lasts = [token for token in ids if token + 1 not in tokens]
    spans = [
        {
            "begin": first,
            "end": last + 1,
            "charBegin": document.begins[first],
            "charEnd": document.ends[last],
        }
        for first, last in zip(firsts, lasts, strict=True)
    ]
    pieces = (document.text[span["charBegin"] : span["charEnd"]] for span in spans)
    return {"tokenIds": ids, "spans": spans, "text": " ".join(pieces)}


def _tokens(quote: Quote | None, role: str) -> Tokens:
    if quote is None:
        return frozenset()
    return quote.tokens if role == "quote" else quote.roles.get(role, frozenset())


def pair_quotes(document: str, gold: Sequence[Quote], predicted: Sequence[Quote]) -> list[Pair]:
    """Pair gold and predicted quotations so that the sum of their token F1 is largest.

    Each is in one pair, with a partner or without. Two without a common token may be paired, as
    the data set's authors do; it changes no score.

    Notes
    -----
    Petersen-Frey and Biemann (2024), Dataset of Quotation Attribution in German
    News Articles: the assignment problem, solved exactly.
    """
    gains = np.zeros((len(gold), len(predicted)))
    for row, one in enumerate(gold):
        for column, other in enumerate(predicted):
            gain = f1(one.tokens, other.tokens)
            gains[row, column] = gain + (SAME_TYPE if gain and one.type == other.type else 0)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    pairs = [Pair(document, gold[r], predicted[c]) for r, c in zip(rows, columns, strict=True)]
    pairs += [Pair(document, one, None) for i, one in enumerate(gold) if i not in set(rows)]
    pairs += [Pair(document, None, one) for i, one in enumerate(predicted) if i not in set(columns)]
    return pairs


def f1(gold: Tokens, predicted: Tokens) -> float:
    """Return the F1 of two sets of tokens; 0 if they share none."""
    shared = len(gold & predicted)
    return 2 * shared / (len(gold) + len(predicted)) if shared else 0.0


def score_pairs(pairs: Sequence[Pair]) -> Scores:
    """Score paired quotations.

    Returns
    -------
    dict
        For ``quotes``, ``roles``, ``joint``, ``speaker``: ``precision`` averaged over
        the predicted, ``recall`` over the gold quotations (a missing partner counts
        0), ``f1`` of the two means. For ``type``: shares of quotations with a partner
        of the same type.
    """
    scores = {layer: _averaged(pairs, roles) for layer, roles in LAYERS.items()}
    gold = [pair.gold for pair in pairs if pair.gold]
    predicted = [pair.predicted for pair in pairs if pair.predicted]
    same = sum(
        pair.gold.type == pair.predicted.type for pair in pairs if pair.gold and pair.predicted
    )
    return scores | {"type": _summary(same, len(predicted), same, len(gold))}


def _averaged(pairs: Sequence[Pair], roles: Sequence[str]) -> dict[str, float]:
    both = [pair.tokens(role) for pair in pairs for role in roles]
    precisions = [len(gold & found) / len(found) for gold, found in both if found]
    recalls = [len(gold & found) / len(gold) for gold, found in both if gold]
    return _summary(sum(precisions), len(precisions), sum(recalls), len(recalls))


def _summary(found: float, n_predicted: float, known: float, n_gold: float) -> dict[str, float]:
    precision, recall = found / max(n_predicted, 1), known / max(n_gold, 1)
    total = precision + recall
    mean = 2 * precision * recall / total if total else 0.0
    return {"precision": precision, "recall": recall, "f1": mean}


def score_tokens(documents: Iterable[tuple[Sequence[Quote], Sequence[Quote], int]]) -> Scores:
    """Score voices token by token over all documents.

    ``documents`` has for each its gold quotations, the predicted ones, its number of tokens.

    Returns
    -------
    dict
        For ``token_direct``, ``token_indirect``, ``token_indirect_with_reported`` and
        ``token_narrator``: precision, recall, f1. A token within direct speech within
        indirect speech counts for both. Narrator: tokens in no quotation that is
        direct or indirect (Reported is the narrator's).
    """
    counts = {name: np.zeros(3) for name in (*VOICES, "narrator")}
    for gold, predicted, n_tokens in documents:
        for name, types in VOICES.items():
            counts[name] += _overlap(_union(gold, types), _union(predicted, types))
        spoken, whole = VOICES["direct"] + VOICES["indirect"], frozenset(range(n_tokens))
        rest = whole - _union(gold, spoken), whole - _union(predicted, spoken)
        counts["narrator"] += _overlap(*rest)
    return {
        f"token_{name}": _summary(shared, n_predicted, shared, n_gold)
        for name, (shared, n_gold, n_predicted) in counts.items()
    }


def _union(quotes: Sequence[Quote], types: Sequence[str]) -> Tokens:
    return frozenset().union(*(quote.tokens for quote in quotes if quote.type in types))


def _overlap(gold: Tokens, predicted: Tokens) -> FloatArray:
    return np.array([len(gold & predicted), len(gold), len(predicted)], dtype=float)


def quote_errors(pairs: Sequence[Pair], *, below: float = 0.5) -> pd.DataFrame:
    """List quotations whose words were found badly, with a token F1 ``below``, or not at all.

    Returns
    -------
    pandas.DataFrame
        Columns document, error (missed, spurious, partial), gold_type,
        predicted_type, rule, first_token, last_token, f1. No words of the text.
    """
    rows = []
    for pair in pairs:
        value = f1(*pair.tokens("quote"))
        if value >= below:
            continue
        for quote, error in ((pair.gold, "missed"), (pair.predicted, "spurious")):
            if quote is not None and quote.tokens:
                rows.append(_row(pair, quote, "partial" if value else error, value))
    table = pd.DataFrame(rows, columns=list(ERROR_COLUMNS))
    return table.sort_values(["document", "first_token", "error"], ignore_index=True)


def _row(pair: Pair, quote: Quote, error: str, value: float) -> dict[str, object]:
    return {
        "document": pair.document,
        "error": error,
        "gold_type": pair.gold.type if pair.gold and error != "spurious" else "",
        "predicted_type": pair.predicted.type if pair.predicted and error != "missed" else "",
        "rule": quote.rule or (pair.predicted.rule if pair.predicted and value else ""),
        "first_token": min(quote.tokens),
        "last_token": max(quote.tokens),
        "f1": value,
    }
