"""The list of articles, and bringing them in."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.corpus.sources import (
    Source,
    check_raw,
    ingest,
    read_article,
    read_sources,
    source_block,
)
from analysis.study.errors import SourceError, TextError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.study.text_files import checksum


def change(toy: Layout, old: str, new: str, count: int = 1) -> None:
    """Change the list of articles."""
    text = toy.sources_file.read_text(encoding="utf-8")
    assert old in text
    toy.sources_file.write_text(text.replace(old, new, count), encoding="utf-8")


def message(toy: Layout) -> str:
    with pytest.raises(SourceError) as caught:
        read_sources(toy, read_study(toy))
    return str(caught.value)


def sources(toy: Layout) -> tuple[Source, ...]:
    return read_sources(toy, read_study(toy))


def test_articles_come_sorted_by_id(toy: Layout) -> None:
    ids = [source.id for source in sources(toy)]
    assert ids == ["nord_1", "nord_2", "nord_3", "sued_1", "sued_2", "sued_3"]


def test_an_unknown_event_lists_those_of_the_study(toy: Layout) -> None:
    change(toy, 'event = "nord-2019"', 'event = "nord-2018"')
    assert message(toy) == (
        "data/sources.toml: 1 fault\n"
        "  - [[source]] 'nord_1', key 'event': unknown event 'nord-2018'. "
        "Allowed: nord-2019, sued-2023. Did you mean 'nord-2019'?"
    )


def test_an_event_without_an_article_is_a_fault(toy: Layout) -> None:
    change(toy, 'event = "nord-2019"', 'event = "sued-2023"', count=3)
    assert "event 'nord-2019' of study.toml has no article" in message(toy)


def test_faults_of_several_articles_stand_in_one_message(toy: Layout) -> None:
    change(toy, 'event = "nord-2019"', 'event = "x"')
    change(toy, 'id = "sued_3"', 'id = "sued_2"')
    said = message(toy)
    assert said.startswith("data/sources.toml: 2 faults")
    assert "unknown event 'x'" in said
    assert "'sued_2' stands 2 times" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('outlet = "Nordbote"', 'outlet = ""', "outlet and outlet_basis contradict"),
        ('outlet_basis = "given"', 'outlet_basis = "unknown"', "outlet and outlet_basis"),
        ("date = 2019-05-06\n", "", "date and date_quality contradict: no date is 'unknown'"),
        ('date_quality = "given"', 'date_quality = "unknown"', "date and date_quality contradict"),
        ('kind = "article"', 'kind = "live_ticker"', "a live_ticker, and nothing else, says"),
        ('kind = "article"', 'kind = "article"\nticker = "byline"', "a live_ticker, and nothing"),
        ('bylines = ["Erika Beispiel", "Max Muster"]\n', "", "needs the names in bylines"),
    ],
)
def test_keys_that_contradict_are_named(toy: Layout, old: str, new: str, said: str) -> None:
    change(toy, old, new)
    assert re.search(rf"\[\[source\]\] .*{re.escape(said)}", message(toy))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("size = 676", "size = 0", "key 'size': Input should be greater than 0; came: 0"),
        ('sha256 = "04d4', 'sha256 = "xyz', "[[source]] 1 'nord_1', key 'sha256'"),
        ("date = 2019-05-06", 'date = "Montag"', "came: 'Montag'"),
        ('ticker = "byline"', 'ticker = "bylines"', "or 'byline'; came: 'bylines'"),
        ('rights = "MIT, as the code"', "", "[[source]] 1 'nord_1', key 'rights': missing key"),
        ("size = 676", "size = 676\nsiz = 1", "key 'siz': unknown key; allowed: bylines"),
    ],
)
def test_wrong_values_and_keys_are_named(toy: Layout, old: str, new: str, said: str) -> None:
    change(toy, old, new)
    assert said in message(toy)


def test_a_fault_of_syntax_and_an_empty_list_are_refused(toy: Layout) -> None:
    toy.sources_file.write_text("[[source]\n", encoding="utf-8")
    assert "sources.toml: not valid TOML" in message(toy)
    toy.sources_file.write_text("source = []\n", encoding="utf-8")
    assert "at least 1 item" in message(toy)


# ------------------------------------------------------------------ reading an article


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("text", ["Grüße\r\nan alle\r\n", "a\rb", "\ufeffMarke", " \t Rand \n"])
def test_no_character_is_changed(tmp_path: Path, text: str) -> None:
    assert read_article(write(tmp_path, text.encode())) == text


def test_an_empty_or_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r"a\.txt: no such file\. Copy .* `gipfel ingest`"):
        read_article(tmp_path / "a.txt")
    for data in (b"", b" \n\r\n\t"):
        with pytest.raises(TextError, match=r"a\.txt: the file is empty\. Put the article into it"):
            read_article(write(tmp_path, data))


@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_the_name_of_the_file(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write(tmp_path_factory.getbasetemp(), data)
    try:
        text = read_article(path)
    except TextError as fault:
        assert "a.txt" in str(fault)  # noqa: PT017 -- either outcome is right
    else:
        assert text.encode() == data


# ------------------------------------------------------------------ bringing articles in


@pytest.fixture
def inbox(toy: Layout) -> Path:
    """The articles as somebody hands them over; ``data/raw`` is empty."""
    folder = toy.root / "inbox"
    shutil.move(toy.raw, folder)
    return folder


def states(toy: Layout, folder: Path) -> dict[str, str]:
    return {found.doc_id: found.state for found in ingest(folder, toy, sources(toy))}


def test_known_articles_are_copied_once(toy: Layout, inbox: Path) -> None:
    assert set(states(toy, inbox).values()) == {"copied"}
    assert set(states(toy, inbox).values()) == {"recognised"}
    assert {path.name for path in toy.raw.iterdir()} == {path.name for path in inbox.iterdir()}
    assert all(checksum(toy.raw / path.name) == checksum(path) for path in inbox.iterdir())


@pytest.mark.parametrize("is_there", [False, True])
def test_a_changed_article_is_reported_and_replaces_nothing(
    toy: Layout, inbox: Path, is_there: bool
) -> None:
    right = (inbox / "nord_1.txt").read_bytes()
    if is_there:
        ingest(inbox, toy, sources(toy))
    (inbox / "nord_1.txt").write_bytes(right + b"\n")
    found = {entry.doc_id: entry for entry in ingest(inbox, toy, sources(toy))}
    assert found["nord_1"].state == "changed"
    said = "wanted sha256 04d44f5a[0-9a-f]{56}, came [0-9a-f]{64}"
    assert re.fullmatch(said, found["nord_1"].detail)
    kept = toy.raw / "nord_1.txt"
    assert kept.read_bytes() == right if is_there else not kept.exists()
    assert (toy.raw / "nord_2.txt").exists()


def test_missing_unknown_and_unreadable_files_are_told_apart(toy: Layout, inbox: Path) -> None:
    (inbox / "sued_3.txt").unlink()
    (inbox / "neu.txt").write_text("Neues aus dem Norden.", encoding="utf-8")
    (inbox / "kaputt.txt").write_bytes(b"\0\1\2")
    found = {entry.doc_id: entry for entry in ingest(inbox, toy, sources(toy))}
    assert found["sued_3"].state == "missing"
    assert found["neu"].state == "unknown"
    assert source_block(inbox / "neu.txt") in found["neu"].detail
    assert found["kaputt"].state == "unreadable"
    assert "came a binary file" in found["kaputt"].detail
    assert sorted(found) == list(found)
    assert not (toy.raw / "neu.txt").exists()


def test_the_block_for_a_new_article_can_be_pasted(toy: Layout, tmp_path: Path) -> None:
    path = tmp_path / "neu.txt"
    path.write_text("Neues aus dem Norden.", encoding="utf-8")
    block = source_block(path).replace('event = "" ', 'event = "nord-2019" ')
    with toy.sources_file.open("a", encoding="utf-8") as file:
        file.write("\n" + block + "\n")
    added = next(source for source in sources(toy) if source.id == "neu")
    assert added.sha256 == checksum(path)
    assert added.size == path.stat().st_size


@pytest.mark.parametrize(("made", "said"), [(True, "an empty one"), (False, "no folder")])
def test_a_folder_without_articles_is_refused(toy: Layout, made: bool, said: str) -> None:
    folder = toy.root / "inbox"
    if made:
        folder.mkdir()
    with pytest.raises(SourceError, match=rf"wanted a folder with the articles .* came {said}"):
        ingest(folder, toy, sources(toy))


def test_a_copy_that_breaks_leaves_nothing(
    toy: Layout, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copyfile", break_off)
    with pytest.raises(KeyboardInterrupt):
        ingest(inbox, toy, sources(toy))
    assert list(toy.raw.iterdir()) == []


def test_the_state_of_data_raw_is_told(toy: Layout) -> None:
    (toy.raw / "nord_1.txt").unlink()
    (toy.raw / "nord_2.txt").write_text("anders", encoding="utf-8")
    found = {entry.doc_id: entry.state for entry in check_raw(toy, sources(toy))}
    assert found["nord_1"] == "missing"
    assert found["nord_2"] == "changed"
    assert {found[name] for name in ("nord_3", "sued_1", "sued_2", "sued_3")} == {"recognised"}
