"""How good the coding of mentions is: polarity, voice and speaker against hand-coded rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from analysis.annotation.actors import ActorIndex, SpeechContext
from analysis.annotation.evaluation import Scores, paragraphs
from analysis.annotation.lexicons import Lexicons
from analysis.annotation.polarity import code_polarity
from analysis.annotation.spans import SpeechSpan, voice_at
from analysis.annotation.speech import find_speech
from analysis.annotation.tokens import Annotator, Sentence
from analysis.errors import TableError, TextError, join_faults

LAYERS = ("polarity", "voice", "speaker")
GOLD_COLUMNS = ("doc", "begin", "end", "frame", "polarity", "voice", "speaker")
#: What the codebook writes where the context does not say who speaks.
UNKNOWN = "?"


def read_gold(path: Path) -> pd.DataFrame:
    """Read hand-coded mentions; rows whose frame is ``none`` are left out.

    Parameters
    ----------
    path : Path
        CSV with the columns doc, begin, end, frame, polarity, voice, speaker.

    Returns
    -------
    pandas.DataFrame
        One row per mention, sorted by document and offset.

    Raises
    ------
    TextError
        If there is no such file.
    TableError
        If a column is missing.
    """
    if not path.is_file():
        raise TextError(f"{path}: no such file; it holds the hand-coded mentions")
    table = pd.read_csv(path, keep_default_na=False, dtype={"doc": "str"})
    missing = [f"missing column {name!r}" for name in GOLD_COLUMNS if name not in table]
    if missing:
        raise TableError(join_faults(path.name, missing))
    kept = table[table["frame"] != "none"]
    return kept.sort_values(["doc", "begin"], ignore_index=True)


def evaluate_mentions(
    gold_path: Path,
    texts: Path,
    annotator: Annotator,
    actors: ActorIndex,
    *,
    lexicons: Lexicons,
) -> tuple[Scores, pd.DataFrame]:
    """Code the hand-coded mentions at their given offsets and compare.

    Parameters
    ----------
    gold_path : Path
        See `read_gold`.
    texts : Path
        Folder with a file ``<doc>.txt`` for each document.
    annotator, actors, lexicons
        As for the coding itself.

    Returns
    -------
    dict
        For ``polarity``, ``voice``, ``speaker``: see `score_codes`.
    pandas.DataFrame
        Wrong codes: doc, begin, layer, gold, predicted, rule, cue.
    """
    gold = read_gold(gold_path)
    rows: list[dict[str, str]] = []
    for doc, mentions in gold.groupby("doc", sort=True):
        text = _text(texts / f"{doc}.txt")
        segments = [annotator.sentences(*segment) for segment in paragraphs(text)]
        offsets = [int(begin) for begin in mentions["begin"]]
        rows += code_mentions(segments, offsets, actors, lexicons=lexicons)
    predicted = pd.DataFrame(
        rows, columns=[*LAYERS, "polarity_rule", "polarity_cue", "voice_rule", "voice_cue"]
    )
    scores = {
        layer: score_codes(gold[layer].tolist(), predicted[layer].tolist()) for layer in LAYERS
    }
    return scores, mention_errors(gold, predicted)


def _text(path: Path) -> str:
    if not path.is_file():
        raise TextError(f"{path}: no such file; the gold mentions refer to it")
    with path.open(encoding="utf-8", newline="") as opened:
        return opened.read()


def code_mentions(
    segments: Sequence[Sequence[Sentence]],
    offsets: Iterable[int],
    actors: ActorIndex,
    *,
    lexicons: Lexicons,
) -> list[dict[str, str]]:
    """Code polarity, voice and speaker of the tokens at given offsets of one document.

    Raises
    ------
    TextError
        If no token holds an offset.
    """
    context = SpeechContext()
    spans: list[SpeechSpan] = []
    for segment in segments:
        spans += find_speech(segment, actors, context, lexicons=lexicons)
    places = {
        offset: (sentence, index)
        for segment in segments
        for sentence in segment
        for index, token in enumerate(sentence.tokens)
        for offset in range(token.begin, token.end)
    }
    coded = []
    for offset in offsets:
        if offset not in places:
            raise TextError(f"code_mentions: no token at offset {offset}; offsets count characters")
        coded.append(_coded(*places[offset], offset, spans, lexicons=lexicons))
    return coded


def _coded(
    sentence: Sentence, index: int, offset: int, spans: Sequence[SpeechSpan], *, lexicons: Lexicons
) -> dict[str, str]:
    polarity = code_polarity(sentence, index, lexicons=lexicons)
    span = voice_at(spans, offset)
    return {
        "polarity": polarity.value,
        "voice": span.voice if span else "narrator",
        "speaker": (span.speaker or UNKNOWN) if span else "",
        "polarity_rule": polarity.rule,
        "polarity_cue": polarity.cue,
        "voice_rule": span.rule if span else "",
        "voice_cue": span.cue if span else "",
    }


def score_codes(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """Compare two codings of the same mentions.

    Parameters
    ----------
    gold, predicted : sequence of str
        One code for each mention.

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


def mention_errors(gold: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """List wrong codes: doc, begin, layer, gold, predicted, rule, cue."""
    rows: list[Mapping[str, object]] = []
    for one, other in zip(gold.to_dict("records"), predicted.to_dict("records"), strict=True):
        for layer in LAYERS:
            if one[layer] != other[layer]:
                by = "polarity" if layer == "polarity" else "voice"
                rows.append(
                    {
                        "doc": one["doc"],
                        "begin": one["begin"],
                        "layer": layer,
                        "gold": one[layer],
                        "predicted": other[layer],
                        "rule": other[f"{by}_rule"],
                        "cue": other[f"{by}_cue"],
                    }
                )
    columns = ["doc", "begin", "layer", "gold", "predicted", "rule", "cue"]
    return pd.DataFrame(rows, columns=columns)
