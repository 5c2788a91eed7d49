"""The range of a number in ``Annotated[int, Ge(1), Le(50)]``, read from source text.

The names are those of the package annotated-types, which a notebook imports.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass

#: Name -> how it reads, and what must hold of a value and the bound.
BOUNDS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "Ge": ("at least", operator.ge),
    "Gt": ("above", operator.gt),
    "Le": ("at most", operator.le),
    "Lt": ("below", operator.lt),
}
_RANGED = ("int", "float")


@dataclass(frozen=True)
class Bound:
    """One end of a range: Ge, Gt, Le or Lt, and the number."""

    name: str
    number: float

    def holds(self, value: float) -> bool:
        """Whether a value keeps to it.

        Examples
        --------
        >>> Bound("Ge", 1).holds(0)
        False
        """
        return BOUNDS[self.name][1](value, self.number)

    def __str__(self) -> str:
        """Say it in words: ``at least 1``."""
        return f"{BOUNDS[self.name][0]} {self.number:g}"


def is_annotated(node: ast.expr) -> bool:
    """Whether an annotation is ``Annotated[...]``."""
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Annotated"


def read_bounds(node: ast.expr) -> tuple[ast.expr, tuple[Bound, ...]]:
    """Read what ``Annotated[...]`` holds: a number's type and its bounds.

    Raises
    ------
    ValueError
        If it is anything else, or if no number keeps to the bounds.

    Examples
    --------
    >>> inner, bounds = read_bounds(ast.parse("Annotated[int, Ge(1), Le(50)]", mode="eval").body)
    >>> ast.unparse(inner), describe_bounds(bounds)
    ('int', 'at least 1 and at most 50')
    """
    parts = _parts(node)
    if len(parts) < 2 or ast.unparse(parts[0]) not in _RANGED:
        raise ValueError(f"wanted {_form()}, came {ast.unparse(node)}")
    bounds = tuple(_read_bound(part) for part in parts[1:])
    _check_possible(bounds)
    return parts[0], bounds


def describe_bounds(bounds: tuple[Bound, ...]) -> str:
    """Say a range in words."""
    return " and ".join(str(bound) for bound in bounds)


def _parts(node: ast.expr) -> list[ast.expr]:
    whole = node.slice if isinstance(node, ast.Subscript) else node
    return whole.elts if isinstance(whole, ast.Tuple) else []


def _form() -> str:
    return f"Annotated[{' or '.join(_RANGED)}, bounds] with {', '.join(BOUNDS)}, as in Ge(1)"


def _read_bound(node: ast.expr) -> Bound:
    """Read ``Ge(1)`` or ``Ge(ge=1)``; the number may have a sign."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in BOUNDS:
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        number = _number(values[0]) if len(values) == 1 else None
        if number is not None:
            return Bound(ast.unparse(node.func), number)
    raise ValueError(f"wanted {_form()}, came {ast.unparse(node)}")


def _number(node: ast.expr) -> float | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else None


def _check_possible(bounds: tuple[Bound, ...]) -> None:
    lowest = max((b.number for b in bounds if b.name in ("Ge", "Gt")), default=float("-inf"))
    highest = min((b.number for b in bounds if b.name in ("Le", "Lt")), default=float("inf"))
    if lowest > highest:
        raise ValueError(f"no number is {describe_bounds(bounds)}")
