"""Direct speech: which quotations give words, which are names, and whose words they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.mood import is_finite
from analysis.annotation.grammar.phrases import find_subject
from analysis.annotation.grammar.quotation import MARKS, Quotation
from analysis.annotation.speech.reporting import Frame
from analysis.annotation.speech.views import View
from analysis.annotation.tokens import Token

QuoteKind = Literal["full", "fragment", "distanced"]
STOPS = frozenset(".!?…")
#: A quotation of so many words is never a name.
LONGEST_NAME = 6
#: Words after which a quoted noun is what somebody called something, not its name.
CALLING = {"als", "ein", "eine", "einen", "einem", "einer", "eines", "kein", "keine", "keinen"}


def kind_of(tokens: Sequence[Token], quotation: Quotation, lexicons: Lexicons) -> QuoteKind:
    """Return what a quotation is by its form alone (rules Q2 to Q4).

    ``full``: sentences or clauses of their own. ``fragment``: words that are part
    of the sentence around them. ``distanced``: a name, a title, a word held at a
    distance; whether a fragment is somebody's words is decided by its surroundings.
    """
    inner = [tokens[i] for i in range(quotation.first, quotation.last + 1)]
    words = [token for token in inner if token.is_word]
    if not words:
        return "distanced"
    before = tokens[quotation.first - 1] if quotation.first > 0 else None
    if _stands_alone(inner, words, before, lexicons) or _is_whole(tokens, quotation, words):
        return "full"
    return "distanced" if _looks_like_name(words, before, lexicons) else "fragment"


def _is_whole(tokens: Sequence[Token], quotation: Quotation, words: Sequence[Token]) -> bool:
    """Return whether a headline or paragraph is nothing but a quotation of several words."""
    outside = [*tokens[: quotation.first], *tokens[quotation.last + 1 :]]
    return len(words) > 1 and not any(token.is_word for token in outside)


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


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to speak: the frame where there is one, the phrase, the rule."""

    frame: Frame | None
    phrase: tuple[int, int] | None
    rule: str


def attribute(view: View, place: int, lexicons: Lexicons, *, colon: bool) -> Attribution | None:
    """Find who says a full quotation within its sentence (rules D1 to D4).

    The view is that of the sentence without what stands in full quotations, of which ``place``
    tokens stand before the quotation; ``colon`` says whether it follows a colon.
    """
    if colon:
        return _before_colon(view, place, lexicons)
    behind = [frame for frame in view.frames if frame.first >= place]
    before = [frame for frame in view.frames if frame.last <= place]
    for rule, frames in (("D1", behind[:1]), ("D3", before[::-1][:1])):
        for frame in frames:
            return Attribution(frame, frame.speaker, rule)
    return None


def _before_colon(view: View, left: int, lexicons: Lexicons) -> Attribution | None:
    """Rule D2: a frame, a subject or a bare name before the colon."""
    before = [frame for frame in view.frames if frame.first < left]
    for frame in reversed(before):
        if frame.speaker is not None:
            return Attribution(frame, frame.speaker, "D2")
    phrase = find_subject(view.tokens, 0, left, lexicons.speech.not_speakers)
    return Attribution(before[-1] if before else None, phrase, "D2")
