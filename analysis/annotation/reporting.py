"""Frames: what says that somebody else is speaking, and who ("sagte Trump", "laut Polizei")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.clauses import SUBORDINATE, Clause
from analysis.annotation.lexicons import SpeechLexicon
from analysis.annotation.phrases import PREPOSITIONS, find_subject, phrase_end, starts_phrase
from analysis.annotation.quotation import MARKS
from analysis.annotation.tokens import Token

Span = tuple[int, int]
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


#: How far behind its clause a particle may stand, after an apposition: "teilte X, der Chef, mit".
FAR_PARTICLE = 12
NO_CLASSES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Predicate:
    """The verb of a clause: its position, its lemma with the particle, whether it is passive."""

    position: int
    lemma: str
    passive: bool


def find_frames(
    tokens: Sequence[Token], clauses: Sequence[Clause], lexicon: SpeechLexicon
) -> list[Frame]:
    """Find every frame of a sentence, ordered by clause.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence; what stands in full quotations may be left out before.
    clauses : sequence of Clause
        From `analysis.annotation.clauses.find_clauses`.
    lexicon : SpeechLexicon
        Verbs, nouns and prepositions that report.

    Returns
    -------
    list of Frame
        At most one by verb for each clause, and those by preposition.
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
    speaker = _speaker_of(tokens, clauses, index, predicate, lexicon)
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


def _speaker_of(
    tokens: Sequence[Token],
    clauses: Sequence[Clause],
    index: int,
    predicate: Predicate,
    lexicon: SpeechLexicon,
) -> Span | None:
    """Find who speaks: the subject; in the passive, who stands after *von* or *durch*."""
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
    return _before_verb(tokens, clauses, index, lexicon) or _subject_after_verb(
        tokens, clause, lexicon
    )


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
    nouns = [i for i in clause.positions if tokens[i].head in lexicon.content_nouns]
    if not nouns:
        return None
    near = clauses[index + 1].kind == "dass" or nouns[-1] >= clause.last - 3
    if not near:
        return None
    word = tokens[nouns[-1]].head
    speaker = _holder(tokens, clauses, index, nouns[-1], lexicon)
    return Frame("noun", clause.first, clause.last, index, nouns[-1], word, speaker)


HOLDING = frozenset({"sein", "haben", "vertreten", "äußern", "kommen", "geben", "teilen", "hegen"})


def _holder(
    tokens: Sequence[Token],
    clauses: Sequence[Clause],
    index: int,
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
    found = _before_verb(tokens, clauses, index, lexicon)
    return found or _subject_after_verb(tokens, clause, lexicon)


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
    return bool(nouns) and {nouns[0].head, nouns[0].lemma} & lexicon.report_nouns != set()


def _phrase_before(tokens: Sequence[Token], clause: Clause, position: int) -> Span | None:
    start = position
    while start > clause.first and (
        starts_phrase(tokens[start - 1]) or tokens[start - 1].form in MARKS
    ):
        start -= 1
        if tokens[start].pos in ("ART", "PPOSAT") and tokens[start - 1].pos not in ("NN", "NE"):
            break
    return (start, position) if start < position else None
