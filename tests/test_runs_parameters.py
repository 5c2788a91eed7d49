from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_for_runs import write_notebook

from analysis.runs.parameters import (
    Parameter,
    check_parameters,
    fit_value,
    parse_assignment,
    parse_parameters,
    read_parameters,
)
from analysis.study.errors import ParameterError

DECLARED = parse_parameters('top: int = 20\nunit: Literal["form", "lemma"] = "lemma"', "n.ipynb")

VALUES = {
    "int": st.integers(),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "str": st.text(),
    "bool": st.booleans(),
    "list[str]": st.lists(st.text(), max_size=4),
    "list[list[int]]": st.lists(st.lists(st.integers(), max_size=3), max_size=3),
    "str | None": st.none() | st.text(),
    "int | bool": st.integers() | st.booleans(),
    "list[int | str] | None": st.none() | st.lists(st.integers() | st.text(), max_size=4),
    "Literal['core', 'near', 1, None]": st.sampled_from(["core", "near", 1, None]),
}


@st.composite
def declared_parameters(draw: st.DrawFn) -> Parameter:
    annotation = draw(st.sampled_from(sorted(VALUES)))
    # The mark in front keeps keywords out.
    name = "p" + draw(st.text("abcäß_019", max_size=8))
    comment = draw(st.text("aZäß1-=:'\"", max_size=9))
    return Parameter(name, annotation, draw(VALUES[annotation]), comment)


@settings(max_examples=40)
@given(st.lists(declared_parameters(), max_size=5, unique_by=lambda parameter: parameter.name))
def test_cell_is_read_as_it_was_written(parameters: list[Parameter]) -> None:
    lines = [
        f"{p.name}: {p.annotation} = {p.default!r}" + (f"  # {p.comment}" if p.comment else "")
        for p in parameters
    ]
    assert parse_parameters("\n".join(lines), "n.ipynb") == parameters


@given(declared_parameters())
def test_a_value_fits_its_own_type_and_comes_back_unchanged(parameter: Parameter) -> None:
    for _ in range(2):
        value = check_parameters([parameter], {parameter.name: parameter.default}, text=False)
        assert value == {parameter.name: parameter.default}
        assert type(value[parameter.name]) is type(parameter.default)


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans())
def test_text_of_a_number_is_read_as_the_number(value: float) -> None:
    annotation = type(value).__name__
    assert fit_value(annotation, str(value)) == value
    assert fit_value(f"{annotation} | str", str(value)) == value


def test_reads_the_tagged_cell_of_a_file(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "02_terms.ipynb", "1 + 1")
    assert read_parameters(path) == [
        Parameter("top", "int", 3, "terms a side"),
        Parameter("unit", "str", "lemma", "what is counted"),
    ]


def test_hash_signs_equals_signs_and_long_values_are_no_hindrance() -> None:
    source = (
        'mark: str = "# = #"  # ein Zeichen: "#"\n'
        'words: list[str] = [\n    "a",\n    "b",\n]  # zwei\n'
        'top: "int | None" = None'
    )
    assert parse_parameters(source, "n.ipynb") == [
        Parameter("mark", "str", "# = #", 'ein Zeichen: "#"'),
        Parameter("words", "list[str]", ["a", "b"], "zwei"),
        Parameter("top", "int | None", None, ""),
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("top: int = 3 * 7", "'top': its value '3 * 7' is computed. It would keep its old value"),
        ("top: int = n", "'top': its value 'n' is computed"),
        ('name: str = f"{top}"', "'name': its value \"f'{top}'\" is computed"),
        ("top = 3", "line 1: wanted 'name: type = literal  # meaning', came 'top = 3'"),
        ("top: int", "line 1: 'top' has no default"),
        ("import os", "line 1: wanted 'name: type = literal  # meaning', came 'import os'"),
        ("a.b: int = 3", "line 1: wanted 'name: type = literal"),
        ('top: int = "3"', "line 1: 'top': wanted int; came '3' (str)"),
        ("top: int = True", "line 1: 'top': wanted int; came True (bool)"),
        (
            "when: date = 3",
            "'when': the type 'date' is not allowed here. Allowed: bool, float, int",
        ),
        ("x: list = []", "the type 'list' is not allowed here"),
        ("x: Literal[1.5] = 1.5", "the type 'Literal[1.5]' is not allowed here"),
        ("x: Annotated[str, Ge(1)] = 'a'", "the type 'Annotated[str, Ge(1)]' is not allowed here"),
        ("x: Annotated[int] = 1", "the type 'Annotated[int]' is not allowed here"),
        ("x: Annotated[int, Ge(y)] = 1", "the type 'Annotated[int, Ge(y)]' is not allowed here"),
        ("x: Annotated[int, Ge(5), Lt(2)] = 1", "with a range that some number fits"),
        ("x: Annotated[int, Ge(5)] = 1", "wanted int at least 5; came 1 (int)"),
        ("x: int & str = 1", "the type 'int & str' is not allowed here"),
        ("x: 'int |' = 1", "the type 'int |' is not allowed here"),
        ("x: list[str] = ('a',)", "wanted list of str; came ('a',) (tuple)"),
        ("x: list[int] = {1}", "wanted list of int; came {1} (set)"),
        ("x: float = 1e999", "wanted finite float; came inf (float)"),
        ("top: int = 1\ntop: int = 2", "'top' stands twice"),
        ("top: int = ", "parameters cell, line 1: not valid Python"),
        ("%matplotlib inline", "parameters cell, line 1: not valid Python"),
    ],
)
def test_a_cell_that_cannot_be_trusted_is_refused(source: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_parameters(source, "02_terms.ipynb")
    assert message in str(caught.value)
    assert str(caught.value).startswith("02_terms.ipynb: parameters cell")


def test_all_faults_of_a_cell_stand_in_one_message() -> None:
    with pytest.raises(ParameterError, match="2 faults") as caught:
        parse_parameters("top = 3\nunit: str = top", "n.ipynb")
    assert "line 1" in str(caught.value)
    assert "line 2" in str(caught.value)


@pytest.mark.parametrize("number", [0, 2])
def test_one_cell_has_the_tag(tmp_path: Path, number: int) -> None:
    path = write_notebook(tmp_path / "02_terms.ipynb", parameters=None)
    if number:
        cell = '{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": ""}'
        path.write_text(f'{{"cells": [{cell}, {cell}]}}')
    message = f"02_terms.ipynb: wanted one code cell tagged 'parameters', found {number}"
    with pytest.raises(ParameterError, match=message):
        read_parameters(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "not a notebook, not valid JSON"), ("[]", "not a notebook of format 4")],
)
def test_a_file_that_is_no_notebook(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "02_terms.ipynb"
    with pytest.raises(ParameterError, match=r"02_terms\.ipynb: no such notebook"):
        read_parameters(path)
    path.write_text(content)
    with pytest.raises(ParameterError, match=message):
        read_parameters(path)


def test_unknown_name_is_told_with_all_names_and_the_nearest() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(DECLARED, {"topp": "5"})
    assert str(caught.value) == (
        "unknown parameter 'topp'. Allowed: top, unit. Did you mean 'top'?"
    )


def test_all_faults_of_the_given_values_stand_in_one_message() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters(DECLARED, {"top": "many", "unit": "lema", "x": 1})
    assert str(caught.value) == (
        "parameters: 3 faults\n"
        "  - unknown parameter 'x'. Allowed: top, unit.\n"
        "  - parameter 'top': wanted int; came 'many' (str)\n"
        "  - parameter 'unit': wanted one of 'form', 'lemma'; came 'lema' (str)."
        " Did you mean 'lemma'?"
    )


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        ("int", "-05", -5),
        ("float", "1e-3", 0.001),
        ("float", "2", 2.0),
        ("float", 2, 2.0),
        ("int", "9" * 99, int("9" * 99)),
        ("bool", "True", True),
        ("bool", "false", False),
        ("str", "20", "20"),
        ("str", "None", "None"),
        ("str | None", "None", None),
        ("str | int", "20", 20),
        ("str | int", "zwanzig", "zwanzig"),
        ("list[str]", "NN, NE", ["NN", "NE"]),
        ("list[str]", "", []),
        ("list[int]", "1,2", [1, 2]),
        ("list[str]", '["a, b", "ü"]', ["a, b", "ü"]),
        ("Literal[1, 2]", "2", 2),
        ("Literal['a', None]", "None", None),
        ("Annotated[int, Ge(1), Le(50)]", "50", 50),
        ("Annotated[float, Gt(-1.5)] | None", "-1", -1.0),
        ("Annotated[float, Gt(-1.5)] | None", "None", None),
    ],
)
def test_text_is_read_as_the_type_asks(annotation: str, text: object, value: object) -> None:
    fitted = fit_value(annotation, text)
    assert fitted == value
    assert type(fitted) is type(value)


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        ("int", "2.0", "wanted int; came '2.0' (str)"),
        ("int", 2.0, "wanted int; came 2.0 (float)"),
        ("int", True, "wanted int; came True (bool)"),
        ("float", True, "wanted finite float; came True (bool)"),
        ("float", "nan", "wanted finite float; came 'nan' (str)"),
        ("float", 10**400, f"wanted finite float; came 1{'0' * 56}... (int)"),
        ("bool", "yes", "wanted bool; came 'yes' (str)"),
        ("bool", 1, "wanted bool; came 1 (int)"),
        ("str", 5, "wanted str; came 5 (int)"),
        ("int | None", "x", "wanted int or None; came 'x' (str)"),
        ("list[int]", "1,x", "wanted list of int; came '1,x' (str)"),
        ("list[str]", "[a", "wanted list of str; came '[a' (str)"),
        ("list[str]", b"ab", "wanted list of str; came b'ab' (bytes)"),
        (
            "Annotated[int, Ge(1), Le(50)]",
            51,
            "wanted int at least 1 and at most 50; came 51 (int)",
        ),
        ("Annotated[float, Gt(0)]", "0", "wanted finite float above 0; came '0' (str)"),
        ("Annotated[float, Lt(1)]", True, "wanted finite float below 1; came True (bool)"),
        ("Literal[1]", True, "wanted one of 1; came True (bool)"),
        ("None", 0, "wanted None; came 0 (int)"),
        ("int", "x" * 99, f"wanted int; came 'x{'x' * 55}... (str)"),
    ],
)
def test_a_value_that_does_not_fit(annotation: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=r"wanted") as caught:
        fit_value(annotation, value)
    assert str(caught.value) == message


def test_toml_has_types_of_its_own() -> None:
    with pytest.raises(ParameterError, match=r"'top': wanted int; came '5' \(str\)"):
        check_parameters(DECLARED, {"top": "5"}, text=False)


@pytest.mark.parametrize(
    ("text", "pair"),
    [("unit=form", ("unit", "form")), ("a = b=c ", ("a", "b=c")), ("x=", ("x", ""))],
)
def test_an_assignment_is_split_at_its_first_sign(text: str, pair: tuple[str, str]) -> None:
    assert parse_assignment(text) == pair


@pytest.mark.parametrize("text", ["unit", "=form", "", "a b=1"])
def test_what_is_no_assignment(text: str) -> None:
    with pytest.raises(ParameterError, match="wanted a parameter as name=value, came"):
        parse_assignment(text)
