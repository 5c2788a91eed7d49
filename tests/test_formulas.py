"""Formulas of keyness, held to published numbers (design/measures: sections 1 to 3)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from keyness_samples import GOLD, near
from numpy.testing import assert_allclose
from scipy import sparse

from analysis.measures import formulas, keyness
from analysis.measures.cells import check_cells
from analysis.study.errors import MeasureError

HAND = (540, 7525, 116000, 5451382)
FIGHT = ([10, 20, 70], [30, 20, 150], 100, 200)
CELLS = pd.read_csv(GOLD / "keyness_cells.csv", dtype=str)


@pytest.mark.parametrize("row", CELLS.to_dict("records"), ids=lambda r: r["n_target"])
def test_log_likelihood_of_single_tables(row):
    names = ("n_target", "n_reference", "size_target", "size_reference")
    cells = [float(row[name]) for name in names]
    near(formulas.g2_four_cell(*cells), row["four_cell"])


def test_single_values_of_manning_and_schuetze_and_of_pedersen():
    assert int(formulas.g2_four_cell(150, 782, 12593, 14295075)) == 1291
    near(formulas.fisher_p(1, 3, 4, 4), ".486")
    near(formulas.p_of_chi2(0.5), ".48")


def test_panel_of_ucrel():
    e_target, e_reference = check_cells(*HAND).expected
    near(e_target, "168.0395")
    near(e_reference, "7896.9605")
    near(formulas.percent_difference(*HAND), "237.2375")
    near(formulas.log_ratio(*HAND), "1.753765")
    near(formulas.odds_ratio(*HAND), "3.383471")


def test_two_documents_of_quanteda_against_r():
    cells = (3, 7, 10, 9)
    for statistic, value, p in (
        (formulas.chi2(*cells), "4.337160494", "0.0372891"),
        (formulas.g2_four_cell(*cells), "4.534939332", "0.0332096"),
    ):
        near(statistic, value)
        near(formulas.p_of_chi2(statistic), p)
    near(formulas.fisher_p(*cells), "0.06977851869")
    near(formulas.chi2(3, 10, 10, 15), "3.231837607")


@pytest.mark.parametrize(
    ("term", "a", "b", "value"),
    [
        ("we", 1048, 779, "764.4484"),
        (".", 2014, 3141, "300.1887"),
        ("us", 289, 216, "207.5181"),
        ("the", 2089, 8094, "331.9907"),
    ],
)
def test_inaugural_speeches_of_quanteda(term, a, b, value):
    """The sizes, not printed, are those that give all four: two unknowns, four numbers."""
    near(formulas.chi2(a, b, 43002, 108539), value)


def test_p_value_does_not_underflow():
    assert 0 < formulas.p_of_chi2(1000) < 1e-200
    assert f"{formulas.p_of_chi2(534.64):.1e}" == "2.8e-118"


def test_ranks_of_kilgarriff():
    """The target's ranks add up to 31, so that U is 16 of 25 pairs."""
    values = sparse.csr_array(np.array([[12, 15, 18, 24, 88, 3, 3, 13, 27, 33]]).T)
    side = np.arange(10) < 5
    assert_allclose(keyness.rank_biserial(values, np.full(10, 100), side), 2 * (31 - 15) / 25 - 1)


def test_effect_sizes_of_the_literature():
    near(formulas.log_ratio(1189, 968, 168329, 19552238), "7.156576")
    near(formulas.lrc(7, 2, 1000, 1000), "0")
    near(formulas.percent_difference(206523, 178174, 959641, 1562358), "88.7")
    near(formulas.odds_ratio(16217, 735, 2796938, 2087946), "16.6")


@pytest.mark.parametrize(
    ("a", "b", "value"),
    [(13, 0, "7.297356"), (533, 51849, "1.270835"), (213, 6018, "2.859552"), (2, 1, "0")],
)
def test_conservative_log_ratio_of_single_lemmas(a, b, value):
    near(formulas.lrc(a, b, 1177, 341805, n_tests=20109), value)


@pytest.mark.parametrize(
    ("file", "n_rows", "cells", "columns"),
    [
        (
            "mrsa-keyness-gold.tsv", 702, lambda gold: (gold["f1"], gold["f2"], 1177, 341805),
            {"G2": formulas.g2_four_cell, "LRC": partial(formulas.lrc, n_tests=20109)},
        ),
        (
            "cqpweb-bundesregierung-log-ratio-gold.tsv", 599,
            lambda gold: (gold["f"], gold["f2"] - gold["f"], gold["f1"], gold["N"] - gold["f1"]),
            {"lr": formulas.log_ratio, "lrc": partial(formulas.lrc, n_tests=599)},
        ),
    ],
    ids=["lemmas of Evert", "collocates of Bundesregierung"],
)  # fmt: skip
def test_whole_tables_of_other_programs(file, n_rows, cells, columns):
    gold = pd.read_csv(GOLD / file, sep="\t")
    assert len(gold) == n_rows
    for column, formula in columns.items():
        found = formula(*cells(gold))
        assert_allclose(found, gold[column], rtol=1e-11, atol=1e-11, err_msg=column)


def test_weighted_log_odds():
    delta, zeta = formulas.weighted_log_odds(*FIGHT)
    assert_allclose(delta, [-0.462062, 0.810791, -0.251505], atol=6e-7)
    assert_allclose(zeta, [-1.265936, 2.564588, -1.737622], atol=6e-7)
    four = formulas.weighted_log_odds(*FIGHT, variance="four_term")[1]
    assert_allclose(four, [-1.192194, 2.360286, -0.922973], atol=6e-7)
    prior = formulas.informative_prior(*FIGHT[:2], strength=10)
    informed = formulas.weighted_log_odds(*FIGHT, prior=prior)[1]
    assert_allclose(informed, [-1.220793, 2.466139, -1.674958], atol=6e-7)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ((-1, 2, 10, 10), "n_target must be counts of 0 or more; came -1.0"),
        ((1, np.nan, 10, 10), "n_reference must be counts of 0 or more; came nan"),
        ((0, 2, 0, 10), "the target has no tokens"),
        ((1, 0, 10, 0), "the reference has no tokens"),
        ((11, 2, 10, 10), "a term is more frequent than the target has tokens"),
    ],
)
def test_bad_cells(cells, message):
    with pytest.raises(MeasureError, match=message):
        formulas.g2_four_cell(*cells)


@pytest.mark.parametrize(
    ("formula", "arguments", "message"),
    [
        ("fisher_p", {"cells": (1.5, 3, 4, 4)}, "fisher_p: wanted whole numbers"),
        ("lrc", {"cells": HAND, "alpha": 1.5}, "wanted alpha between 0 and 1"),
        (
            "weighted_log_odds", {"cells": FIGHT, "variance": "two"},
            r"unknown variance 'two'\. Allowed: four_term, two_term",
        ),
        ("weighted_log_odds", {"cells": FIGHT, "prior": 0}, "wanted a prior above 0"),
    ],
)  # fmt: skip
def test_bad_parameters(formula, arguments, message):
    how = {name: value for name, value in arguments.items() if name != "cells"}
    with pytest.raises(MeasureError, match=message):
        getattr(formulas, formula)(*arguments["cells"], **how)


def test_arrays_and_single_numbers_agree():
    a, b = np.array([540, 5, 0]), np.array([7525, 0, 3])
    together = formulas.g2_four_cell(a, b, 116000, 5451382)
    single = [formulas.g2_four_cell(x, y, 116000, 5451382) for x, y in zip(a, b, strict=True)]
    assert_allclose(together, single)
    assert np.isfinite(together).all()


def test_term_everywhere_or_nowhere_is_not_key():
    for test in (formulas.g2_four_cell, formulas.chi2):
        assert_allclose(test([0, 10], [0, 20], 10, 20), [0, 0], atol=1e-12)
