"""Lexical diversity: counted by hand, against a second program, and by what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.annotation.rows import FULL_FACTOR, mattr, mtld

WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=80)


def slow_mattr(words: list[str], window: int) -> float:
    stretches = [words[i : i + window] for i in range(len(words) - window + 1)]
    return float(np.mean([len(set(stretch)) / window for stretch in stretches]))


def slow_factors(words: list[str], threshold: float) -> float:
    """Cut off the shortest beginning whose ratio is below the threshold, and go on."""
    for end in range(1, len(words) + 1):
        if len(set(words[:end])) / end < threshold:
            return 1 + slow_factors(words[end:], threshold)
    return (1 - len(set(words)) / len(words)) / (1 - threshold) if words else 0.0


def test_mattr_by_hand() -> None:
    """Windows ab, bb, ba, ac: 2, 1, 2, 2 types."""
    assert mattr(["a", "b", "b", "a", "c"], window=2) == pytest.approx(7 / 8)
    assert mattr(["a", "b", "b", "a", "c"], window=5) == pytest.approx(3 / 5)


def test_mtld_by_hand() -> None:
    """Threshold .72. Forwards ``aba`` and ``cdd`` fall to .667 each: 2 factors.

    Backwards ``dd`` falls to .5; ``caba`` ends at .75, (1 - .75) / (1 - .72) of a factor.
    """
    assert mtld(["a", "b", "a", "c", "d", "d"]) == pytest.approx(
        (6 / 2 + 6 / (1 + 0.25 / 0.28)) / 2
    )


def test_a_last_stretch_counts_by_how_far_it_came() -> None:
    """``abca`` is at .75: (1 - .75) / (1 - .72) of a factor, either way."""
    assert mtld(["a", "b", "c", "a"]) == pytest.approx(4 / (0.25 / 0.28))


def test_the_threshold_itself_is_not_below_it() -> None:
    """18 types in 25 words are .72: the factor is full with the next repeat."""
    words = [str(i) for i in range(18)] + ["0"] * 7
    forwards = 25 / 1.0
    backwards = 25 / slow_factors(words[::-1], FULL_FACTOR)
    assert mtld(words) == pytest.approx((forwards + backwards) / 2)


def test_too_short_or_never_repeating_texts_have_no_value() -> None:
    assert mattr(["a"] * 49) is None
    assert mattr(["a"] * 50) == pytest.approx(1 / 50)
    assert mtld(["a", "b", "c", "d"]) is None
    assert mtld([]) is None


@given(WORDS, st.integers(1, 10))
def test_mattr_is_that_of_a_second_program(words: list[str], window: int) -> None:
    if window > len(words):
        assert mattr(words, window) is None
    else:
        assert mattr(words, window) == pytest.approx(slow_mattr(words, window))


@given(WORDS, st.sampled_from([0.5, 0.72, 0.9]))
def test_mtld_is_that_of_a_second_program(words: list[str], threshold: float) -> None:
    factors = [slow_factors(order, threshold) for order in (words, words[::-1])]
    if min(factors) == 0:
        assert mtld(words, threshold) is None
    else:
        expected = np.mean([len(words) / each for each in factors])
        assert mtld(words, threshold) == pytest.approx(expected)


@given(WORDS)
def test_reading_backwards_and_renaming_change_nothing(words: list[str]) -> None:
    renamed = [word * 2 for word in words]
    assert mattr(words, 2) == pytest.approx(mattr(words[::-1], 2)) == mattr(renamed, 2)
    forwards, backwards = mtld(words), mtld(words[::-1])
    assert forwards == mtld(renamed)
    assert (forwards is None) == (backwards is None)
    assert forwards is None or forwards == pytest.approx(backwards)


def test_length_does_not_matter_for_a_text_of_one_vocabulary() -> None:
    """Ten times as many words, drawn alike: type-token ratio falls by far, neither of ours."""
    rng = np.random.default_rng(3)
    words = [str(i) for i in rng.zipf(1.4, 20_000) % 3000]
    for measure in (mattr, mtld):
        short, long = measure(words[:2000]), measure(words)
        assert short is not None
        assert long == pytest.approx(short, rel=0.1)
    assert len(set(words)) / 20_000 < 0.5 * len(set(words[:2000])) / 2000
