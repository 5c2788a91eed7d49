"""A form for a notebook's parameters in JupyterLab: fields, checks, and the cell rewritten."""

from __future__ import annotations

import ast
import json
import os
import shlex
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.atomic import write_atomically
from analysis.errors import ParameterError
from analysis.paths import find_layout
from analysis.runs.parameters import (
    Parameter,
    cell_source,
    check_parameters,
    is_parameters_cell,
    read_notebook,
    read_parameters,
)
from analysis.runs.wording import allowed_values, describe_type

if TYPE_CHECKING:
    import ipywidgets

#: Set by the Jupyter server for each kernel: the path of the notebook that it serves.
SESSION = "JPY_SESSION_NAME"


def parameters_form(notebook: str = "") -> ipywidgets.VBox:
    """Show the parameters of a notebook as fields, and write what is chosen into its cell.

    Parameters
    ----------
    notebook : str
        Its name, such as ``03_framing``; by default the one that this kernel serves.

    Returns
    -------
    VBox
        A field for each parameter, with its meaning; the button *Write into the cell*
        checks all values and replaces the literals of the parameters cell in the file,
        which JupyterLab then offers to reload; the line below gives the command that runs
        the notebook headless with them.

    Raises
    ------
    ParameterError
        If no notebook is named and none is known, or its parameters cell has faults.

    Examples
    --------
    >>> form = parameters_form("03_framing")
    >>> [type(field).__name__ for field in form.children[0].children][:1]
    ['Dropdown']
    """
    import ipywidgets  # noqa: PLC0415 -- only a notebook needs it

    path = find_notebook(notebook)
    declared = read_parameters(path)
    fields = {one.name: _field(one) for one in declared}
    told = ipywidgets.HTML()
    button = ipywidgets.Button(description="Write into the cell", button_style="primary")
    button.on_click(lambda _: _say(told, lambda: write_values(path, _values(fields))))

    def preview(_: object = None) -> None:
        _say(told, lambda: command_line(path.stem, declared, _values(fields)))

    for field in fields.values():
        field.observe(preview, names="value")
    preview()
    return ipywidgets.VBox([ipywidgets.VBox(list(fields.values())), button, told])


def find_notebook(notebook: str) -> Path:
    """Find a notebook by name, or the one that this kernel serves."""
    layout = find_layout()
    if not notebook and not os.environ.get(SESSION):
        raise ParameterError(
            "parameters_form: which notebook this is can be told in JupyterLab only."
            ' Name it: parameters_form("03_framing")'
        )
    name = notebook or Path(os.environ[SESSION]).stem
    return layout.notebooks / f"{name}.ipynb"


def command_line(notebook: str, declared: list[Parameter], values: Mapping[str, Any]) -> str:
    """Give the command that runs a notebook with these values; defaults are left out.

    Examples
    --------
    >>> command_line("03_framing", [Parameter("tier", "str", "core")], {"tier": "core_near"})
    'gipfel run 03_framing -p tier=core_near'
    """
    checked = check_parameters(declared, values)
    given = [
        f" -p {one.name}={_typed(checked[one.name])}"
        for one in declared
        if checked[one.name] != one.default
    ]
    return f"gipfel run {notebook}{''.join(given)}"


def write_values(path: Path, values: Mapping[str, Any]) -> str:
    """Replace the literals of a notebook's parameters cell; all else stays as it was.

    Parameters
    ----------
    path : path
        The notebook.
    values : mapping
        New values by name; text is read as the declared type asks.

    Returns
    -------
    str
        What was done.

    Raises
    ------
    ParameterError
        If a value does not fit; nothing is written then.
    """
    checked = check_parameters(read_parameters(path), values)
    notebook = read_notebook(path)
    cell = next(cell for cell in notebook["cells"] if is_parameters_cell(cell))
    source = replace_literals(cell_source(cell), checked)
    cell["source"] = source.splitlines(keepends=True)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    write_atomically(path, text.encode())
    return f"{path.name} is written. In JupyterLab: File, Reload Notebook from Disk."


def replace_literals(source: str, values: Mapping[str, Any]) -> str:
    """Put other literals into the source of a parameters cell; comments and types stay.

    Examples
    --------
    >>> replace_literals("top: int = 20  # terms a side", {"top": 5})
    'top: int = 5  # terms a side'
    """
    lines = source.encode().splitlines(keepends=True)  # ast counts columns in bytes
    for statement in reversed(ast.parse(source).body):
        if not isinstance(statement, ast.AnnAssign) or statement.value is None:
            continue
        name, old = ast.unparse(statement.target), statement.value
        if name not in values or values[name] == ast.literal_eval(old):
            continue
        first, last = old.lineno - 1, (old.end_lineno or old.lineno) - 1
        head, tail = lines[first][: old.col_offset], lines[last][old.end_col_offset :]
        lines[first : last + 1] = [head + _literal(values[name]).encode() + tail]
    return b"".join(lines).decode()


def _literal(value: object) -> str:
    """Write a value as Python does, with the quotation marks of the project's style."""
    if isinstance(value, list):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _typed(value: object) -> str:
    return shlex.quote(_text(value))


def _field(one: Parameter) -> Any:
    """Make the field that fits a type: a choice where values are listed, else a text."""
    import ipywidgets  # noqa: PLC0415

    look = {
        "description": one.name,
        "tooltip": f"{one.comment} ({describe_type(one.annotation)})",
        "style": {"description_width": "9em"},
    }
    options = allowed_values(one.annotation)
    if options:
        labels = [(str(option) or "(empty)", option) for option in options]
        return ipywidgets.Dropdown(options=labels, value=one.default, **look)
    return ipywidgets.Text(value=_text(one.default), placeholder=one.annotation, **look)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _values(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: field.value for name, field in fields.items()}


def _say(told: Any, make: Callable[[], str]) -> None:
    """Show what a step gives, or what is wrong; both as text, never as markup."""
    try:
        told.value = f"<code>{escape(make())}</code>"
    except ParameterError as fault:
        told.value = f'<pre style="color: #b00">{escape(str(fault))}</pre>'
