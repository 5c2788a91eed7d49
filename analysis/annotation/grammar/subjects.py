"""The verb of a clause, and who its subject is: what a frame needs to know of a clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.annotation.grammar.clauses import SUBORDINATE, Clause
from analysis.annotation.grammar.lexicons import SpeechLexicon
from analysis.annotation.grammar.phrases import (
    PREPOSITIONS,
    find_subject,
    phrase_end,
    starts_phrase,
)
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.tokens import Token

Span = tuple[int, int]
#: How far behind its clause a particle may stand, after an apposition: "teilte X, der Chef, mit".
FAR_PARTICLE = 12


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


def speaker_of(
    tokens: Sequence[Token],
    clauses: Sequence[Clause],
    index: int,
    *,
    predicate: Predicate,
    lexicon: SpeechLexicon,
) -> Span | None:
    """Find who speaks: the subject; in the passive, who stands after *von* or *durch*.

    ``index`` is the clause whose verb, the predicate, reports. The phrase is its first position
    and the position behind its last.
    """
    clause = clauses[index]
    if predicate.passive:
        return _agent(tokens, clause)
    if clause.kind == "relative":
        return _antecedent(tokens, clauses, index) or _subject_after_verb(tokens, clause, lexicon)
    if clause.kind in SUBORDINATE:
        return find_subject(tokens, clause.opener + 1, clause.last, lexicon.not_speakers)
    if clause.kind == "infinitive":
        return None
    if clause.kind == "verb_first" and tokens[clause.first].pos == "KON":
        shared = _shared_subject(tokens, clauses, index, lexicon)
        if shared is not None:
            return shared
    return subject_of(tokens, clauses, index, lexicon=lexicon)


def subject_of(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, *, lexicon: SpeechLexicon
) -> Span | None:
    """Find the subject of a main clause: before its finite verb, else behind it."""
    before = _before_verb(tokens, clauses, index, lexicon)
    return before or _subject_after_verb(tokens, clauses[index], lexicon)


def _before_verb(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Span | None:
    """Take the phrase before the finite verb: nothing else can stand there in a main clause."""
    clause = clauses[index]
    if not clause.finite:
        return None
    words = [i for i in range(clause.first, clause.finite[0]) if tokens[i].pos != "KON"]
    if words:
        found = find_subject(tokens, words[0], clause.finite[0], lexicon.not_speakers)
        begins = found is not None and found[0] == words[0]
        whole = all(tokens[i].pos not in ("VVPP", "VVINF", "ADV") for i in words)
        return (words[0], clause.finite[0]) if begins and whole else found
    return _before_interruption(tokens, clauses, index, lexicon)


def _before_interruption(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Span | None:
    """Find the subject before an apposition or relative clause: "Der Mann, der ging, sagte"."""
    back = index - 1
    while back >= 0 and clauses[back].kind in ("relative", "fragment", "infinitive"):
        clause = clauses[back]
        following = clauses[back + 1].kind if back + 1 <= index else ""
        if clause.kind == "fragment" and (back == 0 or following == "relative"):
            return find_subject(tokens, clause.first, clause.last, lexicon.not_speakers)
        back -= 1
    return None


def _subject_after_verb(
    tokens: Sequence[Token], clause: Clause, lexicon: SpeechLexicon
) -> Span | None:
    start = clause.finite[0] + 1 if clause.finite else clause.first
    return find_subject(tokens, start, clause.last, lexicon.not_speakers)


def _shared_subject(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Span | None:
    """Find the subject of the clause before: "Trump kam und sagte"."""
    clause = clauses[index]
    if index == 0 or tokens[clause.first].pos != "KON" or not clauses[index - 1].finite:
        return None
    before = clauses[index - 1]
    if before.kind in SUBORDINATE:
        return find_subject(tokens, before.opener + 1, before.last, lexicon.not_speakers)
    return _before_verb(tokens, clauses, index - 1, lexicon) or _subject_after_verb(
        tokens, before, lexicon
    )


def _antecedent(tokens: Sequence[Token], clauses: Sequence[Clause], index: int) -> Span | None:
    """Find the phrase that a relative pronoun in the nominative stands for."""
    clause = clauses[index]
    pronoun = tokens[clause.opener].form.lower()
    if pronoun not in ("der", "die", "das", "welche", "welcher") or clause.opener != clause.first:
        return None
    end = clause.first - 1
    start = end
    while start > 0 and (starts_phrase(tokens[start - 1]) or tokens[start - 1].form in MARKS):
        start -= 1
    return (start, end) if start < end else None


def _agent(tokens: Sequence[Token], clause: Clause) -> Span | None:
    for position in clause.positions:
        token = tokens[position]
        if token.form.lower() in ("von", "vom", "durch", "seitens") and token.pos in PREPOSITIONS:
            end = phrase_end(tokens, position + 1, clause.last)
            if end > position + 1:
                return position + 1, end
    return None
