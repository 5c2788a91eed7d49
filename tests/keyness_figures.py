"""Made-up result tables of keyness, collocates and the noise floor, small and large."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from presentation_samples import ALASKA, FRAMES, HELSINKI, NOTE, TERMS

from analysis.figures import plots
from analysis.figures.layout import Look
from analysis.measures.verdicts import OK, VERDICT, judge_interval, judge_p_value, refuse

FEW = judge_interval(3, 2)
NO_P = judge_p_value(0.1)


def keyness(n: int = 120, *, n_labelled: int = 20, estimable: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    names = [*TERMS, *(f"Wort{i:03}" for i in range(len(TERMS), n))][:n]
    table = pd.DataFrame({"term": names, "log_ratio": rng.normal(0, 2, n).round(3)})
    table["evenness"] = rng.beta(2, 1.5, n).round(3)
    table["n_target"], table["n_reference"] = rng.integers(0, 200, n), rng.integers(3, 90, n)
    table["labelled"] = np.arange(n) < n_labelled
    table["low"], table["high"] = np.nan, np.nan
    table[VERDICT] = list(FEW)
    table[list(NO_P.under("p_"))] = list(NO_P)
    if estimable:
        table["low"], table["high"] = table["log_ratio"] - 0.6, table["log_ratio"] + 0.5
        for prefix in ("", "p_"):
            table[list(OK.under(prefix))] = list(OK)
    return table


def noise(n_splits: int = 3, *, estimable: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = [("split", e, e, i, 7 * (i % 3)) for e in (HELSINKI, ALASKA) for i in range(n_splits)]
    rows.append(("groups", ALASKA, HELSINKI, 0, 9))
    names = ["comparison", "target", "reference", "split", "n_keywords_words"]
    table = pd.DataFrame(rows, columns=names)
    if n_splits > 3:
        table["n_keywords_words"] = rng.poisson(6, len(table))
    table["n_documents_target"], table["n_documents_reference"] = 1, 2
    table["n_keywords_documents"] = pd.array([pd.NA] * len(table), dtype="Int64")
    table["p_floor"] = 1 / 3
    table[VERDICT] = list(judge_p_value(1 / 3))
    if estimable:
        table["n_keywords_documents"] = pd.array(rng.poisson(0.1, len(table)), dtype="Int64")
        table["p_floor"], table[VERDICT] = 0.001, list(OK)
    return table


def collocates(n: int = 8, *, estimable: bool = False) -> pd.DataFrame:
    rows = [
        (node, TERMS[(7 * i + 3 * j) % 20], (i + j) % 4, (2 * i + j) % 3, 6.0 - 0.7 * j, 2.0 + i)
        for i, node in enumerate(FRAMES)
        for j in range(n)
    ]
    joint = ["n_joint_target", "n_joint_reference"]
    names = ["node", "collocate", *joint, "association_target", "association_reference"]
    table = pd.DataFrame(rows, columns=names)
    table["difference"] = table["association_target"] - table["association_reference"]
    table["low"], table["high"] = np.nan, np.nan
    table[VERDICT] = list(FEW)
    unseen = (table[joint] == 0).any(axis=1)
    table.loc[unseen, VERDICT] = list(refuse("pair_in_one_group"))
    if estimable:
        table["low"], table["high"] = table["difference"] - 1, table["difference"] + 1
        table[VERDICT] = list(OK)
    return table


EVENTS = {"target": ALASKA, "reference": HELSINKI}

#: Every plot with what five documents give and with what hundreds would.
PLOTS: dict[str, Callable[[Look], Figure]] = {
    "keyness": lambda look: plots.plot_keyness(keyness(), look, **EVENTS, note=NOTE),
    "keyness_intervals": lambda look: plots.plot_keyness(
        keyness(300, estimable=True), look, **EVENTS
    ),
    "keyness_small": lambda look: plots.plot_keyness(keyness(4), look, **EVENTS),
    "noise": lambda look: plots.plot_noise_floor(noise(), look, note=NOTE),
    "noise_estimable": lambda look: plots.plot_noise_floor(noise(200, estimable=True), look),
    "collocates": lambda look: plots.plot_collocates(collocates(), look, **EVENTS, note=NOTE),
    "collocates_intervals": lambda look: plots.plot_collocates(
        collocates(15, estimable=True), look, **EVENTS
    ),
    "collocates_small": lambda look: plots.plot_collocates(collocates(1), look, **EVENTS),
}
