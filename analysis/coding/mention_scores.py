"""How good the coding of mentions is, layer by layer, against mentions coded without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from analysis.annotation.annotated import Tools
from analysis.annotation.codes import code_mention
from analysis.annotation.mentions import find_mentions
from analysis.annotation.speech.actors import SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.sentences import SpeechSpan
from analysis.annotation.tokens import Sentence
from analysis.coding.gold import NO_FRAME
from analysis.coding.quotes import paragraphs
from analysis.corpus.sources import read_article
from analysis.study.errors import TextError, join_faults

#: Columns of the list of errors.
ERRORS = ("doc", "begin", "surface", "layer", "gold", "predicted", "rule", "cue")
LAYERS = ("polarity", "voice", "speaker", "target")
Scores = dict[str, dict[str, float]]
Key = tuple[str, int]


def score_codes(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """Compare two codings of the same mentions.

    Returns
    -------
    dict
        ``n``; ``accuracy`` with a 95 % Wilson interval ``accuracy_low``,
        ``accuracy_high``; ``kappa`` (Cohen 1960) with its asymptotic 95 % interval
        ``kappa_low``, ``kappa_high`` (Fleiss, Cohen and Everitt 1969). The intervals
        are conditional on these texts. Kappa is NaN where both codings have one code only.

    Examples
    --------
    >>> scores = score_codes(["a", "b", "a", "b"], ["a", "b", "a", "a"])
    >>> scores["accuracy"], round(scores["kappa"], 2)
    (0.75, 0.5)
    """
    first, second = list(gold), list(predicted)
    agree = sum(one == other for one, other in zip(first, second, strict=True))
    low, high = proportion_confint(agree, len(first), method="wilson")
    scores = {
        "n": float(len(first)),
        "accuracy": agree / len(first),
        "accuracy_low": float(low),
        "accuracy_high": float(high),
    }
    return scores | _kappa(first, second)


def _kappa(first: Sequence[str], second: Sequence[str]) -> dict[str, float]:
    codes = sorted({*first, *second})
    if len(codes) < 2:
        return dict.fromkeys(("kappa", "kappa_low", "kappa_high"), float("nan"))
    if list(first) == list(second):
        return dict.fromkeys(("kappa", "kappa_low", "kappa_high"), 1.0)
    table = np.zeros((len(codes), len(codes)))
    for one, other in zip(first, second, strict=True):
        table[codes.index(one), codes.index(other)] += 1
    found = cohens_kappa(table)
    return {
        "kappa": float(found.kappa),
        "kappa_low": float(found.kappa_low),
        "kappa_high": min(1.0, float(found.kappa_upp)),
    }


def confusion(gold: Sequence[str], predicted: Sequence[str]) -> pd.DataFrame:
    """Count pairs of codes: columns gold, predicted, n.

    Examples
    --------
    >>> confusion(["a", "b"], ["a", "a"]).to_dict("list")
    {'gold': ['a', 'b'], 'predicted': ['a', 'a'], 'n': [1, 1]}
    """
    pairs = pd.DataFrame({"gold": list(gold), "predicted": list(predicted)}, dtype="str")
    return pairs.groupby(["gold", "predicted"], sort=True).size().reset_index(name="n")


@dataclass(frozen=True)
class Evaluation:
    """Scores by layer and metric; confusion (layer, gold, predicted, n); every error."""

    scores: Scores
    confusion: pd.DataFrame
    errors: pd.DataFrame


@dataclass(frozen=True)
class _Coded:
    """What the rules say of one document."""

    found: dict[int, str]
    codes: dict[int, dict[str, Any]]


def evaluate_mentions(
    gold: pd.DataFrame, texts: Path, tools: Tools, *, tier: str = "core"
) -> Evaluation:
    """Find and code the mentions of the gold's documents, and compare.

    Parameters
    ----------
    gold : DataFrame
        What `analysis.coding.gold.read_gold` gives.
    texts : path
        Folder with a file ``<doc>.txt`` for each document.
    tools : Tools
        Models and lexicons.
    tier : str
        core or near: that of the gold's mentions.

    Returns
    -------
    Evaluation
        Layer frame: precision, recall, f1 with Wilson intervals of the first two, over
        all mentions of the tier in these documents. Other layers: accuracy, kappa and their
        intervals at the gold's offsets, and ``floor``, the share of the commonest label.

    Raises
    ------
    TextError
        If a text is missing, or an offset or surface of the gold does not fit it.
    """
    by_document = gold.groupby("doc")
    coded = {str(doc): _code(texts / f"{doc}.txt", rows, tools, tier) for doc, rows in by_document}
    rows = [row for row in gold.to_dict("records") if row["frame"] != NO_FRAME]
    wanted: dict[Key, str] = {(row["doc"], row["begin"]): row["frame"] for row in rows}
    found = {(doc, at): frame for doc, one in coded.items() for at, frame in one.found.items()}
    scores = {"frame": score_finding(wanted, found)}
    errors = [*_finding_errors(wanted, found)]
    tables = []
    codes = [coded[doc].codes[begin] for doc, begin in wanted]
    for layer in LAYERS:
        by_coder, by_rule = [row[layer] for row in rows], [code[layer] for code in codes]
        scores[layer] = score_codes(by_coder, by_rule) | {"floor": _floor(by_coder)}
        tables.append(confusion(by_coder, by_rule).assign(layer=layer))
        errors += _coding_errors(rows, codes, layer)
    table = pd.concat(tables, ignore_index=True)[["layer", "gold", "predicted", "n"]]
    return Evaluation(scores, table, pd.DataFrame(errors, columns=list(ERRORS)))


def _code(path: Path, rows: pd.DataFrame, tools: Tools, tier: str) -> _Coded:
    doc, text = path.stem, read_article(path)
    _check_surfaces(doc, rows, text)
    segments = [tools.annotator.sentences(*part) for part in paragraphs(text)]
    context, coding = SpeechContext(), tools.coding
    speech = [
        find_speech(part, coding.actors, context, lexicons=coding.lexicons) for part in segments
    ]
    found = {
        mention.token.begin: mention.frame
        for part in segments
        for sentence in part
        for mention in find_mentions(sentence, tools.lexicon, tools.annotator)
        if mention.tier == tier
    }
    wanted = set(rows.loc[rows["frame"] != NO_FRAME, "begin"])
    codes = {
        begin: code_mention(sentence, index, spans, coding)
        for begin, sentence, index, spans in _places(wanted, segments, speech)
    }
    if missed := sorted(wanted - set(codes)):
        raise TextError(f"{doc}: no token at {', '.join(map(str, missed[:3]))}")
    return _Coded(found, codes)


def _check_surfaces(doc: str, rows: pd.DataFrame, text: str) -> None:
    spans = zip(rows["begin"], rows["end"], rows["surface"], strict=True)
    faults = [
        f"{begin}-{end}: wanted {surface!r}, the text has {text[int(begin) : int(end)]!r}"
        for begin, end, surface in spans
        if text[int(begin) : int(end)] != surface
    ]
    if faults:
        raise TextError(
            join_faults(doc, faults[:10], "Offsets count characters of the untouched file.")
        )


def _places(
    wanted: set[int],
    segments: Sequence[Sequence[Sentence]],
    speech: Sequence[Sequence[SpeechSpan]],
) -> Iterator[tuple[int, Sentence, int, Sequence[SpeechSpan]]]:
    """Find the token that holds each offset, with the speech of its segment."""
    for part, spans in zip(segments, speech, strict=True):
        for sentence in part:
            for index, token in enumerate(sentence.tokens):
                for begin in wanted.intersection(range(token.begin, token.end)):
                    yield begin, sentence, index, spans


def score_finding(wanted: Mapping[Key, str], found: Mapping[Key, str]) -> dict[str, float]:
    """Score found mentions: one is right if its place and its frame are.

    Examples
    --------
    >>> scores = score_finding({("a", 0): "Deal", ("a", 9): "Deal"}, {("a", 0): "Deal"})
    >>> scores["precision"], scores["recall"], round(scores["f1"], 3)
    (1.0, 0.5, 0.667)
    """
    right = sum(found.get(key) == frame for key, frame in wanted.items())
    scores = {"n": float(len(wanted)), "n_found": float(len(found))}
    for name, size in (("precision", len(found)), ("recall", len(wanted))):
        low, high = proportion_confint(right, size, method="wilson") if size else (0.0, 1.0)
        scores |= {
            name: right / size if size else float("nan"),
            f"{name}_low": float(low),
            f"{name}_high": float(high),
        }
    both = len(found) + len(wanted)
    return scores | {"f1": 2 * right / both if both else float("nan")}


def _floor(labels: Sequence[str]) -> float:
    """Return the accuracy of always saying the commonest label."""
    return max(labels.count(label) for label in set(labels)) / len(labels) if labels else 0.0


def _finding_errors(
    wanted: Mapping[Key, str], found: Mapping[Key, str]
) -> Iterator[tuple[Any, ...]]:
    for key in sorted({*wanted, *found}):
        if wanted.get(key) != found.get(key):
            frames = wanted.get(key, NO_FRAME), found.get(key, NO_FRAME)
            yield (*key, "", "frame", *frames, "", "")


def _coding_errors(
    rows: Sequence[Mapping[Any, Any]], codes: Sequence[Mapping[str, Any]], layer: str
) -> Iterator[tuple[Any, ...]]:
    evidence = "voice" if layer == "speaker" else layer
    for row, code in zip(rows, codes, strict=True):
        if row[layer] != code[layer]:
            labels = layer, row[layer], code[layer]
            why = code[f"{evidence}_rule"], code[f"{evidence}_cue"]
            yield (row["doc"], row["begin"], row["surface"], *labels, *why)
