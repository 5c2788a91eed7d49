"""Attempts to publish a sentence: each is refused, with the file and the reason named.

The list is that of attempts that passed an earlier check, and others of their kind. All are
made on a copy of the made-up study, whose articles are made up, too; the sentence is none of
theirs, unless the attempt is one that only the comparison with the articles can see.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from pypdf import PdfReader, PdfWriter

from analysis.corpus.release import check_release, published_files, staged_copy, staged_files
from analysis.runs.record import RunRecord
from analysis.runs.store import publish_checked
from analysis.study.errors import ReleaseError, RunError
from analysis.study.paths import Layout
from analysis.tables.features import write_table

SENTENCE = (
    "Gestern fuhr der rote Bus mit sieben müden Hunden über die alte Brücke zum leeren Hafen hinab"
)
WORDS = SENTENCE.split()
FIGURE = "figures/01_corpus"


@pytest.fixture(scope="session")
def published(toy_layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The made-up study as it is published: tables, one figure, one table, values, codings."""
    root = tmp_path_factory.mktemp("published") / "study"
    shutil.copytree(toy_layout.root, root, ignore=shutil.ignore_patterns("local"))
    layout = Layout(root)
    for path in (ROOT / "notebooks").glob("0[17]_*.ipynb"):
        layout.notebooks.mkdir(exist_ok=True)
        shutil.copy(path, layout.notebooks)
    layout.figures.mkdir()
    for name in ("01_corpus", "01_documents", "07_values"):
        for path in (ROOT / "figures").glob(f"{name}.*"):
            shutil.copy(path, layout.figures)
    for name in ("csv", "tex"):  # these rows name the articles of another study
        _keep_numbers(layout.figures, name)
    (root / "data" / "coding").mkdir()
    shutil.copy(ROOT / "data/coding/pilot.json", root / "data/coding")
    _write_codings(layout)
    return layout


def _keep_numbers(figures: Path, suffix: str) -> None:
    for path in figures.glob(f"01_*.{suffix}"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(one for one in lines if not one.startswith("00")), "utf-8")


def _write_codings(layout: Layout) -> None:
    mentions = pq.read_table(layout.features / "mentions.parquet")["mention_id"].to_pylist()
    rows = [f"{one},yes,event,open,direct,Ada" for one in mentions[:3]]
    head = "mention_id,frame_right,about,polarity,voice,speaker"
    (layout.coding / "pilot_a.csv").write_text("\n".join([head, *rows, ""]), "utf-8")
    head = "doc_id,begin,end,surface,layer,value,note"
    layout.corrections_file.write_text(f"{head}\nnord_1,3,9,Erfolg,speaker,Ada,\n", "utf-8")


@pytest.fixture
def study(published: Layout, tmp_path: Path) -> Layout:
    """A copy of the published study, to smuggle into."""
    return Layout(Path(shutil.copytree(published.root, tmp_path / "study", symlinks=True)))


def refusal(layout: Layout, **options: Any) -> str:
    with pytest.raises(ReleaseError) as caught:
        check_release(layout, **options)
    return str(caught.value)


def changed(layout: Layout, before: Layout) -> set[str]:
    """Name the files that an attempt touched: the others passed once, in a test of their own."""
    return {
        name
        for name, path in published_files(layout).items()
        if path.is_symlink()
        or not (before.root / name).is_file()
        or path.read_bytes() != (before.root / name).read_bytes()
    }


# ------------------------------------------------------------------ ways to smuggle


class Attempt(NamedTuple):
    """A file, and what puts into it what must not be published."""

    name: str
    smuggle: Callable[[Layout], object]


def rewritten(name: str, change: Callable[[bytes], bytes]) -> Attempt:
    """Put other bytes into a file; of one that is not there yet, the bytes before are none."""

    def smuggle(layout: Layout) -> None:
        path = layout.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(change(path.read_bytes() if path.exists() else b""))

    return Attempt(name, smuggle)


def in_file(name: str, content: str | bytes = SENTENCE) -> Attempt:
    return rewritten(name, lambda _: content if isinstance(content, bytes) else content.encode())


def in_text(name: str, old: str, new: str) -> Attempt:
    def change(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return rewritten(name, change)


def appended(name: str, content: bytes) -> Attempt:
    return rewritten(name, lambda before: before + content)


def in_table(name: str, change: Callable[[pa.Table], pa.Table]) -> Attempt:
    """Change a Parquet file as pyarrow reads it, and write it as the package does."""

    def changed_table(content: bytes) -> bytes:
        written = BytesIO()
        pq.write_table(change(pq.read_table(BytesIO(content))), written, compression="zstd")
        return written.getvalue()

    return rewritten(f"data/features/{name}.parquet", changed_table)


def in_cell(name: str, column: str, value: Any) -> Attempt:
    """Change the first cell of a column."""

    def change(table: pa.Table) -> pa.Table:
        cells = [value, *table[column].to_pylist()[1:]]
        field = table.schema.field(column)
        return table.set_column(
            table.column_names.index(column), field, pa.array(cells, field.type)
        )

    return in_table(name, change)


def in_column(name: str, column: str, values: Any, kind: Any = None) -> Attempt:
    """Add a column; fewer values are repeated."""

    def change(table: pa.Table) -> pa.Table:
        cells = [values[i % len(values)] for i in range(len(table))]
        return table.append_column(column, pa.array(cells, kind))

    return in_table(name, change)


def in_json(name: str, *keys: str, value: Any) -> Attempt:
    def change(content: bytes) -> bytes:
        whole = inner = json.loads(content)
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return json.dumps(whole, ensure_ascii=False).encode()

    return rewritten(name, change)


def in_notebook(cell: dict[str, Any]) -> Attempt:
    name = "notebooks/01_corpus.ipynb"
    cells = json.loads((ROOT / name).read_text("utf-8"))["cells"]
    return in_json(name, "cells", value=[*cells, cell])


def ngrams(ngram: str, n_words: int) -> Attempt:
    columns = ["doc_id", "n_words", "ngram", "n", "n_surroundings"]
    rows = [(doc_id, n_words, ngram, 5, 5) for doc_id in ("nord_1", "nord_2")]
    table = pd.DataFrame(rows, columns=columns)
    name = "data/features/ngrams.parquet"
    return Attempt(name, lambda layout: write_table(table, "ngrams", layout.features))


def link(name: str) -> Attempt:
    def smuggle(layout: Layout) -> None:
        path = layout.root / name
        path.parent.mkdir(exist_ok=True)
        target = layout.root.parent / "elsewhere"
        if path.exists():
            path.rename(target)
        else:
            target.write_text(SENTENCE)
        path.symlink_to(target)

    return Attempt(name, smuggle)


def with_field_metadata(table: pa.Table) -> pa.Table:
    described = table.schema.field(0).with_metadata({"note": SENTENCE})
    return table.cast(table.schema.set(0, described))


def with_index(table: pa.Table) -> pa.Table:
    frame = table.to_pandas()
    frame.index = pd.Index([WORDS[i % 16] for i in range(len(frame))], name="word")
    return pa.Table.from_pandas(frame)


def doubled_span(table: pa.Table) -> pa.Table:
    frame = table.to_pandas()
    near = frame[frame["span"] == "L5R5"].assign(span="near1")
    order = ["doc_id", "span", "node_kind", "node", "lemma", "pos"]
    twice = pd.concat([frame, near]).sort_values(order)
    whole = pa.Table.from_pandas(twice, table.schema, preserve_index=False)
    return whole.replace_schema_metadata(None)


def in_png(kind: bytes, content: bytes) -> Attempt:
    body = kind + content
    chunk = len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return rewritten(f"{FIGURE}.png", lambda before: before[:33] + chunk + before[33:])


def in_pdf(change: Callable[[PdfWriter], Any]) -> Attempt:
    def changed_pdf(content: bytes) -> bytes:
        writer, written = PdfWriter(clone_from=PdfReader(BytesIO(content))), BytesIO()
        change(writer)
        writer.write(written)
        return written.getvalue()

    return rewritten(f"{FIGURE}.pdf", changed_pdf)


def joined(mark: str) -> str:
    return mark.join(WORDS)


def markdown_cell(**changes: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "01-99", "metadata": {}, "source": ["Brot"], **changes}


OUTPUT = {"output_type": "stream", "name": "stdout", "text": [SENTENCE]}
CODE_CELL = markdown_cell(cell_type="code", execution_count=None, outputs=[OUTPUT])
NUMBERS = [int.from_bytes(word.encode()[:7], "big") for word in WORDS]
LIST_PLACE = "not a file that a study publishes"
EXTRA = "wanted exactly the columns of the schema"
#: What is tried, and the reason that is given beside the name of the file.
ATTEMPTS: dict[str, tuple[Attempt, str]] = {
    # the list of /cases/release.md
    "features: note.txt": (in_file("data/features/note.txt"), LIST_PLACE),
    "features: x.csv": (in_file("data/features/x.csv"), LIST_PLACE),
    "features: sub-folder": (in_file("data/features/sub/text.parquet"), LIST_PLACE),
    "features: full.PARQUET": (in_file("data/features/full.PARQUET"), LIST_PLACE),
    "manifest: a value": (
        in_json("data/features/manifest.json", "made_from", "tools", "HanTa", value=SENTENCE),
        "neither number, hash nor version"),
    "parquet: metadata of the file": (
        in_table("terms", lambda table: table.replace_schema_metadata({"note": SENTENCE})),
        "metadata besides the schema"),
    "parquet: metadata of a field": (
        in_table("terms", with_field_metadata), "metadata of a column"),
    "parquet: the index": (in_table("terms", with_index), EXTRA),
    "parquet: name of a column": (in_column("terms", SENTENCE, [1]), EXTRA),
    "mentions: speaker": (in_cell("mentions", "speaker", SENTENCE), "column 'speaker'"),
    "mentions: speaker_chain": (
        in_cell("mentions", "speaker_chain", f"{SENTENCE}>{SENTENCE}"), "column 'speaker_chain'"),
    "documents: title": (
        in_cell("documents", "title", f"{SENTENCE}. {SENTENCE}"),
        "column 'title': other than in data/sources.toml"),
    "documents: outlet": (in_cell("documents", "outlet", SENTENCE), "column 'outlet'"),
    "documents: event": (in_cell("documents", "event", SENTENCE), "column 'event'"),
    **{
        f"mentions: cue joined by {name}": (
            in_cell("mentions", "polarity_cue", joined(mark)), "column 'polarity_cue'")
        for name, mark in {
            "spaces": " ", "underscores": "_", "U+200B": "\u200b", "braille blanks": "\u2800",
            "soft hyphens": "\u00ad", "U+2060": "\u2060", "NBSP": "\u00a0", "hyphens": "-",
            "Hangul fillers": "\u3164", "middle dots": "·", "variation selectors": "\ufe0f",
            "digits": "1", "nothing, with capitals": "",
        }.items()
    },
    "terms: extra column of words": (in_column("terms", "word", WORDS), EXTRA),
    "terms: nr": (in_column("terms", "nr", [3, 1, 2]), EXTRA),
    "terms: place": (in_column("terms", "place", [3, 1, 2]), EXTRA),
    "terms: words as integers": (in_column("terms", "code", NUMBERS), EXTRA),
    "terms: integers as counts": (
        in_cell("terms", "n", NUMBERS[0]), "a number larger than its article"),
    "ngrams: five words, false counts": (
        ngrams("gestern fuhr der rote bus", 5), "than terms has one of them"),
    "ngrams: joined by _": (ngrams(f"der {joined('_')}", 2), "join words"),
    "ngrams: 10,000 letters": (ngrams(f"der {'x' * 10_000}", 2), "joined"),
    "ngrams: column _sequence": (
        in_column("ngrams", "a_sequence", [SENTENCE], pa.large_string()), EXTRA),
    **{
        f"windows: span {span}": (
            in_cell("windows", "span", span), "column 'span'")
        for span in ("L1R1", "fuenf")
    },
    "cooccurrences: doubled under near1": (
        in_table("cooccurrences", doubled_span), "column 'span'"),
    "a binary column": (in_column("terms", "blob", [SENTENCE.encode()]), EXTRA),
    "a column of lists": (in_column("terms", "words", [WORDS]), EXTRA),
    "a symbolic link": (link("data/features/terms.parquet"), "a symbolic link"),
    "figures: csv": (in_file("figures/05_x.csv", f"text\n{SENTENCE}\n"), "no note (.json)"),
    "coding: json": (in_file("data/coding/pilot.json"), "wanted JSON"),
    "validation: scores": (
        appended("data/validation/scores.csv", f"a,b,{SENTENCE},1\n".encode()), "column 'metric'"),
    "coding: speaker of 60 letters": (
        in_text("data/coding/pilot_a.csv", "Ada", SENTENCE[:60]), "speaker"),
    "coding: five capitalised words": (
        in_text("data/coding/pilot_a.csv", "Ada", "Gestern Fuhr Der Rote Bus"),
        "a name that the study does not know, of more than 3 words"),
    "notebook: an output": (in_notebook(CODE_CELL), "outputs"),
    "corrections: speaker": (in_text("data/corrections.csv", "Ada", SENTENCE), "column 'value'"),
    "terms: one word of 38 letters": (
        in_cell("terms", "form", "gestern" + "".join(WORDS[1:9]).lower()), "words that are joined"),
    "terms: a hyphenated sentence": (in_cell("terms", "form", "-".join(WORDS[:10])), "joined"),
    "docs: an article": (in_file("docs/notes.txt", SENTENCE * 50), LIST_PLACE),
    # others of their kind
    "manifest: a key": (in_json("data/features/manifest.json", SENTENCE, value=1), "1 keys"),
    "manifest: false rows": (
        in_json("data/features/manifest.json", "tables", "terms", "rows", value=4711),
        "terms: wanted the"),
    "manifest: an unknown file": (
        in_json("data/features/manifest.json", "made_from", "files", "der_bus", value="0" * 64),
        "1 keys"),
    "parquet: bytes after the end": (
        appended("data/features/terms.parquet", SENTENCE.encode()), "Parquet"),
    "terms: not sorted": (
        in_table("terms", lambda table: table.take(list(range(len(table)))[::-1])),
        "rows are not sorted"),
    "terms: a count of zero": (in_cell("terms", "n", 0), "a count below one"),
    "terms: a negative count": (in_cell("terms", "n", -4), "a count below one"),
    "documents: an infinite value": (in_cell("documents", "mattr", float("inf")), "not finite"),
    "segments: a weight of 7": (in_cell("segments", "weight_within", 7.0), "outside (0, 1]"),
    "segments: offsets beyond the article": (
        in_cell("segments", "begin", NUMBERS[0]), "larger than its article"),
    "mentions: an unknown segment": (
        in_cell("mentions", "segment_id", "nord_1:Brot"), "'segment_id'"),
    "mentions: a rule as text": (
        in_cell("mentions", "voice_rule", "derroteBus"), "column 'voice_rule'"),
    "terms: a tag as text": (in_cell("terms", "pos", "derBus"), "column 'pos'"),
    "nodes: an unknown node": (in_cell("nodes", "node", "Brücke"), "column 'node'"),
    "cooccurrences: a word that is not there": (
        in_cell("cooccurrences", "lemma", "Abendbrot"), "than terms has"),
    "file name: a sentence in docs": (
        in_file(f"docs/{joined('_').lower()}.md", "Brot"), "file name"),
    "docs: a folder": (in_file("docs/more/notes.md"), LIST_PLACE),
    "docs: a folder in a folder": (in_file("docs/how-to/more/notes.md"), LIST_PLACE),
    "docs: text in a folder": (in_file("docs/how-to/a.txt"), LIST_PLACE),
    "docs: an article in a folder": (in_file("docs/how-to/a.md", "\n".join(WORDS * 3)), "one word"),
    "docs: a script": (in_file("docs/pages.py"), LIST_PLACE),
    "docs: a linked folder": (link("docs/more"), "a symbolic link"),
    "docs: xlsx": (in_file("docs/sheet.xlsx", b"PK"), LIST_PLACE),
    "docs: soft hyphens": (in_file("docs/a.md", joined("\u00ad")), "U+00AD"),
    "docs: braille blanks": (in_file("docs/a.md", joined("\u2800")), "U+2800"),
    "docs: one word a line": (
        in_file("docs/a.md", "```\n" + "\n".join(WORDS * 3) + "\n```\n"), "one word"),
    "docs: Latin-1": (in_file("docs/a.md", SENTENCE.encode("latin-1")), "UTF-8"),
    "lexicons: another file": (in_file("data/lexicons/more.txt"), LIST_PLACE),
    "notebook: an attachment": (
        in_notebook(markdown_cell(attachments={"a.txt": {"text/plain": SENTENCE}})), "attached"),
    "notebook: metadata of a cell": (
        in_notebook(markdown_cell(metadata={"note": SENTENCE})), "metadata"),
    "notebook: tags": (in_notebook(markdown_cell(metadata={"tags": WORDS})), "known tags"),
    "notebook: id of a cell": (
        in_notebook(markdown_cell(id="-".join(WORDS[:9]).replace("ü", "u"))),
        "id that could be words"),
    "notebook: metadata": (
        in_json("notebooks/01_corpus.ipynb", "metadata", "title", value=SENTENCE),
        "metadata besides kernel"),
    "notebook: U+2060": (in_notebook(markdown_cell(source=[joined("\u2060")])), "U+2060"),
    "figures: a cell": (in_file(f"{FIGURE}.csv", f"event\n{SENTENCE}\n"), "'event'"),
    "figures: a heading": (in_text(f"{FIGURE}.csv", "doc_id", "der rote Bus"), "heading"),
    "figures: a title": (in_json(f"{FIGURE}.json", "title", value="ein Ei " * 6), "than 10 words"),
    "figures: the code of a reason": (
        in_file(f"{FIGURE}.csv", f"reason_code\nno_token\n{joined('_')}\n"),
        "column 'reason_code': not the code of a reason"),
    "figures: the values of a reason": (
        in_file(f"{FIGURE}.csv", f"p_reason_values\n0.1;-20\n{joined(';')}\n"),
        "column 'p_reason_values': not numbers joined by semicolons"),
    "figures: a key": (in_json(f"{FIGURE}.json", SENTENCE, value=1), "1 keys"),
    "figures: a parameter": (
        in_json(f"{FIGURE}.json", "parameters", SENTENCE, value=1), "not in the notebook"),
    "figures: a version": (
        in_json(f"{FIGURE}.json", "versions", "numpy", value=SENTENCE), "not a version"),
    "figures: name of an input": (
        in_json(f"{FIGURE}.json", "inputs", SENTENCE, value="0" * 64), "key 'inputs'"),
    "figures: a value": (
        in_json("figures/07_values.json", "values", "n_Deal", value=SENTENCE), "key 'values'"),
    "figures: comment of LaTeX": (
        in_text("figures/01_documents.tex", r"\toprule", f"% {SENTENCE}\n\\toprule"),
        "a comment of LaTeX"),
    "figures: cell of LaTeX": (
        in_text("figures/01_documents.tex", r"\toprule", f"{SENTENCE} \\\\\n\\toprule"), "a cell"),
    "figures: macro of LaTeX": (
        in_file("figures/07_values.tex", f"\\newcommand{{\\gipfel{joined('')}}}{{1}}\n"),
        "a macro"),
    "png: text": (in_png(b"tEXt", b"Comment\0" + SENTENCE.encode()), "metadata besides"),
    "png: another title": (in_png(b"tEXt", b"Title\0der rote Bus"), "metadata 'Title'"),
    "png: a chunk": (in_png(b"zTXt", zlib.compress(SENTENCE.encode())), "a chunk"),
    "png: after the end": (appended(f"{FIGURE}.png", SENTENCE.encode()), "after"),
    "svg: a comment": (
        in_text(f"{FIGURE}.svg", "<defs>", f"<!-- {SENTENCE} --><defs>"), "drawn text"),
    "svg: a text": (
        in_text(f"{FIGURE}.svg", "<defs>", f"<text>{SENTENCE}</text><defs>"), "an element"),
    "svg: description": (in_text(f"{FIGURE}.svg", "image/svg+xml", SENTENCE), "besides the title"),
    "svg: an attribute": (
        in_text(f"{FIGURE}.svg", "<defs>", f'<g class="{SENTENCE}"/><defs>'), "attribute"),
    "svg: an id": (in_text(f"{FIGURE}.svg", "<defs>", f'<g id="{SENTENCE}"/><defs>'), "an id"),
    "svg: an outline": (
        in_text(f"{FIGURE}.svg", "<defs>", f'<path d="{SENTENCE}"/><defs>'), "outline"),
    "svg: an entity": (
        in_text(f"{FIGURE}.svg", "<defs>", f"<?note {SENTENCE}?><defs>"), "instruction"),
    "pdf: subject": (in_pdf(lambda pdf: pdf.add_metadata({"/Subject": SENTENCE})), "'Subject'"),
    "pdf: a key": (in_pdf(lambda pdf: pdf.add_metadata({"/Words": SENTENCE})), "metadata besides"),
    "pdf: an attachment": (
        in_pdf(lambda pdf: pdf.add_attachment("a.txt", SENTENCE.encode())), "attachment"),
    "pdf: a page": (in_pdf(lambda pdf: pdf.add_blank_page()), "one page"),
    "pdf: after the end": (appended(f"{FIGURE}.pdf", SENTENCE.encode()), "after"),
    "coding: another column": (
        in_text("data/coding/pilot_a.csv", "frame_right", "words"), "the columns"),
    "coding: an unknown mention": (
        in_text("data/coding/pilot_a.csv", "nord", "bus"), "not an article"),
    "coding: design key": (in_json("data/coding/pilot.json", SENTENCE, value=1), "keys of"),
    "coding: design value": (in_json("data/coding/pilot.json", "tier", value="Bus"), "key 'tier'"),
    "corrections: note": (in_text("data/corrections.csv", "Ada,", f"Ada,{SENTENCE}"), "'note'"),
}  # fmt: skip


def test_the_untouched_study_passes(published: Layout) -> None:
    names = check_release(published)
    assert {"study.toml", "data/features/terms.parquet", f"{FIGURE}.pdf"} <= set(names)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_is_refused_and_file_and_reason_named(
    study: Layout, published: Layout, attempt: str
) -> None:
    (name, smuggle), reason = ATTEMPTS[attempt]
    smuggle(study)
    said = refusal(study, only=changed(study, published))
    assert any(name in line and reason in line for line in said.splitlines()), said
    assert SENTENCE not in said


# ------------------------------------------------------------------ where the articles are


def article(layout: Layout) -> list[str]:
    """Twelve words in a row of a made-up article."""
    lines = (layout.raw / "nord_1.txt").read_text("utf-8").splitlines()
    return next(line.split()[:12] for line in lines if len(line.split()) > 11)


WRITTEN: dict[str, tuple[str, Callable[[list[str]], str]]] = {
    "prose": ("docs/a.md", " ".join),
    "capitals": ("docs/a.md", lambda words: " ".join(words).upper()),
    "underscores": ("docs/a.md", "_".join),
    "numbers between": ("docs/a.md", lambda w: " ".join(f"{i} {one}" for i, one in enumerate(w))),
    "column of a table": ("docs/a.md", lambda w: "".join(f"| Hut | {one} | Bus |\n" for one in w)),
    "entities": ("docs/a.md", "&nbsp;".join),
    "a letter a word": ("docs/a.md", lambda words: " ".join("".join(words))),
    "comment of a lexicon": ("data/lexicons/mood.toml", lambda words: f"# {' '.join(words)}\n"),
    "code": ("analysis/bus.py", lambda words: f'"""{" ".join(words)}."""\n'),
    "escapes": ("analysis/bus.py", lambda w: "".join(f"\\u{ord(c):04x}" for c in " ".join(w))),
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
def test_words_of_an_article_are_found_however_they_are_written(study: Layout, way: str) -> None:
    name, write = WRITTEN[way]
    in_file(name, write(article(study))).smuggle(study)
    assert f"{name}: " in (said := refusal(study, only=[name]))
    assert "in a row of an article" in said
    shutil.rmtree(study.raw)
    assert check_release(study, only=[name]) == [name]


def test_words_in_cells_of_a_notebook_and_down_a_column_are_found(
    study: Layout, published: Layout
) -> None:
    words = article(study)
    in_notebook(markdown_cell(source=[f"{word}\n" for word in words])).smuggle(study)
    table = "event\n" + "\n".join(words) + "\n"
    (study.root / f"{FIGURE}.csv").write_text(table, "utf-8")
    said = refusal(study, only=changed(study, published))
    assert "notebooks/01_corpus.ipynb: 8 words in a row of an article" in said
    assert "figures/01_corpus.csv: 8 words in a row of an article" in said


def test_titles_are_excepted(study: Layout) -> None:
    words = article(study)
    in_text("data/sources.toml", 'title = "', f'title = "{" ".join(words)} ').smuggle(study)
    in_file("docs/a.md", " ".join(words)).smuggle(study)
    assert "docs/a.md" not in refusal(study)  # the open table holds another title


# ------------------------------------------------------------------ who calls it


def record_of(layout: Layout, name: str, content: str) -> RunRecord:
    record = RunRecord("01_corpus", "default", "succeeded", layout.root / "run", {})
    record.figures.mkdir(parents=True)
    for path in layout.figures.glob("01_*"):
        shutil.copy(path, record.figures)
    (record.figures / name).write_text(content, "utf-8")
    return record


def test_a_run_publishes_nothing_where_one_file_is_refused(study: Layout) -> None:
    before = {path.name: path.read_bytes() for path in study.figures.iterdir()}
    record = record_of(study, "01_corpus.csv", f"event\n{SENTENCE}\n")
    with pytest.raises(ReleaseError, match=r"figures/01_corpus\.csv: column 'event'"):
        publish_checked([record], study)
    assert {path.name: path.read_bytes() for path in study.figures.iterdir()} == before
    shutil.copy(study.figures / "01_corpus.csv", record.figures)
    assert publish_checked([record], study)[0].written == ()


def test_a_run_publishes_no_link(study: Layout) -> None:
    record = record_of(study, "01_corpus.csv", "n\n1\n")
    (record.figures / "01_corpus.csv").unlink()
    (record.figures / "01_corpus.csv").symlink_to(study.study_file)
    with pytest.raises(ReleaseError, match=r"01_corpus\.csv: a symbolic link"):
        publish_checked([record], study)
    from analysis.runs.store import publish_figures

    with pytest.raises(RunError, match="no folders or links"):
        publish_figures(record, study.figures)


def test_the_hook_checks_what_is_staged_not_what_lies_there(study: Layout) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *arguments], cwd=study.root, check=True)

    (study.root / ".gitignore").write_text("/data/raw/\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "a")
    in_file("docs/a.md", " ".join(article(study))).smuggle(study)
    in_file("docs/loose.txt").smuggle(study)
    git("add", "docs/a.md")
    (study.root / "docs/a.md").write_text("Brot")
    assert staged_files(study) == ["docs/a.md"]
    with staged_copy(study) as copy:
        said = refusal(copy, only=staged_files(study), raw=study.raw)
    assert "docs/a.md: 8 words in a row of an article" in said
    assert "loose.txt" not in said
    assert "docs/loose.txt" in refusal(study)


def test_a_tracked_file_in_no_listed_place_is_refused(study: Layout) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=study.root, check=True)
    in_file("paper/draft.md").smuggle(study)
    assert "paper/draft.md" not in published_files(study)
    subprocess.run(["git", "add", "paper"], cwd=study.root, check=True)
    assert "paper/draft.md: not a file that a study publishes" in refusal(study)


@pytest.mark.shared
def test_no_file_of_the_project_holds_text_of_an_article(shared: Path) -> None:
    names = check_release(Layout(ROOT), raw=shared / "corpus")
    assert {"study.toml", "data/features/terms.parquet", "figures/01_corpus.pdf"} <= set(names)
