"""What the repository promises: environments that agree, no article text, no machine, no host."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from conftest import ROOT


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def environment() -> dict[str, list[str]]:
    """Give what conda installs, and what pip does."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    return {"conda": [entry for entry in entries if isinstance(entry, str)], "pip": pip}


def test_pip_installs_the_lock_and_conda_only_what_pip_needs() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = [line.removesuffix("\\").strip() for line in re.findall(r"^\w.*$", text, re.M)]
    assert len(locked) > 100
    assert environment()["pip"] == [*locked, "-e ."]
    names = [re.split("[=<>]", entry)[0] for entry in environment()["conda"]]
    assert names == ["python", "pip", "make"]


@pytest.mark.skipif("GIPFEL_FRESH_VENV" not in os.environ, reason="installs; .ci/run calls it")
def test_the_list_of_environment_yml_installs_into_a_fresh_environment() -> None:
    """Into the folder and with the Python that .ci/run names; it goes on to use them."""
    folder = Path(os.environ["GIPFEL_FRESH_VENV"])
    subprocess.run([os.environ["GIPFEL_FRESH_PYTHON"], "-m", "venv", folder], check=True)
    python, listed = folder / "bin" / "python", folder / "listed.txt"
    listed.write_text("\n".join(environment()["pip"]) + "\n", encoding="utf-8")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--no-compile", "-r", listed], cwd=ROOT, check=True)
    subprocess.run([*pip, "check"], cwd=ROOT, check=True)
    found = subprocess.run([*pip, "freeze"], capture_output=True, text=True, check=True).stdout
    installed = {line.replace("_", "-").lower() for line in found.splitlines() if "==" in line}
    wanted = {line.split(" ")[0].replace("_", "-").lower() for line in environment()["pip"]}
    assert len(installed) > 100
    assert {line for line in installed if not line.startswith("gipfel")} <= wanted


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
