"""The figure of voices: every mention a mark, told apart by shape."""

from __future__ import annotations

import math
from collections import Counter

import pandas as pd
import presentation_samples as samples
import pytest
from matplotlib.figure import Figure
from presentation_samples import ALASKA, FRAMES, HELSINKI, look

from analysis.figures.plots import plot_voices
from analysis.figures.plots.voices import BAND
from analysis.figures.reasons import claims_note, voices_note
from analysis.figures.style import drawn_texts
from analysis.measures.frame_voices import frame_setting, frame_speakers, polarity_profile
from analysis.study.errors import TableError
from analysis.tables.features import Features


def marks(drawn: Figure) -> Counter[str]:
    """Count the marks in the rows, by shape; the legend has one of each on top."""
    kinds: Counter[str] = Counter()
    for line in drawn.axes[0].lines:
        if line.get_marker() == "x":
            kinds["negated"] += 1
        elif line.get_marker() == "o":
            hollow = line.get_markerfacecolor() == "white"
            kinds["open" if hollow else "affirmed"] += 1
    return kinds - Counter(samples.POLARITIES)


def drawn_study(features: Features, language: str = "de") -> Figure:
    frames = list(FRAMES)
    speakers = frame_speakers(features.mentions, features.documents, frames)
    profile = polarity_profile(features.mentions, features.documents, frames)
    setting = frame_setting(features.mentions, features.documents, frames)
    shown = look("column", language)  # type: ignore[arg-type]
    return plot_voices(speakers, profile, shown, note=voices_note(setting, shown))


@pytest.fixture(scope="module")
def drawn(features: Features) -> Figure:
    """The voices of the study; not to be changed."""
    return drawn_study(features)


def test_every_mention_of_the_study_is_a_mark(drawn: Figure) -> None:
    assert marks(drawn) == {"affirmed": 11, "negated": 15, "open": 9}


def test_the_figure_tells_the_finding(drawn: Figure) -> None:
    texts = [text for text, _ in drawn_texts(drawn)]
    assert "keine von 15 bejaht [0,00; 0,20]" in texts
    assert "11 von 12 bejaht [0,65; 0,99]" in texts
    assert texts.count("keine Nennung") == 1
    note = texts[-1].replace("\n", " ")
    assert "28 von 35 Nennungen sind nicht die eigenen Worte der Texte" in note
    assert "5 Texte; nichts hier gilt über sie hinaus." in note


def test_the_figure_in_english(features: Features) -> None:
    texts = [text for text, _ in drawn_texts(drawn_study(features, "en"))]
    assert "none of 15 affirm [0.00; 0.20]" in texts
    assert "Russia" in texts
    assert "28 of 35 mentions are not the texts’ own words" in texts[-1].replace("\n", " ")


def test_the_texts_own_voice_stands_first_on_a_band(drawn: Figure) -> None:
    bands = [patch for patch in drawn.axes[0].patches if patch.get_width() > 20]
    assert len(bands) == len(FRAMES)
    assert {patch.get_facecolor()[:3] for patch in bands} == {(0xEC / 255,) * 3}
    assert BAND == "#ececec"
    heights = {t.get_text(): t.get_position()[1] for t in drawn.axes[0].texts}
    assert heights["Text selbst"] < heights["Trump"]


def test_a_mark_stands_for_several_of_very_many_mentions() -> None:
    table = samples.speakers(900, 3)
    drawn = plot_voices(table, samples.polarity(table), look("page"))
    (several,) = [t for t, _ in drawn_texts(drawn) if t.startswith("Ein Zeichen: bis zu")]
    per_mark = int(several.split()[4])
    wanted = sum(math.ceil(n / per_mark) for n in table["n_raw"])
    assert marks(drawn).total() == wanted
    assert per_mark > 1


def test_tables_that_do_not_fit_are_errors() -> None:
    table = samples.speakers(8, 3)
    profile = samples.polarity(table)
    with pytest.raises(TableError, match=r"plot_voices: missing column n_raw; came: frame"):
        plot_voices(table.drop(columns="n_raw"), profile, look())
    with pytest.raises(TableError, match=r"unknown polarity 'ja'\. Allowed: affirmed, negated"):
        plot_voices(table.assign(polarity="ja"), profile, look())
    with pytest.raises(TableError, match="frame 'Deal' has speakers but no polarity"):
        plot_voices(table, profile.query("frame != 'Deal'"), look())
    with pytest.raises(TableError, match="stands twice; one row each is drawn"):
        plot_voices(pd.concat([table, table]), profile, look())


def test_claims_are_what_the_table_refuses() -> None:
    row = {"unit": "mean", "p_status": "not_estimable", "effect_status": "not_estimable"}
    table = pd.DataFrame([row, {**row, "unit": "pooled"}]).assign(
        p_reason_code="p_floor_too_high",
        p_reason_values="0.1;0.05",
        effect_reason_code="no_common_outlet",
        effect_reason_values="",
    )
    note = claims_note(table, look("page", "en"))
    assert "No p-values: the smallest p-value that these documents can give is 0.1" in note
    ascribed = "Not to be ascribed to the events: no outlet is known to cover both events."
    assert note.endswith(ascribed)
    fine = table.assign(p_status="ok", effect_status="ok")
    assert claims_note(fine, look("page", "en")).endswith("for these texts only.")
    units = {"measure": "frame_setting", "unit": ["document", "corpus"], "doc_id": ["a", ""]}
    own = pd.DataFrame(units).assign(n_raw=3, n_mentions=3)
    assert "Medien" not in voices_note(own, look("page"))


def test_rare_speakers_share_a_row_and_events_keep_their_columns() -> None:
    table = samples.speakers(2, 8)
    drawn = plot_voices(table, samples.polarity(table), look("page"), top=2)
    texts = [text for text, _ in drawn_texts(drawn)]
    assert texts.count("andere") == len(FRAMES)
    assert len([text for text in texts if text.startswith("Sprecherin")]) <= 2 * len(FRAMES)
    assert marks(drawn).total() == table["n_raw"].sum()
    lefts = {t.get_text(): t.get_position()[0] for t in drawn.axes[0].texts}
    assert lefts[look("page").name(HELSINKI)] < lefts[look("page").name(ALASKA)]
