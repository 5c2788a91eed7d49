"""Codes of mentions, voices of words, and work that does not grow with the square."""

from __future__ import annotations

import pytest
from coding import actors, lexicons, marked, sentences
from conftest import ROOT

from analysis.annotation import annotated
from analysis.annotation.annotated import (
    CodingTools,
    code_about,
    code_sentence,
    load_tools,
    read_about_lexicon,
    token_voices,
)
from analysis.annotation.grammar.clauses import find_clauses
from analysis.annotation.mentions import find_mentions, frame_lexicon
from analysis.annotation.speech.actors import SpeechContext
from analysis.annotation.speech.segments import find_speech
from analysis.annotation.tokens import Annotator
from analysis.study.errors import StudyError
from analysis.study.paths import Layout
from analysis.study.study import read_study

LEXICON = read_about_lexicon(ROOT / "data/lexicons/about.toml")
TOOLS = CodingTools(actors(), lexicons(), LEXICON)


def test_clauses_are_found_once_a_sentence(
    annotator: Annotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence of 20,000 characters has hundreds of mentions; each looks at its own clause."""
    seen: list[int] = []

    def counting(tokens, lexicon):  # type: ignore[no-untyped-def]
        seen.append(len(tokens))
        return find_clauses(tokens, lexicon)

    monkeypatch.setattr(annotated, "find_clauses", counting)
    (sentence,) = sentences("Er sagte, er habe keinen Deal, und sie meinte, " * 420 + "es reiche.")
    assert sentence.end > 19_000
    found = find_mentions(sentence, frame_lexicon(read_study()), annotator)
    spans = find_speech([sentence], actors(), SpeechContext(), lexicons=lexicons())
    coded = code_sentence(sentence, found, spans, TOOLS)
    assert len(coded) == 420
    assert seen == [len(sentence.tokens)]
    assert {code["polarity"] for _, code in coded} == {"negated"}


def test_a_sentence_without_mentions_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotated, "find_clauses", None)
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


#: value rule | sentence
ABOUT = """
event T0|Das war ein [[Erfolg]] für beide.
event T0|Es gibt keinen [[Deal]].
event T0|Die [[Einmischung]] war Thema.
event T1|Das Treffen war keine Sache wie ein [[Immobiliendeal]].
event T2|Er sprach von einem [[erfolgreichen]] Treffen.
event T2|Hinter ihm lag ein langer und [[erfolgreicher]] Tag.
other T2|Er gratulierte zur [[erfolgreichen]] Saison.
other T2|Die [[erfolgreiche]] Offensive der Armee dauerte drei Tage.
other T3|Die Armee feiert einen militärischen [[Erfolg]].
other T3|Ihr größter sportlicher [[Erfolg]] liegt lange zurück.
other T4|Der [[Immobiliendeal]] platzte.
other T4|Ein [[Rohstoff-Deal]] ist geplant.
other T5|Der [[Erfolg]] der Mannschaft überraschte alle.
other T5|Der [[Erfolg]] des neuen Films war groß.
other T5|Ein [[Deal]] mit dem Konzern steht.
event T0|Der [[Erfolg]] des Gipfels ist ungewiss.
"""


@pytest.mark.parametrize("line", ABOUT.strip().splitlines())
def test_target_and_rule(line: str) -> None:
    expected, _, text = line.partition("|")
    plain, offset = marked(text)
    (sentence,) = sentences(plain)
    index = [token.begin for token in sentence.tokens].index(offset)
    found = code_about(sentence, index, LEXICON)
    assert f"{found.value} {found.rule}" == expected
    assert bool(found.cue) or found.rule in ("T0", "T2")


def test_a_lexeme_is_not_about_its_own_parts() -> None:
    """The first part of a compound that is itself looked for says nothing of the matter."""
    (sentence,) = sentences("Ein Waffenstillstand wäre ein Anfang.")
    assert code_about(sentence, 1, LEXICON).rule == "T4"
    assert code_about(sentence, 1, LEXICON, {"waffenstillstand"}).rule == "T0"


def test_the_lexemes_of_a_study_are_known_to_its_coding(toy_layout: Layout) -> None:
    assert "abkommen" in load_tools(toy_layout.root).coding.lexemes


def test_a_broken_lexicon_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "about.toml"
    path.write_text('source = "x"\nevent = []\nelsewere = []\n', encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_about_lexicon(path)
    assert "missing key 'elsewhere'" in str(caught.value)
    assert "Did you mean 'elsewhere'?" in str(caught.value)
