"""How good the coding of mentions is, layer by layer, against mentions coded without it.

Coded mentions are read, and checked before anything is measured against them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.metrics import confusion_matrix
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from analysis.annotation.annotated import Tools, code_mention
from analysis.annotation.mentions import find_mentions
from analysis.annotation.speech.actors import SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.coding.quotes import paragraphs
from analysis.corpus.sources import read_article
from analysis.study.errors import TableError, TextError, join_faults, unknown
from analysis.study.text_files import read_csv
from analysis.tables.schema import ABOUT, POLARITIES, VOICES

#: Columns of a file of coded mentions.
COLUMNS = ("doc", "begin", "end", "surface", "frame", "polarity", "voice", "speaker", "about")
#: What marks a token that mentions no frame: a false friend.
NO_FRAME = "none"
LABELS = {"polarity": POLARITIES, "voice": VOICES, "about": ABOUT}
#: Columns of the list of errors.
ERRORS = ("doc", "begin", "surface", "layer", "gold", "predicted", "rule", "cue")
LAYERS = ("polarity", "voice", "speaker", "about")
Scores = dict[str, dict[str, float]]
Key = tuple[str, int]


def read_gold(path: Path, frames: tuple[str, ...]) -> pd.DataFrame:
    """Read coded mentions; ``frames`` are the ids of the study's frames.

    A CSV file has one row per coded token: doc (file name without .txt), begin, end (half-open
    offsets), surface, frame (an id, or none), polarity, voice, speaker (empty for the narrator, ?
    if not said), about. They come sorted by document and offset.

    Raises
    ------
    TableError
        If there is no such file or table; with every unknown label and pair of overlapping rows.
    """
    missing = "no such file; wanted the coded mentions as CSV"
    table = read_csv(path, TableError, COLUMNS, others=True, missing=missing)
    faults = list(_cell_faults(table, frames))
    if not faults:
        table = table.astype({"begin": "int64", "end": "int64"})
        table = table.sort_values(["doc", "begin"], ignore_index=True)
        faults = list(_overlaps(table))
    if faults:
        raise TableError(join_faults(str(path), faults))
    return table.loc[:, list(COLUMNS)]


def _cell_faults(table: pd.DataFrame, frames: tuple[str, ...]) -> Iterator[str]:
    coded = table["frame"] != NO_FRAME
    for name, allowed in {"frame": (*frames, NO_FRAME), **LABELS}.items():
        column = table[name] if name == "frame" else table.loc[coded, name]
        for line, value in column[~column.isin(allowed)].items():
            yield f"line {line}, column {name!r}: {unknown('label', value, allowed)}"
    for name in ("begin", "end"):
        for line, value in table[name][~table[name].str.fullmatch("[0-9]{1,15}")].items():
            yield f"line {line}, column {name!r}: wanted a whole number, came {value!r}"


def _overlaps(table: pd.DataFrame) -> Iterator[str]:
    for doc, rows in table.groupby("doc"):
        spans = list(zip(rows["begin"], rows["end"], strict=True))
        for (begin, end), (following, _) in pairwise(spans):
            if following < end:
                yield f"{doc}: rows at {begin} and {following} overlap"


def score_codes(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """Compare two codings of the same mentions.

    Accuracy has a 95 % Wilson interval, kappa (Cohen 1960) its asymptotic one (Fleiss, Cohen and
    Everitt 1969); both are conditional on these texts. Kappa is NaN where both codings have one
    code only.
    """
    first, second = list(gold), list(predicted)
    agree = sum(one == other for one, other in zip(first, second, strict=True))
    return {"n": float(len(first))} | _rate("accuracy", agree, len(first)) | _kappa(first, second)


def _rate(name: str, right: int, n: int) -> dict[str, float]:
    """Return a share with its 95 % Wilson interval."""
    low, high = proportion_confint(right, n, method="wilson") if n else (0.0, 1.0)
    share = right / n if n else float("nan")
    return {name: share, f"{name}_low": float(low), f"{name}_high": float(high)}


def _kappa(first: Sequence[str], second: Sequence[str]) -> dict[str, float]:
    codes = sorted({*first, *second})
    if len(codes) < 2 or list(first) == list(second):
        value = float("nan") if len(codes) < 2 else 1.0
        return dict.fromkeys(("kappa", "kappa_low", "kappa_high"), value)
    found = cohens_kappa(confusion_matrix(first, second, labels=codes))
    return {
        "kappa": float(found.kappa),
        "kappa_low": float(found.kappa_low),
        "kappa_high": min(1.0, float(found.kappa_upp)),
    }


def confusion(gold: Sequence[str], predicted: Sequence[str]) -> pd.DataFrame:
    """Count pairs of codes: columns gold, predicted, n."""
    pairs = pd.DataFrame({"gold": list(gold), "predicted": list(predicted)}, dtype="str")
    return pairs.groupby(["gold", "predicted"], sort=True).size().reset_index(name="n")


@dataclass(frozen=True)
class Evaluation:
    """Scores by layer and metric; confusion (layer, gold, predicted, n); every error."""

    scores: Scores
    confusion: pd.DataFrame
    errors: pd.DataFrame


def evaluate_mentions(
    gold: pd.DataFrame, texts: Path, tools: Tools, *, tier: str = "core"
) -> Evaluation:
    """Find and code the mentions of the gold's documents, and compare.

    ``gold`` is what `read_gold` returns, of mentions of this tier (core or near); the folder
    has a file ``<doc>.txt`` for each document. Layer frame has precision, recall, f1 with Wilson
    intervals of the first two, over all mentions of the tier in these documents; other layers
    accuracy, kappa and their intervals at the gold's offsets, and ``floor``, the share of the
    commonest label.

    Raises
    ------
    TextError
        If a text is missing, or an offset or surface of the gold does not fit it.
    """
    by_document = gold.groupby("doc")
    coded = {str(doc): _code(texts / f"{doc}.txt", rows, tools, tier) for doc, rows in by_document}
    rows = [row for row in gold.to_dict("records") if row["frame"] != NO_FRAME]
    wanted: dict[Key, str] = {(row["doc"], row["begin"]): row["frame"] for row in rows}
    found = {(doc, at): frame for doc, (one, _) in coded.items() for at, frame in one.items()}
    scores = {"frame": score_finding(wanted, found)}
    errors = [
        (*key, "", "frame", wanted.get(key, NO_FRAME), found.get(key, NO_FRAME), "", "")
        for key in sorted({*wanted, *found})
        if wanted.get(key) != found.get(key)
    ]
    tables = []
    codes = [coded[doc][1][begin] for doc, begin in wanted]
    for layer in LAYERS:
        by_coder, by_rule = [row[layer] for row in rows], [code[layer] for code in codes]
        commonest = max(map(by_coder.count, set(by_coder)), default=0)
        scores[layer] = score_codes(by_coder, by_rule)
        scores[layer]["floor"] = commonest / max(len(by_coder), 1)
        tables.append(confusion(by_coder, by_rule).assign(layer=layer))
        errors += _coding_errors(rows, codes, layer)
    table = pd.concat(tables, ignore_index=True)[["layer", "gold", "predicted", "n"]]
    return Evaluation(scores, table, pd.DataFrame(errors, columns=list(ERRORS)))


def _code(
    path: Path, rows: pd.DataFrame, tools: Tools, tier: str
) -> tuple[dict[int, str], dict[int, dict[str, Any]]]:
    """Return what the rules say of a document: frames they find, codes at the gold's offsets."""
    doc, text = path.stem, read_article(path)
    _check_surfaces(doc, rows, text)
    context, coding = SpeechContext(), tools.coding
    wanted = set(rows.loc[rows["frame"] != NO_FRAME, "begin"])
    found: dict[int, str] = {}
    codes: dict[int, dict[str, Any]] = {}
    for part in paragraphs(text):
        sentences = tools.annotator.sentences(*part)
        spans = find_speech(sentences, coding.actors, context, lexicons=coding.lexicons)
        for sentence in sentences:
            for mention in find_mentions(sentence, tools.lexicon, tools.annotator):
                if mention.tier == tier:
                    found[mention.token.begin] = mention.frame
            for index, token in enumerate(sentence.tokens):
                for begin in wanted.intersection(range(token.begin, token.end)):
                    codes[begin] = code_mention(sentence, index, spans, coding)
    if missed := sorted(wanted - set(codes)):
        raise TextError(f"{doc}: no token at {', '.join(map(str, missed[:3]))}")
    return found, codes


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


def score_finding(wanted: Mapping[Key, str], found: Mapping[Key, str]) -> dict[str, float]:
    """Score found mentions: one is right if its place and its frame are."""
    right = sum(found.get(key) == frame for key, frame in wanted.items())
    scores = {"n": float(len(wanted)), "n_found": float(len(found))}
    scores |= _rate("precision", right, len(found)) | _rate("recall", right, len(wanted))
    both = len(found) + len(wanted)
    return scores | {"f1": 2 * right / both if both else float("nan")}


def _coding_errors(
    rows: Sequence[Mapping[Any, Any]], codes: Sequence[Mapping[str, Any]], layer: str
) -> Iterator[tuple[Any, ...]]:
    evidence = "voice" if layer == "speaker" else layer
    for row, code in zip(rows, codes, strict=True):
        if row[layer] != code[layer]:
            labels = layer, row[layer], code[layer]
            why = code[f"{evidence}_rule"], code[f"{evidence}_cue"]
            yield (row["doc"], row["begin"], row["surface"], *labels, *why)
