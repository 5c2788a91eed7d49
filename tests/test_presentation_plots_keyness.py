import keyness_figures as samples
import numpy as np
import pytest
from keyness_figures import EVENTS
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from presentation_samples import ALASKA, HELSINKI, look

from analysis.figures import plots
from analysis.figures.style import INK, drawn_texts
from analysis.measures.verdicts import VERDICT, refuse
from analysis.study.errors import ExportError
from analysis.tables.cells import rounded


def text_of(drawn: Figure) -> str:
    return " ".join(text for text, _ in drawn_texts(drawn)).replace("\n", " ")


# ---------------------------------------------------------------- keyness


def points(drawn: Figure) -> list:
    return [line for line in drawn.axes[0].lines if line.get_label() == "term"]


def test_terms_stand_at_their_log_ratio_and_evenness():
    table = samples.keyness(30, n_labelled=6)
    table.loc[8, "evenness"] = np.nan  # is left out
    drawn = plots.plot_keyness(table, look(), **EVENTS)
    shown = table.dropna(subset="evenness")
    at = sorted((float(p.get_xdata()[0]), float(p.get_ydata()[0])) for p in points(drawn))
    assert at == sorted(zip(shown["log_ratio"], shown["evenness"], strict=True))
    for point in points(drawn):
        event = ALASKA if point.get_xdata()[0] > 0 else HELSINKI
        assert point.get_marker() == look().markers[event]
        assert point.get_markeredgecolor() == look().colours[event]
    named = {text.get_text() for text in drawn.axes[0].texts} & set(table["term"])
    assert named == set(table["term"][:6])
    filled = [p for p in points(drawn) if to_hex(p.get_markerfacecolor()) != "#ffffff"]
    assert {float(p.get_xdata()[0]) for p in filled} == set(table["log_ratio"][:6])


def test_area_grows_with_frequency():
    table = samples.keyness(2).assign(n_target=[400, 100], n_reference=0, log_ratio=[1.0, 2.0])
    by_x = {float(p.get_xdata()[0]): p for p in points(plots.plot_keyness(table, look(), **EVENTS))}
    areas = [by_x[x].get_markersize() ** 2 for x in (1.0, 2.0)]
    assert areas[0] / areas[1] == pytest.approx(4)


def test_intervals_are_drawn_where_the_table_has_them():
    table = rounded(samples.keyness(5, n_labelled=2, estimable=True))
    table.loc[4, ["low", "high"]] = np.nan
    bars = [
        tuple(line.get_xdata())
        for line in plots.plot_keyness(table, look(), **EVENTS).axes[0].lines
        if line.get_linewidth() == 0.7
    ]
    assert sorted(bars) == sorted(zip(table["low"][:4], table["high"][:4], strict=True))


def test_figure_says_what_five_documents_cannot_carry():
    text = text_of(plots.plot_keyness(samples.keyness(9), look("page"), **EVENTS))
    assert "Keine Intervalle: ein Bootstrap braucht 20 Dokumente je Gruppe" in text
    assert "hier sind es 3 und 2. Keine p-Werte: der kleinste p-Wert" in text
    assert "ist 0,1 (über 0,05). Nichts hier darf signifikant heißen." in text
    text = text_of(plots.plot_keyness(samples.keyness(9, estimable=True), look("page"), **EVENTS))
    assert "Keine p-Werte" not in text
    assert "signifikant" not in text


def test_too_many_names_are_an_error():
    with pytest.raises(ExportError, match=r"no room for the name .* name fewer terms or draw"):
        plots.plot_keyness(samples.keyness(300, n_labelled=300), look(), **EVENTS)


# ---------------------------------------------------------------- noise floor


def test_every_split_has_a_mark_at_its_number():
    table = samples.noise(40, estimable=True)
    drawn = plots.plot_noise_floor(table, look())
    marks = [line for line in drawn.axes[0].lines if line.get_label() == "keywords"]
    assert sorted(line.get_xdata()[0] for line in marks) == sorted(table["n_keywords_words"])
    places = {(line.get_xdata()[0], line.get_ydata()[0]) for line in marks}
    assert len(places) == len(table)  # none covers another
    assert all(abs(y - round(y)) < 0.5 for _, y in places)


def test_comparison_of_the_events_is_black_and_last():
    drawn = plots.plot_noise_floor(samples.noise(), look())
    (mark,) = [line for line in drawn.axes[0].lines if line.get_marker() == "D"]
    assert mark.get_color() == INK
    names = [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    assert mark.get_ydata()[0] == len(names) - 1
    assert names[-1].replace("\n", " ").startswith("Alaska 2025 gegen Helsinki 2018")
    assert names[0] == "Helsinki 2018\n3 Teilungen, 1 : 2 Dok."


def test_what_documents_say_stands_beside():
    text = text_of(plots.plot_noise_floor(samples.noise(), look("page")))
    assert text.count("nicht schätzbar p ≥ 0,33") == 3
    assert "Nichts hier darf signifikant heißen." in text
    table = samples.noise(200, estimable=True)
    hits = (table.query("comparison == 'split'").groupby("target")["n_keywords_documents"]
            .agg(lambda n: (n > 0).sum()))  # fmt: skip
    text = text_of(plots.plot_noise_floor(table, look("page")))
    assert f"{hits[ALASKA]} von 200 Teilungen" in text
    assert f"{table['n_keywords_documents'].iloc[-1]} Keywords" in text
    assert "signifikant" not in text
    alone = samples.noise(1)
    alone.loc[0, ["n_keywords_words", "p_floor"]] = np.nan
    alone.loc[0, VERDICT] = list(refuse("group_of_one_not_split"))
    text = text_of(plots.plot_noise_floor(alone, look("page")))
    assert "ein einzelnes Dokument lässt sich nicht teilen" in text


def test_groups_of_another_corpus_need_no_colour():
    table = samples.noise(4, estimable=True).query("comparison == 'split'")
    drawn = plots.plot_noise_floor(table.assign(target="Blatt", reference="Blatt"), look())
    assert {line.get_color() for line in drawn.axes[0].lines if line.get_marker() == "o"} == {INK}


# ---------------------------------------------------------------- collocates


def test_marks_stand_only_where_the_pair_was_seen():
    table = rounded(samples.collocates())
    drawn = plots.plot_collocates(table, look(), **EVENTS)
    for side, event in EVENTS.items():
        seen = table.loc[table[f"n_joint_{side}"] > 0]
        for axes, (_, rows) in zip(drawn.axes, seen.groupby("node", sort=False), strict=True):
            marks = [
                float(line.get_xdata()[0])
                for line in axes.lines
                if line.get_marker() == look().markers[event]
            ]
            assert marks == rows[f"association_{side}"].tolist()
    both = (table[["n_joint_target", "n_joint_reference"]] > 0).all(axis=1).sum()
    lines = [x for axes in drawn.axes for x in axes.lines if x.get_label() == "difference"]
    assert len(lines) == both


def test_nodes_stand_in_the_order_of_the_study():
    table = samples.collocates().sort_values("node", kind="stable")
    titles = [a.get_title(loc="left") for a in plots.plot_collocates(table, look(), **EVENTS).axes]
    assert titles == ["Erfolg", "Deal", "Einmischung"]


def test_difference_is_dark_only_if_its_interval_leaves_out_zero():
    table = samples.collocates(3, estimable=True).iloc[:2].copy()
    table[["n_joint_target", "n_joint_reference"]] = 2
    table["difference"], table["low"], table["high"] = [2.0, 2.0], [1.0, -1.0], [3.0, 5.0]
    lines = plots.plot_collocates(table, look(), **EVENTS).axes[0].lines
    colours = [line.get_color() for line in lines if line.get_label() == "difference"]
    assert [colour == INK for colour in colours] == [True, False]


def test_collocates_count_both_events_and_say_what_is_missing():
    table = samples.collocates()
    drawn = plots.plot_collocates(table, look("page"), **EVENTS)
    first = table.iloc[0]
    counts = f"{first['n_joint_reference']} : {first['n_joint_target']}"
    assert drawn.axes[0].texts[0].get_text() == counts
    text = text_of(drawn)
    assert "Rechts: n Helsinki 2018 : n Alaska 2025. Ohne Zeichen: dort nie gemeinsam." in text
    assert "Keine Intervalle:" in text
    assert "Nichts hier darf signifikant heißen." in text
