"""The table that ``gipfel params`` prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from analysis.cli import console

if TYPE_CHECKING:
    from analysis.runs.parameters import Parameter


def show_declared(declared: Sequence[Parameter], study: Mapping[str, Any]) -> None:
    """Show each parameter: its default, the study's value where it differs, what it may be."""
    from analysis.runs.parameter_types import describe_type

    table = Table("parameter", "default", "study.toml", "may be", "meaning", box=None)
    for one in declared:
        own = study[one.name]
        table.add_row(
            f"[bold]{escape(one.name)}[/]",
            _shown(one.default),
            "" if own == one.default else _shown(own),
            escape(describe_type(one.annotation)),
            escape(one.comment),
        )
    console.out.print(table)


def _shown(value: object) -> str:
    return escape(json.dumps(value, ensure_ascii=False))
