"""``gipfel kwic``: reading every hit of a query in its context."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from analysis.cli import console
from analysis.study.errors import GipfelError
from analysis.study.paths import find_layout
from analysis.study.study import read_study
from analysis.tables.schema import POLARITIES, VOICES, ZONES

if TYPE_CHECKING:
    import pandas as pd

    from analysis.concordance.texts import Texts

Complete = Callable[[str], list[str]]
#: Letters: the least of context to either side; a longer gap in a split verb is left out.
NARROWEST, LONGEST_GAP = 12, 24
#: Contexts that are shown as paragraphs, not as lines.
FOR_READING = ("segment", "sentence", "wide")


def _completion(names: Callable[[], Iterable[str]]) -> Complete:
    """Make a function that completes one of some names; a broken study completes nothing."""

    def complete(incomplete: str) -> list[str]:
        try:
            return sorted(name for name in names() if name and name.startswith(incomplete))
        except GipfelError:
            return []

    return complete


def _outlets() -> set[str]:
    from analysis.corpus.sources import read_sources

    layout = find_layout()
    return {source.outlet for source in read_sources(layout, read_study(layout))}


def _documents() -> list[str]:
    from analysis.corpus.sources import read_sources

    layout = find_layout()
    return [source.id for source in read_sources(layout, read_study(layout))]


complete_event = _completion(lambda: [event.id for event in read_study().events])
complete_frame = _completion(lambda: [frame.id for frame in read_study().frames])
complete_outlet = _completion(_outlets)
complete_document = _completion(_documents)
complete_zone = _completion(lambda: ZONES)
complete_voice = _completion(lambda: VOICES)
complete_polarity = _completion(lambda: POLARITIES)
complete_context = _completion(lambda: ("narrow", "segment", "sentence", "wide"))


def complete_sort(incomplete: str) -> list[str]:
    """Complete the last of the sort keys, which commas part."""
    from analysis.concordance.hits import SORTED_BY

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{key}" for key in SORTED_BY if key.startswith(last)]


def complete_count(incomplete: str) -> list[str]:
    """Complete the last of the columns to count by, which commas part."""
    from analysis.concordance.counting import COUNTED_BY

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in COUNTED_BY if name.startswith(last)]


def _filter(name: str, complete: Complete) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}", help=f"Only this {name}; may be repeated.", autocompletion=complete
    )
    return option


def kwic(
    query: Annotated[
        str, typer.Argument(help="Such as '[lemma=\"Deal\"]'; a bare word is a form.")
    ],
    event: Annotated[list[str] | None, _filter("event", complete_event)] = None,
    outlet: Annotated[list[str] | None, _filter("outlet", complete_outlet)] = None,
    document: Annotated[list[str] | None, _filter("document", complete_document)] = None,
    zone: Annotated[list[str] | None, _filter("zone", complete_zone)] = None,
    frame: Annotated[list[str] | None, _filter("frame", complete_frame)] = None,
    voice: Annotated[list[str] | None, _filter("voice", complete_voice)] = None,
    polarity: Annotated[list[str] | None, _filter("polarity", complete_polarity)] = None,
    context: Annotated[
        str,
        typer.Option(
            help="Words to either side, or narrow, wide, sentence, segment.",
            autocompletion=complete_context,
        ),
    ] = "8",
    sort: Annotated[
        str,
        typer.Option(
            help="Keys parted by commas: 1L..9L, 1R..9R, node, document, event.",
            autocompletion=complete_sort,
        ),
    ] = "",
    sample: Annotated[
        int | None, typer.Option(min=1, help="Draw so many hits, evenly from the documents.")
    ] = None,
    beside: Annotated[bool, typer.Option("--beside", help="The events side by side.")] = False,
    count: Annotated[
        str,
        typer.Option(
            help="Count hits by these columns instead of showing them.",
            autocompletion=complete_count,
        ),
    ] = "",
    write: Annotated[
        list[Path] | None,
        typer.Option(
            "--write", "-w", help="Write all lines: FILE.csv, .xlsx, .html, into data/local."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes, first time.")] = 1,
) -> None:
    """Show every hit of a query in its context; needs the articles in data/raw.

    Attributes: form, lemma, pos, head, part, frame, tier, target, polarity, voice, speaker,
    zone. The language of queries: docs/reference/query-language.md.

    Examples
    --------
    `gipfel kwic '[lemma="Deal"]' --sort 1L,1R`

    `gipfel kwic '[part="deal"]' --beside --context narrow`

    `gipfel kwic '[lemma="einmischen"]' --context sentence`

    `gipfel kwic '"kein.*"%c []{0,3} [lemma="Deal"] within s'`

    `gipfel kwic '[frame="Deal" & polarity="negated"]' --count event,voice`

    `gipfel kwic '[frame="Erfolg"]' --sample 20 --context wide -w erfolg.xlsx`
    """
    from analysis.concordance.counting import count_hits
    from analysis.concordance.files import write_concordance
    from analysis.concordance.lines import concordance_lines
    from analysis.concordance.query import parse_query

    parse_query(query)
    asked = {
        "event": event, "outlet": outlet, "doc_id": document, "zone": zone, "frame": frame,
        "voice": voice, "polarity": polarity,
    }  # fmt: skip
    where = {name: values for name, values in asked.items() if values}
    texts = _open_texts(jobs)
    lines = concordance_lines(query, where, context=context, sort=sort, sample=sample, texts=texts)
    written = [write_concordance(lines, path, beside=beside) for path in write or []]
    if count:
        show_counts(count_hits(lines, [name.strip() for name in count.split(",")]))
    elif not written and context in FOR_READING and not beside:
        show_passages(lines)
    elif not written:
        show_lines(lines, beside=beside)
    for path in written:
        console.say(f"{len(lines)} lines in {find_layout().show(path)}; not for publication.")
    console.say(_summary(lines))


def _open_texts(jobs: int) -> Texts:
    """Open the articles; shows a bar if some must be annotated first."""
    from contextlib import ExitStack

    from analysis.concordance.texts import open_texts

    with ExitStack() as stack:
        bars: list[Callable[[int, int], None]] = []

        def told(done: int, total: int) -> None:
            if not bars:
                bars.append(stack.enter_context(console.counting("Articles")))
            bars[0](done, total)

        return open_texts(jobs=jobs, on_documents=told)


def show_lines(lines: pd.DataFrame, *, beside: bool) -> None:
    """Show a concordance as wide as the terminal is, hits below one another."""
    if not beside:
        console.out.print(_table(lines, console.out.width))
        return
    groups = list(lines.groupby("event", sort=True))
    width = console.out.width // max(len(groups), 1) - 1
    tables = []
    for event, rows in groups:
        table = _table(rows, width)
        table.title = Text(f"{event}: {len(rows)}")
        tables.append(table)
    console.out.print(Columns(tables, padding=(0, 1)))


def show_passages(lines: pd.DataFrame) -> None:
    """Show each hit as a paragraph, below its document, zone and codes."""
    for row in lines.to_dict("records"):
        said = ("doc_id", "zone", "frame", "polarity", "voice", "speaker")
        console.out.print(Text(" · ".join(row[name] for name in said if row[name]), style="dim"))
        passage = Text(row["left"]).append(row["node"], style="bold yellow").append(row["gap"])
        passage.append(row["particle"], style="bold yellow").append(row["right"])
        console.out.print(passage)
        console.out.print()


def _table(lines: pd.DataFrame, width: int) -> Table:
    from analysis.concordance.lines import document_names

    shown = Table(box=None, pad_edge=False, show_header=False, width=width)
    documents = document_names(lines)
    hits = [_hit(row) for row in lines.to_dict("records")]
    room = width - max(map(len, documents), default=0) - max((len(h) for h in hits), default=0) - 4
    side = max(room // 2, NARROWEST)
    for doc_id, hit, row in zip(documents, hits, lines.to_dict("records"), strict=True):
        left = Text(row["left"][-side:], justify="right", no_wrap=True, overflow="crop")
        right = Text(row["right"][:side], no_wrap=True, overflow="crop")
        shown.add_row(Text(doc_id, style="dim", no_wrap=True), left, hit, right)
    return shown


def _hit(row: Mapping[Hashable, str]) -> Text:
    """Mark the hit; of a split verb both parts, with what stands between them if it is short."""
    hit = Text(row["node"], style="bold yellow", no_wrap=True)
    if row["particle"]:
        gap = row["gap"] if len(row["gap"]) <= LONGEST_GAP else " … "
        hit.append(gap, style="not bold default").append(row["particle"])
    return hit


def show_counts(table: pd.DataFrame) -> None:
    """Show how often each value stands in the lines."""
    shown = Table(*table.columns, box=None, pad_edge=False)
    for row in table.to_dict("records"):
        *names, n, share = row.values()
        shown.add_row(*(Text(str(name)) for name in names), str(n), f"{share:.3f}")
    console.out.print(shown)


def _summary(lines: pd.DataFrame) -> str:
    n, documents = len(lines), lines["doc_id"].nunique()
    if not n:
        return 'No hit. Case counts: "deal"%c finds Deal, too; [lemma="..."] finds every form.'
    drawn = "" if (lines["inclusion"] == 1).all() else ", drawn evenly from the documents"
    return f"{n} hit{'' if n == 1 else 's'} in {documents} documents{drawn}."
