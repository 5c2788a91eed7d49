"""Where things lie: the one place that knows the folder names of a study."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.study.errors import StudyError

STUDY_FILE = "study.toml"
#: Environment variables by which a run tells its kernel where it is.
ROOT_VARIABLE = "GIPFEL_STUDY"
RUN_VARIABLE = "GIPFEL_RUN_FOLDER"


@dataclass(frozen=True)
class Layout:
    """The folders of one study, below its root."""

    root: Path

    @property
    def study_file(self) -> Path:
        """The design of the study."""
        return self.root / STUDY_FILE

    @property
    def sources_file(self) -> Path:
        """The list of articles."""
        return self.root / "data" / "sources.toml"

    @property
    def raw(self) -> Path:
        """The articles; in copyright, never in git."""
        return self.root / "data" / "raw"

    @property
    def corrections_file(self) -> Path:
        """Codes set by hand, which win over the rules."""
        return self.root / "data" / "corrections.csv"

    @property
    def validation(self) -> Path:
        """How good the coding was measured to be, as numbers."""
        return self.root / "data" / "validation"

    @property
    def coding(self) -> Path:
        """Random samples of mentions and what people coded of them; no text."""
        return self.root / "data" / "coding"

    @property
    def features(self) -> Path:
        """The open tables."""
        return self.root / "data" / "features"

    @property
    def lexicons(self) -> Path:
        """Word lists and patterns, each with its source."""
        return self.root / "data" / "lexicons"

    @property
    def local(self) -> Path:
        """Working files that hold article text; never in git."""
        return self.root / "data" / "local"

    @property
    def cache(self) -> Path:
        """Results that take long, kept under the hash of what they depend on; never in git."""
        return self.local / "cache"

    @property
    def annotated(self) -> Path:
        """Annotated articles, each by what it was made from; they hold text, never in git."""
        return self.local / "annotated"

    @property
    def notebooks(self) -> Path:
        """The notebooks as they are edited, without outputs."""
        return self.root / "notebooks"

    @property
    def figures(self) -> Path:
        """What the default runs give; in git."""
        return self.root / "figures"

    @property
    def runs(self) -> Path:
        """Executed notebooks and run records."""
        return self.root / "papermill_runs"

    def show(self, path: Path) -> str:
        """Return a path as it is shown to people: relative to the root where it lies below it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def find_layout(start: Path | str | None = None) -> Layout:
    """Find the study that a folder belongs to.

    Looks at ``start`` and the folders above it; without it, at the folder named by the
    environment variable ``GIPFEL_STUDY``, or else at the working directory, and the folders
    above it. Never at the checkout that this package lies in: who works elsewhere would
    change it unawares.

    Parameters
    ----------
    start : path, optional
        A folder inside the study. If it is given, only it and the folders above count.

    Returns
    -------
    Layout
        Absolute paths of the study's folders.

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
