"""The made-up study of the tests, annotated once per session; where the articles lie."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

from analysis.study.paths import Layout
from analysis.tables.features import Features, read_features

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from analysis.annotation.tokens import Annotator

# Machines are shared and noisy: no test may depend on the clock.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHARED = ROOT.parent / "shared"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep tests of one group in one process: they share what takes long, or race for ports.

    pytest-xdist 3.8 tells its groups by names of tests, in a way that pytest 9.2 does not see.
    """
    if not config.getoption("loadgroup", False):
        return
    for item in items:
        for mark in item.iter_markers("xdist_group"):
            item._id = NodeId.parse(f"{item.nodeid}@{mark.args[0]}")
            assert item.nodeid.endswith(f"@{mark.args[0]}")


@pytest.fixture
def toy(tmp_path: Path) -> Layout:
    """A fresh copy of the made-up study, with its articles and without open tables."""
    shutil.copytree(HERE / "toy", tmp_path / "toy")
    return Layout(tmp_path / "toy")


@pytest.fixture(scope="session")
def toy_layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The made-up study with its open tables; shared by all tests, not to be changed."""
    from analysis.annotation.pipeline import annotate

    root = tmp_path_factory.mktemp("session") / "toy"
    shutil.copytree(HERE / "toy", root)
    annotate(Layout(root))
    return Layout(root)


@pytest.fixture
def annotated_toy(toy_layout: Layout, tmp_path: Path) -> Layout:
    """A fresh copy of the made-up study with its open tables and its annotated articles."""
    shutil.copytree(toy_layout.root, tmp_path / "toy")
    return Layout(tmp_path / "toy")


@pytest.fixture(scope="session")
def toy_features(toy_layout: Layout) -> Features:
    return read_features(toy_layout.features)


@pytest.fixture(scope="session")
def small_bags(toy_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Features:
    """The made-up study with each segment as a bag, and all words told: to count by eye."""
    from analysis.annotation import windows
    from analysis.annotation.pipeline import annotate

    root = tmp_path_factory.mktemp("small-bags") / "toy"
    shutil.copytree(toy_layout.root, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "BAG_FLOOR", 1)
        annotate(Layout(root))
    return read_features(Layout(root).features)


@pytest.fixture
def shared() -> Path:
    """The folder of the articles; tests that need it are skipped where it is absent."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("needs ../shared/corpus, the articles in copyright, which is not here")
    return SHARED


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    from analysis.annotation.annotated import load_annotator

    return load_annotator()


@pytest.fixture(scope="session")
def features() -> Features:
    """The committed open tables of the study."""
    return read_features(ROOT / "data" / "features")


@pytest.fixture
def study(toy: Layout, toy_layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A copy of the made-up study with its open tables; the working directory of a command."""
    from analysis.cli import console

    shutil.copytree(toy_layout.features, toy.features)
    monkeypatch.chdir(toy.root)
    monkeypatch.setattr(console.out, "width", 200)
    return toy


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; tests that need it are skipped where it is absent, and fail in CI."""
    from playwright.sync_api import sync_playwright

    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        missing = "needs Chromium, which is not here (Debian: apt install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    # Chromium refuses its sandbox to root, as whom containers run.
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if as_root else []
        )
        yield opened
        opened.close()
