"""The specification curve: points, strips, order of the choices, texts and refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from presentation_samples import look

from analysis.figures.plots import plot_specifications
from analysis.figures.reasons import word_claims
from analysis.figures.style import drawn_texts
from analysis.measures.multiverse import cells_of_test, choice_effects, summarise_claim
from analysis.measures.specifications import CHOICES
from analysis.measures.verdicts import refuse
from analysis.study.design import Claim
from analysis.study.errors import TableError

OPTIONS = {
    "unit": ("mention", "segment"),
    "tier": ("core", "core_near"),
    "weight": ("none", "within", "across"),
    "about": ("all", "event"),
    "quotations": ("in", "out"),
    "headlines": ("in", "out"),
    "pooling": ("pooled", "mean"),
    "stop_words": ("in", "out"),
}
#: How far a second option lowers the estimate; the other choices move nothing.
MOVES = {"quotations": 0.6, "tier": 0.2}
LABEL = {
    "de": "Wahlbeeinflussung: höhere Rate im nördlichen Gipfel",
    "en": "Interference: higher rate at the northern summit",
}
CLAIM = Claim.model_validate(
    {"id": "c", "label": LABEL, "measure": "rate", "frame": "Deal", "higher_in": "helsinki-2018"}
)


def table(n_missing: int = 0) -> pd.DataFrame:
    """All combinations; the claim fails where quotations are left out."""
    settings = [dict(zip(OPTIONS, values, strict=True))
                for values in itertools.product(*OPTIONS.values())]  # fmt: skip
    estimates = [
        0.5 - sum(step for name, step in MOVES.items() if s[name] != OPTIONS[name][0])
        for s in settings
    ]
    full = pd.DataFrame(settings).assign(
        claim="c", specification=range(1, len(settings) + 1), is_default=False,
        estimate=estimates, status="ok", reason_code="", reason_values="",
    )  # fmt: skip
    full.loc[0, "is_default"] = True
    lost = full.index[len(full) - n_missing :]
    full.loc[lost, "estimate"] = np.nan
    full.loc[lost, "status"] = "not_estimable"
    full.loc[lost, "reason_code"] = "nothing_to_relate_to"
    return full


def of_choices(*kept: str) -> pd.DataFrame:
    """All combinations of these choices; the others have their first option."""
    found = table()
    for name in set(OPTIONS) - set(kept):
        found = found[found[name] == OPTIONS[name][0]]
    return found


def draw(given, width="column", language="de", *, note="", p_floor=0.1, without="") -> Figure:
    """Draw the curve; without a least p-value the claim compares no events."""
    test = cells_of_test(0.02, p_floor, 10)
    if not p_floor:
        test |= refuse("no_events_compared")._asdict()
    effects = choice_effects(given)
    claims = pd.DataFrame([summarise_claim(given, effects, test)])
    return plot_specifications(
        given.drop(columns=without, errors="ignore"),
        look(width, language),
        choices=effects,
        claims=claims,
        claim=CLAIM,
        note=note,
    )


def strips(axes: Axes) -> list[np.ndarray]:
    """Return the darkness of each bin; neighbours of one darkness are drawn as one cell."""
    found = []
    for mesh in (mesh for mesh in axes.collections if isinstance(mesh, QuadMesh)):
        edges = mesh.get_coordinates()[0, :, 0]
        n_bins = min(48, round(edges[-1] - edges[0]))
        bins = np.diff(edges) * n_bins / (edges[-1] - edges[0])
        found.append(np.repeat(np.asarray(mesh.get_array()).ravel(), bins.round().astype(int)))
    return found


@pytest.fixture(scope="module")
def curve() -> Figure:
    """The curve of all combinations; not to be changed."""
    return draw(table())


def test_neighbours_of_one_darkness_are_one_cell(curve: Figure) -> None:
    meshes = [mesh for mesh in curve.axes[2].collections if isinstance(mesh, QuadMesh)]
    assert [mesh.get_array().size for mesh in meshes[:4]] == [2, 2, 4, 4]


def test_estimates_are_sorted_and_filled_where_the_claim_holds(curve: Figure) -> None:
    upper = curve.axes[1]
    holds, fails = upper.lines[0], upper.lines[1]
    assert holds.get_ydata() == pytest.approx([0.3] * 96 + [0.5] * 96)
    assert fails.get_ydata() == pytest.approx([-0.3] * 96 + [-0.1] * 96)
    assert fails.get_xdata().max() < holds.get_xdata().min()
    assert (holds.get_markerfacecolor(), fails.get_markerfacecolor()) == ("#222222", "white")
    low, high = upper.get_ylim()
    assert low < -0.3
    assert high > 0.5


def test_the_region_where_it_fails_is_shaded_even_if_nothing_is_there() -> None:
    upper = draw(table()[lambda t: t["quotations"] == "in"]).axes[1]
    assert upper.get_ylim()[0] < 0
    assert [patch.get_y() + patch.get_height() for patch in upper.patches] == [0]


def test_choices_are_ordered_by_what_they_move(curve: Figure) -> None:
    lower = curve.axes[2]
    names = [tick.get_text() for tick in lower.get_yticklabels()]
    assert names[:4] == ["mit Zitaten", "ohne Zitate", "Kernlexeme", "auch nahe Lexeme"]
    assert len(names) == sum(map(len, OPTIONS.values()))
    weights = [tick.get_fontweight() for tick in lower.get_yticklabels()]
    assert weights == ["semibold"] * 2 + ["normal"] * 15
    moved = [text.get_text() for text in lower.texts]
    assert moved[:2] == ["0,60", "0,20"]
    assert set(moved[2:-1]) == {"0,00"}


def test_darkness_is_the_share_that_uses_the_option(curve: Figure) -> None:
    found = strips(curve.axes[2])
    with_quotations, without, core, near = found[:4]
    assert with_quotations.tolist() == [0] * 24 + [1] * 24
    assert (with_quotations + without).tolist() == [1] * 48
    assert core.tolist() == [0] * 12 + [1] * 12 + [0] * 12 + [1] * 12
    assert near.tolist() == (1 - core).tolist()
    # What moves nothing has no order: every place has the same darkness.
    assert all(np.ptp(strip) < 1e-9 for strip in found[4:])
    thirds = [strip for strip in found[4:] if strip[0] == pytest.approx(1 / 3)]
    assert len(thirds) == len(OPTIONS["weight"])
    # Few specifications have a bin each.
    assert [strip.tolist() for strip in strips(draw(of_choices(*MOVES)).axes[2])] == [
        [0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1], [1, 0, 1, 0],
    ]  # fmt: skip


def test_the_default_is_marked_named_and_shows_its_options(curve: Figure) -> None:
    marks = [line for line in curve.axes[1].lines if line.get_marker() == "D"]
    assert [0.5] in [list(line.get_ydata()) for line in marks]
    assert "Voreinstellung: 0,50" in [text.get_text() for text in curve.axes[1].texts]
    rows = [line.get_ydata()[0] for line in curve.axes[2].lines if len(line.get_ydata())]
    assert len(rows) == len(OPTIONS)
    assert rows[:2] == [0, pytest.approx(2.55)]


def told(drawn: Figure) -> str:
    return " ".join(text.replace("\n", " ") for text, _ in drawn_texts(drawn))


def test_the_message_gives_share_range_choice_and_refusal() -> None:
    said = told(draw(table(), language="en", width="page"))
    assert LABEL["en"] in said
    assert "Holds in 192 of 384 specifications (50 %): −0.30 to 0.50, median 0.10." in said
    assert "Moved most by: quotations (0.60)." in said
    assert (
        "No p-value: the smallest p-value that these documents can give is 0.1 (above 0.05)."
        in said
    )
    assert "relative difference of rates" in said
    assert "claim does not hold" in said


def test_refusals() -> None:
    given = table()
    with pytest.raises(TableError, match="plot_specifications: missing column estimate"):
        draw(given, without="estimate")
    with pytest.raises(TableError, match=r"specification .1. stands twice"):
        draw(pd.concat([given, given.iloc[:1]]))
    with pytest.raises(TableError, match=r"no choice has two options.*a second option"):
        draw(of_choices())
    with pytest.raises(TableError, match=r"unknown claim 'c'\. Allowed: d"):
        draw(given.assign(claim="d"))


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_choice_and_option_of_the_design_has_words(language) -> None:
    assert tuple(OPTIONS) == CHOICES
    rows = [(CLAIM.id, choice, option) for choice in OPTIONS for option in OPTIONS[choice]]
    given = pd.DataFrame(rows, columns=["claim", "choice", "option"])
    worded = word_claims(given, [CLAIM], look("column", language))
    assert set(worded["claim"]) == {LABEL[language]}
    assert worded["option"].is_unique
    assert worded["choice"].nunique() == len(CHOICES)


@pytest.mark.parametrize(
    ("p_floor", "said"),
    [
        (0.001, "p = 0,020 (einseitig, Median aller Spezifikationen"),
        (0.001, "kleinstmöglich 0,001"),
        (0.0, "Kein p-Wert: die Behauptung vergleicht keine Ereignisse."),
    ],
)
def test_a_p_value_comes_with_its_floor(p_floor: float, said: str) -> None:
    assert said in told(draw(of_choices(*MOVES), width="page", p_floor=p_floor))


def test_almost_all_is_not_all_and_what_cannot_be_estimated_is_counted() -> None:
    given = table()[lambda t: t["quotations"] == "in"].reset_index(drop=True)
    given.loc[5, "estimate"] = -0.1
    assert "191 von 192 Spezifikationen (99 %)" in told(draw(given, width="page"))
    said = told(draw(table(n_missing=4), width="page"))
    assert "380 Spezifikationen, nach Schätzung geordnet" in said
    assert "Nicht schätzbar: ein Ereignis hat nichts zu vergleichen (4 von 384)." in said
