from dataclasses import replace

import pytest

from analysis.figures.layout import Look, look_of
from analysis.study.errors import ExportError
from analysis.study.study import read_study


def test_looks_follow_the_study():
    study = read_study()
    look = look_of(study, language="en")
    assert list(look.colours) == [item.id for item in (*study.events, *study.frames)]
    assert look.name("Einmischung") == "Einmischung (interference)"
    assert look.language == "en"


def test_events_differ_in_more_than_colour():
    look = look_of(read_study())
    assert look.markers["helsinki-2018"] != look.markers["alaska-2025"]
    assert len({look.markers[frame.id] for frame in read_study().frames}) == 3


def test_order_is_that_of_the_study_whatever_came():
    look = look_of(read_study())
    assert look.order(["Deal", "alaska-2025", "helsinki-2018", "alaska-2025"]) == [
        "helsinki-2018",
        "alaska-2025",
        "Deal",
    ]


def test_event_without_colour_is_an_error():
    with pytest.raises(ExportError, match=r"unknown event or frame 'alaska-2024'.*'alaska-2025'"):
        look_of(read_study()).order(["alaska-2024"])


def test_colour_without_marker_is_an_error():
    with pytest.raises(ExportError, match="a colour but no marker for b"):
        Look({"a": "#000000", "b": "#ffffff"}, {}, {"a": "o"})


def test_wrong_width_and_language_are_errors():
    look = look_of(read_study())
    with pytest.raises(ExportError, match="unknown width 'poster'"):
        replace(look, width="poster")
    with pytest.raises(ExportError, match="unknown language 'fr'"):
        look_of(read_study(), language="fr")  # type: ignore[arg-type]


def test_id_that_is_event_and_frame_is_an_error():
    study = read_study()
    double = study.frames[0].model_copy(update={"id": "alaska-2025"})
    with pytest.raises(ExportError, match="'alaska-2025' is both an event and a frame"):
        look_of(study.model_copy(update={"frames": (double,)}))
