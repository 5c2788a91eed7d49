"""What is to be run: a notebook of the study with a full set of parameters and a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analysis.runs.parameters import (
    Parameter,
    check_parameters,
    parse_assignment,
    read_notebook,
    read_parameters,
)
from analysis.runs.record import DEFAULT_KEY
from analysis.study.atomic import write_atomically
from analysis.study.design import FEWEST_CORRELATED, Run
from analysis.study.errors import ParameterError, RunError, unknown
from analysis.study.paths import Layout
from analysis.study.study import Study
from analysis.tables.schema import TABLES

KEY_LENGTH = 12
#: What a notebook may ask for in its metadata, such as ``"gipfel": {"needs": "articles"}``;
#: many documents are so many that a correlation over them is estimated.
NEEDS = ("articles", "many documents")


@dataclass(frozen=True)
class PlannedRun:
    """One run that could start now.

    Attributes
    ----------
    notebook : str
        Its name, such as ``03_framing``.
    path : path
        The notebook as it is edited.
    parameters : dict
        The full set: defaults, then those of ``study.toml``, then those given.
    is_default : bool
        Whether nothing but the study's own parameters is used.
    key : str
        ``default``, or the beginning of a hash of the parameters.
    folder : path
        ``papermill_runs/<notebook>/<key>``.
    root : path
        The study's folder: the working directory of the run.
    state : str
        ``planned``, or ``skipped`` with a reason.
    reason : str
        Why it is skipped.
    """

    notebook: str
    path: Path
    parameters: dict[str, Any]
    is_default: bool
    key: str
    folder: Path
    root: Path
    state: Literal["planned", "skipped"] = "planned"
    reason: str = ""


def plan_run(
    study: Study, layout: Layout, notebook: str, given: Mapping[str, Any] | None = None
) -> PlannedRun:
    """Plan one run of one notebook.

    Parameters
    ----------
    study : Study
        Lists the notebooks, each with the parameters of its default run.
    layout : Layout
        Where the study lies.
    notebook : str
        A name listed there and present in ``notebooks/``.
    given : mapping, optional
        Parameters that differ from the default run; text is read as the
        notebook's types ask.

    Returns
    -------
    PlannedRun

    Raises
    ------
    RunError
        If the notebook is unknown, shares its number with another one, or needs
        something that is unknown.
    ParameterError
        If a parameter is unknown or of a wrong type, in ``given``, in ``study.toml``
        or in the notebook itself.
    """
    run = _find_run(study, layout, notebook)
    path = layout.notebooks / f"{notebook}.ipynb"
    declared = read_parameters(path)
    default = _default_parameters(declared, run)
    parameters = default | _check_given(declared, given or {}, notebook)
    _check_text(parameters, notebook)
    is_default = parameters == default
    key = DEFAULT_KEY if is_default else key_of(parameters)
    reason = _missing_need(layout, path)
    return PlannedRun(
        notebook=notebook,
        path=path,
        parameters=parameters,
        is_default=is_default,
        key=key,
        folder=layout.runs / notebook / key,
        root=layout.root,
        state="skipped" if reason else "planned",
        reason=reason,
    )


def plan_runs(
    study: Study, layout: Layout, notebooks: Iterable[str] | None = None
) -> list[PlannedRun]:
    """Plan the default runs of some notebooks, or of all, in the order of ``study.toml``."""
    listed = [run.notebook for run in study.default_runs]
    chosen = listed if notebooks is None else list(dict.fromkeys(notebooks))
    return [plan_run(study, layout, notebook) for notebook in chosen]


def check_has_runs(study: Study, layout: Layout) -> None:
    """Refuse a study without a run: nothing would be done, and that would look like success.

    Raises
    ------
    RunError
        It says what to add to ``study.toml``.
    """
    if study.default_runs:
        return
    names = sorted(path.stem for path in layout.notebooks.glob("*.ipynb"))
    raise RunError(
        f"{layout.show(layout.study_file)}: wanted at least one [[run]], came none, so there is "
        f"nothing to run. Add for each notebook of notebooks/ ({', '.join(names) or 'none yet'}): "
        f'[[run]], and below it: notebook = "{names[0] if names else "01_corpus"}"'
    )


def key_of(parameters: Mapping[str, Any]) -> str:
    """Give the key of a set of parameters: the same for the same values in any order.

    Examples
    --------
    >>> key_of({"top": 5, "unit": "form"}) == key_of({"unit": "form", "top": 5})
    True
    >>> len(key_of({}))
    12
    """
    return hash_all(parameters)[:KEY_LENGTH]


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def hash_all(fields: Mapping[str, Any] | list[Any]) -> str:
    """Hash what JSON can hold, whatever the order of its keys.

    Examples
    --------
    >>> hash_all({"a": 1, "b": 2}) == hash_all({"b": 2, "a": 1})
    True
    """
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hash_bytes(text.encode())


def _find_run(study: Study, layout: Layout, notebook: str) -> Run:
    """Find a notebook that both ``study.toml`` and ``notebooks/`` have."""
    listed = {run.notebook: run for run in study.default_runs}
    present = {path.stem for path in layout.notebooks.glob("*.ipynb")}
    if notebook not in listed or notebook not in present:
        message = unknown("notebook", notebook, present & set(listed))
        if notebook in listed:
            message += f" study.toml lists it, but there is no notebooks/{notebook}.ipynb."
        elif notebook in present:
            message += f" notebooks/{notebook}.ipynb is there, but no [[run]] of study.toml."
        raise RunError(message)
    _check_number(notebook, listed)
    return listed[notebook]


def _check_number(notebook: str, listed: Iterable[str]) -> None:
    """Refuse two notebooks of one number: their figures could not be told apart."""
    number = notebook_number(notebook)
    same = sorted(name for name in listed if name.startswith(number))
    if len(same) > 1:
        raise RunError(
            f"study.toml: {', '.join(same)} share the number {number!r};"
            f" figures belong to a notebook by its number. Renumber all but one."
        )


def notebook_number(notebook: str) -> str:
    """Give what the files of a notebook begin with: ``02_`` for ``02_term_frequency``."""
    return notebook.partition("_")[0] + "_"


def _default_parameters(declared: list[Parameter], run: Run) -> dict[str, Any]:
    defaults = {parameter.name: parameter.default for parameter in declared}
    try:
        return defaults | check_parameters(declared, run.parameters, text=False)
    except ParameterError as fault:
        raise ParameterError(f"study.toml, [[run]] {run.notebook!r}: {fault}") from None


def _check_given(
    declared: list[Parameter], given: Mapping[str, Any], notebook: str
) -> dict[str, Any]:
    try:
        return check_parameters(declared, given)
    except ParameterError as fault:
        raise ParameterError(f"{notebook}: {fault}") from None


def _check_text(parameters: Mapping[str, Any], notebook: str) -> None:
    """Refuse half characters, such as a shell gives that is not set to UTF-8."""
    for name, value in parameters.items():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ParameterError(
                f"{notebook}: {name!r}: wanted text in UTF-8, came {value!a}. "
                "Set the terminal to UTF-8 (such as LC_ALL=C.UTF-8), and type it again."
            ) from None


def _missing_need(layout: Layout, path: Path) -> str:
    """Say what a notebook needs and the study lacks; empty if it has all."""
    needs = read_notebook(path).get("metadata", {}).get("gipfel", {}).get("needs")
    if needs is None:
        return ""
    if needs not in NEEDS:
        raise RunError(f"{path.name}, metadata gipfel.needs: {unknown('need', str(needs), NEEDS)}")
    if needs == "articles":
        has_articles = any(not found.name.startswith(".") for found in layout.raw.glob("*"))
        return "" if has_articles else "needs the articles"
    manifest = layout.features / "manifest.json"
    tables = json.loads(manifest.read_bytes())["tables"] if manifest.is_file() else {}
    n = tables.get("documents", {}).get("rows", 0)
    enough = n >= FEWEST_CORRELATED
    return "" if enough else f"needs {FEWEST_CORRELATED} documents; the open tables have {n}"


def check_tables(layout: Layout) -> None:
    """Refuse open tables that are missing or do not belong together: every run would fail.

    What reads tables takes a while to load. So their bytes are noted once they have passed,
    and are not read again until they change.

    Raises
    ------
    TableError
        If a table is missing, or is not the one that the manifest notes.
    """
    paths = [path for path in sorted(layout.features.glob("*")) if path.is_file()]
    found = hash_all({path.name: hash_bytes(path.read_bytes()) for path in paths})
    noted = layout.runs / ".tables"
    if noted.is_file() and noted.read_text(encoding="utf-8") == found:
        return
    from analysis.tables.features import check_content, read_features  # noqa: PLC0415 (see above)

    folder = read_features(layout.features).folder
    for name in TABLES:
        check_content(name, folder)
    with suppress(OSError):
        write_atomically(noted, found.encode())


def plan_given(
    study: Study, layout: Layout, notebooks: Sequence[str], assignments: Sequence[str]
) -> list[PlannedRun]:
    """Plan what the command line asks for.

    Parameters
    ----------
    study, layout : Study, Layout
        The study and where it lies.
    notebooks : sequence of str
        Names; none: all that ``study.toml`` lists.
    assignments : sequence of str
        ``name=value``; they need exactly one notebook.

    Returns
    -------
    list of PlannedRun

    Raises
    ------
    RunError
        If a notebook is unknown, or parameters are given for none or several.
    ParameterError
        If a parameter is unknown, of a wrong type, or given twice.
    """
    if not assignments:
        return plan_runs(study, layout, notebooks or None)
    if len(set(notebooks)) != 1:
        raise RunError(
            f"run: parameters belong to one notebook, came {len(set(notebooks)) or 'none'}. "
            "Name it: gipfel run NOTEBOOK -p name=value"
        )
    given = [parse_assignment(text) for text in assignments]
    twice = sorted({name for name, _ in given if [n for n, _ in given].count(name) > 1})
    if twice:
        raise ParameterError(f"{notebooks[0]}: given twice: {', '.join(twice)}")
    return [plan_run(study, layout, notebooks[0], dict(given))]
