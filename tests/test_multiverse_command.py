"""``gipfel multiverse``: what it shows, writes and refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from commands import call, fault
from conftest import ROOT

from analysis.cli import console
from analysis.cli.app import complete_claim, show_claims
from analysis.study.design import choose_claims
from analysis.study.errors import StudyError
from analysis.study.paths import ROOT_VARIABLE, Layout
from analysis.study.study import read_study


@pytest.fixture(autouse=True)
def in_the_study(toy_layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(toy_layout.root))
    monkeypatch.setattr(console.out, "_width", 100)


def test_all_claims(toy_layout: Layout) -> None:
    result = call("multiverse")
    assert result.exit_code == 0, result.output
    for claim in ("success-north", "deal-south", "deal-not-asserted"):
        assert claim in result.output
    assert "No p-value for deal-not-asserted: the claim compares no events." in result.output
    written = pd.read_csv(toy_layout.runs / "multiverse.csv")
    assert written["claim"].value_counts().to_dict() == {
        "deal-south": 128, "deal-not-asserted": 64, "success-north": 64,
    }  # fmt: skip
    assert written.groupby("claim")["is_default"].sum().tolist() == [1, 1, 1]
    assert "256 specifications in papermill_runs/multiverse.csv." in result.output


def test_one_claim_into_a_file_of_ones_own(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "deal.csv"
    result = call("multiverse", "--claim", "deal-south", "--csv", str(target))
    assert result.exit_code == 0, result.output
    assert set(pd.read_csv(target)["claim"]) == {"deal-south"}
    assert "success-north" not in result.output


def test_wrong_options_are_refused() -> None:
    said = fault(call("multiverse", "--claim", "deal-soth"))
    assert re.search("unknown claim 'deal-soth'.*Did you mean 'deal-south'", said)
    result = call("multiverse", "--permutations", "5")
    assert (result.exit_code, "99" in result.output) == (2, True)


def test_a_study_without_claims() -> None:
    with pytest.raises(
        StudyError, match=r"declares no \[\[claim\]\]; see docs/explanation/multiverse.md"
    ):
        choose_claims([], [])
    assert (ROOT / "docs" / "explanation" / "multiverse.md").is_file()


def test_claims_keep_the_order_of_the_study(toy_layout: Layout) -> None:
    claims = read_study(toy_layout).claims
    chosen = choose_claims(claims, ["deal-not-asserted", "success-north"])
    assert [claim.id for claim in chosen] == ["success-north", "deal-not-asserted"]


def test_completion() -> None:
    assert complete_claim("deal") == ["deal-not-asserted", "deal-south"]


def test_what_is_not_estimable_is_a_dash_and_almost_all_is_not_all() -> None:
    nan = float("nan")
    row = {"claim": "c", "n_specifications": 200, "n_estimable": 200, "share_same_sign": 0.999,
           "lowest": -0.1, "median": 0.2, "highest": 0.3, "default": nan, "most_moving": "",
           "p_value": nan, "status": "not_estimable", "reason_code": "p_floor_too_high",
           "reason_values": "0.1;0.05"}  # fmt: skip
    rows = pd.DataFrame([row, row | {"claim": "d", "n_estimable": 196}])
    with console.out.capture() as shown:
        show_claims(rows)
    said = " ".join(shown.get().split())
    assert "c 200 0.99 -0.10 0.20 0.30 - - -" in said
    assert "No p-value for c, d: the smallest p-value that these documents can give is 0.1" in said
    assert "d: 4 more specifications cannot be estimated; see the CSV." in said
