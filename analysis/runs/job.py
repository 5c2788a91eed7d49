"""What a worker is asked to do: the job of one run, its limits and where it works."""

from __future__ import annotations

import os
import sysconfig
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import analysis
from analysis.runs.key import PACKAGE
from analysis.runs.notebook import find_imports, read_language
from analysis.runs.plan import PlannedRun
from analysis.runs.record import FIGURES_FOLDER, EngineName, Failure, State
from analysis.study.errors import RunError
from analysis.study.paths import ROOT_VARIABLE, RUN_VARIABLE

#: One thread for BLAS and a fixed hash seed, so that equal runs give equal numbers.
_EQUAL = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
}
#: What the server loads if a notebook imports it, with what these libraries load only when they
#: draw, show a table or read one. Anything else might start threads, or compute.
_DRAWING = (
    *("fontTools.subset", "matplotlib.style.core", "IPython.core.pylabtools"),
    *(f"matplotlib.backends.backend_{kind}" for kind in ("agg", "pdf", "svg")),
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
)
_TABLES = (
    *(f"pandas.io.formats.{name}" for name in ("csvs", "html", "string", "style")),
    *("pandas.core.arrays.arrow._arrow_utils", "pandas.core.methods.to_dict"),
    *("pyarrow.acero", "pyarrow.dataset"),
)
_PRELOADED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("numpy", "pyarrow", "scipy", "sklearn"), ()),
    "matplotlib": _DRAWING,
    "pandas": _TABLES,
    "analysis": ("analysis.figures.workbench", *_TABLES, *_DRAWING),
}


@dataclass(frozen=True)
class Settings:
    """How runs are executed; nothing here changes what they give."""

    engine: EngineName = "warm"  # a kernel runs where a warm worker cannot be
    cell_timeout: float | None = None  # seconds for each cell,
    deadline: float | None = None  # and for each run
    memory: float | None = None  # GB (10^9 bytes); None: three quarters of the machine's
    force: bool = False  # run also what is up to date

    def __post_init__(self) -> None:
        for name in ("cell_timeout", "deadline", "memory"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise RunError(f"Settings: wanted {name} above 0, came {value}")

    @property
    def n_bytes(self) -> int:
        """The limit of memory in bytes."""
        return int(find_memory() * 0.75 if self.memory is None else self.memory * 1e9)


def find_memory() -> int:
    """Find how many bytes of memory this machine, or the container on it, has."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):
        found = min(found, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return found


@dataclass(frozen=True)
class Job:
    """What a worker is asked to do."""

    path: str
    root: str
    part: str  # the folder to write to
    scratch: str  # a folder with a short name for sockets and what programs print
    parameters: dict[str, Any]
    settings: Settings
    environment: dict[str, str]
    language: str
    kernel: str  # empty for Python, which this interpreter executes
    imports: list[str]  # what the server loads before it forks


@dataclass(frozen=True)
class Outcome:
    """How a run ended, as its worker saw it: the fields of its record."""

    state: State
    n_cells: int = 0
    n_cells_run: int = 0
    failure: Failure | None = None
    warnings: list[str] = field(default_factory=list)


def make_job(plan: PlannedRun, settings: Settings, part: Path, scratch: Path) -> Job:
    """Put together what a worker is asked to do."""
    language, kernel = read_language(plan.path)
    is_python = language == "python"
    places = {
        # No profile of IPython.
        "IPYTHONDIR": str(scratch / "ipython"),
        ROOT_VARIABLE: str(plan.root.resolve()),
        RUN_VARIABLE: str((part / FIGURES_FOLDER).resolve()),
    }
    return Job(
        path=str(plan.path.resolve()),
        root=str(plan.root.resolve()),
        part=str(part.resolve()),
        scratch=str(scratch),
        parameters=plan.parameters,
        settings=settings,
        environment=common_environment() | places,
        language=language,
        kernel="" if is_python else kernel,
        imports=imports_to_load(plan.path) if is_python else [],
    )


def imports_to_load(path: Path) -> list[str]:
    """List modules that a notebook imports, those that hold our public names included."""
    names = [name for name in find_imports(path) if name.split(".")[0] in _PRELOADED]
    homes = {analysis.HOME_OF.get(name.removeprefix("analysis."), name) for name in names}
    later = {module for name in names for module in _PRELOADED[name.split(".")[0]]}
    return sorted(homes | later)


def common_environment() -> dict[str, str]:
    """Return the environment that the workers of all runs share; their package is this one."""
    # Where matplotlib draws is left to the kernel.
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    # A relative entry would mean another folder in the run, whose folder is the study's.
    given = environment.get("PYTHONPATH", "").split(os.pathsep)
    entries = [str(Path(entry).resolve()) for entry in given if entry]
    home = str(PACKAGE.parent)
    if home != str(Path(sysconfig.get_path("purelib")).resolve()):
        entries.insert(0, home)
    return environment | _EQUAL | {"PYTHONPATH": os.pathsep.join(entries)}
