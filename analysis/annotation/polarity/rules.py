"""Whether a mention is affirmed, negated or open for who states it: the rules in their order.

What leaves a mention open is rule P6 of ``docs/reference/coding-rules.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.grammar.clauses import Clause, mood_of
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.polarity.negation import cancelled_denial, find_look_alike, find_negations
from analysis.annotation.polarity.surroundings import MAIN, Cue, Surroundings, surroundings_of
from analysis.annotation.tokens import Sentence

NEVER = frozenset({"nicht", "nie", "niemals", "kaum"})
QUESTION_WORDS = frozenset({"PWS", "PWAT", "PWAV"})
FINITE = frozenset({"VVFIN", "VAFIN", "VMFIN"})
INFINITIVES = frozenset({"VVINF", "VAINF", "VMINF"})
#: Words that open a condition or an indirect question.
CONDITIONS = frozenset({"wenn", "falls", "sofern", "ob", "soweit"})
#: Verb forms that open a condition without a conjunction ("Sollte es ...").
CONDITIONAL = frozenset({"sollte", "sollten", "wäre", "wären", "käme", "gäbe", "hätte"})
#: A plural Konjunktiv II often stands for a Konjunktiv I that looks like the indicative.
PLURAL_OF_REPORT = frozenset({"hätten", "würden", "könnten", "müssten", "sollten", "wollten"})
#: How near to the end of its clause a noun governs the clause behind.
NEAR_END = 4
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
    value, cue, double = _decide(around)
    if cue is None:
        return Polarity(value, "", -1, -1, "P0", double)
    token = around.tokens[cue.position]
    return Polarity(value, token.form, token.begin, token.end, cue.rule, double)


def _decide(around: Surroundings) -> tuple[Value, Cue | None, bool]:
    """Return value and cue, and whether two negations cancelled each other."""
    negations = find_negations(around)
    hypothesis = next(_hypotheses(around), None)
    if negations:
        return _decide_negated(around, negations, hypothesis)
    cancelled = cancelled_denial(around)
    if cancelled is not None:
        return "affirmed", cancelled, True
    opened = hypothesis or next(_openness(around), None)
    if opened is not None:
        return "open", opened, False
    return "affirmed", find_look_alike(around), False


def _decide_negated(
    around: Surroundings, negations: Sequence[Cue], hypothesis: Cue | None
) -> tuple[Value, Cue, bool]:
    first, twice = negations[0], len(negations) > 1
    if hypothesis is not None and first.rule != "P1":
        return "open", hypothesis, twice
    if _counterfactual(around) and first.rule in ("P2", "P4"):
        return "affirmed", first, True
    if len(negations) % 2 == 0:
        return "affirmed", negations[-1], True
    return "negated", first, twice


def _hypotheses(around: Surroundings) -> Iterator[Cue]:
    """Rule P6a: a condition or a question leaves open even what is negated in it.

    "Wenn es keinen Deal gibt, ..." says neither that there is one nor that there is none.
    """
    clause, without = around.own, _without(around)
    if without >= 0 and not _counterfactual(around):
        yield Cue(without, "P6a")
    if around.known_beside:
        return
    if around.form(clause.opener) in CONDITIONS:
        yield Cue(clause.opener, "P6a")
    if clause.kind == "verb_first" and _is_condition(around):
        yield Cue(clause.finite[0], "P6a")
    mark = _question_mark(around)
    if mark >= 0 and _asks(around):
        yield Cue(mark, "P6a")


def _counterfactual(around: Surroundings) -> bool:
    """Detect what did happen: "Ohne ihn hätte es den Deal nie gegeben"."""
    forms = {around.form(i) for i in around.own.finite}
    past = any(around.tokens[i].pos[-2:] == "PP" for i in around.own.positions)
    before = around.clauses[max(0, around.clause - 1) : around.clause]
    conditional = any(clause.kind in ("verb_first", "adverbial") for clause in before)
    would = not forms.isdisjoint({"hätte", "hätten", "wäre", "wären"})
    return would and past and (conditional or _without(around) >= 0)


def _without(around: Surroundings) -> int:
    """Find a condition beside the mention: "Ohne Zugeständnisse gibt es keinen Deal"."""
    first, own = around.first_word, around.own
    if around.form(first) != "ohne" or first == around.phrase.preposition:
        return -1
    if own.kind == "infinitive" or not own.finite or own.finite[0] >= around.index:
        return -1
    negative = any(
        around.tokens[i].lemma == "kein" or around.form(i) in NEVER for i in own.positions
    )
    return first if negative else -1


def _is_condition(around: Surroundings) -> bool:
    """Detect "Sollte es einen Deal geben, ...": verb first, and so the clause behind it."""
    clause, following = around.own, around.clauses[around.clause + 1 :]
    first = around.tokens[clause.finite[0]]
    starts = clause.first == 0 or first.form[:1].isupper()
    goes_on = any(
        one.kind == "verb_first" or around.form(one.first) in ("dann", "so") for one in following
    )
    return starts and goes_on and (first.form.lower() in CONDITIONAL or first.pos in FINITE)


def _question_mark(around: Surroundings) -> int:
    """Return the position of a question mark that ends the sentence, else -1."""
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


def _openness(around: Surroundings) -> Iterator[Cue]:
    """Rule P6: what leaves a mention open: word, phrase, governing noun, clause, clause above."""
    yield from _in_word(around)
    yield from _in_phrase(around)
    yield from _governed(around)
    if not (around.given and around.role != "attribute"):
        yield from _in_clause(around)
    if around.above is not None:
        yield from _from_above(around, around.above)


def _in_word(around: Surroundings) -> Iterator[Cue]:
    """Rule P6b: a compound such as "Erfolgsaussichten"."""
    token, openness = around.token, around.lexicons.polarity.openness
    n_stems = sum(not part.tag.startswith("SUF") for part in token.parts)
    lemma = token.lemma.lower()
    compound = n_stems > 1 and lemma.endswith(openness.heads)
    if compound or token.head.lower() in openness.heads or lemma in openness.promising:
        yield Cue(around.index, "P6b")


def _in_phrase(around: Surroundings) -> Iterator[Cue]:
    """Rule P6c: an attribute of the phrase: "mutmaßliche Einmischung"."""
    openness = around.lexicons.polarity.openness
    opening = {*openness.attributes, *openness.adverbs}
    for phrase in around.phrases[:2]:
        for i in range(phrase.first, phrase.noun):
            if not {around.tokens[i].lemma.lower(), around.form(i)}.isdisjoint(opening):
                yield Cue(i, "P6c")


def _governed(around: Surroundings) -> Iterator[Cue]:
    """Rule P6d: a noun that governs the phrase: "Hoffnung auf einen Deal"."""
    openness = around.lexicons.polarity.openness
    for phrase in around.phrases[1:2]:
        token = around.tokens[phrase.noun]
        heard = token.head in openness.hearsay and not around.definite
        sought = not {token.head, token.lemma}.isdisjoint(openness.nouns)
        if heard or (sought and not around.is_determiner(phrase.determiner)):
            yield Cue(phrase.noun, "P6d")


def _in_clause(around: Surroundings) -> Iterator[Cue]:
    """Rules P6e to P6i: the verb, its mood, tense and modal, adverbs, fixed expressions."""
    if around.role == "attribute" and (around.definite or around.subject):
        return
    position = around.find_phrase(around.lexicons.polarity.openness.phrases)
    if position >= 0:
        yield Cue(position, "P6i")
    yield from _by_subordinator(around)
    yield from _by_verb(around)
    first = around.first_word
    if first >= 0 and around.tokens[first].pos in ("VVIMP", "VAIMP"):
        yield Cue(first, "P6f")  # "Mach einen Deal!"
    if not (_sees_through(around) or around.known_beside):
        yield from _by_auxiliary(around)
    yield from _by_adverb(around)


def _by_subordinator(around: Surroundings) -> Iterator[Cue]:
    """Rule P6g: "bis", a conjunction, "um ... zu"."""
    clause, before = around.own, around.phrase.preposition - 1
    if before >= clause.first and around.form(before) == "bis":
        yield Cue(before, "P6g")
    subordinators = around.lexicons.polarity.openness.subordinators
    if around.form(clause.opener) in subordinators and not around.known_beside:
        yield Cue(clause.opener, "P6g")
    purpose = clause.kind == "infinitive" and around.form(around.first_word) == "um"
    if purpose and not _sees_through(around):
        yield Cue(around.first_word, "P6g")


def _by_verb(around: Surroundings) -> Iterator[Cue]:
    """Rule P6e: the mention is what somebody seeks, fears, alleges."""
    predicate, openness = around.predicate, around.lexicons.polarity.openness
    position = around.phrase.determiner
    determiner = around.tokens[position] if position >= 0 else None
    # "mit diesem Erfolg": what is pointed at is there
    demonstrated = determiner is not None and determiner.lemma.lower() == "dieser"
    if predicate is None or predicate.position == around.index or demonstrated:
        return
    # "mit Erfolg", "mit ihrem Erfolg": how something was tried, not what was tried for
    manner = around.preposition == "mit" and determiner is None
    possessive = determiner is not None and determiner.pos == "PPOSAT"
    beside = manner or (possessive and around.phrase.preposition >= 0)
    sought = predicate.lemma in openness.verbs and not beside
    pending = predicate.lemma in openness.pending
    if pending or (sought and (not around.subject or predicate.passive)):
        yield Cue(predicate.position, "P6e")


def _sees_through(around: Surroundings) -> bool:
    """Detect verbs that take the mention as given under a modal: "kann Erfolge vorweisen"."""
    openness, finite = around.lexicons.polarity.openness, around.own.finite
    modals = [around.tokens[i].lemma for i in finite if around.tokens[i].pos == "VMFIN"]
    if not set(modals) <= set(openness.able):
        return False
    return any(
        around.tokens[i].pos[:2] == "VV" and around.tokens[i].lemma in openness.transparent
        for i in around.own.positions
        if i != around.index and i not in finite[:1]
    )


def _by_auxiliary(around: Surroundings) -> Iterator[Cue]:
    """Rule P6f: future, modal verb, Konjunktiv II."""
    openness, mood = around.lexicons.polarity.openness, around.lexicons.mood
    infinitive = _has_infinitive(around)
    finite = [i for i in around.own.finite if i != around.index]
    for i in finite if around.role != "attribute" or infinitive else ():
        token, form = around.tokens[i], around.form(i)
        future = token.lemma == "werden" and (infinitive or _will_be(around, form))
        modal = token.lemma in openness.modals
        conditional = form not in PLURAL_OF_REPORT or modal
        conditional = conditional and mood_of(token, mood) == "konjunktiv_2"
        if future or (modal and form not in openness.accomplished) or conditional:
            yield Cue(i, "P6f")
    if around.role == "verb" and mood_of(around.token, mood) == "konjunktiv_2":
        yield Cue(around.index, "P6f")


def _will_be(around: Surroundings, form: str) -> bool:
    """Detect "die Reise wird ein Erfolg": said in the present of what is to come."""
    participle = any(around.tokens[i].pos[-2:] == "PP" for i in around.own.positions)
    coming = form in ("wird", "werde", "werden") and not participle
    outside = around.preposition in ("", "zum") and not around.subject
    return coming and outside and around.role in ("noun", "predicate")


def _has_infinitive(around: Surroundings) -> bool:
    for i in around.own.positions:
        token = around.tokens[i]
        bare = token.form == token.lemma and i not in around.own.finite[:1]
        if token.pos in INFINITIVES or (bare and token.pos[:1] == "V"):
            return True
    return False


def _by_adverb(around: Surroundings) -> Iterator[Cue]:
    """Rule P6h: "vielleicht", "ein Deal ist möglich"."""
    openness = around.lexicons.polarity.openness
    for i in around.own.positions:
        token, form = around.tokens[i], around.form(i)
        adverb = token.pos in ("ADV", "ADJD") and form in openness.adverbs
        said = not {token.lemma.lower(), form}.isdisjoint(openness.predicates)
        of_mention = around.subject and i != around.index and token.pos in ("ADJD", "VVPP")
        if adverb or (said and of_mention):
            yield Cue(i, "P6h")


def _from_above(around: Surroundings, clause: Clause) -> Iterator[Cue]:
    """Rule P6j: "hofft, dass ...", "der Versuch, ... zu", "bereit, ... zu"."""
    openness, predicate = around.lexicons.polarity.openness, around.predicate_above
    lemma = predicate.lemma if predicate is not None else ""
    if predicate is not None and lemma in openness.verbs and lemma not in openness.asserting:
        yield Cue(predicate.position, "P6j")
    if around.own.kind in MAIN or around.known_beside:
        return
    for i in reversed(clause.positions):
        token = around.tokens[i]
        noun = not {token.head, token.lemma}.isdisjoint(openness.nouns)
        governs = i >= clause.last - NEAR_END and not around.is_determiner(i - 1)
        adjective = token.pos == "ADJD" and token.lemma.lower() in openness.predicates
        if (noun and governs) or adjective:
            yield Cue(i, "P6j")
    implied = lemma in openness.implicative or _perfect(around)
    if around.own.kind == "infinitive" and not implied:
        yield Cue(around.own.first, "P6j")


def _perfect(around: Surroundings) -> bool:
    """Detect the infinitive of what has been: "eingemischt zu haben"."""
    return any(
        around.form(i) in ("haben", "sein") and around.form(i - 1) == "zu"
        for i in around.own.positions
    )
