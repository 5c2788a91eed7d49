"""The stability plot draws what its table holds, and says when no number is stable."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure
from presentation_samples import STABLE, look, topic_stability

from analysis.figures.plots import plot_topic_stability
from analysis.figures.style import drawn_texts
from analysis.study.errors import TableError
from analysis.tables.cells import rounded


def draw(chosen: int | None = 3) -> Figure:
    return plot_topic_stability(
        topic_stability(), look(), thresholds=STABLE, chosen=chosen, share=0.8
    )


def test_every_panel_draws_its_kind_and_the_floor() -> None:
    table = rounded(topic_stability())
    kinds = ("subsamples", "documents", "seeds")
    for axes, kind in zip(draw().axes, kinds, strict=True):
        mean, floor = (
            table[table["kind"] == name].sort_values("n_topics")["stability"].tolist()
            for name in (kind, "unrelated")
        )
        lines = [list(line.get_ydata()) for line in axes.lines]
        assert mean in lines
        assert floor in lines


def test_thresholds_stand_in_their_panels_only() -> None:
    drawn = [
        [line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == [0, 1]]
        for axes in draw().axes
    ]
    assert drawn == [[0.6], [0.5], []]


def test_the_number_chosen_has_a_ring_in_every_panel() -> None:
    for axes in draw(4).axes:
        rings = [line for line in axes.lines if line.get_markerfacecolor() == "none"]
        assert [list(line.get_xdata()) for line in rings] == [[4]]
    assert "gewählt: 4" in [text for text, _ in drawn_texts(draw(4))]


def test_without_a_stable_number_the_figure_says_so() -> None:
    texts = [text.replace("\n", " ") for text, _ in drawn_texts(draw(None))]
    assert "Keine Themenzahl erreicht beide Schwellen." in texts
    assert not [text for text in texts if text.startswith("gewählt")]


def test_tables_that_cannot_be_drawn() -> None:
    table = topic_stability()
    with pytest.raises(TableError, match="missing column low"):
        plot_topic_stability(table.drop(columns="low"), look(), thresholds={}, chosen=2, share=0.8)
    with pytest.raises(TableError, match="unknown kind 'other'"):
        plot_topic_stability(table.assign(kind="other"), look(), thresholds={}, chosen=2, share=0.8)
