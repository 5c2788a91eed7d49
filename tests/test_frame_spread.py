"""Dispersion over documents, and the check of length."""

from __future__ import annotations

import numpy as np
import pytest
from framing_samples import FRAMES, some_documents, some_mentions

from analysis.measures.frame_spread import check_length, frame_dispersion
from analysis.measures.frame_voices import net_assertion, polarity_profile
from analysis.measures.framing import frame_rates, frame_shares
from analysis.measures.selection import Selection
from analysis.study.errors import MeasureError
from analysis.tables.features import Features


def test_dispersion_of_the_study(features: Features) -> None:
    table = frame_dispersion(features.mentions, features.documents, FRAMES)
    corpus = table[table["unit"] == "corpus"].set_index("frame")
    assert corpus["n_documents"].to_dict() == {"Erfolg": 5, "Deal": 4, "Einmischung": 2}
    sizes = features.documents.set_index("doc_id")["n_tokens"].sort_index()
    share = np.array([7, 0, 0, 0, 1]) / 8
    dp = np.abs(share - sizes / sizes.sum()).sum() / 2
    assert corpus.loc["Einmischung", "dp"] == pytest.approx(dp)
    assert corpus.loc["Einmischung", "dp_norm"] == pytest.approx(
        dp / (1 - sizes.min() / sizes.sum())
    )


def test_even_and_uneven() -> None:
    documents = some_documents(3)
    mentions = some_mentions({"A": [2] * 6, "B": [6, 0, 0, 0, 0, 0]}, documents)
    table = frame_dispersion(mentions, documents, ["A", "B", "C"])
    corpus = table[table["unit"] == "corpus"].set_index("frame")
    assert corpus.loc["A", ["dp", "dp_egbert"]].tolist() == pytest.approx([0, 1])
    assert corpus.loc["B", ["dp_norm", "dp_egbert"]].tolist() == pytest.approx([1, 0])
    assert corpus.loc["C", "reason_code"] == "frame_absent"
    alone = frame_dispersion(mentions[:0], documents.iloc[[0]], ["A"])
    assert set(alone["reason_code"]) == {"one_document_dispersion"}


@pytest.mark.parametrize("weight", ["none", "within", "across"])
def test_dispersion_follows_the_weight(features: Features, weight: str) -> None:
    selection = Selection(weight=weight)  # type: ignore[arg-type]
    table = frame_dispersion(features.mentions, features.documents, ["Deal"], selection=selection)
    n = table.query("unit == 'corpus'")["n"].iloc[0]
    assert n == (15 if weight == "none" else 14.5)


def test_length_check_of_the_study_is_refused(features: Features) -> None:
    rates = frame_rates(features.mentions, features.documents, FRAMES)
    shares = frame_shares(features.mentions, features.documents, FRAMES)
    net = net_assertion(polarity_profile(features.mentions, features.documents, FRAMES))
    table = check_length({"rate": rates, "share": shares, "net": net}, features.documents)
    assert len(table) == 3 * 3 * 2
    assert set(table["status"]) == {"not_estimable"}
    assert table["correlation"].isna().all()
    by_name = table.groupby("checked")["n_documents"].max().to_dict()
    assert by_name == {"rate": 5, "share": 5, "net": 5}


def test_planted_dependence_on_length_is_found() -> None:
    documents = some_documents(10)
    documents["n_tokens"] = 200 * (1 + np.arange(20))
    mentions = some_mentions({"A": [1] * 20, "B": [int(i) + 1 for i in range(20)]}, documents)
    rates = frame_rates(mentions, documents, ["A", "B"])
    table = check_length({"rate": rates}, documents).set_index(["frame", "coefficient"])
    assert table.loc[("A", "spearman"), "correlation"] == pytest.approx(-1)
    assert table.loc[("A", "pearson"), "high"] < 0
    assert set(table.loc["B", "reason_code"]) == {"value_does_not_vary"}


def test_a_table_without_values_is_refused(features: Features) -> None:
    with pytest.raises(MeasureError, match="table 'x' has no value; wanted one of per_1000, share"):
        check_length({"x": features.mentions[["frame"]]}, features.documents)
