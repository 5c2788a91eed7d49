"""What negates a mention: rules P1 to P5 of ``docs/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.annotation.clauses import SUBORDINATE, Clause
from analysis.annotation.lexicons import Lexicons, joined
from analysis.annotation.quotation import MARKS
from analysis.annotation.reporting import predicate_of
from analysis.annotation.surroundings import Phrase, Surroundings
from analysis.annotation.tokens import Token

CONTENT = frozenset({"dass", "infinitive", "whether", "main", "verb_first"})
COPULAS = frozenset({"sein", "werden", "bleiben", "scheinen"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that negates a mention or leaves it open, and the rule that says so."""

    position: int
    rule: str


def find_negations(around: Surroundings, lexicons: Lexicons) -> list[Cue]:
    """Find everything that negates a mention; two of them cancel each other.

    Parameters
    ----------
    around : Surroundings
        The mention in its sentence.
    lexicons : Lexicons
        Word lists.

    Returns
    -------
    list of Cue
        At most one of each rule, in the order of the rules.
    """
    found = [
        next(finder(around, lexicons), None) for finder in (_lexical, _phrasal, _denied, _adverbial)
    ]
    above = next(_from_above(around, lexicons), None)
    cues = [cue for cue in (*found, above) if cue is not None]
    return list({cue.position: cue for cue in reversed(cues)}.values())[::-1]


def find_look_alike(around: Surroundings, lexicons: Lexicons) -> Cue | None:
    """Rule P5: find a word that looks like a negation of the mention and is none."""
    for position in around.own.positions:
        if _looks_alike(around.tokens, position, lexicons):
            return Cue(position, "P5")
    return None


# ---------------------------------------------------------------- P1, P2: word and phrase


def _lexical(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P1: the word itself: Misserfolg, erfolglos, Nichteinmischung."""
    token = around.tokens[around.index]
    negation = lexicons.polarity.negation
    stems = [part.form.lower() for part in token.parts if part.tag.split("_")[0] != "SUF"]
    listed = {word.lower() for word in negation.words}
    if {token.lemma.lower(), token.head.lower()} & listed or _begins_negated(token, lexicons):
        yield Cue(around.index, "P1")
    elif stems and (stems[0] in negation.first_parts or stems[-1] in negation.last_parts):
        yield Cue(around.index, "P1")


def _begins_negated(token: Token, lexicons: Lexicons) -> bool:
    lowered = token.lemma.lower()
    return lowered.startswith(("nicht", "miss")) and lowered.lstrip("-") != "mission"


def _phrasal(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P2: determiner, attribute or preposition of the phrase or of one that governs it."""
    negation = lexicons.polarity.negation
    tokens = around.tokens
    for phrase in around.phrases:
        if phrase.determiner >= 0 and _looks_alike(tokens, phrase.determiner, lexicons):
            continue
        denied = phrase.determiner >= 0 and tokens[phrase.determiner].lemma in (
            negation.determiners
        )
        if denied and _passes_down(around, phrase, lexicons):
            yield Cue(phrase.determiner, "P2")
        if phrase.preposition >= 0 and tokens[phrase.preposition].form.lower() in (
            negation.prepositions
        ):
            yield Cue(phrase.preposition, "P2")
        for position in range(phrase.first, phrase.noun):
            if _negating_attribute(around, position, lexicons):
                yield Cue(position, "P2")
    if around.role == "predicate" and around.index > 0:
        before = tokens[around.index - 1]
        if before.form.lower() in negation.degree:
            yield Cue(around.index - 1, "P2")
    yield from _without(around, lexicons)


def _passes_down(around: Surroundings, phrase: Phrase, lexicons: Lexicons) -> bool:
    """Say whether *kein* of a governing phrase reaches the mention: "kein Zeichen eines Deals".

    It does not reach what is known: "keine drei Euro für die Erfolge des Vorjahrs".
    """
    if phrase == around.phrase or not around.definite:
        return True
    polarity = lexicons.polarity
    noun = around.tokens[phrase.noun]
    listed = {*polarity.negation.evidence, *polarity.openness.nouns, *polarity.openness.hearsay}
    return bool({noun.head, noun.lemma} & (listed | set(polarity.existence.nouns)))


def _negating_attribute(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    token = around.tokens[position]
    negation = lexicons.polarity.negation
    if token.lemma.lower() in negation.attributes or token.form.lower() in negation.attributes:
        return True
    own = position < around.phrase.noun and position >= around.phrase.first
    degree = token.form.lower() in negation.degree or token.lemma in negation.degree
    return own and (degree or token.pos == "PTKNEG")


def _without(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Know "ohne dass", "ohne ... zu", "statt ... zu" over a clause, and "weder ... noch"."""
    negation = lexicons.polarity.negation
    for position in around.own.positions:
        form = around.tokens[position].form.lower()
        if position >= around.index:
            break
        over = form in negation.prepositions and around.own.kind in ("infinitive", "adverbial")
        if over and not known_beside(around, lexicons):
            yield Cue(position, "P2")
        if form == "weder" or (form == "noch" and _after_neither(around, position)):
            yield Cue(position, "P2")


def _after_neither(around: Surroundings, position: int) -> bool:
    return any(
        around.tokens[i].form.lower() == "weder" for i in range(max(0, position - 40), position)
    )


# ---------------------------------------------------------------- P3: denial, failure, refusal


def _denied(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P3: the verb of the clause, a governing noun, or a fixed expression."""
    denial = lexicons.polarity.denial
    predicate = around.predicate
    beside = around.role == "attribute" and (around.definite or around.subject)
    if predicate is not None and predicate.position != around.index and not beside:
        fails = _in(predicate.lemma, denial.failing)
        denies = _in(predicate.lemma, denial.verbs) or _in(predicate.lemma, denial.refusal)
        passive = predicate.passive or _refused_state(around, predicate.position)
        denied = denies and (passive or not (around.subject and around.nominative))
        if (fails and _is_what_fails(around, lexicons)) or denied:
            yield Cue(predicate.position, "P3")
    yield from _against(around, lexicons)
    for phrase in around.phrases[1:]:
        if around.tokens[phrase.noun].head in denial.nouns:
            yield Cue(phrase.noun, "P3")
    position = find_phrase(around.tokens, around.own, denial.phrases)
    if position >= 0 and not around_is_given(around, lexicons):
        yield Cue(position, "P3")
    position = find_phrase(around.tokens, around.own, denial.before)
    if 0 <= position < around.index:
        yield Cue(position, "P3")


def _against(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Know "sie stimmten gegen den Deal"."""
    position = around.phrase.preposition
    if position < 0 or around.tokens[position].form.lower() != "gegen":
        return
    predicate = around.predicate
    lemma = predicate.lemma if predicate is not None else "sein"
    if _in(lemma, lexicons.polarity.denial.against):
        yield Cue(position, "P3")


def _refused_state(around: Surroundings, position: int) -> bool:
    """Know "der Deal ist geplatzt", "ist abgelehnt": a participle with *sein*."""
    lemmas = {around.tokens[i].lemma for i in around.own.finite}
    return around.tokens[position].pos == "VVPP" and "sein" in lemmas


def _is_what_fails(around: Surroundings, lexicons: Lexicons) -> bool:
    """Say whether the mention is what fails: not "am Deal", "mit dem Deal gescheitert"."""
    if around.predicate and _looks_alike(around.tokens, around.predicate.position, lexicons):
        return False
    if around.phrase.preposition < 0:
        return len(around.phrases) == 1
    form = around.tokens[around.phrase.preposition].form.lower()
    return form in ("an", "am") and around.predicate is not None and around.predicate.lemma in (
        "fehlen", "mangeln",
    )  # fmt: skip


# ---------------------------------------------------------------- P4: negative adverbs


def _adverbial(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P4: *nicht*, *nie*, *kaum* in the mention's clause, on either side."""
    if around_is_given(around, lexicons) or _after_reversal(around, lexicons):
        return
    for position in around.own.positions:
        if _negates_clause(around, position, lexicons):
            yield Cue(position, "P4")
    if around.own.kind == "fragment" and around.clause > 0 and _continues_list(around):
        return


def _negates_clause(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    negation = lexicons.polarity.negation
    token = around.tokens[position]
    form = token.form.lower()
    if _looks_alike(around.tokens, position, lexicons):
        return False
    if form in negation.adverbs:
        return _reaches(around, position, lexicons)
    if token.lemma in negation.determiners and _no_evidence(around, position, lexicons):
        return True
    if token.lemma in negation.determiners and position < around.index:
        own = position == around.phrase.determiner
        open_to = around.role in ("verb", "predicate") or not around.definite
        return not own and open_to and not _in_list_of_phrases(around, position)
    return False


def _no_evidence(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    """Know "für eine Einmischung gibt es keine Belege"."""
    if around.phrases[-1].preposition < 0 or position < around.index:
        return False
    nouns = [
        around.tokens[i]
        for i in range(position + 1, min(position + 4, around.own.last))
        if around.tokens[i].pos == "NN"
    ]
    return bool(nouns) and nouns[0].lemma in lexicons.polarity.negation.evidence


def _in_list_of_phrases(around: Surroundings, position: int) -> bool:
    """Say whether a determiner was already counted by rule P2."""
    return any(position == phrase.determiner for phrase in around.phrases)


def _reaches(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    """Say whether a negative adverb of the clause reaches the mention."""
    if around.role in ("verb", "predicate"):
        return True
    if position == around.index - 1 or _directly_before(around, position):
        return True
    if around.tokens[position].form.lower() in ("niemand", "nichts") and around.definite:
        return False
    if around.role == "attribute" and (around.definite or around.phrase.preposition >= 0):
        return False
    return not around.definite or _existence(around, lexicons)


def _directly_before(around: Surroundings, position: int) -> bool:
    """Know "nicht der Erfolg", "kaum ein Deal": the adverb right before the phrase."""
    return position == around.phrase.first - 1 and around.phrase.preposition < 0


def _existence(around: Surroundings, lexicons: Lexicons) -> bool:
    """Say whether what is negated is that the mention is there or comes about."""
    existence = lexicons.polarity.existence
    predicate = around.predicate
    denial = lexicons.polarity.denial
    telling = (*existence.verbs, *denial.verbs, *denial.refusal, *denial.failing)
    if predicate is not None and _in(predicate.lemma, telling):
        return True
    said = [
        i
        for i in around.own.positions
        if around.tokens[i].pos in ("ADJD", "ADV", "VVPP", "PTKVZ")
        and around.tokens[i].form.lower() in existence.adjectives
    ]
    modal_alone = predicate is None and any(
        around.tokens[i].pos == "VMFIN" for i in around.own.finite
    )
    return bool(said) or modal_alone


def _after_reversal(around: Surroundings, lexicons: Lexicons) -> bool:
    """Say whether *sondern* stands before the mention in its clause."""
    reversal = lexicons.polarity.look_alike.reversal
    return any(
        around.tokens[i].form.lower() in reversal
        for i in range(around.own.first, min(around.index, around.own.last))
    )


def _continues_list(around: Surroundings) -> bool:
    return around.tokens[around.own.first - 1].form == ","


# ---------------------------------------------------------------- from the clause above


def governing_clause(around: Surroundings) -> Clause | None:
    """Find the clause that the mention's clause is the content of."""
    if around.own.kind not in CONTENT or around.clause == 0:
        return None
    for index in range(around.clause - 1, max(-1, around.clause - 4), -1):
        clause = around.clauses[index]
        if clause.kind in ("relative", "fragment") and not clause.finite:
            continue
        if clause.kind in SUBORDINATE | {"main", "verb_first", "infinitive"}:
            return clause
    return None


def _from_above(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rules P3 and P4 for a dass-clause or infinitive: "bestreitet, dass", "glaubt nicht, dass"."""
    clause = governing_clause(around)
    if clause is None or around.own.kind in ("main", "verb_first"):
        return
    predicate = predicate_of(around.tokens, clause)
    denial = lexicons.polarity.denial
    nouns = [i for i in clause.positions if around.tokens[i].head in denial.nouns]
    denies = predicate is not None and (
        _in(predicate.lemma, denial.verbs) or _in(predicate.lemma, denial.refusal)
    )
    cues = [Cue(predicate.position, "P3")] if denies and predicate is not None else []
    untrue = [
        i
        for i in clause.positions
        if around.tokens[i].pos in ("ADJD", "VVPP", "VVFIN")
        and around.tokens[i].form.lower() in denial.untrue
    ]
    if not cues and untrue:
        cues = [Cue(untrue[0], "P3")]
    if not cues and nouns and nouns[-1] >= clause.last - 2:
        cues = [Cue(nouns[-1], "P3")]
    negated = [
        i
        for i in clause.positions
        if around.tokens[i].form.lower() in lexicons.polarity.negation.adverbs
        or around.tokens[i].lemma in lexicons.polarity.negation.determiners
    ]
    negated = [i for i in negated if not _looks_alike(around.tokens, i, lexicons)]
    raises = predicate is None or _in(predicate.lemma, lexicons.polarity.openness.raising)
    if negated and cues:
        return
    if negated and raises and around.own.kind != "whether":
        cues = [Cue(negated[0], "P4")]
    yield from cues


def cancelled_denial(around: Surroundings, lexicons: Lexicons) -> Cue | None:
    """Find a denial that is itself denied: "bestreitet nicht, dass es einen Deal gibt"."""
    clause = governing_clause(around)
    if clause is None:
        return None
    predicate = predicate_of(around.tokens, clause)
    denial = lexicons.polarity.denial
    if predicate is None or not (
        _in(predicate.lemma, denial.verbs) or _in(predicate.lemma, denial.refusal)
    ):
        return None
    for position in clause.positions:
        token = around.tokens[position]
        negative = token.form.lower() in lexicons.polarity.negation.adverbs
        if negative or token.lemma in lexicons.polarity.negation.determiners:
            return Cue(position, "P3")
    return None


# ---------------------------------------------------------------- shared with openness


def around_is_given(around: Surroundings, lexicons: Lexicons) -> bool:
    """Say whether the mention's phrase takes it as given: "trotz des Erfolgs", "am Erfolg"."""
    phrase = around.phrases[-1]
    if phrase.preposition >= 0:
        form = around.tokens[phrase.preposition].form.lower()
        if form in lexicons.polarity.existence.presupposing and around.definite:
            return True
    if len(around.phrases) > 1 and around.definite:
        nouns = lexicons.polarity.existence.nouns
        return around.tokens[around.phrases[1].noun].head not in nouns
    return around.role == "attribute" and (around.definite or around.subject)


def known_beside(around: Surroundings, lexicons: Lexicons) -> bool:
    """Say whether a known thing stands in a clause that is about something else.

    "Er will den Deal nicht kommentieren" leaves open the comment, not the deal.
    """
    predicate = around.predicate
    if predicate is None or not around.definite or around.role != "noun":
        return False
    existence, openness = lexicons.polarity.existence, lexicons.polarity.openness
    denial = lexicons.polarity.denial
    about = (*existence.verbs, *openness.verbs, *openness.pending)
    return not _in(predicate.lemma, (*about, *denial.verbs, *denial.refusal, *denial.failing))


def find_phrase(tokens: Sequence[Token], clause: Clause, phrases: Sequence[str]) -> int:
    """Find a fixed expression in a clause; -1 if there is none."""
    words = [(i, tokens[i].form.lower()) for i in clause.positions if tokens[i].form not in MARKS]
    text = " " + " ".join(form for _, form in words) + " "
    for phrase in phrases:
        place = text.find(f" {phrase} ")
        if place >= 0:
            return words[text[:place].count(" ")][0]
    return -1


def _looks_alike(tokens: Sequence[Token], position: int, lexicons: Lexicons) -> bool:
    """Rule P5: say whether a listed word sequence begins at a position or holds it."""
    forms = [token.form.lower() for token in tokens[max(0, position - 1) : position + 5]]
    here = min(1, position)
    for sequence in lexicons.polarity.look_alike.sequences:
        words = sequence.split()
        starts = [here] if len(words) < 2 or words[1] != forms[here] else [here, here - 1]
        for start in starts:
            if start >= 0 and forms[start : start + len(words)] == words:
                return True
    return False


def _in(lemma: str, verbs: Sequence[str]) -> bool:
    return any(lemma == joined(verb) for verb in verbs)
