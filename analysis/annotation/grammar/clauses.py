"""Clauses of a sentence, their verbs and moods: by tags and forms, no parser, linear time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.annotation.grammar.lexicons import MoodLexicon
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.tokens import Token

Kind = Literal[
    "main", "verb_first", "dass", "whether", "wh", "relative", "adverbial", "infinitive", "fragment"
]
Mood = Literal["indicative", "konjunktiv_1", "konjunktiv_2", "none"]
#: How far behind its clause a particle may stand, after an apposition: "teilte X, der Chef, mit".
FAR_PARTICLE = 12
BOUNDARIES = frozenset({",", ";", ":", "–", "—", "-", "(", ")", "[", "]", "/", "...", "…"})
BY_TAG: dict[str, Kind] = {
    "PRELS": "relative",
    "PRELAT": "relative",
    "PWS": "wh",
    "PWAT": "wh",
    "PWAV": "wh",
}
OPENERS: dict[str, Kind] = {"dass": "dass", "daß": "dass", "ob": "whether"}
DOTS = frozenset(".!?")
#: How many words may stand before the word that opens a subordinate clause.
OPENER_WITHIN = 3
#: How many clauses back the beginning of an interrupted clause is looked for.
LONGEST_INTERRUPTION = 3
#: How many words in brackets do not cut a clause.
LONGEST_ASIDE = 2
#: Words that make *dass* something else than the content of what is said.
NOT_CONTENT = frozenset({"so", "ohne", "statt", "anstatt", "als", "außer", "sodass"})
BEFORE_OPENER = frozenset({"APPR", "APPRART", "ADV", "KON", "PTKNEG", "ITJ", "APPO"})
SUBORDINATE = frozenset({"dass", "whether", "wh", "relative", "adverbial"})
#: Prepositions that open a clause if its verb stands at the end ("bis alles fertig ist").
OPENER_OR_PREPOSITION = frozenset({"bis", "seit", "während"})
#: The tagger takes these for conjunctions although they begin phrases ("wie Trump").
COMPARING = frozenset({"als", "wie", "denn"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence: positions ``first`` up to and without ``last``.

    ``opener`` is the position of the word that makes the clause subordinate or
    -1, ``finite`` the positions of its finite verbs.
    """

    first: int
    last: int
    kind: Kind
    opener: int
    finite: tuple[int, ...]

    @property
    def positions(self) -> range:
        """Positions of the clause's tokens."""
        return range(self.first, self.last)


def find_clauses(tokens: Sequence[Token], lexicon: MoodLexicon) -> list[Clause]:
    """Cut a sentence into clauses and fragments, at least one.

    The punctuation between clauses belongs to none. A stretch without a verb is a ``fragment``
    (an apposition, a part of a list).

    Examples
    --------
    >>> from analysis.annotation.grammar.lexicons import read_lexicons
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Er sagt, dass sie kommt, um zu helfen.")
    >>> [clause.kind for clause in find_clauses(sentence.tokens, read_lexicons().mood)]
    ['main', 'dass', 'infinitive']
    """
    finite = [is_finite(token, lexicon) for token in tokens]
    pieces: list[tuple[int, int]] = []
    for first, last in _stretches(tokens, _asides(tokens, finite)):
        pieces += _cut_at_conjunctions(tokens, finite, first, last)
    clauses: list[Clause] = []
    for first, last in pieces or [(0, len(tokens))]:
        found = _clause(tokens, finite, first, last)
        clauses.append(_continuing(tokens, clauses, found))
    return clauses


def clause_at(clauses: Sequence[Clause], position: int) -> int:
    """Return the index of the clause that a token belongs to; -1 for punctuation."""
    index = bisect_right(clauses, position, key=lambda clause: clause.first) - 1
    return index if index >= 0 and position < clauses[index].last else -1


def _asides(tokens: Sequence[Token], finite: Sequence[bool]) -> frozenset[int]:
    """Return the brackets around a word or two without a verb: "(noch) nicht" is one clause."""
    found: list[int] = []
    opened = -1
    for position, token in enumerate(tokens):
        if token.form == "(":
            opened = position
        elif token.form == ")" and opened >= 0:
            short = position - opened - 1 <= LONGEST_ASIDE
            found += [opened, position] if short and not any(finite[opened:position]) else []
            opened = -1
    return frozenset(found)


def _stretches(tokens: Sequence[Token], asides: frozenset[int]) -> list[tuple[int, int]]:
    """Cut at punctuation; quotation marks stay inside, and brackets around an aside."""
    cuts = [
        position
        for position, token in enumerate(tokens)
        if (token.form in BOUNDARIES or token.form in DOTS) and position not in asides
    ]
    begins = [0, *(cut + 1 for cut in cuts)]
    return [
        (begin, end)
        for begin, end in zip(begins, [*cuts, len(tokens)], strict=True)
        if any(tokens[i].form not in MARKS for i in range(begin, end))
    ]


def _cut_at_conjunctions(
    tokens: Sequence[Token], finite: Sequence[bool], first: int, last: int
) -> list[tuple[int, int]]:
    """Cut where *und*, *oder*, *aber* join two parts that have a finite verb each."""
    cuts = [first]
    seen_verb = False
    conjunction = -1
    for position in range(first, last):
        if tokens[position].pos == "KON" and seen_verb and position > first:
            conjunction = position
        elif finite[position]:
            if seen_verb and conjunction > 0:
                cuts.append(conjunction)
                conjunction = -1
            seen_verb = True
        elif conjunction == position - 1 and _opens(tokens, position) and position > first:
            cuts.append(conjunction)
            conjunction, seen_verb = -1, False
    return list(zip(cuts, [*cuts[1:], last], strict=True))


def _opens(tokens: Sequence[Token], position: int) -> bool:
    token = tokens[position]
    return token.form.lower() in OPENERS or (
        token.pos == "KOUS" and token.form.lower() not in COMPARING
    )


def _clause(tokens: Sequence[Token], finite: Sequence[bool], first: int, last: int) -> Clause:
    verbs = tuple(i for i in range(first, last) if finite[i])
    words = [i for i in range(first, last) if tokens[i].form not in MARKS]
    opener, kind = _opener(tokens, words, verbs)
    if kind is not None and (verbs or tokens[opener].pos != "PRELS" or opener == first):
        return Clause(first, last, kind, opener, verbs)
    if verbs:
        start = next((i for i in words if tokens[i].pos != "KON"), words[0])
        return Clause(first, last, "verb_first" if verbs[0] == start else "main", -1, verbs)
    if any(tokens[i].pos in ("PTKZU", "VVIZU") for i in words):
        return Clause(first, last, "infinitive", -1, ())
    return Clause(first, last, "fragment", -1, ())


def _continuing(tokens: Sequence[Token], before: Sequence[Clause], clause: Clause) -> Clause:
    """Take the rest of a clause that something interrupts: "dass er, sagt man, krank ist".

    The rest has its verb at the end, or is what a clause still waits for: "wenn zwischen A, ...".
    It also continues a subordinate clause behind *und*.
    """
    if clause.kind == "fragment" and before and before[-1].opener >= 0 and not before[-1].finite:
        return replace(clause, kind=before[-1].kind, opener=before[-1].opener)
    words = [i for i in clause.positions if tokens[i].form not in MARKS]
    if clause.kind not in ("main", "verb_first") or words[-1:] != [clause.finite[-1]]:
        return clause
    for earlier in before[: -LONGEST_INTERRUPTION - 1 : -1]:
        joined = earlier is before[-1] and tokens[clause.first].pos == "KON"
        if earlier.opener >= 0 and (joined or not earlier.finite):
            return replace(clause, kind=earlier.kind, opener=earlier.opener)
        if earlier.kind == "main" or (earlier.kind == "verb_first" and earlier.finite):
            break
    return clause


def _opener(
    tokens: Sequence[Token], words: Sequence[int], verbs: tuple[int, ...]
) -> tuple[int, Kind | None]:
    """Find the word that makes a clause subordinate, at its beginning or after a preposition."""
    for count, position in enumerate(words[: OPENER_WITHIN + 1]):
        token = tokens[position]
        kind = _kind_of_opener(token, verbs, position, len(words) - count)
        if kind == "dass" and count and tokens[words[count - 1]].form.lower() in NOT_CONTENT:
            kind = "adverbial"
        if kind is not None:
            return position, kind
        if token.pos not in BEFORE_OPENER:
            break
    return -1, None


def _kind_of_opener(
    token: Token, verbs: tuple[int, ...], position: int, n_left: int
) -> Kind | None:
    form = token.form.lower()
    if form in OPENERS:
        return OPENERS[form]
    if form == "wie" and verbs and verbs[-1] != position + 1:
        return "adverbial"
    if form in OPENER_OR_PREPOSITION and verbs and verbs[-1] >= position + n_left - 1:
        return "adverbial"
    # A question word or pronoun right before the verb opens a main clause: "Wer kommt?"
    directly = bool(verbs) and verbs[0] == position + 1 and n_left > 2
    if token.pos == "KOUS" and form not in COMPARING:
        return "adverbial"
    if directly:
        return None
    compares = form in COMPARING and bool(verbs) and token.pos in ("KOUS", "KOKOM", "PWAV")
    return "adverbial" if compares else BY_TAG.get(token.pos)


@dataclass(frozen=True, slots=True)
class Predicate:
    """The verb of a clause: its position, its lemma with the particle, whether it is passive."""

    position: int
    lemma: str
    passive: bool


def predicate_of(tokens: Sequence[Token], clause: Clause) -> Predicate | None:
    """Find the full verb of a clause: finite, participle or infinitive, with its particle."""
    full = [i for i in clause.positions if tokens[i].pos[:2] == "VV"]
    finite = [i for i in full if i in clause.finite]
    others = [i for i in full if i not in clause.finite]
    auxiliary = [i for i in clause.finite if tokens[i].pos[:2] in ("VA", "VM")]
    if finite and not (auxiliary and others):
        position = finite[0]
        return Predicate(position, _with_particle(tokens, clause, position), passive=False)
    if not others:
        return None
    position = others[-1]
    lemmas = {tokens[i].lemma for i in auxiliary} | {
        tokens[i].lemma for i in clause.positions if tokens[i].form in ("worden", "werden")
    }
    participle = tokens[position].pos == "VVPP"
    return Predicate(position, tokens[position].lemma, participle and "werden" in lemmas)


def _with_particle(tokens: Sequence[Token], clause: Clause, position: int) -> str:
    """Join a finite verb and its particle: "teilte ... mit" is *mitteilen*."""
    particles = [
        i
        for i in range(position + 1, min(len(tokens), clause.last + FAR_PARTICLE))
        if tokens[i].pos == "PTKVZ" and (i < clause.last or tokens[i - 1].form == ",")
    ]
    particle = tokens[particles[-1]].form.lower() if particles else ""
    return particle + tokens[position].lemma


def mood_of(token: Token, lexicon: MoodLexicon) -> Mood:
    """Return the mood of a token's form, as far as the form alone tells it.

    A form that fits the indicative as well ("sollte", "sagten") counts as indicative; what is no
    finite verb has the mood ``none``.

    Examples
    --------
    >>> from analysis.annotation.grammar.lexicons import read_lexicons
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Er sei krank.")
    >>> mood_of(sentence.tokens[1], read_lexicons().mood)
    'konjunktiv_1'
    """
    form = token.form.lower()
    if not is_finite(token, lexicon):
        return "none"
    if form in lexicon.past:
        return "konjunktiv_2"
    if form in lexicon.present or _stem_and_e(form, token.lemma.lower()):
        return "indicative" if form in lexicon.not_konjunktiv else "konjunktiv_1"
    return "indicative"


def is_finite(token: Token, lexicon: MoodLexicon) -> bool:
    """Return whether a token is a finite verb, also where the tagger takes it for another."""
    if token.pos in ("VVFIN", "VAFIN", "VMFIN"):
        return True
    form = token.form.lower()
    verbal = token.pos[:1] == "V" or token.form[:1].islower()
    known = form in lexicon.present or form in lexicon.past
    return verbal and known and token.pos not in ("ADJA", "NN", "NE")


def _stem_and_e(form: str, lemma: str) -> bool:
    """Return whether a form is the stem of its verb with *e*: "gehe", "handele", "handle"."""
    if not form.endswith("e"):
        return False
    if lemma.endswith(("eln", "ern")):
        return form in (lemma[:-1] + "e", lemma[:-3] + lemma[-2] + "e")
    return form + "n" == lemma
