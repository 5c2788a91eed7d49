"""Where things lie: the one place that knows the folder names of a study, and asks git."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.study.errors import StudyError

STUDY_FILE = "study.toml"
#: Environment variables by which a run tells its kernel where it is.
ROOT_VARIABLE = "GIPFEL_STUDY"
RUN_VARIABLE = "GIPFEL_RUN_FOLDER"


class _Place:
    """Where something lies below the root of a study."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts

    def __get__(self, layout: Layout, owner: type[Layout]) -> Path:
        return layout.root.joinpath(*self.parts)


@dataclass(frozen=True)
class Layout:
    """The files and folders of one study, below its root.

    What holds article text (``raw``, ``local``, ``cache``, ``annotated``) is never in git.
    """

    root: Path

    #: The design of the study.
    study_file = _Place(STUDY_FILE)
    #: The list of articles, and the articles, which are in copyright.
    sources_file, raw = _Place("data", "sources.toml"), _Place("data", "raw")
    #: Codes set by hand, which win over the rules.
    corrections_file = _Place("data", "corrections.csv")
    #: How good the coding was measured to be, as numbers.
    validation = _Place("data", "validation")
    #: Random samples of mentions and what people coded of them; no text.
    coding = _Place("data", "coding")
    #: The open tables.
    features = _Place("data", "features")
    #: Word lists and patterns, each with its source.
    lexicons = _Place("data", "lexicons")
    #: Working files: results that take long, kept under the hash of what they depend on, and
    #: annotated articles, each by what it was made from.
    local = _Place("data", "local")
    cache, annotated = _Place("data", "local", "cache"), _Place("data", "local", "annotated")
    #: The notebooks as they are edited, without outputs; executed ones and run records.
    notebooks, runs = _Place("notebooks"), _Place("papermill_runs")
    #: What the default runs give; in git.
    figures = _Place("figures")

    def show(self, path: Path) -> str:
        """Return a path as it is shown to people: relative to the root where it lies below it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def find_layout(start: Path | str | None = None) -> Layout:
    """Find the study that a folder belongs to.

    Looks at ``start`` and the folders above it; without it, at the folder named by the
    environment variable ``GIPFEL_STUDY``, or else at the working directory, and the folders
    above it. Never at the checkout that this package lies in: who works elsewhere would
    change it unawares.

    Raises
    ------
    StudyError
        If no such folder holds a ``study.toml``.

    Examples
    --------
    >>> find_layout().study_file.name
    'study.toml'
    """
    place = Path(start if start is not None else os.environ.get(ROOT_VARIABLE) or Path.cwd())
    for folder in (place.resolve(), *place.resolve().parents):
        if (folder / STUDY_FILE).is_file():
            return Layout(folder)
    raise StudyError(
        f"no {STUDY_FILE} in {place} or any folder above. "
        f"Change into a study's folder, or set {ROOT_VARIABLE} to its path."
    )


def run_folder(layout: Layout, notebook: str) -> Path:
    """Return the folder that a notebook writes its figures to.

    A run of ``gipfel run`` names it in ``GIPFEL_RUN_FOLDER``; a notebook that is
    edited by hand in JupyterLab writes to ``papermill_runs/<notebook>/interactive``,
    so that it never touches the committed figures.
    """
    named = os.environ.get(RUN_VARIABLE)
    return Path(named) if named else layout.runs / notebook / "interactive"


def git(root: Path, error: type[Exception], *arguments: str) -> str:
    """Return what a git command prints in a folder; raises ``error`` with what it complains of."""
    try:
        done = subprocess.run(  # noqa: S603 -- fixed command, no shell
            ["git", *arguments],  # noqa: S607
            cwd=root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            check=False,
        )
    except OSError as fault:
        raise error(f"git {arguments[0]}: {fault}") from None
    if done.returncode:
        raise error(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def follow_reads() -> set[str]:
    """Return a set that grows with the path of every file that Python opens to read from now on.

    It never ends: Python lets nobody take such a hook away again.
    """
    found: set[str] = set()

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
            mode = arguments[1]
            if isinstance(mode, str) and mode.startswith("r"):
                found.add(os.path.abspath(os.fspath(arguments[0])))  # noqa: PTH100 (fast)

    sys.addaudithook(hear)
    return found
