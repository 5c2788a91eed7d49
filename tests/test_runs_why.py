import json
from pathlib import Path

import pytest
from commands import call
from study_for_runs import plan_notebook, write_notebook, write_study

from analysis.cli import console
from analysis.cli import notebooks as command
from analysis.cli.run import explain_runs
from analysis.runs.execute import execute_runs
from analysis.runs.plan import plan_run
from analysis.runs.record import RunRecord, write_record
from analysis.runs.store import command_to_open, find_attempt, list_attempts
from analysis.study.errors import RunError
from analysis.study.paths import Layout


def note(layout: Layout, place: str, day: int, key: str = "default") -> None:
    folder = layout.runs / place
    folder.mkdir(parents=True)
    notebook = place.split("/", maxsplit=1)[0]
    write_record(RunRecord(notebook, key, "failed", folder, {}, started=f"2025-01-0{day}"))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    _, layout = write_study(tmp_path, {"01_a": "{}"})
    note(layout, "01_a/default", 1)
    note(layout, "01_a/failed/default", 2)
    note(layout, "01_a/0123456789ab", 3, "0123456789ab")
    note(layout, "02_b/0123abcdef01", 4, "0123abcdef01")
    note(layout, "02_b/earlier/default-1", 5)
    return layout


def test_runs_are_named_with_their_notebooks(layout: Layout) -> None:
    names = ["01_a", "01_a/0123456789ab", "01_a/default", "02_b", "02_b/0123abcdef01"]
    assert list(list_attempts(layout)) == names


@pytest.mark.parametrize(
    ("run", "day"), [("01_a", 3), ("01_a/default", 2), ("01234", 3), ("0123a", 4), ("02_b", 4)]
)
def test_the_last_attempt_is_found(layout: Layout, run: str, day: int) -> None:
    record = find_attempt(layout, run)
    assert record.started == f"2025-01-0{day}"
    assert command_to_open(layout, record) == ""


def test_an_unknown_or_ambiguous_name_is_told_with_all_names(layout: Layout) -> None:
    with pytest.raises(RunError, match=r"unknown run '01_b'\. Allowed: 01_a, 01_a/0123456789ab"):
        find_attempt(layout, "01_b")
    with pytest.raises(RunError, match=r"Allowed: 01_a/.*, 01_a/default, 02_b/0123abcdef01"):
        find_attempt(layout, "0123")


def test_why_shows_all_that_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_notebook(tmp_path, "brot = {}", "brot['Käse']")
    notebook = json.loads(plan.path.read_text())
    notebook["nbformat_minor"] = 5
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number}"
    plan.path.write_text(json.dumps(notebook))
    execute_runs([plan])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console.out, "width", 200)
    shown = call("why", "01_probe")
    assert shown.exit_code == 0, shown.exception
    for text in (
        *("01_probe/default", "failed", "2 of 3 ended without an error", "top = 3", "cell 3"),
        *("KeyError: 'Käse'", "----> 1 brot['Käse']", "Open it in JupyterLab at that cell"),
        "papermill_runs/01_probe/failed/default/notebook.ipynb#cell-id=cell-2",
    ):
        assert text in shown.output
    assert command.complete_run("01_probe/") == ["01_probe/default"]


def test_explain_and_prune_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, layout = write_study(tmp_path, {"01_probe": "{}"})
    write_notebook(layout.notebooks / "01_probe.ipynb", "1")
    plan = plan_run(study, layout, "01_probe")
    execute_runs([plan, plan_run(study, layout, "01_probe", {"top": 4})])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console.out, "width", 200)
    assert explain_runs([plan], layout) == 0
    write_notebook(layout.notebooks / "01_probe.ipynb", "2")
    assert explain_runs([plan], layout) == 1
    other = next(path for path in plan.folder.parent.iterdir() if len(path.name) == 12)
    dry = call("prune").output
    assert f"papermill_runs/01_probe/{other.name}" in dry
    assert "Nothing was removed: gipfel prune --yes" in dry
    assert other.exists()
    assert "are free again" in call("prune", "--yes").output
    assert not other.exists()
    assert plan.folder.exists()
