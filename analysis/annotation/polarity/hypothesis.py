"""Conditions and questions, which leave open even what is negated in them: rule P6a."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.annotation.grammar.clauses import Clause
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.polarity.scope import Cue, known_beside
from analysis.annotation.polarity.surroundings import Surroundings

NEVER = frozenset({"nicht", "nie", "niemals", "kaum"})
QUESTION_WORDS = frozenset({"PWS", "PWAT", "PWAV"})
#: Verb forms that open a condition without a conjunction ("Sollte es ...").
CONDITIONAL = frozenset({"sollte", "sollten", "wäre", "wären", "käme", "gäbe", "hätte"})


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
    """Know what did happen: "Ohne ihn hätte es den Deal nie gegeben"."""
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
    """Know "Sollte es einen Deal geben, ...": verb first, and so the clause behind it."""
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
    """Say whether a question asks for the mention: not "Wie kam es zu dem Deal?"."""
    start = max((i for i, token in enumerate(around.tokens[:-1]) if token.form == ":"), default=-1)
    first = next((token for token in around.tokens[start + 1 :] if token.is_word), None)
    return first is None or first.pos not in QUESTION_WORDS
