"""Do people see what a topic is about? Intruders among terms or segments, and who finds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast, get_args

import numpy as np
import pandas as pd
from scipy import stats

from analysis.cells import rounded
from analysis.errors import MeasureError, unknown
from analysis.measures.inference import wilson_interval
from analysis.measures.topic_matching import top_terms
from analysis.measures.topics import TopicModel, top_segments
from analysis.measures.verdicts import FEWEST_MENTIONS, OK, refuse

Kind = Literal["word", "segment"]
#: Items of a task that belong to its topic; one more is the intruder (words: Chang et al. 2009).
N_OWN: dict[str, int] = {"word": 5, "segment": 3}
#: Best terms (segments) of another topic that intruders are drawn from.
N_BEST: dict[str, int] = {"word": 10, "segment": 8}
#: A share of fewer answers is not given, as one of fewer mentions is not.
FEWEST_ANSWERS = FEWEST_MENTIONS


def check_kind(kind: str) -> Kind:
    """Give the kind of tasks; raises `MeasureError` with all of them.

    Examples
    --------
    >>> check_kind("word")
    'word'
    """
    for known in get_args(Kind):
        if kind == known:
            return cast("Kind", known)
    raise MeasureError(f"draw_intrusion: {unknown('kind', kind, get_args(Kind))}")


@dataclass(frozen=True)
class IntrusionDesign:
    """How tasks are drawn.

    Attributes
    ----------
    kind : str
        word: five terms of a topic and a strange one; segment: three segments and a strange one.
    n_tasks : int
        Tasks for each topic.
    seed : int
        Of the draws.
    """

    kind: Kind = "word"
    n_tasks: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        check_kind(self.kind)
        if self.n_tasks < 1:
            raise MeasureError(
                f"draw_intrusion: wanted at least 1 task for each topic, came {self.n_tasks}"
            )


class _Pools(NamedTuple):
    """What the tasks of one topic are drawn from: its own items, best first, and strange ones."""

    own: list[str]
    strange: list[str]


def draw_intrusion(model: TopicModel, design: IntrusionDesign) -> pd.DataFrame:
    """Draw tasks in which one item does not belong (Chang et al. 2009).

    An intruding **term** is among the ten best of another topic, so that it does not stand
    out by being rare, but not among the ten best of this one, and in the lower half of its
    weights. An intruding **segment** is among the eight best of another topic, is most of
    all of that topic. A topic's own items are
    its best ones, dealt at random to its tasks. **No item stands twice**: an item that came
    back would betray the intruder to somebody who has understood nothing.

    Parameters
    ----------
    model : TopicModel
        A fitted model of at least two topics.
    design : IntrusionDesign
        What kind, how many, and the seed.

    Returns
    -------
    DataFrame
        task (t01, ..., in a random order), topic, item_1, item_2, ... (terms or
        segment_ids, shuffled), intruder (the number of the item that is one).

    Raises
    ------
    MeasureError
        If there is one topic, a topic has too few items, or too few intruders for the tasks.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> from analysis.measures.topics import fit_topics
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> tasks = draw_intrusion(fit_topics(counts, n_topics=2, seed=1), IntrusionDesign(n_tasks=2))
    >>> len(tasks), tasks["topic"].value_counts().to_dict()
    (4, {1: 2, 2: 2})
    """
    if model.n_topics < 2:
        raise MeasureError(
            "draw_intrusion: wanted at least 2 topics, came 1: intruders come from another topic"
        )
    found = _word_pools(model) if design.kind == "word" else _segment_pools(model)
    rng = np.random.default_rng(design.seed)
    pools = list(found)
    intruders = _draw_intruders(pools, design, rng)
    rows = list(_deal(pools, intruders, design, rng))
    n_items = N_OWN[design.kind] + 1
    columns = ["topic", *(f"item_{i}" for i in range(1, n_items + 1)), "intruder"]
    table = pd.DataFrame([rows[i] for i in rng.permutation(len(rows))], columns=columns)
    table.insert(0, "task", [f"t{i:02d}" for i in range(1, len(table) + 1)])
    return table


def _draw_intruders(
    pools: list[_Pools], design: IntrusionDesign, rng: np.random.Generator
) -> list[list[str]]:
    """Draw the intruders of every topic, none of them twice."""
    taken: set[str] = set()
    drawn = []
    for topic, pool in enumerate(pools, start=1):
        left = [item for item in pool.strange if item not in taken]
        _check_enough(topic, len(left), design.n_tasks, f"{design.kind}s that could intrude")
        drawn.append([str(item) for item in rng.choice(left, design.n_tasks, replace=False)])
        taken.update(drawn[-1])
    return drawn


def _deal(
    pools: list[_Pools],
    intruders: list[list[str]],
    design: IntrusionDesign,
    rng: np.random.Generator,
) -> Iterator[tuple[str | int, ...]]:
    """Deal the best items of every topic to its tasks, and put an intruder into each."""
    taken = {item for drawn in intruders for item in drawn}
    n_own = N_OWN[design.kind]
    for topic, (pool, drawn) in enumerate(zip(pools, intruders, strict=True), start=1):
        own = [item for item in pool.own if item not in taken][: n_own * design.n_tasks]
        _check_enough(topic, len(own), n_own * design.n_tasks, f"{design.kind}s of its own")
        taken.update(own)
        for dealt, intruder in zip(rng.permutation(own).reshape(-1, n_own), drawn, strict=True):
            items = [*map(str, dealt), intruder]
            order = rng.permutation(len(items))
            yield (topic, *(items[i] for i in order), int(np.argmax(order)) + 1)


def _check_enough(topic: int, n: int, wanted: int, what: str) -> None:
    if n < wanted:
        raise MeasureError(
            f"draw_intrusion: wanted {wanted} {what} for topic {topic}, came {n}. Ask for fewer "
            "tasks, or fit other topics."
        )


def _word_pools(model: TopicModel) -> Iterator[_Pools]:
    weights, terms = model.fit.topic_terms, model.chosen.counts.terms
    best = top_terms(weights, N_BEST["word"])
    for topic, ranked in enumerate(top_terms(weights, weights.shape[1])):
        low = weights[topic] <= np.median(weights[topic])
        others = np.unique(np.delete(best, topic, axis=0))
        strange = [i for i in others if i >= 0 and low[i] and i not in best[topic]]
        own = [i for i in ranked if i >= 0 and not low[i]]
        yield _Pools([terms[i] for i in own], [terms[i] for i in strange])


def _segment_pools(model: TopicModel) -> Iterator[_Pools]:
    ranked = top_segments(model, n_segments=len(model.segments))
    by_share = model.segments.sort_values("share", kind="stable", key=rounded)
    most = by_share.drop_duplicates("segment_id", keep="last")
    of_most = dict(zip(most["segment_id"], most["topic"], strict=True))
    ranked = ranked[ranked["segment_id"].map(of_most) == ranked["topic"]]
    best = ranked.groupby("topic").head(N_BEST["segment"])
    for topic in range(1, model.n_topics + 1):
        own = ranked.loc[ranked["topic"] == topic, "segment_id"].tolist()
        yield _Pools(own, sorted(best.loc[best["topic"] != topic, "segment_id"]))


def score_intrusion(tasks: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Give the model precision: the share of answers that name the intruder.

    Parameters
    ----------
    tasks : DataFrame
        From `draw_intrusion`.
    answers : DataFrame
        coder, task, choice (the number of the item that a coder named).

    Returns
    -------
    DataFrame
        unit (topic, all), topic (0 for all), n_coders, n_answers, n_right, precision, low,
        high (Wilson, answers as units), chance (1 over the items), p_value (that as many
        are right by chance, exact, one-sided), status, reason. Answers of one coder to
        several tasks of a topic are not independent: the intervals are then too short.

    Raises
    ------
    MeasureError
        If an answer is to no task, or there is none.

    Examples
    --------
    >>> tasks = pd.DataFrame({"task": ["t01", "t02"], "topic": [1, 2], "item_1": "a",
    ...     "item_2": "b", "intruder": [1, 2]})
    >>> answers = pd.DataFrame({"coder": "a", "task": ["t01", "t02"], "choice": [1, 1]})
    >>> score_intrusion(tasks, answers)[["unit", "n_answers", "n_right"]].values.tolist()
    [['topic', 1, 1], ['topic', 1, 0], ['all', 2, 1]]
    """
    strange = sorted(set(answers["task"]) - set(tasks["task"]))
    if strange or answers.empty:
        came = f"answers to {', '.join(strange)}, which are none" if strange else "no answer"
        raise MeasureError(f"score_intrusion: wanted answers to the tasks drawn, came {came}")
    chance = 1 / sum(name.startswith("item_") for name in tasks.columns)
    merged = answers.merge(tasks[["task", "topic", "intruder"]], on="task", validate="many_to_one")
    merged["right"] = merged["choice"] == merged["intruder"]
    topics = sorted(tasks["topic"].unique())
    parts = [("topic", int(topic), merged[merged["topic"] == topic]) for topic in topics]
    rows = [_score(*part, chance) for part in [*parts, ("all", 0, merged)]]
    return pd.DataFrame(rows).astype(dict.fromkeys(("unit", "status", "reason"), "str"))


def _score(unit: str, topic: int, answers: pd.DataFrame, chance: float) -> dict[str, object]:
    n, n_right = len(answers), int(answers["right"].sum())
    enough = n >= FEWEST_ANSWERS
    verdict = OK if enough else refuse(f"{n} answers; a share needs at least {FEWEST_ANSWERS}")
    found: tuple[float, ...] = (np.nan,) * 4
    if enough:
        low, high = wilson_interval(n_right, n)
        p_value = stats.binomtest(n_right, n, chance, alternative="greater").pvalue
        found = (n_right / n, float(low), float(high), float(p_value))
    return {
        "unit": unit,
        "topic": topic,
        "n_coders": answers["coder"].nunique(),
        "n_answers": n,
        "n_right": n_right,
        "precision": found[0],
        "low": found[1],
        "high": found[2],
        "chance": chance,
        "p_value": found[3],
        "status": verdict.status,
        "reason": verdict.reason,
    }
