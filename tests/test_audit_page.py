"""The audit page in a browser: counts, keys, the address, corrections; article text never runs."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import HERE
from playwright.sync_api import Browser, Locator, Page

from analysis.annotation.pipeline import annotate
from analysis.coding.page import write_audit
from analysis.study.paths import Layout
from analysis.tables.codings import CORRECTION_COLUMNS
from analysis.tables.features import read_features

pytestmark = pytest.mark.xdist_group("browser")
#: Each line tries to be more than text; all hold a mention.
HOSTILE = (
    "Ada sagte: <script>window.ran = 'script'</script> Der Deal steht.",
    "</p></article></template></script><script>window.ran = 'closed'</script> Ein Erfolg für Ada.",
    '<img src="http://127.0.0.1:9/x.png" onerror="window.ran = \'img\'"> Kein Deal mit Bruno.',
    "Ein \\textbf{Erfolg} kostet $x^2$ & {{ 7 * 7 }} {% raw %} &lt;b&gt; im Hafen.",
    '=HYPERLINK("http://127.0.0.1:9/")&A1 ist kein Deal.',
    "Der \u202eDeal\u202c mit der \u2067Fähre\u2069 kam\u2028 nicht zustande.",
    "Ein Er\u00adfolg war das nicht.",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The made-up study with an article and an outlet that try to be more than text."""
    layout = Layout(tmp_path_factory.mktemp("hostile") / "toy")
    shutil.copytree(HERE / "toy", layout.root)
    path = layout.raw / "nord_3.txt"
    path.write_text("\n\n".join([path.read_text("utf-8"), *HOSTILE]) + "\n", encoding="utf-8")
    data = path.read_bytes()
    head, block = layout.sources_file.read_text("utf-8").split('id = "nord_3"')
    for key, value in {
        "sha256": f'"{hashlib.sha256(data).hexdigest()}"',
        "size": str(len(data)),
        "outlet": "'''\"><script>window.ran='outlet'</script>'''",
        "outlet_basis": '"given"',
    }.items():
        block = re.sub(f"(?m)^{key} = .*", f"{key} = {value}", block, count=1)
    layout.sources_file.write_text(f'{head}id = "nord_3"{block}', encoding="utf-8")
    annotate(layout)
    write_audit(layout)
    return layout


@pytest.fixture
def requests() -> list[str]:
    """What the page asked for, by address."""
    return []


@pytest.fixture
def page(browser: Browser, hostile: Layout, requests: list[str]) -> Iterator[Page]:
    """The page of all events; an error of its script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("request", lambda request: requests.append(request.url))
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda said: faults.append(said.text))
    opened.goto((hostile.local / "audit" / "all.html").as_uri())
    yield opened
    context.close()
    assert faults == []


def shown(page: Page) -> int:
    return page.locator("article.card:not([hidden])").count()


def counts(page: Page, facet: str, which: str = ".shown") -> list[int]:
    """Counts of a facet, the sum last."""
    cells = page.locator(f'fieldset[data-facet="{facet}"] {which}')
    return [int(text) for text in cells.all_text_contents()]


def address(page: Page) -> str:
    """Ask the page itself: what Playwright keeps of its address may be a moment old."""
    return str(page.evaluate("location.href"))


def tick(page: Page, facet: str, value: str) -> None:
    page.locator(f'fieldset[data-facet="{facet}"] input[value="{value}"]').click()


#: The counts of all facets, of what is shown and of what could be, in one step.
COUNTS = """() => Object.fromEntries([...document.querySelectorAll("fieldset[data-facet]")].map(
    box => [box.dataset.facet, [".shown", ".available"].map(
        which => [...box.querySelectorAll(which)].map(cell => parseInt(cell.textContent)))]))"""


def check_sums(page: Page) -> None:
    """Every facet's counts, and its sum, and the heading, must be what is shown."""
    n = shown(page)
    assert page.locator("#n-shown").text_content() == str(n)
    found = page.evaluate(COUNTS)
    assert list(found) == facet_ids(page)
    for facet, ((*parts, whole), (*possible, available)) in found.items():
        assert sum(parts) == whole == n, facet
        assert sum(possible) == available >= n, facet


def facet_ids(page: Page) -> list[str]:
    boxes = page.locator("fieldset[data-facet]")
    return list(boxes.evaluate_all("all => all.map(one => one.dataset.facet)"))


def card(page: Page, surface: str) -> Locator:
    return page.locator(f'article[data-surface="{surface}"]').first


def test_filters_change_counts_that_add_up(page: Page, hostile: Layout) -> None:
    mentions = read_features(hostile.features).mentions
    assert shown(page) == len(mentions)
    check_sums(page)
    tick(page, "polarity", "negated")
    assert shown(page) == len(mentions.query("polarity == 'negated'"))
    check_sums(page)
    assert counts(page, "polarity", ".available")[-1] == len(mentions)
    tick(page, "polarity", "open")
    tick(page, "frame", "Deal")
    wanted = mentions.query("polarity in ['negated', 'open'] and frame == 'Deal'")
    assert shown(page) == len(wanted) > 0
    check_sums(page)
    assert page.locator("#chosen").text_content() == "Frame: Deal; Polarity: negated or open"
    page.locator("#clear").click()
    assert shown(page) == len(mentions)


def test_every_facet_shows_what_it_counts(page: Page, hostile: Layout) -> None:
    mentions = read_features(hostile.features).mentions.rename(columns={"doc_id": "document"})
    coded = [name for name in facet_ids(page) if name != "correction"]
    assert len(coded) == 9
    for facet in coded:
        for value, n in mentions[facet].value_counts().items():
            tick(page, facet, str(value))
            assert shown(page) == n, (facet, value)
            assert counts(page, facet)[-1] == n
            tick(page, facet, str(value))


def test_search_narrows_and_nothing_found_says_so(page: Page) -> None:
    page.locator("#search").fill("FÄHRE")
    assert 0 < shown(page) < page.locator("article.card").count()
    check_sums(page)
    page.locator("#search").fill("zeppelin")
    assert shown(page) == 0
    check_sums(page)
    assert page.locator("#none").is_visible()


def test_the_table_has_margins_that_add_up_and_cards_are_sorted(page: Page) -> None:
    tick(page, "event", "sued-2023")
    page.locator("#table > summary").click()
    page.locator("#cross td").first.wait_for()
    read = "rows => rows.slice(1).map(r => [...r.querySelectorAll('td')].map(c => +c.textContent))"
    cells = page.locator("#cross tr").evaluate_all(read)
    assert all(sum(row[:-1]) == row[-1] for row in cells)
    assert [sum(column[:-1]) for column in zip(*cells, strict=True)] == cells[-1]
    assert cells[-1][-1] == shown(page)
    page.locator("#sort").select_option("word")
    words = page.locator("article.card").evaluate_all("all => all.map(one => one.dataset.word)")
    assert [w.lower() for w in words] == sorted(w.lower() for w in words)
    page.locator("#sort").select_option("text")
    order = page.locator("article.card").evaluate_all("all => all.map(one => one.dataset.number)")
    assert order == [str(number + 1) for number in range(len(order))]


def test_article_text_does_not_run_and_shows_as_it_is(page: Page) -> None:
    page.locator("#open-wide").click()
    assert page.evaluate("window.ran") is None
    assert page.locator("article img, article script").count() == 0
    texts = page.locator(".own .words").all_text_contents()
    for line in HOSTILE:
        assert line in texts
    assert page.locator("article.card .meta").filter(has_text="<script>").count() > 0


def test_unseen_characters_are_named_and_turn_nothing_else(page: Page) -> None:
    words = page.locator(".own .words", has_text="zustande").first
    labels = words.locator("mark.unseen").evaluate_all("all => all.map(one => one.dataset.label)")
    assert "U+202E right-to-left override" in labels
    assert "U+2028 line separator" in labels
    order = words.locator("mark").evaluate_all(
        """all => all.map(one => one.getClientRects()[0])
                  .map(box => [Math.round(box.top / 20), box.left])"""
    )
    assert len(order) > 5
    assert order == sorted(order)


def test_a_script_of_another_hash_is_refused(
    browser: Browser, hostile: Layout, tmp_path: Path
) -> None:
    """Even if escaping failed, the policy would stop it."""
    html = (hostile.local / "audit" / "all.html").read_text("utf-8")
    broken = tmp_path / "broken.html"
    evil = "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
    broken.write_text(html.replace("<main>", f"<main>{evil}"), encoding="utf-8")
    context = browser.new_context()
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.goto(broken.as_uri())
    assert opened.evaluate("window.ran") is None
    assert opened.locator("#n-shown").text_content() == str(shown(opened))
    context.close()
    assert any("Content Security Policy" in text for text in said)


def test_nothing_is_asked_of_the_network(page: Page, requests: list[str]) -> None:
    page.locator("#open-wide").click()
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    assert requests == [address(page).split("#", maxsplit=1)[0]]


def test_keys_lead_through_the_page(page: Page) -> None:
    for key in "jjjk":
        page.keyboard.press(key)
    current = page.locator("article.current")
    assert current.locator(".number").text_content() == "2"
    page.keyboard.press("o")
    assert current.locator("details.wide[open]").count() == current.locator(".wide").count() > 0
    page.keyboard.press("o")
    assert current.locator("details.wide[open]").count() == 0
    page.keyboard.press("/")
    page.keyboard.type("joke")
    assert page.locator("#search").input_value() == "joke"
    page.locator("#search").fill("")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "m2"
    for key, is_open in (("?", True), ("Escape", False)):
        page.keyboard.press(key)
        assert page.locator("#help").is_visible() == is_open
    page.keyboard.press("f")
    page.keyboard.press("Space")
    assert re.search(r"frame=Erfolg&at=[^&]+$", address(page))


def test_keys_pass_over_what_is_filtered(page: Page) -> None:
    tick(page, "polarity", "negated")
    seen = set()
    for _ in range(shown(page) + 2):
        page.keyboard.press("j")
        seen.add(page.locator("article.current").get_attribute("data-facet-polarity"))
    assert seen == {"negated"}


def test_a_rule_explains_itself(page: Page) -> None:
    button = page.locator("article .rule", has_text=re.compile("^P4$")).first
    assert str(button.get_attribute("title")).startswith("P4: nicht, nie, kaum")
    button.click()
    assert "Der Deal kam nicht zustande." in page.locator("#rule-P4").inner_text()


def test_the_address_keeps_the_state(page: Page) -> None:
    tick(page, "voice", "direct")
    page.locator("#search").fill("Deal")
    page.locator("#sort").select_option("speaker")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.locator("article.current [data-layer=polarity]").select_option("open")
    page.locator("article.current [data-layer=note]").fill("a, b & c=d")
    before = (shown(page), page.locator("#all-lines").input_value())
    page.reload()
    assert (shown(page), page.locator("#all-lines").input_value()) == before
    assert before[1].endswith(',"a, b & c=d"')
    assert page.locator("#sort").input_value() == "speaker"
    assert page.locator('fieldset[data-facet="voice"] input:checked').count() == 1


def test_an_address_made_up_does_no_harm(page: Page) -> None:
    evil = "<img src=x onerror=window.ran=1>"
    page.evaluate(
        """evil => { location.hash = new URLSearchParams(
            [["polarity", "nonsense"], ["sort", evil], ["q", evil], ["at", evil], ["table", "a.b"],
             ["edit", "mention=none&polarity=open"], ["edit", evil]]) }""",
        evil,
    )
    page.wait_for_function("document.getElementById('n-shown').textContent === '0'")
    assert page.evaluate("window.ran") is None
    assert page.locator("#changes").is_hidden()
    check_sums(page)


def change(page: Page, found: Locator, layer: str, value: str) -> None:
    if found.locator(".correct[open]").count() == 0:
        found.locator(".correct > summary").click()
    field = found.locator(f'[data-layer="{layer}"]')
    if layer in ("speaker", "note"):
        field.fill(value)
    else:
        field.select_option(value)


def test_lines_are_made_and_annotate_takes_them(
    page: Page, hostile: Layout, tmp_path: Path
) -> None:
    """What is copied and appended is accepted, a word with a soft hyphen too."""
    first, hyphen, out = card(page, "Hafendeal"), card(page, "Er\u00adfolg"), card(page, "Bahndeal")
    change(page, first, "polarity", "negated")
    change(page, first, "note", 'sie sagt "nein", oder?')
    change(page, hyphen, "speaker", "Bruno, der Kanzler")
    change(page, hyphen, "voice", "direct")
    change(page, out, "polarity", "affirmed")
    change(page, out, "frame", "none")
    page.locator("#heading").check()
    page.locator("#copy-all").click()
    page.locator("#copied", has_text="Copied: 5 lines.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    rows = list(csv.DictReader(copied.splitlines()))
    assert tuple(rows[0]) == CORRECTION_COLUMNS
    assert [(row["layer"], row["value"]) for row in rows] == [
        ("polarity", "negated"),
        ("voice", "direct"),
        ("speaker", "Bruno, der Kanzler"),
        ("frame", "none"),
    ]
    assert rows[0]["note"] == 'sie sagt "nein", oder?'
    layout = Layout(tmp_path / "copy")
    shutil.copytree(hostile.root, layout.root)
    layout.corrections_file.write_text(copied, encoding="utf-8")
    annotate(layout)
    after = read_features(layout.features).mentions.set_index("mention_id")
    ids = [f"{row['doc_id']}:{row['begin']}" for row in rows]
    assert after.loc[ids[0], ["polarity", "polarity_rule"]].tolist() == ["negated", "hand"]
    assert after.loc[ids[1], ["voice", "speaker"]].tolist() == ["direct", "Bruno, der Kanzler"]
    assert ids[3] not in after.index
    html = write_audit(layout)[2].path.read_text("utf-8")
    assert "set by hand: voice, speaker" in html


def test_one_mention_is_copied_by_key_and_undone(page: Page) -> None:
    found = card(page, "Hafendeal")
    change(page, found, "about", "other")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.locator("#copied", has_text="Copied: 1 line.").wait_for()
    line = found.locator(".line textarea").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == f"{line}\n"
    assert re.fullmatch(r"nord_2,\d+,\d+,Hafendeal,about,other,", line)
    assert counts(page, "correction")[2] == 1
    check_sums(page)
    found.locator(".undo").click()
    assert page.locator("#changes").is_hidden()
    assert found.locator('[data-layer="about"]').input_value() == "event"
    assert "edit=" not in address(page)


def test_the_old_code_or_a_note_alone_makes_no_line(page: Page) -> None:
    found = card(page, "Hafendeal")
    was = str(found.get_attribute("data-facet-polarity"))
    change(page, found, "polarity", "negated")
    assert page.locator("#n-lines").text_content() == "1 line"
    change(page, found, "polarity", was)
    assert page.locator("#changes").is_hidden()
    change(page, found, "note", "noch prüfen")
    assert page.locator("#changes").is_hidden()
    assert counts(page, "correction")[2] == 0
    page.reload()
    assert found.locator("[data-layer=note]").input_value() == "noch prüfen"
    change(page, found, "about", "other")
    assert page.locator("#all-lines").input_value().endswith("about,other,noch prüfen")


def test_advice_on_what_annotate_would_refuse_or_what_is_forgotten(
    browser: Browser, hostile: Layout, tmp_path: Path
) -> None:
    layout = Layout(tmp_path / "copy")
    shutil.copytree(hostile.root, layout.root)
    mentions = read_features(layout.features).mentions
    row = mentions.query("surface == 'Hafendeal'").iloc[0]
    line = f"{row['doc_id']},{row['begin']},{row['end']},Hafendeal,polarity,negated,\n"
    layout.corrections_file.write_text(f"{','.join(CORRECTION_COLUMNS)}\n{line}", encoding="utf-8")
    annotate(layout)
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(write_audit(layout)[2].path.as_uri())
    found = card(opened, "Hafendeal")
    change(opened, found, "voice", "narrator")
    voice = str(found.locator(".advice").text_content())
    change(opened, found, "polarity", "open")
    twice = str(found.locator(".advice").text_content())
    context.close()
    assert voice.startswith("The narrator has no speaker")
    assert twice == "data/corrections.csv: line 2 sets polarity already; replace it."


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (400, "dark"), (1280, "dark")])
def test_nothing_runs_out_of_the_window(
    browser: Browser, hostile: Layout, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    opened = context.new_page()
    opened.goto((hostile.local / "audit" / "all.html").as_uri())
    opened.locator("#open-wide").click()
    wide = opened.evaluate("document.documentElement.scrollWidth")
    background = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert wide <= width
    channels = [int(number) for number in re.findall(r"\d+", background)]
    assert (max(channels) < 60) == (scheme == "dark")


def test_paper_shows_what_is_chosen_and_no_controls(page: Page) -> None:
    tick(page, "polarity", "negated")
    page.emulate_media(media="print")
    assert not page.locator("aside").is_visible()
    assert not page.locator(".correct").first.is_visible()
    assert page.locator("#chosen").is_visible()
    assert page.locator("article.card:visible").count() == shown(page)
    assert page.pdf(format="A4").startswith(b"%PDF")
