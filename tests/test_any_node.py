"""Collocates of any lemma, from the articles of the made-up study."""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from analysis.annotation.pipeline import count_near_lemma
from analysis.cli import app as cli
from analysis.measures.neighbours import count_cooccurrences, count_pairs
from analysis.study.errors import SourceError
from analysis.study.paths import Layout
from analysis.tables.features import read_features
from analysis.tables.schema import empty_table


def test_a_frames_own_lemma_gives_what_the_open_table_has(toy_layout: Layout) -> None:
    """Einmischung as a word, where it is the only form of its frame in a document."""
    segments = read_features(toy_layout.features).segments
    near = count_near_lemma(toy_layout, "Einmischung", segments)
    windows = near["windows"].query("span == 'L5R5'")
    assert windows[["doc_id", "n_nodes"]].to_numpy().tolist() == [["nord_1", 1]]
    words = near["cooccurrences"].query("span == 'L5R5' and n_joint > 0")
    assert {"Opposition", "Rat", "bestreiten"} <= set(words["lemma"])
    assert words["n_joint"].sum() == windows["n_positions"].sum()


def test_pairs_and_differences_take_the_tables(toy_layout: Layout) -> None:
    features = read_features(toy_layout.features)
    near = features.with_tables(**count_near_lemma(toy_layout, "tunnel", features.segments))
    pairs = count_pairs(near, node_kind="lemma", span="sentence")
    assert set(pairs["event"]) == {"sued-2023"}
    assert pairs.set_index("collocate").loc["Bahn", "n_joint"] >= 5
    assert "Bahn" in set(count_cooccurrences(near, node_kind="lemma").joint["collocate"])
    assert set(features.windows["node_kind"]) == {"frame", "actor"}


def test_an_unknown_lemma_and_missing_articles_say_so(toy: Layout) -> None:
    segments = empty_table("segments")
    with pytest.raises(SourceError, match="no article has the lemma 'Zeppelin'"):
        count_near_lemma(toy, "Zeppelin", segments)
    shutil.rmtree(toy.raw)
    with pytest.raises(
        SourceError, match=r"nord_1: missing, not in data/raw(.*\n)*.*gipfel ingest"
    ):
        count_near_lemma(toy, "Tunnel", segments)


def test_the_command_shows_a_table(toy_layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(toy_layout.root)
    result = CliRunner().invoke(cli.app, ["collocates", "Tunnel"])
    assert result.exit_code == 0, result.exception
    assert "Bahn" in result.output
    assert "no test" in result.output
