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
    """One open table: its columns, its key, and the columns that it is sorted by, else its key."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))
        object.__setattr__(self, "sort", self.sort or self.key)


def _code(name: str, meaning: str, allowed: tuple[str, ...]) -> Column:
    return Column(name, "text", meaning, text="code", allowed=allowed)


def _count(name: str, meaning: str, unit: str) -> Column:
    return Column(name, "int", meaning, unit)


def _word(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning, text="word")


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
_KIND = _code("kind", "article or live ticker", KINDS)
_OUTLET = Column("outlet", "text", "who published it; empty: unknown", text="name")
_ZONE = _code("zone", "part of the article", ZONES)
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
        _code("outlet_basis", "what the outlet's name rests on", OUTLET_BASES),
        _KIND,
        Column("title", "text", "headline as printed; empty: none in the file", text="title"),
        Column("date", "time?", "day of the article; of its first post in a ticker"),
        _code("date_quality", "given in the text, inferred, or unknown", DATE_QUALITIES),
        _count("n_segments", "segments that are not boilerplate", "segments"),
        _count("n_posts", "posts of a live ticker; 0 in an article", "posts"),
        _count("n_sentences", "sentences", "sentences"),
        _count("n_tokens", "word tokens: tokens with a letter or digit", "tokens"),
        _count(
            "n_words",
            r"runs of letters, digits, underscores (the pattern \w+) in the segments",
            "words",
        ),
        _count(
            "n_words_file", "the same in the whole file: segments, boilerplate, post marks", "words"
        ),
        *(
            Column(
                f"n_{unit}_{scope}", "float", f"{unit}, each by weight_{scope} of its segment", unit
            )
            for scope in ("within", "across")
            for unit in ("tokens", "words")
        ),
        *(
            _code(
                f"words_{voice}", f"whether voices gives the words in this voice ({voice})", SHOWN
            )
            for voice in VOICES
        ),
        _count("n_characters", "length of the file", "code points"),
        _word(
            "agencies",
            "agencies that the article is signed with (dpa, AFP, Reuters, APA, AP, KNA, SID),"
            " joined by +; empty: none; credits of pictures do not count",
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
        _code(
            "ts_quality",
            "explicit: day and time stand in the text; date_inferred: the time does;"
            " order_only: neither; none: not a post",
            TS_QUALITIES,
        ),
        _count("begin", "offset of the first character in the file", "code points"),
        _count("end", "offset after the last character", "code points"),
        _count("n_sentences", "sentences", "sentences"),
        _count("n_tokens", "word tokens", "tokens"),
        *(
            _count(f"n_{what}_{voice}", f"{meaning} in this voice ({voice})", "tokens")
            for what, meaning in (("tokens", "word tokens"), ("stop_words", "stop words"))
            for voice in VOICES
        ),
        _count("n_words", r"runs of the pattern \w+", "words"),
        *_REPEATS,
        _count(
            "n_repeated_within",
            "tokens in a run of eight that stands in another segment of the document, too",
            "tokens",
        ),
        _count("n_repeated_across", "the same in another document", "tokens"),
    ),
    key=("segment_id",),
    sort=("doc_id", "position"),
)

_WORD_COLUMNS = (
    _word("form", "word as written, Unicode NFC"),
    _word("lemma", "base form (HanTa)"),
    _POS,
    _word("head", "lemma of a compound's last part; else the lemma itself"),
)

TERMS = Table(
    "terms",
    "How often each word stands in each bag; sorted, so that word order is lost. A bag is a"
    " segment of 20 tokens or more, or shorter segments of one document counted together.",
    (_BAG_ID, *_WORD_COLUMNS, _count("n", "occurrences in the bag", "tokens")),
    key=("bag_id", "form", "lemma", "pos"),
)

WORDS_BY_VOICE = Table(
    "voices",
    "How often each word stands in each voice of each article, as far as documents says that"
    " its words are shown.",
    (
        _DOC_ID,
        _code("voice", "who speaks where the word stands", VOICES),
        *_WORD_COLUMNS,
        _count("n", "occurrences in the article in that voice", "tokens"),
    ),
    key=("doc_id", "voice", "form", "lemma", "pos"),
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
        _count("begin", "offset of the first character in the file", "code points"),
        _count("end", "offset after the last character", "code points"),
        Column("begin_2", "int?", "the same for the particle of a split verb", "code points"),
        Column("end_2", "int?", "the same for the particle of a split verb", "code points"),
        _word("surface", "word as written; the finite verb of a split one"),
        _word("lemma", "base form; of a split verb with its particle"),
        _POS,
        _word("parts", "stems of a compound, joined by +"),
        _code("form", "how the lexeme stands in the word", FORMS),
        Column("frame", "text", "id of the frame in study.toml", text="id"),
        _code("tier", "core or near lexeme", TIERS),
        *_REPEATS,
        _code(
            "target",
            "what the mention speaks of: the summit (its talks, agenda, outcome) or another thing",
            TARGETS,
        ),
        _word("target_cue", "the word that decided; empty: the default"),
        Column("target_rule", "text", "rule of docs/reference/coding-rules.md, or hand", text="id"),
        _code("polarity", "from the point of view of who makes the statement", POLARITIES),
        _word("polarity_cue", "the word that decided; empty: the default"),
        Column("polarity_cue_begin", "int?", "offset of the cue in the file", "code points"),
        Column("polarity_cue_end", "int?", "offset after the cue", "code points"),
        Column(
            "polarity_rule", "text", "rule of docs/reference/coding-rules.md, or hand", text="id"
        ),
        Column("double_negation", "bool", "two negations cancelled each other"),
        _code("voice", "in whose words the mention stands", VOICES),
        _code("voice_kind", "kind of speech; empty: the narrator's", VOICE_KINDS),
        _word("voice_cue", "lemma of the word that reports; empty: none"),
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
    """Return the columns for counts without copies."""
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
_NODE_KIND = _code("node_kind", "frame (its core mentions) or actor (its names)", NODE_KINDS)
_NODE = Column("node", "text", "id of the frame or actor in study.toml", text="id")

NODES = Table(
    "nodes",
    "Which frames and actors each segment names. What stands in one bag with a node"
    " follows from this table, segments and terms.",
    (
        _SEGMENT_ID,
        _NODE_KIND,
        _NODE,
        _count("n_nodes", "occurrences of the node", "occurrences"),
        _count("n_node_tokens", "tokens of the node; a name may have two", "tokens"),
    ),
    key=("segment_id", "node_kind", "node"),
)

_JOINT = (
    Column("n_joint", "int?", "occurrences near the node; empty: not shown, see windows", "tokens"),
    _count(
        "n_in_node",
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
        _word("lemma", "base form of the collocate (HanTa)"),
        _POS,
        *_JOINT,
        *_once(*_JOINT),
    ),
    key=("doc_id", "span", "node_kind", "node", "lemma", "pos"),
)

_SIZES = (
    _count("n_node_tokens", "tokens of the node; a name may have two", "tokens"),
    _count("n_positions", "tokens near the node, each once, its own left out", "tokens"),
    _code("words", "whether cooccurrences gives the words near the node", SHOWN),
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
        _count("n_nodes", "occurrences of the node", "occurrences"),
        *_SIZES,
        *_once(*_SIZES),
    ),
    key=("doc_id", "span", "node_kind", "node"),
)

NGRAMS = Table(
    "ngrams",
    "Two to five words in a row that recur in the corpus, by article; no mark parts them."
    " Rarer ones are left out: those without five different surroundings or in one article.",
    (
        _DOC_ID,
        _count("n_words", "length of the row, 2 to 5", "tokens"),
        Column("ngram", "text", "the words as written, lower case", text="sequence"),
        _count("n", "occurrences in the article", "occurrences"),
        _count(
            "n_surroundings",
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
    """Return a table without rows, with the right columns and types.

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
    """Return the description of one open table; raises `TableError` for an unknown name."""
    if name not in TABLES:
        raise TableError(unknown("open table", name, TABLES))
    return TABLES[name]
