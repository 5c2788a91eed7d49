"""Intruders drawn so that nothing but the topic betrays them, and scored as the paper does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from topic_samples import planted

from analysis.errors import MeasureError
from analysis.measures.intrusion import IntrusionDesign, draw_intrusion, score_intrusion
from analysis.measures.topics import TopicModel, fit_topics

ITEMS = {"word": 5, "segment": 3}


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return fit_topics(planted(3, 6, noise=0.2), n_topics=3, seed=1)


def home(model: TopicModel, kind: str) -> dict[str, str]:
    """Give the planted theme of each item: in the word, or of the segment."""
    if kind == "word":
        terms = model.chosen.counts.terms
        return dict(zip(terms, terms.str.replace(r"wort\d+", "", regex=True), strict=True))
    rows = model.chosen.counts.rows
    return dict(zip(rows["segment_id"], rows["planted"], strict=True))


def items_of(row: dict[str, object]) -> list[str]:
    return [str(value) for name, value in row.items() if name.startswith("item_")]


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_the_intruder_alone_is_of_another_theme(model: TopicModel, kind: str) -> None:
    tasks = draw_intrusion(model, IntrusionDesign(kind, 2, seed=3))
    theme = home(model, kind)
    assert len(tasks) == 6
    for row in tasks.to_dict("records"):
        themes = [theme[item] for item in items_of(row)]
        strange = themes.pop(row["intruder"] - 1)
        assert len(themes) == ITEMS[kind]
        assert len(set(themes)) == 1
        assert strange != themes[0]


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_no_item_stands_twice(model: TopicModel, kind: str) -> None:
    for seed in range(10):
        tasks = draw_intrusion(model, IntrusionDesign(kind, 2, seed))
        items = [item for row in tasks.to_dict("records") for item in items_of(row)]
        assert len(set(items)) == len(items)


def test_place_and_order_betray_nothing(model: TopicModel) -> None:
    """Intruders stand anywhere, and the numbers of tasks do not follow the topics."""
    many = [draw_intrusion(model, IntrusionDesign("word", 2, seed)) for seed in range(60)]
    places = pd.concat(many)["intruder"].value_counts(normalize=True)
    assert sorted(places.index) == [1, 2, 3, 4, 5, 6]
    assert places.max() < 0.25
    first = [int(tasks["topic"].iloc[0]) for tasks in many]
    assert set(first) == {1, 2, 3}


def test_a_seed_gives_the_same_tasks_and_another_does_not(model: TopicModel) -> None:
    first, again, other = (draw_intrusion(model, IntrusionDesign(seed=s)) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def answers(tasks: pd.DataFrame, n_coders: int, share: float = 1.0) -> pd.DataFrame:
    """Answer as coders who name the intruder with a chance, and the item after it otherwise."""
    rng = np.random.default_rng(1)
    rows = [
        (f"c{coder}", row["task"], row["intruder"] if rng.random() < share
         else row["intruder"] % 6 + 1)
        for coder in range(n_coders)
        for row in tasks.to_dict("records")
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["coder", "task", "choice"])


def test_precision_is_the_share_that_names_the_intruder(model: TopicModel) -> None:
    """8 of 17 has Wilson's interval .2617 to .6904, as the published example."""
    tasks = pd.DataFrame(
        {"task": [f"t{i}" for i in range(17)], "topic": 1, "intruder": 1}
        | {f"item_{i}": "x" for i in range(1, 7)}
    )
    named = pd.DataFrame({"coder": "a", "task": tasks["task"], "choice": [1] * 8 + [2] * 9})
    row = score_intrusion(tasks, named).iloc[0]
    assert (row["n_answers"], row["n_right"]) == (17, 8)
    assert row["precision"] == pytest.approx(8 / 17)
    assert (row["low"], row["high"]) == pytest.approx((0.2617, 0.6904), abs=1e-4)
    assert row["chance"] == pytest.approx(1 / 6)


def test_guessing_is_chance_and_seeing_is_not(model: TopicModel) -> None:
    tasks = draw_intrusion(model, IntrusionDesign())
    rng = np.random.default_rng(5)
    guessed, alarms = answers(tasks, 5), []
    for _ in range(100):
        guessed["choice"] = rng.integers(1, 7, len(guessed))
        alarms.append(score_intrusion(tasks, guessed)["p_value"].iloc[-1] < 0.05)
    assert 0 < np.mean(alarms) < 0.1
    seen = score_intrusion(tasks, answers(tasks, 5, 0.9))
    assert seen["p_value"].max() < 0.001
    assert seen["unit"].tolist() == ["topic", "topic", "topic", "all"]
    assert seen["n_answers"].tolist() == [10, 10, 10, 30]


def test_few_answers_are_refused_but_counted(model: TopicModel) -> None:
    tasks = draw_intrusion(model, IntrusionDesign())
    table = score_intrusion(tasks, answers(tasks, 2))
    assert table["status"].tolist() == ["not_estimable"] * 3 + ["ok"]
    assert table["reason"].tolist() == ["4 answers; a share needs at least 10"] * 3 + [""]
    assert table["n_right"].tolist() == [4, 4, 4, 12]
    assert table["precision"].isna().tolist() == [True] * 3 + [False]


def fault(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(MeasureError) as caught:
        call(*arguments)
    return str(caught.value)


def test_what_cannot_be_drawn(model: TopicModel) -> None:
    one = fit_topics(planted(3, 6), n_topics=1, seed=1)
    assert fault(draw_intrusion, one, IntrusionDesign()) == (
        "draw_intrusion: wanted at least 2 topics, came 1: intruders come from another topic"
    )
    message = fault(draw_intrusion, model, IntrusionDesign("word", 30))
    assert message.startswith("draw_intrusion: wanted 30 words that could intrude for topic 1, ")
    assert message.endswith("Ask for fewer tasks, or fit other topics.")
    assert fault(IntrusionDesign, "words") == (
        "draw_intrusion: unknown kind 'words'. Allowed: segment, word. Did you mean 'word'?"
    )
    assert "wanted at least 1 task for each topic, came 0" in fault(IntrusionDesign, "word", 0)


def test_answers_that_are_none(model: TopicModel) -> None:
    tasks = draw_intrusion(model, IntrusionDesign())
    stray = pd.DataFrame({"coder": ["a"], "task": ["t99"], "choice": [1]})
    assert fault(score_intrusion, tasks, stray) == (
        "score_intrusion: wanted answers to the tasks drawn, came answers to t99, which are none"
    )
    assert fault(score_intrusion, tasks, stray.iloc[:0]).endswith("came no answer")
