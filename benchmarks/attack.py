"""An attack on what is published: put the words of every bag back in order.

    .venv/bin/python -m benchmarks.attack

A bigram model, trained on other German news and on text of our own, orders each bag by beam
search. Once more it learns the n-grams, too, that the open tables hold of the articles. How
much of it stands in the articles is counted in words within right runs of four or more. The
figures, and the tables that they were measured on, go to ``data/validation/attack.json``; no
word of an article does. Needs the articles, ``../shared/news`` and ``../shared/quotes``.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.annotation.annotated import load_tools
from analysis.annotation.rows import TOKENS, annotate_text
from analysis.corpus.sources import read_article, read_sources
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import Features, read_features, read_manifest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
FIGURES = ROOT / "data" / "validation" / "attack.json"
#: The commit whose tables had bags of any size: the attack has to succeed there.
BEFORE = "11c7ccf"
#: A run counts from so many words in their order; from so many on, text was rebuilt.
RUN, REBUILT = 4, 8
#: What the attack must reach on the tables of that commit, and must not on those of today.
LEAST_BEFORE, MOST_NOW = 0.05, 0.04
#: Orders that are kept at each step, and how much the model trusts what it has not seen.
BEAM, PRIOR = 60, 2.0
#: How often an n-gram of the open tables counts beside those of the texts trained on.
PUBLISHED = 20
WORD = re.compile(r"\w+(?:[-.,’']\w+)*")
#: Words in their order, as they are compared: forms or lemmas of one segment.
Texts = Sequence[Sequence[str]]


class Bag(NamedTuple):
    """Words to be put in order: of which table, as the model reads and as they are judged."""

    table: str
    doc_id: str
    words: list[str]
    judged: list[str]


class Outcome(NamedTuple):
    """How much of some bags came out right."""

    n_bags: int
    n_words: int
    n_right: int
    longest: int

    @property
    def share(self) -> float:
        """The share of words that stand in right runs."""
        return self.n_right / self.n_words if self.n_words else 0.0


class Bigrams:
    """How likely a word follows another, over how likely it is anyway."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._words: Counter[str] = Counter()
        for words in texts:
            self.read(words)

    def read(self, words: Sequence[str], times: int = 1) -> None:
        """Learn from words in a row; capitals do not count."""
        low = [word.lower() for word in words]
        for word in low:
            self._words[word] += times
        for pair in pairwise(low):
            self._pairs[pair] += times

    def score(self, words: Sequence[str]) -> np.ndarray:
        """Score every pair of words; rows are what comes first."""
        low = [word.lower() for word in words]
        n = sum(self._words.values())
        chance = np.array([(self._words[word] + 0.5) / n for word in low])
        seen = np.array([[self._pairs[a, b] for b in low] for a in low], dtype=float)
        first = np.array([self._words[word] for word in low], dtype=float)
        likely = (seen + PRIOR * chance) / (first + PRIOR)[:, None]
        scores: np.ndarray = np.log(likely) - np.log(chance)
        return scores


def put_in_order(words: Sequence[str], model: Bigrams) -> list[int]:
    """Give the numbers of the words in the likeliest order that a beam search finds."""
    types = sorted(set(words))
    numbers: dict[str, list[int]] = {word: [] for word in types}
    for number, word in enumerate(words):
        numbers[word].append(number)
    scores = np.vstack([model.score(types), np.zeros(len(types))])  # the last row: nothing yet
    left = np.array([[len(numbers[word]) for word in types]])
    rng = np.random.default_rng(1)
    marks = rng.integers(1, 2**62, (2, len(types) + 1))
    last, totals, orders = np.array([len(types)]), np.zeros(1), np.zeros((1, 0), dtype=np.int32)
    for _ in words:
        candidates = np.where(left > 0, totals[:, None] + scores[last], -np.inf).ravel()
        kept = _best_distinct(candidates, left, marks)
        parent, chosen = np.divmod(kept, len(types))
        left = left[parent]
        left[np.arange(len(kept)), chosen] -= 1
        orders = np.column_stack([orders[parent], chosen.astype(np.int32)])
        last, totals = chosen, candidates[kept]
    waiting = {i: iter(numbers[word]) for i, word in enumerate(types)}
    return [next(waiting[int(i)]) for i in orders[totals.argmax()]]


def _best_distinct(candidates: np.ndarray, left: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Keep the best steps, one for each last word and rest of words."""
    most = min(4 * BEAM, int(np.isfinite(candidates).sum()))
    best = np.argpartition(-candidates, most - 1)[:most]
    best = best[np.argsort(-candidates[best], kind="stable")]
    parent, chosen = np.divmod(best, left.shape[1])
    with np.errstate(over="ignore"):
        rest = left @ marks[0, :-1]
        state = rest[parent] - marks[0, chosen] + 31 * marks[1, chosen]
    _, first = np.unique(state, return_index=True)
    return best[np.sort(first)[:BEAM]]


def right_runs(order: Sequence[str], texts: Texts) -> tuple[int, int]:
    """Count the words in right runs of an order, and the words of the longest run.

    A run is right if it stands so in one of the texts, word after word.
    """
    places = defaultdict(list)
    for number, words in enumerate(texts):
        for at in range(len(words) - RUN + 1):
            places[tuple(words[at : at + RUN])].append((number, at))
    covered, longest = 0, 0
    end = 0
    for i in range(len(order) - RUN + 1):
        lengths = [
            _common(order[i:], texts[number][at:])
            for number, at in places.get(tuple(order[i : i + RUN]), ())
        ]
        if lengths:
            longest = max(longest, *lengths)
            covered += max(0, i + max(lengths) - max(end, i))
            end = max(end, i + max(lengths))
    return covered, longest


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n


def attack(bags: Iterable[Bag], model: Bigrams, texts: dict[str, dict[str, Texts]]) -> Outcome:
    """Order bags, and compare each with its document, by forms or by lemmas."""
    n_bags = n_words = n_right = longest = 0
    for bag in bags:
        order = [bag.judged[i] for i in put_in_order(bag.words, model)]
        kind = "form" if bag.words is bag.judged else "lemma"
        right, run = right_runs(order, texts[bag.doc_id][kind])
        n_bags, n_words = n_bags + 1, n_words + len(order)
        n_right, longest = n_right + right, max(longest, run)
    return Outcome(n_bags, n_words, n_right, longest)


# ------------------------------------------------------------------ what is attacked


def bags_of_words(terms: pd.DataFrame, table: str) -> Iterator[Bag]:
    """Give the bags of terms or voices, as small as the table has them."""
    keys = [name for name in ("segment_id", "bag_id", "doc_id", "voice") if name in terms]
    for name, rows in terms.groupby(keys):
        words = list(np.repeat(rows["form"].to_numpy(), rows["n"].to_numpy()))
        yield Bag(table, str(name[0]).partition(":")[0], words, words)


def bags_near_nodes(features: Features) -> Iterator[Bag]:
    """Give the windows, and what is left when one is taken from another."""
    forms = _usual_forms(features)
    keys = ["doc_id", "node_kind", "node"]
    for (doc_id, *_), rows in features.cooccurrences.groupby(keys):
        counts = {
            (span, scope): part.set_index(["lemma", "pos"])[f"n_joint{scope}"].dropna()
            for span, part in rows.groupby("span")
            for scope in ("", "_once_within", "_once_across")
        }
        sets = [found.astype("int64") for found in counts.values() if found.sum()]
        for i, one in enumerate(sets):
            yield from _bag("cooccurrences", str(doc_id), one, forms)
            for other in sets[:i]:
                rest = one.sub(other, fill_value=0).astype("int64")
                for part in (rest.clip(lower=0), (-rest).clip(lower=0)):
                    yield from _bag("differences", str(doc_id), part, forms)


def _bag(table: str, doc_id: str, n: pd.Series, forms: dict[tuple[str, ...], str]) -> Iterator[Bag]:
    held = n[n > 0]
    lemmas = [lemma for (lemma, _), times in held.items() for _ in range(times)]
    words = [forms[doc_id, *key] for key, times in held.items() for _ in range(times)]
    if lemmas:
        yield Bag(table, doc_id, words, lemmas)


def _usual_forms(features: Features) -> dict[tuple[str, ...], str]:
    """Give the form in which each lemma stands most often in each document."""
    terms = features.terms.assign(doc_id=features.terms["bag_id"].str.partition(":")[0])
    sums = terms.groupby(["doc_id", "lemma", "pos", "form"], as_index=False)["n"].sum()
    usual = sums.sort_values("n").drop_duplicates(["doc_id", "lemma", "pos"], keep="last")
    return {
        (doc_id, lemma, pos): form
        for doc_id, lemma, pos, form in usual[["doc_id", "lemma", "pos", "form"]].to_numpy()
    }


# ------------------------------------------------------------------ what it knows


def other_texts(shared: Path = SHARED) -> Iterator[list[str]]:
    """Give the words of other German news, and of text of our own."""
    with gzip.open(shared / "news" / "10kgnad_test.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.reader(file, delimiter=";", quotechar="'"):
            yield WORD.findall(row[-1])
    with gzip.open(shared / "quotes" / "train.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield WORD.findall(json.loads(line)["originalText"])
    for path in sorted((ROOT / "tests" / "toy" / "data" / "raw").glob("*.txt")):
        yield WORD.findall(path.read_text(encoding="utf-8"))


def learn_ngrams(model: Bigrams, features: Features) -> Bigrams:
    """Let the model read the n-grams that the open tables hold, each many times."""
    for ngram in features.ngrams.drop_duplicates("ngram")["ngram"]:
        model.read(ngram.split(" "), PUBLISHED)
    return model


def articles_in_order(layout: Layout) -> dict[str, dict[str, Texts]]:
    """Give the words of each article in their order, segment by segment: forms and lemmas."""
    found: dict[str, dict[str, Texts]] = {}
    tools = load_tools(layout.root)
    for source in read_sources(layout, read_study(layout)):
        rows = annotate_text(read_article(layout.raw / f"{source.id}.txt"), source, tools)[TOKENS]
        segments = pd.DataFrame(rows).groupby("segment_id")
        found[source.id] = {
            kind: [list(words) for _, words in segments[kind]] for kind in ("form", "lemma")
        }
    return found


def terms_before() -> pd.DataFrame:
    """Read the terms of the commit whose bags had any size.

    Raises
    ------
    CalledProcessError
        If the history does not reach back so far.
    """
    name = f"{BEFORE}:data/features/terms.parquet"
    command = ["git", "show", name]
    held = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return pd.read_parquet(io.BytesIO(held.stdout))


def tables_hash(features: Features) -> str:
    """Hash the content of all open tables, as the manifest has it."""
    tables = read_manifest(features.folder)["tables"]
    said = {name: about["content"] for name, about in sorted(tables.items())}
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def outcomes() -> dict[str, Outcome]:
    """Attack the tables of before and those of today, table by table."""
    layout = Layout(ROOT)
    features = read_features(layout.features)
    model, texts = Bigrams(other_texts()), articles_in_order(layout)
    near = list(bags_near_nodes(features))
    attacked = {
        "before": list(bags_of_words(terms_before(), "terms")),
        "terms": list(bags_of_words(features.terms, "terms")),
        "voices": list(bags_of_words(features.voices, "voices")),
        "cooccurrences": [bag for bag in near if bag.table == "cooccurrences"],
        "differences": [bag for bag in near if bag.table == "differences"],
    }
    found = {name: attack(bags, model, texts) for name, bags in attacked.items()}
    knowing = learn_ngrams(model, features)
    return found | {"terms_with_ngrams": attack(attacked["terms"], knowing, texts)}


def main() -> None:
    """Attack, and write the figures."""
    found = outcomes()
    figures = {
        "tables": tables_hash(read_features(Layout(ROOT).features)),
        "before": BEFORE,
        "outcomes": {
            name: {**one._asdict(), "share": round(one.share, 4)} for name, one in found.items()
        },
    }
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures["outcomes"], indent=1))


if __name__ == "__main__":
    main()
