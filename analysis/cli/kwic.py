"""``gipfel kwic`` and ``collocates``: looking things up in the articles themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from analysis.cli import console
from analysis.study.paths import find_layout

if TYPE_CHECKING:
    import pandas as pd

#: Letters: the least of context to either side; a longer gap in a split verb is left out.
NARROWEST, LONGEST_GAP = 12, 24
#: Contexts that are shown as paragraphs, not as lines.
FOR_READING = ("segment", "sentence", "wide")


def _of_sources(name: str) -> Callable[[str], list[str]]:
    """Complete what data/sources.toml says of the articles."""

    def read() -> set[str]:
        from analysis.corpus.sources import read_sources

        return {getattr(source, name) for source in read_sources(*console.open_study())}

    return console.completing(read)


complete_outlet, complete_document = _of_sources("outlet"), _of_sources("id")
complete_zone = console.completing_names("analysis.tables.schema", "ZONES")
complete_voice = console.completing_names("analysis.tables.schema", "VOICES")
complete_polarity = console.completing_names("analysis.tables.schema", "POLARITIES")
complete_context = console.completing(lambda: ("narrow", "segment", "sentence", "wide"))
complete_sort = console.completing_names("analysis.concordance.hits", "SORTED_BY", in_list=True)
complete_count = console.completing_names("analysis.concordance.lines", "COUNTED_BY", in_list=True)


def kwic(
    query: Annotated[
        str, typer.Argument(help="Such as '[lemma=\"Deal\"]'; a bare word is a form.")
    ],
    event: console.Events = None,
    outlet: Annotated[list[str] | None, console.only("outlet", complete_outlet)] = None,
    document: Annotated[list[str] | None, console.only("document", complete_document)] = None,
    zone: Annotated[list[str] | None, console.only("zone", complete_zone)] = None,
    frame: console.Frames = None,
    voice: Annotated[list[str] | None, console.only("voice", complete_voice)] = None,
    polarity: Annotated[list[str] | None, console.only("polarity", complete_polarity)] = None,
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
    jobs: console.Jobs = 1,
) -> None:
    """Show every hit of a query in its context; needs the articles in data/raw.

    Attributes: form, lemma, pos, head, part, frame, tier, about, polarity, voice, speaker,
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
    from analysis.concordance.lines import concordance_lines, count_hits
    from analysis.concordance.page import write_concordance
    from analysis.concordance.query import parse_query
    from analysis.concordance.texts import open_texts

    parse_query(query)
    asked = {
        "event": event, "outlet": outlet, "doc_id": document, "zone": zone, "frame": frame,
        "voice": voice, "polarity": polarity,
    }  # fmt: skip
    where = {name: values for name, values in asked.items() if values}
    with console.counting("Articles", at_once=False) as told:
        texts = open_texts(jobs=jobs, on_documents=told)
    lines = concordance_lines(query, where, context=context, sort=sort, sample=sample, texts=texts)
    written = [write_concordance(lines, path, beside=beside) for path in write or []]
    if count:
        table = count_hits(lines, [name.strip() for name in count.split(",")])
        counts = (row.values() for row in table.to_dict("records"))
        cells = ((*names, n, f"{share:.3f}") for *names, n, share in counts)
        console.show(list(table.columns), cells)
    elif not written and context in FOR_READING and not beside:
        show_passages(lines)
    elif not written:
        show_lines(lines, beside=beside)
    for path in written:
        console.say(f"{len(lines)} lines in {find_layout().show(path)}; not for publication.")
    console.say(_summary(lines))


def show_lines(lines: pd.DataFrame, *, beside: bool) -> None:
    """Show a concordance as wide as the terminal is, hits below one another."""
    if not beside:
        console.out.print(_table(lines, console.out.width))
        return
    groups = list(lines.groupby("event", sort=True))
    width = console.out.width // max(len(groups), 1) - 1
    tables = [_table(rows, width, title=f"{event}: {len(rows)}") for event, rows in groups]
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


def _table(lines: pd.DataFrame, width: int, title: str = "") -> Table:
    from analysis.concordance.lines import document_names

    shown = Table(
        box=None,
        pad_edge=False,
        show_header=False,
        width=width,
        title=Text(title) if title else None,
    )
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


def _summary(lines: pd.DataFrame) -> str:
    n, documents = len(lines), lines["doc_id"].nunique()
    if not n:
        return 'No hit. Case counts: "deal"%c finds Deal, too; [lemma="..."] finds every form.'
    drawn = "" if (lines["inclusion"] == 1).all() else ", drawn evenly from the documents"
    return f"{n} hit{'' if n == 1 else 's'} in {documents} documents{drawn}."


def collocates(
    lemma: Annotated[str, typer.Argument(help="A lemma, such as Waffenstillstand.")],
    top: Annotated[int, typer.Option(min=1, help="How many for each event.")] = 15,
    min_joint: Annotated[int, typer.Option(min=1, help="Least occurrences together.")] = 2,
    csv: Annotated[Path | None, typer.Option(help="Write the whole table as CSV.")] = None,
) -> None:
    """Show the collocates of any lemma in each event; needs the articles in data/raw.

    Those of frames and actors need no articles: see notebook 05_collocation.

    Example: `gipfel collocates Waffenstillstand`
    """
    from analysis.annotation.pipeline import count_near_lemma
    from analysis.measures.collocation import association
    from analysis.measures.neighbours import count_pairs
    from analysis.study.text_files import read_stop_words
    from analysis.tables.cells import rounded
    from analysis.tables.features import read_features

    layout = find_layout()
    features = read_features(layout.features)
    near = features.with_tables(**count_near_lemma(layout, lemma, features.segments))
    table = association(count_pairs(near, node_kind="lemma"))
    console.write_table(table, csv)
    known = ~table["collocate"].str.casefold().isin(read_stop_words())
    table = table[known & (table["n_joint"] >= min_joint)]
    table = table.sort_values(["g2", "collocate"], ascending=[False, True], key=rounded)
    for event, ranked in table.groupby("event"):
        rows = [
            (row["collocate"], row["n_joint"], f"{row['log_ratio']:.2f}", f"{row['g2']:.1f}")
            for row in ranked.head(top).to_dict("records")
        ]
        console.show(("collocate", "together", "log ratio", "G2"), rows, title=str(event))
    console.say("A ranking, no test: words are not independent, and few documents carry no claim.")
