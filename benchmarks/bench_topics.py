"""How long the stability of topics takes, and whether it finds the number that was planted.

Run from the root of the repository:

    PYTHONPATH=. python benchmarks/bench_topics.py time
    PYTHONPATH=. python benchmarks/bench_topics.py choices
    PYTHONPATH=. python benchmarks/bench_topics.py recovery --corpora 8

``time`` fits k = 2 to 10 on the open tables, 20 seeds and 20 subsamples each: in this
process, in two processes, and kept. ``choices`` repeats it for choices that a study could
as well have made. ``recovery`` makes corpora with planted topics and counts how far
the number chosen is from the number planted, with and without the margin.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import pandas as pd

from analysis import (
    Recipe,
    TopicRecipe,
    count_terms,
    read_features,
    read_stop_words,
    read_study,
    topic_stability,
)
from analysis.measures.topic_stability import StabilityPlan, choose_n_topics, stability_curve

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from topic_samples import planted


def study_counts(*, with_actors: bool, min_segments: int, unit: str = "lemma"):
    study = read_study()
    names = frozenset() if with_actors else study.actor_words()
    recipe = Recipe(rows="bag", pos=study.topics.pos, unit=unit)
    counts = count_terms(read_features(), recipe).drop(read_stop_words() | names)
    return counts.trim(min_rows=min_segments)


def seconds(**arguments) -> tuple[float, pd.DataFrame]:
    start = time.perf_counter()
    table = topic_stability(**arguments)
    return time.perf_counter() - start, table


def time_stability(engine: str) -> None:
    counts = study_counts(with_actors=False, min_segments=read_study().topics.min_segments)
    plan = StabilityPlan(seed=read_study().seed)
    usual = {"counts": counts, "plan": plan, "engine": engine}
    start = time.process_time()
    took, table = seconds(**usual)
    cpu = time.process_time() - start
    print(f"{engine}, one process: {took:.1f} s ({cpu:.1f} s CPU), {len(table)} comparisons")
    with ProcessPoolExecutor(2) as executor:
        took, again = seconds(**usual, executor=executor)
    print(f"{engine}, two processes: {took:.1f} s, same table: {again.equals(table)}")
    with tempfile.TemporaryDirectory() as folder:
        seconds(**usual, cache=Path(folder))
        took, kept = seconds(**usual, cache=Path(folder))
    print(f"{engine}, kept: {took:.2f} s, same table: {kept.equals(table)}")
    print(wide(table).to_string())


def wide(runs: pd.DataFrame) -> pd.DataFrame:
    curve = stability_curve(runs)
    return curve.pivot_table(index="n_topics", columns="kind", values="stability").round(2)


def compare_choices(engine: str) -> None:
    plan = StabilityPlan(seed=read_study().seed)
    for with_actors, min_segments, unit in product((False, True), (1, 2, 3), ("lemma", "head")):
        counts = study_counts(with_actors=with_actors, min_segments=min_segments, unit=unit)
        runs = topic_stability(counts, plan=plan, engine=engine, recipe=TopicRecipe())
        margin = read_study().topics.stable_margin
        chosen = choose_n_topics(stability_curve(runs), margin=margin)
        table = wide(runs)
        best = table["subsamples"].idxmax()
        print(
            f"actors {'in ' if with_actors else 'out'} min_segments {min_segments} {unit:5} "
            f"chosen {chosen.n_topics}; most stable {best}: {table.loc[best].to_dict()}; "
            f"from 4 on at most {table.loc[4:, 'subsamples'].max()}"
        )


def recover(n_corpora: int) -> None:
    rows = []
    for n_topics, noise, seed in product((2, 3, 4, 5), (0.4, 0.6, 0.8), range(n_corpora)):
        counts = planted(n_topics, 8, noise=noise, seed=seed)
        plan = StabilityPlan(tuple(range(2, 9)), n_seeds=1, n_subsamples=10, seed=seed)
        curve = stability_curve(topic_stability(counts, plan=plan))
        for margin in (1.0, 0.05, 0.03):
            found = choose_n_topics(curve, margin=margin).n_topics
            error = "none" if found is None else f"{found - n_topics:+d}"
            rows.append((n_topics, noise, margin, error))
    table = pd.DataFrame(rows, columns=["planted", "noise", "margin", "error"])
    print(pd.crosstab([table["margin"], table["noise"]], table["error"]).to_string())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["choices", "recovery", "time"])
    parser.add_argument("--engine", default="nmf")
    parser.add_argument("--corpora", type=int, default=8)
    asked = parser.parse_args()
    if asked.what == "time":
        time_stability(asked.engine)
    elif asked.what == "choices":
        compare_choices(asked.engine)
    else:
        recover(asked.corpora)


if __name__ == "__main__":
    main()
