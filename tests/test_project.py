"""What the repository promises: environments that agree, no article text, no machine, no host."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import ROOT


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def locked_versions() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {
        name.lower(): version for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.M)
    }


def test_environment_agrees_with_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pins = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    pip = next(e["pip"] for e in environment["dependencies"] if isinstance(e, dict))
    found = dict(pin.split("=", 1) for pin in pins if "=" in pin and not pin.startswith("python="))
    found |= {name.lower(): v for name, v in (pin.split("==") for pin in pip if "==" in pin)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {*project["dependencies"], *project["optional-dependencies"]["dev"]}
    locked = locked_versions()
    assert found == {name.lower(): locked[name.lower()] for name in wanted}


def test_lock_has_hashes_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    entries = re.split(r"^(?=[a-zA-Z])", text, flags=re.M)[1:]
    assert len(entries) > 100
    assert all("--hash=sha256:" in entry for entry in entries)


def test_no_path_of_a_machine() -> None:
    homes = [str(Path.home()) + "/", str(ROOT.parent) + "/"]
    homes = [home for home in homes if home.count("/") > 1]
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        assert not [home for home in homes if home in text], path


@pytest.mark.parametrize(
    "statement",
    [
        "import analysis",
        "from analysis import read_features, count_terms, fit_topics, plot_terms, open_workbench",
        "from analysis import read_features; read_features().mentions",
        "import analysis.runs.plan, analysis.cli",
    ],
)
def test_reading_open_tables_loads_no_model_and_no_papermill(statement: str) -> None:
    code = f"import sys; {statement}; print(sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "'analysis'" in loaded
    for package in ("somajo", "HanTa", "papermill"):
        assert f"'{package}'" not in loaded
