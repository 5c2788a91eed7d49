"""Finding a study from where one stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.cli import app as cli
from analysis.study.errors import StudyError
from analysis.study.paths import Layout, find_layout, run_folder


def test_finds_the_study_from_a_folder_inside(toy: Layout) -> None:
    assert find_layout(toy.raw).root == toy.root.resolve()


def test_a_folder_outside_any_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"no study\.toml in .* or any folder above.*GIPFEL_STUDY"):
        find_layout(tmp_path)


def test_the_environment_names_the_study(toy: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIPFEL_STUDY", str(toy.root))
    assert find_layout().root == toy.root.resolve()


def test_a_wrong_environment_is_an_error_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIPFEL_STUDY", str(tmp_path / "nowhere"))
    with pytest.raises(StudyError, match="nowhere"):
        find_layout()


def test_outside_a_study_the_checkout_of_the_package_is_left_alone(
    toy: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIPFEL_STUDY", raising=False)
    monkeypatch.chdir(toy.raw)
    assert find_layout().root == toy.root.resolve()
    monkeypatch.chdir(tmp_path)
    for command in (["annotate"], ["run"], ["status"], ["release-check"], ["ingest", str(toy.raw)]):
        result = CliRunner().invoke(cli.app, command)
        assert result.exit_code == 1
        assert str(result.exception) == (
            f"no study.toml in {tmp_path} or any folder above. "
            "Change into a study's folder, or set GIPFEL_STUDY to its path."
        )


def test_paths_are_shown_relative_to_the_study(toy: Layout, tmp_path: Path) -> None:
    assert toy.show(toy.sources_file) == "data/sources.toml"
    assert toy.show(tmp_path / "elsewhere") == str(tmp_path / "elsewhere")


def test_figures_of_a_run_go_to_its_folder(toy: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIPFEL_RUN_FOLDER", raising=False)
    by_hand = run_folder(toy, "01_corpus")
    assert by_hand == toy.runs / "01_corpus" / "interactive"
    assert toy.figures not in by_hand.parents
    monkeypatch.setenv("GIPFEL_RUN_FOLDER", str(toy.root / "there"))
    assert run_folder(toy, "01_corpus") == toy.root / "there"
