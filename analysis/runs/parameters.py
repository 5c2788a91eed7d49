"""A notebook's parameters: read from its one tagged cell, checked before a kernel starts.

papermill's own inspection loses a parameter whose line holds a ``Literal[...]``, a union or a
``#`` in its value, lets a misspelt name pass with a warning, and never looks at types. Ranges have
the names of the package annotated-types: ``Annotated[int, Ge(1)]``.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import ConfigDict, TypeAdapter, ValidationError

from analysis.runs.notebook import TAG, cell_source, has_tag, read_notebook
from analysis.study.errors import ParameterError, did_you_mean, join_faults, unknown

_FORM = "name: type = literal  # meaning"
#: Range -> how it reads.
_BOUNDS = {Ge: "at least", Gt: "above", Le: "at most", Lt: "below"}
_NAMES: dict[str, Any] = {
    **{kind.__name__: kind for kind in (bool, float, int, str, list, *_BOUNDS)},
    "Annotated": Annotated,
    "Literal": Literal,
}
_ALLOWED = (
    "bool, float, int, str, None, Literal[...] of texts and whole numbers, list[...],"
    " Annotated[int or float, Ge(...), Gt(...), Le(...), Lt(...)] with a range that some number"
    " fits, and unions of them"
)
#: What of Python may stand in a type.
_SYNTAX = (
    *(ast.Expression, ast.Name, ast.Load, ast.Constant, ast.Subscript, ast.Tuple),
    *(ast.BinOp, ast.BitOr, ast.Call, ast.keyword, ast.UnaryOp, ast.USub, ast.UAdd),
)
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)
_WORDS = {"true": True, "false": False, "None": None}
_NUMBER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell."""

    name: str
    annotation: str
    default: Any
    comment: str = ""


def read_parameters(path: Path) -> list[Parameter]:
    """Read the parameters that a notebook declares, in the order of their cell."""
    cells = [
        cell
        for cell in read_notebook(path)["cells"]
        if cell.get("cell_type") == "code" and has_tag(cell, TAG)
    ]
    if len(cells) != 1:
        raise ParameterError(
            f"{path.name}: wanted one code cell tagged {TAG!r}, found {len(cells)}."
            f" Tag the one cell that holds lines '{_FORM}'."
        )
    return parse_parameters(cell_source(cells[0]), path.name)


def parse_parameters(source: str, where: str) -> list[Parameter]:
    """Parse the source of a parameters cell; ``where`` names the notebook in messages.

    Examples
    --------
    >>> parse_parameters("top: int = 20  # terms a side", "02_terms.ipynb")
    [Parameter(name='top', annotation='int', default=20, comment='terms a side')]
    """
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
        except ValueError as fault:
            faults.append(f"line {statement.lineno}: {fault}")
    names = [parameter.name for parameter in parameters]
    faults += [f"{name!r} stands twice" for name in sorted({*names}) if names.count(name) > 1]
    if faults:
        raise ParameterError(join_faults(f"{where}: parameters cell", faults))
    return parameters


def _read_line(statement: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    """Read one statement; a ValueError says what is wrong with it."""
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        raise ValueError(f"wanted '{_FORM}', came {_shorten(ast.unparse(statement))!r}")  # noqa: TRY004
    name, value = statement.target.id, statement.value
    if value is None:
        raise ValueError(f"{name!r} has no default; write '{_FORM}'")
    try:
        literal = ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError):
        raise ValueError(
            f"{name!r}: its value {_shorten(ast.unparse(value))!r} is computed. It would keep its"
            " old value when another parameter is given: write a literal here and compute in a"
            " later cell"
        ) from None
    try:
        node = statement.annotation
        is_quoted = isinstance(node, ast.Constant) and isinstance(node.value, str)
        annotation = str(ast.literal_eval(node)) if is_quoted else ast.unparse(node)
        default = fit_value(annotation, literal, text=False)
    except ValueError as fault:
        raise ValueError(f"{name!r}: {fault}") from None
    lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    comment = next((comments[line] for line in lines if line in comments), "")
    return Parameter(name, annotation, default, comment)


def _find_comments(source: str) -> dict[int, str]:
    """Find the comment of each line that has one; a ``#`` inside a string is none."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


@cache
def _read_type(annotation: str) -> Any:
    refusal = f"the type {annotation!r} is not allowed here. Allowed: {_ALLOWED}"
    try:
        tree = ast.parse(annotation, mode="eval")
        is_type = all(isinstance(node, _SYNTAX) for node in ast.walk(tree))
        # Nothing but the names above can be reached from this syntax.
        wanted = eval(compile(tree, "", "eval"), {"__builtins__": {}}, _NAMES) if is_type else ...  # noqa: S307
    except (SyntaxError, NameError, TypeError, ValueError):
        raise ValueError(refusal) from None
    if not _is_allowed(wanted):
        raise ValueError(refusal)
    return wanted


def _is_allowed(wanted: Any) -> bool:
    kind, inner = get_origin(wanted), get_args(wanted)
    if kind is Annotated:
        return inner[0] in (int, float) and _is_range(inner[1:])
    if kind is Literal:
        return all(isinstance(option, (bool, int, str, type(None))) for option in inner)
    if kind in (list, Union, UnionType):
        return all(map(_is_allowed, inner))
    return wanted in (bool, float, int, str, None, type(None))


def _is_range(bounds: tuple[Any, ...]) -> bool:
    """Whether bounds are numbers, and one number at least keeps to all of them."""
    if not all(type(bound) in _BOUNDS and type(_limit(bound)) in (int, float) for bound in bounds):
        return False
    lowest = [_limit(bound) for bound in bounds if isinstance(bound, (Ge, Gt))]
    highest = [_limit(bound) for bound in bounds if isinstance(bound, (Le, Lt))]
    return not (lowest and highest) or max(lowest) <= min(highest)


def _limit(bound: Any) -> Any:
    return getattr(bound, type(bound).__name__.lower())


def fit_value(annotation: str, value: object, *, text: bool = True) -> Any:
    """Fit a value to an annotation; an int fits ``float``, otherwise types must be equal.

    Examples
    --------
    >>> fit_value("list[str]", "NN,NE")
    ['NN', 'NE']
    >>> fit_value("Literal['core', 'near']", "cor")
    Traceback (most recent call last):
    ValueError: wanted one of 'core', 'near'; came 'cor' (str). Did you mean 'core'?
    """
    adapter = TypeAdapter[Any](_read_type(annotation), config=_STRICT)
    for reading in _readings(value) if text and isinstance(value, str) else [value]:
        try:
            fitted = adapter.validate_python(reading)
        except ValidationError:
            continue
        # To pydantic, True is one of Literal[1].
        if isinstance(fitted, bool) == isinstance(reading, bool):
            return fitted
    near = did_you_mean(str(value), list(map(str, get_args(_read_type(annotation)))))
    came = f"{_shorten(repr(value))} ({type(value).__name__}){'.' if near else ''}{near}"
    raise ValueError(f"wanted {describe_type(annotation)}; came {came}")


def _readings(text: str) -> Iterator[object]:
    """Read text in every way that a type could ask for; as text only after all others."""
    yield from (_read_one(text), text)
    if not text.startswith("["):
        items = [item.strip() for item in text.split(",")] if text.strip() else []
        yield from ([_read_one(item) for item in items], items)


def _read_one(text: str) -> object:
    try:
        if text.startswith("["):
            return json.loads(text)
        return int(text) if _NUMBER.fullmatch(text) else float(text)
    except ValueError:
        return _WORDS.get(text, _WORDS.get(text.casefold(), text))


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def describe_type(annotation: str) -> str:
    """Say a type in words, for messages and tables of parameters."""
    return _describe(_read_type(annotation))


def _describe(wanted: Any) -> str:
    kind, inner = get_origin(wanted), get_args(wanted)
    if kind is Annotated:
        ranges = " and ".join(f"{_BOUNDS[type(bound)]} {_limit(bound):g}" for bound in inner[1:])
        return f"{_describe(inner[0])} {ranges}"
    if kind is Literal:
        return f"one of {', '.join(map(repr, inner))}"
    if kind is list:
        return f"list of {_describe(inner[0])}"
    if kind in (Union, UnionType):
        return " or ".join(map(_describe, inner))
    return {None: "None", type(None): "None", float: "finite float"}.get(wanted) or wanted.__name__


def check_parameters(
    declared: Sequence[Parameter], given: Mapping[str, Any], *, text: bool = True
) -> dict[str, Any]:
    """Check given values against the declared types, before a kernel starts.

    Examples
    --------
    >>> declared = parse_parameters("top: int = 20", "02_terms.ipynb")
    >>> check_parameters(declared, {"top": "30"})
    {'top': 30}
    """
    names = [parameter.name for parameter in declared]
    faults = [unknown("parameter", name, names) for name in given if name not in names]
    checked = {}
    for one in declared:
        if one.name not in given:
            continue
        try:
            checked[one.name] = fit_value(one.annotation, given[one.name], text=text)
        except ValueError as fault:
            faults.append(f"parameter {one.name!r}: {fault}")
    if faults:
        raise ParameterError(faults[0] if len(faults) == 1 else join_faults("parameters", faults))
    return checked


def parse_assignment(text: str) -> tuple[str, str]:
    """Split ``name=value`` as it is typed on the command line."""
    name, sign, value = text.partition("=")
    name = name.strip()
    if not sign or not name.isidentifier():
        raise ParameterError(f"wanted a parameter as name=value, came {text!r}")
    return name, value.strip()
