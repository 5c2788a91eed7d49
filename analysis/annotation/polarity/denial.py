"""What denies, refuses or fails a mention: rule P3 of ``docs/reference/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.annotation.grammar.clauses import Clause
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.subjects import predicate_of
from analysis.annotation.polarity.surroundings import (
    Cue,
    Surroundings,
    find_phrase,
    governing_clause,
    is_given,
    is_listed,
    looks_alike,
)


def find_denied(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P3: the verb of the clause, a governing noun, an adjective, a fixed expression."""
    denial = lexicons.polarity.denial
    yield from _by_verb(around, lexicons)
    yield from _against(around, lexicons)
    for phrase in around.phrases[1:]:
        if around.tokens[phrase.noun].head in denial.nouns:
            yield Cue(phrase.noun, "P3")
    yield from _by_adjective(around, lexicons)
    position = find_phrase(around.tokens, around.own, denial.phrases)
    if position >= 0 and not is_given(around, lexicons):
        yield Cue(position, "P3")
    position = find_phrase(around.tokens, around.own, denial.before)
    if 0 <= position < around.index:
        yield Cue(position, "P3")


def _by_verb(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    denial = lexicons.polarity.denial
    predicate = around.predicate
    beside = around.role == "attribute" and (around.definite or around.subject)
    if predicate is None or predicate.position == around.index or beside:
        return
    if looks_alike(around.tokens, predicate.position, lexicons):
        return
    fails = is_listed(predicate.lemma, denial.failing)
    denies = is_listed(predicate.lemma, (*denial.verbs, *denial.refusal))
    passive = predicate.passive or _refused_state(around, predicate.position)
    denied = denies and (passive or not (around.subject and around.nominative))
    if (fails and _is_what_fails(around)) or denied:
        yield Cue(predicate.position, "P3")


def _by_adjective(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Detect "ein Deal ist unrealistisch", "er nannte den Vorwurf der Einmischung absurd"."""
    denial = lexicons.polarity.denial
    for position in around.own.positions:
        form = around.tokens[position].form.lower()
        said = around.tokens[position].pos == "ADJD" and position > around.index
        if said and looks_alike(around.tokens, position, lexicons):
            continue
        gone = form in denial.gone and around.subject
        untrue = form in denial.untrue and len(around.phrases) > 1
        if said and (gone or untrue):
            yield Cue(position, "P3")


def _against(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Detect "sie stimmten gegen den Deal"."""
    position = around.phrase.preposition
    if position < 0 or around.tokens[position].form.lower() != "gegen":
        return
    predicate = around.predicate
    lemma = predicate.lemma if predicate is not None else "sein"
    if is_listed(lemma, lexicons.polarity.denial.against):
        yield Cue(position, "P3")


def _refused_state(around: Surroundings, position: int) -> bool:
    """Detect "der Deal ist geplatzt", "ist abgelehnt": a participle with *sein*."""
    lemmas = {around.tokens[i].lemma for i in around.own.finite}
    return around.tokens[position].pos == "VVPP" and "sein" in lemmas


def _is_what_fails(around: Surroundings) -> bool:
    """Return whether the mention is what fails: not "am Deal", "mit dem Deal gescheitert"."""
    if around.phrase.preposition < 0:
        return len(around.phrases) == 1
    form = around.tokens[around.phrase.preposition].form.lower()
    return form in ("an", "am") and around.predicate is not None and around.predicate.lemma in (
        "fehlen", "mangeln",
    )  # fmt: skip


def find_above(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rules P3 and P4 for a dass-clause or infinitive: "bestreitet, dass", "glaubt nicht, dass"."""
    clause = governing_clause(around)
    if clause is None or around.own.kind in ("main", "verb_first"):
        return
    denied = _denied_above(around, clause, lexicons)
    negated = _negative_in(around, clause, lexicons)
    if denied is not None:
        # A denial that is itself negated is no negation: see `cancelled_denial`.
        yield from [denied] if negated is None else []
        return
    predicate = predicate_of(around.tokens, clause)
    raising = lexicons.polarity.openness.raising
    raises = predicate is None or is_listed(predicate.lemma, raising)
    if negated is not None and raises and around.own.kind != "whether":
        yield Cue(negated, "P4")


def _denied_above(around: Surroundings, clause: Clause, lexicons: Lexicons) -> Cue | None:
    """Find a verb, adjective or noun of denial in the clause above."""
    denial = lexicons.polarity.denial
    predicate = predicate_of(around.tokens, clause)
    verbs = (*denial.verbs, *denial.refusal)
    if predicate is not None and is_listed(predicate.lemma, verbs):
        return Cue(predicate.position, "P3")
    for position in clause.positions:
        token = around.tokens[position]
        untrue = token.form.lower() in denial.untrue and token.pos in ("ADJD", "VVPP", "VVFIN")
        governs = token.head in denial.nouns and position >= clause.last - 2
        if untrue or governs:
            return Cue(position, "P3")
    return None


def _negative_in(around: Surroundings, clause: Clause, lexicons: Lexicons) -> int | None:
    """Find the first negative word of a clause that is no look-alike."""
    negation = lexicons.polarity.negation
    for position in clause.positions:
        token = around.tokens[position]
        negative = token.form.lower() in negation.adverbs or token.lemma in negation.determiners
        if negative and not looks_alike(around.tokens, position, lexicons):
            return position
    return None


def cancelled_denial(around: Surroundings, lexicons: Lexicons) -> Cue | None:
    """Find a denial that is itself denied: "bestreitet nicht, dass es einen Deal gibt"."""
    clause = governing_clause(around)
    if clause is None:
        return None
    predicate = predicate_of(around.tokens, clause)
    denial = lexicons.polarity.denial
    if predicate is None or not (
        is_listed(predicate.lemma, denial.verbs) or is_listed(predicate.lemma, denial.refusal)
    ):
        return None
    position = _negative_in(around, clause, lexicons)
    return None if position is None else Cue(position, "P3")
