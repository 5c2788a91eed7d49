"""Frames: what says that somebody else is speaking, and who ("sagte Trump", "laut Polizei")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.grammar.clauses import SUBORDINATE, Clause, Predicate, predicate_of
from analysis.annotation.grammar.lexicons import SpeechLexicon
from analysis.annotation.grammar.phrases import (
    PREPOSITIONS,
    Span,
    find_subject,
    phrase_end,
    starts_phrase,
)
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.tokens import Token

NO_CLASSES: frozenset[str] = frozenset()
#: Relative pronouns that can be the subject of their clause.
NOMINATIVE = frozenset({"der", "die", "das", "welche", "welcher"})
AGENTS = frozenset({"von", "vom", "durch", "seitens"})
FrameKind = Literal["verb", "wie", "so", "preposition", "back", "noun"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Words that report: positions in a sentence, half-open.

    ``clause`` is the index of the clause it stands in, ``speaker`` where the
    speaker is named, ``classes`` the classes of its verb in ``speech.toml``.
    """

    kind: FrameKind
    first: int
    last: int
    clause: int
    cue: int
    word: str
    speaker: Span | None
    classes: frozenset[str] = NO_CLASSES


def find_frames(
    tokens: Sequence[Token], clauses: Sequence[Clause], lexicon: SpeechLexicon
) -> list[Frame]:
    """Find every frame of a sentence, ordered by clause: at most one by verb for each clause.

    What stands in full quotations may be left out of the sentence before.
    """
    frames: list[Frame] = []
    for index in range(len(clauses)):
        frames += _prepositional(tokens, clauses, index, lexicon)
        verbal = (
            _so(tokens, clauses, index, lexicon)
            or _verbal(tokens, clauses, index, lexicon)
            or _nominal(tokens, clauses, index, lexicon)
        )
        if verbal is not None:
            frames.append(verbal)
    return frames


def _prepositional(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Iterator[Frame]:
    """Find *laut X*, *nach Angaben von X*, *X zufolge*, *demnach*."""
    frames = lexicon.frames
    for i in clauses[index].positions:
        form = tokens[i].form.lower()
        span: Span | None = None
        if form in frames.prepositions or form in frames.prepositions_with_noun:
            span = _around_preposition(tokens, clauses[index], i, lexicon)
        if span is not None:
            first, last = min(span[0], i), max(span[1], i + 1)
            yield Frame("preposition", first, last, index, i, form, span)
        elif form in frames.back and tokens[i].pos in ("PROAV", "PAV", "ADV"):
            yield Frame("back", i, i + 1, index, i, form, None)


def _around_preposition(
    tokens: Sequence[Token], clause: Clause, position: int, lexicon: SpeechLexicon
) -> Span | None:
    """Find the phrase of a report preposition: behind it, or before it ("der Polizei zufolge")."""
    needs_noun = tokens[position].form.lower() in lexicon.frames.prepositions_with_noun
    start = position + 1
    behind = (start, phrase_end(tokens, start, clause.last))
    before = (_start_before(tokens, clause, position), position)
    postposed = tokens[position].pos == "APPO" or tokens[position].form == "zufolge"
    first_before = postposed or behind[1] == start
    for span in (before, behind) if first_before else (behind, before):
        nouns = [tokens[i] for i in range(*span) if tokens[i].pos in ("NN", "NNA", "NNI")][:1]
        reports = any({n.head, n.lemma}.intersection(lexicon.nouns.report) for n in nouns)
        if span[0] < span[1] and (reports or not needs_noun):
            return span
    return None


def _start_before(tokens: Sequence[Token], clause: Clause, position: int) -> int:
    """Return where the phrase before a postposition begins; the position itself if none does."""
    start = position
    while start > clause.first and (
        starts_phrase(tokens[start - 1]) or tokens[start - 1].form in MARKS
    ):
        start -= 1
        if tokens[start].pos in ("ART", "PPOSAT") and tokens[start - 1].pos not in ("NN", "NE"):
            break
    return start


def _so(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Frame | None:
    """Find "so Trump", "so der Minister weiter": a stretch without a verb."""
    clause = clauses[index]
    words = [i for i in clause.positions if tokens[i].form not in MARKS]
    if clause.kind != "fragment" or clause.finite or len(words) < 2:
        return None
    first, second = words[:2]
    if tokens[first].form.lower() not in lexicon.frames.so:
        return None
    if tokens[second].pos not in ("ART", "NE", "NN", "ADJA", "PPER"):
        return None
    speaker = find_subject(tokens, second, clause.last, lexicon.not_speakers)
    if speaker is None:
        return None
    return Frame("so", first, clause.last, index, first, "so", speaker, frozenset({"say"}))


def _verbal(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Frame | None:
    """Find a verb that reports, or one that does so with its adjective: "deutlich machen"."""
    clause = clauses[index]
    full = predicate_of(tokens, clause)
    predicate = _with_adjective(tokens, clause, full, lexicon) or full
    classes = lexicon.verb_classes.get(predicate.lemma, NO_CLASSES) if predicate else NO_CLASSES
    if predicate is None or not classes:
        return None
    opener = tokens[clause.opener].form.lower() if clause.opener >= 0 else ""
    wie = opener in lexicon.frames.wie
    return Frame(
        "wie" if wie else "verb",
        min(clause.first, clause.opener) if wie else clause.first,
        clause.last,
        index,
        predicate.position,
        predicate.lemma,
        _speaker_of(tokens, clauses, index, predicate=predicate, lexicon=lexicon),
        classes | ({"passive"} if predicate.passive else NO_CLASSES),
    )


def _with_adjective(
    tokens: Sequence[Token], clause: Clause, full: Predicate | None, lexicon: SpeechLexicon
) -> Predicate | None:
    """Find a verb that reports only with its adjective: "deutlich machen", "überzeugt sein"."""
    verbs = [(i, tokens[i].lemma) for i in clause.finite]
    verbs += [(full.position, full.lemma)] if full is not None else []
    for position, lemma in verbs[::-1]:
        for i in clause.positions:
            joint = tokens[i].form.lower() + lemma
            if tokens[i].pos in ("ADJD", "VVPP", "PTKVZ") and joint in lexicon.verb_classes:
                return Predicate(position, joint, passive=False)
    return None


def _nominal(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Frame | None:
    """Find a noun right before a clause that gives its content: "die Meldung, dass ..."."""
    clause = clauses[index]
    following = clauses[index + 1].kind if index + 1 < len(clauses) else ""
    nouns = [i for i in clause.positions if tokens[i].head in lexicon.nouns.content]
    if following not in ("dass", "infinitive", "main") or not nouns:
        return None
    noun = nouns[-1]
    if following != "dass" and noun < clause.last - 3:
        return None
    end = phrase_end(tokens, noun, clause.last)
    speaker: Span | None = None  # the noun's genitive, or the subject that holds it
    if end > noun + 1:
        speaker = noun + 1, end
    elif clause.kind in ("main", "verb_first") and clause.finite:
        speaker = _subject_of(tokens, clauses, index, lexicon)
    return Frame("noun", clause.first, clause.last, index, noun, tokens[noun].head, speaker)


def _speaker_of(
    tokens: Sequence[Token],
    clauses: Sequence[Clause],
    index: int,
    *,
    predicate: Predicate,
    lexicon: SpeechLexicon,
) -> Span | None:
    """Find who speaks: the subject; in the passive, who stands after *von* or *durch*.

    ``index`` is the clause whose verb, the predicate, reports.
    """
    clause = clauses[index]
    if predicate.passive:
        return _agent(tokens, clause)
    if clause.kind == "infinitive":
        return None
    if clause.kind == "relative":
        return _antecedent(tokens, clause) or _subject_after_verb(tokens, clause, lexicon)
    joined = clause.kind == "verb_first" and tokens[clause.first].pos == "KON"
    shared: Span | None = None
    if joined and index > 0 and clauses[index - 1].finite:  # "Trump kam und sagte"
        shared = _subject_of(tokens, clauses, index - 1, lexicon)
    return shared or _subject_of(tokens, clauses, index, lexicon)


def _agent(tokens: Sequence[Token], clause: Clause) -> Span | None:
    for i in clause.positions:
        if tokens[i].form.lower() in AGENTS and tokens[i].pos in PREPOSITIONS:
            end = phrase_end(tokens, i + 1, clause.last)
            if end > i + 1:
                return i + 1, end
    return None


def _antecedent(tokens: Sequence[Token], clause: Clause) -> Span | None:
    """Find the phrase that a relative pronoun in the nominative stands for."""
    pronoun = tokens[clause.opener].form.lower()
    if pronoun not in NOMINATIVE or clause.opener != clause.first:
        return None
    end = clause.first - 1
    start = end
    while start > 0 and (starts_phrase(tokens[start - 1]) or tokens[start - 1].form in MARKS):
        start -= 1
    return (start, end) if start < end else None


def _subject_of(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Span | None:
    """Find the subject of a clause; of a main clause before its finite verb, else behind it."""
    clause = clauses[index]
    if clause.kind in SUBORDINATE:
        return find_subject(tokens, clause.opener + 1, clause.last, lexicon.not_speakers)
    before = _before_verb(tokens, clauses, index, lexicon)
    return before or _subject_after_verb(tokens, clause, lexicon)


def _before_verb(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Span | None:
    """Take the phrase before the finite verb: nothing else can stand there in a main clause."""
    clause = clauses[index]
    if not clause.finite:
        return None
    verb = clause.finite[0]
    words = [i for i in range(clause.first, verb) if tokens[i].pos != "KON"]
    if not words:
        return _before_interruption(tokens, clauses, index, lexicon)
    found = find_subject(tokens, words[0], verb, lexicon.not_speakers)
    begins = found is not None and found[0] == words[0]
    whole = all(tokens[i].pos not in ("VVPP", "VVINF", "ADV") for i in words)
    return (words[0], verb) if begins and whole else found


def _before_interruption(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Span | None:
    """Find the subject before an apposition or relative clause: "Der Mann, der ging, sagte"."""
    for back in range(index - 1, -1, -1):
        clause = clauses[back]
        if clause.kind not in ("relative", "fragment", "infinitive"):
            return None
        if clause.kind == "fragment" and (back == 0 or clauses[back + 1].kind == "relative"):
            return find_subject(tokens, clause.first, clause.last, lexicon.not_speakers)
    return None


def _subject_after_verb(
    tokens: Sequence[Token], clause: Clause, lexicon: SpeechLexicon
) -> Span | None:
    start = clause.finite[0] + 1 if clause.finite else clause.first
    return find_subject(tokens, start, clause.last, lexicon.not_speakers)
