"""The study as an RO-Crate, and where a figure comes from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import call, fault
from conftest import ROOT
from rocrate.rocrate import ROCrate

from analysis.runs.crate import cite
from analysis.study.errors import GipfelError
from analysis.study.paths import Layout

FIGURE = "01_corpus"


@pytest.fixture
def study(study: Layout) -> Layout:
    """The made-up study with open tables, a citation, and one figure that is not its own."""
    shutil.copytree(ROOT / "notebooks", study.notebooks, dirs_exist_ok=True)
    shutil.copy(ROOT / "CITATION.cff", study.root)
    study.figures.mkdir(exist_ok=True)
    for path in (ROOT / "figures").glob(f"{FIGURE}.*"):
        shutil.copy(path, study.figures)
    # The release check refuses rows that name the articles of another study.
    (study.figures / f"{FIGURE}.csv").write_text("doc_id,n_tokens\nnord_1,7\n")
    study.local.mkdir()
    (study.local / "audit.html").write_text("text of an article")
    return study


def test_a_crate_holds_what_is_open_and_says_which_run_made_a_figure(
    study: Layout, tmp_path: Path
) -> None:
    assert "ro-crate-metadata.json" in call("crate", str(tmp_path / "crate.zip")).output
    again = tmp_path / "again"
    shutil.unpack_archive(tmp_path / "crate.zip", again)
    inside = {path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file()}
    assert {"study.toml", "data/features/terms.parquet", "figures/01_corpus.pdf"} <= inside
    closed = ("data/raw", "data/local", "papermill_runs")
    assert not [path for path in inside if path.startswith(closed)]
    crate = ROCrate(again)
    run = crate.dereference("#run-01_corpus")
    assert run["instrument"].id == "notebooks/01_corpus.ipynb"
    assert "data/features/documents.parquet" in [one.id for one in run["object"]]
    assert "figures/01_corpus.png" in [one.id for one in run["result"]]
    assert crate.root_dataset["license"] == "https://spdx.org/licenses/MIT"
    documents = crate.dereference("data/features/documents.parquet")
    assert "One row per article" in documents["description"]


def test_a_crate_does_not_overwrite(study: Layout, tmp_path: Path) -> None:
    (tmp_path / "crate").mkdir()
    assert "is there already" in fault(call("crate", str(tmp_path / "crate")))
    assert "no such folder" in fault(call("crate", str(tmp_path / "none" / "crate")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: a", "came KeyError"),
        ("title: [", "wanted title, license"),
        ("- a", "came TypeError"),
    ],
)
def test_a_citation_that_lacks_something(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "CITATION.cff"
    path.write_text(text)
    with pytest.raises(GipfelError, match=message):
        cite(ROCrate(), path)
    path.unlink()
    with pytest.raises(GipfelError, match="no such file"):
        cite(ROCrate(), path)


def test_provenance_tells_notebook_parameters_tables_and_command(study: Layout) -> None:
    said = " ".join(call("provenance", FIGURE).output.split())
    assert "notebooks/01_corpus.ipynb" in said
    assert "width = 'column'" in said
    assert "data/features/documents.parquet" in said
    assert "has changed since" in said  # the figure is of the real study, the tables are not
    assert "make again gipfel run 01_corpus" in said
    assert "not in papermill_runs" in said


def test_provenance_of_another_run_gives_its_command(study: Layout) -> None:
    path = study.figures / f"{FIGURE}.json"
    note = json.loads(path.read_text())
    note["parameters"]["width"] = "page"
    path.write_text(json.dumps(note))
    said = " ".join(call("provenance", str(study.figures / f"{FIGURE}.pdf")).output.split())
    assert "gipfel run 01_corpus -p width=page" in said


def test_provenance_of_an_unknown_figure_suggests(study: Layout) -> None:
    assert "Did you mean '01_corpus'?" in fault(call("provenance", "01_corpsu"))
