"""What leaves a mention open: rule P6 of ``docs/reference/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.annotation.grammar.clauses import Clause
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.mood import mood_of
from analysis.annotation.grammar.subjects import predicate_of
from analysis.annotation.polarity.surroundings import (
    Cue,
    Surroundings,
    find_phrase,
    governing_clause,
    is_given,
    is_listed,
    known_beside,
)

INFINITIVES = frozenset({"VVINF", "VAINF", "VMINF"})
#: A plural Konjunktiv II often stands for a Konjunktiv I that looks like the indicative.
PLURAL_OF_REPORT = frozenset({"hätten", "würden", "könnten", "müssten", "sollten", "wollten"})
#: How near to the end of its clause a noun governs the clause behind.
NEAR_END = 4


def find_imperative(around: Surroundings) -> Iterator[Cue]:
    """Find an imperative at the beginning of the mention's clause: "Mach einen Deal!"."""
    first = next((i for i in around.own.positions if around.tokens[i].is_word), -1)
    if first >= 0 and around.tokens[first].pos in ("VVIMP", "VAIMP"):
        yield Cue(first, "P6f")


def sees_through(around: Surroundings, lexicons: Lexicons) -> bool:
    """Detect verbs that take the mention as given under a modal: "kann Erfolge vorweisen"."""
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
    """Detect "die Reise wird ein Erfolg": said in the present of what is to come."""
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


def find_openness(around: Surroundings, lexicons: Lexicons) -> Cue | None:
    """Rule P6: find what leaves a mention open; None if nothing does.

    The first that fits counts: word, phrase, governing noun, then clause and clause above.
    """
    for finder in (_in_word, _in_phrase, _governed, _in_clause, _from_above):
        found = next(finder(around, lexicons), None)
        if found is not None:
            return found
    return None


def _in_word(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6b: a compound such as "Erfolgsaussichten"."""
    token = around.tokens[around.index]
    openness = lexicons.polarity.openness
    stems = [part.form.lower() for part in token.parts if not part.tag.startswith("SUF")]
    lemma = token.lemma.lower()
    compound = len(stems) > 1 and any(lemma.endswith(head) for head in openness.heads)
    if compound or token.head.lower() in openness.heads or lemma in openness.promising:
        yield Cue(around.index, "P6b")


def _in_phrase(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6c: an attribute of the phrase: "mutmaßliche Einmischung"."""
    openness = lexicons.polarity.openness
    for phrase in around.phrases[:2]:
        for position in range(phrase.first, phrase.noun):
            token = around.tokens[position]
            words = {token.lemma.lower(), token.form.lower()}
            if words & {*openness.attributes, *openness.adverbs}:
                yield Cue(position, "P6c")


def _governed(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6d: a noun that governs the phrase: "Hoffnung auf einen Deal"."""
    for phrase in around.phrases[1:2]:
        token = around.tokens[phrase.noun]
        denied = phrase.determiner >= 0 and _is_negative(around, phrase.determiner, lexicons)
        heard = token.head in lexicons.polarity.openness.hearsay and not around.definite
        if heard or (
            not denied and {token.head, token.lemma} & set(lexicons.polarity.openness.nouns)
        ):
            yield Cue(phrase.noun, "P6d")


def _is_negative(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    return around.tokens[position].lemma in lexicons.polarity.negation.determiners


def _in_clause(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rules P6e to P6i: the verb, its mood, tense and modal, adverbs, fixed expressions."""
    if is_given(around, lexicons) and around.role != "attribute":
        return
    openness = lexicons.polarity.openness
    if around.role == "attribute" and (around.definite or around.subject):
        return
    position = find_phrase(around.tokens, around.own, openness.phrases)
    if position >= 0:
        yield Cue(position, "P6i")
    yield from _opened_by_subordinator(around, lexicons)
    yield from _opened_by_verb(around, lexicons)
    yield from find_imperative(around)
    if not (sees_through(around, lexicons) or known_beside(around, lexicons)):
        yield from find_auxiliary(around, lexicons)
    yield from _opened_by_adverb(around, lexicons)


def _opened_by_adverb(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6h: "vielleicht", "ein Deal ist möglich"."""
    openness = lexicons.polarity.openness
    for i in around.own.positions:
        token = around.tokens[i]
        if token.pos in ("ADV", "ADJD") and token.form.lower() in openness.adverbs:
            yield Cue(i, "P6h")
        said = {token.lemma.lower(), token.form.lower()} & set(openness.predicates)
        of_mention = around.subject and i != around.index and token.pos in ("ADJD", "VVPP")
        if said and of_mention:
            yield Cue(i, "P6h")


def _opened_by_subordinator(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    clause = around.own
    openness = lexicons.polarity.openness
    first = next((i for i in clause.positions if around.tokens[i].is_word), clause.first)
    before = around.phrase.preposition - 1
    if before >= clause.first and around.tokens[before].form.lower() == "bis":
        yield Cue(before, "P6g")
    subordinated = clause.opener >= 0 and not known_beside(around, lexicons)
    if subordinated and around.tokens[clause.opener].form.lower() in openness.subordinators:
        yield Cue(clause.opener, "P6g")
    purpose = clause.kind == "infinitive" and around.tokens[first].form.lower() == "um"
    if purpose and not sees_through(around, lexicons):
        yield Cue(first, "P6g")


def _opened_by_verb(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6e: the mention is what somebody seeks, fears, alleges."""
    predicate = around.predicate
    if predicate is None or predicate.position == around.index or _demonstrated(around):
        return
    beside = around.phrase.preposition >= 0 and (around.possessive or _manner(around))
    sought = is_listed(predicate.lemma, lexicons.polarity.openness.verbs) and not beside
    pending = is_listed(predicate.lemma, lexicons.polarity.openness.pending)
    if pending or (sought and (not around.subject or predicate.passive)):
        yield Cue(predicate.position, "P6e")


def _manner(around: Surroundings) -> bool:
    """Detect "mit Erfolg": how something was tried, not what was tried for."""
    return around.own_preposition("mit") and around.phrase.determiner < 0


def _demonstrated(around: Surroundings) -> bool:
    """Detect "mit diesem Erfolg": what is pointed at is there."""
    position = around.phrase.determiner
    return position >= 0 and around.tokens[position].lemma.lower() == "dieser"


def _from_above(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6j: "hofft, dass ...", "der Versuch, ... zu", "bereit, ... zu"."""
    clause = governing_clause(around)
    if clause is None:
        return
    openness = lexicons.polarity.openness
    predicate = predicate_of(around.tokens, clause)
    lemma = predicate.lemma if predicate is not None else ""
    sought = is_listed(lemma, openness.verbs) and not is_listed(lemma, openness.asserting)
    if predicate is not None and sought:
        yield Cue(predicate.position, "P6j")
    if around.own.kind in ("main", "verb_first") or known_beside(around, lexicons):
        return
    yield from _opened_by_noun_above(around, clause, lexicons)
    implies = is_listed(lemma, openness.implicative)
    if around.own.kind == "infinitive" and not _perfect(around) and not implies:
        yield Cue(around.own.first, "P6j")


def _opened_by_noun_above(
    around: Surroundings, clause: Clause, lexicons: Lexicons
) -> Iterator[Cue]:
    """Find a noun near the end of the clause above, or an adjective in it."""
    openness = lexicons.polarity.openness
    for i in reversed(clause.positions):
        token = around.tokens[i]
        near = i >= clause.last - NEAR_END
        denied = i > 0 and _is_negative(around, i - 1, lexicons)
        if near and not denied and {token.head, token.lemma} & set(openness.nouns):
            yield Cue(i, "P6j")
        if token.pos == "ADJD" and token.lemma.lower() in openness.predicates:
            yield Cue(i, "P6j")


def _perfect(around: Surroundings) -> bool:
    """Detect the infinitive of what has been: "eingemischt zu haben"."""
    return any(
        around.tokens[i].form.lower() in ("haben", "sein")
        and around.tokens[i - 1].form.lower() == "zu"
        for i in around.own.positions
        if i > 0
    )
