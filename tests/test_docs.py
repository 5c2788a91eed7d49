"""The documentation says what is so: commands, examples, paths, the drawing of the package."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from conftest import ROOT
from typer.testing import CliRunner

import analysis
from analysis.cli.app import Summary, app
from analysis.study.paths import Layout

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`gipfel ([^`]+)`")
#: Commands that only read, or write only where git does not look; quick on the made-up study.
QUICK = {"status", "params", "kwic", "collocates", "readings", "release-check", "prune"}
#: Options that would change something, or ask git what is staged.
NOT_QUICK = {"--stamp", "--staged", "--yes"}


def blocks(path: Path, *languages: str) -> list[str]:
    found = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [text for language, text in found if language in languages]


def commands(path: Path) -> Iterator[str]:
    for block in blocks(path, "", "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            called = re.match(r"\s*(?:\.venv/bin/)?gipfel (.*)", line)
            if called:
                yield shlex.join(shlex.split(called[1], comments=True))


COMMANDS = sorted({command for path in PAGES for command in commands(path)})


def find_command(arguments: list[str]) -> tuple[Any, list[str]]:
    """Find the command that is called, and what is left of the arguments."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and arguments and not arguments[0].startswith("-"):
        assert arguments[0] in command.commands, f"no such command: {arguments[0]}"
        command, arguments = command.commands[arguments[0]], arguments[1:]
        command = command.whole() if isinstance(command, Summary) else command
    return command, arguments


def parse(arguments: list[str]) -> None:
    """Parse the arguments as the program does; an unknown command or option is an error."""
    command, arguments = find_command(arguments)
    assert "--install-completion" in arguments or command.make_context("gipfel", arguments)


def test_a_command_that_does_not_exist_is_found() -> None:
    parse(["run", "03_framing", "--jobs", "2"])
    for wrong in (["fly"], ["code", "sing"]):
        with pytest.raises(AssertionError, match="no such command"):
            parse(wrong)
    for wrong in (["run", "--wings"], ["run", "--engine", "steam"], ["params"]):
        with pytest.raises(Exception, match=r"No such option|is not one of|Missing"):
            parse(wrong)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists_with_its_options(command: str) -> None:
    parse(shlex.split(command))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_in_sentences_exist(path: Path) -> None:
    for said in INLINE.findall(path.read_text(encoding="utf-8")):
        command, words = find_command(said.split())
        known = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known, said


@pytest.fixture(scope="module")
def small(toy_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The made-up study as the tutorial copies it, with its tables, in a folder of its own."""
    root = tmp_path_factory.mktemp("docs") / "small-study"
    shutil.copytree(toy_layout.root, root)
    shutil.copytree(ROOT / "notebooks", root / "notebooks", dirs_exist_ok=True)
    return Layout(root)


def is_quick(command: str) -> bool:
    words = set(shlex.split(command))
    reads = command.split(maxsplit=1)[0] in QUICK or {"run", "--explain"} <= words
    return reads and not words & NOT_QUICK


@pytest.mark.parametrize("command", [command for command in COMMANDS if is_quick(command)])
def test_commands_that_only_read_run(
    command: str, small: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The readings were written for the study of the two summits.
    monkeypatch.chdir(ROOT if command == "readings" else small.root)
    words = shlex.split(command.replace("Waffenstillstand", "Tunnel"))
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.exception) == (0, None), done.output


def test_the_tutorial_counts_what_it_says(small: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.root)
    text = " ".join((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8").split())
    assert "show the eleven mentions of the frame" in text
    assert "11 hits" in CliRunner().invoke(app, ["kwic", '[frame="Deal"]']).output
    assert "There are four, all in one document" in text
    denied = ["kwic", '[frame="Deal" & polarity="negated"]', "--count", "event,voice"]
    assert "4 hits in 1 documents" in CliRunner().invoke(app, denied).output


@pytest.mark.parametrize("name", ["tutorial.md", "how-to/use-python.md"])
def test_examples_in_python_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    examples = blocks(ROOT / "docs" / name, "python")
    assert examples
    for example in examples:
        exec(example, names)  # noqa: S102 -- the documentation's own


def test_pages_that_are_named_exist() -> None:
    where = [*PAGES, ROOT / "data" / "README.md", ROOT / "pyproject.toml", ROOT / "mkdocs.yml"]
    where += [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "analysis").rglob("*.py")]
    for path in where:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"docs/[a-z_/-]+\.(?:md|py)", text):
            missing = not (ROOT / name).is_file() and name != "docs/notes.txt"
            assert not missing, f"{path}: {name}"


def test_the_drawing_of_the_package_is_that_of_the_linter() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    wanted = [sorted(re.findall(r"analysis\.(\w+)", layer)) for layer in layers]
    page = ROOT / "docs" / "explanation" / "architecture.md"
    drawing = next(block for block in blocks(page, "") if "cli" in block)
    drawn = [sorted(re.findall("[a-z]+", line)) for line in drawing.splitlines()]
    assert [rooms for rooms in drawn if rooms] == wanted


@pytest.fixture(scope="module")
def generated() -> ModuleType:
    place = ROOT / "docs" / "reference_pages.py"
    spec = importlib.util.spec_from_file_location("reference_pages", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_has_every_command_and_public_name(
    generated: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    pages, python = generated.pages(), generated.python_pages()
    command: Any = typer.main.get_command(app)
    assert all(f"## `gipfel {name}`" in pages["commands"] for name in command.commands)
    listed = re.findall(r"^::: \S+\.(\w+)$", "\n".join(python.values()), re.MULTILINE)
    assert set(analysis.__all__) <= set(listed)
    for name in ("parameters", "study", "tables"):
        assert pages[name].count("\n") > 100
