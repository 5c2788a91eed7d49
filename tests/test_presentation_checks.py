from io import BytesIO

import pytest

from analysis.figures.style import PNG, draw_checked, drawn_texts, figure, find_faults, style
from analysis.study.errors import ExportError


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


def test_a_figure_that_was_looked_at_is_as_it_was():
    drawn, other = (_with_texts((0.1, 0.5, "Öl"), (0.8, 0.9, "Kohle")) for _ in range(2))
    canvas, size = drawn.canvas, drawn.get_size_inches().tolist()
    draw_checked(drawn, {})
    drawn_texts(drawn)
    assert drawn.canvas is canvas
    assert (drawn.dpi, drawn.get_size_inches().tolist()) == (144, size)
    assert drawn._repr_png_() == other._repr_png_()
