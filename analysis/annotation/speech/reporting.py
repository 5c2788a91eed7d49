"""Frames: what says that somebody else is speaking, and who ("sagte Trump", "laut Polizei")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.grammar.clauses import Clause
from analysis.annotation.grammar.lexicons import SpeechLexicon
from analysis.annotation.grammar.phrases import find_subject, phrase_end, starts_phrase
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.grammar.subjects import (
    Predicate,
    Span,
    predicate_of,
    speaker_of,
    subject_of,
)
from analysis.annotation.tokens import Token

NO_CLASSES: frozenset[str] = frozenset()
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
    classes: frozenset[str] = frozenset()


def find_frames(
    tokens: Sequence[Token], clauses: Sequence[Clause], lexicon: SpeechLexicon
) -> list[Frame]:
    """Find every frame of a sentence, ordered by clause: at most one by verb for each clause.

    What stands in full quotations may be left out of the sentence before.
    """
    frames: list[Frame] = []
    for index, clause in enumerate(clauses):
        frames += _prepositional(tokens, clause, index, lexicon)
        verbal = (
            _so(tokens, clause, index, lexicon)
            or _verbal(tokens, clauses, index, lexicon)
            or _nominal(tokens, clauses, index, lexicon)
        )
        if verbal is not None:
            frames.append(verbal)
    return frames


def _with_adjective(
    tokens: Sequence[Token], clause: Clause, lexicon: SpeechLexicon
) -> Predicate | None:
    """Find a verb that reports only with its adjective: "deutlich machen", "überzeugt sein"."""
    full = predicate_of(tokens, clause)
    verbs = [(i, tokens[i].lemma) for i in clause.finite]
    verbs += [(full.position, full.lemma)] if full is not None else []
    for position, lemma in verbs[::-1]:
        for i in clause.positions:
            joint = tokens[i].form.lower() + lemma
            if tokens[i].pos in ("ADJD", "VVPP", "PTKVZ") and joint in lexicon.verb_classes:
                return Predicate(position, joint, passive=False)
    return None


def _verbal(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Frame | None:
    clause = clauses[index]
    predicate = _with_adjective(tokens, clause, lexicon) or predicate_of(tokens, clause)
    if predicate is None:
        return None
    classes = lexicon.verb_classes.get(predicate.lemma, NO_CLASSES)
    if not classes:
        return None
    opener = tokens[clause.opener].form.lower() if clause.opener >= 0 else ""
    kind: FrameKind = "wie" if opener in lexicon.frames.wie else "verb"
    speaker = speaker_of(tokens, clauses, index, predicate=predicate, lexicon=lexicon)
    return Frame(
        kind,
        min(clause.first, clause.opener) if kind == "wie" else clause.first,
        clause.last,
        index,
        predicate.position,
        predicate.lemma,
        speaker,
        classes | ({"passive"} if predicate.passive else NO_CLASSES),
    )


def _so(
    tokens: Sequence[Token], clause: Clause, index: int, lexicon: SpeechLexicon
) -> Frame | None:
    """Find "so Trump", "so der Minister weiter": a stretch without a verb."""
    words = [i for i in clause.positions if tokens[i].form not in MARKS]
    if len(words) < 2 or clause.finite or tokens[words[0]].form.lower() not in lexicon.frames.so:
        return None
    if clause.kind != "fragment" or tokens[words[1]].pos not in ("ART", "NE", "NN", "ADJA", "PPER"):
        return None
    speaker = find_subject(tokens, words[1], clause.last, lexicon.not_speakers)
    if speaker is None:
        return None
    return Frame("so", words[0], clause.last, index, words[0], "so", speaker, frozenset({"say"}))


def _nominal(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicon: SpeechLexicon
) -> Frame | None:
    """Find a noun right before a clause that gives its content: "die Meldung, dass ..."."""
    clause = clauses[index]
    if index + 1 == len(clauses) or clauses[index + 1].kind not in ("dass", "infinitive", "main"):
        return None
    nouns = [i for i in clause.positions if tokens[i].head in lexicon.nouns.content]
    if not nouns:
        return None
    near = clauses[index + 1].kind == "dass" or nouns[-1] >= clause.last - 3
    if not near:
        return None
    word = tokens[nouns[-1]].head
    speaker = _holder(tokens, clauses, index, noun=nouns[-1], lexicon=lexicon)
    return Frame("noun", clause.first, clause.last, index, nouns[-1], word, speaker)


def _holder(
    tokens: Sequence[Token],
    clauses: Sequence[Clause],
    index: int,
    *,
    noun: int,
    lexicon: SpeechLexicon,
) -> Span | None:
    """Find whose meaning a noun is: its genitive, or the subject that holds it."""
    clause = clauses[index]
    end = phrase_end(tokens, noun, clause.last)
    if end > noun + 1:
        return noun + 1, end
    if clause.kind not in ("main", "verb_first") or not clause.finite:
        return None
    return subject_of(tokens, clauses, index, lexicon=lexicon)


def _prepositional(
    tokens: Sequence[Token], clause: Clause, index: int, lexicon: SpeechLexicon
) -> Iterator[Frame]:
    """Find *laut X*, *nach Angaben von X*, *X zufolge*, *demnach*."""
    frames = lexicon.frames
    for position in clause.positions:
        form = tokens[position].form.lower()
        span: Span | None = None
        if form in frames.prepositions or form in frames.prepositions_with_noun:
            span = _around_preposition(tokens, clause, position, lexicon)
        if span is not None:
            first, last = min(span[0], position), max(span[1], position + 1)
            yield Frame("preposition", first, last, index, position, form, span)
        elif form in frames.back and tokens[position].pos in ("PROAV", "PAV", "ADV"):
            yield Frame("back", position, position + 1, index, position, form, None)


def _around_preposition(
    tokens: Sequence[Token], clause: Clause, position: int, lexicon: SpeechLexicon
) -> Span | None:
    """Find the phrase of a report preposition: behind it, or before it ("der Polizei zufolge")."""
    needs_noun = tokens[position].form.lower() in lexicon.frames.prepositions_with_noun
    start = position + 1
    end = phrase_end(tokens, start, clause.last)
    behind = (start, end) if end > start else None
    before = _phrase_before(tokens, clause, position)
    postposed = tokens[position].pos == "APPO" or tokens[position].form == "zufolge"
    for span in (before, behind) if postposed or behind is None else (behind, before):
        if span is not None and (not needs_noun or _reports(tokens, span, lexicon)):
            return span
    return None


def _reports(tokens: Sequence[Token], span: Span, lexicon: SpeechLexicon) -> bool:
    nouns = [tokens[i] for i in range(*span) if tokens[i].pos in ("NN", "NNA", "NNI")]
    return bool(nouns) and not {nouns[0].head, nouns[0].lemma}.isdisjoint(lexicon.nouns.report)


def _phrase_before(tokens: Sequence[Token], clause: Clause, position: int) -> Span | None:
    start = position
    while start > clause.first and (
        starts_phrase(tokens[start - 1]) or tokens[start - 1].form in MARKS
    ):
        start -= 1
        if tokens[start].pos in ("ART", "PPOSAT") and tokens[start - 1].pos not in ("NN", "NE"):
            break
    return (start, position) if start < position else None
