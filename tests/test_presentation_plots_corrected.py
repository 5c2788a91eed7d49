"""The plot of raw and corrected shares: its marks, its texts, its refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from presentation_samples import ALASKA, HELSINKI, NOTE, look

from analysis.figures.plots import plot_corrected
from analysis.figures.style import drawn_texts
from analysis.measures.verdicts import VERDICT, refuse


def shares(*, n_coded: int = 40) -> pd.DataFrame:
    """Two events, three polarities; Alaska is refused where too few are coded."""
    table = pd.DataFrame(
        {
            "group": [HELSINKI] * 3 + [ALASKA] * 3,
            "value": ["affirmed", "negated", "open"] * 2,
            "raw": [0.6, 0.3, 0.1, 0.2, 0.3, 0.5],
            "share": [0.5, 0.35, 0.15, 0.25, 0.3, 0.45],
            "low": [0.4, 0.25, 0.0, 0.15, 0.2, 0.35],
            "high": [0.6, 0.45, 0.25, 0.35, 0.4, 0.55],
            "n": 80,
            "n_coded": [40] * 3 + [n_coded] * 3,
            "status": "ok",
            "reason_code": "",
            "reason_values": "",
            "coded_by": "language_model",
        }
    )
    if n_coded < 10:
        few = table["group"] == ALASKA
        table.loc[few, ["share", "low", "high"]] = np.nan
        table.loc[few, VERDICT] = list(refuse("too_few_coded_twice", n_coded, 80, 10))
    return table


def marks(drawn: Figure, marker: str) -> list[list[float]]:
    return [
        [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == marker]
        for axes in drawn.axes
    ]


def test_raw_shares_are_squares_and_corrected_ones_dots() -> None:
    drawn = plot_corrected(shares(), look())
    assert marks(drawn, "s") == [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]]
    assert marks(drawn, "o") == [[0.5, 0.35, 0.15], [0.25, 0.3, 0.45]]
    bars = [tuple(line.get_xdata()) for line in drawn.axes[1].lines if len(line.get_xdata()) == 2]
    assert bars == [(0.15, 0.35), (0.2, 0.4), (0.35, 0.55)]
    rows = [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    assert rows == ["bejaht", "verneint", "offen"]


def test_figures_say_who_coded() -> None:
    drawn = plot_corrected(shares().assign(coded_by="language_model"), look(language="en"))
    assert (
        drawn.axes[0]
        .get_title(loc="left")
        .endswith("40 of 80 mentions\nsecond coding (language model)")
    )
    people = plot_corrected(shares().assign(coded_by="people"), look(language="en"))
    assert people.axes[0].get_title(loc="left").endswith("\ncoding by people")


def test_a_refused_correction_is_no_dot_and_says_why() -> None:
    drawn = plot_corrected(shares(n_coded=8), look("page"), note=NOTE)
    assert marks(drawn, "o")[1] == []
    assert len(marks(drawn, "s")[1]) == 3
    told = " ".join(text.replace("\n", " ") for text, _ in drawn_texts(drawn))
    assert NOTE in told
    assert "Keine Korrektur: 8 von 80 Nennungen sind ein zweites Mal codiert, es braucht 10" in told
