"""The command ``gipfel`` as a user calls it, on the made-up study."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import call, fault
from conftest import HERE, ROOT
from typer.testing import CliRunner

from analysis.cli import app as cli
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.schema import TABLES

TOY_TEXTS = HERE / "toy" / "data" / "raw"


@pytest.fixture
def study(study: Layout) -> Layout:
    """The made-up study with open tables and notebooks; the working directory."""
    shutil.copytree(ROOT / "notebooks", study.notebooks, dirs_exist_ok=True)
    return study


def test_help_lists_every_command() -> None:
    result = call("--help")
    assert result.exit_code == 0
    assert all(f" {name} " in result.output for name in cli.COMMANDS)
    assert "Did you mean 'kwic'?" in call("kwik").output


@pytest.mark.parametrize(
    "command",
    [
        *([name] for name in cli.COMMANDS if name not in {"code", "evaluate"}),
        *(["code", "sample"], ["code", "import"]),
        *(["evaluate", "mentions"], ["evaluate", "quotes"]),
    ],
    ids=" ".join,
)
def test_help_gives_an_example(command: list[str]) -> None:
    result = call(*command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output
    text = " ".join(result.output.replace("│", " ").split())
    assert f"gipfel {' '.join(command)}" in text.partition("Example")[2]


def test_help_loads_no_library_that_it_does_not_need() -> None:
    code = (
        "import sys\nfrom analysis.cli.app import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    print(sorted(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "'typer'" in loaded
    for package in ("numpy", "pandas", "pyarrow", "pydantic", "matplotlib", "nbformat", "json"):
        assert f"'{package}'" not in loaded


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["02_term_frequency", "-p", "topp=30"], "unknown parameter 'topp'"),
        (["02_term_frequency", "-p", "topp=30"], "Did you mean 'top'?"),
        (["02_term_frequency", "-p", "top=many"], "int"),
        (["02_term_frequency", "-p", "top=3", "-p", "top=4"], "given twice: top"),
        (["03_frame"], "Did you mean '03_framing'?"),
        (["-p", "top=3"], "parameters belong to one notebook, came none"),
    ],
)
def test_a_wrong_call_stops_before_a_kernel(study: Layout, arguments: list[str], said: str) -> None:
    assert said in fault(call("run", *arguments))
    assert not list(study.runs.glob("*/*"))


def test_run_without_open_tables_says_how_to_get_them(study: Layout) -> None:
    shutil.rmtree(study.features)
    text = fault(call("run"))
    for said in ("no open table", "git checkout data/features", "gipfel annotate"):
        assert said in text


def test_ingest_copies_recognises_and_names_the_missing(study: Layout, tmp_path: Path) -> None:
    shutil.rmtree(study.raw)
    folder = tmp_path / "in"
    shutil.copytree(TOY_TEXTS, folder)
    assert call("ingest", str(folder)).output.count("copied") == 6
    assert call("ingest", str(folder)).output.count("recognised") == 6
    (folder / "nord_1.txt").unlink()
    (folder / "nord_2.txt").write_text("Anders.", encoding="utf-8")
    (folder / "neu.txt").write_text("Ein neuer Text.", encoding="utf-8")
    result = call("ingest", str(folder))
    assert result.exit_code == 1
    for said in ("missing", "changed", 'id = "neu"'):
        assert said in result.output
    assert (study.raw / "nord_2.txt").read_bytes() == (TOY_TEXTS / "nord_2.txt").read_bytes()


def test_annotate_leaves_equal_tables_alone(study: Layout) -> None:
    before = {path.name: path.read_bytes() for path in study.features.iterdir()}
    result = call("annotate")
    assert result.exit_code == 0, result.exception
    assert "changed" not in result.output
    assert {path.name: path.read_bytes() for path in study.features.iterdir()} == before


def test_status_tells_what_is_stale(study: Layout) -> None:
    fresh = call("status").output
    assert fresh.count("recognised") == 6
    assert fresh.count("up to date") == len(TABLES)
    assert fresh.count("never run") == len(read_study(study.root / "study.toml").runs)
    text = study.study_file.read_text(encoding="utf-8")
    study.study_file.write_text(text.replace('"Durchbruch"', '"Durchbruch", "Sieg"'), "utf-8")
    assert "changed since: frames_and_actors" in call("status").output
    shutil.rmtree(study.raw)
    assert "6 known" in call("status").output


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("gipfel prov", ["provenance"]),
        ("gipfel code sa", ["sample"]),
        ("gipfel run --forc", ["--force"]),
        ("gipfel code sample --by event,fr", ["event,frame"]),
        ("gipfel run 03", ["03_framing"]),
        ("gipfel run 03_framing --parameter=lang", ["language="]),
    ],
)
def test_a_shell_completes_commands_options_and_values(typed: str, offered: list[str]) -> None:
    n = str(len(typed.split()) - 1)
    asked = {"_GIPFEL_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": n}
    result = CliRunner().invoke(cli.app, [], prog_name="gipfel", env=asked)
    assert result.output.split() == offered


def test_main_prints_one_message_and_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["gipfel", "ingest", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "came no folder" in capsys.readouterr().err.replace("\n", " ")
