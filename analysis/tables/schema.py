"""Columns, types, keys and meaning of every open table, from ``schema.toml``; the code book.

The reasons why a number is not given are listed here, too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.study.errors import TableError, unknown

if TYPE_CHECKING:
    import pandas as pd


PANDAS_TYPES: dict[str, str] = {
    "text": "str",
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "float?": "float64",
    "bool": "bool",
    "time?": "datetime64[us]",
}
#: Word sequences are published from this frequency on, in this many documents, up to this
#: length. Where a table counts different surroundings, the first floor holds for them too.
SEQUENCE_FLOOR, SEQUENCE_DOCUMENTS, LONGEST_SEQUENCE = 5, 2, 5
Weight = Literal["none", "within", "across"]
#: How repeats count: each segment as it stands, or a group of repeats as one segment.
WEIGHTS: dict[str, str] = {
    "none": "every segment counts 1: what readers saw",
    "within": "a group of repeats counts 1 in each document",
    "across": "a group of repeats counts 1 over all documents",
}
#: Columns that describe repeats, the same in segments and mentions.
REPEAT_COLUMNS = ("repeat_within", "repeat_across", "weight_within", "weight_across")


@dataclass(frozen=True)
class Column:
    """One column: its name, type, meaning, unit and what it may hold.

    ``text`` is the kind of a text column: id, code, word, name, title or sequence.
    """

    name: str
    dtype: str
    meaning: str
    unit: str = ""
    text: str | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One open table: its columns, its key, and the columns that it is sorted by."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(column.name for column in self.columns)


_DECLARED: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("schema.toml").read_text(encoding="utf-8")
)
#: The version of the schema that the manifest of the open tables has to name.
VERSION: int = _DECLARED.pop("version")
_VALUES: dict[str, tuple[str, ...]] = {
    name: tuple(values) for name, values in _DECLARED.pop("values").items()
}
KINDS, ZONES, TIERS = _VALUES["kinds"], _VALUES["zones"], _VALUES["tiers"]
NODE_KINDS, SHOWN = _VALUES["node_kinds"], _VALUES["shown"]
ABOUT, POLARITIES, VOICES = _VALUES["about"], _VALUES["polarities"], _VALUES["voices"]


def _column(table: str, name: str) -> Column:
    said = _DECLARED[table]["columns"][name]
    if isinstance(said, str):
        return _column(said, name)
    number = said["type"] if said["type"] in PANDAS_TYPES else None
    return Column(
        name,
        number or "text",
        said["meaning"],
        said.get("unit", ""),
        None if number else said["type"],
        _VALUES[said["values"]] if "values" in said else (),
    )


TABLES: dict[str, Table] = {
    name: Table(
        name,
        said["meaning"],
        tuple(_column(name, column) for column in said["columns"]),
        tuple(said["key"]),
        tuple(said.get("sort", said["key"])),
    )
    for name, said in _DECLARED.items()
}


def empty_table(name: str) -> pd.DataFrame:
    """Return a table without rows, with the right columns and types.

    Examples
    --------
    >>> list(empty_table("terms").columns)
    ['bag_id', 'form', 'lemma', 'pos', 'head', 'n']
    """
    import pandas as pd  # noqa: PLC0415 (only here: a schema is read without it)

    columns = find_table(name).columns
    return pd.DataFrame({one.name: pd.Series(dtype=PANDAS_TYPES[one.dtype]) for one in columns})


def find_table(name: str) -> Table:
    """Return the description of one open table; raises `TableError` for an unknown name."""
    if name not in TABLES:
        raise TableError(unknown("open table", name, TABLES))
    return TABLES[name]


# ------------------------------------------------------------------ the code book

BOOK_BEGIN = "<!-- code book: written by `make book`, checked by tests/test_schema.py -->"
BOOK_END = "<!-- end of code book -->"
MENTIONS_HEAD = """# The mentions of the study, with the cue and rule of every code

Core tier; written by `make book` from the open table `mentions`, checked by
tests/test_schema.py. What the rules say: [coding-rules.md](coding-rules.md). A cue is one
word; where none stands, the rule is the default (T0, P0) or found no word that reports.
"""


def code_book() -> str:
    """Write every column of every open table, in words and in Markdown."""
    return "\n\n".join(_table_section(table) for table in TABLES.values()) + "\n"


def _table_section(table: Table) -> str:
    lines = [
        f"### `{table.name}`\n\n{table.meaning} Key: {', '.join(table.key)}.\n",
        "| column | type | unit | meaning |",
        "|---|---|---|---|",
    ]
    for c in table.columns:
        values = f" ({', '.join(c.allowed)})" if c.allowed else ""
        meaning = (c.meaning + values).replace("|", "\\|")
        dtype = c.dtype.replace("?", " or empty")
        lines.append(f"| `{c.name}` | {dtype} | {c.unit or '–'} | {meaning} |")
    return "\n".join(lines)


def with_code_book(text: str) -> str:
    """Put the code book between its two marks in a Markdown text, such as ``data/README.md``."""
    before, _, rest = text.partition(BOOK_BEGIN)
    _, _, after = rest.partition(BOOK_END)
    return f"{before}{BOOK_BEGIN}\n\n{code_book()}\n{BOOK_END}{after}"


def mention_list(mentions: pd.DataFrame) -> str:
    """Write every core mention with its codes, cues and rules, for ``docs/reference/mentions.md``.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> mention_list(read_features().mentions).count("| Deal |") >= 15
    True
    """
    head = ["mention", "word", "frame", "about", "polarity", "voice", "speaker"]
    lines = [head, ["---"] * len(head)]
    for row in mentions[mentions["tier"] == "core"].to_dict("records"):
        codes = [_code(row, layer) for layer in ("about", "polarity", "voice")]
        speaker = row["speaker_chain"] or row["speaker"]
        lines.append([row["mention_id"], row["surface"], row["frame"], *codes, speaker])
    return MENTIONS_HEAD + "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _code(row: Mapping[Hashable, Any], layer: str) -> str:
    cue = row[f"{layer}_cue"]
    return f"{row[layer]} ({row[f'{layer}_rule']}{': ' + cue if cue else ''})"


#: Code of every reason -> what its values are, in their order. `analysis/figures/words.toml` has
#: a sentence for each in either language.
REASONS: dict[str, tuple[str, ...]] = {
    "actor_absent": (),
    "every_token_near_node": (),
    "frame_absent": (),
    "group_of_one_not_split": (),
    "group_of_one_without_spread": (),
    "mentions_in_sentences_unknown": (),
    "mentions_of_others": ("n_others", "n_mentions"),
    "no_common_kind": (),
    "no_common_outlet": (),
    "no_common_outlet_no_common_kind": (),
    "no_disagreement": ("share_overlooked",),
    "no_events_compared": (),
    "no_frequent_term": (),
    "no_inference_asked": (),
    "no_mention": (),
    "no_mention_coded_twice": (),
    "no_post_in_interval": (),
    "no_relabelling_moves_term": (),
    "no_stable_number": ("fewest", "most", "best_subsamples", "best_documents"),
    "no_term_beside_list": (),
    "no_token": (),
    "no_token_in_interval": (),
    "nothing_left_without_one": (),
    "nothing_to_relate_to": (),
    "one_document_dispersion": (),
    "one_document_left_out": (),
    "one_label_only": (),
    "one_label_in_resamples": (),
    "one_side_without_tokens": (),
    "outside_posts": (),
    "p_floor_too_high": ("p_floor", "highest"),
    "pair_in_one_group": (),
    "pair_missing_in_resamples": (),
    "pair_not_told": (),
    "posts_without_times": (),
    "rates_do_not_vary": (),
    "share_needs_interval": ("n_mentions", "fewest"),
    "term_absent": (),
    "term_in_few_documents": (),
    "term_in_one_group": (),
    "too_few_clusters": ("fewest", "n_target", "n_reference"),
    "too_few_coded_twice": ("n_coded", "n_mentions", "fewest"),
    "too_few_coders": ("n_coders",),
    "too_few_correlated": ("fewest", "n_documents"),
    "too_few_documents_of_rate": ("fewest", "n_documents"),
    "too_few_joint_occurrences": ("fewest",),
    "too_few_joint_segments": ("fewest", "n_segments"),
    "too_few_posts_with_mention": ("fewest",),
    "too_few_segments_of_list": ("n_segments", "fewest"),
    "too_few_units_of_interval": ("fewest", "n_units"),
    "topic_share_does_not_vary": (),
    "value_does_not_vary": (),
    "values_do_not_vary_in_groups": (),
    "weighted_counts": (),
}
