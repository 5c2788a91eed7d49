import keyness_figures
import numpy as np
import pandas as pd
import presentation_samples as samples
import pytest
import test_presentation_plots_multiverse as multiverse
import test_presentation_ticker as ticker
from keyness_figures import EVENTS
from matplotlib.figure import Figure
from presentation_samples import ALASKA, FRAMES, HELSINKI, NOTE, find_faults, look

from analysis.figures import plots
from analysis.figures.layout import break_name
from analysis.figures.style import WIDTHS_MM, drawn_texts
from analysis.study.errors import ExportError, TableError
from analysis.tables.cells import rounded

#: Every plot, with what five documents give and with as much as it must bear.
PLOTS = {
    **samples.PLOTS,
    **keyness_figures.PLOTS,
    "ticker": lambda look: plots.plot_ticker(
        ticker.mentions(), ticker.posts(), look, trend=ticker.trend(), note=NOTE
    ),
    "actors": lambda look: plots.plot_frame_actors(
        [ticker.actors(), ticker.actors("mentions"), ticker.actors("tokens")], look, note=NOTE
    ),
    "specifications": lambda look: multiverse.draw(
        multiverse.table(n_missing=4), look.width, look.language, note=NOTE
    ),
    "corrected": lambda look: plots.plot_corrected(samples.corrected_shares(), look, note=NOTE),
    "refused": lambda look: plots.plot_corrected(
        samples.corrected_shares(n_coded=8), look, note=NOTE
    ),
}
#: Words of the other language; the note is German in every figure.
FOREIGN = {
    "de": ("documents", "bootstrap interval", "smallest", "estimable", "event", " of "),
    "en": (
        *("Keine", "Ereignis", "Nichts", "Teilung", "schätzbar", "Verhältnis", " von ", "Artikel"),
        *("Wörter", "Uhrzeit", "Tokens", "Dokumente", "Beitr", "verneint", "genannt", "Nennung"),
        "insgesamt",
    ),
}


@pytest.mark.parametrize(
    ("width", "language"), [*((width, "de") for width in WIDTHS_MM), ("column", "en")]
)
@pytest.mark.parametrize("name", PLOTS)
def test_every_text_is_on_the_page_apart_and_in_one_language(name: str, width, language):
    drawn = PLOTS[name](look(width, language))
    assert find_faults(drawn) == []
    assert drawn.get_size_inches()[0] * 25.4 == pytest.approx(WIDTHS_MM[width])
    if width == "column":
        texts = " ".join(text.replace("\n", " ") for text, _ in drawn_texts(drawn))
        told = texts.replace(NOTE, "")
        assert [word for word in FOREIGN[language] if word in told] == []


#: Each plot of one table with a table that it takes, and what else it wants.
TABLES = {
    "plot_corpus": (samples.documents, {}),
    "plot_posts": (samples.posts, {}),
    "plot_hits": (samples.places, {}),
    "plot_terms": (samples.terms, {}),
    "plot_term_difference": (samples.difference, EVENTS),
    "plot_frame_rates": (samples.frame_rates, {}),
    "plot_frame_shares": (samples.frame_shares, {}),
    "plot_topic_terms": (samples.topic_terms, {}),
    "plot_topic_prevalence": (samples.topic_prevalence, {}),
    "plot_keyness": (keyness_figures.keyness, EVENTS),
    "plot_collocates": (keyness_figures.collocates, EVENTS),
    "plot_noise_floor": (keyness_figures.noise, {}),
    "plot_corrected": (samples.corrected_shares, {}),
    "plot_topic_stability": (
        samples.topic_stability,
        {"thresholds": {}, "chosen": 2, "share": 0.8},
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_plot_names_itself_when_columns_are_missing(name: str):
    table, wanted = TABLES[name]
    with pytest.raises(TableError, match=rf"{name}: missing columns .*; came: x"):
        getattr(plots, name)(pd.DataFrame({"x": [1]}), look(), **wanted)
    before = table()
    given = before.copy(deep=True)
    getattr(plots, name)(given, look(), **wanted)
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.parametrize(
    "name", sorted(set(TABLES) - {"plot_posts", "plot_hits", "plot_noise_floor"})
)
def test_a_row_that_stands_twice_is_an_error(name: str):
    table, wanted = TABLES[name]
    twice = pd.concat([table(), table().iloc[:1]])
    with pytest.raises(TableError, match=rf"{name}: .* stands twice; one row each is drawn"):
        getattr(plots, name)(twice, look(), **wanted)


@pytest.mark.parametrize(
    ("name", "column", "allowed"),
    [
        ("plot_corpus", "kind", "article, live_ticker"),
        ("plot_posts", "ts_quality", "date_inferred, explicit, order_only"),
        ("plot_frame_rates", "unit", "document, mean, pooled"),
        ("plot_noise_floor", "comparison", "groups, split"),
        ("plot_topic_stability", "kind", "documents, seeds, subsamples, unrelated"),
    ],
)
def test_an_unknown_code_is_an_error(name: str, column: str, allowed: str):
    table, wanted = TABLES[name]
    with pytest.raises(TableError, match=f"unknown {column} 'video'. Allowed: {allowed}"):
        getattr(plots, name)(table().assign(**{column: "video"}), look(), **wanted)


def _points(drawn: Figure, colour: str, marker: str, *, filled: bool) -> list[list[float]]:
    """Return the x values of an event's markers, panel by panel."""
    return [
        [
            float(line.get_xdata()[0])
            for line in axes.lines
            if line.get_marker() == marker
            and line.get_markeredgecolor() == colour
            and (line.get_markerfacecolor() != "white") == filled
        ]
        for axes in drawn.axes
    ]


# ---------------------------------------------------------------- corpus


def test_corpus_bars_are_the_lengths_by_event():
    table = samples.documents()
    drawn = plots.plot_corpus(table, look())
    for axes, event in zip(drawn.axes, (HELSINKI, ALASKA), strict=True):
        rows = table[table["event"] == event]
        assert [bar.get_width() for bar in axes.patches] == rows["n_tokens"].tolist()
        hatched = [bool(bar.get_hatch()) for bar in axes.patches]
        assert hatched == (rows["kind"] == "live_ticker").tolist()
        assert [tick.get_text().split("\n")[0] for tick in axes.get_yticklabels()] == rows[
            "doc_id"
        ].tolist()


def test_corpus_names_unknown_outlets():
    drawn = plots.plot_corpus(samples.documents(5), look("page"))
    names = [tick.get_text() for axes in drawn.axes for tick in axes.get_yticklabels()]
    assert sum("Medium unbekannt" in name for name in names) == 1
    articles = samples.documents().query("kind == 'article'")
    drawn = plots.plot_corpus(articles, look(), note=NOTE)
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["Artikel"]
    assert NOTE in [text.replace("\n", " ") for text, _ in drawn_texts(drawn)]


# ---------------------------------------------------------------- posts


def test_posts_are_drawn_at_their_times():
    table = samples.posts()
    drawn = plots.plot_posts(table, look())
    for axes, event in zip(drawn.axes, (HELSINKI, ALASKA), strict=True):
        timed = [line for line in axes.lines if line.get_label() != "order_only"]
        times = np.concatenate([line.get_xdata(orig=True) for line in timed])
        wanted = table.loc[table["event"] == event, "posted_at"].dropna()
        assert sorted(pd.to_datetime(times)) == sorted(wanted)


def test_posts_without_time_are_apart_from_the_time_axis():
    drawn = plots.plot_posts(samples.posts(), look())
    (line,) = [line for line in drawn.axes[0].lines if line.get_label() == "order_only"]
    steps = np.diff(line.get_xdata())
    assert len(line.get_xdata()) == 14
    assert steps == pytest.approx(steps[0])
    assert line.get_transform() == drawn.axes[0].get_yaxis_transform()
    alone = plots.plot_posts(samples.posts().query("ts_quality == 'order_only'"), look())
    assert list(alone.axes[0].get_xticks()) == []


def test_posts_show_the_day_where_it_changes():
    ticks = plots.plot_posts(samples.posts(), look()).axes[1].get_xticklabels()
    assert [tick.get_text() for tick in ticks if "\n" in tick.get_text()] == [
        "18:00\n15.08.",
        "00:00\n16.08.",
    ]


@pytest.mark.parametrize("n_days", [1, 3, 20])
def test_posts_of_any_span_have_few_ticks(n_days: int):
    table = samples.posts().query("ts_quality == 'explicit'").copy()
    first = table["posted_at"].min()
    table["posted_at"] = first + (table["posted_at"] - first) * (3 * n_days)
    for axes in plots.plot_posts(table.query("event == @HELSINKI"), look()).axes:
        assert 1 <= len(axes.get_xticks()) <= 5


def test_post_whose_time_contradicts_its_quality_is_an_error():
    table = samples.posts()
    table.loc[0, "posted_at"] = pd.NaT
    with pytest.raises(TableError, match=r"a post of '000_.*' is 'explicit' but its posted_at is"):
        plots.plot_posts(table, look())


# ---------------------------------------------------------------- terms


def test_terms_are_drawn_as_they_stand_in_the_table():
    table = rounded(samples.terms(5))
    drawn = plots.plot_terms(table, look())
    names = [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    assert names == [break_name(term, look().letters(0.45)) for term in samples.TERMS[:5]]
    for event in (HELSINKI, ALASKA):
        style = look().colours[event], look().markers[event]
        wanted = table.loc[table["event"] == event, "per_1000"].tolist()
        assert _points(drawn, *style, filled=True) == [wanted]


def test_term_intervals_are_drawn_where_the_table_has_them():
    table = rounded(samples.terms(4, intervals=True))
    lines = plots.plot_terms(table, look()).axes[0].lines
    drawn = sorted(tuple(line.get_xdata()) for line in lines if line.get_linestyle() == "-"
                   and line.get_transform() == lines[0].axes.transData)  # fmt: skip
    assert drawn == sorted(zip(table["low"], table["high"], strict=True))


def test_term_that_looks_like_a_formula_is_a_word():
    table = samples.terms(1).assign(term="$x$")
    texts = [text for text, _ in drawn_texts(plots.plot_terms(table, look()))]
    assert "$x$" in texts


def test_difference_lollipops_reach_the_log_ratios():
    table = samples.difference(7)
    drawn = plots.plot_term_difference(table, look("page"), **EVENTS)
    stems = [line for line in drawn.axes[0].lines if line.get_label() == "stem"]
    assert [line.get_xdata()[1] for line in stems] == table["log_ratio"].tolist()
    wanted = [look().colours[ALASKA if x > 0 else HELSINKI] for x in table["log_ratio"]]
    assert [line.get_color() for line in stems] == wanted
    texts = [text.get_text() for text in drawn.axes[0].texts]
    assert texts[:2] == ["0 : 1\u202f200", "3 : 1\u202f130"]
    assert texts[-2:] == ["← Helsinki 2018", "Alaska 2025 →"]
    told = " ".join(text for text, _ in drawn_texts(drawn)).replace("\n", " ")
    assert "kein Test. Rechts: n Helsinki 2018 : n Alaska 2025." in told
    with pytest.raises(ExportError, match="unknown event or frame 'Helsinki'"):
        plots.plot_term_difference(table, look(), target=ALASKA, reference="Helsinki")


# ---------------------------------------------------------------- framing


def test_frame_rates_show_every_document_all_together_and_the_mean():
    table = rounded(samples.frame_rates())
    drawn = plots.plot_frame_rates(table, look())
    assert [axes.get_title(loc="left") for axes in drawn.axes] == list(FRAMES)
    for event in (HELSINKI, ALASKA):
        style = look().colours[event], look().markers[event]
        for unit, filled in (("document", False), ("pooled", True)):
            rows = table[(table["event"] == event) & (table["unit"] == unit)]
            wanted = [rows.loc[rows["frame"] == frame, "per_1000"].tolist() for frame in FRAMES]
            assert _points(drawn, *style, filled=filled) == wanted
    for axes, frame in zip(drawn.axes, FRAMES, strict=True):
        bars = [line.get_xdata()[0] for line in axes.lines if line.get_linewidth() == 1.8]
        rows = table[(table["unit"] == "mean") & (table["frame"] == frame)]
        assert sorted(bars) == sorted(rows["per_1000"])


def test_frame_shares_show_every_document_that_has_some():
    table = rounded(samples.frame_shares(5))
    silent = table["doc_id"] == table["doc_id"].max()
    table.loc[silent, "share"] = np.nan
    drawn = plots.plot_frame_shares(table, look())
    for event in (HELSINKI, ALASKA):
        rows = table[(table["event"] == event) & (table["unit"] == "document")]
        wanted = [rows.loc[rows["frame"] == f, "share"].dropna().tolist() for f in FRAMES]
        style = look().colours[event], look().markers[event]
        assert _points(drawn, *style, filled=False) == wanted


def test_shares_beyond_the_whole_are_an_error():
    table = samples.frame_shares(5).assign(share=0.5)
    with pytest.raises(TableError, match=r"the shares of .* add up to 1\.5; the frames of one row"):
        plots.plot_frame_shares(table, look())


# ---------------------------------------------------------------- topics


def test_topic_bars_are_the_weights_by_rank():
    table = rounded(samples.topic_terms(3))
    shuffled = table.sample(frac=1, random_state=3)
    drawn = plots.plot_topic_terms(shuffled, look())
    shown = [axes for axes in drawn.axes if axes.get_visible()]
    for axes, (topic, rows) in zip(shown, table.groupby("topic"), strict=True):
        assert axes.get_title(loc="left") == f"Thema {topic}"
        assert [bar.get_width() for bar in axes.patches] == rows["weight"].tolist()
        assert [text.get_text() for text in axes.texts] == rows["term"].tolist()


def test_topic_prevalence_shows_every_document_and_the_mean():
    table = rounded(samples.topic_prevalence(3))
    drawn = plots.plot_topic_prevalence(table, look())
    for event in (HELSINKI, ALASKA):
        style = look().colours[event], look().markers[event]
        rows = table[table["event"] == event].groupby("topic")["share"]
        assert _points(drawn, *style, filled=False) == [group.tolist() for _, group in rows]
    bars = [line.get_xdata()[0] for line in drawn.axes[0].lines if line.get_linewidth() == 1.8]
    means = table[table["topic"] == 1].groupby("event")["share"].mean()
    assert sorted(bars) == pytest.approx(sorted(means))


def test_every_hit_is_a_stroke_at_its_place():
    table = samples.places()
    drawn = plots.plot_hits(table, look())
    for axes, event in zip(drawn.axes, [HELSINKI, ALASKA], strict=True):
        rows = table[table["event"] == event]
        strokes = [
            segment
            for lines in axes.collections
            for segment in lines.get_segments()
            if segment[0][0] == segment[1][0]
        ]
        found = sorted(float(segment[0][0]) for segment in strokes)
        assert found == pytest.approx(sorted(rows["place"].dropna() * 100))
        numbers = rows.groupby("doc_id", sort=False)["place"].count().tolist()
        assert [text.get_text() for text in axes.texts] == [str(n) for n in numbers]


def test_a_place_outside_the_document_is_refused():
    table = samples.places().assign(place=1.2)
    with pytest.raises(TableError, match="plot_hits: column place: wanted shares"):
        plots.plot_hits(table, look())


def test_shares_have_an_interval_each_and_those_of_documents_are_thin():
    table = samples.frame_shares(5).assign(low=0.1, high=0.9)
    table.loc[table["unit"] == "mean", ["low", "high"]] = np.nan
    drawn = plots.plot_frame_shares(table, look())
    for axes in drawn.axes:
        spans = [line for line in axes.lines if tuple(line.get_xdata()) == (0.1, 0.9)]
        widths = [line.get_linewidth() for line in spans]
        assert (widths.count(1.0), widths.count(0.4)) == (2, 5)
    assert {axes.get_xlim() for axes in drawn.axes} == {(0, 1)}


def test_rates_scale_by_what_is_drawn():
    table = samples.frame_rates(5)
    single = table["unit"] == "document"
    wide = table.assign(low=0.0, high=table["per_1000"].where(~single, 1e4))
    (limits,) = {axes.get_xlim() for axes in plots.plot_frame_rates(wide, look()).axes}
    assert limits[1] < 1e3


# ---------------------------------------------------------------- stability of topics


def draw_stability(chosen: int | None = 3) -> Figure:
    return plots.plot_topic_stability(
        samples.topic_stability(), look(), thresholds=samples.STABLE, chosen=chosen, share=0.8
    )


def test_every_panel_draws_its_kind_and_the_floor():
    table = rounded(samples.topic_stability())
    kinds = ("subsamples", "documents", "seeds")
    for axes, kind in zip(draw_stability().axes, kinds, strict=True):
        mean, floor = (
            table[table["kind"] == name].sort_values("n_topics")["stability"].tolist()
            for name in (kind, "unrelated")
        )
        lines = [list(line.get_ydata()) for line in axes.lines]
        assert mean in lines
        assert floor in lines


def test_thresholds_stand_in_their_panels_only():
    drawn = [
        [line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == [0, 1]]
        for axes in draw_stability().axes
    ]
    assert drawn == [[0.6], [0.5], []]


def test_the_number_chosen_has_a_ring_in_every_panel():
    for axes in draw_stability(4).axes:
        rings = [line for line in axes.lines if line.get_markerfacecolor() == "none"]
        assert [list(line.get_xdata()) for line in rings] == [[4]]
    assert "gewählt: 4" in [text for text, _ in drawn_texts(draw_stability(4))]


def test_without_a_stable_number_the_figure_says_so():
    texts = [text.replace("\n", " ") for text, _ in drawn_texts(draw_stability(None))]
    assert "Keine Themenzahl erreicht beide Schwellen." in texts
    assert not [text for text in texts if text.startswith("gewählt")]


# ---------------------------------------------------------------- corrected shares


def marks(drawn: Figure, marker: str) -> list[list[float]]:
    return [
        [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == marker]
        for axes in drawn.axes
    ]


def test_raw_shares_are_squares_and_corrected_ones_dots():
    drawn = plots.plot_corrected(samples.corrected_shares(), look())
    assert marks(drawn, "s") == [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]]
    assert marks(drawn, "o") == [[0.5, 0.35, 0.15], [0.25, 0.3, 0.45]]
    bars = [tuple(line.get_xdata()) for line in drawn.axes[1].lines if len(line.get_xdata()) == 2]
    assert bars == [(0.15, 0.35), (0.2, 0.4), (0.35, 0.55)]
    rows = [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    assert rows == ["bejaht", "verneint", "offen"]


@pytest.mark.parametrize(
    ("coded_by", "said"),
    [
        ("language_model", "40 of 80 mentions\nsecond coding (language model)"),
        ("people", "\ncoding by people"),
    ],
)
def test_figures_say_who_coded(coded_by: str, said: str):
    table = samples.corrected_shares().assign(coded_by=coded_by)
    drawn = plots.plot_corrected(table, look(language="en"))
    assert drawn.axes[0].get_title(loc="left").endswith(said)


def test_a_refused_correction_is_no_dot_and_says_why():
    drawn = plots.plot_corrected(samples.corrected_shares(n_coded=8), look("page"), note=NOTE)
    assert marks(drawn, "o")[1] == []
    assert len(marks(drawn, "s")[1]) == 3
    told = " ".join(text.replace("\n", " ") for text, _ in drawn_texts(drawn))
    assert NOTE in told
    assert "Keine Korrektur: 8 von 80 Nennungen sind ein zweites Mal codiert, es braucht 10" in told
