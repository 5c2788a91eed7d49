import errno
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import presentation_samples as samples
import pytest
from PIL import Image
from presentation_samples import PLOTS, look

from analysis.figures import plots
from analysis.figures.export import (
    Provenance,
    export_figure,
    export_table,
    export_values,
    json_text,
)
from analysis.figures.style import figure, style
from analysis.study.errors import ExportError
from analysis.tables.cells import rounded

SOURCE = Provenance("02_term_frequency", {"unit": "lemma", "top": 20}, {"terms": "a" * 64}, 7)
#: Bars with hatches, dates, markers with a legend: what could depend on a process.
KINDS = ("corpus_small", "posts", "frame_rates_small")
FORMATS = ("csv", "json", "pdf", "png", "svg")


def _export(folder: Path, table: pd.DataFrame | None = None) -> dict[str, bytes]:
    table = samples.terms() if table is None else table
    drawn = plots.plot_terms(table, look(), note=samples.NOTE)
    files = export_figure(
        drawn, "02_terms", data=table, folder=folder, provenance=SOURCE, title="Häufige Terme"
    )
    return {file.suffix[1:]: file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of one figure by their format; not to be changed."""
    return _export(tmp_path_factory.mktemp("exported"))


def _digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def _export_everything(folder: Path) -> None:
    """Export figures of every kind, a table and values; also run as a program of its own."""
    for name in KINDS:
        export_figure(
            PLOTS[name](look()),
            f"02_{name}",
            data=samples.terms(3),
            folder=folder,
            provenance=SOURCE,
            title=name,
        )
    to = {"folder": folder, "provenance": SOURCE, "language": "de"}
    export_table(samples.terms(3), "02_table", {"term": "Term"}, **to)
    export_values({"n": 3}, "02_values", **to)


def test_second_export_of_one_figure_gives_the_same_bytes(tmp_path: Path):
    drawn = plots.plot_frame_shares(samples.frame_shares(), look())
    drawn._repr_png_()
    contents = []
    for _ in range(2):
        files = export_figure(drawn, "02_shares", data=samples.frame_shares(), folder=tmp_path,
                              provenance=SOURCE, title="Anteile")  # fmt: skip
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1]


def test_an_exported_figure_is_laid_out_again_when_it_changes(tmp_path: Path):
    def labelled(*names: str):
        drawn = figure(height_mm=40)
        with style():
            axes = drawn.subplots()
            for name in names:
                export_figure(drawn, "02_x", data=samples.terms(1), folder=tmp_path,
                              provenance=SOURCE, title="x")  # fmt: skip
                axes.set_ylabel(name)
                axes.set_yticks([0.5], [name])
        return drawn

    changed, fresh = labelled("Öl", "Waffenstillstand"), labelled("Waffenstillstand")
    assert changed._repr_png_() == fresh._repr_png_()


def test_other_process_with_other_hash_seed_gives_the_same_bytes(tmp_path: Path):
    program = (
        "import sys, pathlib, test_presentation_export as tests;"
        "tests._export_everything(pathlib.Path(sys.argv[1]))"
    )
    here = Path(__file__).parent
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1",
        "PYTHONPATH": f"{here}{os.pathsep}{here.parent}",
        "MPLBACKEND": "svg",
    }
    command = [sys.executable, "-c", program, str(tmp_path / "other")]
    subprocess.run(command, env=environment, check=True)
    _export_everything(tmp_path / "this")
    first, second = _digests(tmp_path / "this"), _digests(tmp_path / "other")
    assert len(first) == len(KINDS) * len(FORMATS) + 5
    assert first == second


def test_settings_of_the_machine_do_not_reach_the_files(exported: dict[str, bytes], tmp_path: Path):
    import matplotlib as mpl

    assert tuple(exported) == FORMATS
    with mpl.rc_context({"font.size": 20, "savefig.bbox": "tight", "axes.facecolor": "red"}):
        assert _export(tmp_path) == exported


def test_csv_is_the_table_that_is_drawn(tmp_path: Path):
    table = samples.terms(6)
    back = pd.read_csv(io.BytesIO(_export(tmp_path, table)["csv"]))
    pd.testing.assert_frame_equal(back, rounded(table))
    drawn = [
        line.get_xdata()[0]
        for line in plots.plot_terms(back, look()).axes[0].lines
        if line.get_marker() in ("o", "s")
    ]
    assert drawn == rounded(table["per_1000"]).tolist()


def with_other_last_bits(table: pd.DataFrame) -> pd.DataFrame:
    """Change numbers by less than what processors differ by (8e-15 of their size, measured)."""
    noise = np.random.default_rng(1).uniform(-8e-15, 8e-15, len(table))
    floats = table.select_dtypes("float").columns
    return table.assign(**{name: table[name] * (1 + noise) for name in floats})


def test_last_bits_change_no_byte_of_a_figure(tmp_path: Path):
    table = samples.terms(6)
    other = with_other_last_bits(table)
    assert not other.equals(table)
    assert _export(tmp_path / "0", table) == _export(tmp_path / "1", other)


def test_last_bits_change_no_byte_of_a_table_or_a_value(tmp_path: Path):
    """Three eighths lie halfway between two numbers of two decimals."""
    exported = []
    for i, share in enumerate((0.375, 0.375 - 1e-15, 0.375 + 1e-15)):
        to = {"folder": tmp_path / str(i), "provenance": SOURCE, "language": "en"}
        table = pd.DataFrame({"share": [share, share - 0.375]})
        files = export_table(table, "02_table", {"share": "Anteil"}, **to)
        files += export_values({"share": share, "nothing": share - 0.375}, "02_values", **to)
        exported.append({file.name: file.read_bytes() for file in files})
    assert exported[0] == exported[1] == exported[2]


def test_every_plot_draws_the_numbers_that_are_written():
    drawing = [getattr(plots, name) for name in plots.__all__]
    assert all(hasattr(plot, "__wrapped__") for plot in drawing)


def test_json_says_what_the_figure_came_from(
    exported: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
):
    text = exported["json"].decode()
    record = json.loads(text)
    assert record["inputs"] == {"terms": "a" * 64}
    assert record["parameters"] == {"top": 20, "unit": "lemma"}
    assert record["versions"]["pandas"] == pd.__version__
    assert sorted(record) == list(record)
    assert str(tmp_path_factory.getbasetemp()) not in text


def test_file_name_must_bear_the_number_of_its_notebook(tmp_path: Path):
    for name in ("terms", "03_terms", "02_Terme", "02_a/b"):
        with pytest.raises(ExportError, match=r"wanted 02_ \(the number of notebook"):
            export_values({"n": 1}, name, folder=tmp_path, provenance=SOURCE, language="de")


def test_cut_label_is_not_exported(tmp_path: Path):
    drawn = figure(height_mm=30)
    with style():
        drawn.text(0.95, 0.5, "Waffenstillstand")
    with pytest.raises(ExportError, match="'Waffenstillstand' leaves the page"):
        export_figure(drawn, "02_cut", data=samples.terms(1), folder=tmp_path,
                      provenance=SOURCE, title="x")  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_full_disk_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    export_values({"n": 1}, "02_values", folder=tmp_path, provenance=SOURCE, language="de")
    before = _digests(tmp_path)
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        write(self, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ExportError, match=r"cannot write 02_values \(json, tex\) in .*: No space"):
        export_values({"n": 2}, "02_values", folder=tmp_path, provenance=SOURCE, language="de")
    assert _digests(tmp_path) == before


def test_json_and_csv_have_more_digits_than_latex(tmp_path: Path):
    to = {"folder": tmp_path, "provenance": SOURCE, "language": "de"}
    values = {"share_deal": 1 / 3, "n_terms": 12}
    export_values(values, "02_values", **to)
    written = json.loads((tmp_path / "02_values.json").read_text())["values"]
    assert written == {"share_deal": 0.333333333, "n_terms": 12}
    assert "{0,33}" in (tmp_path / "02_values.tex").read_text()
    export_table(pd.DataFrame({"x": [1 / 3], "n": [1]}), "02_table", {"x": "Öl"}, **to)
    assert "Öl \\\\\n\\midrule\n0,33 " in (tmp_path / "02_table.tex").read_text("utf-8")
    assert (tmp_path / "02_table.csv").read_bytes() == b"x,n\n0.333333333,1\n"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"path": "/home/somebody/data"}, "path of this machine"),
        ({"path": "C:\\data\\x"}, "path of this machine"),
        ({"deep": {"list": ["/a/b/c"]}}, r"deep.list: '/a/b/c' is a path"),
        ({"x": float("nan")}, "cannot be written as JSON"),
        ({"x": {1, 2}}, "cannot be written as JSON"),
    ],
)
def test_parameters_that_would_not_repeat_are_errors(parameters, message: str):
    with pytest.raises(ExportError, match=message):
        json_text(parameters)


def test_provenance_wants_checksums_and_a_notebook():
    with pytest.raises(ExportError, match="wanted the SHA-256 of input 'terms', came 'abc'"):
        Provenance("02_term_frequency", {}, {"terms": "abc"})
    with pytest.raises(ExportError, match="wanted a notebook's name such as"):
        Provenance("terms", {}, {})


def test_description_changes_with_inputs_and_parameters():
    others = [
        Provenance("02_term_frequency", {"unit": "lemma", "top": 21}, {"terms": "a" * 64}),
        Provenance("02_term_frequency", {"unit": "lemma", "top": 20}, {"terms": "b" * 64}),
    ]
    assert len({SOURCE.describe(), *(other.describe() for other in others)}) == 3


def test_files_hold_no_time_a_title_the_width_in_print_and_true_type(exported: dict[str, bytes]):
    pdf = exported["pdf"]
    assert b"CreationDate" not in pdf
    assert b"/Title" in pdf
    assert b"/MediaBox [ 0 0 238.11" in pdf
    assert b"SourceSansPro-Regular" in pdf
    assert b"/Type3" not in pdf
    assert b"<dc:date>" not in exported["svg"]
    assert "Häufige Terme" in exported["svg"].decode()
    image = Image.open(io.BytesIO(exported["png"]))
    assert image.info["Description"] == SOURCE.describe()
    assert image.info["Title"] == "Häufige Terme"
    assert "Software" not in image.info
    assert image.width == pytest.approx(84 / 25.4 * 300, abs=1)
    in_grey = sorted(image.convert("L").histogram()[:200], reverse=True)
    assert in_grey[1] > 500  # the events are told apart
