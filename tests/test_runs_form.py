"""The form for parameters: what it shows, what it refuses, and what it writes."""

from __future__ import annotations

import ast
import shlex
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_for_runs import write_notebook, write_study

from analysis.errors import ParameterError
from analysis.runs.form import (
    SESSION,
    command_line,
    find_notebook,
    parameters_form,
    replace_literals,
    write_values,
)
from analysis.runs.parameters import parse_parameters, read_notebook, read_parameters

CELL = (
    'größe: int = 20  # "ä" before the number\n'
    'unit: Literal["form", "lemma"] = "lemma"  # what is counted\n'
    'pos: list[str] = ["NN",\n                  "NE"]  # tags\n'
    "level: float | None = None  # of intervals"
)


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _, layout = write_study(tmp_path, {"01_probe": "{}"})
    monkeypatch.chdir(tmp_path)
    return write_notebook(layout.notebooks / "01_probe.ipynb", "x = 1", parameters=CELL)


def values(source: str) -> dict[str, object]:
    return {one.name: one.default for one in parse_parameters(source, "n")}


def test_only_the_literals_change() -> None:
    new = {"größe": 5, "unit": "form", "pos": ["VV"], "level": 0.9}
    text = replace_literals(CELL, new)
    assert values(text) == new
    assert text.count("#") == CELL.count("#")
    assert 'unit: Literal["form", "lemma"] = "form"  # what is counted' in text


def test_equal_values_leave_the_cell_alone() -> None:
    assert replace_literals(CELL, values(CELL)) == CELL


@given(st.text(), st.lists(st.text(max_size=5), max_size=3), st.integers())
def test_whatever_is_written_is_read_back(unit: str, pos: list[str], size: int) -> None:
    source = 'size: int = 1\nunit: str = ""\npos: list[str] = []  # tags'
    wanted = {"size": size, "unit": unit, "pos": pos}
    ast.parse(replace_literals(source, wanted))
    assert values(replace_literals(source, wanted)) == wanted


def test_writing_keeps_the_rest_of_the_notebook(notebook: Path) -> None:
    before = read_notebook(notebook)
    said = write_values(notebook, {"größe": "7", "unit": "form"})
    after = read_notebook(notebook)
    assert said.startswith("01_probe.ipynb is written.")
    assert read_parameters(notebook)[0].default == 7
    assert before["cells"][1:] == after["cells"][1:]
    assert before["metadata"] == after["metadata"]


def test_a_value_that_does_not_fit_writes_nothing(notebook: Path) -> None:
    before = notebook.read_bytes()
    with pytest.raises(ParameterError, match="wanted one of 'form', 'lemma'; came 'lem'"):
        write_values(notebook, {"unit": "lem"})
    assert notebook.read_bytes() == before


def test_the_command_names_what_differs_and_quotes_it() -> None:
    declared = parse_parameters(CELL, "n")
    given = {**values(CELL), "größe": 5, "pos": ["NN", "VV"]}
    command = shlex.split(command_line("01_probe", declared, given))
    assert command[:5] == ["gipfel", "run", "01_probe", "-p", "größe=5"]
    assert command[5:] == ["-p", 'pos=["NN", "VV"]']


def test_the_form_shows_every_parameter_and_writes(notebook: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of ipywidgets, on import
        form = parameters_form("01_probe")
    fields, button, told = form.children
    assert [field.description for field in fields.children] == ["größe", "unit", "pos", "level"]
    assert "what is counted" in fields.children[1].tooltip
    fields.children[0].value = "many"
    assert "wanted int, came &#x27;many&#x27;" in told.value
    fields.children[0].value = "9"
    assert "gipfel run 01_probe -p größe=9" in told.value
    button.click()
    assert read_parameters(notebook)[0].default == 9


def test_the_notebook_of_the_session(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SESSION, "/somewhere/notebooks/01_probe.ipynb")
    assert find_notebook("") == notebook
    monkeypatch.delenv(SESSION)
    with pytest.raises(ParameterError, match="Name it: parameters_form"):
        find_notebook("")
