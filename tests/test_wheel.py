"""The wheel: all that the package needs, the licences of both, and nothing of a study."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def names(wheel: zipfile.ZipFile) -> set[str]:
    return set(wheel.namelist())


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in names(wheel) if name.endswith(".dist-info/METADATA"))
    return message_from_string(wheel.read(name).decode())


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """What git ignores stays out: articles, what holds their text, and caches."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "analysis"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    ours = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    packed = {name for name in names(wheel) if ".dist-info/" not in name}
    assert packed == ours | {"analysis/coding/coding-rules.md"}
    assert not any(name.startswith(("tests/", "data/", "notebooks/")) for name in names(wheel))
    kinds = {Path(name).suffix for name in packed}
    assert kinds <= {".py", ".ttf", ".txt", ".toml", ".css", ".js", ".j2", ".md"}


def test_the_wheel_holds_what_modules_read_beside_them(wheel: zipfile.ZipFile) -> None:
    fonts = ("Bold", "It", "Regular", "Semibold")
    assert {
        *("analysis/coding/page.css", "analysis/coding/page.html.j2", "analysis/coding/page.js"),
        *(f"analysis/figures/fonts/SourceSansPro-{font}.ttf" for font in fonts),
        *("analysis/figures/fonts/OFL.txt", "analysis/coding/coding-rules.md"),
        *("analysis/__init__.py", "analysis/__main__.py", "analysis/cli/app.py"),
    } <= names(wheel)
    rules = wheel.read("analysis/coding/coding-rules.md")
    assert rules == (ROOT / "docs" / "reference" / "coding-rules.md").read_bytes()


def test_the_wheel_names_the_licences_of_code_and_fonts(wheel: zipfile.ZipFile) -> None:
    about = metadata(wheel)
    assert about["License-Expression"] == "MIT AND OFL-1.1"
    licences = about.get_all("License-File")
    assert licences == ["LICENSE", "analysis/figures/fonts/OFL.txt"]
    for name in licences:
        (packed,) = (one for one in names(wheel) if one.endswith(f".dist-info/licenses/{name}"))
        assert wheel.read(packed) == (ROOT / name).read_bytes()


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    (points,) = (name for name in names(wheel) if name.endswith("entry_points.txt"))
    assert "gipfel = analysis.__main__:main" in wheel.read(points).decode()
