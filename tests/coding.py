"""What the tests of speech and polarity share: tools loaded once, sentences with marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from analysis.annotation.annotated import load_annotator
from analysis.annotation.grammar.lexicons import Lexicons, read_lexicons
from analysis.annotation.speech.actors import ActorIndex, SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.speech.sentences import SpeechSpan
from analysis.annotation.tokens import Annotator, Sentence, Token
from analysis.study.study import read_study

SHARED = Path(__file__).resolve().parents[2] / "shared"


def annotator() -> Annotator:
    return load_annotator()


@cache
def lexicons() -> Lexicons:
    return read_lexicons()


@cache
def actors() -> ActorIndex:
    return ActorIndex.of(read_study().actors)


def sentences(text: str, begin: int = 0) -> list[Sentence]:
    return annotator().sentences(text, begin)


def marked(line: str) -> tuple[str, int]:
    """Take the double brackets out of a sentence; give it and the mention's offset."""
    begin = line.index("[[")
    return line.replace("[[", "").replace("]]", ""), begin


def speech(text: str, context: SpeechContext | None = None) -> list[SpeechSpan]:
    """Code a text of one or more lines; each line is a segment of the same document."""
    context = context or SpeechContext()
    spans: list[SpeechSpan] = []
    begin = 0
    for line in text.splitlines(keepends=True):
        segment = sentences(line.rstrip("\n"), begin)
        spans += find_speech(segment, actors(), context, lexicons=lexicons())
        begin += len(line)
    return spans


def shared(name: str) -> Path:
    """Give a file beside the project; skip the test where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/{name}, which is not here")
    return path


class Counted(tuple[Token, ...]):
    """Tokens that count how often they are asked for."""

    n_looked = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        Counted.n_looked += 1
        return super().__getitem__(place)

    def __iter__(self):  # type: ignore[no-untyped-def]
        for token in super().__iter__():
            Counted.n_looked += 1
            yield token


def assert_linear(look: Callable[[Counted], object], texts: Iterable[Iterable[Token]]) -> None:
    """Check that ten times the tokens need about ten times the look-ups."""
    looked = []
    for tokens in map(Counted, texts):
        Counted.n_looked = 0
        look(tokens)
        looked.append(Counted.n_looked)
    assert looked[1] <= 11 * looked[0]
