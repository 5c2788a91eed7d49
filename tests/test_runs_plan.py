import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from study_for_runs import plan_notebook, write_notebook, write_study

from analysis.runs.execute import RunEvent, execute_runs
from analysis.runs.plan import PlannedRun, longest_first, plan_run, plan_runs
from analysis.runs.record import RunRecord, write_record
from analysis.study.errors import ParameterError, RunError
from analysis.study.paths import Layout
from analysis.study.study import Study

Both = tuple[Study, Layout]


@pytest.fixture
def both(tmp_path: Path) -> Both:
    study, layout = write_study(tmp_path, {"01_corpus": "{}", "02_terms": '{ unit = "form" }'})
    for notebook in ("01_corpus", "02_terms"):
        write_notebook(layout.notebooks / f"{notebook}.ipynb")
    return study, layout


def test_default_run_has_the_parameters_of_the_notebook_and_of_the_study(both: Both) -> None:
    plan = plan_run(*both, "02_terms")
    assert plan.parameters == {"top": 3, "unit": "form"}
    assert (plan.key, plan.reason) == ("default", "")
    assert plan.folder == both[1].root / "papermill_runs" / "02_terms" / "default"
    assert plan.root == both[1].root


def test_parameters_equal_to_the_default_are_the_default_run(both: Both) -> None:
    assert plan_run(*both, "02_terms", {"top": "3"}) == plan_run(*both, "02_terms")


def test_other_parameters_have_a_key_of_their_own(both: Both) -> None:
    # The beginning of: printf '{"top":3,"unit":"lemma"}' | sha256sum
    plan = plan_run(*both, "02_terms", {"unit": "lemma"})
    assert plan.key == "7b836d5764c5"
    assert plan.folder.name == plan.key
    assert plan_run(*both, "02_terms", {"unit": "lemma", "top": 3}).key == plan.key
    assert plan_run(*both, "02_terms", {"unit": "lemma", "top": 4}).key != plan.key


def test_all_default_runs_in_the_order_of_the_study(both: Both) -> None:
    assert [plan.notebook for plan in plan_runs(*both)] == ["01_corpus", "02_terms"]
    chosen = plan_runs(*both, ["02_terms", "02_terms"])
    assert [plan.notebook for plan in chosen] == ["02_terms"]


def test_unknown_notebook_is_told_with_all_names_and_the_nearest(both: Both) -> None:
    with pytest.raises(RunError) as caught:
        plan_run(*both, "02_term")
    assert str(caught.value) == (
        "unknown notebook '02_term'. Allowed: 01_corpus, 02_terms. Did you mean '02_terms'?"
    )


def test_a_notebook_must_be_in_the_study_and_in_the_folder(both: Both) -> None:
    study, layout = both
    write_notebook(layout.notebooks / "03_extra.ipynb")
    with pytest.raises(RunError, match=r"03_extra\.ipynb is there, but no \[\[run\]\] of study"):
        plan_run(study, layout, "03_extra")
    (layout.notebooks / "01_corpus.ipynb").unlink()
    with pytest.raises(
        RunError, match=r"study\.toml lists it, but there is no notebooks/01_corpus"
    ):
        plan_run(study, layout, "01_corpus")


def test_two_notebooks_of_one_number_are_refused(tmp_path: Path) -> None:
    both = write_study(tmp_path, {"02_a": "{}", "02_b": "{}"})
    write_notebook(both[1].notebooks / "02_a.ipynb")
    with pytest.raises(RunError, match="02_a, 02_b share the number '02_'"):
        plan_run(*both, "02_a")


def test_who_gave_a_wrong_parameter_is_named(tmp_path: Path, both: Both) -> None:
    with pytest.raises(ParameterError, match=r"02_terms: unknown parameter 'topp'\. Allowed: top"):
        plan_run(*both, "02_terms", {"topp": 1})
    study, layout = write_study(tmp_path, {"02_terms": '{ top = "3" }'})
    message = r"study\.toml, \[\[run\]\] '02_terms': parameter 'top': wanted int; came '3' \(str\)"
    with pytest.raises(ParameterError, match=message):
        plan_run(study, layout, "02_terms")


def test_a_run_without_the_articles_that_it_needs_is_skipped(both: Both) -> None:
    study, layout = both
    needs = {"gipfel": {"needs": "articles"}}
    write_notebook(layout.notebooks / "01_corpus.ipynb", metadata=needs)
    plan = plan_run(study, layout, "01_corpus")
    assert plan.reason == "needs the articles"
    layout.raw.mkdir(parents=True)
    (layout.raw / ".gitkeep").touch()
    assert plan_run(study, layout, "01_corpus").reason
    (layout.raw / "artikel.txt").write_text("Ein Satz.")
    assert not plan_run(study, layout, "01_corpus").reason


def test_an_unknown_need_is_refused(both: Both) -> None:
    study, layout = both
    path = write_notebook(
        layout.notebooks / "01_corpus.ipynb", metadata={"gipfel": {"needs": "article"}}
    )
    assert json.loads(path.read_text())["metadata"]["gipfel"]
    with pytest.raises(
        RunError, match=r"unknown need 'article'\. Allowed: articles, many documents\. Did you"
    ):
        plan_run(study, layout, "01_corpus")


def planned(
    root: Path, notebook: str, told: object = None, took: float | None = None
) -> PlannedRun:
    """Plan a notebook that says how long it takes, and took so long the last time."""
    plan = plan_notebook(root / notebook, "1 + 1", notebook=notebook)
    if told is not None:
        content = json.loads(plan.path.read_text())
        content["metadata"]["gipfel"] = {"seconds": told}
        plan.path.write_text(json.dumps(content))
    if took:
        plan.folder.mkdir(parents=True)
        named = (plan.notebook, plan.key, "succeeded", plan.folder, plan.parameters)
        write_record(RunRecord(*named, seconds=took))  # type: ignore[arg-type]
    return plan


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ({}, {}, [0, 1]),
        ({"told": 2}, {"told": 9.5}, [1, 0]),
        ({"told": 2}, {"told": 9.5, "took": 0.1}, [0, 1]),
        *(({"told": told}, {"told": 1}, [1, 0]) for told in ("long", [3], {"a": 1})),
    ],
)
def test_the_longest_first_as_it_took_or_says_itself(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], order: list[int]
) -> None:
    plans = [planned(tmp_path, "01_x", **first), planned(tmp_path, "02_x", **second)]
    assert longest_first(plans) == order


def test_new_parameters_take_as_long_as_the_default_run(tmp_path: Path) -> None:
    short, long = planned(tmp_path, "01_x", took=1), planned(tmp_path, "02_x", took=3)
    other = replace(long, folder=long.folder.with_name("7b836d5764c5"))
    assert longest_first([short, other, long]) == [1, 2, 0]
    (short.folder / "run.json").write_text("{")
    assert longest_first([short, other, long]) == [1, 2, 0]


def test_one_at_a_time_keeps_the_order_of_the_study_and_two_do_not(tmp_path: Path) -> None:
    plans = [planned(tmp_path, "01_x"), planned(tmp_path, "02_x"), planned(tmp_path, "03_x", 9)]
    for jobs, first in ((1, "01_x"), (2, "03_x")):
        events: list[RunEvent] = []
        records = execute_runs(plans, jobs=jobs, on_event=events.append)
        assert [record.notebook for record in records] == ["01_x", "02_x", "03_x"]
        started = [event.plan.notebook for event in events if event.kind == "started"]
        assert first in started[:jobs]
        for plan in plans:
            (plan.folder / "run.json").unlink()
