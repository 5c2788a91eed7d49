"""Scores of predicted quotations against gold: paired, averaged over quotations, and by token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

ROLES = ("addressee", "cue", "frame", "speaker")
#: What the pairing prefers where token F1 leaves a choice: the same type.
SAME_TYPE = 1e-9
#: Gold types by the voice that they are here. Reported speech acts have no clause of their
#: own ("Er forderte Ruhe"): they are the narrator's, and counted as indirect in a second row.
VOICES: Mapping[str, frozenset[str]] = {
    "direct": frozenset({"Direct"}),
    "indirect": frozenset({"Indirect", "IndirectFreeIndirect", "FreeIndirect"}),
    "indirect_with_reported": frozenset(
        {"Indirect", "IndirectFreeIndirect", "FreeIndirect", "Reported"}
    ),
}
ERROR_COLUMNS = (
    *("document", "error", "gold_type", "predicted_type", "rule"),
    *("first_token", "last_token", "f1"),
)
EMPTY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation as sets of token ids: its words and its four roles."""

    tokens: frozenset[int]
    type: str
    roles: Mapping[str, frozenset[int]]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold and a predicted quotation that were paired; None where one has no partner."""

    document: str
    gold: Quote | None
    predicted: Quote | None

    def tokens(self, role: str) -> tuple[frozenset[int], frozenset[int]]:
        """Return the gold and the predicted tokens of a role, or of the quotation itself."""
        return _tokens(self.gold, role), _tokens(self.predicted, role)


def _tokens(quote: Quote | None, role: str) -> frozenset[int]:
    if quote is None:
        return EMPTY
    return quote.tokens if role == "quote" else quote.roles.get(role, EMPTY)


def pair_quotes(document: str, gold: Sequence[Quote], predicted: Sequence[Quote]) -> list[Pair]:
    """Pair gold and predicted quotations so that the sum of their token F1 is largest.

    Returns
    -------
    list of Pair
        One per gold and per predicted quotation of the document, paired or not. Two without a
        common token may be paired, as the data set's authors do; it changes no score.

    Notes
    -----
    Petersen-Frey and Biemann (2024), Dataset of Quotation Attribution in German
    News Articles: the assignment problem, solved exactly.

    Examples
    --------
    >>> quote = Quote(frozenset({1, 2}), "Direct", {})
    >>> [pair.gold is pair.predicted for pair in pair_quotes("a", [quote], [quote])]
    [True]
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


def f1(gold: frozenset[int], predicted: frozenset[int]) -> float:
    """Return the F1 of two sets of tokens; 0 if they share none."""
    shared = len(gold & predicted)
    return 2 * shared / (len(gold) + len(predicted)) if shared else 0.0


def score_pairs(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Score paired quotations.

    Returns
    -------
    dict
        For ``quotes``, ``roles``, ``joint``, ``speaker``: ``precision`` averaged over
        the predicted, ``recall`` over the gold quotations (a missing partner gives
        0), ``f1`` of the two means. For ``type``: shares of quotations with a partner
        of the same type.

    Examples
    --------
    >>> quote = Quote(frozenset({1, 2}), "Direct", {"speaker": frozenset({0})})
    >>> score_pairs(pair_quotes("a", [quote], [quote]))["speaker"]["f1"]
    1.0
    """
    layers = {
        "quotes": ("quote",),
        "roles": ROLES,
        "joint": ("quote", *ROLES),
        "speaker": ("speaker",),
    }
    scores = {layer: _averaged(pairs, roles) for layer, roles in layers.items()}
    scores["type"] = _types(pairs)
    return scores


def _averaged(pairs: Sequence[Pair], roles: Sequence[str]) -> dict[str, float]:
    precisions, recalls = [], []
    for pair in pairs:
        for role in roles:
            gold, predicted = pair.tokens(role)
            shared = len(gold & predicted)
            if predicted:
                precisions.append(shared / len(predicted))
            if gold:
                recalls.append(shared / len(gold))
    return _summary(_mean(precisions), _mean(recalls))


def _types(pairs: Sequence[Pair]) -> dict[str, float]:
    same = [
        pair.gold is not None
        and pair.predicted is not None
        and pair.gold.type == pair.predicted.type
        for pair in pairs
    ]
    n_gold = sum(pair.gold is not None for pair in pairs)
    n_predicted = sum(pair.predicted is not None for pair in pairs)
    return _summary(sum(same) / max(n_predicted, 1), sum(same) / max(n_gold, 1))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _summary(precision: float, recall: float) -> dict[str, float]:
    total = precision + recall
    mean = 2 * precision * recall / total if total else 0.0
    return {"precision": precision, "recall": recall, "f1": mean}


def score_tokens(
    documents: Iterable[tuple[Sequence[Quote], Sequence[Quote], int]],
) -> dict[str, dict[str, float]]:
    """Score voices token by token over all documents.

    ``documents`` gives for each its gold quotations, the predicted ones, its number of tokens.

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
        spoken = VOICES["direct"] | VOICES["indirect"]
        rest = frozenset(range(n_tokens))
        counts["narrator"] += _overlap(
            rest - _union(gold, spoken), rest - _union(predicted, spoken)
        )
    return {
        f"token_{name}": _summary(shared / max(predicted, 1), shared / max(gold, 1))
        for name, (shared, gold, predicted) in counts.items()
    }


def _union(quotes: Sequence[Quote], types: frozenset[str]) -> frozenset[int]:
    return EMPTY.union(*(quote.tokens for quote in quotes if quote.type in types))


def _overlap(gold: frozenset[int], predicted: frozenset[int]) -> np.ndarray:
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
        gold, predicted = pair.tokens("quote")
        value = f1(gold, predicted)
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
