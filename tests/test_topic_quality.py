"""Coherence and exclusivity give the published values, and know good topics from bad ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse
from topic_samples import planted, structureless

from analysis.measures.topic_quality import (
    document_counts,
    frex_exclusivity,
    npmi_coherence,
    topic_quality,
    u_mass,
)
from analysis.measures.topics import fit_topics
from analysis.study.errors import MeasureError

#: Five documents: w1 w2 | w1 w2 w3 | w1 | w1 w2 | w3.
DOCUMENTS = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 1], [1, 0, 0], [1, 1, 0], [0, 0, 1]]))


def test_u_mass_of_the_five_documents() -> None:
    """It divides by the term that ranks higher, not by the first in the vocabulary."""
    single, joint = document_counts(DOCUMENTS, np.array([0, 1, 2]))
    assert single.tolist() == [4, 3, 2]
    assert u_mass(single, joint) == pytest.approx(-1.098612, abs=5e-7)
    assert u_mass(single, joint, smoothing=0.01) == pytest.approx(-2.749360, abs=5e-7)
    for order, ratio in (([2, 0], 2 / 2), ([0, 2], 2 / 4)):
        of_two = document_counts(DOCUMENTS, np.array(order))
        assert u_mass(*of_two) == pytest.approx(math.log(ratio))
    with pytest.raises(MeasureError, match="wanted a smoothing above 0, and terms that occur"):
        u_mass([1, 0], [[1, 0], [0, 0]])
    with pytest.raises(MeasureError, match="wanted a smoothing above 0"):
        u_mass([1, 1], [[1, 1], [1, 1]], smoothing=0)


def test_npmi_at_its_ends_and_in_the_middle() -> None:
    assert npmi_coherence([20, 30], [[20, 15], [15, 30]], 100) == pytest.approx(0.4830, abs=5e-5)
    assert npmi_coherence([10, 10], [[10, 10], [10, 10]], 100) == pytest.approx(1)
    assert npmi_coherence([10, 10], [[10, 1], [1, 10]], 100) == pytest.approx(0)
    assert npmi_coherence([10, 10], [[10, 0], [0, 10]], 100) == -1
    assert npmi_coherence([4, 4], [[4, 4], [4, 4]], 4) == 1
    assert math.isnan(npmi_coherence([3], [[3]], 10))


def test_frex_gives_the_value_of_stm() -> None:
    topics = [[0.5, 0.3, 0.15, 0.05], [0.1, 0.2, 0.3, 0.4]]
    assert frex_exclusivity(topics, n_terms=2).tolist() == [1.75, 1.75]


def test_planted_topics_are_coherent_and_chance_ones_are_not() -> None:
    counts = planted(4, 8, noise=0.2)
    right = topic_quality(fit_topics(counts, n_topics=4, seed=1))
    wrong = topic_quality(fit_topics(structureless(), n_topics=4, seed=1))
    assert right["npmi"].min() > 0.4
    assert wrong["npmi"].max() < 0.2
    assert right["exclusivity"].between(0.9, 1).all()
    assert right["n_segments"].unique().tolist() == [96]
    assert right["topic"].tolist() == [1, 2, 3, 4]
