"""Actors by name: every inflected form, no compound, the longest name first."""

from __future__ import annotations

import pytest

from analysis.annotation.speech.actors import actor_lexicon, find_actors
from analysis.annotation.tokens import Annotator
from analysis.study.study import Study, read_study


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


def named(text: str, annotator: Annotator, study: Study) -> list[tuple[str, str]]:
    lexicon = actor_lexicon(study)
    return [
        (found.actor, " ".join(token.form for token in found.tokens))
        for sentence in annotator.sentences(text)
        for found in find_actors(sentence, lexicon)
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Trump lacht.", [("Trump", "Trump")]),
        ("Donald Trump lacht.", [("Trump", "Donald Trump")]),
        ("Donald lacht, und Trump schweigt.", [("Trump", "Trump")]),
        ("Wladimir Putins Hund bellt.", [("Putin", "Wladimir Putins")]),
        ("Der Hund von Merz' Bruder bellt.", [("Merz", "Merz'")]),
        ("Er geht ins Weiße Haus.", [("Weißes-Haus", "Weiße Haus")]),
        ("Die Tür des Weißen Hauses klemmt.", [("Weißes-Haus", "Weißen Hauses")]),
        ("Ein weißes Haus steht am See.", []),
        ("Das Haus ist weiß.", []),
        ("Ein Kurs der Europäischen Union.", [("Europa", "Europäischen Union")]),
        ("In den Vereinigten Staaten regnet es.", [("USA", "Vereinigten Staaten")]),
        ("Den Russen und Ukrainern ist kalt.", [("Russland", "Russen"), ("Ukraine", "Ukrainern")]),
        ("Der Trump-Putin-Gipfel war kurz.", []),
        ("Die Nato-Staaten und die Trump-Anhänger schweigen.", []),
        ("Die NATO-Staaten schweigen.", [("Nato", "NATO-Staaten")]),
        ("Man kann auch trumpfen und europäisch denken.", []),
        ("Der US-Präsident schweigt.", []),
        ("Trump, Putin.", [("Trump", "Trump"), ("Putin", "Putin")]),
    ],
)
def test_names_in_sentences(
    text: str, wanted: list[tuple[str, str]], annotator: Annotator, study: Study
) -> None:
    assert named(text, annotator, study) == wanted


def test_a_mark_or_the_end_of_a_sentence_parts_a_name(annotator: Annotator, study: Study) -> None:
    assert named("Er sah das Weiße, Haus um Haus.", annotator, study) == []
    assert named("Alles war weiß. Haus um Haus.", annotator, study) == []


def test_names_stand_longest_first(study: Study) -> None:
    for names in actor_lexicon(study).values():
        lengths = [len(words) for words, _ in names]
        assert lengths == sorted(lengths, reverse=True)
    every = {name for actor in study.actors for name in actor.names}
    listed = [words for names in actor_lexicon(study).values() for words, _ in names]
    assert {" ".join(words) for words in listed} == every
