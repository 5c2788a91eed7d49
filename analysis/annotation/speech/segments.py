"""Who speaks: direct and indirect speech of a segment, with frame, cue and speaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.quotation import Quotation, find_quotations, follows_colon
from analysis.annotation.speech.actors import ActorIndex, SpeechContext
from analysis.annotation.speech.quoted import QuoteKind, kind_of
from analysis.annotation.speech.sentences import Passage, code_passage
from analysis.annotation.speech.spans import SpeechSpan
from analysis.annotation.speech.views import view_of
from analysis.annotation.tokens import Sentence, Token


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
    kinds = [kind_of(tokens, pair, lexicons) for pair in quotations]
    passages = _passages(segment, tokens, list(zip(quotations, kinds, strict=True)), lexicons)
    spans: list[SpeechSpan] = []
    for passage in passages:
        spans += code_passage(passage, tokens, actors, context, lexicons=lexicons)
    context.in_quotation = runs_on
    return _nest(spans)


def _passages(
    segment: Sequence[Sentence],
    tokens: Sequence[Token],
    marked: Sequence[tuple[Quotation, QuoteKind]],
    lexicons: Lexicons,
) -> Iterator[Passage]:
    """Return the sentences, each without what its full quotations hold, with its quotations."""
    full = [pair for pair, kind in marked if kind == "full" and pair.depth == 0]
    inside = _positions_inside(full, len(tokens))
    sentence_of = [i for i, sentence in enumerate(segment) for _ in sentence.tokens]
    kept: list[list[int]] = [[] for _ in segment]
    for position, number in enumerate(sentence_of):
        if not inside[position]:
            kept[number].append(position)
    quotations: list[list[tuple[Quotation, QuoteKind]]] = [[] for _ in segment]
    for pair, kind in marked:
        first, last = sentence_of[pair.first], sentence_of[pair.last]
        framed = any(tokens[i].is_word for i in kept[last]) and not follows_colon(tokens, pair)
        quotations[last if framed else first].append((pair, kind))
    for positions, found in zip(kept, quotations, strict=True):
        yield Passage(view_of([tokens[i] for i in positions], lexicons), positions, found)


def _positions_inside(full: Sequence[Quotation], n_tokens: int) -> list[bool]:
    inside = [False] * n_tokens
    for quotation in full:
        for position in range(quotation.first, quotation.last + 1):
            inside[position] = True
    return inside


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
