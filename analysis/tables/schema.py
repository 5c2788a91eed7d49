"""Columns, types, keys and meaning of every open table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from analysis.study.errors import TableError, unknown

if TYPE_CHECKING:
    import pandas as pd

#: What a text column may hold. The release check reads this: ``word`` is one word,
#: ``title`` a bibliographic title or name, ``code`` one of the listed values,
#: ``id`` a key without spaces, ``sequence`` some words in a row, from a floor on.
TextKind = Literal["id", "code", "word", "name", "title", "sequence"]
DType = Literal["text", "int", "int?", "float", "float?", "bool", "time?"]

PANDAS_TYPES: dict[str, str] = {
    "text": "str",
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "float?": "float64",
    "bool": "bool",
    "time?": "datetime64[us]",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, type, meaning, unit and what it may hold."""

    name: str
    dtype: DType
    meaning: str
    unit: str = ""
    text: TextKind | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One open table: its columns, its key and the columns that it is sorted by."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...]
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))


KINDS = ("article", "live_ticker")
OUTLET_BASES = ("given", "inferred_bylines", "inferred_style", "unknown")
DATE_QUALITIES = ("given", "inferred", "unknown")
ZONES = ("headline", "lead", "subheading", "body", "post", "caption")
TS_QUALITIES = ("explicit", "date_inferred", "order_only", "none")
FORMS = ("simplex", "head", "modifier", "derivation", "verb", "separable_verb")
TIERS = ("core", "near")
NODE_KINDS = ("frame", "actor")
#: Whether the words of a bag are given: they are; there are too few; subtracting them from
#: another table would leave too few.
SHOWN = ("shown", "below_floor", "by_difference")
#: Word sequences are published from this frequency on, in this many documents, up to this
#: length. Where a table counts different surroundings, the first floor holds for them too.
SEQUENCE_FLOOR, SEQUENCE_DOCUMENTS, LONGEST_SEQUENCE = 5, 2, 5
TARGETS = ("summit", "other")
POLARITIES = ("affirmed", "negated", "open")
VOICES = ("narrator", "direct", "indirect")
VOICE_KINDS = (
    "",
    "full",
    "fragment",
    "konjunktiv",
    "dass",
    "infinitive",
    "preposition",
    "continued",
    "act",
)

_DOC_ID = Column("doc_id", "text", "article: the name of its file without .txt", text="id")
_SEGMENT_ID = Column(
    "segment_id", "text", "segment: doc_id, a colon, the running number", text="id"
)
_BAG_ID = Column(
    "bag_id",
    "text",
    "bag that the words are counted in: the segment_id of its first segment; empty: in none,"
    " because the document has too few tokens of that weight",
    text="id",
)
_EVENT = Column("event", "text", "id of the event in study.toml", text="id")
_KIND = Column("kind", "text", "article or live ticker", text="code", allowed=KINDS)
_OUTLET = Column("outlet", "text", "who published it; empty: unknown", text="name")
_ZONE = Column("zone", "text", "part of the article", text="code", allowed=ZONES)
_REPEATS = (
    Column(
        "repeat_within",
        "text",
        "group of segments of the document that repeat one another: its first segment_id;"
        " empty: no repeat",
        text="id",
    ),
    Column("repeat_across", "text", "the same over all documents", text="id"),
    Column(
        "weight_within", "float", "1 over the segments of that group in the document, in (0, 1]"
    ),
    Column(
        "weight_across", "float", "1 over the segments of that group in all documents, in (0, 1]"
    ),
)
_POS = Column("pos", "text", "part of speech, STTS tag set (HanTa's variant)", text="id")

DOCUMENTS = Table(
    "documents",
    "One row per article.",
    (
        _DOC_ID,
        _EVENT,
        _OUTLET,
        Column(
            "outlet_basis",
            "text",
            "what the outlet's name rests on",
            text="code",
            allowed=OUTLET_BASES,
        ),
        _KIND,
        Column("title", "text", "headline as printed; empty: none in the file", text="title"),
        Column("date", "time?", "day of the article; of its first post in a ticker"),
        Column(
            "date_quality",
            "text",
            "given in the text, inferred, or unknown",
            text="code",
            allowed=DATE_QUALITIES,
        ),
        Column("n_segments", "int", "segments that are not boilerplate", "segments"),
        Column("n_posts", "int", "posts of a live ticker; 0 in an article", "posts"),
        Column("n_sentences", "int", "sentences", "sentences"),
        Column("n_tokens", "int", "word tokens: tokens with a letter or digit", "tokens"),
        Column(
            "n_words",
            "int",
            r"runs of letters, digits, underscores (the pattern \w+) in the segments",
            "words",
        ),
        Column(
            "n_words_file",
            "int",
            "the same in the whole file: segments, boilerplate, post marks",
            "words",
        ),
        *(
            Column(
                f"n_{unit}_{scope}", "float", f"{unit}, each by weight_{scope} of its segment", unit
            )
            for scope in ("within", "across")
            for unit in ("tokens", "words")
        ),
        *(
            Column(
                f"words_{voice}",
                "text",
                f"whether voices gives the words in this voice ({voice})",
                text="code",
                allowed=SHOWN,
            )
            for voice in VOICES
        ),
        Column("n_characters", "int", "length of the file", "code points"),
        Column(
            "agencies",
            "text",
            "agencies that the article is signed with (dpa, AFP, Reuters, APA, AP, KNA, SID),"
            " joined by +; empty: none; credits of pictures do not count",
            text="word",
        ),
        Column(
            "mattr",
            "float?",
            "lexical diversity: types per token, mean over windows of 50 tokens (Covington"
            " and McFall 2010); empty below 50 tokens",
            "share",
        ),
        Column(
            "mtld",
            "float?",
            "lexical diversity: tokens until types per token fall below .72, mean of both"
            " directions (McCarthy and Jarvis 2010); empty below 50 tokens",
            "tokens",
        ),
        Column("sha256", "text", "checksum of the file", text="id"),
    ),
    key=("doc_id",),
    sort=("doc_id",),
)

SEGMENTS = Table(
    "segments",
    "One row per segment: headline, paragraph, sub-heading, caption; boilerplate is left out.",
    (
        _SEGMENT_ID,
        _DOC_ID,
        _BAG_ID,
        Column("position", "int", "running number in the file, from 0"),
        _ZONE,
        Column("post", "int?", "running number of the ticker post in the file, from 1"),
        Column(
            "post_order", "int?", "rank of the post in time, 1 is the oldest; empty outside posts"
        ),
        Column("posted_at", "time?", "time of the post, local time of the outlet"),
        Column(
            "ts_quality",
            "text",
            "explicit: day and time stand in the text; date_inferred: the time does;"
            " order_only: neither; none: not a post",
            text="code",
            allowed=TS_QUALITIES,
        ),
        Column("begin", "int", "offset of the first character in the file", "code points"),
        Column("end", "int", "offset after the last character", "code points"),
        Column("n_sentences", "int", "sentences", "sentences"),
        Column("n_tokens", "int", "word tokens", "tokens"),
        *(
            Column(f"n_{what}_{voice}", "int", f"{meaning} in this voice ({voice})", "tokens")
            for what, meaning in (("tokens", "word tokens"), ("stop_words", "stop words"))
            for voice in VOICES
        ),
        Column("n_words", "int", r"runs of the pattern \w+", "words"),
        *_REPEATS,
        Column(
            "n_repeated_within",
            "int",
            "tokens in a run of eight that stands in another segment of the document, too",
            "tokens",
        ),
        Column("n_repeated_across", "int", "the same in another document", "tokens"),
    ),
    key=("segment_id",),
    sort=("doc_id", "position"),
)

_WORD = (
    Column("form", "text", "word as written, Unicode NFC", text="word"),
    Column("lemma", "text", "base form (HanTa)", text="word"),
    _POS,
    Column("head", "text", "lemma of a compound's last part; else the lemma itself", text="word"),
)

TERMS = Table(
    "terms",
    "How often each word stands in each bag; sorted, so that word order is lost. A bag is a"
    " segment of 20 tokens or more, or shorter segments of one document counted together.",
    (_BAG_ID, *_WORD, Column("n", "int", "occurrences in the bag", "tokens")),
    key=("bag_id", "form", "lemma", "pos"),
    sort=("bag_id", "form", "lemma", "pos"),
)

WORDS_BY_VOICE = Table(
    "voices",
    "How often each word stands in each voice of each article, as far as documents says that"
    " its words are shown.",
    (
        _DOC_ID,
        Column("voice", "text", "who speaks where the word stands", text="code", allowed=VOICES),
        *_WORD,
        Column("n", "int", "occurrences in the article in that voice", "tokens"),
    ),
    key=("doc_id", "voice", "form", "lemma", "pos"),
    sort=("doc_id", "voice", "form", "lemma", "pos"),
)

MENTIONS = Table(
    "mentions",
    "One row per frame mention.",
    (
        Column(
            "mention_id", "text", "mention: doc_id, a colon, offset of its first letter", text="id"
        ),
        _DOC_ID,
        _EVENT,
        _OUTLET,
        _KIND,
        _SEGMENT_ID,
        _ZONE,
        Column("begin", "int", "offset of the first character in the file", "code points"),
        Column("end", "int", "offset after the last character", "code points"),
        Column("begin_2", "int?", "the same for the particle of a split verb", "code points"),
        Column("end_2", "int?", "the same for the particle of a split verb", "code points"),
        Column("surface", "text", "word as written; the finite verb of a split one", text="word"),
        Column("lemma", "text", "base form; of a split verb with its particle", text="word"),
        _POS,
        Column("parts", "text", "stems of a compound, joined by +", text="word"),
        Column(
            "form",
            "text",
            "how the lexeme stands in the word",
            text="code",
            allowed=FORMS,
        ),
        Column("frame", "text", "id of the frame in study.toml", text="id"),
        Column("tier", "text", "core or near lexeme", text="code", allowed=TIERS),
        *_REPEATS,
        Column(
            "target",
            "text",
            "what the mention speaks of: the summit (its talks, agenda, outcome) or another thing",
            text="code",
            allowed=TARGETS,
        ),
        Column("target_cue", "text", "the word that decided; empty: the default", text="word"),
        Column("target_rule", "text", "rule of docs/reference/coding-rules.md, or hand", text="id"),
        Column(
            "polarity",
            "text",
            "from the point of view of who makes the statement",
            text="code",
            allowed=POLARITIES,
        ),
        Column("polarity_cue", "text", "the word that decided; empty: the default", text="word"),
        Column("polarity_cue_begin", "int?", "offset of the cue in the file", "code points"),
        Column("polarity_cue_end", "int?", "offset after the cue", "code points"),
        Column(
            "polarity_rule", "text", "rule of docs/reference/coding-rules.md, or hand", text="id"
        ),
        Column("double_negation", "bool", "two negations cancelled each other"),
        Column("voice", "text", "in whose words the mention stands", text="code", allowed=VOICES),
        Column(
            "voice_kind",
            "text",
            "kind of speech; empty: the narrator's",
            text="code",
            allowed=VOICE_KINDS,
        ),
        Column("voice_cue", "text", "lemma of the word that reports; empty: none", text="word"),
        Column("voice_cue_begin", "int?", "offset of that word in the file", "code points"),
        Column("voice_cue_end", "int?", "offset after that word", "code points"),
        Column("voice_rule", "text", "rule of docs/reference/coding-rules.md, or hand", text="id"),
        Column(
            "speaker",
            "text",
            "actor of study.toml or name as written; ?: not said; empty: the narrator",
            text="name",
        ),
        Column(
            "speaker_chain", "text", "speakers from the outermost inwards, joined by >", text="name"
        ),
    ),
    key=("mention_id",),
    sort=("doc_id", "begin"),
)


_ONCE = {"within": "the article", "across": "all articles"}


def _once(*columns: Column) -> tuple[Column, ...]:
    """Give the columns for counts without copies."""
    meaning = "{} in the first segment of each group of repeats in {}, and in all others"
    return tuple(
        replace(
            column,
            name=f"{column.name}_once_{scope}",
            meaning=meaning.format(column.name, where),
        )
        for scope, where in _ONCE.items()
        for column in columns
    )


_SPAN = Column(
    "span",
    "text",
    "what counts as near: L5R5, five words to either side within the segment; sentence",
    text="id",
)
_NODE_KIND = Column(
    "node_kind",
    "text",
    "frame (its core mentions) or actor (its names)",
    text="code",
    allowed=NODE_KINDS,
)
_NODE = Column("node", "text", "id of the frame or actor in study.toml", text="id")

NODES = Table(
    "nodes",
    "Which frames and actors each segment names. What stands in one bag with a node"
    " follows from this table, segments and terms.",
    (
        _SEGMENT_ID,
        _NODE_KIND,
        _NODE,
        Column("n_nodes", "int", "occurrences of the node", "occurrences"),
        Column("n_node_tokens", "int", "tokens of the node; a name may have two", "tokens"),
    ),
    key=("segment_id", "node_kind", "node"),
    sort=("segment_id", "node_kind", "node"),
)

_JOINT = (
    Column("n_joint", "int?", "occurrences near the node; empty: not shown, see windows", "tokens"),
    Column(
        "n_in_node",
        "int",
        "occurrences as a token of the node itself; to be taken off its frequency in terms",
        "tokens",
    ),
)

COOCCURRENCES = Table(
    "cooccurrences",
    "How often each word stands near a node in each article, as far as windows says that"
    " these words are shown. Every position counts once,"
    " also where windows overlap; the node's own tokens do not count.",
    (
        _DOC_ID,
        _SPAN,
        _NODE_KIND,
        _NODE,
        Column("lemma", "text", "base form of the collocate (HanTa)", text="word"),
        _POS,
        *_JOINT,
        *_once(*_JOINT),
    ),
    key=("doc_id", "span", "node_kind", "node", "lemma", "pos"),
    sort=("doc_id", "span", "node_kind", "node", "lemma", "pos"),
)

_SIZES = (
    Column("n_node_tokens", "int", "tokens of the node; a name may have two", "tokens"),
    Column("n_positions", "int", "tokens near the node, each once, its own left out", "tokens"),
    Column(
        "words",
        "text",
        "whether cooccurrences gives the words near the node",
        text="code",
        allowed=SHOWN,
    ),
)

WINDOWS = Table(
    "windows",
    "How much of each article stands near a node; the sizes that belong to cooccurrences."
    " No row: the node does not occur.",
    (
        _DOC_ID,
        _SPAN,
        _NODE_KIND,
        _NODE,
        Column("n_nodes", "int", "occurrences of the node", "occurrences"),
        *_SIZES,
        *_once(*_SIZES),
    ),
    key=("doc_id", "span", "node_kind", "node"),
    sort=("doc_id", "span", "node_kind", "node"),
)

NGRAMS = Table(
    "ngrams",
    "Two to five words in a row that recur in the corpus, by article; no mark parts them."
    " Rarer ones are left out: those without five different surroundings or in one article.",
    (
        _DOC_ID,
        Column("n_words", "int", "length of the row, 2 to 5", "tokens"),
        Column("ngram", "text", "the words as written, lower case", text="sequence"),
        Column("n", "int", "occurrences in the article", "occurrences"),
        Column(
            "n_surroundings",
            "int",
            "different pairs of word before and word after, in all articles",
            "pairs",
        ),
    ),
    key=("doc_id", "ngram"),
    sort=("doc_id", "n_words", "ngram"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *(DOCUMENTS, SEGMENTS, TERMS, WORDS_BY_VOICE, MENTIONS),
        *(NODES, COOCCURRENCES, WINDOWS, NGRAMS),
    )
}


#: How repeats count: each segment as it stands, or a group of repeats as one segment.
WEIGHTS: dict[str, str] = {
    "none": "every segment counts 1: what readers saw",
    "within": "a group of repeats counts 1 in each document",
    "across": "a group of repeats counts 1 over all documents",
}
Weight = Literal["none", "within", "across"]
#: Columns that describe repeats, the same in segments and mentions.
REPEAT_COLUMNS = tuple(column.name for column in _REPEATS)


def empty_table(name: str) -> pd.DataFrame:
    """Give a table without rows, with the right columns and types.

    Examples
    --------
    >>> list(empty_table("terms").columns)
    ['bag_id', 'form', 'lemma', 'pos', 'head', 'n']
    """
    table = find_table(name)
    import pandas as pd  # noqa: PLC0415 (only here: a schema is read without it)

    columns = {column.name: pd.Series(dtype=PANDAS_TYPES[column.dtype]) for column in table.columns}
    return pd.DataFrame(columns)


def find_table(name: str) -> Table:
    """Give the description of one open table; raises `TableError` for an unknown name."""
    if name not in TABLES:
        raise TableError(unknown("open table", name, TABLES))
    return TABLES[name]
