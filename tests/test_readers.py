"""Reading articles: nothing is changed, and what is not UTF-8 is named."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.corpus.sources import read_article
from analysis.study.errors import TextError
from analysis.study.text_files import checksum

GERMAN = "Die Königin grüßt den Kanzler in Südberg. „Schöne Grüße“, sagt sie – über die Brücke.\n"


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("text", ["Grüße\r\nan alle\r\n", "a\rb", "\ufeffMarke", " \t Rand \n"])
def test_no_character_is_changed(tmp_path: Path, text: str) -> None:
    assert read_article(write(tmp_path, text.encode())) == text


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
        ("mac_roman", "macintosh"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16le"),
        ("utf-16-be", "utf-16be"),
    ],
)
def test_another_encoding_is_named_with_the_way_to_convert(
    tmp_path: Path, encoding: str, named: str
) -> None:
    text = GERMAN if encoding != "latin-1" else "Grüße aus der Küche, schöne Brücke über Öl.\n"
    path = write(tmp_path, (text * 4).encode(encoding))
    with pytest.raises(TextError) as caught:
        read_article(path)
    assert str(caught.value) == (
        f"{path}, line 1: wanted UTF-8, came bytes that are not; it looks like {named}. "
        f"Convert it: iconv -f {named} -t utf-8 a.txt > new.txt"
    )


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "utf-16", "utf-16-le"])
def test_the_way_to_convert_works(tmp_path: Path, encoding: str) -> None:
    iconv = shutil.which("iconv")
    if iconv is None:
        pytest.skip("needs iconv, which is not installed")
    path = write(tmp_path, GERMAN.encode(encoding))
    with pytest.raises(TextError) as caught:
        read_article(path)
    named = str(caught.value).split("iconv -f ")[1].split()[0]
    done = subprocess.run(
        [iconv, "-f", named, "-t", "utf-8", path], capture_output=True, check=True
    )
    assert done.stdout.decode() == GERMAN


def test_the_line_of_the_first_wrong_byte_is_named(tmp_path: Path) -> None:
    data = "gut\nauch gut: ä\n".encode() + "schlecht: ü".encode("cp1252")
    with pytest.raises(TextError, match=r"a\.txt, line 3: wanted UTF-8"):
        read_article(write(tmp_path, data))


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0" + bytes(range(256)),
        b"\0\1\2",
        b"\1\0\2\0\3\0",
        b"\0" * 9,
    ],
    ids=["png", "short", "numbers", "zeros"],
)
def test_a_binary_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(TextError, match=r"a\.txt: wanted a text in UTF-8, came a binary file"):
        read_article(write(tmp_path, data))


@pytest.mark.parametrize("data", [b"", b" \n\r\n\t"])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(TextError, match=r"a\.txt: the file is empty\. Put the article into it"):
        read_article(write(tmp_path, data))


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r"a\.txt: no such file\. Copy .* `gipfel ingest`"):
        read_article(tmp_path / "a.txt")


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


def test_the_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    assert checksum(write(tmp_path, b"abc\r\n")) == hashlib.sha256(b"abc\r\n").hexdigest()
