"""What negates a mention: rules P1 to P5 of ``docs/reference/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.annotation.grammar.phrases import Phrase
from analysis.annotation.polarity.surroundings import MAIN, Cue, Surroundings

#: Beginnings of words that negate a mention ("Misserfolg", "Nicht-Deal").
BEGINNINGS = ("nicht", "misserfolg", "misse")
#: How far before *noch* its *weder* may stand.
FARTHEST_NEITHER = 40


def find_negations(around: Surroundings) -> list[Cue]:
    """Find what negates a mention, at most one cue of each rule; two of them cancel each other."""
    finders = (_lexical, _phrasal, _denied, _adverbial, _from_above)
    found = [next(finder(around), None) for finder in finders]
    cues = [cue for cue in found if cue is not None]
    return list({cue.position: cue for cue in reversed(cues)}.values())[::-1]


def find_look_alike(around: Surroundings) -> Cue | None:
    """Rule P5: find a word that looks like a negation of the mention and is none."""
    alike = (Cue(i, "P5") for i in around.own.positions if around.looks_alike(i))
    return next(alike, None)


def cancelled_denial(around: Surroundings) -> Cue | None:
    """Find a denial that is itself denied: "bestreitet nicht, dass es einen Deal gibt"."""
    predicate, denial = around.predicate_above, around.lexicons.polarity.denial
    if around.above is None or predicate is None or predicate.lemma not in denial.denying:
        return None
    position = around.negative_in(around.above)
    return None if position < 0 else Cue(position, "P3")


def _lexical(around: Surroundings) -> Iterator[Cue]:
    """Rule P1: the word itself: Misserfolg, erfolglos, Nichteinmischung."""
    token, negation = around.token, around.lexicons.polarity.negation
    stems = [part.form.lower() for part in token.parts if part.tag.split("_")[0] != "SUF"]
    listed = {word.lower() for word in negation.words}
    parts = bool(stems) and (stems[0] in negation.first_parts or stems[-1] in negation.last_parts)
    whole = {token.lemma.lower(), token.head.lower()} & listed
    if whole or parts or token.lemma.lower().startswith(BEGINNINGS):
        yield Cue(around.index, "P1")


def _phrasal(around: Surroundings) -> Iterator[Cue]:
    """Rule P2: determiner, attribute or preposition of the phrase or of one that governs it."""
    for phrase in around.phrases:
        if phrase.determiner < 0 or not around.looks_alike(phrase.determiner):
            yield from _in_phrase(around, phrase)
    before = around.index - 1
    degree = around.lexicons.polarity.negation.degree
    if around.role == "predicate" and around.form(before) in degree:
        yield Cue(before, "P2")
    yield from _under_without(around)


def _in_phrase(around: Surroundings, phrase: Phrase) -> Iterator[Cue]:
    negation = around.lexicons.polarity.negation
    if around.is_determiner(phrase.determiner) and _passes_down(around, phrase):
        yield Cue(phrase.determiner, "P2")
    if around.form(phrase.preposition) in negation.prepositions:
        yield Cue(phrase.preposition, "P2")
    for i in range(phrase.first, phrase.noun):
        form, lemma = around.form(i), around.tokens[i].lemma
        degree = not {form, lemma}.isdisjoint(negation.degree)
        own = around.phrase.first <= i < around.phrase.noun
        negative = own and (degree or around.tokens[i].pos == "PTKNEG")
        if negative or not {form, lemma.lower()}.isdisjoint(negation.attributes):
            yield Cue(i, "P2")


def _passes_down(around: Surroundings, phrase: Phrase) -> bool:
    """Return whether *kein* of a governing phrase reaches the mention: "kein Zeichen eines Deals".

    It does not reach what is known: "keine drei Euro für die Erfolge des Vorjahrs".
    """
    if phrase == around.phrase or not around.definite:
        return True
    polarity, noun = around.lexicons.polarity, around.tokens[phrase.noun]
    openness = polarity.openness
    listed = {*polarity.negation.evidence, *openness.nouns, *openness.hearsay}
    return not {noun.head, noun.lemma}.isdisjoint(listed.union(polarity.existence.nouns))


def _under_without(around: Surroundings) -> Iterator[Cue]:
    """Detect "ohne dass", "ohne ... zu", "statt ... zu" over a clause, and "weder ... noch"."""
    prepositions = around.lexicons.polarity.negation.prepositions
    for i in range(around.own.first, min(around.own.last, around.index)):
        form = around.form(i)
        over = form in prepositions and around.own.kind in ("infinitive", "adverbial")
        if over and not around.known_beside:
            yield Cue(i, "P2")
        earlier = map(around.form, range(max(0, i - FARTHEST_NEITHER), i))
        if form == "weder" or (form == "noch" and "weder" in earlier):
            yield Cue(i, "P2")


def _denied(around: Surroundings) -> Iterator[Cue]:
    """Rule P3: the verb of the clause, a governing noun, an adjective, a fixed expression."""
    denial = around.lexicons.polarity.denial
    if around.predicate is not None and _verb_denies(around):
        yield Cue(around.predicate.position, "P3")
    lemma = around.predicate.lemma if around.predicate is not None else "sein"
    if around.preposition == "gegen" and lemma in denial.against:
        yield Cue(around.phrase.preposition, "P3")  # "sie stimmten gegen den Deal"
    for phrase in around.phrases[1:]:
        if around.tokens[phrase.noun].head in denial.nouns:
            yield Cue(phrase.noun, "P3")
    yield from _by_adjective(around)
    position = around.find_phrase(denial.phrases)
    if position >= 0 and not around.given:
        yield Cue(position, "P3")
    position = around.find_phrase(denial.before)
    if 0 <= position < around.index:
        yield Cue(position, "P3")


def _verb_denies(around: Surroundings) -> bool:
    """Return whether the verb of the clause denies, refuses or fails the mention."""
    denial, predicate = around.lexicons.polarity.denial, around.predicate
    beside = around.role == "attribute" and (around.definite or around.subject)
    if predicate is None or predicate.position == around.index or beside:
        return False
    if around.looks_alike(predicate.position):
        return False
    if predicate.lemma in denial.failing and _is_what_fails(around):
        return True
    # "der Deal ist geplatzt", "ist abgelehnt": a participle with *sein*
    lemmas = {around.tokens[i].lemma for i in around.own.finite}
    state = around.tokens[predicate.position].pos == "VVPP" and "sein" in lemmas
    suffers = predicate.passive or state or not (around.subject and around.nominative)
    return predicate.lemma in denial.denying and suffers


def _is_what_fails(around: Surroundings) -> bool:
    """Return whether the mention is what fails: not "am Deal", "mit dem Deal gescheitert"."""
    if not around.preposition:
        return len(around.phrases) == 1
    lacking = around.predicate is not None and around.predicate.lemma in ("fehlen", "mangeln")
    return lacking and around.preposition in ("an", "am")


def _by_adjective(around: Surroundings) -> Iterator[Cue]:
    """Detect "ein Deal ist unrealistisch", "er nannte den Vorwurf der Einmischung absurd"."""
    denial = around.lexicons.polarity.denial
    for i in range(max(around.own.first, around.index + 1), around.own.last):
        gone = around.form(i) in denial.gone and around.subject
        untrue = around.form(i) in denial.untrue and len(around.phrases) > 1
        if around.tokens[i].pos == "ADJD" and (gone or untrue) and not around.looks_alike(i):
            yield Cue(i, "P3")


def _from_above(around: Surroundings) -> Iterator[Cue]:
    """Rules P3 and P4 for a dass-clause or infinitive: "bestreitet, dass", "glaubt nicht, dass"."""
    if around.above is None or around.own.kind in MAIN:
        return
    denied = _denied_above(around)
    negated = around.negative_in(around.above)
    if denied >= 0:
        # A denial that is itself negated is no negation: see `cancelled_denial`.
        if negated < 0:
            yield Cue(denied, "P3")
        return
    predicate = around.predicate_above
    raises = predicate is None or predicate.lemma in around.lexicons.polarity.openness.raising
    if negated >= 0 and raises and around.own.kind != "whether":
        yield Cue(negated, "P4")


def _denied_above(around: Surroundings) -> int:
    """Return the position of a verb, adjective or noun of denial in the clause above, else -1."""
    denial, predicate, clause = (
        around.lexicons.polarity.denial,
        around.predicate_above,
        around.above,
    )
    if clause is None:
        return -1
    if predicate is not None and predicate.lemma in denial.denying:
        return predicate.position
    for i in clause.positions:
        token = around.tokens[i]
        untrue = around.form(i) in denial.untrue and token.pos in ("ADJD", "VVPP", "VVFIN")
        if untrue or (token.head in denial.nouns and i >= clause.last - 2):
            return i
    return -1


def _adverbial(around: Surroundings) -> Iterator[Cue]:
    """Rule P4: *nicht*, *nie*, *kaum* in the mention's clause, on either side.

    Not so where *sondern* stands before the mention.
    """
    before = map(around.form, range(around.own.first, min(around.index, around.own.last)))
    reversal = around.lexicons.polarity.look_alike.reversal
    if around.given or not set(before).isdisjoint(reversal):
        return
    for i in around.own.positions:
        if _negates_clause(around, i):
            yield Cue(i, "P4")


def _negates_clause(around: Surroundings, position: int) -> bool:
    adverb = around.form(position) in around.lexicons.polarity.negation.adverbs
    determiner = around.is_determiner(position)
    if not (adverb or determiner) or around.looks_alike(position):
        return False
    if adverb:
        return _reaches(around, position)
    if position >= around.index:
        return _no_evidence(around, position)
    counted = any(position == phrase.determiner for phrase in around.phrases)  # by rule P2
    return not counted and (around.role in ("verb", "predicate") or not around.definite)


def _no_evidence(around: Surroundings, position: int) -> bool:
    """Detect "für eine Einmischung gibt es keine Belege"."""
    behind = range(position + 1, min(position + 4, around.own.last))
    noun = next((around.tokens[i] for i in behind if around.tokens[i].pos == "NN"), None)
    if around.phrases[-1].preposition < 0 or noun is None:
        return False
    return noun.lemma in around.lexicons.polarity.negation.evidence


def _reaches(around: Surroundings, position: int) -> bool:
    """Return whether a negative adverb of the clause reaches the mention.

    It does right before the mention or its phrase: "nicht der Erfolg", "kaum ein Deal".
    """
    prefixed = around.phrase.preposition >= 0
    before_phrase = position == around.phrase.first - 1 and not prefixed
    if around.role in ("verb", "predicate") or position == around.index - 1 or before_phrase:
        return True
    if around.form(position) in ("niemand", "nichts") and around.definite:
        return False
    if around.role == "attribute" and (around.definite or prefixed):
        return False
    return not around.definite or _denies_existence(around)


def _denies_existence(around: Surroundings) -> bool:
    """Return whether what is negated is that the mention is there or comes about."""
    polarity, predicate = around.lexicons.polarity, around.predicate
    if predicate is not None and predicate.lemma in polarity.telling:
        return True
    said = any(
        around.tokens[i].pos in ("ADJD", "ADV", "VVPP", "PTKVZ")
        and around.form(i) in polarity.existence.adjectives
        for i in around.own.positions
    )
    modal = any(around.tokens[i].pos == "VMFIN" for i in around.own.finite)
    return said or (predicate is None and modal)
