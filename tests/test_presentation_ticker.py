"""The figures of frames over time and of frames by actor, asked for what they draw."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from presentation_samples import ALASKA, FRAMES, HELSINKI, look

from analysis.figures.plots import plot_frame_actors, plot_ticker
from analysis.figures.plots.ticker import MARK_POINTS, stack_levels
from analysis.figures.style import PALE, drawn_texts, fix_layout
from analysis.measures.verdicts import OK, refuse, verdict_table
from analysis.study.errors import ExportError, TableError

POLARITIES = ("affirmed", "negated", "open")
ACTORS = ("Trump", "Putin", "US-Geheimdienste", "Weißes-Haus", "Europa")


def posts() -> pd.DataFrame:
    """Two timed tickers (one with a post without a time), one explicit, one in order only."""
    parts = []
    for doc_id, event, quality, n in [
        ("t1", ALASKA, "date_inferred", 30),
        ("t2", ALASKA, "date_inferred", 20),
        ("t3", HELSINKI, "explicit", 25),
        ("t4", HELSINKI, "order_only", 22),
    ]:
        times = pd.Timestamp("2025-08-15 21:00") + pd.to_timedelta(np.arange(n) * 23, unit="min")
        times = pd.Series(pd.NaT if quality == "order_only" else times, index=range(n))
        times = times.astype("datetime64[us]")
        ranks = pd.array(range(1, n + 1), dtype="Int64")
        part = pd.DataFrame({"post_order": ranks, "posted_at": times})
        parts.append(part.assign(doc_id=doc_id, event=event, ts_quality=quality))
    table = pd.concat(parts, ignore_index=True)
    first = (table["doc_id"] == "t2") & (table["post_order"] == 1)
    return table.assign(
        posted_at=table["posted_at"].mask(first),
        ts_quality=table["ts_quality"].mask(first, "order_only"),
    )


def mentions() -> pd.DataFrame:
    """Every third post mentions a frame, the second of each ticker seven times."""
    held = posts()
    rows = held[held["post_order"] % 3 == 1]
    rows = pd.concat([rows, *[held[held["post_order"] == 2]] * 7], ignore_index=True)
    outside = rows.head(2).assign(ts_quality="none", posted_at=pd.NaT, post_order=pd.NA)
    rows = pd.concat([rows, outside.astype(rows.dtypes)], ignore_index=True)
    n = range(len(rows))
    return rows.assign(
        mention_id=[f"m{i}" for i in n],
        frame=[FRAMES[i % 3] for i in n],
        polarity=[POLARITIES[i % 3 if i % 2 else 0] for i in n],
        n=1,
    )


def trend(status: str = "not_estimable") -> pd.DataFrame:
    few = refuse("too_few_posts_with_mention", 10)
    return verdict_table([OK, few if status != "ok" else OK])


def drawn_mentions(figure) -> dict[str, object]:
    return {
        line.get_label(): line
        for axes in figure.axes
        for line in axes.lines
        if str(line.get_label()).startswith("m")
    }


def actors(counted_as: str = "segments") -> pd.DataFrame:
    rows = [
        (frame, actor, event, (7 * i + 5 * j + 3 * k) % 14)
        for i, frame in enumerate(FRAMES)
        for j, actor in enumerate(ACTORS)
        for k, event in enumerate((HELSINKI, ALASKA))
    ]
    table = pd.DataFrame(rows, columns=["frame", "actor", "event", "n_joint"])
    fine = table["n_joint"] >= 5
    return table.assign(
        unit="pooled", counted_as=counted_as, n_frame=120,
        npmi=(table["n_joint"] / 20 - 0.4).where(fine),
        **verdict_table(OK if each else refuse("too_few_joint_occurrences", 5) for each in fine),
    )  # fmt: skip


@pytest.fixture(scope="module")
def ticker() -> Figure:
    """The ticker as most tests look at it; not to be changed."""
    return plot_ticker(mentions(), posts(), look(), trend=trend())


def draw(held: pd.DataFrame, language: str = "de", status: str = "not_estimable") -> Figure:
    shown = look("page", language)  # type: ignore[arg-type]
    return plot_ticker(held, posts(), shown, trend=trend(status))


def told(drawn: Figure) -> str:
    return " ".join(text for text, _ in drawn_texts(drawn)).replace("\n", " ")


# ------------------------------------------------------------------ ticker


def test_every_process_lays_panels_out_to_the_same_digit() -> None:
    """The solver's last digits differ between processes, and clip paths are named by all digits."""
    drawn = fix_layout(plot_ticker(mentions(), posts(), look("page"), trend=trend()))
    places = [tuple(axes.get_position().extents.tolist()) for axes in drawn.axes]
    assert len(places) > 2
    assert [tuple(round(value, 9) for value in place) for place in places] == places


def test_mentions_stand_at_the_times_of_their_posts(ticker: Figure) -> None:
    table, marks = mentions(), drawn_mentions(ticker)
    for row in table[table["posted_at"].notna()].itertuples():
        (at,) = marks[row.mention_id].get_xdata(orig=True)
        assert pd.Timestamp(at) == row.posted_at


def test_posts_without_times_have_an_axis_of_ranks_of_their_own(ticker: Figure) -> None:
    panel = ticker.axes[-1]
    assert panel.get_xlabel() == "Rang des Beitrags (1: der älteste)"
    assert panel.get_title(loc="left") == "Helsinki 2018: nur Reihenfolge, ohne Uhrzeit"
    ranks = [float(line.get_xdata()[0]) for line in panel.lines if line.get_marker() in ("o", "X")]
    wanted = mentions().query("doc_id == 't4' and ts_quality == 'order_only'")["post_order"]
    assert sorted(ranks) == sorted(wanted.astype(float))
    assert not [t for t in panel.get_xticklabels() if ":" in t.get_text()]


def test_polarity_is_a_shape_and_not_a_colour_alone(ticker: Figure) -> None:
    marks = drawn_mentions(ticker)
    for row in mentions().itertuples():
        if row.mention_id in marks:
            mark = marks[row.mention_id]
            shape = mark.get_marker(), mark.get_markerfacecolor() != "white"
            wanted = {"affirmed": ("o", True), "negated": ("X", True), "open": ("o", False)}
            assert shape == wanted[row.polarity]


def test_inferred_days_are_dashed_and_given_ones_whole(ticker: Figure) -> None:
    lines = [
        {line.get_linestyle() for line in axes.lines if len(line.get_xdata()) == 2}
        for axes in ticker.axes
    ]
    strokes = [
        {line.get_marker() for line in axes.lines if line.get_label() == "posts"}
        for axes in ticker.axes
    ]
    assert [len(found) for found in strokes] == [1, 1, 1]
    assert len(set.union(*strokes)) == 3
    assert lines[0] >= {"-"}
    assert "--" in lines[1]
    assert ":" in lines[2]


def test_mentions_of_one_post_do_not_cover_one_another(ticker: Figure) -> None:
    places = [
        (axes, round(float(line.get_xdata(orig=False)[0]), 6), round(float(line.get_ydata()[0]), 6))
        for axes in ticker.axes
        for line in axes.lines
        if str(line.get_label()).startswith("m")
    ]
    assert len(places) == len(set(places)) > 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"polarity": "denied"}, r"plot_ticker: unknown polarity 'denied'\. Allowed: affirmed, n"),
        ({"ts_quality": "guess"}, r"plot_ticker: unknown ts_quality 'guess'\. Allowed: date_inf"),
        ({"mention_id": "m"}, r"plot_ticker: mention_id \['m'\] stands twice"),
    ],
)
def test_wrong_mentions_are_named(change: dict[str, str], message: str) -> None:
    with pytest.raises(TableError, match=message):
        plot_ticker(mentions().assign(**change), posts(), look(), trend=trend())


def test_what_has_no_place_is_counted_below() -> None:
    held = mentions()
    drawn = draw(held, "en")
    lost = held.query("ts_quality == 'order_only' and doc_id == 't2'")
    assert len(lost) == 1
    outside = (held["ts_quality"] == "none").sum()
    assert f"Not drawn – mentions outside the posts: {outside};" in told(drawn)
    assert "posts without a time: 1; mentions in these: 1." in told(drawn)
    assert len(drawn_mentions(drawn)) == len(held) - 2 - len(lost)


def test_the_refusal_of_a_trend_and_the_size_of_repeats_are_told() -> None:
    refused = told(draw(mentions()))
    assert "Kein Verlauf: ein Verlauf braucht 10 Beiträge mit einer Nennung" in refused
    assert "Kleinere Zeichen" not in refused
    drawn = draw(mentions().assign(n=0.5), status="ok")
    assert "Kein Verlauf" not in told(drawn)
    assert "Kleinere Zeichen: Wiederholungen" in told(drawn)
    sizes = {mark.get_markersize() for mark in drawn_mentions(drawn).values()}
    assert sizes == {MARK_POINTS * 0.5**0.5}


def test_ticker_without_mentions_still_shows_its_posts() -> None:
    assert [len(axes.get_yticks()) for axes in draw(mentions().head(0)).axes] == [1, 2, 1]


def test_post_whose_time_contradicts_its_quality_is_an_error() -> None:
    wrong = posts().assign(ts_quality="explicit")
    with pytest.raises(TableError, match="a post of 't2' is 'explicit' but its posted"):
        plot_ticker(mentions(), wrong, look(), trend=trend())


@pytest.mark.parametrize("least", [0.5, 3.0])
def test_stacked_marks_keep_their_distance(least: float) -> None:
    places = np.random.default_rng(1).uniform(0, 10, 40).tolist()
    levels = stack_levels(places, least)
    for level in set(levels):
        mine = sorted(x for x, k in zip(places, levels, strict=True) if k == level)
        assert all(b - a >= least for a, b in pairwise(mine))
    assert stack_levels([1.0, 1.0, 1.0], least) == [0, 1, 2]


# ------------------------------------------------------------------ actors


def test_cells_hold_the_counts_and_mark_what_is_too_few() -> None:
    table = actors()
    both = pd.concat([table, table.assign(unit="document")])
    drawn = plot_frame_actors([both], look("page", "en"))
    texts = [text.get_text() for text in drawn.axes[0].texts]
    fine, few = table[table["n_joint"] >= 5], table.query("0 < n_joint < 5")
    for row in fine.itertuples():
        assert str(row.n_joint) in texts
    assert sum(text.startswith("(") for text in texts) == len(few)
    filled = [box for box in drawn.axes[0].patches if to_hex(box.get_facecolor()) == PALE]
    assert len(filled) == len(fine)
    assert len(drawn.axes[0].patches) == len(table)


def test_a_count_that_is_a_bound_says_so() -> None:
    table = actors().assign(n_unclear=0)
    table.loc[table["n_joint"] == 3, "n_unclear"] = 2
    texts = [text.get_text() for text in plot_frame_actors([table], look()).axes[0].texts]
    assert texts.count("(≥3)") == (table["n_joint"] == 3).sum() > 0
    assert "(3)" not in texts


def test_actors_without_a_frame_have_no_row() -> None:
    table = actors()
    table.loc[table["actor"] == "Putin", ["n_joint", "status"]] = [0, "not_estimable"]
    names = [t.get_text() for t in plot_frame_actors([table], look()).axes[0].get_yticklabels()]
    assert names[:2] == ["insgesamt", "Trump"]
    assert "Putin" not in names
    assert "Weißes Haus" in names


def test_headings_say_what_is_counted() -> None:
    drawn = plot_frame_actors([actors("tokens"), actors("mentions")], look())
    assert [axes.get_title(loc="left") for axes in drawn.axes] == [
        "Im selben Satz genannt (Zahl der Nennungen)",
        "Spricht die Nennung selbst (Zahl der Nennungen)",
    ]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([actors().assign(unit="document")], "no row is pooled; came: document"),
        ([actors().assign(counted_as="words")], r"unknown counted_as 'words'\. Allowed: mentions"),
        (
            [actors().iloc[1:]],
            "wanted a pooled row for every frame, actor and event, 30 in all; ca",
        ),
        ([actors(), pd.concat([actors(), actors()])], "stands twice; one row each is drawn"),
        ([actors().drop(columns="npmi")], "plot_frame_actors: missing column npmi; came: frame"),
        ([actors().replace(HELSINKI, "yalta")], "unknown event or frame 'yalta'"),
        ([], "wanted at least one table, came none"),
    ],
)
def test_wrong_tables_are_named(tables: list[pd.DataFrame], message: str) -> None:
    with pytest.raises((TableError, ExportError), match=message):
        plot_frame_actors(tables, look())
