"""The types that a notebook's parameter may have, and fitting a value to one of them.

A type is read from source text: ``int``, ``float``, ``str``, ``bool``, ``None``,
``Literal[...]``, ``list[X]``, ``Annotated[int, Ge(1)]`` (a range, with the names of the package
annotated-types) and unions ``X | Y`` of these. Nothing else is ever evaluated.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import ConfigDict, TypeAdapter, ValidationError

from analysis.study.errors import did_you_mean

#: Range -> how it reads.
BOUNDS = {Ge: "at least", Gt: "above", Le: "at most", Lt: "below"}
_NAMES: dict[str, Any] = {
    **{kind.__name__: kind for kind in (bool, float, int, str, list)},
    "Annotated": Annotated,
    "Literal": Literal,
    **{bound.__name__: bound for bound in BOUNDS},
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
_WORDS = {"true": True, "false": False, "None": None}
_NUMBER = re.compile(r"[+-]?[0-9]+")


def describe_annotation(node: ast.expr) -> str:
    """Write an annotation as source text, after checking that it is one of those allowed.

    Raises
    ------
    ValueError
        If it is another type, or a range that no number fits.

    Examples
    --------
    >>> describe_annotation(ast.parse("'str | None'", mode="eval").body)
    'str | None'
    """
    is_quoted = isinstance(node, ast.Constant) and isinstance(node.value, str)
    annotation = str(ast.literal_eval(node)) if is_quoted else ast.unparse(node)
    _read_type(annotation)
    return annotation


@cache
def _adapter(annotation: str) -> TypeAdapter[Any]:
    config = ConfigDict(strict=True, allow_inf_nan=False)
    return TypeAdapter(_read_type(annotation), config=config)


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
    if not all(type(bound) in BOUNDS and type(_limit(bound)) in (int, float) for bound in bounds):
        return False
    lowest = [_limit(bound) for bound in bounds if isinstance(bound, (Ge, Gt))]
    highest = [_limit(bound) for bound in bounds if isinstance(bound, (Le, Lt))]
    return not (lowest and highest) or max(lowest) <= min(highest)


def _limit(bound: Any) -> Any:
    return getattr(bound, type(bound).__name__.lower())


def fit_value(annotation: str, value: object, *, text: bool = True) -> Any:
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
    for reading in _readings(value) if text and isinstance(value, str) else [value]:
        try:
            fitted = _adapter(annotation).validate_python(reading)
        except ValidationError:
            continue
        # To pydantic, True is one of Literal[1].
        if isinstance(fitted, bool) == isinstance(reading, bool):
            return fitted
    shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
    near = did_you_mean(str(value), list(map(str, get_args(_read_type(annotation)))))
    came = f"{shown} ({type(value).__name__}){'.' if near else ''}{near}"
    raise ValueError(f"wanted {describe_type(annotation)}; came {came}")


def _readings(text: str) -> Iterator[object]:
    """Read text in every way that a type could ask for; as text only after all others."""
    value = _read_one(text)
    yield from (value, text)
    if not text.startswith("["):
        items = [item.strip() for item in text.split(",")] if text.strip() else []
        yield from ([_read_one(item) for item in items], items)


def _read_one(text: str) -> object:
    if _NUMBER.fullmatch(text):
        return int(text)
    if text.startswith("["):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    try:
        return float(text)
    except ValueError:
        return _WORDS.get(text, _WORDS.get(text.casefold(), text))


def describe_type(annotation: str) -> str:
    """Say a type in words, for messages and tables of parameters.

    Examples
    --------
    >>> describe_type("Annotated[int, Ge(1), Le(50)] | None")
    'int at least 1 and at most 50 or None'
    >>> describe_type("Literal['core', 'near']")
    "one of 'core', 'near'"
    """
    return _describe(_read_type(annotation))


def _describe(wanted: Any) -> str:
    kind, inner = get_origin(wanted), get_args(wanted)
    if kind is Annotated:
        ranges = " and ".join(f"{BOUNDS[type(bound)]} {_limit(bound):g}" for bound in inner[1:])
        return f"{_describe(inner[0])} {ranges}"
    if kind is Literal:
        return f"one of {', '.join(map(repr, inner))}"
    if kind is list:
        return f"list of {_describe(inner[0])}"
    if kind in (Union, UnionType):
        return " or ".join(map(_describe, inner))
    return {None: "None", type(None): "None", float: "finite float"}.get(wanted) or wanted.__name__
