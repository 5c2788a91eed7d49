"""Notebooks without outputs: by the command, and by the hook before a commit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from study_for_runs import write_notebook, write_study

from analysis.runs.notebook import clean_file, clean_notebook, stage, staged_notebooks
from analysis.study.errors import RunError
from analysis.study.paths import Layout


def executed(path: Path) -> Path:
    """Let a notebook look as JupyterLab saves it after a run."""
    notebook = json.loads(path.read_text())
    for number, cell in enumerate(notebook["cells"], start=1):
        output = {"output_type": "stream", "name": "stdout", "text": ["seen\n"]}
        cell |= {"execution_count": number, "outputs": [output]}
        cell["metadata"] |= {"execution": {"iopub.status.idle": "2025"}, "scrolled": True}
    notebook["metadata"] |= {"widgets": {}, "language_info": {"name": "python", "version": "3.11"}}
    path.write_text(json.dumps(notebook))
    return path


def git(root: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": "toy" for who in ("AUTHOR", "COMMITTER") for what in ("NAME",)}
    mails = {f"GIT_{who}_EMAIL": "toy@example.org" for who in ("AUTHOR", "COMMITTER")}
    done = subprocess.run(
        ["git", "-c", "commit.gpgsign=false", *arguments],
        cwd=root,
        env={**os.environ, **names, **mails},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    _, layout = write_study(tmp_path / "study", {"01_probe": "{}"})
    executed(write_notebook(layout.notebooks / "01_probe.ipynb", "x=1"))
    git(layout.root, "init", "-q")
    return layout


def cells(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["cells"]
    return found


def test_only_traces_of_a_run_go(layout: Layout) -> None:
    path = layout.notebooks / "01_probe.ipynb"
    assert clean_file(path)
    first, second = cells(path.read_text())
    assert first["metadata"] == {"tags": ["parameters"]}
    assert second["outputs"] == []
    assert second["execution_count"] is None
    assert "".join(second["source"]) == "x = 1"  # formatted
    assert json.loads(path.read_text())["metadata"]["language_info"] == {"name": "python"}


def test_a_clean_notebook_stays_byte_for_byte() -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cleaned = clean_notebook(json.loads(path.read_text(encoding="utf-8")))
        text = json.dumps(cleaned, indent=1, ensure_ascii=False) + "\n"
        assert text == path.read_text(encoding="utf-8"), path.name


def test_code_that_cannot_be_formatted_leaves_the_file_alone(layout: Layout) -> None:
    path = executed(write_notebook(layout.notebooks / "01_probe.ipynb", "for ("))
    before = path.read_bytes()
    with pytest.raises(RunError, match=r"cannot be formatted: error: Failed to parse"):
        clean_file(path)
    assert path.read_bytes() == before


def test_the_hook_commits_without_outputs(layout: Layout) -> None:
    """The hook as it is in the repository, in a study of its own."""
    shutil.copytree(ROOT / ".githooks", layout.root / ".githooks")
    (layout.root / ".venv" / "bin").mkdir(parents=True)
    gipfel = layout.root / ".venv" / "bin" / "gipfel"
    python = shutil.which("python", path=str(Path(os.sys.executable).parent))  # type: ignore[attr-defined]
    gipfel.write_text(
        f'#!/bin/sh\nexec "{python}" -c "from analysis.cli.app import main; main()" "$@"\n'
    )
    gipfel.chmod(0o755)
    git(layout.root, "config", "core.hooksPath", ".githooks")
    shutil.copytree(ROOT / "tests" / "toy", layout.root, dirs_exist_ok=True)
    path = layout.notebooks / "01_probe.ipynb"
    text = path.read_text().replace("no-such-kernel", "python3")
    path.write_text(text.replace("No such kernel", "Python 3"))
    git(layout.root, "add", "notebooks", "study.toml", "data/sources.toml", "data/lexicons")
    git(layout.root, "commit", "-qm", "study")
    committed = cells(git(layout.root, "show", "HEAD:notebooks/01_probe.ipynb"))
    assert [cell["outputs"] for cell in committed] == [[], []]
    assert git(layout.root, "status", "--porcelain", "--", "notebooks") == ""


def test_a_notebook_staged_in_part_is_refused(layout: Layout) -> None:
    path = layout.notebooks / "01_probe.ipynb"
    git(layout.root, "add", "notebooks")
    assert staged_notebooks(layout) == [path]
    write_notebook(path, "y = 2")
    with pytest.raises(RunError, match="staged in part"):
        staged_notebooks(layout)
    stage([path], layout)
    assert staged_notebooks(layout) == [path]


@pytest.fixture
def clone(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The study as `make setup` leaves a clone; no environment is active."""
    root = layout.root
    shutil.copytree(ROOT / ".githooks", root / ".githooks")
    shutil.copy(ROOT / ".gitattributes", root)
    setup = (ROOT / "Makefile").read_text(encoding="utf-8")
    line = next(line for line in setup.splitlines() if "git config core.hooksPath" in line)
    subprocess.run(["sh", "-c", line.strip().removesuffix("; fi")], cwd=root, check=True)
    programs = Path(sys.executable).parent
    (root / ".venv" / "bin").mkdir(parents=True)
    for name in ("git-nbdiffdriver", "git-nbmergedriver"):
        (root / ".venv" / "bin" / name).symlink_to(programs / name)
    kept = [at for at in os.environ["PATH"].split(os.pathsep) if Path(at) != programs]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))
    write_notebook(layout.notebooks / "01_probe.ipynb", "x = 1", "y = 1")
    git(root, "add", "-A", "--", "notebooks", "study.toml", ".gitattributes", ".githooks")
    git(root, "commit", "-qm", "study")
    return root


def test_git_shows_changed_cells_in_any_work_tree(clone: Path, tmp_path: Path) -> None:
    """Before, git looked for the programs of nbdime on the PATH, and died."""
    write_notebook(clone / "notebooks" / "01_probe.ipynb", "x = 2", "y = 1")
    shown = git(clone, "diff")
    assert "nbdiff" in shown
    assert "x = 2" in shown
    other = tmp_path / "other"
    git(clone, "worktree", "add", "-q", str(other))
    write_notebook(other / "notebooks" / "01_probe.ipynb", "x = 3", "y = 1")
    shown = git(other, "diff")
    assert "nbdiff" not in shown
    assert "x = 3" in shown


@pytest.mark.parametrize("has_environment", [True, False])
def test_git_merges_notebooks(clone: Path, *, has_environment: bool) -> None:
    path = clone / "notebooks" / "01_probe.ipynb"

    def change(*sources: str, **metadata: str) -> None:
        write_notebook(path, *sources, metadata=metadata)
        path.write_text(json.dumps(json.loads(path.read_text()), indent=1))
        git(clone, "commit", "-qam", "changed")

    change("x = 1", "y = 1")
    git(clone, "checkout", "-qb", "side")
    change("x = 2", "y = 1")
    git(clone, "checkout", "-q", "-")
    change("x = 1", "y = 1", title="Brot")
    if not has_environment:
        shutil.rmtree(clone / ".venv")
    git(clone, "merge", "-q", "-m", "both", "side")
    assert "".join(cells(path.read_text())[1]["source"]) == "x = 2"
    assert json.loads(path.read_text())["metadata"]["title"] == "Brot"
