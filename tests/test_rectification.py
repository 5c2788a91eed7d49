"""Prediction-powered shares: the check value, equivalences, coverage."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.coding.rectification import Coded, most_unseen, rectify, simple_sample
from analysis.study.errors import MeasureError


def stratified(f: np.ndarray, y: np.ndarray, strata: np.ndarray, drawn: np.ndarray) -> Coded:
    size = np.bincount(strata)[strata].astype(float)
    n = np.bincount(strata[drawn], minlength=strata.max() + 1)[strata].astype(float)
    return Coded(f[drawn], y[drawn], strata[drawn], size[drawn], n[drawn])


def test_the_check_value() -> None:
    """60 of 100 positive by rule; of 20 coded 8 are positive, 10 by rule: .50, SE .0831."""
    coded = simple_sample([1] * 10 + [0] * 10, [1] * 8 + [0] * 12, 100)
    found = rectify([1] * 60 + [0] * 40, coded)
    assert found.share == pytest.approx(0.5)
    assert found.se == pytest.approx(np.sqrt(0.24 / 100 + 0.09 / 20))
    assert round(found.se, 4) == 0.0831
    assert (found.low, found.high) == pytest.approx(
        (0.5 - 2.093024 * found.se, 0.5 + 2.093024 * found.se)
    )


def test_the_finite_population_by_hand() -> None:
    """Only the coding is a sample: (1 - 20/100) of the variance of Y - f with divisor n - 1."""
    coded = simple_sample([1] * 10 + [0] * 10, [1] * 8 + [0] * 12, 100)
    found = rectify([1] * 60 + [0] * 40, coded, population="finite")
    assert found.share == pytest.approx(0.5)
    assert found.se == pytest.approx(np.sqrt(0.8 * (20 * 0.09 / 19) / 20))


def test_strata_drawn_alike_give_the_share_of_a_simple_sample() -> None:
    rng = np.random.default_rng(1)
    f, y = rng.integers(0, 2, (2, 60)).astype(float)
    strata = np.repeat([0, 1, 2], 20)
    drawn = np.tile([True] * 8 + [False] * 12, 3)
    coded = stratified(f, y, strata, drawn)
    simple = simple_sample(f[drawn], y[drawn], 60)
    assert rectify(f, coded).share == pytest.approx(rectify(f, simple).share)
    one = stratified(f, y, np.zeros(60, dtype=int), drawn)
    for population in ("finite", "superpopulation"):
        assert rectify(f, one, population=population) == rectify(f, simple, population=population)


def test_unequal_probabilities_by_hand() -> None:
    """Weights 4 and 1: (4 * (1 + 0) + 1 * (-1 + 0)) / 10 = .3 is added to the raw .5."""
    coded = Coded(
        automatic=np.array([0.0, 1, 1, 0]),
        second=np.array([1.0, 1, 0, 0]),
        stratum=np.array([0, 0, 1, 1]),
        n_stratum=np.array([8.0, 8, 2, 2]),
        n_drawn=np.array([2.0, 2, 2, 2]),
    )
    found = rectify([1] * 5 + [0] * 5, coded, population="finite")
    assert found.share == pytest.approx(0.8)
    # stratum 0: .4 * (.7, -.3) about their mean .08; two of eight drawn. stratum 1: all drawn.
    assert found.se == pytest.approx(np.sqrt((1 - 2 / 8) * 2 / 1 * (0.2**2 + 0.2**2)))


def test_all_coded_is_a_census() -> None:
    found = rectify([1, 0, 1], simple_sample([1, 0, 1], [1, 1, 1], 3), population="finite")
    assert found == (1.0, 0.0, 1.0, 1.0, "census")


def test_no_disagreement_leaves_what_could_be_overlooked() -> None:
    """10 of 20: of 3 wrong ones none is drawn with .105, of 4 with .043; so at most 3 of 20."""
    sample = simple_sample([1] * 10, [1] * 10, 20)
    assert most_unseen(sample, 0.05) == 3 / 20
    assert most_unseen(sample, 0.05, endless=True) == pytest.approx(1 - 0.05**0.1, abs=2e-5)
    found = rectify([1] * 20, sample, population="finite")
    assert (found.share, found.low, found.high) == pytest.approx((1.0, 0.85, 1.0))
    assert found.interval == "exact"
    wider = rectify([1] * 20, sample)
    assert wider.low == pytest.approx(0.05**0.1, abs=2e-5)


def test_strata_share_what_could_be_overlooked() -> None:
    """What is drawn thinly hides more: 1 of 10 drawn there, 9 of 10 here."""
    coded = Coded(
        *(np.ones(10), np.ones(10), np.array([0] + [1] * 9)),
        *(np.full(10, 10.0), np.array([1.0] + [9.0] * 9)),
    )
    assert most_unseen(coded, 0.05) == 9 / 20


def test_swapping_the_label_mirrors_the_share() -> None:
    rng = np.random.default_rng(5)
    f, y = rng.integers(0, 2, (2, 40)).astype(float)
    for population in ("finite", "superpopulation"):
        one = rectify(f, simple_sample(f[:15], y[:15], 40), population=population)
        other = rectify(1 - f, simple_sample(1 - f[:15], 1 - y[:15], 40), population=population)
        assert one.share == pytest.approx(1 - other.share)
        assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


@pytest.mark.parametrize("n_each", [(40, 40), (60, 20)])
def test_coverage_of_the_finite_population(n_each: tuple[int, int]) -> None:
    """Strata of 300 and 100, 15 % wrong by rule: the truth is covered about 95 % of the time."""
    rng = np.random.default_rng(11)
    strata = np.repeat([0, 1], [300, 100])
    y = (rng.random(400) < np.where(strata == 0, 0.6, 0.2)).astype(float)
    f = np.where(rng.random(400) < 0.15, 1 - y, y)
    covered, shares = 0, []
    for _ in range(400):
        ids = [rng.choice(np.flatnonzero(strata == h), n_each[h], replace=False) for h in (0, 1)]
        drawn = np.isin(np.arange(400), np.concatenate(ids))
        found = rectify(f, stratified(f, y, strata, drawn), population="finite")
        covered += found.low <= y.mean() <= found.high
        shares.append(found.share)
    assert 0.92 <= covered / 400 <= 0.98
    assert np.mean(shares) == pytest.approx(y.mean(), abs=4 * np.std(shares) / 20)


@pytest.mark.parametrize(("is_among", "least", "most"), [(False, 0.92, 0.98), (True, 0.96, 1.0)])
def test_coverage_of_the_superpopulation(is_among: bool, least: float, most: float) -> None:
    """The formula is for coded mentions apart from the others; among them it errs to safety."""
    rng = np.random.default_rng(12)
    covered = 0
    for _ in range(400):
        y = (rng.random(260) < 0.3).astype(float)
        f = np.where(rng.random(260) < 0.2, 1 - y, y)
        all_ = f[:200] if is_among else f[60:]
        found = rectify(all_, simple_sample(f[:60], y[:60], 200))
        covered += found.low <= 0.3 <= found.high
    assert least <= covered / 400 <= most


def test_wrong_arguments() -> None:
    sample = simple_sample([1], [1], 2)
    with pytest.raises(MeasureError, match=r"unknown population 'all'. Allowed: finite, superpop"):
        rectify([1, 0], sample, population="all")
    with pytest.raises(MeasureError, match="wanted 1 to 2 coded mentions, came 0"):
        rectify([1, 0], simple_sample([], [], 2))
