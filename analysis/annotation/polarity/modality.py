"""Future, modal verbs, Konjunktiv II and imperative, which leave a mention open: rule P6f."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.mood import mood_of
from analysis.annotation.polarity.scope import Cue, is_listed
from analysis.annotation.polarity.surroundings import Surroundings

INFINITIVES = frozenset({"VVINF", "VAINF", "VMINF"})
#: A plural Konjunktiv II often stands for a Konjunktiv I that looks like the indicative.
PLURAL_OF_REPORT = frozenset({"hätten", "würden", "könnten", "müssten", "sollten", "wollten"})


def find_imperative(around: Surroundings) -> Iterator[Cue]:
    """Find an imperative at the beginning of the mention's clause: "Mach einen Deal!"."""
    first = next((i for i in around.own.positions if around.tokens[i].is_word), -1)
    if first >= 0 and around.tokens[first].pos in ("VVIMP", "VAIMP"):
        yield Cue(first, "P6f")


def sees_through(around: Surroundings, lexicons: Lexicons) -> bool:
    """Know verbs that take the mention as given under a modal: "kann Erfolge vorweisen"."""
    infinitives = [
        i
        for i in around.own.positions
        if around.tokens[i].pos[:2] == "VV" and i != around.index and i not in around.own.finite[:1]
    ]
    verbs = lexicons.polarity.openness.transparent
    modals = [around.tokens[i].lemma for i in around.own.finite if around.tokens[i].pos == "VMFIN"]
    if any(modal not in lexicons.polarity.openness.able for modal in modals):
        return False
    return any(is_listed(around.tokens[i].lemma, verbs) for i in infinitives)


def find_auxiliary(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6f: future, modal verb, Konjunktiv II."""
    openness = lexicons.polarity.openness
    infinitive = _has_infinitive(around)
    for i in around.own.finite:
        token = around.tokens[i]
        form = token.form.lower()
        if i == around.index or (around.role == "attribute" and not infinitive):
            continue
        if token.lemma == "werden" and (infinitive or _will_be(around, form)):
            yield Cue(i, "P6f")
        if token.lemma in openness.modals and form not in openness.accomplished:
            yield Cue(i, "P6f")
        conditional = mood_of(token, lexicons.mood) == "konjunktiv_2"
        if conditional and (form not in PLURAL_OF_REPORT or token.lemma in openness.modals):
            yield Cue(i, "P6f")
    if around.role == "verb" and mood_of(around.tokens[around.index], lexicons.mood) == (
        "konjunktiv_2"
    ):
        yield Cue(around.index, "P6f")


def _will_be(around: Surroundings, form: str) -> bool:
    """Know "die Reise wird ein Erfolg": said in the present of what is to come."""
    participle = any(around.tokens[i].pos[-2:] == "PP" for i in around.own.positions)
    inside = around.phrase.preposition >= 0 and not around.own_preposition("zum")
    coming = form in ("wird", "werde", "werden") and not participle and not inside
    return coming and not around.subject and around.role in ("noun", "predicate")


def _has_infinitive(around: Surroundings) -> bool:
    finite = around.own.finite[:1]
    return any(
        around.tokens[i].pos in INFINITIVES
        or (i not in finite and around.tokens[i].form == around.tokens[i].lemma)
        for i in around.own.positions
        if around.tokens[i].pos[:1] == "V"
    )
