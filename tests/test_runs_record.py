import json
from pathlib import Path
from typing import Any

import pytest

from analysis.runs.notebook import blame_cell, count_cells, find_failure
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


def cell(source: str, count: int | None = None, *outputs: dict[str, Any], tag: str = "") -> Any:
    return {
        "cell_type": "code",
        "source": source,
        "execution_count": count,
        "outputs": list(outputs),
        "metadata": {"tags": [tag]},
    }


ERROR = {
    "output_type": "error",
    "ename": "E",
    "evalue": "v",
    "traceback": ["\x1b[0;31mE\x1b[0m: v"],
}
TEXT = {"output_type": "stream", "name": "stdout", "text": "Brot"}
MARKDOWN = {"cell_type": "markdown", "source": "Eine Frage", "metadata": {}}


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


def test_success_is_every_cell_executed_without_error() -> None:
    cells = [MARKDOWN, cell("1", 1), cell("2", 2, TEXT), cell("  \n")]
    assert find_failure(cells) is None
    assert count_cells(cells) == (2, 2)


def test_the_first_error_is_the_failure() -> None:
    cells = [MARKDOWN, cell("1", 1), cell("2", 2, TEXT, ERROR), cell("3")]
    assert find_failure(cells) == Failure(2, "2", "E", "v", "E: v")
    assert count_cells(cells) == (3, 1)


def test_a_cell_left_out_is_a_failure() -> None:
    failure = find_failure([cell("1", 1), cell("2"), cell("3")])
    assert failure is not None
    assert (failure.cell, failure.source, failure.exception) == (1, "2", "CellNotRun")
    assert "this cell and those after it were not executed" in failure.message


def test_cells_are_counted_as_in_the_notebook_that_is_edited() -> None:
    marks = [{**MARKDOWN, "metadata": {"tags": ["papermill-error-cell-tag"]}}]
    given = cell("top = 5", 2, tag="injected-parameters")
    cells = [*marks, cell("top: int = 3", 1), given, *marks, cell(["a\n", "b"], 3, ERROR)]
    failure = find_failure(cells)
    assert failure is not None
    assert (failure.cell, failure.source) == (1, "a\nb")
    assert count_cells(cells) == (2, 1)


def test_no_cell_may_be_to_blame() -> None:
    assert blame_cell([], None, ("E", "v", "t")) == Failure(None, "", "E", "v", "t")
