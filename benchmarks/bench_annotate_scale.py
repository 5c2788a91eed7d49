"""Memory and time of `gipfel annotate` at many articles: it must not grow with their number.

    python benchmarks/bench_annotate_scale.py ../shared/news/10kgnad_test.csv.gz --articles 1000

News articles are drawn again and again, half of the words of each copy marked with its number,
so that copies are no repeats; one segment in ten keeps its words and is one. A stand-in for the
German models (words by pattern, one tag, the word as its lemma) leaves what is measured: rules,
parts, repeats, n-grams, tables. Each size runs in a process of its own: once annotating, once
with all parts there. *own* is memory of the process alone; the rest of the peak is files that
the system has mapped and can drop at any time.
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

ROOT = Path(__file__).resolve().parents[1]
WORD = re.compile(r"\w+(?:-\w+)*|[^\w\s]")
EVENTS = ("helsinki-2018", "alaska-2025")


class StandIn:
    """What annotation asks of the German models, without them."""

    def __init__(self) -> None:
        from analysis.annotation.tokens import Analysis, Part

        self.analyse = lambda form, _tag: Analysis(form, form, (Part(form.lower(), "NN"),))

    def sentences(self, text: str, begin: int = 0) -> list[object]:
        from analysis.annotation.tokens import Part, Sentence, Token

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


def marked(paragraph: str, copy: int, generator: np.random.Generator) -> str:
    if copy == 0 or generator.random() < 1 / 10:
        return paragraph
    words = paragraph.split()
    chosen = generator.random(len(words)) < 1 / 2
    return " ".join(f"{w}{copy}" if c else w for w, c in zip(words, chosen, strict=True))


def make_study(news: list[list[str]], n: int, root: Path) -> None:
    """Make a study of so many articles."""
    generator = np.random.default_rng(20180716)
    shutil.copy(ROOT / "study.toml", root)
    shutil.copytree(ROOT / "data" / "lexicons", root / "data" / "lexicons")
    (root / "data" / "raw").mkdir()
    blocks = []
    for i in range(n):
        copy, article = divmod(i, len(news))
        text = "\n\n".join(marked(one, copy, generator) for one in news[article])
        data = text.encode()
        (root / "data" / "raw" / f"n{i:06d}.txt").write_bytes(data)
        blocks.append(
            f'[[source]]\nid = "n{i:06d}"\nevent = "{EVENTS[i % 2]}"\nkind = "article"\n'
            f'outlet_basis = "unknown"\ndate_quality = "unknown"\nrights = "benchmark"\n'
            f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nsize = {len(data)}\n'
        )
    (root / "data" / "sources.toml").write_text("\n".join(blocks), encoding="utf-8")


def own_memory() -> int:
    """Give the MB that no file stands behind."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) // 1024


def measure(root: Path) -> None:
    """Annotate, and say how much memory that took; in a process of its own."""
    from analysis.annotation import pipeline, tools
    from analysis.paths import Layout

    tools.load_annotator = StandIn
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
    for n in given.articles:
        with tempfile.TemporaryDirectory() as folder:
            make_study(news, n, Path(folder))
            command = [sys.executable, __file__, folder, "--measure"]
            for what in ("first", "again"):
                said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                print(n, what, said.strip(), flush=True)
            print(n, describe(Path(folder)), flush=True)


if __name__ == "__main__":
    main()
