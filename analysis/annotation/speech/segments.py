"""Who speaks: direct and indirect speech of a segment, with frame, cue and speaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.annotation.grammar.clauses import is_finite
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.quotation import MARKS, Quotation, find_quotations, follows_colon
from analysis.annotation.speech.actors import ActorIndex, SpeechContext
from analysis.annotation.speech.indirect import view_of
from analysis.annotation.speech.sentences import (
    LONGEST_NAME,
    Passage,
    QuoteKind,
    SpeechSpan,
    code_passage,
)
from analysis.annotation.tokens import Sentence, Token

STOPS = frozenset(".!?…")
#: Words after which a quoted noun is what somebody called something, not its name.
CALLING = {"als", "ein", "eine", "einen", "einem", "einer", "eines", "kein", "keine", "keinen"}


def find_speech(
    segment: Sequence[Sentence],
    actors: ActorIndex,
    context: SpeechContext,
    *,
    lexicons: Lexicons,
) -> list[SpeechSpan]:
    """Find direct and indirect speech in one segment, by ``begin``, outer before inner.

    The context is what earlier segments of the document left, and is brought up to date; a new
    document begins with an empty one.

    Examples
    --------
    >>> from analysis.annotation.grammar.lexicons import read_lexicons
    >>> from analysis.annotation.tokens import Annotator
    >>> from analysis.study.study import read_study
    >>> segment = Annotator().sentences("Putin behauptet, er habe gewonnen.")
    >>> span, = find_speech(segment, ActorIndex.of(read_study().actors), SpeechContext(),
    ...                     lexicons=read_lexicons())
    >>> span.voice, span.kind, span.speaker, span.cue, span.rule
    ('indirect', 'konjunktiv', 'Putin', 'behaupten', 'I2')
    """
    tokens = [token for sentence in segment for token in sentence.tokens]
    quotations, runs_on = find_quotations(tokens, continues=context.in_quotation)
    marked = [(pair, kind_of(tokens, pair, lexicons)) for pair in quotations]
    spans: list[SpeechSpan] = []
    for kept, own in _passages(segment, tokens, marked):
        view = view_of([tokens[i] for i in kept], lexicons)
        spans += code_passage(Passage(view, kept, own, tokens, actors, context, lexicons))
    context.in_quotation = runs_on
    return _nest(spans)


def _passages(
    segment: Sequence[Sentence],
    tokens: Sequence[Token],
    marked: Sequence[tuple[Quotation, QuoteKind]],
) -> Iterator[tuple[list[int], list[tuple[Quotation, QuoteKind]]]]:
    """Yield by sentence the positions outside of full quotations, and its quotations."""
    inside = {
        position
        for pair, kind in marked
        if kind == "full" and pair.depth == 0
        for position in range(pair.first, pair.last + 1)
    }
    sentence_of = [i for i, sentence in enumerate(segment) for _ in sentence.tokens]
    kept: list[list[int]] = [[] for _ in segment]
    for position, number in enumerate(sentence_of):
        if position not in inside:
            kept[number].append(position)
    quotations: list[list[tuple[Quotation, QuoteKind]]] = [[] for _ in segment]
    for pair, kind in marked:
        first, last = sentence_of[pair.first], sentence_of[pair.last]
        framed = any(tokens[i].is_word for i in kept[last]) and not follows_colon(tokens, pair)
        quotations[last if framed else first].append((pair, kind))
    return zip(kept, quotations, strict=True)


def kind_of(tokens: Sequence[Token], quotation: Quotation, lexicons: Lexicons) -> QuoteKind:
    """Return what a quotation is by its form alone (rules Q2 to Q4).

    ``full``: sentences or clauses of their own, or a headline that is nothing else. ``fragment``:
    words that are part of the sentence around them. ``distanced``: a name, a title, a word held
    at a distance; whether a fragment is somebody's words is decided by its surroundings.
    """
    inner = tokens[quotation.first : quotation.last + 1]
    words = [token for token in inner if token.is_word]
    if not words:
        return "distanced"
    before = tokens[quotation.first - 1] if quotation.first > 0 else None
    outside = (*tokens[: quotation.first], *tokens[quotation.last + 1 :])
    whole = len(words) > 1 and not any(token.is_word for token in outside)
    if whole or _stands_alone(inner, words, before, lexicons):
        return "full"
    return "distanced" if _looks_like_name(words, before, lexicons) else "fragment"


def _stands_alone(
    inner: Sequence[Token], words: Sequence[Token], before: Token | None, lexicons: Lexicons
) -> bool:
    after_colon = before is not None and before.form == ":"
    capital = words[0].form[:1].isupper() or words[0].pos == "CARD"
    finite = any(is_finite(word, lexicons.mood) for word in words)
    if after_colon:
        return capital or finite
    ends = any(token.form in STOPS for token in inner[-3:])
    free = before is None or not (before.is_word or before.form in MARKS)
    if free or before is None:
        return capital and (finite or ends or len(words) > LONGEST_NAME)
    return capital and finite and len(words) > 3 and before.pos[:2] in ("VV", "NE", "NN", "PP")


def _looks_like_name(words: Sequence[Token], before: Token | None, lexicons: Lexicons) -> bool:
    if len(words) > LONGEST_NAME:
        return False
    called = before is not None and before.form.lower() in CALLING
    if all(word.pos in ("NE", "FM", "XY", "CARD") for word in words):
        return not called
    if before is not None and (
        before.head in lexicons.speech.frames.named_things
        or before.lemma.lower() in ("sogenannt", "namens", "genannt")
    ):
        return True
    capitals = all(word.form[:1].isupper() or not word.form[:1].isalpha() for word in words)
    return capitals and before is not None and before.pos in ("ART", "APPRART", "NE") and not called


def _nest(spans: Sequence[SpeechSpan]) -> list[SpeechSpan]:
    """Order the spans and give each its depth, parent and chain of speakers."""
    found: list[SpeechSpan] = []
    stack: list[int] = []
    for span in sorted(spans, key=lambda s: (s.begin, -s.end)):
        while stack and found[stack[-1]].end < span.end:
            stack.pop()
        parent = stack[-1] if stack else -1
        chain = found[parent].speaker_chain if stack else ""
        own = span.speaker if span.kind != "distanced" else ""
        if own and not chain.endswith(own):
            chain = f"{chain}>{own}" if chain else own
        found.append(replace(span, depth=len(stack), parent=parent, speaker_chain=chain))
        stack.append(len(found) - 1)
    return found
