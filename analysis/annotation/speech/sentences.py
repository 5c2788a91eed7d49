"""Stretches of somebody's words: one sentence's reports and quotations with their speakers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from analysis.annotation.grammar.clauses import is_finite
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.phrases import Span, find_subject
from analysis.annotation.grammar.quotation import Quotation, follows_colon
from analysis.annotation.speech.actors import (
    ActorIndex,
    SpeechContext,
    notice,
    notice_person,
    resolve,
)
from analysis.annotation.speech.frames import Frame
from analysis.annotation.speech.indirect import ReportKind, View, find_reports
from analysis.annotation.tokens import Token

#: A quotation of so many words is never a name.
LONGEST_NAME = 6
Voice = Literal["direct", "indirect"]
QuoteKind = Literal["full", "fragment", "distanced"]


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch of a file in somebody's words; offsets are half-open.

    Attributes
    ----------
    begin, end
        The words; of direct speech with its marks.
    voice, kind
        direct (full, fragment, distanced) or indirect (konjunktiv, dass,
        infinitive, preposition, continued, act). A ``distanced`` word is a name, a
        title or an ironic word: the narrator's own.
    cue_begin, cue_end, cue
        The word that reports, as a lemma; -1 and "" where there is none.
    rule
        Id of the rule in ``docs/reference/coding-rules.md``.
    speaker, speaker_begin, speaker_end
        The actor's id or the name as written; "" and -1 if unknown.
    frame_begin, frame_end
        The words around that report; they may lie within ``begin`` and ``end``.
    depth, parent
        How many spans lie around this one; the index of the innermost, or -1.
    speaker_chain
        Speakers from the outermost inwards: ``Trump>Putin``.
    """

    begin: int
    end: int
    voice: Voice
    kind: QuoteKind | ReportKind
    rule: str
    cue_begin: int = -1
    cue_end: int = -1
    cue: str = ""
    speaker: str = ""
    speaker_begin: int = -1
    speaker_end: int = -1
    frame_begin: int = -1
    frame_end: int = -1
    depth: int = 0
    parent: int = -1
    speaker_chain: str = ""

    def holds_frame(self, offset: int) -> bool:
        """Return whether a character is the narrator's within the span: frame or speaker.

        The frame of a speech act ("Er fordert einen Deal") is the act itself: only
        the words for the speaker are the narrator's.
        """
        if self.voice == "direct":
            return False
        if self.kind == "act":
            return self.speaker_begin <= offset < self.speaker_end
        return self.frame_begin <= offset < self.frame_end


def voice_at(spans: Sequence[SpeechSpan], begin: int) -> SpeechSpan | None:
    """Return the innermost span over a character; None is the narrator.

    Distanced words count as the narrator's, or as part of the speech around them.
    """
    over = [s for s in spans if s.begin <= begin < s.end and s.kind != "distanced"]
    outside = [s for s in over if not s.holds_frame(begin)]
    return max(outside, key=lambda span: (span.depth, span.begin), default=None)


@dataclass
class Passage:
    """A sentence without what its full quotations hold, and the quotations that it frames.

    A quotation of several sentences belongs to that before its colon, else to that
    where it ends. ``kept`` maps positions in the view to positions in the segment, whose
    tokens are ``flat``.
    """

    view: View
    kept: Sequence[int]
    quotations: Sequence[tuple[Quotation, QuoteKind]]
    flat: Sequence[Token]
    actors: ActorIndex
    context: SpeechContext
    lexicons: Lexicons
    known: dict[Span, str] = field(default_factory=dict)
    noticed: int = 0

    def name(self, phrase: Span | None) -> str:
        """Resolve a phrase, once, after noting who is named before it."""
        if phrase is None:
            return ""
        if phrase not in self.known:
            tokens, context = self.view.tokens, self.context
            if phrase[0] > self.noticed:
                notice(tokens[self.noticed : phrase[0]], self.actors, context)
                self.noticed = phrase[0]
            found = resolve(tokens, phrase, self.actors, context, lexicon=self.lexicons.speech)
            self.known[phrase] = found
            if found in self.actors.persons or found in context.persons:
                context.remember(found)
        return self.known[phrase]

    def offsets(self, span: Span | None) -> Span:
        """Return the offsets of positions in the view; (-1, -1) for none."""
        if span is None or span[0] >= span[1]:
            return -1, -1
        return self.view.tokens[span[0]].begin, self.view.tokens[span[1] - 1].end

    def place(self, quotation: Quotation) -> int:
        """Count the kept tokens before a quotation."""
        return bisect_left(self.kept, quotation.first)


def code_passage(passage: Passage) -> list[SpeechSpan]:
    """Code one sentence of a segment, without depth, parent and chain; update the context."""
    view = passage.view
    for frame in view.frames:
        passage.name(frame.speaker)
    quotes = any(kind != "distanced" for _, kind in passage.quotations)
    reports = []
    if any(token.is_word for token in view.tokens):
        reports = find_reports(view, follows=passage.context.in_report, quotes=quotes)
    spans: list[SpeechSpan] = []
    for report in reports:
        begin, end = passage.offsets((report.first, report.last))
        span = SpeechSpan(begin, end, "indirect", report.kind, report.rule)
        continues = report.frame is None or report.frame.kind == "back"
        phrase = report.frame.speaker if report.frame is not None else None
        span = _spoken(passage, span, report.frame, phrase, continues=continues)
        # A report within one by the same speaker is none: "er sagt, er hoffe, dass ..."
        inside = bool(spans) and span.end <= spans[-1].end
        if not (inside and span.speaker and span.speaker == spans[-1].speaker):
            spans.append(span)
    for quotation, kind in passage.quotations:
        spans.append(_quoted(passage, quotation, kind, spans))
    _leave(passage, spans)
    return spans


def _spoken(
    passage: Passage,
    span: SpeechSpan,
    frame: Frame | None,
    phrase: Span | None,
    *,
    continues: bool = False,
) -> SpeechSpan:
    """Fill in the frame and who speaks, and note the speaker for what follows.

    It is whom a phrase names, or, if the span continues an earlier one, the last speaker.
    """
    context = passage.context
    speaker, at = context.speaker, (context.begin, context.end)
    if not continues:
        speaker, at = passage.name(phrase), passage.offsets(phrase)
    context.speak(speaker, *at)
    cue = passage.offsets((frame.cue, frame.cue + 1) if frame is not None else None)
    around = passage.offsets((frame.first, frame.last) if frame is not None else None)
    return replace(
        span,
        cue_begin=cue[0],
        cue_end=cue[1],
        cue=frame.word if frame is not None else "",
        speaker=speaker,
        speaker_begin=at[0],
        speaker_end=at[1],
        frame_begin=around[0],
        frame_end=around[1],
    )


def _quoted(
    passage: Passage, quotation: Quotation, kind: QuoteKind, spans: Sequence[SpeechSpan]
) -> SpeechSpan:
    flat = passage.flat
    span = SpeechSpan(
        flat[quotation.first].begin, flat[quotation.last].end, "direct", "distanced", "Q4"
    )
    if kind == "full":
        inner = replace(span, kind="full", rule="Q5")
        return inner if quotation.depth > 0 else _full(passage, quotation, inner)
    if kind == "distanced" or quotation.depth > 0:
        return span
    over = [s for s in spans if s.voice == "indirect" and s.begin <= span.begin < s.end]
    if over:
        around = max(over, key=lambda one: one.begin)
        return replace(
            span,
            kind="fragment",
            rule="Q3",
            speaker=around.speaker,
            speaker_begin=around.speaker_begin,
            speaker_end=around.speaker_end,
        )
    return _fragment(passage, quotation, span)


def _full(passage: Passage, quotation: Quotation, span: SpeechSpan) -> SpeechSpan:
    """Find who says a full quotation, by the sentence around it: rules D1 to D4."""
    place, frames = passage.place(quotation), passage.view.frames
    frame: Frame | None = None
    if place > 0 and follows_colon(passage.flat, quotation):
        rule, before = "D2", [one for one in frames if one.first < place][::-1]
        frame = next((one for one in before if one.speaker is not None), None)
        phrase = frame.speaker if frame is not None else None
        if frame is None:
            frame = before[0] if before else None
            avoid = passage.lexicons.speech.not_speakers
            phrase = find_subject(passage.view.tokens, 0, place, avoid)
    else:
        behind = [one for one in frames if one.first >= place]
        before = [one for one in frames if one.last <= place]
        rule = "D1" if behind else "D3"
        frame = next(iter([*behind, *before[::-1]]), None)
        phrase = frame.speaker if frame is not None else None
    span = replace(span, rule=rule if phrase is not None else "D4")
    return _spoken(passage, span, frame, phrase, continues=phrase is None)


def _fragment(passage: Passage, quotation: Quotation, span: SpeechSpan) -> SpeechSpan:
    """Rule Q3: quoted words under a verb that says or names; without one they are distanced."""
    place = passage.place(quotation)
    speaking = [f for f in passage.view.frames if f.speaker is not None and f.first <= place]
    frame = next((f for f in speaking if place < f.last), None)
    inner = passage.flat[quotation.first : quotation.last + 1]
    words = [token for token in inner if token.is_word]
    if frame is None and speaking:
        verbal = any(is_finite(word, passage.lexicons.mood) for word in words)
        frame = speaking[-1] if verbal or len(words) > LONGEST_NAME else None
    if frame is None:
        return span
    return _spoken(passage, replace(span, kind="fragment", rule="Q3"), frame, frame.speaker)


def _leave(passage: Passage, spans: Sequence[SpeechSpan]) -> None:
    """Note whom the sentence names, its subject last, and whether it ended in a report."""
    view, context = passage.view, passage.context
    if not view.tokens:
        return
    notice(view.tokens[passage.noticed :], passage.actors, context)
    main = next((c for c in view.clauses if c.kind in ("main", "verb_first", "fragment")), None)
    if main is not None:
        avoid = passage.lexicons.speech.not_speakers
        phrase = find_subject(view.tokens, main.first, main.last, avoid)
        if phrase is not None:
            notice_person(view.tokens, phrase, passage.actors, context)
    last = view.tokens[-1].begin
    context.in_report = any(span.voice == "indirect" and span.end >= last for span in spans)
