"""Agency marks: read at known places, never from what the text says."""

from __future__ import annotations

import pytest

from analysis.corpus.cleaning import Span
from analysis.corpus.segmentation import Segment, Segmentation, find_agencies, marks_of
from analysis.tables.features import Features


def agencies(text: str, bylines: tuple[str, ...] = ()) -> tuple[str, ...]:
    return find_agencies(text, bylines, Segmentation((Segment(0, len(text), "body"),), (), 0))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Nordstadt (dpa) - Die Fähre fährt.", ("dpa",)),
        ("Nordstadt/Südberg (AFP/rtr) – Die Fähre fährt.", ("AFP", "Reuters")),
        ("(SID) - Die Fähre gewinnt.", ("SID",)),
        ("Die Fähre fährt. (APA, 31.5.2024)", ("APA",)),
        ("„Die Fähre fährt.“ (em/KNA)", ("KNA",)),
        ("Die Fähre fährt. (dpa-infocom, dpa:240531-99-1/2)", ()),
        ("dpa/ap", ("AP", "dpa")),
        ("Mit Material von dpa und Reuters", ("Reuters", "dpa")),
        ("Die Agentur dpa meldet, die Fähre fahre.", ()),
        ("Die Nachrichtenagentur (AFP) meldet, die Fähre fahre.", ()),
        ("Es meldet die Agentur Reuters", ()),
        ("Die Fähre fährt (dpa)", ()),
        ("Der Rat (SPD) - so heißt es - tagt.", ()),
    ],
)
def test_marks_stand_at_known_places(text: str, wanted: tuple[str, ...]) -> None:
    assert agencies(text) == wanted


def test_datelines_and_bylines_count_and_credits_of_pictures_do_not() -> None:
    text = "31.05.2024, 12:30 Uhr | rtr, em\nDie Fähre fährt.\n© AFP"
    end, credit = text.index("\n"), text.index("©")
    spans = (Span(0, end, "dateline"), Span(credit, len(text), "picture-copyright"))
    found = Segmentation((Segment(end + 1, credit - 1, "lead"),), spans, 0)
    assert find_agencies(text, ("dpa", "Erika Muster"), found) == ("Reuters", "dpa")


def test_a_list_with_another_word_is_none() -> None:
    assert marks_of("dpa, Muster") == frozenset()
    assert marks_of("") == frozenset()


def test_agencies_of_the_study(features: Features) -> None:
    signed = features.documents.set_index("doc_id")["agencies"]
    assert [name for name in signed if name] == ["AFP+Reuters"]
    assert signed[signed != ""].index[0].startswith("004_")
