"""Plot of the specification curve: the estimates of a claim, sorted, above their choices."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.figures import layout
from analysis.figures.claim_words import (
    DIGITS,
    claim_message,
    estimate_word,
    missing_line,
    option_word,
    p_value_line,
)
from analysis.figures.look import Look
from analysis.figures.marks import point
from analysis.figures.numbers import tick_format
from analysis.figures.reasons import VERDICT
from analysis.figures.style import INK, QUIET, SMALL_POINTS, style
from analysis.figures.words import word_reason
from analysis.study.design import Claim
from analysis.study.errors import TableError
from analysis.tables.cells import rounded

WANTED = ("claim", "specification", "is_default", "estimate", *VERDICT)
WANTED_CHOICES = ("claim", "choice", "option", "spread")
WANTED_CLAIMS = (
    "claim", "n_specifications", "n_estimable", "lowest", "median", "highest", "share_same_sign",
    "most_moving", "spread", "p_value", "p_floor", *VERDICT,
)  # fmt: skip
#: The sorted specifications fall into at most so many bins of the panel of choices.
MOST_BINS = 48
#: Estimates that are equal but for their last bits are tied.
TIE_DIGITS = 9
CURVE_MM, STRIP_MM = 34.0, 3.5
#: Room between the options of one choice and the next, in rows.
GAP = 0.55
FAILS = "#ececec"
DARKNESS = LinearSegmentedColormap.from_list("darkness", ["#f3f3f3", INK])

Rows = list[tuple[str, str, float]]


@style()
def plot_specifications(
    specifications: pd.DataFrame,
    look: Look,
    *,
    choices: pd.DataFrame,
    claims: pd.DataFrame,
    claim: Claim,
    note: str = "",
) -> Figure:
    """Draw the specification curve of one claim.

    Above, the sorted estimates, where the claim does not hold on grey, a diamond on the
    default. Below, one strip for each option, those that move the estimates most on top: the
    darker, the more of the specifications at that place use it. Tied estimates have no order
    and share their darkness.

    Parameters
    ----------
    specifications : DataFrame
        Of a multiverse; columns claim, specification, one for each choice, is_default,
        estimate (above 0: the claim holds), status, reason_code, reason_values. Rows of other
        claims are left out.
    choices : DataFrame
        How far each choice moves the estimates: claim, choice, option, spread.
    claims : DataFrame
        What the specifications come to; columns as of `claim_message` and p_value, p_floor,
        status, reason_code, reason_values.
    claim : Claim
        The one to draw.
    note : str
        A line under the figure, after those that stand there always.

    Raises
    ------
    TableError
        If a column is missing, the claim has no row or no estimate, a specification stands
        twice, or no choice has two options.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> claim = read_study().claims[0]
    >>> table = pd.DataFrame({"claim": claim.id, "specification": [1, 2], "is_default":
    ...     [True, False], "tier": ["core", "core_near"], "estimate": [0.3, 0.1],
    ...     "status": "ok", "reason_code": "", "reason_values": ""})
    >>> choices = pd.DataFrame({"claim": claim.id, "choice": "tier",
    ...     "option": ["core", "core_near"], "spread": 0.2})
    >>> claims = pd.DataFrame({"claim": [claim.id], "n_specifications": 2, "n_estimable": 2,
    ...     "lowest": 0.1, "median": 0.2, "highest": 0.3, "share_same_sign": 1.0,
    ...     "most_moving": "tier", "spread": 0.2, "p_value": 0.01, "p_floor": 0.01,
    ...     "status": "ok", "reason_code": "", "reason_values": ""})
    >>> drawn = plot_specifications(table, look_of(read_study()), choices=choices,
    ...     claims=claims, claim=claim)
    >>> drawn.axes[1].lines[0].get_ydata().tolist()
    [0.1, 0.3]
    """
    table, effects, summed = (
        _of_claim(given, wanted, claim)
        for given, wanted in (
            (specifications, WANTED),
            (choices, WANTED_CHOICES),
            (claims, WANTED_CLAIMS),
        )
    )
    layout.one_per(table, ["specification"], "plot_specifications")
    rows, row = _rows(effects, table), summed.to_dict("records")[0]
    curve = _sort(table)
    texts = (claim.label.in_language(look.language), claim_message(row, look))
    letters = look.letters(1.04)
    head = [layout.break_name(text, letters) for text in texts]
    said = (p_value_line(row, look), missing_line(table, look), look.word("strips_explained"), note)
    below = layout.join(said)
    drawn, (top, upper, lower) = layout.panels(
        look, [_lines_mm(head), CURVE_MM, STRIP_MM * (rows[-1][2] + 1)],
        extra_mm=13 + _lines_mm([layout.break_name(below, letters)]),
    )  # fmt: skip
    _write_head(top, head)
    _draw_curve(upper, curve, look)
    _name_curve(upper, table, layout.break_name(estimate_word(claim, look), 17), look)
    _draw_strips(lower, curve, rows)
    _name_strips(lower, rows, effects, look)
    lower.set_xlabel(look.word("specifications_sorted").format(look.number(len(curve))))
    return layout.finish(drawn, look, below)


def _of_claim(table: pd.DataFrame, wanted: tuple[str, ...], claim: Claim) -> pd.DataFrame:
    layout.check_columns(table, wanted, "plot_specifications")
    own = table[table["claim"] == claim.id]
    if own.empty:
        known = list(table["claim"].unique())
        wanted_claim = pd.DataFrame({"claim": [claim.id]})
        layout.check_values(wanted_claim, "claim", known, "plot_specifications")
    return own


def _rows(effects: pd.DataFrame, table: pd.DataFrame) -> Rows:
    """Give choice, option and height of each strip, the choices that move most on top."""
    varied = effects[effects.groupby("choice")["option"].transform("nunique") > 1]
    if varied.empty:
        raise TableError(
            "plot_specifications: no choice has two options that can be estimated; there is no "
            "curve to draw. Give [multiverse] in study.toml a second option."
        )
    layout.check_columns(table, list(varied["choice"].unique()), "plot_specifications")
    rows: Rows = []
    order = varied.sort_values("spread", ascending=False, kind="stable", key=rounded)
    for i, (choice, options) in enumerate(order.groupby("choice", sort=False)["option"]):
        rows += [(str(choice), option, len(rows) + j + GAP * i) for j, option in enumerate(options)]
    return rows


def _sort(table: pd.DataFrame) -> pd.DataFrame:
    """Sort what can be estimated; the index is the place on the x axis."""
    good = table[table["status"] == "ok"]
    return good.assign(tie=rounded(good["estimate"])).sort_values(
        ["tie", "specification"], ignore_index=True
    )


def _lines_mm(texts: list[str]) -> float:
    return layout.LINE_MM * sum(text.count("\n") + 1 for text in texts)


def _write_head(axes: Axes, head: list[str]) -> None:
    """Write claim and message over the whole width, not only over the axes."""
    axes.axis("off")
    for text, y, weight in ((head[0], 1.0, "semibold"), (head[1], 0.0, "normal")):
        written = axes.annotate(
            text, (0.01, y), xycoords=("figure fraction", "axes fraction"), weight=weight,
            va="top" if y else "bottom", linespacing=1.1,
        )  # fmt: skip
        written.set_in_layout(False)


def _draw_curve(axes: Axes, curve: pd.DataFrame, look: Look) -> None:
    holds = curve["estimate"] > 10.0**-TIE_DIGITS
    for chosen, face in ((holds, INK), (~holds, "white")):
        mark = point("o", 2.2, INK, face=face, width=0.5)
        axes.plot(curve.index[chosen], curve.loc[chosen, "estimate"], **mark, zorder=4)
    low, high = min(0.0, curve["estimate"].min()), max(0.0, curve["estimate"].max())
    span = high - low or 1.0
    axes.set_ylim(low - 0.17 * span, high + 0.2 * span)
    axes.axhspan(low - span, 0, color=FAILS, linewidth=0, zorder=0)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=2)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(tick_format(look.language))
    axes.grid(visible=False)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    for x, y in curve.loc[curve["is_default"], "estimate"].items():
        axes.plot([x, x], [0, y], color=QUIET, linewidth=0.6, zorder=3)
        axes.plot([x], [y], **point("D", 5, INK, face="white"), zorder=6)


def _name_curve(axes: Axes, table: pd.DataFrame, axis: str, look: Look) -> None:
    """Name the default, the region where the claim fails, and what is estimated."""
    for row in table[table["is_default"]].to_dict("records"):
        at, how = (0.03, 0.94), {"va": "center", "fontsize": SMALL_POINTS}
        axes.plot(*at, **point("D", 4, INK, face="white"), transform=axes.transAxes)
        text = _default_text(row, look)
        layout.write_beside(axes, text, at, (5, 0), xycoords="axes fraction", **how)
    axes.text(
        0.99, 0.02, look.word("claim_fails"), transform=axes.transAxes, ha="right", va="bottom",
        fontsize=SMALL_POINTS, color=QUIET,
    )  # fmt: skip
    axes.set_ylabel(axis, rotation=0, ha="right", va="center")


def _default_text(row: dict[Hashable, Any], look: Look) -> str:
    if row["status"] != "ok":
        why = word_reason(row["reason_code"], row["reason_values"], look.language)
        return f"{look.word('curve_default')}: {why}"
    value = look.number(row["estimate"], digits=DIGITS)
    return f"{look.word('curve_default')}: {value}"


def _draw_strips(axes: Axes, curve: pd.DataFrame, rows: Rows) -> None:
    n_bins = min(MOST_BINS, len(curve))
    edges = np.ceil(np.arange(n_bins + 1) * len(curve) / n_bins) - 0.5
    for choice, option, y in rows:
        begins, darkness = _merge(_darkness(curve, choice, option, n_bins))
        axes.pcolormesh(
            edges[begins], [y - 0.44, y + 0.44], [darkness],
            cmap=DARKNESS, vmin=0, vmax=1, edgecolors="face", linewidth=0.15,
        )  # fmt: skip
        uses = curve["is_default"] & (curve[choice] == option)
        mark = point("D", 3, INK, face="white", width=0.7)
        axes.plot(curve.index[uses], np.full(uses.sum(), y), **mark, zorder=5)


def _darkness(curve: pd.DataFrame, choice: str, option: str, n_bins: int) -> list[float]:
    """Give the share of the specifications in each bin that use an option."""
    uses = (curve[choice] == option).astype(float)
    fair = uses.groupby(curve["tie"]).transform("mean")
    return list(fair.groupby(np.arange(len(curve)) * n_bins // len(curve)).mean())


def _merge(darkness: list[float]) -> tuple[list[int], list[float]]:
    """Give where runs of one darkness begin, and the end; drawn as one, they are as dark."""
    begins = [i for i, now in enumerate(darkness) if i == 0 or now != darkness[i - 1]]
    return [*begins, len(darkness)], [darkness[i] for i in begins]


def _name_strips(axes: Axes, rows: Rows, effects: pd.DataFrame, look: Look) -> None:
    """Name each option at the left; say at the right how far its choice moves the estimates."""
    names = [option_word(choice, option, look) for choice, option, _ in rows]
    axes.set_yticks([y for _, _, y in rows], names)
    for (choice, _, _), name in zip(rows, axes.get_yticklabels(), strict=True):
        name.set_fontweight("semibold" if choice == rows[0][0] else "normal")
    axes.set_ylim(rows[-1][2] + 0.5, -0.5)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    spreads = effects.groupby("choice")["spread"].first()
    strips = pd.DataFrame(rows, columns=["choice", "option", "y"])
    heights = strips.groupby("choice", sort=False)["y"].mean()
    for y, moved in zip(heights, spreads.loc[heights.index], strict=True):
        _write_right(axes, y, look.number(moved, digits=DIGITS), "center")
    _write_right(axes, -0.75, look.word("moves_by"), "bottom")


def _write_right(axes: Axes, y: float, text: str, align: Literal["center", "bottom"]) -> None:
    place = axes.get_yaxis_transform()
    axes.text(1.02, y, text, va=align, transform=place, fontsize=SMALL_POINTS)
