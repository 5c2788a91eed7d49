"""Plot of the specification curve: the estimates of a claim, sorted, above their choices."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.figures import layout
from analysis.figures.layout import Look
from analysis.figures.marks import point
from analysis.figures.reasons import VERDICT, status_line
from analysis.figures.style import INK, QUIET, SMALL_POINTS
from analysis.figures.words import tick_format, word_reason
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

#: How many decimal places the texts of a curve have.
DIGITS = 2

Row = Mapping[Hashable, Any]
#: Choice, option and height of each strip.
Strips = list[tuple[str, str, float]]


@layout.in_style
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
        What the specifications come to; columns claim, n_specifications, n_estimable, lowest,
        median, highest, share_same_sign, most_moving, spread, p_value, p_floor, status,
        reason_code, reason_values.
    claim : Claim
        The one to draw.

    Raises
    ------
    TableError
        Also if the claim has no row, or no choice has two options.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
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
    table = _of_claim(specifications, WANTED, claim)
    effects = _of_claim(choices, WANTED_CHOICES, claim)
    row = _of_claim(claims, WANTED_CLAIMS, claim).to_dict("records")[0]
    layout.check_table(table, WANTED, "plot_specifications", key=["specification"])
    strips, good = _strips(effects, table), table[table["status"] == "ok"]
    # What can be estimated is sorted; the index is the place on the x axis.
    curve = good.assign(tie=rounded(good["estimate"]))
    curve = curve.sort_values(["tie", "specification"], ignore_index=True)
    head = [
        layout.break_note(look, text)
        for text in (claim.label.in_language(look.language), _message(row, look))
    ]
    missing = status_line(table, look, "status_specifications")
    said = (_p_value_line(row, look), missing, look.word("strips_explained"), note)
    drawn, (top, upper, lower) = layout.panels(
        look, [sum(map(layout.lines_mm, head)), CURVE_MM, STRIP_MM * (strips[-1][2] + 1)],
        extra_mm=13 + layout.lines_mm(layout.break_note(look, *said)),
    )  # fmt: skip
    _write_head(top, head)
    _draw_curve(upper, curve, look)
    _name_curve(upper, table, look)
    upper.set_ylabel(_estimate_name(claim, look), rotation=0, ha="right", va="center")
    _draw_strips(lower, curve, strips)
    _name_strips(lower, strips, effects, look)
    lower.set_xlabel(look.word("specifications_sorted").format(look.number(len(curve))))
    return layout.finish(drawn, look, *said)


def _of_claim(table: pd.DataFrame, wanted: tuple[str, ...], claim: Claim) -> pd.DataFrame:
    layout.check_table(table, wanted, "plot_specifications")
    own = table[table["claim"] == claim.id]
    if own.empty:
        one = pd.DataFrame({"claim": [claim.id]})
        layout.check_table(one, [], "plot_specifications", codes={"claim": table["claim"].unique()})
    return own


def _message(row: Row, look: Look) -> str:
    """Say in how many specifications a claim holds, from where to where, and what moves it."""
    share, n = row["share_same_sign"], row["n_estimable"]
    counts = (round(share * n), n, math.floor(share * 100 + 1e-9))
    levels = [row[name] for name in ("lowest", "highest", "median")]
    said = look.word("claim_holds").format(
        *(look.number(count) for count in counts),
        *(look.number(level, digits=DIGITS) for level in levels),
    )
    if math.isnan(row["spread"]) or not row["most_moving"]:
        return said
    moving = look.word(f"choice_{row['most_moving']}")
    told = look.word("moved_most").format(moving, look.number(row["spread"], digits=DIGITS))
    return f"{said} {told}"


def _p_value_line(row: Row, look: Look) -> str:
    """Return the p-value of a claim over all specifications, or say why there is none."""
    if row["status"] != "ok":
        return f"{look.word('status_one_p_value')} {_why(row, look)}."
    numbers = (look.number(row[name], digits=3) for name in ("p_value", "p_floor"))
    return look.word("p_of_median").format(*numbers)


def _why(row: Row, look: Look) -> str:
    return word_reason(row["reason_code"], row["reason_values"], look.language)


def _estimate_name(claim: Claim, look: Look) -> str:
    """Say what the estimates are: a difference, or the distance from a value."""
    if claim.higher_in:
        name = look.word(f"difference_{claim.measure}")
    else:
        name = look.word(f"distance_{claim.measure}").format(look.number(claim.against))
    return layout.break_name(name, 17)


def _strips(effects: pd.DataFrame, table: pd.DataFrame) -> Strips:
    """Return choice, option and height of each strip, the choices that move most on top."""
    varied = effects[effects.groupby("choice")["option"].transform("nunique") > 1]
    if varied.empty:
        raise TableError(
            "plot_specifications: no choice has two options that can be estimated; there is no "
            "curve to draw. Give [multiverse] in study.toml a second option."
        )
    layout.check_table(table, varied["choice"].unique(), "plot_specifications")
    order = varied.sort_values("spread", ascending=False, kind="stable", key=rounded)
    blocks = order.groupby("choice", sort=False).ngroup()
    heights = [j + GAP * block for j, block in enumerate(blocks.sort_values(kind="stable"))]
    order = order.assign(block=blocks).sort_values("block", kind="stable")
    return list(zip(order["choice"], order["option"], heights, strict=True))


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


def _name_curve(axes: Axes, table: pd.DataFrame, look: Look) -> None:
    """Name the default, and the region where the claim fails."""
    for row in table[table["is_default"]].to_dict("records"):
        at, how = (0.03, 0.94), {"va": "center", "fontsize": SMALL_POINTS}
        axes.plot(*at, **point("D", 4, INK, face="white"), transform=axes.transAxes)
        fine = row["status"] == "ok"
        value = look.number(row["estimate"], digits=DIGITS) if fine else _why(row, look)
        text = f"{look.word('curve_default')}: {value}"
        layout.write_beside(axes, text, at, (5, 0), xycoords="axes fraction", **how)
    axes.text(
        0.99, 0.02, look.word("claim_fails"), transform=axes.transAxes, ha="right", va="bottom",
        fontsize=SMALL_POINTS, color=QUIET,
    )  # fmt: skip


def _draw_strips(axes: Axes, curve: pd.DataFrame, strips: Strips) -> None:
    n_bins = min(MOST_BINS, len(curve))
    edges = np.ceil(np.arange(n_bins + 1) * len(curve) / n_bins) - 0.5
    for choice, option, y in strips:
        darkness = _darkness(curve, choice, option, n_bins)
        # Runs of one darkness are drawn as one cell.
        begins = np.flatnonzero(np.diff(darkness, prepend=-1.0))
        axes.pcolormesh(
            edges[[*begins, n_bins]], [y - 0.44, y + 0.44], [darkness[begins]],
            cmap=DARKNESS, vmin=0, vmax=1, edgecolors="face", linewidth=0.15,
        )  # fmt: skip
        uses = curve["is_default"] & (curve[choice] == option)
        mark = point("D", 3, INK, face="white", width=0.7)
        axes.plot(curve.index[uses], np.full(uses.sum(), y), **mark, zorder=5)


def _darkness(
    curve: pd.DataFrame, choice: str, option: str, n_bins: int
) -> npt.NDArray[np.float64]:
    """Return the share of the specifications in each bin that use an option."""
    uses = (curve[choice] == option).astype(float)
    fair = uses.groupby(curve["tie"]).transform("mean")
    return fair.groupby(np.arange(len(curve)) * n_bins // len(curve)).mean().to_numpy()


def _name_strips(axes: Axes, strips: Strips, effects: pd.DataFrame, look: Look) -> None:
    """Name each option at the left; say at the right how far its choice moves the estimates."""
    names = [look.word(f"option_{choice}_{option}") for choice, option, _ in strips]
    axes.set_yticks([y for _, _, y in strips], names)
    for (choice, _, _), name in zip(strips, axes.get_yticklabels(), strict=True):
        name.set_fontweight("semibold" if choice == strips[0][0] else "normal")
    axes.set_ylim(strips[-1][2] + 0.5, -0.5)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    spreads = effects.groupby("choice")["spread"].first()
    table = pd.DataFrame(strips, columns=["choice", "option", "y"])
    heights = table.groupby("choice", sort=False)["y"].mean()
    for moved, y in zip(spreads.loc[heights.index], heights, strict=True):
        layout.write_right(axes, y, look.number(moved, digits=DIGITS), x=1.02)
    layout.write_right(axes, -0.75, look.word("moves_by"), x=1.02, align="bottom")
