import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from presentation_samples import find_faults

from analysis.figures.layout import Look, break_name, check_table, look_of
from analysis.figures.marks import spread
from analysis.figures.style import (
    FONT_FAMILY,
    FONT_FILES,
    FONT_FOLDER,
    PNG,
    check_font,
    draw_checked,
    drawn_texts,
    figure,
    fix_layout,
    load_fonts,
    style,
)
from analysis.study.errors import ExportError, TableError
from analysis.study.study import read_study

GERMAN = "äöüßÄÖÜẞ„“‚‘«»–−×≥≤²…€§→←\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("name", FONT_FILES)
def test_every_font_has_what_german_needs(name: str):
    covered = TTFont(FONT_FOLDER / name).getBestCmap()
    assert [character for character in GERMAN if ord(character) not in covered] == []


def test_fonts_come_with_their_licence_and_copyright():
    licence = (FONT_FOLDER / "OFL.txt").read_text("utf-8")
    named = {str(TTFont(FONT_FOLDER / name)["name"].getDebugName(0)) for name in FONT_FILES}
    assert named == {licence.splitlines()[0]}
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


@pytest.mark.parametrize(
    ("weight", "file"),
    [("regular", "Regular"), ("semibold", "Semibold"), ("bold", "Bold")],
)
def test_weights_are_the_files_of_the_package(weight: str, file: str):
    load_fonts()
    assert check_font(FONT_FAMILY, weight) == FONT_FOLDER / f"SourceSansPro-{file}.ttf"


def test_missing_font_file_is_an_error(tmp_path: Path):
    with pytest.raises(ExportError, match=r"font 'SourceSansPro-Regular\.ttf' is missing in"):
        load_fonts(tmp_path)


def test_font_that_matplotlib_lacks_never_becomes_another():
    with pytest.raises(ExportError, match=r"font 'Keine Schrift' \(regular\) .* found: none"):
        check_font("Keine Schrift")


def test_font_of_the_machine_is_not_taken_for_ours():
    load_fonts()
    with pytest.raises(ExportError, match=r"found: DejaVuSans\.ttf"):
        check_font("DejaVu Sans")


def test_other_copy_of_the_font_loads_before_ours(tmp_path: Path):
    for name in FONT_FILES:
        shutil.copy(FONT_FOLDER / name, tmp_path / name)
    fonts = mpl.font_manager.fontManager
    before = list(fonts.ttflist)
    try:
        load_fonts(tmp_path)
        assert check_font(FONT_FAMILY, "regular", tmp_path).parent == tmp_path
    finally:
        fonts.ttflist = before
        fonts._findfont_cached.cache_clear()


def test_unknown_width_lists_the_allowed():
    with pytest.raises(ExportError, match=r"unknown width 'colum'. Allowed: column, page, word\."):
        figure("colum", height_mm=50)  # type: ignore[arg-type]


def test_style_ends_with_its_block():
    with mpl.rc_context({"font.size": 31, "savefig.bbox": "tight"}):
        with style():
            assert mpl.rcParams["font.family"] == [FONT_FAMILY]
            assert mpl.rcParams["savefig.bbox"] is None
        assert mpl.rcParams["font.size"] == 31


def test_labels_without_room_are_an_error():
    drawn = figure(height_mm=20)
    with style():
        axes = drawn.subplots()
        axes.set_yticks([0], ["Donaudampfschifffahrtsgesellschaftskapitän " * 3])
    with pytest.raises(ExportError, match=r"cannot be laid out: .* Use a wider figure"):
        fix_layout(drawn)


def test_character_that_the_font_lacks_is_an_error():
    drawn = figure(height_mm=20)
    with style():
        drawn.subplots().set_title("Gipfel \N{GLOBE WITH MERIDIANS}")
    with pytest.raises(ExportError, match="GLOBE WITH MERIDIANS"):
        fix_layout(drawn)


def _with_texts(*texts: tuple[float, float, str]):
    drawn = figure(height_mm=40)
    with style():
        for x, y, text in texts:
            drawn.text(x, y, text)
    return drawn


def test_text_on_the_page_is_no_fault():
    drawn = _with_texts((0.1, 0.5, "Öl"))
    buffer = BytesIO()
    with style():
        drawn.savefig(buffer, format="png", metadata={"Software": None}, pil_kwargs=PNG)
    assert draw_checked(drawn, {"Software": None}) == buffer.getvalue()


def test_text_that_leaves_the_page_is_named_with_the_way_out():
    cut = _with_texts((0.9, 0.8, "Sicherheits-\ngarantien"), (-0.1, 0.2, "Gipfel"))
    with style():
        beyond = cut.subplots().annotate("Waffenstillstand", (0.95, 0.5))
    beyond.set_in_layout(False)
    named = find_faults(cut)
    assert "'Gipfel' leaves the page by 8 mm" in named
    canvas = cut.canvas
    with pytest.raises(ExportError, match=r"3 faults\n  - .* leaves .*mm") as fault:
        draw_checked(cut, {})
    assert len(named) == 3
    assert all(text in str(fault.value) for text in named)
    assert str(fault.value).endswith("Use a wider figure or shorter labels.")
    assert (cut.canvas, cut.dpi) == (canvas, 144)


def test_texts_on_each_other_are_found():
    drawn = _with_texts((0.1, 0.5, "Vereinbarung"), (0.2, 0.52, "Abkommen"), (0.1, 0.1, "frei"))
    assert find_faults(drawn) == ["'Vereinbarung' and 'Abkommen' overlap"]


def test_ticks_out_of_view_are_not_texts_of_the_figure():
    drawn = figure(height_mm=40)
    with style():
        axes = drawn.subplots()
        axes.set_xticks([0, 1, 50], ["a", "b", "weit draußen"])
        axes.set_xlim(0, 1)
    assert "weit draußen" not in [text for text, _ in drawn_texts(drawn)]
    assert find_faults(drawn) == []


def test_text_of_several_lines_is_seen_whole():
    drawn = _with_texts((0.1, 0.5, "Sicherheits-\ngarantien"), (0.12, 0.5, "Gipfel"))
    assert "Sicherheits-\ngarantien" in [text for text, _ in drawn_texts(drawn)]
    assert find_faults(drawn) == ["'Sicherheits-\\ngarantien' and 'Gipfel' overlap"]


@given(st.text(alphabet="abcäöüß- ", max_size=120), st.integers(4, 40))
def test_broken_names_fit_and_lose_no_letter(name: str, letters: int):
    lines = break_name(name, letters).split("\n")
    assert max(len(line) for line in lines) <= letters
    kept = "".join(lines).replace("-", "").replace(" ", "")
    assert kept == name.replace("-", "").replace(" ", "")


@given(st.integers(0, 30))
def test_spread_is_symmetric_and_stays_in_reach(n: int):
    heights = spread(n, 0.26)
    assert len(set(heights)) == n
    assert sum(heights) == pytest.approx(0)
    assert all(abs(height) <= 0.2601 for height in heights)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"term": ["a"]}, r"plot_x: missing columns n, unit; came: term"),
        ({"term": [], "n": [], "unit": []}, "plot_x: the table has no rows"),
        ({"term": ["a", "b", "b"], "n": 1, "unit": "mean"}, r"plot_x: term \['b'\] stands twice"),
        (
            {"term": ["a"], "n": 1, "unit": "pool"},
            r"plot_x: unknown unit 'pool'. Allowed: mean, pooled\. Did you",
        ),
    ],
)
def test_a_table_that_cannot_be_drawn_is_named(table: dict[str, object], message: str):
    codes = {"unit": ["pooled", "mean"]}
    with pytest.raises(TableError, match=message):
        check_table(pd.DataFrame(table), ["term", "n", "unit"], "plot_x", key=["term"],
                    codes=codes)  # fmt: skip


def test_looks_follow_the_study():
    study = read_study()
    look = look_of(study, language="en")
    assert list(look.colours) == [item.id for item in (*study.events, *study.frames)]
    assert look.name("Einmischung") == "Einmischung (interference)"
    assert look.language == "en"
    assert look.markers["helsinki-2018"] != look.markers["alaska-2025"]
    assert len({look.markers[frame.id] for frame in study.frames}) == 3
    in_order = ["helsinki-2018", "alaska-2025", "Deal"]
    assert look.order(["Deal", "alaska-2025", "helsinki-2018", "alaska-2025"]) == in_order


def test_looks_that_cannot_be_are_errors():
    study = read_study()
    look = look_of(study)
    with pytest.raises(ExportError, match=r"unknown event or frame 'alaska-2024'.*'alaska-2025'"):
        look.order(["alaska-2024"])
    with pytest.raises(ExportError, match="a colour but no marker for b"):
        Look({"a": "#000000", "b": "#ffffff"}, {}, {"a": "o"})
    with pytest.raises(ExportError, match="unknown width 'poster'"):
        replace(look, width="poster")
    with pytest.raises(ExportError, match="unknown language 'fr'"):
        look_of(study, language="fr")  # type: ignore[arg-type]
    double = study.frames[0].model_copy(update={"id": "alaska-2025"})
    with pytest.raises(ExportError, match="'alaska-2025' is both an event and a frame"):
        look_of(study.model_copy(update={"frames": (double,)}))
