"""Concordances as HTML, CSV, XLSX and in the terminal: what an article holds does no harm."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from commands import call, fault
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from playwright.sync_api import Browser
from typer.testing import Result

from analysis.cli import console, kwic
from analysis.concordance.lines import COLUMNS, TYPES
from analysis.concordance.page import (
    MOST_SHOWN,
    concordance_html,
    concordance_page,
    show_concordance,
    write_concordance,
    xlsx_bytes,
)
from analysis.concordance.texts import open_texts
from analysis.figures.tables import csv_text
from analysis.study.errors import ExportError
from analysis.study.paths import Layout
from analysis.tables.cells import LONGEST_CELL

EVIL = (
    "<script>document.title='ran'</script>",
    "</td></table></script><img src=x onerror=\"document.title='ran'\">",
    "$x^2$ \\(y\\) \\[z\\] \\input{secret}",
    "=HYPERLINK(1)",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "'>\"&amp;",
)


def line(**values: str) -> dict:
    row = {name: "" if kind == "str" else 1 for name, kind in TYPES.items()}
    return {**row, "doc_id": "d", "event": "e", "begin_2": pd.NA, "end_2": pd.NA, **values}


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(COLUMNS)).astype(TYPES)


def evil() -> pd.DataFrame:
    return table(*(line(left=t, node=t, gap=t, particle=t, right=t, speaker=t) for t in EVIL))


def test_html_shows_text_as_text() -> None:
    soup = BeautifulSoup(concordance_html(evil()), "html.parser")
    assert len(soup.find_all("script")) == 1
    assert soup.find("img") is None
    assert not [key for tag in soup.find_all(True) for key in tag.attrs if key.startswith("on")]
    assert [cell.get_text() for cell in soup.find_all("td")][2::8] == list(EVIL)
    # Formulas are never typeset.
    assert {"tex2jax_ignore", "mathjax_ignore"} <= set(soup.find("div")["class"])


#: What `readable` lets through: text on one line, without control characters.
LINES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
    max_size=40,
)


@settings(deadline=None, max_examples=30)
@given(LINES)
def test_any_text_comes_back_from_html_csv_and_a_workbook(text: str) -> None:
    rows = table(line(left=text, node="x"))
    soup = BeautifulSoup(concordance_html(rows), "html.parser")
    assert soup.find_all("td")[2].get_text() == text
    (row,) = csv.DictReader(io.StringIO(csv_text(rows), newline=""))
    assert row["left"] in (text, f"'{text}")
    assert not row["left"].startswith(("=", "+", "-", "@"))
    sheet = load_workbook(io.BytesIO(xlsx_bytes(rows)))["concordance"]
    assert (sheet.cell(2, COLUMNS.index("left") + 1).value or "") == text


def test_both_parts_of_a_split_verb_are_marked() -> None:
    rows = table(line(left="Man ", node="mischt", gap=" sich ", particle="ein", right="."))
    html = concordance_html(rows)
    assert '>Man </td><td class="node"><mark>mischt</mark></td>' in html
    assert '<td class="right"> sich <mark>ein</mark>.</td>' in html
    assert concordance_html(table(line(node="Deal"))).count("<mark>") == 1


def test_events_stand_side_by_side() -> None:
    rows = table(line(event="b", node="x"), line(event="a", node="y"), line(event="b", node="z"))
    html = concordance_html(rows, beside=True)
    assert re.findall(r"<h3>(.*?)</h3>", html) == ["a: 1", "b: 2"]
    assert concordance_html(rows).count("<table>") == 1


def test_a_notebook_shows_the_first_lines_and_says_so() -> None:
    rows = table(*[line(node="x")] * (MOST_SHOWN + 1))
    html = show_concordance(rows)._repr_html_()
    assert html.count("<tr title") == MOST_SHOWN
    assert f"{MOST_SHOWN + 1} hits; the first {MOST_SHOWN} are shown" in html
    assert "1 hit<" in concordance_html(table(line()))


@pytest.mark.xdist_group("browser")
def test_in_a_browser_no_script_of_an_article_runs_and_a_click_sorts(
    browser: Browser, tmp_path: Path
) -> None:
    rows = [line(left=f"der {word} ", node="Berg") for word in ("Zoo", "Öl-", "alte", "neue")]
    page_file = tmp_path / "page.html"
    page_file.write_text(concordance_page(pd.concat([evil(), table(*rows)])), "utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.get_by_role("button", name="left").click()
    assert page.title() == "Concordance"
    shown = page.locator("td.left").all_inner_texts()
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="left").click()
    down = page.locator("td.left").all_inner_texts()
    page.close()
    words = [text.split()[-1].strip("-") for text in shown if text.startswith("der ")]
    assert words == ["alte", "neue", "Öl", "Zoo"]
    assert next(text for text in down if text.startswith("der ")).endswith("Zoo")
    assert asked == [page_file.as_uri()]


def test_no_cell_of_a_workbook_is_a_formula(toy: Layout) -> None:
    path = write_concordance(evil(), "evil.xlsx", layout=toy)
    sheet = load_workbook(path)["concordance"]
    at = COLUMNS.index("left") + 1
    cells = [sheet.cell(row, at) for row in range(2, 2 + len(EVIL))]
    assert [cell.value for cell in cells] == list(EVIL)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert all(cell.quotePrefix for cell in cells)
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)


def test_a_cell_holds_what_a_spreadsheet_can() -> None:
    lines = pd.DataFrame({"left": ["a\x07b"], "right": ["x" * 40_000]})
    sheet = load_workbook(io.BytesIO(xlsx_bytes(lines))).active
    replaced, cut = (cell.value for cell in sheet[2])
    assert replaced == "a\ufffdb"
    assert len(cut) == LONGEST_CELL
    assert cut.endswith("x…")


def test_csv_and_html_hold_every_line(toy: Layout) -> None:
    path = write_concordance(evil(), "evil.csv", layout=toy)
    assert path == toy.local / "concordance" / "evil.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    assert [row["left"] for row in rows][3:7] == [f"'{text}" for text in EVIL[3:7]]
    page = write_concordance(evil(), "evil.html", layout=toy).read_text("utf-8")
    assert page.count("<tr title") == len(EVIL)
    assert "script-src 'sha256-" in page


def test_article_text_lands_nowhere_that_git_looks(toy: Layout, tmp_path: Path) -> None:
    for place in ("figures/a.csv", "a.csv", "data/features/a.csv", "data/local/../a.csv"):
        with pytest.raises(ExportError, match="git could take this file in"):
            write_concordance(evil(), toy.root / place, layout=toy)
    for place in (toy.local / "x" / "a.csv", toy.runs / "a.csv", tmp_path / "a.csv"):
        assert write_concordance(evil(), place, layout=toy).is_file()
    with pytest.raises(ExportError, match=r"unknown ending '\.doc'\. Allowed: \.csv, \.html"):
        write_concordance(evil(), "a.doc", layout=toy)
    left = [path for path in toy.root.rglob("*part*") if path.is_file()]
    assert left == []


def test_git_ignores_the_places_of_article_text() -> None:
    places = ["data/local/annotated/0a/b.arrow", "data/local/concordance/a.csv", "data/raw/a.txt"]
    done = subprocess.run(
        ["git", "check-ignore", *places], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 128:
        pytest.skip("needs a git checkout")
    assert done.stdout.split() == places


@pytest.fixture
def study(toy_layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Layout:
    open_texts(toy_layout)
    monkeypatch.chdir(toy_layout.root)
    monkeypatch.setattr(console.out, "width", 110)
    return toy_layout


def shown(result: Result) -> list[str]:
    assert result.exit_code == 0, result.exception
    return result.output.splitlines()


def test_lines_stand_below_one_another(study: Layout) -> None:
    *lines, summary = shown(call("kwic", "Tunnel", "--sort", "1L"))
    assert summary == "14 hits in 3 documents."
    assert len({text.index("Tunnel") for text in lines if text.count("Tunnel") == 1}) == 1
    assert max(map(len, lines)) <= 110


def test_a_split_verb_in_the_terminal(study: Layout) -> None:
    lines = shown(call("kwic", '[lemma="einmischen"]', "--event", "nord-2019"))
    assert " mischt … ein" in lines[0]
    assert " einmischen " in lines[1]
    assert lines[-1] == "2 hits in 2 documents."


def test_a_wide_context_is_shown_as_paragraphs(study: Layout) -> None:
    text = call(
        "kwic", '[lemma="einmischen"]', "--event", "nord-2019", "--context", "sentence"
    ).output
    assert text.splitlines()[0].startswith("nord_1 · body · Einmischung · affirmed · narrator")
    assert "der Rat mischt sich in den Streit um den Hafen ein." in " ".join(text.split())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"node": "mischt", "gap": " sich nie ", "particle": "ein"}, "mischt sich nie ein"),
        ({"left": "[red]a[/red] ", "node": "[bold]x", "right": " [link=file]b"}, "[red]a[/red] "),
    ],
    ids=["a short gap is shown whole", "brackets of an article are no markup"],
)
def test_a_line_in_the_terminal(
    capsys: pytest.CaptureFixture[str], values: dict[str, str], said: str
) -> None:
    kwic.show_lines(table(line(**values)), beside=False)
    assert said in capsys.readouterr().out


def test_events_beside_each_other_in_the_terminal(study: Layout) -> None:
    lines = shown(call("kwic", '[frame="Deal"]', "--beside", "--context", "narrow"))
    assert "nord-2019: 2" in lines[0]
    assert "sued-2023: " in lines[0]


def test_counts(study: Layout) -> None:
    lines = shown(call("kwic", '[frame="Deal"]', "--count", "event, polarity"))
    assert lines[0].split() == ["event", "polarity", "n", "share"]
    assert sum(int(text.split()[2]) for text in lines[1:-1]) == int(lines[-1].split()[0])


def test_no_hit_gives_a_hint(study: Layout) -> None:
    (said,) = [text for text in shown(call("kwic", "tunnel")) if text]
    assert said.startswith("No hit. Case counts")


def test_files_of_the_command(study: Layout) -> None:
    lines = shown(call("kwic", "Tunnel", "-w", "t.csv", "-w", "t.xlsx", "--context", "segment"))
    assert lines[0] == "14 lines in data/local/concordance/t.csv; not for publication."
    assert len(pd.read_csv(study.local / "concordance" / "t.csv")) == 14


def test_a_fault_comes_before_the_models_are_loaded(toy: Layout, monkeypatch) -> None:
    monkeypatch.chdir(toy.root)
    assert "unknown attribute" in fault(call("kwic", "[lema=a]"))
    assert not toy.local.exists()
    shutil.rmtree(toy.raw)
    assert "gipfel ingest FOLDER" in fault(call("kwic", "Tunnel"))


def test_completion(study: Layout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert console.complete_event("no") == ["nord-2019"]
    assert console.complete_frame("E") == ["Einmischung", "Erfolg"]
    assert kwic.complete_outlet("N") == ["Nordbote"]
    assert kwic.complete_document("sued_") == ["sued_1", "sued_2", "sued_3"]
    assert kwic.complete_sort("1L,1") == ["1L,1L", "1L,1R"]
    assert kwic.complete_count("event,po") == ["event,polarity", "event,pos"]
    assert kwic.complete_polarity("n") == ["negated"]
    (tmp_path / "study.toml").write_text("broken", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert (console.complete_event(""), console.complete_frame("E")) == ([], [])


def test_without_articles_the_notebook_is_skipped(
    toy: Layout, toy_layout: Layout, monkeypatch
) -> None:
    shutil.copytree(toy_layout.features, toy.features)
    shutil.copytree(ROOT / "notebooks", toy.notebooks, dirs_exist_ok=True)
    shutil.rmtree(toy.raw)
    toy.figures.mkdir()
    (toy.figures / "10_hits.csv").write_text("kept", encoding="utf-8")
    monkeypatch.chdir(toy.root)
    monkeypatch.setattr(console.out, "width", 200)
    result = call("run", "10_concordance")
    assert result.exit_code == 0
    assert "skipped: needs the articles" in result.output
    assert (toy.figures / "10_hits.csv").read_text("utf-8") == "kept"


def test_published_tables_hold_no_text(toy_layout: Layout) -> None:
    """What the notebook exports of a concordance: numbers and ids, whatever the query."""
    from analysis.concordance.lines import concordance_lines, hit_places, hits_by_document
    from analysis.tables.features import read_features

    lines = concordance_lines("[]{5}", texts=open_texts(toy_layout), context="segment")
    documents = read_features(toy_layout.features).documents
    assert set(hit_places(lines, documents)) == {"doc_id", "event", "place"}
    kinds = {"doc_id", "event", "n", "n_tokens", "per_1000"}
    assert set(hits_by_document(lines, documents)) == kinds
