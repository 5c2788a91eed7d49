"""Whether a mention is affirmed, negated or open, from the point of view of who states it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.grammar.clauses import Clause
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.polarity.denial import cancelled_denial
from analysis.annotation.polarity.hypothesis import find_hypothesis, is_counterfactual
from analysis.annotation.polarity.negation import find_look_alike, find_negations
from analysis.annotation.polarity.openness import find_openness
from analysis.annotation.polarity.scope import Cue
from analysis.annotation.polarity.surroundings import Surroundings, surroundings_of
from analysis.annotation.tokens import Sentence

Value = Literal["affirmed", "negated", "open"]


@dataclass(frozen=True, slots=True)
class Polarity:
    """The polarity of a mention with the word and the rule that gave it.

    ``cue`` is empty and its offsets are -1 where nothing was found (rule P0).
    ``double_negation`` is True where two negations cancelled each other.
    """

    value: Value
    cue: str
    cue_begin: int
    cue_end: int
    rule: str
    double_negation: bool


def code_polarity(
    sentence: Sentence,
    index: int,
    *,
    lexicons: Lexicons,
    clauses: Sequence[Clause] | None = None,
) -> Polarity:
    """Code the polarity of one mention.

    Parameters
    ----------
    sentence : Sentence
        The sentence of the mention.
    index : int
        Position of the mention among its tokens; of a separated verb, that of
        the finite verb.
    lexicons : Lexicons
        Word lists and verb forms.
    clauses : sequence of Clause, optional
        What `analysis.annotation.grammar.clauses.find_clauses` gives for the sentence; saves
        time where a sentence has many mentions.

    Returns
    -------
    Polarity
        Rules P1 to P6 of ``docs/reference/coding-rules.md`` in their order; P0 is the
        default, affirmed.

    Examples
    --------
    >>> from analysis.annotation.grammar.lexicons import read_lexicons
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Sie verlassen die Insel ohne Deal.")
    >>> found = code_polarity(sentence, 5, lexicons=read_lexicons())
    >>> found.value, found.cue, found.rule
    ('negated', 'ohne', 'P2')
    """
    around = surroundings_of(sentence.tokens, index, lexicons, clauses=clauses)
    negations = find_negations(around, lexicons)
    if negations:
        return _negated(around, negations, lexicons)
    cancelled = cancelled_denial(around, lexicons)
    if cancelled is not None:
        return _coded(around, "affirmed", cancelled, double=True)
    opened = find_hypothesis(around, lexicons) or find_openness(around, lexicons)
    if opened is not None:
        return _coded(around, "open", opened)
    return _coded(around, "affirmed", find_look_alike(around, lexicons))


def _negated(around: Surroundings, negations: list[Cue], lexicons: Lexicons) -> Polarity:
    hypothesis = find_hypothesis(around, lexicons)
    if hypothesis is not None and negations[0].rule != "P1":
        return _coded(around, "open", hypothesis, double=len(negations) > 1)
    if is_counterfactual(around) and negations[0].rule in ("P2", "P4"):
        return _coded(around, "affirmed", negations[0], double=True)
    if len(negations) % 2 == 0:
        return _coded(around, "affirmed", negations[-1], double=True)
    return _coded(around, "negated", negations[0], double=len(negations) > 1)


def _coded(
    around: Surroundings, value: Value, cue: Cue | None, *, double: bool = False
) -> Polarity:
    if cue is None:
        return Polarity(value, "", -1, -1, "P0", double)
    token = around.tokens[cue.position]
    return Polarity(value, token.form, token.begin, token.end, cue.rule, double)
