"""Tokens: valid offsets whatever the text, and German word forms taken apart."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.annotation.tokens import Token, normal_form, noun_stems

if TYPE_CHECKING:
    from analysis.annotation.tokens import Annotator


def tokens(annotator: Annotator, text: str, begin: int = 0) -> list[Token]:
    return [token for one in annotator.sentences(text, begin) for token in one.tokens]


def word(annotator: Annotator, text: str, form: str) -> Token:
    return next(token for token in tokens(annotator, text) if token.form == form)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("Der Hafen ist leer. Die Fähre fährt nicht.", 2),
        ("Am 6. Mai kam Dr. Muster um 12.30 Uhr an.", 1),
        ("„Wer zahlt?“, fragte sie.", 1),
        ("", 0),
        (" \n\t", 0),
    ],
)
def test_sentences_are_split(annotator: Annotator, text: str, n: int) -> None:
    assert len(annotator.sentences(text)) == n


def test_a_sentence_knows_where_it_stands(annotator: Annotator) -> None:
    first, second = annotator.sentences("Der Hafen ist leer. Niemand kommt.", begin=100)
    assert (first.begin, first.end, second.begin, second.end) == (100, 119, 120, 134)


def test_offsets_count_from_the_begin_of_the_segment(annotator: Annotator) -> None:
    text = "Die Fähre fährt."
    assert [token.begin - 50 for token in tokens(annotator, text, 50)] == [
        token.begin for token in tokens(annotator, text)
    ]


#: sentence | its words with their tags
TAGGED = """
Der Rat mischt sich ein.|Der/ART Rat/NN mischt/VVFIN sich/PRF ein/PTKVZ ./$.
Sie kommt, weil er geht.|,/$, weil/KOUS
Der große Hafen|große/ADJA
Sie hat gelacht.|hat/VAFIN gelacht/VVPP
Sie will nicht kommen.|will/VMFIN nicht/PTKNEG
Sie lebt in Berlin.|Berlin/NE
„Hafen“|„/$(
"""


@pytest.mark.parametrize("line", TAGGED.strip().splitlines())
def test_tags_are_those_of_the_stts(annotator: Annotator, line: str) -> None:
    text, words = line.split("|")
    wanted = dict(word.split("/") for word in words.split())
    assert {form: word(annotator, text, form).pos for form in wanted} == wanted


#: form | lemma | sentence. Names in the genitive lose their s, and names that end in s keep it.
LEMMAS = """
Häuser|Haus|Die Häuser stehen leer.
ging|gehen|Sie ging nach Hause.
TASS|TASS|Das meldet TASS heute.
Russlands|Russland|Die Grenzen Russlands sind lang.
Brunos|Bruno|Der Kurs Brunos ist klar.
Prozesse|Prozess|Die Prozesse dauern lange.
Beschlüsse|Beschluss|Alle Beschlüsse und Kompromisse
Kompromisse|Kompromiss|Alle Beschlüsse und Kompromisse
Missverständnisse|Missverständnis|Missverständnisse gab es viele.
Füße|Fuß|Er hat kalte Füße.
Späße|Spaß|Die Späße gefallen ihr.
floss|fließen|Das Wasser floss ins Tal.
2019|2019|Im Jahr 2019 kam sie.
Putins|Putin|Putins Rede war lang.
Trumps|Trump|Das sieht man laut Trumps neuem Sprecher so.
Iraks|Irak|Der Kurs des Iraks ist klar.
Sanders|Sanders|Sarah Sanders sagte nichts.
Tsipras|Tsipras|Alexis Tsipras lacht.
Varoufakis|Varoufakis|Premier Varoufakis lacht.
Bahn-Tunnel|Bahn-Tunnel|Die Bahn-Tunnel sind lang.
EU-Gipfels|EU-Gipfel|Sie lobt die EU-Gipfels.
"""


@pytest.mark.parametrize("line", LEMMAS.strip().splitlines())
def test_lemmas(annotator: Annotator, line: str) -> None:
    form, lemma, text = line.split("|")
    assert word(annotator, text, form).lemma == lemma


#: Unknown nouns and short words in capitals keep their form, as do those in the old spelling.
KEPT = """Putin Anchorage Ostukraine Apprentice Smartphone Erdogan Außenmeniskus Kommunalsteuer
Anschluss Einfluss WM Fußball-WM"""
#: Unknown nouns lose endings that leave no doubt, or follow the known noun at their end.
CUT = """Trumps/Trump Smartphones/Smartphone Limitierungen/Limitierung Erstschlägen/Erstschlag
Kameras/Kamera Protagonisten/Protagonist"""


@pytest.mark.parametrize("noun", [*(f"{word}/{word}" for word in KEPT.split()), *CUT.split()])
def test_a_noun_that_the_model_does_not_know_is_not_cut(annotator: Annotator, noun: str) -> None:
    form, lemma = noun.split("/")
    assert annotator.analyse(form, "NN").lemma == lemma


@pytest.mark.parametrize("parts", [
    "Wahlerfolg wahl+erfolg Erfolg", "Erfolgsaussichten erfolg+aussicht Aussicht",
    "Hafenstadt hafen+stadt Stadt", "Erfolg erfolg Erfolg", "Bahn-Tunnel bahn+tunnel Tunnel",
    "Nord-Süd-Bahn nord+süd+bahn Bahn", "EU-Gipfel eu+gipfel Gipfel",
])  # fmt: skip
def test_compounds_are_taken_apart(annotator: Annotator, parts: str) -> None:
    form, stems, head = parts.split()
    token = word(annotator, f"Der {form} gefällt ihr.", form)
    assert ("+".join(noun_stems(token.parts)), token.head) == (stems, head)


def test_a_soft_hyphen_is_not_part_of_the_word(annotator: Annotator) -> None:
    text = "Der Er\u00adfolg freut sie."
    token = word(annotator, text, "Erfolg")
    assert text[token.begin : token.end] == "Er\u00adfolg"
    assert token.lemma == "Erfolg"


def test_decomposed_umlauts_are_composed_and_offsets_stay(annotator: Annotator) -> None:
    text = unicodedata.normalize("NFD", "Die Fähre fährt über Südberg.")
    token = word(annotator, text, "Südberg")
    assert unicodedata.normalize("NFC", text[token.begin : token.end]) == "Südberg"
    assert token.end - token.begin == len("Südberg") + 1


@pytest.mark.parametrize("size", [61, 5_000])
def test_a_very_long_token_is_counted_and_not_analysed(annotator: Annotator, size: int) -> None:
    text = "Das ist " + "a" * size + "."
    token = next(token for token in tokens(annotator, text) if len(token.form) > 60)
    assert (token.pos, token.lemma, token.parts) == ("XY", token.form, ())
    assert token.is_word


def test_marks_are_not_words(annotator: Annotator) -> None:
    found = tokens(annotator, "Ja – „nein“, 3 % & ... !")
    assert [token.form for token in found if token.is_word] == ["Ja", "nein", "3"]


@pytest.mark.parametrize("marks", ["„“", "»«", "“”", '""', "‚‘"])
def test_the_style_of_quotation_marks_changes_no_tag(annotator: Annotator, marks: str) -> None:
    def tags(text: str) -> list[str]:
        return [token.pos for token in tokens(annotator, text) if token.is_word]

    sentence = "Sie sagt: {}Der Hafen ist leer{} und geht."
    assert tags(sentence.format(*marks)) == tags(sentence.format('"', '"'))


def test_an_unknown_word_is_known_as_such(annotator: Annotator) -> None:
    assert annotator.readings("Hafen") == {"NN"}
    assert not annotator.readings("Xqzrblfk")


def test_the_same_text_gives_the_same_tokens(annotator: Annotator) -> None:
    text = "Der Bahndeal freut Ada. Die Xyz-Quappen schwimmen im Blubb."
    assert annotator.sentences(text) == annotator.sentences(text)


PIECES = st.sampled_from([
    "Der Hafen", "mischt sich ein.", "\u00ad", "\u200b", "a\u0308", "„", "“", "...", "---", "-",
    "😀👍🏽", "https://example.org/a?b=c", "a@b.de", "#los", "<b>", "&amp;", ":-)", "1.000,50 €",
    "İ", "ß", "ﬁ", "\u0000", "\u202e", "قاموس", "中文", "\n", "\r\n", "\u2028",
])  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=8).flatmap(
    lambda parts: st.sampled_from([" ", ""]).map(lambda gap: gap.join(parts))
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXTS, begin=st.integers(0, 9))
def test_offsets_are_valid_and_no_letter_is_lost_in_any_text(
    annotator: Annotator, text: str, begin: int
) -> None:
    found = tokens(annotator, text, begin)
    assert all(begin <= token.begin < token.end <= begin + len(text) for token in found)
    assert all(first.end <= second.begin for first, second in pairwise(found))
    for token in found:
        stands = text[token.begin - begin : token.end - begin]
        assert normal_form(stands) == token.form
        assert all((token.form, token.lemma, token.pos))
    held = {at - begin for token in found for at in range(token.begin, token.end)}
    assert {at for at, character in enumerate(text) if character.isalnum()} <= held


@example(text="a\u00ad\u0308")
@given(text=st.text(max_size=20))
def test_a_normal_form_is_normal_already(text: str) -> None:
    once = normal_form(text)
    assert normal_form(once) == once
