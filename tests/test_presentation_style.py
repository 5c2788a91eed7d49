import shutil
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont

from analysis.figures.style import (
    FONT_FAMILY,
    FONT_FILES,
    FONT_FOLDER,
    WIDTHS_MM,
    check_font,
    figure,
    fix_layout,
    load_fonts,
    style,
)
from analysis.study.errors import ExportError

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


@pytest.mark.parametrize(("width", "wanted"), WIDTHS_MM.items())
def test_figures_have_the_width_in_print(width, wanted: float):
    drawn = figure(width, height_mm=50)
    assert drawn.get_size_inches() * 25.4 == pytest.approx([wanted, 50])


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
