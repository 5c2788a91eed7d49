import json
from pathlib import Path
from typing import Any

import pytest

from analysis.runs.notebook import find_failure
from analysis.runs.record import (
    RECORD_FILE,
    Failure,
    RunRecord,
    read_record,
    read_versions,
    write_record,
)
from analysis.study.errors import RunError


def make_record(folder: Path) -> RunRecord:
    failure = Failure(2, "brot['x']", "KeyError", "'x'", "Traceback: 'x'")
    return RunRecord(
        notebook="02_terms",
        key="0123456789ab",
        state="failed",
        folder=folder,
        parameters={"top": 3, "words": ["Brot", "Käse"], "share": 0.5, "none": None},
        started="2025-01-01T00:00:00+00:00",
        seconds=1.5,
        n_cells=4,
        n_cells_run=2,
        versions={"python": "3.11.7"},
        failure=failure,
    )


def test_a_record_is_read_as_it_was_written_and_moves_with_its_folder(tmp_path: Path) -> None:
    path = write_record(make_record(tmp_path / "old"), tmp_path)
    assert read_record(tmp_path) == make_record(tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == [RECORD_FILE]
    assert str(tmp_path) not in path.read_text()


def test_a_run_that_was_never_made(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"run\.json: no such record; the notebook has not been run"):
        read_record(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 0}, "wanted a run record of format 2, came 0. Run the notebook again"),
        ({"format": None}, "wanted a run record of format 2, came None"),
        ({"state": "fine"}, "key 'state': Input should be 'succeeded', 'failed'"),
        ({"failure": {"cell": "x"}}, "key 'failure.cell'"),
        ({"notebook": 2}, "key 'notebook': Input should be a valid string"),
        *((text, "run.json: not valid JSON") for text in ("", "{", "\xff")),
        ("[]", "wanted a run record of format 2, came None"),
    ],
)
def test_an_older_or_broken_record_is_refused(
    tmp_path: Path, change: dict[str, Any] | str, message: str
) -> None:
    path = write_record(make_record(tmp_path))
    if not isinstance(change, str):
        change = json.dumps(json.loads(path.read_text()) | change)
    path.write_text(change, encoding="latin-1")
    with pytest.raises(RunError) as caught:
        read_record(tmp_path)
    assert message in str(caught.value)
    assert "Run the notebook again, or delete the folder." in str(caught.value)


def test_versions_name_what_results_rest_on() -> None:
    versions = read_versions()
    assert set(versions) >= {"python", "matplotlib", "numpy", "pandas", "papermill", "scikit-learn"}
    assert all(versions[name][0].isdigit() for name in versions if name != "gipfeldiskurs")


def test_a_cell_left_out_is_a_failure() -> None:
    counts = {"1": 1, "2": None, "3": None}
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "source": source, "execution_count": n, "outputs": [], "metadata": {}}
        for source, n in counts.items()
    ]
    failure = find_failure(cells)
    assert failure is not None
    assert (failure.cell, failure.source, failure.exception) == (1, "2", "CellNotRun")
    assert "this cell and those after it were not executed" in failure.message
