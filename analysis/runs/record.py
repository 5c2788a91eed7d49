"""What happened in a run: ``run.json`` beside the executed notebook."""

from __future__ import annotations

import json
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from analysis.runs.job import FIGURES_FOLDER, EngineName, Failure, State
from analysis.study.atomic import write_atomically
from analysis.study.errors import RunError

RECORD_FILE = "run.json"
DEFAULT_KEY = "default"
#: Raise it when a field changes its meaning; older files are then refused.
FORMAT = 2

_PACKAGES = ("matplotlib", "numpy", "pandas", "papermill", "scikit-learn", "gipfeldiskurs")


@dataclass(frozen=True)
class RunRecord:
    """One run of one notebook.

    Attributes
    ----------
    notebook, key : str
        Which notebook, and the name of the run's folder.
    state : str
        succeeded, failed (a cell raised, or cells were left out), timed_out,
        died (the kernel or its worker), interrupted, or skipped.
    folder : path
        Where the run lies; not in the file, so that it can be moved.
    parameters : dict
        All of them, defaults included.
    started : str
        ISO 8601, UTC; empty if the run never started.
    seconds : float
        From start to end.
    n_cells, n_cells_run : int
        Code cells that hold code, and how many of them ended without an error.
    versions : dict
        Of Python and the packages that results rest on.
    reason : str
        Why the run was skipped or interrupted.
    failure : Failure or None
        For failed, timed_out and died.
    engine : str
        warm or kernel; empty if nothing ran.
    processor : str
        What the machine calls its processor.
    warnings : list of str
        What did not stop the run, such as why it ran in a kernel after all.
    content : str
        The key of all that the run rests on; see `analysis.runs.key`.
    parts : dict
        What went into that key besides the parameters.
    outputs : dict
        Files of the run, relative to its folder, with the hash of each.
    is_reused : bool
        Whether nothing ran, because the store held this run; not in the file.
    """

    notebook: str
    key: str
    state: State
    folder: Path
    parameters: dict[str, Any]
    started: str = ""
    seconds: float = 0.0
    n_cells: int = 0
    n_cells_run: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    failure: Failure | None = None
    engine: EngineName | Literal[""] = ""
    processor: str = ""
    warnings: list[str] = field(default_factory=list)
    content: str = ""
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    is_reused: bool = False

    @property
    def is_default(self) -> bool:
        """Whether this is the run whose figures are in git."""
        return self.key == DEFAULT_KEY

    @property
    def figures(self) -> Path:
        """The figures of the run."""
        return self.folder / FIGURES_FOLDER


_RECORD = TypeAdapter(RunRecord)
_NOT_IN_FILE = ("folder", "is_reused")


def write_record(record: RunRecord, folder: Path | None = None) -> Path:
    """Write ``run.json`` into the record's folder or another one, in one step.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record = RunRecord("01_corpus", "default", "succeeded", Path(folder), {})
    ...     read_record(write_record(record).parent) == record
    True
    """
    fields = asdict(record)
    for name in _NOT_IN_FILE:
        del fields[name]
    path = (folder or record.folder) / RECORD_FILE
    text = json.dumps({"format": FORMAT, **fields}, ensure_ascii=False, indent=2)
    # A library's message may hold half a character, which JSON can write as an escape only.
    write_atomically(path, f"{text}\n".encode(errors="backslashreplace"))
    return path


def read_record(folder: Path) -> RunRecord:
    """Read the record of a run.

    Parameters
    ----------
    folder : path
        ``papermill_runs/<notebook>/<key>``.

    Returns
    -------
    RunRecord

    Raises
    ------
    RunError
        If there is none, or if it is broken or of another version.
    """
    path = folder / RECORD_FILE
    way_out = "Run the notebook again, or delete the folder."
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{path}: no such record; the notebook has not been run") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise RunError(f"{path}: not valid JSON: {fault}. {way_out}") from None
    found = fields.pop("format", None) if isinstance(fields, dict) else None
    if found != FORMAT:
        raise RunError(f"{path}: wanted a run record of format {FORMAT}, came {found}. {way_out}")
    try:
        return _RECORD.validate_python({**fields, "folder": folder})
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunError(f"{path}: key {place!r}: {first['msg']}. {way_out}") from None


@cache
def read_versions() -> dict[str, str]:
    """Read the versions of Python and of the packages that results rest on."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


@cache
def read_processor() -> str:
    """Read what the machine calls its processor: results may differ in their last digits."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        if names:
            return names[0]
    return platform.processor() or platform.machine()
