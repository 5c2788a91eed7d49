"""How long a query takes on real news, before and after the articles are annotated.

    python benchmarks/bench_concordance.py 10kgnad_test.csv.gz --first 1028 --jobs 2

The articles are laid out as a study of their own in a temporary folder, with the frames and
lexicons of this one; half of them stand for each event.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from press import markdown

from analysis.concordance.lines import concordance_lines
from analysis.concordance.texts import open_texts
from analysis.study.paths import Layout, find_layout
from analysis.study.study import read_study

QUERIES = (
    "Regierung",
    '[lemma="Regierung"]',
    '[part="deal"]',
    '[form=".*(ung|heit|keit)(en)?"]',
    '[frame="Deal" & polarity="negated"]',
    '"kein.*"%c []{0,3} [pos="NN"] within s',
    '[pos="ADJA"]+ [pos="NN"] ([pos="APPR"] [pos="ART"]? [pos="NN"])?',
    '[lemma="einmischen"]',
    '[form="(a|aa)+b"]',
    '([]{0,20} [pos="NN"]){3} [lemma="Deal"]',
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="10kGNAD as CSV, plain or gzip")
    parser.add_argument("--first", type=int, default=1028, help="only so many articles")
    parser.add_argument("--repeats", type=int, default=5, help="runs; the median is given")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        layout = lay_out(arguments.articles, arguments.first, Path(folder))
        measure(layout, arguments.jobs, arguments.repeats)


def lay_out(articles: Path, first: int, root: Path) -> Layout:
    """Write a study whose articles are the first of the collection."""
    here, layout = find_layout(Path(__file__)), Layout(root)
    shutil.copy(here.study_file, layout.study_file)
    shutil.copytree(here.lexicons, layout.lexicons)
    layout.raw.mkdir(parents=True)
    events = [event.id for event in read_study(here).events]
    csv.field_size_limit(10**9)
    opener = gzip.open if articles.suffix == ".gz" else open
    with opener(articles, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=";", quotechar="'") if len(row) == 2]
    blocks = []
    for i, (_, text) in enumerate(rows[:first]):
        name = f"a{i:05d}"
        content = text.encode()
        (layout.raw / f"{name}.txt").write_bytes(content)
        blocks.append(_block(name, events[i % 2], content))
    layout.sources_file.write_text("\n".join(blocks), encoding="utf-8")
    return layout


def _block(name: str, event: str, content: bytes) -> str:
    said = {
        "id": name, "event": event, "outlet_basis": "unknown", "date_quality": "unknown",
        "kind": "article", "sha256": hashlib.sha256(content).hexdigest(), "rights": "CC BY-NC-SA",
    }  # fmt: skip
    lines = [f"{key} = {json.dumps(value)}" for key, value in said.items()]
    return "\n".join(["[[source]]", *lines, f"size = {len(content)}", ""])


def measure(layout: Layout, jobs: int, repeats: int) -> None:
    begun = time.perf_counter()
    open_texts(layout, jobs=jobs)
    annotated = time.perf_counter() - begun
    texts = open_texts(layout)
    size = sum(path.stat().st_size for path in layout.annotated.glob("*/*"))
    opened = median(lambda: open_texts(layout), repeats)
    print(
        f"{len(texts.sources)} articles, {len(texts.tokens)} tokens, parts {size / 2**20:.1f} MiB"
    )
    print(f"annotated in {annotated:.0f} s ({jobs} processes); opened in {opened:.2f} s\n")
    rows = []
    for query in QUERIES:
        n = len(concordance_lines(query, texts=texts))
        seconds = median(lambda query=query: concordance_lines(query, texts=texts), repeats)
        rows.append({"query": f"`{query}`", "hits": n, "seconds": f"{seconds:.3f}"})
    print(markdown(rows))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory {peak:.0f} MiB")


def median(task: Callable[[], object], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
