"""One sentence's speech: reports and quotations become spans with their speakers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.mood import is_finite
from analysis.annotation.grammar.phrases import find_subject
from analysis.annotation.grammar.quotation import Quotation, follows_colon
from analysis.annotation.speech.actors import ActorIndex, SpeechContext
from analysis.annotation.speech.indirect import find_reports
from analysis.annotation.speech.quoted import LONGEST_NAME, Attribution, QuoteKind, attribute
from analysis.annotation.speech.reporting import Frame
from analysis.annotation.speech.spans import SpeechSpan
from analysis.annotation.speech.speakers import notice, notice_person, resolve
from analysis.annotation.speech.views import Report, View
from analysis.annotation.tokens import Token


@dataclass(frozen=True)
class Passage:
    """A sentence without what its full quotations hold, and the quotations that it frames.

    A quotation of several sentences belongs to that before its colon, else to that
    where it ends. ``kept`` maps positions in the view to positions in the segment.
    """

    view: View
    kept: Sequence[int]
    quotations: Sequence[tuple[Quotation, QuoteKind]]


@dataclass
class _Coder:
    """What the functions below share while they code one passage."""

    passage: Passage
    flat: Sequence[Token]
    actors: ActorIndex
    context: SpeechContext
    lexicons: Lexicons
    known: dict[tuple[int, int], str] = field(default_factory=dict)
    noticed: int = 0

    def name(self, phrase: tuple[int, int] | None) -> str:
        """Resolve a phrase, once, after noting who is named before it."""
        if phrase is None:
            return ""
        if phrase not in self.known:
            tokens = self.passage.view.tokens
            if phrase[0] > self.noticed:
                notice(tokens[self.noticed : phrase[0]], self.actors, self.context)
                self.noticed = phrase[0]
            found = resolve(tokens, phrase, self.actors, self.context, lexicon=self.lexicons.speech)
            self.known[phrase] = found
            if found in self.actors.persons or found in self.context.persons:
                self.context.remember(found)
        return self.known[phrase]

    def offsets(self, span: tuple[int, int] | None) -> tuple[int, int]:
        """Return the offsets of positions in the view; (-1, -1) for none."""
        if span is None or span[0] >= span[1]:
            return -1, -1
        tokens = self.passage.view.tokens
        return tokens[span[0]].begin, tokens[span[1] - 1].end


def code_passage(
    passage: Passage,
    flat: Sequence[Token],
    actors: ActorIndex,
    context: SpeechContext,
    *,
    lexicons: Lexicons,
) -> list[SpeechSpan]:
    """Code one sentence of a segment, without depth, parent and chain.

    ``flat`` are all tokens of the segment; the context is brought up to date.
    """
    coder = _Coder(passage, flat, actors, context, lexicons)
    for frame in passage.view.frames:
        coder.name(frame.speaker)
    spans = _without_repeats([_reported(coder, report) for report in _reports(coder)])
    for quotation, kind in passage.quotations:
        spans.append(_quoted(coder, quotation, kind, spans))
    _leave(coder, spans)
    return spans


def _reports(coder: _Coder) -> list[Report]:
    if not any(token.is_word for token in coder.passage.view.tokens):
        return []
    quotes = any(kind != "distanced" for _, kind in coder.passage.quotations)
    return find_reports(coder.passage.view, follows=coder.context.in_report, quotes=quotes)


def _without_repeats(spans: Sequence[SpeechSpan]) -> list[SpeechSpan]:
    """Leave out a report within a report by the same speaker: "er sagt, er hoffe, dass ..."."""
    kept: list[SpeechSpan] = []
    for span in spans:
        outer = kept[-1] if kept else None
        inside = outer is not None and span.end <= outer.end
        same = outer is not None and outer.speaker == span.speaker and bool(span.speaker)
        if not (inside and same):
            kept.append(span)
    return kept


def _reported(coder: _Coder, report: Report) -> SpeechSpan:
    begin, end = coder.offsets((report.first, report.last))
    span = SpeechSpan(begin, end, "indirect", report.kind, report.rule)
    speaker, at = _speaker(coder, report.frame)
    return _with_frame(coder, _spoken(coder, span, speaker, at), report.frame)


def _with_frame(coder: _Coder, span: SpeechSpan, frame: Frame | None) -> SpeechSpan:
    """Fill the fields of a span that its frame gives."""
    if frame is None:
        return span
    cue = coder.offsets((frame.cue, frame.cue + 1))
    around = coder.offsets((frame.first, frame.last))
    return replace(
        span,
        cue_begin=cue[0],
        cue_end=cue[1],
        cue=frame.word,
        frame_begin=around[0],
        frame_end=around[1],
    )


def _spoken(coder: _Coder, span: SpeechSpan, speaker: str, at: tuple[int, int]) -> SpeechSpan:
    """Fill in who speaks, and note it for what follows."""
    coder.context.speak(speaker, *at)
    return replace(span, speaker=speaker, speaker_begin=at[0], speaker_end=at[1])


def _speaker(coder: _Coder, frame: Frame | None) -> tuple[str, tuple[int, int]]:
    """Return speaker and place: of the frame, else of what is continued."""
    context = coder.context
    if frame is None or frame.kind == "back":
        return context.speaker, (context.begin, context.end)
    return coder.name(frame.speaker), coder.offsets(frame.speaker)


def _quoted(
    coder: _Coder, quotation: Quotation, kind: QuoteKind, spans: Sequence[SpeechSpan]
) -> SpeechSpan:
    begin, end = coder.flat[quotation.first].begin, coder.flat[quotation.last].end
    if kind == "full" and quotation.depth == 0:
        return _full(coder, quotation, begin, end)
    if kind == "full":
        return SpeechSpan(begin, end, "direct", "full", "Q5")
    around = _around(spans, begin)
    if kind == "distanced" or quotation.depth > 0:
        return SpeechSpan(begin, end, "direct", "distanced", "Q4")
    if around is not None:
        return SpeechSpan(
            begin, end, "direct", "fragment", "Q3", speaker=around.speaker,
            speaker_begin=around.speaker_begin, speaker_end=around.speaker_end,
        )  # fmt: skip
    return _fragment(coder, quotation, begin, end)


def _around(spans: Iterable[SpeechSpan], begin: int) -> SpeechSpan | None:
    over = [s for s in spans if s.voice == "indirect" and s.begin <= begin < s.end]
    return max(over, key=lambda span: span.begin, default=None)


def _full(coder: _Coder, quotation: Quotation, begin: int, end: int) -> SpeechSpan:
    """Attribute a full quotation: rules D1 to D4."""
    place = _place(coder, quotation)
    colon = follows_colon(coder.flat, quotation)
    found = attribute(coder.passage.view, place, coder.lexicons, colon=colon and place > 0)
    if found is None or found.phrase is None:
        found = Attribution(found.frame if found else None, None, "D4")
        speaker, at = coder.context.speaker, (coder.context.begin, coder.context.end)
    else:
        speaker, at = coder.name(found.phrase), coder.offsets(found.phrase)
    span = SpeechSpan(begin, end, "direct", "full", found.rule)
    return _with_frame(coder, _spoken(coder, span, speaker, at), found.frame)


def _place(coder: _Coder, quotation: Quotation) -> int:
    """Count the kept tokens before a quotation."""
    return bisect_left(coder.passage.kept, quotation.first)


def _fragment(coder: _Coder, quotation: Quotation, begin: int, end: int) -> SpeechSpan:
    """Rule Q3: quoted words under a verb that says or names; without one they are distanced."""
    view = coder.passage.view
    place = _place(coder, quotation)
    speaking = [f for f in view.frames if f.speaker is not None and f.first <= place]
    frame = next((f for f in speaking if place < f.last), None)
    if frame is None and _is_long(coder, quotation):
        frame = speaking[-1] if speaking else None
    if frame is None:
        return SpeechSpan(begin, end, "direct", "distanced", "Q4")
    speaker, at = coder.name(frame.speaker), coder.offsets(frame.speaker)
    span = SpeechSpan(begin, end, "direct", "fragment", "Q3")
    return _with_frame(coder, _spoken(coder, span, speaker, at), frame)


def _is_long(coder: _Coder, quotation: Quotation) -> bool:
    """Return whether quoted words are too many for a name, or have a verb of their own."""
    inner = [coder.flat[i] for i in range(quotation.first, quotation.last + 1)]
    words = [token for token in inner if token.is_word]
    return len(words) > LONGEST_NAME or any(is_finite(w, coder.lexicons.mood) for w in words)


def _leave(coder: _Coder, spans: Sequence[SpeechSpan]) -> None:
    """Note whom the sentence names, its subject last, and whether it ended in a report."""
    view, context = coder.passage.view, coder.context
    if not view.tokens:
        return
    notice(view.tokens[coder.noticed :], coder.actors, context)
    main = next((c for c in view.clauses if c.kind in ("main", "verb_first", "fragment")), None)
    if main is not None:
        avoid = coder.lexicons.speech.not_speakers
        phrase = find_subject(view.tokens, main.first, main.last, avoid)
        if phrase is not None:
            notice_person(view.tokens, phrase, coder.actors, context)
    last = view.tokens[-1].begin
    context.in_report = any(span.voice == "indirect" and span.end >= last for span in spans)
