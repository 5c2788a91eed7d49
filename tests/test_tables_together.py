"""Open tables belong together: a killed annotation leaves the old ones, others are refused."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from commands import call
from study_for_runs import write_notebook

from analysis.annotation.pipeline import annotate, annotate_articles
from analysis.corpus.sources import read_sources
from analysis.runs import key
from analysis.study import atomic
from analysis.study.errors import TableError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables import features
from analysis.tables.features import new_tables, read_features, read_table, table_path
from analysis.tables.schema import TABLES

REFUSED = r"wanted the table that manifest\.json notes, came another one: `gipfel annotate` was"
COUNT = "bench.features.documents, bench.features.mentions, bench.features.terms"
NOTEBOOK = f"""
import pandas as pd
from analysis import open_workbench
bench = open_workbench("01_probe", {{"top": top, "unit": unit}})
bench.export_table(pd.DataFrame({{"n": [len(table) for table in ({COUNT})]}}), "01_probe")
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def know_another_word(layout: Layout) -> None:
    """Change what mentions, nodes and windows are made from."""
    text = layout.study_file.read_text(encoding="utf-8")
    layout.study_file.write_text(text.replace('"Durchbruch"', '"Durchbruch", "Hafen"'), "utf-8")


@pytest.fixture
def study(study: Layout) -> Layout:
    """A study with open tables, one notebook and its figures; the working directory."""
    text = study.study_file.read_text(encoding="utf-8").partition("[[run]]")[0]
    study.study_file.write_text(f'{text}\n[[run]]\nnotebook = "01_probe"\n', encoding="utf-8")
    shutil.rmtree(study.notebooks, ignore_errors=True)
    write_notebook(study.notebooks / "01_probe.ipynb", NOTEBOOK)
    return study


def kill_annotate(layout: Layout, patch: str) -> None:
    """Make tables in a process that is killed where `patch`, which knows `pipeline`, says.

    The articles are annotated before, here, where the German models are loaded already.
    """
    annotate_articles(read_sources(layout, read_study(layout)), layout)
    code = f"""
    import os, signal, sys
    from pathlib import Path
    from analysis.tables import features
    from analysis.annotation import pipeline
    from analysis.study.paths import Layout

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    {patch}
    pipeline.annotate(Layout(Path(sys.argv[1])))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(layout.root)], check=False
    )
    assert done.returncode == -signal.SIGKILL


def after(n_tables: int) -> str:
    return (
        "write, done = pipeline.write_rows, []\n"
        "    def write_some(*arguments):\n"
        "        done.append(write(*arguments))\n"
        f"        return die() if len(done) == {n_tables} else done[-1]\n"
        "    pipeline.write_rows = write_some"
    )


@pytest.mark.parametrize("n_tables", [1, len(TABLES)])
def test_a_killed_annotation_leaves_all_tables_as_they_were(study: Layout, n_tables: int) -> None:
    before = contents(study.features)
    know_another_word(study)
    kill_annotate(study, after(n_tables))
    assert contents(study.features) == before
    assert any(path.name.startswith(".features.part-") for path in study.features.parent.iterdir())
    changed = annotate(study)
    assert changed["mentions"]
    assert not changed["documents"]
    left = [path.name for path in study.features.parent.iterdir() if path.name[0] == "."]
    assert left in ([], [".features.lock"])


def test_where_folders_cannot_change_places_a_killed_annotation_is_refused(study: Layout) -> None:
    """The tables move one by one there; it is killed after four of them."""
    assert call("run").exit_code == 0
    figures = contents(study.figures)
    know_another_word(study)
    patch = (
        "move, done = Path.replace, []\n"
        "    def move_some(self, target):\n"
        "        if '.part-' in self.parent.name and Path(target).parent.name == 'features':\n"
        "            done.append(target)\n"
        "        return die() if len(done) == 5 else move(self, target)\n"
        "    Path.replace = move_some\n"
        "    features.exchange = lambda one, other: False"
    )
    kill_annotate(study, patch)
    result = call("run")
    assert isinstance(result.exception, TableError)
    assert "manifest.json: no such file. Rebuild it with `gipfel annotate`." in str(
        result.exception
    )
    assert contents(study.figures) == figures
    assert annotate(study)["mentions"] is not None
    assert call("run").exit_code == 0
    assert contents(study.figures) != figures


def test_tables_of_two_annotations_are_refused_and_figures_stay(study: Layout) -> None:
    """What was measured before: one table is new, the others are not."""
    assert call("run").exit_code == 0
    figures = contents(study.figures)
    old = shutil.copytree(study.features, study.root / "old")
    know_another_word(study)
    annotate(study)
    new = shutil.copy(table_path("mentions", study.features), study.root / "new.parquet")
    shutil.rmtree(study.features)
    shutil.copytree(old, study.features)
    shutil.copy(new, table_path("mentions", study.features))
    for arguments in (["run"], ["run", "--explain"], ["run", "01_probe", "-p", "top=4"]):
        result = call(*arguments)
        assert result.exit_code == 1
        assert isinstance(result.exception, TableError)
        for said in ("mentions.parquet: wanted the table", "`gipfel annotate`", "git checkout"):
            assert said in str(result.exception)
    assert contents(study.figures) == figures
    assert re.search(r"mentions +broken +.*wanted the table that", call("status").output)


def test_every_reader_refuses_a_table_of_another_manifest(
    toy_layout: Layout, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(toy_layout.features, tmp_path / "features"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name in TABLES:
        manifest["tables"][name]["content"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in TABLES:
        with pytest.raises(TableError, match=REFUSED):
            getattr(read_features(folder), name)
        with pytest.raises(TableError, match=REFUSED):
            read_table(name, folder)


def test_tables_that_are_annotated_anew_while_they_are_read_are_refused(study: Layout) -> None:
    opened = read_features(study.features)
    assert len(opened.documents) == 6
    know_another_word(study)
    annotate(study)
    with pytest.raises(TableError, match="it has run since the first table was read"):
        _ = opened.mentions
    assert len(read_features(study.features).mentions)


def test_readers_find_the_old_tables_until_the_new_ones_are_whole(study: Layout) -> None:
    before = contents(study.features)
    with new_tables(study.features) as folder:
        for path in folder.iterdir():
            path.unlink()
        assert contents(study.features) == before
    assert contents(study.features) == {}


def test_an_error_leaves_the_old_tables_and_nothing_beside_them(study: Layout) -> None:
    before = contents(study.features)
    with pytest.raises(FileNotFoundError), new_tables(study.features) as folder:
        (folder / "terms.parquet").rename(folder / "nowhere" / "terms.parquet")
    assert contents(study.features) == before
    assert not list(study.features.parent.glob(".features.part-*"))


def test_tables_of_an_older_version_are_refused_until_they_are_rebuilt(study: Layout) -> None:
    path = study.features / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert manifest.pop("schema") == 2
    path.write_text(json.dumps(manifest), encoding="utf-8")
    said = "wanted open tables of version 2 of the schema, came version 1. Rebuild them with"
    result = call("run")
    assert result.exit_code == 1
    assert said in str(result.exception)
    assert said in " ".join(call("status").output.split())
    assert not any(annotate(study).values())
    assert call("run").exit_code == 0


def test_what_is_no_table_stays_beside_the_tables(study: Layout) -> None:
    (study.features / "notes.txt").write_text("Brot", encoding="utf-8")
    annotate(study)
    assert (study.features / "notes.txt").read_text(encoding="utf-8") == "Brot"


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system has no such step")
def test_folders_change_places_in_one_step(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).touch()
    assert atomic.exchange(one, other)
    assert [path.name for path in one.iterdir()] == ["other"]
    assert [path.name for path in other.iterdir()] == ["one"]


def test_where_files_have_one_name_only_tables_are_copied(
    study: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(features.os, "link", refuse)
    before = contents(study.features)
    assert annotate(study) == dict.fromkeys(TABLES, False)
    assert contents(study.features) == before


def test_status_explain_and_the_run_say_the_same(study: Layout) -> None:
    """After each change, `status` and `run --explain` say what the run then does."""
    home = study.root / "analysis"
    assert not home.exists()

    def words() -> tuple[str, str, str]:
        said = [call(*command).output for command in (["status"], ["run", "--explain"], ["run"])]
        return tuple(  # type: ignore[return-value]  # three
            next(line for line in text.splitlines() if "01_probe" in line) for text in said
        )

    for state, then in (("never run", "succeeded"), ("up to date", "up to date")):
        status, explained, ran = words()
        assert state in status
        assert state in explained
        assert then in ran
    write_notebook(study.notebooks / "01_probe.ipynb", NOTEBOOK, "1")
    status, explained, ran = words()
    assert "stale" in status
    assert "code cell 3 is new" in status
    assert "stale" in explained
    assert "succeeded" in ran
    (study.figures / "01_probe.csv").write_text("falsch", encoding="utf-8")
    status, explained, ran = words()
    assert "not published" in status
    assert "figures/01_probe.csv is not as the run left it" in status
    assert "not published" in explained
    assert "up to date" in ran
    assert "up to date" in words()[0]


def test_a_changed_measure_makes_status_stale_as_it_does_the_run(
    study: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured before: status said up to date, explain and the run said stale."""

    def said(*arguments: str) -> str:
        done = call(*arguments)
        assert done.exit_code == 0, done.output
        return next(line for line in done.output.splitlines() if "01_probe" in line)

    assert "succeeded" in said("run")
    assert "up to date" in said("status")
    changed = {**key.hash_package(key.stamp_of(key.PACKAGE)), "analysis/figures/workbench.py": "0"}
    monkeypatch.setattr(key, "hash_package", lambda stamp: changed)
    for command in (["status"], ["run", "--explain"]):
        assert "stale" in said(*command)
        assert "analysis/figures/workbench.py changed" in said(*command)
    assert "succeeded" in said("run")
    assert "up to date" in said("status")
