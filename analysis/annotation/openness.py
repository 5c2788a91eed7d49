"""What leaves a mention open: rule P6 of ``docs/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.annotation.clauses import Clause
from analysis.annotation.lexicons import Lexicons
from analysis.annotation.mood import mood_of
from analysis.annotation.negation import (
    Cue,
    _in,
    around_is_given,
    find_phrase,
    governing_clause,
    known_beside,
)
from analysis.annotation.reporting import predicate_of
from analysis.annotation.surroundings import Surroundings

INFINITIVES = frozenset({"VVINF", "VAINF", "VMINF"})
#: A plural Konjunktiv II often stands for a Konjunktiv I that looks like the indicative.
PLURAL_OF_REPORT = frozenset({"hätten", "würden", "könnten", "müssten", "sollten", "wollten"})
NEVER = frozenset({"nicht", "nie", "niemals", "kaum"})
QUESTION_WORDS = frozenset({"PWS", "PWAT", "PWAV"})


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
    """Know "Sollte es einen Deal geben, ...": verb first, and a further clause with its verb first."""
    first = around.tokens[clause.finite[0]]
    following = around.clauses[around.clause + 1 :]
    conditional = first.form.lower() in (
        "sollte",
        "sollten",
        "wäre",
        "wären",
        "käme",
        "gäbe",
        "hätte",
    )
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


def find_openness(around: Surroundings, lexicons: Lexicons) -> Cue | None:
    """Rule P6: find what leaves a mention open; None if nothing does.

    Parameters
    ----------
    around : Surroundings
        The mention in its sentence.
    lexicons : Lexicons
        Word lists.

    Returns
    -------
    Cue or None
        The first that fits: word, phrase, governing noun, then clause and clause above.
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
    if len(stems) > 1 and any(lemma.endswith(head) for head in openness.heads):
        yield Cue(around.index, "P6b")
    elif token.head.lower() in openness.heads or token.lemma.lower() in openness.promising:
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
        if heard:
            yield Cue(phrase.noun, "P6d")
        if not denied and {token.head, token.lemma} & set(lexicons.polarity.openness.nouns):
            yield Cue(phrase.noun, "P6d")


def _is_negative(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    return around.tokens[position].lemma in lexicons.polarity.negation.determiners


# ---------------------------------------------------------------- the mention's clause


def _in_clause(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rules P6e to P6i: the verb, its mood, tense and modal, adverbs, fixed expressions."""
    if around_is_given(around, lexicons) and around.role != "attribute":
        return
    clause = around.own
    openness = lexicons.polarity.openness
    position = find_phrase(around.tokens, clause, openness.phrases)
    if position >= 0:
        yield Cue(position, "P6i")
    if around.role == "attribute" and (around.definite or around.subject):
        return
    yield from _opened_by_subordinator(around, lexicons)
    yield from _opened_by_verb(around, lexicons)
    yield from _imperative(around)
    if not (_transparent(around, lexicons) or known_beside(around, lexicons)):
        yield from _opened_by_auxiliary(around, lexicons)
    for i in clause.positions:
        token = around.tokens[i]
        if token.pos in ("ADV", "ADJD") and token.form.lower() in openness.adverbs:
            yield Cue(i, "P6h")
        said = {token.lemma.lower(), token.form.lower()} & set(openness.predicates)
        if token.pos in ("ADJD", "VVPP") and said:
            if around.subject and i != around.index:
                yield Cue(i, "P6h")


def _opened_by_subordinator(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    clause = around.own
    openness = lexicons.polarity.openness
    first = next((i for i in clause.positions if around.tokens[i].is_word), clause.first)
    before = around.phrase.preposition - 1
    if before >= clause.first and around.tokens[before].form.lower() == "bis":
        yield Cue(before, "P6g")
    if clause.opener >= 0 and around.tokens[clause.opener].form.lower() in openness.subordinators:
        yield Cue(clause.opener, "P6g")
    elif clause.kind == "infinitive" and around.tokens[first].form.lower() == "um":
        if not _transparent(around, lexicons):
            yield Cue(first, "P6g")


def _opened_by_verb(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6e: the mention is what somebody seeks, fears, alleges."""
    predicate = around.predicate
    if predicate is None or predicate.position == around.index or _demonstrated(around):
        return
    beside = around.possessive and around.phrase.preposition >= 0
    if _in(predicate.lemma, lexicons.polarity.openness.verbs) and not beside:
        if not around.subject or predicate.passive:
            yield Cue(predicate.position, "P6e")
    if _in(predicate.lemma, lexicons.polarity.openness.pending):
        yield Cue(predicate.position, "P6e")


def _demonstrated(around: Surroundings) -> bool:
    """Know "mit diesem Erfolg": what is pointed at is there."""
    position = around.phrase.determiner
    return position >= 0 and around.tokens[position].lemma.lower() == "dieser"


def _imperative(around: Surroundings) -> Iterator[Cue]:
    first = next((i for i in around.own.positions if around.tokens[i].is_word), -1)
    if first >= 0 and around.tokens[first].pos in ("VVIMP", "VAIMP"):
        yield Cue(first, "P6f")


def _transparent(around: Surroundings, lexicons: Lexicons) -> bool:
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
    return any(_in(around.tokens[i].lemma, verbs) for i in infinitives)


def _opened_by_auxiliary(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
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


# ---------------------------------------------------------------- the clause above


def _from_above(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P6j: "hofft, dass ...", "der Versuch, ... zu", "bereit, ... zu"."""
    clause = governing_clause(around)
    if clause is None:
        return
    openness = lexicons.polarity.openness
    predicate = predicate_of(around.tokens, clause)
    if predicate is not None and _in(predicate.lemma, openness.verbs):
        if not _in(predicate.lemma, openness.asserting):
            yield Cue(predicate.position, "P6j")
    if around.own.kind in ("main", "verb_first") or known_beside(around, lexicons):
        return
    for i in reversed(clause.positions):
        token = around.tokens[i]
        near = i >= clause.last - 4
        denied = i > 0 and _is_negative(around, i - 1, lexicons)
        if near and not denied and {token.head, token.lemma} & set(openness.nouns):
            yield Cue(i, "P6j")
        if token.pos == "ADJD" and token.lemma.lower() in openness.predicates:
            yield Cue(i, "P6j")
    implies = predicate is not None and _in(predicate.lemma, openness.implicative)
    if around.own.kind == "infinitive" and not _perfect(around) and not implies:
        yield Cue(around.own.first, "P6j")


def _perfect(around: Surroundings) -> bool:
    """Know the infinitive of what has been: "eingemischt zu haben"."""
    return any(
        around.tokens[i].form.lower() in ("haben", "sein")
        and around.tokens[i - 1].form.lower() == "zu"
        for i in around.own.positions
        if i > 0
    )
