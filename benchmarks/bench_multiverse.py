"""How long the multiverse of the study takes, in one process.

    python benchmarks/bench_multiverse.py --repeats 5

Wanted: at least 200 specifications in less than three minutes.
"""

from __future__ import annotations

import argparse
import statistics
import time

from analysis.measures.multiverse import multiverse
from analysis.study.study import Study, read_study
from analysis.tables.features import Features, read_features


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="runs; the median is given")
    repeats = parser.parse_args().repeats
    study = read_study()
    runs = [measure_once(study, read_features()) for _ in range(repeats)]
    n_specifications = runs[0][0]
    wall, processor = (statistics.median(run[i] for run in runs) for i in (1, 2))
    print("| claims | specifications | seconds | processor seconds | per 200 |")
    print("|---|---|---|---|---|")
    per_200 = wall * 200 / n_specifications
    cells = (f"{wall:.2f}", f"{processor:.2f}", f"{per_200:.2f}")
    print("|", " | ".join([str(len(study.claims)), str(n_specifications), *cells]), "|")


def measure_once(study: Study, features: Features) -> tuple[int, float, float]:
    """Compute all claims from files on disk on; give specifications, seconds, processor seconds."""
    begun, worked = time.perf_counter(), time.process_time()
    found = multiverse(
        features,
        study.claims,
        study.multiverse.model_dump(),
        seed=study.general.seed,
    )
    seconds = (time.perf_counter() - begun, time.process_time() - worked)
    return len(found.specifications), *seconds


if __name__ == "__main__":
    main()
