"""Frame mentions: found on lemma, tag and word parts, and not on letters."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from analysis.study.paths import Layout
from analysis.study.study import parse_study, read_study
from analysis.tables.features import Features

if TYPE_CHECKING:
    from analysis.annotation.mentions import Mention
    from analysis.annotation.tokens import Annotator

ROOT = Path(__file__).resolve().parents[1]
Finder = Callable[[str], list["Mention"]]


@pytest.fixture(scope="session")
def found_by(annotator: Annotator) -> Callable[[Any], Finder]:
    """Make a finder for a study."""
    from analysis.annotation.mentions import find_mentions, frame_lexicon

    def make(study: Any) -> Finder:
        lexicon = frame_lexicon(study)

        def find(text: str) -> list[Mention]:
            sentences = annotator.sentences(text)
            return [m for one in sentences for m in find_mentions(one, lexicon, annotator)]

        return find

    return make


@pytest.fixture(scope="session")
def find(found_by: Callable[[Any], Finder]) -> Finder:
    return found_by(read_study(ROOT))


def core(mentions: list[Mention]) -> list[tuple[str, str, str]]:
    return [(m.token.form, m.frame, m.form) for m in mentions if m.tier == "core"]


POSITIVE = """
Erfolg simplex
Der [Erfolg] kam.
[Erfolge] feiern
Mit [Erfolgen] wie diesen
Von den [Erfolgen] blieb nichts
Ein [Misserfolg] war es
Die [Misserfolge] häufen sich
[MISSERFOLG] IM HAFEN
[ERFOLG] FÜR DEN RAT
Ausmaß des [Erfolgs]
Trotz großen [Erfolges]
„[Erfolg]“
»[Erfolge]«, sagt sie.
Erfolg head
Der [Wahlerfolg]
[Großerfolg] für Bayern
[Achtungserfolg] im Pokal
[Verkaufserfolge]
[Publikumserfolg]
Dank vieler [Teilerfolge]
Ein [Sensationserfolg]
Erfolg modifier
Die [Erfolgsaussichten] sinken
[Erfolgsmeldungen]
die [erfolgsverwöhnte] Elf
eine [erfolgversprechende] Idee
eine wenig [erfolgversprechende] Lage
[erfolgsorientierte] Leute
Das [Erfolgsrezept]
[Erfolgs-] und Sicherheitskonzept
Der [Erfolg-] und Machthunger
Ein [Erfolgserlebnis] für alle
[Erfolgstrainer] sind selten.
Erfolg derivation
ein [erfolgreiches] Treffen
das [erfolgreichste] Jahr
noch [erfolgreicher]
sie blieb [erfolglos]
die [erfolgreichsten] Firmen
Sie ist sehr [erfolgreich].
[Erfolgreiche] leben länger
[Erfolgreicher] war nur der Nachbar.
die [erfolglosen] Versuche
das weniger [erfolgreiche] Werk
Deal simplex
Zwei [Deals] platzten
Der [Dealmaker] reist ab
NO [DEAL]
Der [DEAL] steht
KEIN [DEAL] IN NORDSTADT
der sogenannte Green [Deal]
des [Deals]
Der [Deal] des Jahres
»[Deal]«
Deal modifier
[Dealmaking] ist sein Geschäft
[Deal-Maker] Bruno
Der [Dealbreaker]
Der [Iran-Deal-Gegner]
[Deal-] und Vertragsfragen
Ein [Deal-Vorschlag]
Deal head
[Immobiliendeals]
[Brexit-Deal]
[Handelsdeals]
[Zolldeal]
[Gas-Deal]
[Mega-Deal]
Die [Tunnel-Deals]
Der [Fährdeal]
Fähr- und [Bahndeal]
Der [Hafen-und-Fähren-Deal]
[Ölindustriedeal]
[Friedensdeals] sind schwer.
Einmischung simplex
Die [Einmischung]
[Einmischungen] von außen
[EINMISCHUNG] VERBETEN
Einmischung head
[Wahleinmischungen]
[Nichteinmischung] gilt
[Wahlkampfeinmischung]
[US-Einmischung]
Einmischung modifier
[Einmischungsversuche]
Der [Einmischungsvorwurf]
Das [Nichteinmischungsgebot]
Einmischung verb
Er will sich nicht [einmischen].
ohne sich [einzumischen]
Sie haben sich [eingemischt]
Das [Einmischen] stört
falls er sich [einmischte]
Wer sich [einmischt], verliert.
Dass die Nachbarn sich [eingemischt] hätten, bestreitet sie.
Die sich [einmischenden] Nachbarn
Statt sich [einzumischen], schwieg der Rat.
Er droht, sich künftig [einmischen] zu wollen.
Sollte er sich [einmischen], gehen wir.
in die Wahl [eingemischt] zu haben
Einmischung separable_verb
Er [mischt] sich ein.
Er [mischt] sich in die Wahl ein.
Der Rat [mischte] sich 2016 massiv in den Wahlkampf ein und bestritt es.
Der Rat [mischt] sich, wie Dienste sagen, in Wahlen ein.
[Mische] dich nicht ein!
[Mischen] Sie sich nicht ein!
Der Rat [mischt] sich nicht ein
Sie [mischen] sich überall ein, sagt er.
Warum [mischt] ihr euch da ein?
[Mischt] der Rat sich ein?
Ich [mische] mich da nicht ein.
Du [mischst] dich ein.
Er [mischt] sich ein oder bleibt weg.
Er [mischt] sich, sobald es um Geld geht, in alles ein.
Er [mischt] sich in Dinge, die ihn nichts angehen, ein.
Der Rat [mischt] sich in den Bau der Brücke, der Fähre und des Hafens ein.
Der Nachbar [mischte] sich gestern – wie immer – in den Streit ein.
„[Mischt] euch nicht ein“, rief sie.
Er [mischt] sich in den Streit ein: Das gefällt ihr nicht.
Er [mischt] sich (wie stets) ein.
Immer wenn es brennt, [mischt] der Rat sich ein.
Der Rat [mischt] sich in den Streit ein, den der Hafen ausgelöst hat.
Der Rat [mischt] sich in den Streit, den der Hafen ausgelöst hat, nicht ein.
Zurzeit [mischen] sich, so heißt es im Rat, alle Nachbarn ein.
Bruno [mischt], sagt Ada, sich dauernd ein.
Der Norden [mischt] sich ein, der Süden auch.
"""

NEGATIVE = """
Die Zahlung erfolgt morgen.
Die Lieferung erfolgte gestern
Der Anruf war erfolgt
Das Erfolgen der Zahlung
Beim Erfolgen der Lieferung
die erfolgte Zahlung
die nach dem Krieg erfolgende Zahlung
Die Wahl erfolgt geheim.
Danach erfolgten drei Schüsse.
Sie ließ die Zahlung erfolgen.
Erfolgte Zahlungen werden gebucht.
Erfolgt die Zahlung?
ein ideales Paar
Das Ideal
Ihre Ideale
idealerweise
Idealismus
Idealfall
Das Ordeal
Das Ideal der Königin
Er idealisiert sie.
Ein Dealer wurde gefasst
Dealern droht Haft.
Drogendealer
Er dealt mit Drogen.
Der Pferdealbtraum
Ordealien
Dealey Plaza
Der Dealership-Verband
Die Verfolgung
Strafverfolgung
Er verfolgt ihn
Der Nachfolger
Nachfolge
Die Nachfolgerin
Die Verfolger
Das Gefolge
Er folgt ihm
heimische Tiere
islamische Kunst
gemischte Gefühle
Eine Mischung
Eine Beimischung von Öl
Mischung
Mischehe
Ein Mischwald
mitmischen
durchmischen
eingemeindet
Das Mischen von Farben
Er mischt im Wahlkampf mit.
Sie mischt Mehl, Eier und Zucker.
Er mischt die Karten und lädt sie ein.
Sie mischt Farben; ein Bild entsteht.
Sie mischt Farben, lädt Gäste ein.
Sie mischt die Karten, dann steigt sie ein.
Er mischt Beton, denn es stürzt bald ein.
Er mischt sich unter die Gäste.
Er mischte ein Getränk.
Sie mischt ein wenig Wasser bei
Die Farben vermischen sich.
"""


def marked(table: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Give each sentence of a table with its marked word, frame and form."""
    frame = form = ""
    for line in table.strip().splitlines():
        if "[" not in line:
            frame, form = line.split()
            continue
        text = line.replace("[", "").replace("]", "")
        yield text, (line.split("[")[1].split("]")[0], frame, form)


@pytest.mark.parametrize(("text", "wanted"), list(marked(POSITIVE)))
def test_a_mention_is_found(find: Finder, text: str, wanted: tuple[str, str, str]) -> None:
    assert core(find(text)) == [wanted]


@pytest.fixture(scope="session")
def find_bare(found_by: Callable[[Any], Finder]) -> Finder:
    """Find by the study's frames without their lists of exceptions."""
    table = tomllib.loads((ROOT / "study.toml").read_text(encoding="utf-8"))
    for frame in table["frame"]:
        frame["exceptions"] = []
    return found_by(parse_study(table))


@pytest.mark.parametrize("text", NEGATIVE.strip().splitlines())
def test_false_friends_are_told_by_rules_and_not_by_exceptions(
    find_bare: Finder, text: str
) -> None:
    assert core(find_bare(text)) == []


@pytest.mark.parametrize("line", [
    "[Deal] or no [Deal]",
    "Sie [mischte] sich ein und er [mischte] sich auch ein.",
    "Sie hatte sich nie [eingemischt], und sie [mischt] sich nicht ein.",
    "Der [Deal] war kein [Erfolg], die Zahlung erfolgt.",
    "[Erfolge], [Misserfolge] und [erfolglose] [Deals]",
])  # fmt: skip
def test_several_mentions_come_in_order(find: Finder, line: str) -> None:
    words = re.findall(r"\[(.*?)\]", line)
    assert [form for form, _, _ in core(find(re.sub(r"[\[\]]", "", line)))] == words


NEAR = """
Deal simplex
Ein [Abkommen] steht.
Keine [Einigung] in Sicht
Die [Vereinbarungen] halten.
Deal head
Das [Handelsabkommen] steht.
Erfolg simplex
Der [Durchbruch] blieb aus.
Große [Fortschritte]
Einmischung simplex
Die [Einflussnahme] des Rats
Einmischung head
[Wahlmanipulationen]
Einmischung verb
Sie [manipulierten] die Wahl.
Die Wahl wurde [manipuliert].
"""


@pytest.mark.parametrize(("text", "wanted"), list(marked(NEAR)))
def test_near_lexemes_are_a_tier_of_their_own(
    find: Finder, text: str, wanted: tuple[str, str, str]
) -> None:
    (mention,) = find(text)
    assert (mention.token.form, mention.frame, mention.form) == wanted
    assert mention.tier == "near"


def test_core_wins_where_a_word_holds_both_tiers(find: Finder) -> None:
    (mention,) = find("Der Deal-Durchbruch kam.")
    assert (mention.frame, mention.tier, mention.form) == ("Erfolg", "near", "head")
    (mention,) = find("Die Einigungserfolge zählen.")
    assert (mention.frame, mention.tier) == ("Erfolg", "core")


def test_exceptions_are_left_out_in_every_inflection(find: Finder) -> None:
    assert find("Die Erfolgsbeteiligung steigt, die Erfolgsbeteiligungen auch.") == []


def test_a_split_verb_knows_its_particle(find: Finder) -> None:
    text = "Der Rat mischt sich in den Streit ein."
    (mention,) = find(text)
    assert mention.particle is not None
    assert text[mention.token.begin : mention.token.end] == "mischt"
    assert text[mention.particle.begin : mention.particle.end] == "ein"
    assert (mention.lemma, mention.parts) == ("einmischen", "ein+misch")


def test_a_compound_knows_its_parts(find: Finder) -> None:
    (mention,) = find("Der Fährhafendeal")
    assert (mention.lemma, mention.parts.split("+")[-1]) == ("Fährhafendeal", "deal")


# ------------------------------------------------------------------ another study


@pytest.fixture(scope="session")
def other(found_by: Callable[[Any], Finder]) -> Finder:
    """A study of other frames: nothing in the code may rest on ours."""
    table = tomllib.loads((ROOT / "study.toml").read_text(encoding="utf-8"))
    del table["claim"]  # they are about our frames
    table["frame"] = [
        {
            "id": "Ablehnung",
            "label": "Ablehnung",
            "colour": "#000000",
            "core": {"nouns": ["Ablehnung"], "verbs": ["ab|lehnen", "zurück|weisen", "leugnen"]},
            "near": {"verbs": ["an|greifen"]},
        },
        {
            "id": "Krise",
            "label": "Krise",
            "colour": "#111111",
            "core": {"nouns": ["Krise"], "adjectives": ["krisenfest"]},
            "exceptions": ["Krisenstab"],
        },
    ]
    return found_by(parse_study(table))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Der Rat lehnt den Plan ab.", [("lehnt", "Ablehnung", "separable_verb")]),
        ("Sie lehnten ab.", [("lehnten", "Ablehnung", "separable_verb")]),
        ("Er lehnte es, wie er sagte, ab.", [("lehnte", "Ablehnung", "separable_verb")]),
        ("Der Plan wurde abgelehnt.", [("abgelehnt", "Ablehnung", "verb")]),
        ("Die abgelehnten Pläne", [("abgelehnten", "Ablehnung", "verb")]),
        ("Es ist leicht abzulehnen.", [("abzulehnen", "Ablehnung", "verb")]),
        ("weil sie ablehnt", [("ablehnt", "Ablehnung", "verb")]),
        ("Sie wies den Vorwurf zurück.", [("wies", "Ablehnung", "separable_verb")]),
        ("Sie weist ihn zurück.", [("weist", "Ablehnung", "separable_verb")]),
        ("Er wurde zurückgewiesen.", [("zurückgewiesen", "Ablehnung", "verb")]),
        ("weil sie ihn zurückwies", [("zurückwies", "Ablehnung", "verb")]),
        ("Sie leugnete alles.", [("leugnete", "Ablehnung", "verb")]),
        ("Alle leugnen es.", [("leugnen", "Ablehnung", "verb")]),
        ("Die Ablehnungen häufen sich.", [("Ablehnungen", "Ablehnung", "simplex")]),
        ("Die Krise dauert.", [("Krise", "Krise", "simplex")]),
        ("Zwei Krisen", [("Krisen", "Krise", "simplex")]),
        ("Die Eurokrise", [("Eurokrise", "Krise", "head")]),
        ("Das Krisentreffen", [("Krisentreffen", "Krise", "modifier")]),
        ("ein krisenfester Hafen", [("krisenfester", "Krise", "derivation")]),
        ("Der Krisenstab tagt.", []),
        ("Er lehnt die Leiter an und steigt ab.", []),
        ("Sie lehnt an der Wand.", []),
        ("Sie wies den Weg und kam zurück.", []),
        ("Sie bewies es.", []),
        ("Ein Erfolg ohne Deal", []),
    ],
)
def test_other_frames_are_found_alike(
    other: Finder, text: str, wanted: list[tuple[str, str, str]]
) -> None:
    assert core(other(text)) == wanted


def test_a_strong_verb_of_the_near_tier(other: Finder) -> None:
    (mention,) = other("Die Zeitung griff den Rat an.")
    assert (mention.token.form, mention.tier, mention.lemma) == ("griff", "near", "angreifen")


# ------------------------------------------------------------------ the toy study


def test_mentions_of_the_toy_study(toy_features: Features) -> None:
    """Counted by eye in tests/toy/data/raw."""
    mentions = toy_features.mentions.query("tier == 'core'")
    assert mentions.groupby("doc_id")["surface"].agg(" ".join).to_dict() == {
        "nord_1": "Erfolg Deal Erfolg mischt Einmischung",
        "nord_2": "erfolgreich einmischen Hafendeal",
        "nord_3": "Misserfolg",
        "sued_1": "Deal Deal Bahndeal Nichteinmischung mischte Dealbreaker Deal Deal",
        "sued_2": "Bahndeal Deal Erfolg",
        "sued_3": "Erfolg",
    }
    assert toy_features.mentions.query("tier == 'near'")["surface"].tolist() == ["Abkommen"]


def test_offsets_of_the_toy_study_give_the_words_back(
    toy_layout: Layout, toy_features: Features
) -> None:
    for row in toy_features.mentions.itertuples():
        text = (toy_layout.raw / f"{row.doc_id}.txt").read_bytes().decode()
        assert text[row.begin : row.end] == row.surface
        assert (row.form == "separable_verb") == (not pd.isna(row.begin_2))
        if row.form == "separable_verb":
            assert text[row.begin_2 : row.end_2] == "ein"
            assert row.begin_2 >= row.end


# ------------------------------------------------------------------ gold


@pytest.mark.shared
def test_the_coded_mentions_are_found_and_nothing_else(shared: Path, features: Features) -> None:
    with (shared / "gold" / "mentions_dev.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    coded = {row["doc"] for row in rows}
    assert {doc[:3] for doc in coded} == {"000", "002", "003"}
    columns = ["doc_id", "begin", "end", "surface", "frame"]
    mentions = features.mentions.query("tier == 'core' and doc_id in @coded")
    wanted = {
        (row["doc"], int(row["begin"]), int(row["end"]), row["surface"], row["frame"])
        for row in rows
        if row["frame"] != "none"
    }
    assert len(wanted) > 20
    assert set(mentions[columns].itertuples(index=False, name=None)) == wanted


def test_hand_counts_of_every_article(features: Features) -> None:
    mentions = features.mentions.query("tier == 'core'")
    counts = pd.crosstab(mentions["doc_id"].str[:3], mentions["frame"])
    assert counts[["Erfolg", "Deal", "Einmischung"]].T.to_dict("list") == {
        "000": [4, 1, 7], "001": [1, 4, 0], "002": [2, 6, 0], "003": [1, 4, 0], "004": [4, 0, 1],
    }  # fmt: skip
