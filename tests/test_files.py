"""Files that people edit: every one is read or refused in words, whatever lies there."""

from __future__ import annotations

import codecs
import random
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from analysis.annotation.annotated import read_about_lexicon
from analysis.annotation.corrections import read_corrections
from analysis.annotation.grammar.lexicons import read_lexicons
from analysis.coding.mention_scores import COLUMNS as GOLD_COLUMNS
from analysis.coding.mention_scores import read_gold
from analysis.coding.workbook import read_sheet
from analysis.corpus.cleaning import read_boilerplate
from analysis.corpus.sources import read_sources
from analysis.study.errors import GipfelError, TableError, TextError
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.study.text_files import (
    read_cells,
    read_csv,
    read_json,
    read_stop_words,
    read_text,
    read_toml,
)
from analysis.tables.codings import (
    CORRECTION_COLUMNS,
    LABEL_COLUMNS,
    read_csv_as,
    read_validation,
)
from analysis.tables.features import read_manifest

GERMAN = "Die Königin grüßt den Kanzler: „Schöne Grüße“ – über die Brücke.\n"
DEEP = 5000
#: What may lie in place of a file; from what the file should hold.
FAULTS: dict[str, Callable[[bytes], bytes]] = {
    "latin-1": lambda _: "ä,ö = 'ü'\n".encode("latin-1"),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16le": lambda data: data.decode().encode("utf-16-le"),
    "utf-32": lambda data: data.decode().encode("utf-32"),
    "empty": lambda _: b"",
    "blank": lambda _: b" \n\r\n\t",
    "truncated": lambda data: data[: len(data) * 2 // 3],
    "cut in a letter": lambda data: data + "ü".encode()[:1],
    "nul bytes": lambda data: data[:9] + b"\0\0" + data[9:],
    "binary": lambda _: bytes(range(256)),
    "deep lists": lambda _: b"a = " + b"[" * DEEP + b"]" * DEEP,
    "deep keys": lambda _: b"a." * (DEEP // 4) + b"a = 1",
    "deep json": lambda _: b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a list": lambda _: b"[]",
    "an object": lambda _: b"{}",
    "a number": lambda _: b"1",
    "a quotation mark": lambda _: b'"',
    "a wide cell": lambda data: data + b"x" * 200_000 + b",",
}  # fmt: skip
#: What no reader takes.
CERTAIN = ("latin-1", "utf-16", "utf-32", "nul bytes", "folder")
CSV = {
    "corrections.csv": (CORRECTION_COLUMNS, "a,0,4,Deal,polarity,open,"),
    "gold.csv": (GOLD_COLUMNS, "a,0,4,Deal,Deal,open,narrator,,event"),
    **dict.fromkeys(("labels.csv", "sheet.csv"), (LABEL_COLUMNS, "m1,yes,event,open,narrator,")),
}
READ_CSV: dict[str, Callable[[Path], object]] = {
    "corrections.csv": read_corrections,
    "gold.csv": lambda path: read_gold(path, ("Deal",)),
    "labels.csv": lambda path: read_csv_as(path, LABEL_COLUMNS),
    "sheet.csv": read_sheet,
}


def csv_text(name: str) -> str:
    columns, row = CSV[name]
    return f"{','.join(columns)}\r\n{row}\r\n"


def of_study(toy: Layout) -> dict[str, tuple[Path, Callable[[], object]]]:
    """Give the files of a study that people edit, and what reads each."""
    study, folder = read_study(toy), toy.lexicons
    return {
        "study.toml": (toy.study_file, lambda: read_study(toy)),
        "sources.toml": (toy.sources_file, lambda: read_sources(toy, study)),
        **{
            f"{name}.toml": (folder / f"{name}.toml", lambda: read_lexicons(toy))
            for name in ("mood", "polarity", "speech")
        },
        "stopwords.txt": (at := folder / "stopwords.txt", partial(read_stop_words, at)),
        "target.toml": (at := folder / "target.toml", partial(read_about_lexicon, at)),
        "boilerplate.toml": (at := folder / "boilerplate.toml", partial(read_boilerplate, at)),
    }


def outcome(read: Callable[[], object]) -> str:
    """Read; a fault that is none of ours ends the test."""
    try:
        read()
    except GipfelError as fault:
        return str(fault)
    return ""


def put_fault(path: Path, fault: str, right: bytes) -> None:
    """Put what is wrong into the place of a file."""
    path.unlink(missing_ok=True)
    path.mkdir() if fault == "folder" else path.write_bytes(FAULTS[fault](right))


@pytest.mark.parametrize("fault", [*FAULTS, "folder"])
def test_whatever_lies_in_place_of_a_file_of_the_study_is_refused_by_name(
    toy: Layout, fault: str
) -> None:
    for name, (path, read) in of_study(toy).items():
        right = path.read_bytes()
        put_fault(path, fault, right)
        said = outcome(read)
        assert name in said or (said == "" and fault not in CERTAIN)
        path.rmdir() if path.is_dir() else path.unlink()
        path.write_bytes(right)


@pytest.mark.parametrize("name", CSV)
@pytest.mark.parametrize("fault", [*FAULTS, "folder"])
def test_whatever_lies_in_place_of_a_csv_file_is_refused_by_name(
    tmp_path: Path, name: str, fault: str
) -> None:
    path = tmp_path / name
    put_fault(path, fault, csv_text(name).encode())
    # Whether a sheet has its columns is asked later.
    said = outcome(lambda: READ_CSV[name](path))
    assert name in said or (name == "sheet.csv" and fault not in CERTAIN)


@pytest.mark.parametrize("name", CSV)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_a_spreadsheet_program_writes_is_read(tmp_path: Path, name: str, mark: str) -> None:
    path = tmp_path / name
    path.write_bytes(csv_text(name).encode())
    wanted = str(READ_CSV[name](path))
    path.write_bytes(codecs.BOM_UTF8 + csv_text(name).replace(",", mark).encode())
    assert str(READ_CSV[name](path)) == wanted


def test_a_file_of_the_study_may_begin_with_a_byte_order_mark(toy: Layout) -> None:
    for path, read in of_study(toy).values():
        wanted = str(read())
        path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
        assert str(read()) == wanted


@pytest.mark.parametrize("key", ["study", "event", "frame", "actor", "topics", "claim", "run"])
def test_a_table_of_another_type_is_refused_by_name(toy: Layout, key: str) -> None:
    others = ["1", '"x"', "[]", "[1]", "{}", "[{}]", "[[]]", "{a = {a = 1}}", "2018-01-01", "nan"]
    for value in others:
        toy.study_file.write_text(f"{key} = {value}\n", encoding="utf-8")
        assert "study.toml" in outcome(lambda: read_study(toy)), value


def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes(f"{','.join(CORRECTION_COLUMNS)}\na,0,4,Süd,polarity,open,\n".encode("cp1252"))
    assert outcome(lambda: read_corrections(path)) == (
        f"{path}, line 2: wanted UTF-8, came bytes that are not; it looks like cp1252. Convert it: "
        'iconv -f cp1252 -t utf-8 corrections.csv > new.csv In Excel, save it as "CSV UTF-8".'
    )


def test_deep_toml_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    said = f"{path}: wanted at most 20 tables or lists inside one another"
    lists = b"a = " + b"[" * 21 + b"]" * 21
    for data in (FAULTS["deep lists"](b""), FAULTS["deep keys"](b""), lists):
        path.write_bytes(data)
        assert outcome(lambda: read_toml(path, TableError)) == said
    path.write_bytes(b"a = " + b"[" * 19 + b"]" * 19)
    assert read_toml(path, TableError)


@pytest.mark.parametrize(("text", "said"), [
    ("{}", "wanted the key 'made_from' with a table"),
    ("[]", "wanted an object {...}, came '[]'"),
    ('{"made_from": {}, "tables": []}', "wanted the key 'tables' with a table"),
    ("{", "not valid JSON: Expecting property name"),
    ('{"a":' * DEEP, "not valid JSON: "),
])  # fmt: skip
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    told = outcome(lambda: read_manifest(tmp_path))
    assert f"manifest.json: {said}" in told
    assert told.endswith(" Rebuild it with `gipfel annotate`.")


def test_json_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(codecs.BOM_UTF8 + b'{"a": 1}')
    assert read_json(path, TableError) == {"a": 1}


def test_numbers_of_an_evaluation_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    columns = "set,source,tier,seen,coded_by,commit,layer,metric,value,n,floor,kappa\n"
    row = "one,mentions,core,unseen,people,abc1234,voice,f1,{},3,,\n"
    path.write_text(columns + row.format(""), encoding="utf-8")
    assert read_validation("scores", tmp_path)["value"].isna().all()
    path.write_text(columns + row.format("good"), encoding="utf-8")
    with pytest.raises(TableError, match=r"scores\.csv: wanted numbers: .*good"):
        read_validation("scores", tmp_path)


def test_rows_keep_their_number_and_have_as_many_cells_as_the_heading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n\n1,"x\ny"\n,\n2,z\n', encoding="utf-8")
    assert [number for number, _ in read_cells(path, TableError)] == [1, 3, 5]
    assert read_csv(path, TableError, ["b"], others=True)["b"].to_dict() == {3: "x\ny", 5: "z"}
    path.write_text("a,b\n1\n1,2,3\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"wanted 2 cells in each row; line 2 has 1, line 3 has 3"):
        read_csv(path, TableError, ["a", "b"])
    path.write_text("a,b,b\n1,2,3\n", encoding="utf-8")
    with pytest.raises(TableError, match="wanted the columns a, b; came a, b, b"):
        read_csv(path, TableError, ["a", "b"], others=True)


# ------------------------------------------------------------ encodings


LATIN = """Grüße aus der Küche, schöne Brücke über Öl.
Ein Café.
Er sagt: „Nein“ – und geht heim über die Brücke…
ß
Ä
§ 5 kostet 3 € bei 7 °C
Die Straße ist naß. Übermäßig groß, sagt Özdemir.
Señor Núñez grüßt François und Åse Bjørnsen.
""".splitlines(keepends=True)


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        *((text, encoding, "cp1252") for encoding in ("cp1252", "latin-1") for text in LATIN),
        (GERMAN, "mac_roman", "macintosh"),
        ("Für Öl\n", "mac_roman", "macintosh"),
        ("Lech Wałęsa grüßt\n", "cp1250", "cp1250"),
        (GERMAN * 4, "utf-16", "utf-16"),
        (GERMAN * 4, "utf-16-le", "utf-16le"),
        (GERMAN * 4, "utf-16-be", "utf-16be"),
        (GERMAN, "utf-32", "utf-32"),
    ],
)
def test_another_encoding_is_named_and_the_command_converts_it(
    tmp_path: Path, text: str, encoding: str, named: str
) -> None:
    path = tmp_path / "mein text.txt"
    path.write_bytes(text.encode(encoding, "ignore"))
    command = f"iconv -f {named} -t utf-8 'mein text.txt' > new.txt"
    assert outcome(lambda: read_text(path, TextError)) == (
        f"{path}, line 1: wanted UTF-8, came bytes that are not; it looks like {named}. "
        f"Convert it: {command}"
    )
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    kept = text.encode(encoding, "ignore").decode(encoding)
    assert (tmp_path / "new.txt").read_bytes() == kept.encode()


def test_the_line_of_the_first_wrong_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("gut\nauch gut: ä\n".encode() + "schlecht: ü".encode("cp1252"))
    with pytest.raises(TextError, match=r"a\.txt, line 3: wanted UTF-8"):
        read_text(path, TextError)


@pytest.mark.parametrize("data", [
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0" + bytes(range(256)),
    b"\0\1\2", b"\1\0\2\0\3\0", b"\0" * 9,
], ids=["png", "short", "numbers", "zeros"])  # fmt: skip
def test_a_binary_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    said = "a.txt: wanted a text in UTF-8, came a binary file"
    assert said in outcome(lambda: read_text(path, TextError))


@pytest.mark.parametrize(
    "data", ["Grüße über".encode()[:-3] + "ü".encode()[:1], b"\xc3\xa4\n\xfc\n"]
)
def test_a_damaged_file_is_not_to_be_converted(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    said = outcome(lambda: read_text(path, TextError))
    assert "The file is damaged or cut off, or joined from two: mend that line" in said
    assert "iconv" not in said


def test_any_spoilt_workbook_is_refused_in_words(tmp_path: Path) -> None:
    from analysis.coding.workbook import SheetColumn, write_sheet

    path, chance = tmp_path / "a.xlsx", random.Random(1)  # noqa: S311
    write_sheet([{"a": "x"}], [SheetColumn("a")], path)
    right = path.read_bytes()
    for _ in range(60):
        data = bytearray(right)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
        said = outcome(lambda: read_sheet(path))
        assert said == "" or "a.xlsx" in said


# ------------------------------------------------------------ stop words


def test_comments_and_blank_lines_are_not_words(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# Wörter\n\nUnd\n  oder  \n", encoding="utf-8")
    assert read_stop_words(path) == {"und", "oder"}


def test_what_is_no_list_of_stop_words_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    said = "words.txt: no such file; wanted a list of stop words"
    assert said in outcome(lambda: read_stop_words(path))
    path.write_text("und\nder die\noder\nein und\n", encoding="utf-8")
    said = f"{path}: wanted one word a line, came line 2: 'der die'; line 4: 'ein und'"
    assert outcome(lambda: read_stop_words(path)) == said


def test_negation_can_be_a_stop_word_and_nouns_are_not(toy: Layout) -> None:
    words = read_stop_words(toy.lexicons / "stopwords.txt")
    assert {"nicht", "und", "über"} <= words
    assert not {"erfolg", "deal", "gipfel"} & words
