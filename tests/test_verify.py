"""gipfel verify: passes on what is committed, and names the cause when something changed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from commands import call, fault, git
from conftest import ROOT
from study_for_runs import write_notebook

from analysis.cli import console
from analysis.runs.plan import plan_runs
from analysis.runs.verify import (
    Blame,
    compare_files,
    compare_folders,
    compare_pictures,
    compare_tables,
    compare_values,
    find_causes,
)
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import content_hash, read_table, write_table
from analysis.tables.schema import TABLES

#: One figure, one table and one file of values: a file of every kind that `verify` compares.
NOTEBOOK = """
from analysis import Selection, frame_rates, open_workbench
from analysis.figures.plots import plot_frame_rates
bench = open_workbench("03_framing", {"tier": tier})
frames = [frame.id for frame in bench.study.frames]
documents, mentions = bench.features.documents, bench.features.mentions
rates = frame_rates(mentions, documents, frames, selection=Selection(tier))
bench.export_figure(plot_frame_rates(rates, bench.look), "03_frame_rates", rates, title="Rates")
bench.export_table(documents[["doc_id", "n_tokens"]], "03_length")
bench.export_values({"n": len(mentions)}, "03_values")
"""


@pytest.fixture(scope="module")
def committed(toy_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A made-up study of one notebook, its figures made and committed; not to be changed."""
    root = tmp_path_factory.mktemp("committed") / "toy"
    shutil.copytree(toy_layout.root, root, ignore=shutil.ignore_patterns("papermill_runs"))
    layout = Layout(root)
    design = layout.study_file.read_text(encoding="utf-8")
    head = design[: design.index("[[run]]")]
    layout.study_file.write_text(f'{head}[[run]]\nnotebook = "03_framing"\n', encoding="utf-8")
    parameters = 'tier: str = "core"  # which lexemes of a frame count'
    write_notebook(layout.notebooks / "03_framing.ipynb", NOTEBOOK, parameters=parameters)
    git(root, "init", "-q")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert call("run").exit_code == 0
    (root / ".gitignore").write_text("papermill_runs/\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "study")
    return layout


@pytest.fixture
def study(committed: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A copy of it to tamper with; the working directory."""
    shutil.copytree(committed.root, tmp_path / "toy")
    monkeypatch.chdir(tmp_path / "toy")
    monkeypatch.setattr(console.out, "width", 300)
    return Layout(tmp_path / "toy")


def verify(*arguments: str) -> tuple[int, str]:
    result = call("verify", *arguments)
    return result.exit_code, result.output + str(result.exception or "")


pytestmark = pytest.mark.xdist_group("kernels")


def test_default_run_publishes_and_another_does_not(study: Layout) -> None:
    published = {path.name: path.read_bytes() for path in study.figures.iterdir()}
    kinds = {f"03_frame_rates.{ending}" for ending in ("pdf", "svg", "png", "csv", "json")}
    assert kinds | {"03_length.csv", "03_values.json"} <= set(published)
    inputs = json.loads(published["03_frame_rates.json"])["inputs"]
    manifest = json.loads((study.features / "manifest.json").read_text())
    assert inputs["documents"] == manifest["tables"]["documents"]["content"]
    assert set(inputs) == {"documents", "mentions", "study.toml"}
    assert call("run", "03_framing", "-p", "tier=core_near").exit_code == 0
    assert {path.name: path.read_bytes() for path in study.figures.iterdir()} == published
    assert len(list((study.runs / "03_framing").glob("*/run.json"))) == 2
    assert "tier=core_near" in call("status").output


def test_passes_as_committed(study: Layout) -> None:
    status, said = verify()
    assert status == 0, said
    files = len(list(study.figures.glob("03_*")))
    assert f"{files}/{files}" in said
    assert "as committed" in said
    assert f"Byte for byte equal: {files} of {files} files." in said
    assert not [path for path in (study.runs / "verify").iterdir() if path.suffix != ".lock"]


def test_other_bytes_of_equal_numbers_pass_and_are_told(study: Layout) -> None:
    """As another processor would have written it before numbers were rounded."""
    path = study.figures / "03_frame_rates.csv"
    text = path.read_text(encoding="utf-8")
    number = re.search(r"\d\.\d{5,}", text)
    assert number
    path.write_text(text.replace(number[0], f"{number[0]}0001", 1), encoding="utf-8")
    status, said = verify()
    files = len(list(study.figures.glob("03_*")))
    assert status == 0, said
    assert re.search(r"03_frame_rates.csv +same numbers +other bytes", said)
    assert f"Byte for byte equal: {files - 1} of {files} files." in said
    assert verify("--bytes")[0] == 1


def test_a_changed_count_is_data(study: Layout) -> None:
    documents = read_table("documents", study.features)
    documents.loc[0, "n_tokens"] = int(documents.loc[0, "n_tokens"]) + 7
    assert write_table(documents, "documents", study.features)
    status, said = verify()
    assert status == 1
    assert re.search(r"data +open table documents is not the one", said)
    assert "03_frame_rates.csv" in said
    assert not re.search(r"^ +(code|machine|environment) ", said, re.M)


def test_a_changed_colour_is_the_design(study: Layout) -> None:
    design = study.study_file.read_text(encoding="utf-8")
    study.study_file.write_text(re.sub(r'colour = "#\w+"', 'colour = "#A00000"', design, count=1))
    status, said = verify("--pictures", str(study.root / "shown"))
    assert status == 1
    assert "study.toml, event.0.colour" in said
    assert "became #A00000" in said
    assert "% of the pixels" in said
    assert list((study.root / "shown").glob("03_*-difference.png"))


def rest_on_another_file(study: Layout) -> None:
    """A figure lists files beside the open tables; one that is another by now is the cause."""
    for path in study.figures.glob("03_*.json"):
        note = json.loads(path.read_text(encoding="utf-8"))
        note["inputs"]["data/validation/scores.csv"] = "0" * 64
        path.write_text(json.dumps(note), encoding="utf-8")


def change_parameter(study: Layout) -> None:
    design = study.study_file.read_text(encoding="utf-8")
    study.study_file.write_text(design + 'parameters = { tier = "core_near" }\n', encoding="utf-8")


def draw_by_older_matplotlib(study: Layout) -> None:
    for path in study.figures.glob("03_*.json"):
        path.write_text(path.read_text().replace('"matplotlib": "3.', '"matplotlib": "2.'))


def change_notebook(study: Layout) -> None:
    path = study.notebooks / "03_framing.ipynb"
    path.write_text(path.read_text().replace("frame_rates(", "frame_rates(*[], "))


def find_all_causes(study: Layout) -> list[Blame]:
    (plan,) = plan_runs(read_study(study), study)
    contents = {name: content_hash(read_table(name, study.features)) for name in TABLES}
    return find_causes(plan, study, contents)


@pytest.mark.parametrize(
    ("change", "cause", "detail"),
    [
        (rest_on_another_file, "data", r"data/validation/scores.csv is not the one"),
        (change_parameter, "parameters", r"tier: core became core_near"),
        (draw_by_older_matplotlib, "environment", r"matplotlib 2\.\S+ became 3\."),
        (change_notebook, "code", r"notebooks/03_framing.ipynb is not as it is committed"),
    ],
)
def test_what_is_another_than_before_is_named(
    study: Layout, change: Callable[[Layout], None], cause: str, detail: str
) -> None:
    change(study)
    (blame,) = find_all_causes(study)
    assert blame.cause == cause
    assert re.match(detail, blame.detail)


def test_a_file_of_the_package_that_is_not_committed_is_named(study: Layout) -> None:
    """The package lies in the study's own repository here, as it does in ours."""
    shutil.copytree(
        ROOT / "analysis", study.root / "analysis", ignore=shutil.ignore_patterns("__pycache__")
    )
    git(study.root, "add", "-A")
    git(study.root, "commit", "-q", "--amend", "--no-edit")
    (nothing,) = find_all_causes(study)
    assert nothing.cause == "machine"
    assert "code that was committed without new figures" in nothing.detail
    path = study.root / "analysis" / "measures" / "framing.py"
    path.write_text(f"{path.read_text('utf-8')}\nX = 1\n", encoding="utf-8")
    blamed = [Blame("code", "analysis/measures/framing.py is not as it is committed")]
    assert find_all_causes(study) == blamed


def test_an_untold_difference_is_the_machine(study: Layout) -> None:
    figure = next(study.figures.glob("03_*.svg"))
    figure.with_suffix(".png").unlink()
    status, said = verify()
    assert status == 1
    assert "machine" in said
    assert re.search(r"03_\w+\.png +new +made, but not committed", said)


def test_from_articles_finds_a_table_that_they_do_not_give(study: Layout) -> None:
    assert verify("--from-articles")[0] == 0
    terms = read_table("terms", study.features)
    terms.loc[0, "n"] += 1
    write_table(terms, "terms", study.features)
    status, said = verify("--from-articles")
    assert status == 1
    assert "terms.parquet" in said
    assert "column 'n'" in said


def test_without_articles_or_figures(study: Layout) -> None:
    shutil.rmtree(study.raw)
    assert "gipfel ingest FOLDER" in fault(call("verify", "--from-articles"))
    shutil.rmtree(study.figures)
    assert "Make them with `gipfel run`" in fault(call("verify"))


def test_tables_are_compared_by_cell() -> None:
    before = pd.DataFrame({"a": ["1", "2", "x"], "b": ["1.0", "", "3"]})
    assert compare_tables(before, before.assign(b=["1.00000000001", "", "3"])) == []
    assert compare_tables(before, before[["a"]]) == ["columns a, b became a"]
    assert compare_tables(before, before[:2]) == ["3 rows became 2"]
    many = compare_tables(before, before.assign(a=["7", "8", "9"], b=["7", "8", "9"]))
    assert many[0].startswith("6 of 6 cells: row 1, column 'a': 1 became 7; ")
    assert many[0].endswith("; and 3 more")


def test_values_are_compared_wherever_they_stand() -> None:
    before = {"values": {"n": 1, "gone": 2}, "list": [1.0, 2.0]}
    after = {"values": {"n": 1.0000000001, "added": 2}, "list": [1.0, 2.5]}
    assert list(compare_values(before, after)) == [
        "list.1: 2.0 became 2.5",
        "values.added: new",
        "values.gone: no longer there",
    ]


def test_versions_alone_are_no_difference(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder, number in zip(folders, ("3.10", "3.11"), strict=True):
        folder.mkdir()
        (folder / "01_x.json").write_text(json.dumps({"versions": {"m": number}, "values": {}}))
    assert compare_files(*(f / "01_x.json" for f in folders), tmp_path).verdict == "same numbers"


def test_equal_pixels_forgive_the_vectors_beside_them(tmp_path: Path) -> None:
    pixels = np.full((4, 5, 3), 0.5)
    for name, text in (("a", {"Title": "a"}), ("b", {"Title": "b"})):
        folder = tmp_path / name
        folder.mkdir()
        matplotlib.image.imsave(folder / "01_x.png", pixels, metadata=text)
        (folder / "01_x.pdf").write_text(name)
        (folder / "01_y.pdf").write_text(name)
    found = compare_folders(tmp_path / "a", tmp_path / "b", "01_", tmp_path)
    assert [one.verdict for one in found] == ["same picture", "same picture", "differs"]


def test_the_picture_of_a_difference_is_red_where_pixels_differ(tmp_path: Path) -> None:
    pixels = np.full((4, 5, 3), 0.5)
    matplotlib.image.imsave(tmp_path / "a.png", pixels)
    pixels[1, 2] = 1.0
    matplotlib.image.imsave(tmp_path / "b.png", pixels)
    found = compare_pictures(tmp_path / "a.png", tmp_path / "b.png", tmp_path / "p")
    assert found.detail == "5.00% of the pixels"
    assert found.picture is not None
    shown = matplotlib.image.imread(found.picture)[..., :3]
    red = (shown[..., 0] > shown[..., 1] + 0.3).nonzero()
    assert [list(axis) for axis in red] == [[1], [2]]
    matplotlib.image.imsave(tmp_path / "c.png", np.zeros((6, 5, 3)))
    found = compare_pictures(tmp_path / "a.png", tmp_path / "c.png", tmp_path)
    assert found.detail == "5 x 4 pixels became 5 x 6"
