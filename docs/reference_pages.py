"""Write the pages of the reference when the site is built: commands, parameters, tables, Python.

MkDocs calls `on_files` (``hooks`` in ``mkdocs.yml``). Nothing of these pages is kept in git,
so that they cannot differ from the program.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import nbformat
import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

import analysis
from analysis.cli.app import app
from analysis.study.paths import find_layout
from analysis.tables.schema import code_book


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those written by hand."""
    for name, text in {**pages(), **python_pages()}.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def pages() -> dict[str, str]:
    """Write the pages on commands, parameters, the study's file and the open tables."""
    layout = find_layout()
    study = layout.study_file.read_text(encoding="utf-8")
    return {
        "commands": commands(),
        "parameters": "# Parameters of the notebooks\n\n" + "\n".join(parameters()),
        "study": "# The study's file\n\nThis is `study.toml` of the study of the two summits. Its"
        f" comments say what each table is for.\n\n```toml\n{study}```\n",
        "tables": "# Open tables\n\nEvery column of every table in `data/features`.\n\n"
        + re.sub("^###", "##", code_book(), flags=re.M),
    }


def commands() -> str:
    """Describe every command by what ``gipfel --help`` says of it."""
    command: Any = typer.main.get_command(app)
    # The program reads the options of a command when it is called.
    command.commands = {name: one.whole() for name, one in command.commands.items()}
    text = get_docs_for_click(
        obj=command, ctx=typer.Context(command, info_name="gipfel"), name="gipfel"
    )
    # A docstring's heading of examples is no heading of the page.
    text = re.sub(r"^Examples?\n-+$", "**Examples**:", text, flags=re.M)
    return text.replace("# `gipfel`", "# Commands", 1)


def parameters() -> Iterator[str]:
    """Show the parameters of each notebook as they are declared there, under its question."""
    for path in sorted(find_layout().notebooks.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        title, question = cells[0].source.split("\n\n")[:2]
        (declared,) = [c.source for c in cells if "parameters" in c.metadata.get("tags", [])]
        yield f"#{title}\n\n{question}\n\n```python\n{declared}\n```\n"


def python_pages() -> dict[str, str]:
    """Write one page for each room of the package that has public names, and one of formulas."""
    rooms: dict[str, list[str]] = defaultdict(list)
    for name in analysis.__all__:
        found = getattr(analysis, name)
        rooms[found.__module__.split(".")[1]].append(f"{found.__module__}.{name}")
    written = {f"python/{room}": room_page(room, names) for room, names in rooms.items()}
    return {**written, "python/formulas": formulas(), "python/rooms": all_rooms()}


def formulas() -> str:
    """Describe the formulas that measures are asked for by name."""
    shown = "::: analysis.measures.formulas\n    options:\n      show_root_heading: false\n"
    return f"# Formulas\n\n{shown}"


def all_rooms() -> str:
    """Say what each folder of the package is for, in the words of its docstring."""
    names = sorted(one.name for one in iter_modules(analysis.__path__) if one.ispkg)
    rows = [f"| `{name}` | {first_line(f'analysis.{name}')} |" for name in names]
    return "# Rooms of the package\n\n" + "\n".join(
        ["| room | what it is for |", "|---|---|", *rows]
    )


def first_line(module: str) -> str:
    """Take the first line of a module's docstring."""
    return (import_module(module).__doc__ or "").splitlines()[0]


def room_page(room: str, names: list[str]) -> str:
    """Name what the room's public functions and classes are; mkdocstrings writes the rest."""
    listed = "\n\n".join(f"::: {name}" for name in sorted(names, key=lambda n: n.split(".")[-1]))
    head = first_line(f"analysis.{room}")
    return f"# `analysis.{room}`\n\n{head} Import these names from `analysis`.\n\n{listed}\n"
