"""The type of a parameter in words, and the values that it allows, for tables and forms."""

from __future__ import annotations

import ast

from analysis.runs.annotations import JsonValue, members, options_of
from analysis.runs.bounds import describe_bounds, is_annotated, read_bounds


def describe_type(annotation: str) -> str:
    """Say a type in words, for a table of parameters: a range and not its code.

    Examples
    --------
    >>> describe_type("Annotated[int, Ge(1)] | None")
    'int at least 1 or None'
    >>> describe_type("Literal['core', 'near']")
    "'core', 'near'"
    """
    return " or ".join(_describe(member) for member in members(_parse(annotation)))


def _describe(node: ast.expr) -> str:
    if is_annotated(node):
        inner, bounds = read_bounds(node)
        return f"{ast.unparse(inner)} {describe_bounds(bounds)}"
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        return ", ".join(ast.unparse(option) for option in options_of(node))
    return ast.unparse(node)


def allowed_values(annotation: str) -> list[JsonValue]:
    """List the values of a ``Literal[...]`` or ``bool``; empty where there are too many.

    Examples
    --------
    >>> allowed_values("Literal['core', 'near']")
    ['core', 'near']
    """
    node = _parse(annotation)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        return [ast.literal_eval(option) for option in options_of(node)]
    return [True, False] if annotation == "bool" else []


def _parse(annotation: str) -> ast.expr:
    return ast.parse(annotation, mode="eval").body
