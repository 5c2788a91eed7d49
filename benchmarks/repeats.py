"""Finding planted repeats among real news: recall, precision, seconds, beside MinHash with LSH.

    python benchmarks/repeats.py ../shared/news/10kgnad_test.csv.gz

Articles are cut at sentence ends into segments of 12 to 80 words. One segment in ten is
planted again: exact, with one word in ten replaced by a word of the corpus, or cut to its
first half. At ten times the size the corpus is there ten times, half of the words of each
copy marked with its number: with a third marked, one segment in twelve would still be an
edited copy of its counterpart, and be found.
Precision is that of pairs in groups that hold a planted copy; groups that the news has
without any planting are left aside.
"""

from __future__ import annotations

import argparse
import gzip
import re
import resource
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from datasketch import MinHash, MinHashLSH

from analysis.corpus.duplicates import find_repeats, hash_words

KINDS = ("exact", "edited", "truncated")
Segments = dict[str, list[str]]
Groups = dict[str, str]


def read_segments(path: Path, generator: np.random.Generator) -> Segments:
    segments: Segments = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            words: list[str] = []
            for sentence in re.split(r"(?<=[.!?])\s+", line.partition(";")[2]):
                words += re.findall(r"\w+", sentence)
                if len(words) >= generator.integers(12, 70):
                    segments[f"n{number:05d}:{len(segments):07d}"] = words
                    words = []
    return segments


def enlarge(segments: Segments, times: int, generator: np.random.Generator) -> Segments:
    enlarged = dict(segments)
    for copy in range(1, times):
        for name, words in segments.items():
            marked = generator.random(len(words)) < 1 / 2
            enlarged[f"n{copy}{name[1:]}"] = [
                f"{word}{copy}" if mark else word for word, mark in zip(words, marked, strict=True)
            ]
    return enlarged


def plant(segments: Segments, generator: np.random.Generator) -> tuple[Segments, pd.DataFrame]:
    names = [name for name, words in segments.items() if len(words) >= 16]
    vocabulary = [word for words in segments.values() for word in words]
    copies, rows = {}, []
    chosen = generator.choice(len(names), size=len(segments) // 10, replace=False)
    for number, at in enumerate(chosen):
        kind, original = KINDS[number % 3], names[at]
        words = list(segments[original])
        if kind == "edited":
            for place in generator.choice(len(words), round(len(words) / 10), replace=False):
                words[place] = vocabulary[generator.integers(len(vocabulary))]
        if kind == "truncated":
            words = words[: (len(words) + 1) // 2]
        copies[f"p{number:07d}:0"] = words
        rows.append((f"p{number:07d}:0", original, kind))
    return copies, pd.DataFrame(rows, columns=["copy", "original", "kind"])


def by_index(segments: Segments) -> Groups:
    """The package's way."""
    frame = pd.DataFrame(
        {
            "segment_id": list(segments),
            "doc_id": [name.partition(":")[0] for name in segments],
            "n_tokens": [len(words) for words in segments.values()],
        }
    )
    hashes = hash_words(word for words in segments.values() for word in words)
    repeats = find_repeats(frame, hashes)
    return dict(zip(repeats["segment_id"], repeats["repeat_across"], strict=True))


def by_minhash(segments: Segments) -> Groups:
    """MinHash of 128 permutations with LSH at a Jaccard similarity of .3."""
    index, sketches = MinHashLSH(threshold=0.3, num_perm=128), {}
    for name, words in segments.items():
        lowered = [word.lower() for word in words]
        shingles = {" ".join(lowered[i : i + 8]).encode() for i in range(len(words) - 7)}
        if shingles:
            sketches[name] = MinHash(num_perm=128)
            sketches[name].update_batch(shingles)
            index.insert(name, sketches[name])
    leader = {name: name for name in segments}
    for name, sketch in sketches.items():
        for other in index.query(sketch):
            if sketch.jaccard(sketches[other]) >= 0.3:
                one, two = _find(leader, name), _find(leader, other)
                leader[max(one, two)] = min(one, two)
    found = pd.Series({name: _find(leader, name) for name in segments})
    several = found.duplicated(keep=False)
    return found.where(several, "").to_dict()


def _find(leader: Groups, name: str) -> str:
    while leader[name] != name:
        leader[name] = leader[leader[name]]
        name = leader[name]
    return name


def measure(way: Callable[[Segments], Groups], news: Segments, seed: int) -> dict[str, object]:
    copies, planted = plant(news, np.random.default_rng(seed))
    natural = way(news)
    begin = time.perf_counter()
    groups = way(news | copies)
    seconds = time.perf_counter() - begin
    hit = [groups[c] == groups[o] != "" for c, o, _ in planted.itertuples(index=False)]
    recall = planted.assign(hit=hit).groupby("kind")["hit"].mean()
    true, false = judge(groups, planted, natural)
    return {
        "way": way.__name__,
        "segments": len(news) + len(copies),
        "words": sum(map(len, news.values())) + sum(map(len, copies.values())),
        **{f"recall {kind}": round(float(recall[kind]), 4) for kind in KINDS},
        "precision": round(true / (true + false), 4),
        "seconds": round(seconds, 1),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def judge(groups: Groups, planted: pd.DataFrame, natural: Groups) -> tuple[int, int]:
    """Count the pairs with a planted copy that are true and false."""
    original = dict(zip(planted["copy"], planted["original"], strict=True))
    members: dict[str, list[str]] = {}
    for name, group in groups.items():
        if group:
            members.setdefault(group, []).append(name)
    true = false = 0
    for names in members.values():
        for one, other in combinations(names, 2):
            a, b = original.get(one, one), original.get(other, other)
            if a == b:
                true += 1
            elif natural[a] == "" or natural[a] != natural[b]:
                false += one in original or other in original
    return true, false


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path, help="10kgnad_test.csv.gz")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--minhash-up-to", type=int, default=1, help="largest size for MinHash")
    given = parser.parse_args(arguments)
    generator = np.random.default_rng(20180716)
    news = read_segments(given.news, generator)
    rows = []
    for times in given.times:
        enlarged = enlarge(news, times, generator)
        ways = [by_index, by_minhash] if times <= given.minhash_up_to else [by_index]
        rows += [{"size": f"{times}x", **measure(way, enlarged, seed=times)} for way in ways]
    print(pd.DataFrame(rows).T.to_string(header=False))


if __name__ == "__main__":
    main()
