"""Codes of mentions: voices of words, and work that does not grow with the square of a sentence."""

from __future__ import annotations

import pytest
from coding import actors, lexicons, sentences
from conftest import ROOT

from analysis.annotation import codes
from analysis.annotation.codes import CodingTools, code_sentence, read_target_lexicon, token_voices
from analysis.annotation.grammar.clauses import find_clauses
from analysis.annotation.mentions import find_mentions, frame_lexicon
from analysis.annotation.speech.actors import SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.tokens import Annotator
from analysis.study.study import read_study

TOOLS = CodingTools(actors(), lexicons(), read_target_lexicon(ROOT / "data/lexicons/target.toml"))


def test_clauses_are_found_once_a_sentence(
    annotator: Annotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence of 20,000 characters has hundreds of mentions; each looks at its own clause."""
    seen: list[int] = []

    def counting(tokens, lexicon):  # type: ignore[no-untyped-def]
        seen.append(len(tokens))
        return find_clauses(tokens, lexicon)

    monkeypatch.setattr(codes, "find_clauses", counting)
    (sentence,) = sentences("Er sagte, er habe keinen Deal, und sie meinte, " * 420 + "es reiche.")
    assert sentence.end > 19_000
    found = find_mentions(sentence, frame_lexicon(read_study()), annotator)
    spans = find_speech([sentence], actors(), SpeechContext(), lexicons=lexicons())
    coded = code_sentence(sentence, found, spans, TOOLS)
    assert len(coded) == 420
    assert seen == [len(sentence.tokens)]
    assert {code["polarity"] for _, code in coded} == {"negated"}


def test_a_sentence_without_mentions_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "find_clauses", None)
    (sentence,) = sentences("Der Hafen ist offen.")
    assert code_sentence(sentence, [], [], TOOLS) == []


def test_inner_speech_covers_outer() -> None:
    segment = sentences("Merz sagte, Putin habe „keinen Deal“ gewollt.")
    tokens = [token for sentence in segment for token in sentence.tokens]
    spans = find_speech(segment, actors(), SpeechContext(), lexicons=lexicons())
    voices = dict(zip([t.form for t in tokens], token_voices(tokens, spans), strict=True))
    assert voices["sagte"] == "narrator"
    assert voices["habe"] == "indirect"
    assert voices["Deal"] == "direct"
