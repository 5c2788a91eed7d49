"""Whether a mention is affirmed, negated or open for who states it: the rules in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.grammar.clauses import Clause
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.polarity.denial import cancelled_denial
from analysis.annotation.polarity.negation import find_look_alike, find_negations
from analysis.annotation.polarity.openness import find_openness
from analysis.annotation.polarity.surroundings import (
    Cue,
    Surroundings,
    known_beside,
    surroundings_of,
)
from analysis.annotation.tokens import Sentence

NEVER = frozenset({"nicht", "nie", "niemals", "kaum"})
QUESTION_WORDS = frozenset({"PWS", "PWAT", "PWAV"})
#: Verb forms that open a condition without a conjunction ("Sollte es ...").
CONDITIONAL = frozenset({"sollte", "sollten", "wäre", "wären", "käme", "gäbe", "hätte"})
Value = Literal["affirmed", "negated", "open"]


def find_hypothesis(around: Surroundings, lexicons: Lexicons) -> Cue | None:
    """Rule P6a: a condition or a question leaves open even what is negated in it.

    "Wenn es keinen Deal gibt, ..." says neither that there is one nor that there is none.
    """
    return next(_hypotheses(around, lexicons), None)


def _hypotheses(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    clause = around.own
    without = _without(around)
    if without >= 0 and not is_counterfactual(around):
        yield Cue(without, "P6a")
    if known_beside(around, lexicons):
        return
    if clause.opener >= 0:
        form = around.tokens[clause.opener].form.lower()
        if form in ("wenn", "falls", "sofern", "ob", "soweit"):
            yield Cue(clause.opener, "P6a")
    if clause.kind == "verb_first" and _is_condition(around, clause):
        yield Cue(clause.finite[0], "P6a")
    mark = _question_mark(around)
    if mark >= 0 and _asks(around):
        yield Cue(mark, "P6a")


def is_counterfactual(around: Surroundings) -> bool:
    """Detect what did happen: "Ohne ihn hätte es den Deal nie gegeben"."""
    forms = {around.tokens[i].form.lower() for i in around.own.finite}
    past = any(around.tokens[i].pos[-2:] == "PP" for i in around.own.positions)
    without = _without(around) >= 0
    conditions = around.clause > 0 and (
        around.clauses[around.clause - 1].kind in ("verb_first", "adverbial")
    )
    return bool(forms & {"hätte", "hätten", "wäre", "wären"}) and past and (without or conditions)


def _without(around: Surroundings) -> int:
    """Find a condition beside the mention: "Ohne Zugeständnisse gibt es keinen Deal"."""
    first = next((i for i in around.own.positions if around.tokens[i].is_word), -1)
    if first < 0 or first == around.phrase.preposition or around.own.kind == "infinitive":
        return -1
    behind = around.own.finite and around.own.finite[0] < around.index
    negative = any(
        around.tokens[i].lemma == "kein" or around.tokens[i].form.lower() in NEVER
        for i in around.own.positions
    )
    return first if around.tokens[first].form.lower() == "ohne" and behind and negative else -1


def _is_condition(around: Surroundings, clause: Clause) -> bool:
    """Detect "Sollte es einen Deal geben, ...": verb first, and so the clause behind it."""
    first = around.tokens[clause.finite[0]]
    following = around.clauses[around.clause + 1 :]
    conditional = first.form.lower() in CONDITIONAL
    starts = clause.first == 0 or around.tokens[clause.finite[0]].form[:1].isupper()
    goes_on = any(c.kind == "verb_first" for c in following) or any(
        around.tokens[c.first].form.lower() in ("dann", "so") for c in following
    )
    return starts and goes_on and (conditional or first.pos in ("VVFIN", "VAFIN", "VMFIN"))


def _question_mark(around: Surroundings) -> int:
    """Find a question mark that ends the sentence."""
    for position in range(len(around.tokens) - 1, max(-1, len(around.tokens) - 4), -1):
        if around.tokens[position].form.startswith("?"):
            return position
        if around.tokens[position].is_word:
            break
    return -1


def _asks(around: Surroundings) -> bool:
    """Return whether a question asks for the mention: not "Wie kam es zu dem Deal?"."""
    start = max((i for i, token in enumerate(around.tokens[:-1]) if token.form == ":"), default=-1)
    first = next((token for token in around.tokens[start + 1 :] if token.is_word), None)
    return first is None or first.pos not in QUESTION_WORDS


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
    """Code the polarity of the mention at a position; of a split verb, that of the finite verb.

    Rules P1 to P6 of ``docs/reference/coding-rules.md`` in their order; P0 is the default,
    affirmed. Clauses that are known save time where a sentence has many mentions.

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
