import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from study_for_runs import STUDY, plan_notebook, write_notebook, write_study

from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings
from analysis.runs.plan import PlannedRun, plan_run
from analysis.runs.record import RunRecord, read_record, write_record
from analysis.runs.store import (
    find_prunable,
    find_run,
    hold_folder,
    make_part,
    move_into_place,
    prune_runs,
)
from analysis.study.errors import RunError
from analysis.study.paths import Layout
from analysis.study.study import read_study

#: Reads a table, looks for another one, lists a folder, and draws.
READS = """
import os, pathlib
folder = pathlib.Path(os.environ["GIPFEL_RUN_FOLDER"])
words = pathlib.Path("data/words.csv").read_text()
try:
    words += open("data/more.csv").read()
except FileNotFoundError:
    pass
names = os.listdir("data/lists")
(folder / "01_words.txt").write_text(words + " ".join(names))
"""


@pytest.fixture
def plan(tmp_path: Path) -> PlannedRun:
    (tmp_path / "data" / "lists").mkdir(parents=True)
    (tmp_path / "data" / "words.csv").write_text("Brot")
    (tmp_path / "requirements.lock").write_text("pandas==3")
    return plan_notebook(tmp_path, "import json", READS)


def run(plan: PlannedRun, *, force: bool = False) -> RunRecord:
    (record,) = execute_runs([plan], settings=Settings(force=force))
    assert record.state == "succeeded", record.failure
    return record


def reasons(plan: PlannedRun) -> list[str]:
    return find_run(plan)[1]


def test_a_run_rests_on_package_notebook_study_versions_and_data(plan: PlannedRun) -> None:
    assert reasons(plan) == ["it has not been run here"]
    parts = run(plan).parts
    assert list(parts["inputs"]) == ["data/words.csv"]
    assert {"analysis/study/errors.py", "analysis/measures/keyness.py"} <= set(parts["code"])
    assert not [name for name in parts["code"] if "__pycache__" in name]
    assert list(parts["notebook"]) == ["code cell 2", "code cell 3"]
    assert "frame Brot" in parts["study"]
    assert {"requirements.lock", "version of pandas"} <= set(parts["environment"])


def declare(plan: PlannedRun, *names: str) -> None:
    """Let the first cell of the notebook name what it reads."""
    notebook = json.loads(plan.path.read_text())
    said = f"**Reads** {', '.join(f'`{name}`' for name in names)}. **Writes** nothing."
    notebook["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": [said]})
    plan.path.write_text(json.dumps(notebook))


def test_what_a_notebook_declares_counts_and_nothing_else(plan: PlannedRun) -> None:
    declare(plan, "documents", "data/lists", "data/more.csv")
    (plan.root / "data/lists/a.txt").touch()
    wanted = ["data/features/documents.parquet", "data/lists/a.txt", "data/more.csv"]
    assert list(run(plan).parts["inputs"]) == wanted
    (plan.root / "data/words.csv").write_text("Käse")
    assert reasons(plan) == []
    (plan.root / "data/features").mkdir()
    (plan.root / "data/features/documents.parquet").touch()
    (plan.root / "data/lists/b.txt").touch()
    assert reasons(plan) == ["data/features/documents.parquet is new", "data/lists/b.txt is new"]


def test_a_run_that_used_more_than_it_declares_says_so_and_is_run_anew(tmp_path: Path) -> None:
    note = """
import json, os, pathlib
folder = pathlib.Path(os.environ["GIPFEL_RUN_FOLDER"])
(folder / "01_x.json").write_text(json.dumps({"inputs": {"terms": "0", "study.toml": "0"}}))
"""
    plan = plan_notebook(tmp_path, note)
    declare(plan, "documents")
    record = run(plan)
    said = "terms is read, but not named after **Reads** in the notebook's first cell"
    assert record.warnings == [said]
    assert record.content == ""
    assert reasons(plan) == [said]
    assert not run(plan).is_reused


def test_nothing_runs_twice_unless_forced(plan: PlannedRun) -> None:
    first = run(plan)
    again = run(plan)
    assert again == replace(first, is_reused=True)
    assert not run(plan, force=True).is_reused
    # What is beside the point changes nothing: text cells, comments of study.toml, other runs.
    (plan.root / "study.toml").write_text("# Ein Wort.\n" + STUDY + '[[run]]\nnotebook="01_probe"')
    (plan.root / "data" / "local").mkdir()
    (plan.root / "data" / "local" / "kept.csv").write_text("Käse")
    assert reasons(plan) == []


def change_study(plan: PlannedRun) -> None:
    path = plan.root / "study.toml"
    path.write_text(path.read_text().replace('nouns = ["Brot"]', 'nouns = ["Brot", "Laib"]'))


CHANGES = {
    "data/words.csv changed": lambda plan: (plan.root / "data/words.csv").write_text("Käse"),
    "data/words.csv is gone": lambda plan: (plan.root / "data/words.csv").unlink(),
    "data/more.csv is new": lambda plan: (plan.root / "data/more.csv").write_text("Käse"),
    "data/lists/a.txt is new": lambda plan: (plan.root / "data/lists/a.txt").touch(),
    "study.toml: frame Brot changed": change_study,
    "in the store: figures/01_words.txt is not as the run left it": lambda plan: (
        plan.folder / "figures/01_words.txt"
    ).unlink(),
    "the notebook: code cell 3 changed": lambda plan: write_notebook(
        plan.path, "import json", READS + "1"
    ),
    "the notebook: code cell 4 is new": lambda plan: write_notebook(
        plan.path, "import json", READS, "1"
    ),
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with its run; to be copied, not to be changed."""
    root = tmp_path_factory.mktemp("finished") / "study"
    (root / "data" / "lists").mkdir(parents=True)
    (root / "data" / "words.csv").write_text("Brot")
    run(plan_notebook(root, "import json", READS))
    return root


def copy_of(finished: Path, tmp_path: Path) -> PlannedRun:
    shutil.copytree(finished, tmp_path / "copy")
    layout = Layout(tmp_path / "copy")
    return plan_run(read_study(layout), layout, "01_probe")


@pytest.mark.parametrize("said", CHANGES)
def test_what_has_changed_is_named(finished: Path, tmp_path: Path, said: str) -> None:
    plan = copy_of(finished, tmp_path)
    assert reasons(plan) == []
    CHANGES[said](plan)
    assert reasons(plan) == [said]


def test_a_changed_parameter_version_and_file_of_the_package_are_named(
    finished: Path, tmp_path: Path
) -> None:
    plan = copy_of(finished, tmp_path)
    record = read_record(plan.folder)
    record.parts["code"]["analysis/study/errors.py"] = "0"
    record.parts["environment"]["version of pandas"] = "2.9"
    write_record(replace(record, parameters={**record.parameters, "top": 5}))
    now = record.versions["pandas"]
    assert reasons(plan) == [
        "parameter top: 5, now 3",
        "analysis/study/errors.py changed",
        f"version of pandas: 2.9, now {now}",
    ]


def test_an_earlier_run_comes_back_with_what_it_rested_on(plan: PlannedRun) -> None:
    words = plan.root / "data" / "words.csv"
    first = run(plan)
    words.write_text("Käse")
    second = run(plan)
    assert (plan.folder / "figures" / "01_words.txt").read_text() == "Käse"
    words.write_text("Brot")
    third = run(plan)
    assert third.is_reused
    assert third.content == first.content != second.content
    assert (plan.folder / "figures" / "01_words.txt").read_text() == "Brot"
    earlier = [path.name for path in (plan.folder.parent / "earlier").iterdir()]
    assert earlier == [f"default-{second.content[:12]}"]


def test_what_changes_while_it_is_read_is_run_again(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.csv").write_text("Brot")
    source = (
        "import pathlib\npath = pathlib.Path('data/words.csv')\n"
        "path.read_text()\npath.write_text('Käse')"
    )
    plan = plan_notebook(tmp_path, source)
    assert run(plan).content == ""
    assert reasons(plan) == ["data/words.csv changed while it ran"]


def test_a_store_of_an_older_version_is_run_again(finished: Path, tmp_path: Path) -> None:
    plan = copy_of(finished, tmp_path)
    (plan.folder / "run.json").write_text('{"format": 1}')
    assert "run.json: " in reasons(plan)[0]
    assert not run(plan).is_reused
    assert read_record(plan.folder).state == "succeeded"


def test_a_failed_run_leaves_the_one_that_stands(plan: PlannedRun) -> None:
    good = run(plan)
    write_notebook(plan.path, "1 / 0")
    (bad,) = execute_runs([plan])
    assert bad.folder == plan.folder.parent / "failed" / "default"
    assert (bad.folder / "notebook.ipynb").exists()
    assert read_record(plan.folder) == good
    write_notebook(plan.path, "import json", READS)
    assert run(plan).is_reused
    assert not bad.folder.exists()


def test_prune_keeps_defaults_and_the_newest(tmp_path: Path) -> None:
    _, layout = write_study(tmp_path, {"01_a": "{}"})
    notebook = layout.runs / "01_a"
    for day, place in enumerate(("default", "0a", "0b", "earlier/default-1", "failed/0c"), start=1):
        folder = notebook / place
        folder.mkdir(parents=True)
        record = RunRecord("01_a", "x", "succeeded", folder, {}, started=f"2025-01-0{day}")
        write_record(record)
    (notebook / "0b.part-1").mkdir()
    found = find_prunable(layout)
    assert [(entry.folder.relative_to(notebook).as_posix(), entry.why) for entry in found] == [
        ("failed/0c", "failed"),
        ("earlier/default-1", "earlier"),
        ("0b", "other parameters"),
        ("0a", "other parameters"),
    ]
    assert [entry.folder.name for entry in find_prunable(layout, keep=3)] == ["0a"]
    n_bytes = sum(entry.n_bytes for entry in found[:3])
    with hold_folder(notebook / "0a"):
        assert prune_runs(found) == n_bytes
    assert [entry.folder.name for entry in find_prunable(layout)] == ["0a"]
    assert (notebook / "default" / "run.json").exists()


def test_a_folder_is_held_once(tmp_path: Path) -> None:
    folder = tmp_path / "01_probe" / "default"
    message = "01_probe/default: another run holds this folder"
    with hold_folder(folder), pytest.raises(RunError, match=message), hold_folder(folder):
        pytest.fail("held twice")
    with hold_folder(folder), hold_folder(tmp_path / "01_probe" / "0123456789ab"):
        pass


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    for name in ("default.part-1", "default.part-99999", "default.previous", "other.part-1"):
        (tmp_path / name / "figures").mkdir(parents=True)
    (tmp_path / "default").mkdir()
    with hold_folder(tmp_path / "default"):
        folders = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert folders == ["default", "other.part-1"]


def test_a_run_killed_between_two_moves_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "default.previous").mkdir()
    (tmp_path / "default.previous" / "run.json").write_text("alt")
    with hold_folder(tmp_path / "default"):
        assert (tmp_path / "default" / "run.json").read_text() == "alt"


def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "default"
    for content in ("alt", "neu"):
        part = make_part(folder)
        (part / content).write_text(content)
        move_into_place(part, folder)
        assert sorted(path.name for path in folder.iterdir()) == sorted(["figures", content])
        assert [path.name for path in tmp_path.iterdir()] == ["default"]
