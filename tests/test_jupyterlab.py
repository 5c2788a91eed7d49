"""Notebooks in JupyterLab, in a browser: what stands on the screen is what the files show."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from conftest import ROOT
from jupyterlab import change_parameter, figures, open_notebook, run_all, screenshot, serve_lab
from pictures import check_all
from playwright.sync_api import Browser, Page

from analysis.study.paths import Layout

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def layout(toy_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The made-up study with the notebooks; JupyterLab saves what is changed in them."""
    copy = Layout(tmp_path_factory.mktemp("lab") / "toy")
    shutil.copytree(toy_layout.root, copy.root, ignore=shutil.ignore_patterns("papermill_runs"))
    shutil.copytree(ROOT / "notebooks", copy.notebooks, dirs_exist_ok=True)
    return copy


@pytest.fixture(scope="module")
def address(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_lab(layout.root, tmp_path_factory.mktemp("jupyter")) as found:
        yield found


def check_screen(page: Page, layout: Layout, name: str) -> list[bytes]:
    """Compare the figures on the screen with the files just written; gives their pixels."""
    seen = [screenshot(figure) for figure in figures(page)]
    check_all(seen, layout.runs / name / "interactive")
    return [picture.tobytes() for picture in seen]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("01_corpus", "language: Literal", 'language: Literal["", "de", "en"] = "en"'),
        ("03_framing", "tier: Literal", 'tier: Literal["core", "core_near"] = "core_near"'),
    ],
)
def test_figures_on_the_screen_are_those_of_the_files(
    browser: Browser, address: str, layout: Layout, *, name: str, old: str, new: str
) -> None:
    with open_notebook(browser, address, name) as page:
        run_all(page)
        before = check_screen(page, layout, name)
        change_parameter(page, old, new)
        run_all(page)
        after = check_screen(page, layout, name)
    assert all(a != b for a, b in zip(before, after, strict=True))
