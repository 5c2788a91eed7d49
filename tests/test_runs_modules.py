from pathlib import Path

import pytest
from study_for_runs import plan_notebook

from analysis.runs.modules import Index, describe_module, hash_modules
from analysis.runs.parts import code_cells, content_key, notebook_imports

SOURCE = '''"""A module."""
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

LIMIT = 3

def bake(n):
    """Bake."""
    from analysis.study.errors import unknown
    return n + 1

class Oven:
    """An oven."""
    heat = 200

    def open(self):
        return self.heat
'''


def describe(source: str) -> dict[str, object]:
    return describe_module(source.encode())


def changed(old: str, new: str) -> set[str]:
    before, after = (
        describe(SOURCE)["definitions"],
        describe(SOURCE.replace(old, new))["definitions"],
    )
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_a_module_is_described_by_what_it_does() -> None:
    found = describe(SOURCE)
    assert found["imports"] == ["analysis.study.errors.unknown", "json", "typing.TYPE_CHECKING"]
    assert describe(SOURCE.replace("Bake.", "Backen.").replace("= 3", "= 3  # viel")) == found


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("n + 1", "n + 2", {"bake"}),
        ("return self.heat", "return 1", {"Oven.open"}),
        ("heat = 200", "heat = 180", {"Oven"}),
        ("LIMIT = 3", "LIMIT = 4", {"the rest of the module"}),
        ("def bake", "def roast", {"bake", "roast"}),
    ],
)
def test_the_definition_that_changed_is_told(old: str, new: str, names: set[str]) -> None:
    assert changed(old, new) == names
    assert describe(SOURCE.replace(old, new))["code"] != describe(SOURCE)["code"]


def test_a_module_that_is_no_python_is_told_by_its_bytes() -> None:
    assert describe("def (")["code"] != describe("def ((")["code"]


def test_names_lead_to_the_modules_that_hold_them(tmp_path: Path) -> None:
    index = Index(tmp_path)
    found = hash_modules(["analysis.figures.plots.plot_frame_rates"], index)
    assert "analysis/figures/plots_framing.py" in found
    assert "analysis/study/errors.py" in found
    assert not any(name.startswith(("analysis/measures/", "analysis/runs/")) for name in found)
    assert "analysis/measures/keyness.py" in hash_modules(["analysis"], index)
    assert hash_modules(["numpy", "analysis.nothing"], index) == {}
    index.save()
    assert Index(tmp_path).known == index.known


def test_imports_of_a_notebook_are_read_around_magic_commands(tmp_path: Path) -> None:
    plan = plan_notebook(
        tmp_path, "%matplotlib inline\nimport pandas as pd\n!echo x", "import json"
    )
    assert notebook_imports(plan.path) == ["json", "pandas"]
    assert [number for number, _ in code_cells(plan.path)] == [2, 3]


def test_the_key_is_that_of_all_parts() -> None:
    parts = {"code": {"a.py": "1"}, "inputs": {"b.csv": "2"}}
    key = content_key({"top": 1}, parts)
    assert content_key({"top": 1}, dict(reversed(parts.items()))) == key
    assert content_key({"top": 2}, parts) != key
    assert content_key({"top": 1}, {**parts, "inputs": {"b.csv": "3"}}) != key
