"""Tokens: valid offsets whatever the text, and German word forms taken apart."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.annotation.tokens import Token, normal_form, noun_stems, stts

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


@pytest.mark.parametrize(
    ("text", "form", "pos"),
    [
        ("Der Rat mischt sich ein.", "mischt", "VVFIN"),
        ("Der Rat mischt sich ein.", "ein", "PTKVZ"),
        ("Der Rat mischt sich ein.", "Rat", "NN"),
        ("Der Rat mischt sich ein.", "Der", "ART"),
        ("Der Rat mischt sich ein.", "sich", "PRF"),
        ("Der Rat mischt sich ein.", ".", "$."),
        ("Sie kommt, weil er geht.", ",", "$,"),
        ("Sie kommt, weil er geht.", "weil", "KOUS"),
        ("Der große Hafen", "große", "ADJA"),
        ("Sie hat gelacht.", "hat", "VAFIN"),
        ("Sie hat gelacht.", "gelacht", "VVPP"),
        ("Sie will nicht kommen.", "nicht", "PTKNEG"),
        ("Sie will nicht kommen.", "will", "VMFIN"),
        ("Sie lebt in Berlin.", "Berlin", "NE"),
        ("„Hafen“", "„", "$("),
    ],
)
def test_tags_are_those_of_the_stts(annotator: Annotator, text: str, form: str, pos: str) -> None:
    assert word(annotator, text, form).pos == pos


@pytest.mark.parametrize(("tag", "wanted"), [("VV(FIN)", "VVFIN"), ("$.", "$."), ("$(", "$(")])
def test_tags_are_written_without_brackets(tag: str, wanted: str) -> None:
    assert stts(tag) == wanted


@pytest.mark.parametrize(
    ("text", "form", "lemma"),
    [
        ("Die Häuser stehen leer.", "Häuser", "Haus"),
        ("Sie ging nach Hause.", "ging", "gehen"),
        ("Das meldet TASS heute.", "TASS", "TASS"),
        ("Die Grenzen Russlands sind lang.", "Russlands", "Russland"),
        ("Der Kurs Brunos ist klar.", "Brunos", "Bruno"),
        ("Die Prozesse dauern lange.", "Prozesse", "Prozess"),
        ("Alle Beschlüsse und Kompromisse", "Beschlüsse", "Beschluss"),
        ("Alle Beschlüsse und Kompromisse", "Kompromisse", "Kompromiss"),
        ("Missverständnisse gab es viele.", "Missverständnisse", "Missverständnis"),
        ("Er hat kalte Füße.", "Füße", "Fuß"),
        ("Die Späße gefallen ihr.", "Späße", "Spaß"),
        ("Das Wasser floss ins Tal.", "floss", "fließen"),
        ("Im Jahr 2019 kam sie.", "2019", "2019"),
        # Names in the genitive lose their s, also where only the context tells
        ("Putins Rede war lang.", "Putins", "Putin"),
        ("Das sieht man laut Trumps neuem Sprecher so.", "Trumps", "Trump"),
        ("Der Kurs des Iraks ist klar.", "Iraks", "Irak"),
        # Names that end in s keep it
        ("Sarah Sanders sagte nichts.", "Sanders", "Sanders"),
        ("Alexis Tsipras lacht.", "Tsipras", "Tsipras"),
        ("Premier Varoufakis lacht.", "Varoufakis", "Varoufakis"),
    ],
)
def test_lemmas(annotator: Annotator, text: str, form: str, lemma: str) -> None:
    assert word(annotator, text, form).lemma == lemma


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        # Unknown: the form stays
        ("Putin", "Putin"),
        ("Anchorage", "Anchorage"),
        ("Ostukraine", "Ostukraine"),
        ("Apprentice", "Apprentice"),
        ("Smartphone", "Smartphone"),
        ("Erdogan", "Erdogan"),
        ("Außenmeniskus", "Außenmeniskus"),
        # Unknown: endings that leave no doubt are cut
        ("Trumps", "Trump"),
        ("Smartphones", "Smartphone"),
        ("Limitierungen", "Limitierung"),
        # Unknown: the known noun at the end tells
        ("Kommunalsteuer", "Kommunalsteuer"),
        ("Erstschlägen", "Erstschlag"),
        # Known in the old spelling
        ("Anschluss", "Anschluss"),
        ("Einfluss", "Einfluss"),
        # Known
        ("Kameras", "Kamera"),
        ("Protagonisten", "Protagonist"),
        # Short words in capitals stay so
        ("WM", "WM"),
        ("Fußball-WM", "Fußball-WM"),
    ],
)
def test_a_noun_that_the_model_does_not_know_is_not_cut(
    annotator: Annotator, form: str, lemma: str
) -> None:
    assert annotator.analyse(form, "NN").lemma == lemma


@pytest.mark.parametrize(
    ("form", "stems", "head"),
    [
        ("Wahlerfolg", ["wahl", "erfolg"], "Erfolg"),
        ("Erfolgsaussichten", ["erfolg", "aussicht"], "Aussicht"),
        ("Hafenstadt", ["hafen", "stadt"], "Stadt"),
        ("Erfolg", ["erfolg"], "Erfolg"),
        ("Bahn-Tunnel", ["bahn", "tunnel"], "Tunnel"),
        ("Nord-Süd-Bahn", ["nord", "süd", "bahn"], "Bahn"),
        ("EU-Gipfel", ["eu", "gipfel"], "Gipfel"),
    ],
)
def test_compounds_are_taken_apart(
    annotator: Annotator, form: str, stems: list[str], head: str
) -> None:
    token = word(annotator, f"Der {form} gefällt ihr.", form)
    assert (noun_stems(token.parts), token.head) == (stems, head)


def test_the_lemma_of_a_hyphenated_compound_keeps_its_front(annotator: Annotator) -> None:
    assert word(annotator, "Die Bahn-Tunnel sind lang.", "Bahn-Tunnel").lemma == "Bahn-Tunnel"
    assert word(annotator, "Sie lobt die EU-Gipfels.", "EU-Gipfels").lemma == "EU-Gipfel"


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


PIECES = st.sampled_from(
    [
        "Der Hafen",
        "mischt sich ein.",
        "\u00ad",
        "\u200b",
        "a\u0308",
        "„",
        "“",
        "...",
        "---",
        "-",
        "😀👍🏽",
        "https://example.org/a?b=c",
        "a@b.de",
        "#los",
        "<b>",
        "&amp;",
        ":-)",
        "1.000,50 €",
        "İ",
        "ß",
        "ﬁ",
        "\u0000",
        "\u202e",
        "قاموس",
        "中文",
        "\n",
        "\r\n",
        "\u2028",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=8).flatmap(
    lambda parts: st.sampled_from([" ", ""]).map(lambda gap: gap.join(parts))
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXTS, begin=st.integers(0, 9))
def test_offsets_are_valid_in_any_text(annotator: Annotator, text: str, begin: int) -> None:
    found = tokens(annotator, text, begin)
    assert all(begin <= token.begin < token.end <= begin + len(text) for token in found)
    assert all(first.end <= second.begin for first, second in pairwise(found))
    for token in found:
        stands = text[token.begin - begin : token.end - begin]
        assert normal_form(stands) == token.form
        assert token.form
        assert token.lemma
        assert token.pos


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXTS)
def test_no_letter_is_lost(annotator: Annotator, text: str) -> None:
    held = {at for token in tokens(annotator, text) for at in range(token.begin, token.end)}
    assert {at for at, character in enumerate(text) if character.isalnum()} <= held


@example(text="a\u00ad\u0308")
@given(text=st.text(max_size=20))
def test_a_normal_form_is_normal_already(text: str) -> None:
    once = normal_form(text)
    assert normal_form(once) == once
