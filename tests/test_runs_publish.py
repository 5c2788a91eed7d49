from dataclasses import replace
from pathlib import Path

import pytest

from analysis.runs.record import RunRecord
from analysis.runs.store import Published, publish_figures
from analysis.study.errors import RunError


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    """A default run with two figures."""
    record = RunRecord("02_terms", "default", "succeeded", tmp_path / "run", {})
    record.figures.mkdir(parents=True)
    (record.figures / "02_terms.png").write_bytes(b"Bild")
    (record.figures / "02_terms.csv").write_bytes(b"Zahl")
    return record


def test_only_what_differs_is_written_and_what_is_gone_is_removed(
    tmp_path: Path, record: RunRecord
) -> None:
    figures = tmp_path / "figures"
    first = publish_figures(record, figures)
    assert first == Published(written=("02_terms.csv", "02_terms.png"))
    before = (figures / "02_terms.csv").stat()
    for name in ("02_old.svg", "03_framing.svg", "README.md"):
        (figures / name).write_text("x")
    (record.figures / "02_terms.png").write_bytes(b"Bild 2")
    second = publish_figures(record, figures)
    assert second == Published(written=("02_terms.png",), removed=("02_old.svg",))
    assert (figures / "02_terms.png").read_bytes() == b"Bild 2"
    assert (figures / "02_terms.csv").stat().st_ino == before.st_ino
    kept = ["02_terms.csv", "02_terms.png", "03_framing.svg", "README.md"]
    assert sorted(path.name for path in figures.iterdir()) == kept


@pytest.mark.parametrize(
    "change", [{"key": "0123456789ab"}, {"state": "failed"}, {"state": "interrupted"}]
)
def test_other_runs_leave_the_figures_alone(
    tmp_path: Path, record: RunRecord, change: dict[str, str]
) -> None:
    figures = tmp_path / "figures"
    figures.mkdir()
    (figures / "02_terms.png").write_bytes(b"alt")
    other = replace(record, **change)  # type: ignore[arg-type]
    assert publish_figures(other, figures) == Published()
    assert [path.read_bytes() for path in figures.iterdir()] == [b"alt"]


def test_a_file_of_another_number_stops_all(tmp_path: Path, record: RunRecord) -> None:
    (record.figures / "03_framing.png").write_bytes(b"x")
    (record.figures / "02_folder").mkdir()
    message = r"02_terms: cannot publish 02_folder, 03_framing\.png\. Wanted files, no folders"
    with pytest.raises(RunError, match=message):
        publish_figures(record, tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


def test_a_run_without_figures_removes_its_own(tmp_path: Path, record: RunRecord) -> None:
    publish_figures(record, tmp_path / "figures")
    for path in record.figures.iterdir():
        path.unlink()
    published = publish_figures(record, tmp_path / "figures")
    assert published.removed == ("02_terms.csv", "02_terms.png")
