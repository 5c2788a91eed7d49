"""How fast runs are: warm workers, a store that is up to date, many small runs.

    python benchmarks/bench_runs.py notebook     one notebook against papermill's command line
    python benchmarks/bench_runs.py study        all notebooks of the study, two at a time
    python benchmarks/bench_runs.py unchanged    gipfel run with nothing to do
    python benchmarks/bench_runs.py small [N]    N runs of a small notebook (200), one at a time

Pairs run one after the other, so that both see the same machine; medians of the pairs.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from analysis.runs.execute import execute_runs
from analysis.runs.job import Settings
from analysis.runs.plan import PlannedRun, plan_runs
from analysis.runs.worker import stop_server
from analysis.study.paths import Layout, find_layout
from analysis.study.study import read_study

SMALL = ("1 + 1", "print('Brot')")
LARGE = (
    "import matplotlib.pyplot as plt\nimport pandas as pd\nfrom sklearn.decomposition import NMF",
    "table = pd.DataFrame({'n': range(10)})\nplt.plot(table['n']);",
)
FORCE = Settings(force=True)


def main() -> None:
    """Run the benchmark that is named."""
    name, *rest = sys.argv[1:] or ["notebook"]
    benchmarks: dict[str, Callable[..., None]] = {
        "notebook": bench_notebook,
        "study": bench_study,
        "unchanged": bench_unchanged,
        "small": bench_small,
    }
    benchmarks[name](*map(int, rest))


def bench_notebook(n_pairs: int = 7) -> None:
    """Time a notebook that imports much in a warm worker and by papermill's command."""
    plan = _plan(LARGE)
    first = _timed(lambda: _check(execute_runs([plan], settings=FORCE)))
    pairs = []
    for _ in range(n_pairs):
        warm = _timed(lambda: _check(execute_runs([plan], settings=FORCE)))
        pairs.append((warm, _timed(lambda: _papermill(plan))))
    print(f"the first run, with the start of the parent: {first:.2f} s")
    _say_pairs(pairs)


def bench_study(n_pairs: int = 3) -> None:
    """Time all notebooks of the study, two at a time, the start of the parent included."""
    layout = find_layout()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("study.toml", "requirements.lock"):
            shutil.copy(layout.root / name, folder)
        for name in ("notebooks", "data"):
            left_out = shutil.ignore_patterns("raw", "local")
            shutil.copytree(layout.root / name, Path(folder) / name, ignore=left_out)
        copy = Layout(Path(folder))
        plans = [plan for plan in plan_runs(read_study(copy), copy) if not plan.reason]
        # The fits of topics are kept from now on, for both.
        print(f"the first time: {_warm_study(plans):.1f} s")
        _say_pairs([(_warm_study(plans), _papermill_study(plans)) for _ in range(n_pairs)])


def bench_unchanged(n: int = 7) -> None:
    """Time the command when all is up to date."""
    command = [sys.executable, "-c", "from analysis.cli.app import main; main()", "run"]
    subprocess.run(command, check=True, capture_output=True)
    times = [
        _timed(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(n)
    ]
    print(
        f"nothing to do: median {statistics.median(times):.2f} s of {n}, worst {max(times):.2f} s"
    )


def bench_small(n: int = 200) -> None:
    """Time many runs of a small notebook, and count those that fail."""
    plan = _plan(SMALL)
    execute_runs([plan], settings=FORCE)
    times, failed = [], 0
    for _ in range(n):
        began = time.perf_counter()
        (record,) = execute_runs([plan], settings=FORCE)
        times.append(time.perf_counter() - began)
        failed += record.state != "succeeded" or record.engine != "warm"
    print(f"{n} runs: median {statistics.median(times):.3f} s, {failed} failed")
    print(f"mean {statistics.mean(times):.3f} s, worst {max(times):.3f} s")


def _plan(cells: tuple[str, ...]) -> PlannedRun:
    root = Path(tempfile.mkdtemp(prefix="gipfel-bench-"))
    text = (find_layout().root / "tests" / "study_for_runs.py").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile(text, "study_for_runs.py", "exec"), names)  # noqa: S102 (a file of our own)
    plan: PlannedRun = names["plan_notebook"](root, *cells)
    return plan


def _papermill(plan: PlannedRun) -> None:
    """Run a notebook as papermill's command does, with nothing of ours."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.ipynb"
        command = [sys.executable, "-m", "papermill", str(plan.path), str(target), "-k", "python3"]
        command += ["--no-progress-bar", "--cwd", str(plan.root)]
        figures = {"GIPFEL_RUN_FOLDER": folder, "GIPFEL_STUDY": str(plan.root)}
        subprocess.run(command, check=True, capture_output=True, env=os.environ | figures)


def _warm_study(plans: list[PlannedRun]) -> float:
    stop_server()
    return _timed(lambda: _check(execute_runs(plans, jobs=2, settings=FORCE)))


def _papermill_study(plans: list[PlannedRun]) -> float:
    def run() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(_papermill, plans))

    return _timed(run)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _check(records: Any) -> None:
    states = {record.notebook: (record.state, record.engine) for record in records}
    if set(states.values()) != {("succeeded", "warm")}:
        raise SystemExit(json.dumps(states, indent=1))


def _say_pairs(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(other / own for own, other in pairs)
    print("  ".join(f"{own:.1f}/{other:.1f}" for own, other in pairs))
    print(f"warm {ours:.2f} s, papermill {theirs:.2f} s, {len(pairs)} pairs: {ratio:.1f} times")


if __name__ == "__main__":
    main()
