"""How fast a local Dask cluster takes many small runs, and whether one is lost.

    python benchmarks/bench_cluster.py [N]    N runs of a trivial notebook (1000), two workers

The time of each run is that of the whole call, the start of the cluster apart, by N.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from analysis.runs.execute import execute_runs
from analysis.runs.plan import PlannedRun, plan_run
from analysis.study.executor import open_executor
from analysis.study.paths import find_layout

N_WORKERS = 2


def main() -> None:
    """Run it."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory(prefix="gipfel-bench-") as folder:
        plans = _plan_many(Path(folder), n)
        began = time.perf_counter()
        with open_executor("local", jobs=N_WORKERS) as executor:
            start = time.perf_counter() - began
            began = time.perf_counter()
            records = execute_runs(plans, executor=executor)
            seconds = time.perf_counter() - began
            began = time.perf_counter()
            again = execute_runs(plans, executor=executor)
            seconds_again = time.perf_counter() - began
        n_stored = len(list(Path(folder).glob("papermill_runs/*/*/run.json")))
    print(f"start of the cluster: {start:.1f} s")
    print(f"{n} runs: {seconds:.1f} s, {seconds / n:.3f} s each; {n_stored} records in the store")
    print(f"states {dict(Counter(record.state for record in records))}")
    print(f"engines {dict(Counter(record.engine for record in records))}")
    print(f"again: {seconds_again / n:.3f} s each, {sum(one.is_reused for one in again)} reused")


def _plan_many(root: Path, n: int) -> list[PlannedRun]:
    """Plan runs of one notebook that differ by a parameter."""
    sys.path.insert(0, str(find_layout().root / "tests"))
    from study_for_runs import write_notebook, write_study  # noqa: PLC0415 (lies among the tests)

    study, layout = write_study(root, {"01_probe": "{}"})
    path = layout.notebooks / "01_probe.ipynb"
    write_notebook(path, "number * 2", parameters="number: int = 0  # which run")
    return [plan_run(study, layout, "01_probe", {"number": number}) for number in range(n)]


if __name__ == "__main__":
    main()
