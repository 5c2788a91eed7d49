"""From a planned run to a job: what a worker is asked to do, and what it may rely on."""

from __future__ import annotations

import ast
import os
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import analysis
from analysis.runs.job import FIGURES_FOLDER, Job
from analysis.runs.key import code_cells
from analysis.runs.limits import Settings
from analysis.runs.parameters import read_notebook
from analysis.runs.plan import PlannedRun
from analysis.study.paths import ROOT_VARIABLE, RUN_VARIABLE

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
#: What warm workers find loaded already if their notebook imports it; anything else is
#: loaded by the notebook itself: it might start threads, or compute.
_PRELOADED = ("analysis", "matplotlib", "numpy", "pandas", "pyarrow", "scipy", "sklearn")
#: What these libraries load only when they draw, show a table or read one.
_DRAWING = (
    *("fontTools.subset", "matplotlib.style.core", "IPython.core.pylabtools"),
    *(f"matplotlib.backends.backend_{kind}" for kind in ("agg", "pdf", "svg")),
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
    # The tables of a font that goes into a PDF.
    *(f"fontTools.ttLib.tables.{name}" for name in ("B_A_S_E_", "O_S_2f_2", "_c_v_t", "_f_p_g_m")),
    *(f"fontTools.ttLib.tables._{name}" for name in ("g_a_s_p", "h_h_e_a", "l_o_c_a", "p_r_e_p")),
)
_TABLES = (
    *(f"pandas.io.formats.{name}" for name in ("csvs", "html", "string")),
    *("pandas.core.arrays.arrow._arrow_utils", "pandas.core.methods.to_dict", "pyarrow.acero"),
)
_LATER = {
    "analysis": (
        "analysis.figures.workbench",
        "pandas.io.formats.style",
        "pyarrow.dataset",
        *_TABLES,
        *_DRAWING,
    ),
    "matplotlib": _DRAWING,
    "pandas": _TABLES,
}


def make_job(plan: PlannedRun, settings: Settings, part: Path, scratch: Path) -> Job:
    """Put together what a worker is asked to do."""
    language, kernel = notebook_language(plan.path)
    return Job(
        path=str(plan.path.resolve()),
        root=str(plan.root.resolve()),
        part=str(part.resolve()),
        scratch=str(scratch),
        parameters=plan.parameters,
        cell_timeout=settings.cell_timeout,
        deadline=settings.deadline,
        memory=settings.n_bytes,
        environment=run_environment(os.environ, plan, part, scratch),
        imports=imports_to_load(plan.path) if _is_python(language) else [],
        kernel=kernel if not _is_python(language) else "",
        language="python" if _is_python(language) else language,
        engine=settings.engine,
    )


def notebook_language(path: Path) -> tuple[str, str]:
    """Give the language of a notebook and the kernel that it names."""
    about = read_notebook(path).get("metadata", {})
    spec = about.get("kernelspec", {})
    language = spec.get("language") or about.get("language_info", {}).get("name") or "python"
    return language, spec.get("name", "")


def _is_python(language: str) -> bool:
    return language.casefold() in ("python", "ipython")


def imports_to_load(path: Path) -> list[str]:
    """List modules that a notebook imports, those that hold the names of our face included."""
    from analysis import HOME_OF  # noqa: PLC0415 (the face of the package, read where needed)

    names = [name for name in notebook_imports(path) if name.split(".")[0] in _PRELOADED]
    homes = {HOME_OF.get(name.removeprefix("analysis."), name) for name in names}
    later = {
        name
        for library in {name.split(".")[0] for name in names}
        for name in _LATER.get(library, ())
    }
    return sorted(homes | later)


def notebook_imports(path: Path) -> list[str]:
    """List the dotted names that the cells of a notebook import; magic commands do not count."""
    found: set[str] = set()
    for _, source in code_cells(path):
        for line in _pieces(source):
            with suppress(SyntaxError, ValueError):
                found.update(_imported(ast.parse(line)))
    return sorted(found)


def _pieces(source: str) -> list[str]:
    """Read a cell whole, or, where it is no plain Python, line by line."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return [line.strip() for line in source.splitlines()]
    return [source]


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def common_environment(current: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that the workers of all runs share.

    One thread for BLAS and a fixed hash seed, so that equal runs give equal numbers;
    the back end of matplotlib left to the kernel; and the same `analysis` package
    that is running now.
    """
    environment = {key: value for key, value in current.items() if key != "MPLBACKEND"}
    environment |= dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONHASHSEED": "0"}
    # A relative entry would mean another folder in the run, whose folder is the study's.
    given = current.get("PYTHONPATH", "").split(os.pathsep)
    entries = [str(Path(entry).resolve()) for entry in given if entry]
    home = str(Path(analysis.__file__).resolve().parents[1])
    if home != str(Path(sysconfig.get_path("purelib")).resolve()):
        entries.insert(0, home)
    return environment | {"PYTHONPATH": os.pathsep.join(entries)}


def run_environment(
    current: Mapping[str, str], plan: PlannedRun, part: Path, scratch: Path
) -> dict[str, str]:
    """Return the environment of one run: what all share, where it is, and no profile of IPython."""
    return common_environment(current) | {
        "IPYTHONDIR": str(scratch / "ipython"),
        ROOT_VARIABLE: str(plan.root.resolve()),
        RUN_VARIABLE: str((part / FIGURES_FOLDER).resolve()),
    }
