"""At which tokens a condition of a query holds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.concordance.columns import PARTING
from analysis.concordance.grammar import (
    All,
    Any,
    Comparison,
    Condition,
    Not,
    Query,
    comparisons,
    unknown_at,
)
from analysis.concordance.matching import Judge
from analysis.concordance.patterns import find_values
from analysis.concordance.texts import Texts
from analysis.study.study import Study
from analysis.tables.schema import POLARITIES, TARGETS, TIERS, VOICES, ZONES

CLOSED = {
    "polarity": POLARITIES,
    "target": TARGETS,
    "tier": TIERS,
    "voice": VOICES,
    "zone": ZONES,
}
#: Where an attribute is looked up, if not in the column of its name alone.
LOOKED_UP = {"lemma": ("lemma", "joined")}


def check_values(query: Query, study: Study) -> None:
    """Refuse values that no token can have, such as a frame that the study does not know.

    Raises
    ------
    QueryError
        The message points at the value and lists the allowed ones.

    Examples
    --------
    >>> from analysis.concordance.query import parse_query
    >>> from analysis.study.study import read_study
    >>> check_values(parse_query('[frame="Deals"]'), read_study())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    analysis.study.errors.QueryError: query: unknown frame 'Deals'. Allowed: Deal, ...
    """
    closed = {**CLOSED, "frame": tuple(frame.id for frame in study.frames)}
    for one in comparisons(query.pattern):
        allowed = closed.get(one.attribute)
        if allowed and not find_values(one, allowed, query.text).any():
            raise unknown_at(
                query.text, one.at, what=one.attribute, name=one.pattern, allowed=allowed
            )


def judge_of(query: Query, texts: Texts) -> Judge:
    """Give the function that says where a condition holds; each comparison is made once."""
    known: dict[Comparison, np.ndarray] = {}
    everywhere = np.ones(len(texts.tokens), dtype=bool)

    def judge(condition: Condition) -> np.ndarray:
        match condition:
            case Comparison():
                if condition not in known:
                    known[condition] = _compare(condition, texts.tokens, query.text)
                return known[condition]
            case Not(inner):
                return ~judge(inner)
            case All(inner):
                return np.asarray(np.logical_and.reduce([everywhere, *map(judge, inner)]))
            case Any(inner):
                return np.asarray(np.logical_or.reduce([*map(judge, inner)]))

    return judge


def _compare(one: Comparison, tokens: pd.DataFrame, query: str) -> np.ndarray:
    columns = LOOKED_UP.get(one.attribute, (one.attribute,))
    found = np.any([_in_column(one, tokens[name], query) for name in columns], axis=0)
    return np.logical_not(found) if one.negated else np.asarray(found)


def _in_column(one: Comparison, column: pd.Series, query: str) -> np.ndarray:
    """Compare each distinct value once; a word with several parts needs one that fits."""
    values = [str(value) for value in column.cat.categories]
    if one.attribute == "part":
        parts = sorted({part for value in values for part in value.split(PARTING)})
        fitting = dict(zip(parts, find_values(one, parts, query), strict=True))
        fits = np.array([any(fitting[p] for p in v.split(PARTING)) for v in values], dtype=bool)
    else:
        fits = find_values(one, values, query)
    return fits[column.cat.codes.to_numpy()] if values else np.zeros(len(column), dtype=bool)
