"""What papermill is taught: an engine ``warm``, and to read typed parameters. Imports papermill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.models import Parameter
from papermill.translators import PythonTranslator, papermill_translators

from analysis.runs.alarm import alarm_after
from analysis.runs.parameters import cell_source, parse_parameters
from analysis.runs.scratch import make_scratch
from analysis.runs.shell import LANGUAGE, Shell
from analysis.study.errors import ParameterError

ENGINE_NAME = "warm"
OnCell = Callable[..., Any]


def ignore_cell(**_: Any) -> None:
    """Tell nobody."""


class WarmEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Executes a notebook of Python without a kernel; one notebook per process.

    Also by ``papermill --engine warm IN OUT``. What a kernel would do that it does not:
    run background tasks between cells, and keep the state of widgets.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        on_cell_execute: OnCell = ignore_cell,
        on_cell_executed: OnCell = ignore_cell,
        **settings: Any,
    ) -> None:
        """Execute the cells one after the other, until one fails.

        Of the settings that papermill hands on, ``execution_timeout`` counts, seconds for
        each cell; ``drains`` is a folder for what started programs print.
        """
        notebook = nb_man.nb
        drains, seconds = settings.get("drains"), settings.get("execution_timeout")
        settings.get("on_notebook_start", ignore_cell)(notebook=notebook)
        notebook.metadata["language_info"] = LANGUAGE
        shell = Shell(Path(drains) if drains else make_scratch())
        with shell.streams():
            for index, cell in enumerate(notebook.cells):
                nb_man.cell_start(cell, index)
                has_ended = True
                if _is_executed(cell):
                    on_cell_execute(cell=cell, cell_index=index)
                    has_ended = _execute(shell, cell, seconds)
                    on_cell_executed(cell=cell, cell_index=index)
                if not has_ended:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if not has_ended and "raises-exception" not in cell.metadata.get("tags", []):
                    break


def _is_executed(cell: Any) -> bool:
    """Tell whether a kernel would be given a cell."""
    tags = cell.metadata.get("tags", [])
    return cell.cell_type == "code" and bool(cell.source.strip()) and "skip-execution" not in tags


def _execute(shell: Shell, cell: Any, seconds: float | None) -> bool:
    with alarm_after(seconds):
        number, outputs, has_ended = shell.execute(cell.source)
    cell.execution_count, cell.outputs = number, outputs
    return has_ended


class TypedParameters(PythonTranslator):  # type: ignore[misc]  # papermill has no types
    """Reads the parameters of a notebook of Python, with the types that papermill cannot read.

    papermill would warn of a parameter that is a ``Literal[...]`` or ``X | None`` as unknown,
    and leave it out of ``--help-notebook``.
    """

    @classmethod
    def inspect(cls, parameters_cell: Mapping[str, Any]) -> list[Parameter]:
        """List the parameters; of a cell in another form, those that papermill finds."""
        try:
            declared = parse_parameters(cell_source(parameters_cell), "papermill")
        except ParameterError:
            found: list[Parameter] = super().inspect(parameters_cell)
            return found
        return [Parameter(p.name, p.annotation, repr(p.default), p.comment) for p in declared]


# papermill loads this module whenever it is started, by the entry point of the engine.
papermill_translators.register("python", TypedParameters)


def register_engine() -> None:
    """Make the engine known to papermill, also where its entry point is not installed."""
    papermill_engines.register(ENGINE_NAME, WarmEngine)


def build_validators() -> None:
    """Have nbformat build its checks, which it would build anew in every run."""
    for minor in (4, 5):
        notebook = nbformat.v4.new_notebook(nbformat_minor=minor)
        nbformat.reads(nbformat.writes(notebook), as_version=4)
    nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text="")])
