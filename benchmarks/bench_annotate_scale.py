"""Memory and time of `gipfel annotate` at many articles: it must not grow with their number.

    python benchmarks/bench_annotate_scale.py ../shared/news/10kgnad_test.csv.gz --articles 1000

The news articles are annotated with a stand-in for the German models (words by pattern, one tag,
the word as its lemma). Larger sizes draw their parts again and again, each copy under a name of
its own; in nine segments of ten half of the words are changed, so that they are no repeats.
Each size is measured in a process of its own. *own* is memory of the process alone; the rest of
the peak is files that the system has mapped and can drop at any time.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from analysis.annotation import annotated, pipeline
from analysis.annotation.parts import (
    HASHES,
    SCHEMA,
    fingerprints,
    keep_part,
    list_of,
    part_path,
    read_part,
)
from analysis.annotation.rows import RUNS
from analysis.annotation.tokens import Analysis, Part, Sentence, Token
from analysis.corpus.duplicates import hash_words
from analysis.corpus.sources import read_sources
from analysis.study.paths import Layout
from analysis.study.study import read_study

ROOT = Path(__file__).resolve().parents[1]
WORD = re.compile(r"\w+(?:-\w+)*|[^\w\s]")
EVENTS = ("helsinki-2018", "alaska-2025")


class StandIn:
    """What annotation asks of the German models, without them."""

    def __init__(self) -> None:
        self.analyse = lambda form, _tag: Analysis(form, form, (Part(form.lower(), "NN"),))

    def sentences(self, text: str, begin: int = 0) -> list[object]:
        found, tokens = [], []
        for match in WORD.finditer(text):
            form = match[0]
            is_word = form[0].isalnum()
            pos = ("NN" if form[0].isupper() else "ADV") if is_word else "$."
            parts = (Part(form.lower(), "NN"),) if is_word else ()
            place = (begin + match.start(), begin + match.end())
            tokens.append(Token(*place, form, form, pos, form, parts))
            if form in ".!?":
                found.append(Sentence(tuple(tokens)))
                tokens = []
        return found + ([Sentence(tuple(tokens))] if tokens else [])

    def is_known(self, word: str) -> bool:
        return True

    def readings(self, word: str) -> frozenset[str]:
        return frozenset({"NN"})


def read_news(path: Path) -> list[list[str]]:
    """Give articles as paragraphs of three sentences."""
    articles = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            sentences = re.split(r"(?<=[.!?])\s+", line.partition(";")[2].strip())
            articles.append([" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)])
    return articles


def make_study(news: list[list[str]], n: int, root: Path) -> None:
    """Make a study of so many articles."""
    shutil.copy(ROOT / "study.toml", root)
    shutil.copytree(ROOT / "data" / "lexicons", root / "data" / "lexicons")
    (root / "data" / "raw").mkdir()
    blocks = []
    for i in range(n):
        data = "\n\n".join(news[i % len(news)]).encode()
        (root / "data" / "raw" / f"n{i:06d}.txt").write_bytes(data)
        blocks.append(
            f'[[source]]\nid = "n{i:06d}"\nevent = "{EVENTS[i % 2]}"\nkind = "article"\n'
            f'outlet_basis = "unknown"\ndate_quality = "unknown"\nrights = "benchmark"\n'
            f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nsize = {len(data)}\n'
        )
    (root / "data" / "sources.toml").write_text("\n".join(blocks), encoding="utf-8")


def copy_parts(layout: Layout, base: int) -> None:
    """Make the parts of all articles from those of the first ones."""
    sources = read_sources(layout, read_study(layout))
    keys = fingerprints(sources, (), layout)
    generator = np.random.default_rng(20180716)
    for i, source in enumerate(sources[base:], start=base):
        original = sources[i % base]
        part = read_part(part_path(keys[original.id], layout))
        keep_part(
            copied(part, original.id, source.id, generator), part_path(keys[source.id], layout)
        )


def copied(part: pa.Table, old: str, new: str, generator: np.random.Generator) -> pa.Table:
    """Give a part under another name of the same length, with other words in their order."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, part.schema) as writer:
        writer.write_table(part)
    plain = sink.getvalue().to_pybytes().replace(old.encode(), new.encode())
    part = pa.ipc.open_stream(plain).read_all()
    lengths = [row["n_tokens"] for row in part["segments"][0].as_py()]
    changed = np.repeat(generator.random(len(lengths)) < 9 / 10, lengths)
    changed &= generator.random(len(changed)) < 1 / 2
    hashes = list_of(part, HASHES).to_numpy() ^ (changed * hash_words([new])[0])
    mark = iter(changed.tolist())
    runs = [
        [f"{word}{new}" if next(mark) else word for word in run]
        for run in list_of(part, RUNS).to_pylist()
    ]
    for name, cells in ((HASHES, hashes), (RUNS, runs)):
        at = SCHEMA.get_field_index(name)
        part = part.set_column(at, SCHEMA.field(at), pa.array([cells], type=SCHEMA.field(at).type))
    return part


def own_memory() -> int:
    """Give the MB that no file stands behind."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) // 1024


def measure(root: Path) -> None:
    """Annotate, and say how much memory that took; in a process of its own."""
    annotated.load_annotator = StandIn
    peak, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], own_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    begin = time.perf_counter()
    steps: dict[str, float] = {}
    join = pipeline._join

    def timed_join(*given: object) -> object:
        steps["annotate s"] = round(time.perf_counter() - begin, 1)
        peak[0], steps["annotate own MB"] = 0, peak[0]
        return join(*given)

    pipeline._join = timed_join
    pipeline.annotate(Layout(root))
    steps["join s"] = round(time.perf_counter() - begin - steps["annotate s"], 1)
    stop.set()
    watcher.join()
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(steps | {"join own MB": peak[0], "peak MB": whole}))


def describe(root: Path) -> dict[str, object]:
    manifest = json.loads((root / "data/features/manifest.json").read_text(encoding="utf-8"))
    sizes = {path.stem: path.stat().st_size for path in (root / "data/features").glob("*.parquet")}
    parts = sum(path.stat().st_size for path in (root / "data/local").rglob("*.arrow"))
    rows = {f"{name} rows": entry["rows"] for name, entry in manifest["tables"].items()}
    megabytes = {f"{name} MB": round(size / 1e6, 1) for name, size in sorted(sizes.items())}
    return {**rows, **megabytes, "parts MB": round(parts / 1e6, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path, help="10kgnad_test.csv.gz, or with --measure a study")
    parser.add_argument("--articles", type=int, nargs="+", default=[1000, 5000, 20000])
    parser.add_argument("--measure", action="store_true", help="for the process that is measured")
    given = parser.parse_args()
    if given.measure:
        measure(given.news)
        return
    news = read_news(given.news)
    with tempfile.TemporaryDirectory() as folder:
        for n in given.articles:
            measure_size(news, n, Path(folder))


def measure_size(news: list[list[str]], n: int, root: Path) -> None:
    """Measure one size; the parts of the smaller ones are there already."""
    kept = root / "kept"
    study = root / str(n)
    study.mkdir()
    make_study(news, n, study)
    if kept.is_dir():
        (study / "data" / "local").mkdir()
        kept.rename(study / "data" / "local" / "annotated")
        copy_parts(Layout(study), min(n, len(news)))
    command = [sys.executable, __file__, str(study), "--measure"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(n, said.strip(), flush=True)
    print(n, describe(study), flush=True)
    (study / "data" / "local" / "annotated").rename(kept)


if __name__ == "__main__":
    main()
