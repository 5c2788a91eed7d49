import ast
import re

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from presentation_samples import look
from scipy import sparse

from analysis.figures.reasons import status_line, word_reason, word_reasons
from analysis.measures.counts import Recipe, TermCounts
from analysis.measures.intervals import RESTS_ON
from analysis.measures.rates import rate_intervals
from analysis.measures.verdicts import (
    judge_correlation,
    judge_edge,
    judge_effect,
    judge_interval,
    judge_own_voice,
    judge_p_value,
    judge_share,
)
from analysis.study.errors import TableError

#: Modules whose reasons come into the plots.
MODULES = (
    "collocation_difference",
    "dispersion",
    "document_values",
    "frame_comparison",
    "frame_spread",
    "inference",
    "intervals",
    "multiverse",
    "noise_floor",
    "permutation",
    "resampling",
)


def literal_reasons() -> list[str]:
    """Give every reason written in a call of `refuse`, its blanks filled."""
    found = []
    for module in MODULES:
        tree = ast.parse((ROOT / "analysis" / "measures" / f"{module}.py").read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            if isinstance(call.func, ast.Name) and call.func.id == "refuse":
                for part in ast.walk(call.args[0]):
                    if isinstance(part, ast.JoinedStr):
                        found.append(
                            "".join(
                                v.value if isinstance(v, ast.Constant) else "target"
                                for v in part.values
                            )
                        )
                        break
                    if isinstance(part, ast.Constant):
                        found.append(part.value)
    rare = "the term is in too few documents: even all on one side would not give p <= .05"
    return [*found, rare]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_of_the_measures_has_words(language):
    reasons = literal_reasons()
    assert len(reasons) >= 10
    worded = [word_reason(reason, look("column", language)) for reason in reasons]
    assert all(worded)
    assert not [text for text in worded if re.search(r"\{\d\}", text)]


def test_numbers_of_a_reason_are_written_as_the_language_does():
    reason = judge_p_value(0.1).reason
    assert "ist 0,1 (über 0,05)" in word_reason(reason, look())
    assert "is 0.1 (above 0.05)" in word_reason(reason, look("column", "en"))
    assert word_reason(judge_p_value(1 / 3).reason, look()).count("0,333") == 1


def test_different_reasons_are_counted():
    reasons = [judge_interval(3, 2).reason, "", "the term does not occur"]
    table = pd.DataFrame({"status": ["not_estimable", "ok", "not_estimable"], "reason": reasons})
    assert status_line(table, look(), "status_interval") == (
        "Keine Intervalle: ein Bootstrap braucht 20 Dokumente je Gruppe, hier sind es 3 und 2"
        " (1 von 3); der Term kommt nicht vor (1 von 3)."
    )


def test_nothing_missing_says_nothing():
    table = pd.DataFrame({"p_status": ["ok"], "p_reason": [""]})
    assert status_line(table, look(), "status_p_value", prefix="p_") == ""


def test_table_of_a_paper_has_words_and_the_result_table_stays():
    table = pd.DataFrame({"p_status": ["not_estimable", "ok"],
                          "p_reason": [judge_p_value(0.1).reason, ""]})  # fmt: skip
    worded = word_reasons(table, look(), prefixes=["p_"])
    assert worded["p_status"].tolist() == ["nicht schätzbar", "geschätzt"]
    assert worded["p_reason"].iloc[1] == ""
    assert table["p_status"].tolist() == ["not_estimable", "ok"]


def test_unknown_reason_is_an_error():
    with pytest.raises(TableError, match="no words for the reason 'rain'; add it to REASONS"):
        word_reason("rain", look())


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_refusal_and_interval_of_frames_has_words(language):
    rows = pd.DataFrame({"event": ["a", "b"], "outlet": ["x", "y"], "kind": ["p", "q"]})
    verdicts = [
        judge_correlation(5),
        judge_edge(2),
        judge_own_voice(4, 15),
        judge_share(0, with_interval=True),
        judge_share(3.5, with_interval=False),
        judge_effect(rows, "event"),
        judge_effect(rows.assign(kind="p"), "event"),
        judge_effect(rows.assign(outlet="x"), "event"),
    ]
    reasons = [*(verdict.reason for verdict in verdicts), *RESTS_ON.values()]
    worded = [word_reason(reason, look("page", language)) for reason in reasons]
    assert len(set(worded)) == len(reasons)
    assert ("3,5" if language == "de" else "3.5") in " ".join(worded)


def test_what_an_interval_rests_on_is_worded_too():
    table = pd.DataFrame({"status": ["ok"], "reason": [""], "rests_on": [RESTS_ON["welch"]]})
    assert word_reasons(table, look())["rests_on"].tolist() == ["Welch, Dokumente als Einheiten"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_reasons_of_rates_have_words(language):
    rows = pd.DataFrame({"doc_id": [f"d{i}" for i in range(20)], "group": "g"})
    matrix, sizes = sparse.csr_array(np.ones((20, 1), dtype=int)), np.full(20, 100)
    counts = TermCounts(matrix, rows, pd.Index(["Deal"]), sizes, Recipe())
    few = counts.select(np.arange(20) < 3)
    reasons = {rate_intervals(each, "documents")["reason"].iloc[0] for each in (counts, few)}
    assert len({word_reason(reason, look("page", language)) for reason in reasons}) == 2


def test_unknown_outlets_are_not_called_different():
    rows = pd.DataFrame({"event": ["a", "b"], "outlet": ["", ""], "kind": "p"})
    said = [
        word_reason(judge_effect(rows, "event").reason, look("page", lang)) for lang in ("de", "en")
    ]
    assert said[0].startswith("von keinem Medium ist bekannt")
    assert said[1] == "no outlet is known to cover both events"
