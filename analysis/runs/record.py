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

from analysis.study.atomic import write_atomically
from analysis.study.errors import RunError

NOTEBOOK_FILE, RECORD_FILE, FIGURES_FOLDER = "notebook.ipynb", "run.json", "figures"
DEFAULT_KEY = "default"
#: Raise it when a field changes its meaning; older files are then refused.
FORMAT = 2

_PACKAGES = ("matplotlib", "numpy", "pandas", "papermill", "scikit-learn", "gipfeldiskurs")
_WAY_OUT = "Run the notebook again, or delete the folder."

State = Literal["succeeded", "failed", "timed_out", "died", "interrupted", "skipped"]
EngineName = Literal["warm", "kernel"]


@dataclass(frozen=True)
class Failure:
    """Why a run did not succeed."""

    cell: int | None  # position in the notebook as it is edited, from 0; None: none is to blame
    source: str
    exception: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class RunRecord:
    """One run of one notebook; all but `folder` and `is_reused` stand in its file."""

    notebook: str
    key: str  # the name of its folder
    state: State  # failed: a cell raised, or cells were left out; died: the kernel or its worker
    folder: Path
    parameters: dict[str, Any]  # all of them, defaults included
    started: str = ""  # ISO 8601, UTC; empty if it never started
    seconds: float = 0.0
    n_cells: int = 0  # code cells that hold code
    n_cells_run: int = 0  # those of them that ended without an error
    versions: dict[str, str] = field(default_factory=dict)
    reason: str = ""  # why it was skipped or interrupted
    failure: Failure | None = None
    engine: EngineName | Literal[""] = ""  # empty if nothing ran
    processor: str = ""
    warnings: list[str] = field(default_factory=list)  # what did not stop it
    content: str = ""  # the key of all that it rests on: `analysis.runs.key`
    parts: dict[str, dict[str, str]] = field(default_factory=dict)  # what went into that key
    outputs: dict[str, str] = field(default_factory=dict)  # its files, with the hash of each
    is_reused: bool = False  # nothing ran, because the store held it

    @property
    def is_default(self) -> bool:
        """Whether this is the run whose figures are in git."""
        return self.key == DEFAULT_KEY

    @property
    def figures(self) -> Path:
        """The figures of the run."""
        return self.folder / FIGURES_FOLDER


_RECORD = TypeAdapter(RunRecord)


def write_record(record: RunRecord, folder: Path | None = None) -> Path:
    """Write ``run.json`` into the record's folder or another one, in one step."""
    fields = asdict(record)
    del fields["folder"], fields["is_reused"]
    path = (folder or record.folder) / RECORD_FILE
    text = json.dumps({"format": FORMAT, **fields}, ensure_ascii=False, indent=2)
    # A library's message may hold half a character, which JSON can write as an escape only.
    write_atomically(path, f"{text}\n".encode(errors="backslashreplace"))
    return path


def read_record(folder: Path) -> RunRecord:
    """Read the record of a run from ``papermill_runs/<notebook>/<key>``."""
    path = folder / RECORD_FILE
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{path}: no such record; the notebook has not been run") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise RunError(f"{path}: not valid JSON: {fault}. {_WAY_OUT}") from None
    found = fields.pop("format", None) if isinstance(fields, dict) else None
    if found != FORMAT:
        raise RunError(f"{path}: wanted a run record of format {FORMAT}, came {found}. {_WAY_OUT}")
    try:
        return _RECORD.validate_python({**fields, "folder": folder})
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunError(f"{path}: key {place!r}: {first['msg']}. {_WAY_OUT}") from None


@cache
def read_versions() -> dict[str, str]:
    """Read the versions of Python and of the packages that results rest on."""
    return {"python": platform.python_version()} | {name: installed(name) for name in _PACKAGES}


def installed(package: str) -> str:
    """Return the version of a package, or that it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


@cache
def read_processor() -> str:
    """Read what the machine calls its processor: results may differ in their last digits."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return platform.processor() or platform.machine()
