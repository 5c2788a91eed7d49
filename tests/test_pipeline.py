"""From articles to open tables: whole or not at all, and the same whatever the order of work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from toy_articles import replace_article

from analysis.annotation import pipeline
from analysis.annotation.annotated import load_tools
from analysis.annotation.parts import BY_ARTICLE, made_from
from analysis.annotation.pipeline import annotate
from analysis.annotation.rows import NEAR, RUNS, TOKENS, annotate_text, count_words
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import Source, read_sources
from analysis.study.errors import SourceError, TextError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import Features, content_hash, read_features
from analysis.tables.schema import TABLES, empty_table
from analysis.tables.streams import check_table, coerce_table

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(params=["toy_features", "features"])
def given(request: pytest.FixtureRequest) -> Features:
    """The open tables of the made-up study, then the committed ones."""
    found: Features = request.getfixturevalue(request.param)
    return found


def contents(features: Features) -> dict[str, str]:
    return {name: content_hash(getattr(features, name)) for name in TABLES}


# ------------------------------------------------------------------ annotate


def test_a_second_run_changes_nothing(toy: Layout) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in toy.features.iterdir()}

    told: list[tuple[int, int]] = []
    changed = annotate(toy, on_documents=lambda done, n: told.append((done, n)))
    assert changed == dict.fromkeys(TABLES, True)
    assert told == [(0, 6), (6, 6)]
    before = state()
    assert annotate(toy) == dict.fromkeys(TABLES, False)
    after = state()
    assert set(before) == set(after) == {*(f"{name}.parquet" for name in TABLES), "manifest.json"}
    assert after.pop("manifest.json")[1] == before.pop("manifest.json")[1]
    assert after == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_batches_processes_and_the_order_of_the_list_do_not_matter(
    toy: Layout, toy_features: Features, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """Articles that stand in reverse, one by one or two at a time in each of two processes."""
    head, *blocks = toy.sources_file.read_text(encoding="utf-8").split("[[source]]")
    turned = head + "".join(f"[[source]]{block.rstrip()}\n\n" for block in reversed(blocks))
    toy.sources_file.write_text(turned, encoding="utf-8")
    monkeypatch.setattr(pipeline, "BATCH", jobs)
    annotate(toy, jobs=jobs)
    assert contents(read_features(toy.features)) == contents(toy_features)


def test_a_changed_article_stops_the_run_before_anything_is_written(toy: Layout) -> None:
    with (toy.raw / "nord_1.txt").open("a", encoding="utf-8") as file:
        file.write("Noch ein Satz.\n")
    (toy.raw / "sued_3.txt").unlink()
    with pytest.raises(SourceError) as caught:
        annotate(toy)
    said = str(caught.value)
    assert said.startswith("annotate: 2 faults\n  - nord_1: changed, wanted sha256 04d44f5a")
    assert "  - sued_3: missing, not in data/raw\n" in said
    assert said.endswith("put its new sha256 and size into data/sources.toml.")
    assert "gipfel ingest FOLDER" in said
    assert not toy.features.exists()


def test_an_article_that_cannot_be_read_stops_the_run(toy: Layout) -> None:
    german = "Die Königin grüßt Südberg und die Fähre fährt über den See."
    for data, said in {
        german.encode("cp1252"): "cp1252",
        "Die Königin grüßt.".encode("utf-16"): "it looks like utf-16",
        b"\0\1\2\3": "came a binary file",
        b" \n": "the file is empty",
    }.items():
        replace_article(toy, "sued_3", data)
        with pytest.raises(TextError, match=rf"sued_3\.txt.*{said}"):
            annotate(toy)
    assert not toy.features.exists()


@pytest.mark.parametrize(
    ("texts", "sizes", "zones"),
    [
        (("Treffen im Norden\r\n", "\ufeffTreffen im Norden"), [1, 1, 3, 3], ["headline"]),
        (("***\n", "DruckenTeilen\n***\n© Agentur"), [0, 0, 0, 0], []),
    ],
)
def test_an_article_of_a_headline_only_or_without_a_letter_of_text_has_a_row(
    annotated_toy: Layout, texts: Sequence[str], sizes: list[int], zones: list[str]
) -> None:
    for text in texts:
        replace_article(annotated_toy, "sued_3", text.encode())
        annotate(annotated_toy)
        features = read_features(annotated_toy.features)
        document = features.documents.set_index("doc_id").loc["sued_3"]
        columns = ["n_segments", "n_sentences", "n_tokens", "n_words"]
        assert document[columns].tolist() == sizes
        assert features.segments.query("doc_id == 'sued_3'")["zone"].tolist() == zones
        assert features.mentions.query("doc_id == 'sued_3'").empty


def test_a_study_whose_articles_mention_nothing_has_an_empty_table(toy: Layout) -> None:
    for path in toy.raw.iterdir():
        replace_article(toy, path.stem, f"Die Fähre {path.stem} fährt heute nicht.".encode())
    annotate(toy)
    assert read_features(toy.features).mentions.empty


def test_windows_line_ends_move_offsets_and_nothing_else(
    toy: Layout, toy_features: Features
) -> None:
    for path in toy.raw.iterdir():
        replace_article(toy, path.stem, path.read_bytes().replace(b"\n", b"\r\n"))
    annotate(toy)
    features = read_features(toy.features)
    pd.testing.assert_frame_equal(features.terms, toy_features.terms)
    same = ["segment_id", "zone", "post", "posted_at", "ts_quality", "n_sentences", "n_tokens"]
    pd.testing.assert_frame_equal(features.segments[same], toy_features.segments[same])
    for row in features.mentions.itertuples():
        text = (toy.raw / f"{row.doc_id}.txt").read_bytes().decode()
        assert text[row.begin : row.end] == row.surface


def test_what_the_tables_were_made_from_changes_with_it(toy: Layout) -> None:
    before = made_from(toy)
    assert made_from(toy) == before
    text = toy.study_file.read_text(encoding="utf-8")
    toy.study_file.write_text(text.replace("Misserfolg", "Reinfall"), encoding="utf-8")
    changed = made_from(toy)
    assert changed["frames_and_actors"] != before["frames_and_actors"]
    assert changed["files"] == before["files"]
    text = toy.study_file.read_text(encoding="utf-8")
    toy.study_file.write_text(f"{text}\n[collocation]\nwidth = 4\n", encoding="utf-8")
    assert made_from(toy)["collocation"] == {"width": 4} != changed["collocation"]
    with (toy.lexicons / "boilerplate.toml").open("a", encoding="utf-8") as file:
        file.write("# ein Wort mehr\n")
    differing = [
        name for name in before["files"] if made_from(toy)["files"][name] != before["files"][name]
    ]
    assert differing == ["data/lexicons/boilerplate.toml"]


# ------------------------------------------------------------------ counts


def test_words_of_the_toy_study(toy_features: Features) -> None:
    """Counted by eye in tests/toy/data/raw: in the segments, and in the whole file."""
    table = toy_features.documents.set_index("doc_id")
    assert table.loc[["nord_2", "nord_3", "sued_3"], "n_words"].tolist() == [75, 49, 48]
    assert table.loc[["nord_2", "nord_3", "sued_3"], "n_words_file"].tolist() == [83, 53, 48]


def test_documents_are_the_sums_of_their_segments(given: Features) -> None:
    documents = given.documents.set_index("doc_id")
    sums = given.segments.groupby("doc_id")[["n_sentences", "n_tokens", "n_words"]].sum()
    pd.testing.assert_frame_equal(documents[sums.columns], sums)
    counted = given.segments.groupby("doc_id").size()
    assert documents["n_segments"].to_dict() == counted.to_dict()
    tokens = given.terms.groupby("bag_id")["n"].sum()
    assert tokens.to_dict() == given.segments.groupby("bag_id")["n_tokens"].sum().to_dict()
    assert (documents["n_words"] <= documents["n_words_file"]).all()
    assert set(given.mentions["segment_id"]) <= set(given.segments["segment_id"])
    tables = given.manifest["tables"]
    assert {name: tables[name]["content"] for name in TABLES} == contents(given)


def count_apart(text: str, source: Source, rules: Sequence[Rule]) -> int:
    r"""Count the words of a file by its segments and boilerplate.

    A word that a boundary between the two cuts ("ansehenDie": a link glued to a
    heading) is one run of \w in the file and one on either side of the boundary: each
    boundary inside a word is taken off once. A line of underscores is in neither.
    """
    found = segment(text, source, rules)
    stretches = [(one.begin, one.end) for one in (*found.segments, *found.boilerplate)]
    inside = {at for stretch in stretches for at in stretch}
    cuts = [at for at in inside if re.fullmatch(r"\w\w", text[max(0, at - 1) : at + 1])]
    return sum(count_words(text[begin:end]) for begin, end in stretches) - len(cuts)


def check_words(layout: Layout, raw: Path, features: Features) -> None:
    rules = read_boilerplate(layout.lexicons / "boilerplate.toml")
    in_file = features.documents.set_index("doc_id")["n_words_file"]
    for source in read_sources(layout, read_study(layout)):
        text = (raw / f"{source.id}.txt").read_bytes().decode()
        assert count_apart(text, source, rules) == count_words(text) == in_file[source.id]


def test_every_word_of_a_toy_file_is_counted_once(
    toy_layout: Layout, toy_features: Features
) -> None:
    check_words(toy_layout, toy_layout.raw, toy_features)


@pytest.mark.shared
def test_every_word_of_an_article_is_counted_once(shared: Path, features: Features) -> None:
    check_words(Layout(ROOT), shared / "corpus", features)


@pytest.mark.shared
def test_the_committed_tables_are_those_of_the_articles(
    shared: Path, features: Features, tmp_path: Path
) -> None:
    layout = Layout(tmp_path)
    shutil.copy(ROOT / "study.toml", layout.study_file)
    layout.lexicons.parent.mkdir()
    shutil.copytree(ROOT / "data" / "lexicons", layout.lexicons)
    shutil.copy(ROOT / "data" / "sources.toml", layout.sources_file)
    shutil.copy(ROOT / "data" / "corrections.csv", layout.corrections_file)
    shutil.copytree(shared / "corpus", layout.raw)
    annotate(layout)
    fresh = read_features(layout.features)
    assert contents(fresh) == contents(features)
    assert fresh.manifest == features.manifest


def test_diversity_is_given_from_fifty_tokens_on(given: Features) -> None:
    documents = given.documents
    long = documents["n_tokens"] >= 50
    assert documents.loc[long, ["mattr", "mtld"]].notna().all(axis=None)
    assert documents.loc[~long, ["mattr", "mtld"]].isna().all(axis=None)
    assert documents.loc[long, "mattr"].between(0.5, 1).all()
    assert (~long).sum() == (2 if len(documents) == 6 else 0)


def test_rows_of_any_kind_of_article_fit_the_schema(toy: Layout) -> None:
    tools = load_tools(toy.root)
    sources = {source.id: source for source in read_sources(toy, read_study(toy))}
    for text in ("x", "Titel\n\n\u00ad\n\u200b", "😀", "a" * 3_000, "Der Deal\x00\x0b\x0cErfolg"):
        found = annotate_text(text, sources["sued_1"], tools)
        assert set(found) - {TOKENS, NEAR, RUNS} == set(BY_ARTICLE)
        for name, rows in ((name, found[name]) for name in BY_ARTICLE):
            frame = coerce_table(pd.DataFrame(rows), name) if len(rows) else empty_table(name)
            check_table(frame, name)


# ------------------------------------------------------------------ repeats


def test_repeats_are_found_over_articles_and_batches(
    toy: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = "Die Königin dankt den Gästen aus Nordstadt für den langen Abend am See. (dpa)"
    for name in ("nord_1", "sued_3"):
        data = (toy.raw / f"{name}.txt").read_bytes() + f"\n\n{post}\n\n{post}\n".encode()
        replace_article(toy, name, data)
    monkeypatch.setattr(pipeline, "BATCH", 2)
    annotate(toy)
    features = read_features(toy.features)
    found = features.segments.query("repeat_across != ''")
    assert found["doc_id"].tolist() == ["nord_1", "nord_1", "sued_3", "sued_3"]
    assert set(found["repeat_across"]) == {found["segment_id"].iloc[0]}
    assert found["weight_across"].tolist() == [0.25] * 4
    assert found["weight_within"].tolist() == [0.5] * 4
    assert (found["n_repeated_across"] == found["n_tokens"]).all()
    signed = features.documents.set_index("doc_id")["agencies"]
    assert signed[signed != ""].to_dict() == {"nord_1": "dpa", "sued_3": "dpa"}


def test_weights_of_mentions_and_documents_are_those_of_segments(given: Features) -> None:
    segments = given.segments.set_index("segment_id")
    columns = ["repeat_within", "repeat_across", "weight_within", "weight_across"]
    own = segments.loc[given.mentions["segment_id"], columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(given.mentions[columns], own)
    for scope in ("within", "across"):
        for size in ("n_tokens", "n_words"):
            sums = (segments[size] * segments[f"weight_{scope}"]).groupby(segments["doc_id"]).sum()
            table = given.documents.set_index("doc_id")[f"{size}_{scope}"]
            assert table.to_dict() == pytest.approx(sums.to_dict())
