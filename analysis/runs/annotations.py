"""The types that a notebook's parameter may have, and fitting a value to one of them.

A type is read from source text, never evaluated: ``int``, ``float``, ``str``,
``bool``, ``None``, ``Literal[...]``, ``list[X]``, ``Annotated[int, Ge(1)]`` (a range, see
`analysis.runs.bounds`) and unions ``X | Y`` of these.
"""

from __future__ import annotations

import ast
import json
import math
import re

from analysis.runs.bounds import describe_bounds, is_annotated, read_bounds
from analysis.study.errors import did_you_mean

JsonValue = int | float | str | bool | None | list["JsonValue"]

_SIMPLE = ("bool", "float", "int", "str")
_WHOLE = re.compile(r"[+-]?[0-9]+")


def describe_annotation(node: ast.expr) -> str:
    """Write an annotation as source text, after checking that it is one of those allowed.

    Raises
    ------
    ValueError
        If it is another type.

    Examples
    --------
    >>> describe_annotation(ast.parse("'str | None'", mode="eval").body)
    'str | None'
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return describe_annotation(_parse(node.value))
    _check_annotation(node)
    return ast.unparse(node)


def fit_value(annotation: str, value: object, *, text: bool = True) -> JsonValue:
    """Fit a value to an annotation.

    Parameters
    ----------
    annotation : str
        A type as `describe_annotation` gives it.
    value : object
        What came. An int fits ``float``; otherwise types must be equal.
    text : bool
        Whether a string may be read as the type asks, as on the command line:
        ``"20"`` as an int, ``"true"`` as a bool, ``"a,b"`` or ``'["a", "b"]'`` as a list,
        ``"None"`` as None where the type allows it.

    Returns
    -------
    JSON value

    Raises
    ------
    ValueError
        Saying what was wanted and what came.

    Examples
    --------
    >>> fit_value("list[str]", "NN,NE")
    ['NN', 'NE']
    >>> fit_value("Literal['core', 'near']", "cor")
    Traceback (most recent call last):
    ValueError: wanted one of 'core', 'near'; came 'cor' (str). Did you mean 'core'?
    """
    return _fit(_parse(annotation), value, text)


def _parse(annotation: str) -> ast.expr:
    try:
        return ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError):
        raise ValueError(f"the type {annotation!r} is not valid Python") from None


def _check_annotation(node: ast.expr) -> None:
    if not _is_allowed(node):
        raise ValueError(
            f"the type {ast.unparse(node)!r} is not allowed here."
            f" Allowed: {', '.join(_SIMPLE)}, None, Literal[...], list[...], Annotated[...] of a"
            f" number with its range, and unions of them"
        )


def _is_allowed(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr) and all(map(_is_allowed, members(node)))
    if is_annotated(node):
        return bool(read_bounds(node))
    if isinstance(node, ast.Subscript):
        if ast.unparse(node.value) == "Literal":
            return all(_is_option(option) for option in options_of(node))
        return ast.unparse(node.value) == "list" and _is_allowed(node.slice)
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Name) and node.id in _SIMPLE


def options_of(node: ast.Subscript) -> list[ast.expr]:
    """Give what stands between the brackets of ``Literal[...]``."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def _is_option(node: ast.expr) -> bool:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return False
    return value is None or isinstance(value, (bool, int, str))


def _fit(node: ast.expr, value: object, text: bool) -> JsonValue:
    if isinstance(node, ast.BinOp):
        return _fit_union(node, value, text)
    if is_annotated(node):
        return _fit_range(node, value, text)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        return _fit_literal(node, value, text)
    if isinstance(node, ast.Subscript):
        return _fit_list(node, value, text)
    if isinstance(node, ast.Constant):
        if value is None or (text and value == "None"):
            return None
        raise _misfit("None", value)
    return _fit_simple(ast.unparse(node), value, text)


def _fit_simple(name: str, value: object, text: bool) -> JsonValue:
    if text and isinstance(value, str) and name != "str":
        value = _read_text(name, value)
    if name == "str" and isinstance(value, str):
        return value
    if name == "bool" and isinstance(value, bool):
        return value
    # A bool is an int to Python, but no number to a reader.
    if name == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if name == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value)
    raise _misfit(name, value)


def _fit_range(node: ast.expr, value: object, text: bool) -> JsonValue:
    inner, bounds = read_bounds(node)
    fitted = _fit(inner, value, text)
    if isinstance(fitted, int | float) and not all(bound.holds(fitted) for bound in bounds):
        raise _misfit(f"{ast.unparse(inner)} {describe_bounds(bounds)}", value)
    return fitted


def _read_text(name: str, text: str) -> object:
    """Read text as a simple type; text that does not fit is given back and refused later."""
    if name == "bool":
        return {"true": True, "false": False}.get(text.casefold(), text)
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        return float(text) if name == "float" else text
    except ValueError:
        return text


def _finite(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"wanted a finite number, came {number}")
    return number


def _fit_literal(node: ast.Subscript, value: object, text: bool) -> JsonValue:
    options: list[JsonValue] = [ast.literal_eval(option) for option in options_of(node)]
    for option in options:
        if option == value and type(option) is type(value):
            return option
    if text and isinstance(value, str):
        for option in options:
            if str(option) == value:
                return option
    listed = ", ".join(repr(option) for option in options)
    nearest = did_you_mean(str(value), [str(option) for option in options])
    raise ValueError(f"wanted one of {listed}; came {_shown(value)}.{nearest}")


def _fit_list(node: ast.Subscript, value: object, text: bool) -> JsonValue:
    items = _split(value) if text and isinstance(value, str) else value
    if not isinstance(items, list):
        raise _misfit(ast.unparse(node), value)
    return [_fit(node.slice, item, text) for item in items]


def _split(text: str) -> object:
    """Split ``a,b``; text in brackets is read as JSON, so that an item may hold a comma."""
    if text.startswith("["):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return [item.strip() for item in text.split(",")] if text.strip() else []


def _fit_union(node: ast.BinOp, value: object, text: bool) -> JsonValue:
    """Fit the first member that takes the value; ``str``, which takes every text, comes last."""
    for member in sorted(members(node), key=lambda member: ast.unparse(member) == "str"):
        try:
            return _fit(member, value, text)
        except ValueError:
            continue
    raise _misfit(ast.unparse(node), value)


def members(node: ast.expr) -> list[ast.expr]:
    """Give the members of a union, from left to right; another type is its own one member."""
    if isinstance(node, ast.BinOp):
        return [*members(node.left), *members(node.right)]
    return [node]


def _misfit(wanted: str, value: object) -> ValueError:
    return ValueError(f"wanted {wanted}, came {_shown(value)}")


def _shown(value: object) -> str:
    text = repr(value)
    short = text if len(text) <= 60 else text[:57] + "..."
    return f"{short} ({type(value).__name__})"
