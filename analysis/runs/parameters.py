"""A notebook's parameters: read from its one tagged cell, checked before a kernel starts.

The cell is read with `ast`: papermill's own inspection loses a parameter whose
line holds a ``Literal[...]``, a union or a ``#`` in its value, lets a misspelt
name pass with a warning, and never looks at types.
"""

from __future__ import annotations

import ast
import io
import json
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.runs.parameter_types import describe_annotation, fit_value
from analysis.study.errors import ParameterError, join_faults, unknown

TAG = "parameters"
_FORM = "name: type = literal  # meaning"


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell.

    Attributes
    ----------
    name : str
        As the notebook calls it.
    annotation : str
        Its type as Python writes it, such as ``Literal['core', 'near']``.
    default : JSON value
        What the notebook uses if nothing else is given.
    comment : str
        Its meaning, from the comment of the line.
    """

    name: str
    annotation: str
    default: Any
    comment: str = ""


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook file as it lies on disk, without nbformat.

    Raises
    ------
    ParameterError
        If the file is missing or is no notebook of format 4.
    """
    try:
        text = path.read_text(encoding="utf-8")
        notebook = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(notebook, ensure_ascii=False).encode()
    except FileNotFoundError:
        raise ParameterError(f"{path}: no such notebook") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise ParameterError(f"{path}: not a notebook, not valid JSON: {fault}") from None
    except UnicodeEncodeError as fault:
        odd = ascii(fault.object[fault.start])
        raise ParameterError(
            f"{path}: wanted text, came half a character ({odd}), which no file can hold. "
            f"Delete it, or write it in a string of the code as an escape: {odd}"
        ) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ParameterError(f"{path}: not a notebook of format 4; it has no list of cells")
    return notebook


def read_parameters(path: Path) -> list[Parameter]:
    """Read the parameters that a notebook declares.

    Parameters
    ----------
    path : path
        The notebook; its one code cell tagged ``parameters`` holds lines
        ``name: type = literal  # meaning``.

    Returns
    -------
    list of Parameter
        In the order of the cell.

    Raises
    ------
    ParameterError
        If there is no such cell or more than one, or with all faults of the cell.

    Examples
    --------
    >>> parse_parameters("top: int = 20  # terms a side", "02_terms.ipynb")
    [Parameter(name='top', annotation='int', default=20, comment='terms a side')]
    """
    cells = [cell for cell in read_notebook(path)["cells"] if is_parameters_cell(cell)]
    if len(cells) != 1:
        raise ParameterError(
            f"{path.name}: wanted one code cell tagged {TAG!r}, found {len(cells)}."
            f" Tag the one cell that holds lines '{_FORM}'."
        )
    return parse_parameters(cell_source(cells[0]), path.name)


def parse_parameters(source: str, where: str) -> list[Parameter]:
    """Parse the source of a parameters cell; ``where`` names the notebook in messages."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError) as fault:
        line = f", line {fault.lineno}" if isinstance(fault, SyntaxError) else ""
        raise ParameterError(f"{where}: parameters cell{line}: not valid Python: {fault}") from None
    comments = _find_comments(source)
    parameters: list[Parameter] = []
    faults = []
    for statement in statements:
        try:
            parameters.append(_read_line(statement, comments))
        except ParameterError as fault:
            faults.append(f"line {statement.lineno}: {fault}")
    faults += _repeated(parameter.name for parameter in parameters)
    if faults:
        raise ParameterError(join_faults(f"{where}: parameters cell", faults))
    return parameters


def check_parameters(
    declared: Sequence[Parameter], given: Mapping[str, Any], *, text: bool = True
) -> dict[str, Any]:
    """Check given values against the declared types, before a kernel starts.

    Parameters
    ----------
    declared : sequence of Parameter
        What the notebook declares.
    given : mapping
        Values by name: text from the command line, or values from TOML.
    text : bool
        Whether text is read as the declared type asks: ``"20"`` for an int,
        ``"NN,NE"`` for a list. TOML has types of its own: pass False for it.

    Returns
    -------
    dict
        The given values, of JSON types only, in the order in which they are declared.

    Raises
    ------
    ParameterError
        With every unknown name and every value of a wrong type.

    Examples
    --------
    >>> declared = parse_parameters("top: int = 20", "02_terms.ipynb")
    >>> check_parameters(declared, {"top": "30"})
    {'top': 30}
    """
    names = [parameter.name for parameter in declared]
    faults = [unknown("parameter", name, names) for name in given if name not in names]
    checked = {}
    for parameter in declared:
        if parameter.name not in given:
            continue
        try:
            checked[parameter.name] = fit_value(
                parameter.annotation, given[parameter.name], text=text
            )
        except ValueError as fault:
            faults.append(f"parameter {parameter.name!r}: {fault}")
    if faults:
        raise ParameterError(faults[0] if len(faults) == 1 else join_faults("parameters", faults))
    return checked


def parse_assignment(text: str) -> tuple[str, str]:
    """Split ``name=value`` as it is typed on the command line.

    Examples
    --------
    >>> parse_assignment("unit=form")
    ('unit', 'form')
    """
    name, sign, value = text.partition("=")
    name = name.strip()
    if not sign or not name.isidentifier():
        raise ParameterError(f"wanted a parameter as name=value, came {text!r}")
    return name, value.strip()


def cell_source(cell: Mapping[str, Any]) -> str:
    """Give a cell's source as one string; on disk it is usually a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def is_parameters_cell(cell: Mapping[str, Any]) -> bool:
    """Whether this is a code cell tagged ``parameters``."""
    return cell.get("cell_type") == "code" and TAG in cell.get("metadata", {}).get("tags", [])


def _read_line(statement: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    """Read one statement; a ParameterError says what is wrong with it."""
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        raise ParameterError(f"wanted '{_FORM}', came {_shorten(ast.unparse(statement))}")
    name = statement.target.id
    if statement.value is None:
        raise ParameterError(f"{name!r} has no default; write '{_FORM}'")
    try:
        annotation = describe_annotation(statement.annotation)
        default = fit_value(annotation, _literal(statement.value), text=False)
    except ValueError as fault:
        raise ParameterError(f"{name!r}: {fault}") from None
    lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    comment = next((comments[line] for line in lines if line in comments), "")
    return Parameter(name, annotation, default, comment)


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        raise ValueError(
            f"its value {_shorten(ast.unparse(node))} is computed. It would keep its old value when"
            f" another parameter is given: write a literal here and compute in a later cell"
        ) from None


def _find_comments(source: str) -> dict[int, str]:
    """Give the comment of each line that has one; a ``#`` inside a string is none."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _repeated(names: Iterable[str]) -> list[str]:
    listed = list(names)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    return [f"{name!r} stands twice" for name in twice]


def _shorten(text: str) -> str:
    return repr(text) if len(text) <= 60 else repr(text[:57] + "...")
