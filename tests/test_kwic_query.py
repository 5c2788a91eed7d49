"""The language of queries: what it means, where faults are pointed at, that no query runs away."""

from __future__ import annotations

import re

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.concordance.query import (
    ALIASES,
    ATTRIBUTES,
    DEEPEST,
    LARGEST,
    LONGEST_QUERY,
    All,
    Choice,
    Comparison,
    Condition,
    Repeat,
    Row,
    comparisons,
    parse_query,
    shortest,
    size,
)
from analysis.concordance.texts import check_values, find_matches, find_values, translate
from analysis.study.errors import QueryError
from analysis.study.study import read_study

SIGNS = st.sampled_from(
    [
        *("[", "]", "(", ")", "{", "}", "{0,3}", "{9}", "|", "&", "!", "=", "!=", "?", "*", "+"),
        *("%c", "lemma", "frame", '"Deal"', '"(a+)+"', "kein", "within", "s", "ß", "'", '"', " "),
        "\\",
    ]
)


def only(query: str) -> Comparison:
    (one,) = comparisons(parse_query(query).pattern)
    return one


def fault(query: str) -> list[str]:
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    return str(caught.value).splitlines()


def test_a_bare_word_is_a_form_and_a_string_a_pattern() -> None:
    assert only("Deal") == Comparison("form", "Deal", True, False, False, 0)
    assert only('"Dea.*"%c') == Comparison("form", "Dea.*", False, True, False, 1)
    assert only("'z.B.'%l").literal
    assert only("U.S.").literal


def test_names_that_mean_the_same() -> None:
    assert only("[word=Deal]").attribute == "form"
    assert only("[tag=NN]").attribute == "pos"
    assert only('[lemma!="Deal"]').negated


def test_the_example_of_the_documentation() -> None:
    query = parse_query('"kein.*" []{0,3} [lemma="Deal"] within s')
    assert query.unit == "sentence"
    assert isinstance(query.pattern, Row)
    assert query.pattern.inner[1] == Repeat(All(), 0, 3)
    assert parse_query("within within segment").pattern == only("within")


def test_the_queries_of_the_documentation_are_right() -> None:
    text = (ROOT / "docs" / "reference" / "query-language.md").read_text("utf-8")
    guide = (ROOT / "docs" / "how-to" / "search-in-context.md").read_text("utf-8")
    table = re.findall(r"^\| `(.*?)` \| ", text[: text.index("## Attributes")], re.M)
    commands = re.findall(r"^gipfel kwic '(.*?)'(?: --| *#|$| )", guide, re.M)
    assert len(table) > 8
    assert len(commands) > 5
    for query in [*(query.replace("\\|", "|") for query in table), *commands]:
        check_values(parse_query(query), read_study())
    rows = re.findall(r"^\| (`.*?) \|", text[text.index("## Attributes") :], re.M)
    names = re.findall(r"`(\w+)`", " ".join(rows))
    assert sorted(names) == sorted([*ATTRIBUTES, *ALIASES])


def test_or_binds_less_than_a_row_and_and() -> None:
    pattern = parse_query("a b | c").pattern
    assert isinstance(pattern, Choice)
    assert [shortest(one) for one in pattern.inner] == [2, 1]
    assert len(comparisons(parse_query("[lemma=a | pos=b & !(form=c | form=d)]").pattern)) == 4


@pytest.mark.parametrize(
    ("query", "said", "at"),
    [
        ('[lema="Deal"]', "unknown attribute 'lema'. Allowed: about, form, frame, head, lemma", 1),
        ('[lemma="Deal"', "wanted '&', '|' or ']', came the end", 13),
        ('[lemma "Deal"]', "wanted '=' or '!='", 7),
        ("[lemma=]", "wanted a value", 7),
        ("a | | b", "wanted a token", 4),
        ('"Deal', "a quotation mark that is not closed", 0),
        ('kein "Deal"%x', "wanted %c (any case)", 11),
        ("a )", "wanted a token or the end, came ')'", 2),
        ("(a b", "wanted ')', came the end", 4),
        ("a{3,1}", "high from 1 to 100 and not below low", 1),
        ("a{1,101}", "high from 1 to 100", 1),
        ("a{x}", "wanted {2}, {0,3} or {1,}", 1),
        ("a{2", "braces that are not closed", 1),
        ("a+?", "wanted a token or the end, came '?'", 2),
        ("[]*", "it can match nothing at all", 0),
        ('""', "an empty string matches no token", 0),
        ("a b within x", "unknown unit 'x'. Allowed: s, segment, sentence", 11),
        ("", "came the end", 0),
        ("a\n\tb ]", "wanted a token or the end, came ']'", 5),
    ],
)
def test_a_fault_is_pointed_at(query: str, said: str, at: int) -> None:
    first, shown, caret = fault(query)
    assert said in first
    assert caret == " " * (2 + at) + "^"
    assert len(shown) == len(query) + 2


def test_a_long_query_is_shown_around_the_fault() -> None:
    _, shown, caret = fault("Wort " * 50 + "]" + " Wort" * 50)
    assert shown[caret.index("^")] == "]"
    assert len(shown) < 130


def test_bounds_of_a_query() -> None:
    assert "written out it asks for 1000000 tokens" in fault("(((a){100}){100}){100}")[0]
    assert f"at most {DEEPEST} brackets" in fault("(" * 900)[0]
    assert f"at most {DEEPEST} brackets" in fault("[" + "!" * 900 + "lemma=a]")[0]
    assert f"at most {LONGEST_QUERY} letters, came 1001" in fault("a" * 1001)[0]
    assert size(parse_query("(a b{2,5}){2}").pattern) == 12


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(SIGNS, max_size=14).map("".join))
@example("[" * 1000)
@example("a" + "?" * 999)
@example("\x00\ud7ff\uffff")
def test_no_query_ends_in_another_error(text: str) -> None:
    try:
        query = parse_query(text)
        check_values(query, read_study())
        for one in comparisons(query.pattern):
            assert find_values(one, ["Deal", ""], text).shape == (2,)
    except QueryError:
        return
    assert 1 <= shortest(query.pattern) <= size(query.pattern) <= LARGEST


def test_a_value_that_no_token_has_is_refused() -> None:
    study = read_study()
    with pytest.raises(QueryError, match=r"unknown frame 'Deals'.*Did you mean 'Deal'") as caught:
        check_values(parse_query('[frame="Deals"]'), study)
    assert str(caught.value).endswith('[frame="Deals"]\n          ^')
    with pytest.raises(QueryError, match=r"unknown polarity 'denied'.*affirmed, negated, open"):
        check_values(parse_query("a [polarity=denied]"), study)
    check_values(parse_query('[frame="De.*" & voice!="direct"]'), study)


def found(pattern: str, *values: str) -> list[bool]:
    test = Comparison("form", pattern, literal=False, ignore_case=False, negated=False, at=1)
    return find_values(test, values, f'"{pattern}"').tolist()


def test_a_pattern_fits_the_whole_of_a_value() -> None:
    assert found("Deal|Pakt", "Deal", "Deals", "Pakt", "Paktes") == [True, False, True, False]
    assert found(".*", "", "x") == [False, True]
    assert found("a|", "", "a") == [False, True]


def test_letters_are_those_of_any_language() -> None:
    assert found(r"\w+", "Übergröße", "US-Deal", "e\u0301t") == [True, False, True]
    assert found(r"\W|[\w-]+", "–", "US-Deal", "a b") == [True, True, False]
    assert found(r"[^\w]", "ß", "!") == [False, True]
    assert found(r"\\w", r"\w", "w") == [True, False]
    assert translate(r"[\W]") == r"[\W]"


@pytest.mark.parametrize(
    ("pattern", "said", "at"),
    [
        ("(a", "missing )", 1),
        ("a)(?:b", "unexpected )", 1),
        ("ab[z-a]", "invalid character class range: z-a", 4),
        (r"(a)\1", r"invalid escape sequence: \1", 4),
        ("(?=a)", "(?=", 1),
        ("(a{1000}){1000}", "invalid repetition size", 3),
        (r"\Q", "missing )", 1),
    ],
)
def test_a_broken_pattern_is_pointed_at(pattern: str, said: str, at: int) -> None:
    with pytest.raises(QueryError) as caught:
        found(pattern, "x")
    first, _, caret = str(caught.value).splitlines()
    assert "no regular expression (RE2)" in first
    assert said in first
    assert caret.index("^") - 2 == at


@pytest.mark.parametrize("pattern", ["(a|aa)+$", "((a+)+)+", "(a*)*(a|b)*c", "(.*a){30}"])
def test_no_pattern_runs_for_ever(pattern: str) -> None:
    """Each of these takes a backtracking engine longer than the universe has lasted."""
    assert found(pattern, "a" * 5000 + "!") == [False]


def matches(query: str, words: str, units: str = "") -> list[tuple[int, int]]:
    tokens = np.array(words.split())
    numbers = np.array([int(one) for one in units.split()] if units else [0] * len(tokens))

    def judge(condition: Condition) -> np.ndarray:
        if isinstance(condition, All):
            return np.ones(len(tokens), dtype=bool)
        assert isinstance(condition, Comparison)
        return np.array([word == condition.pattern for word in tokens], dtype=bool)

    first, end = find_matches(parse_query(query).pattern, numbers, judge)
    return list(zip(first.tolist(), end.tolist(), strict=True))


def test_leftmost_then_shortest_without_overlap() -> None:
    assert matches("a []{0,3} b", "a b b a c b") == [(0, 2), (3, 6)]
    assert matches("b+", "b b b") == [(0, 1), (1, 2), (2, 3)]
    assert matches("b* a", "b b a") == [(0, 3)]
    assert matches("(a b | b c)", "a b c") == [(0, 2)]
    assert matches("(a b?){2}", "a b a b") == [(0, 3)]


def test_no_match_crosses_a_unit() -> None:
    assert matches("a b", "a b a b", "0 1 1 1") == [(2, 4)]
    assert matches("a []* b", "a c c b", "0 0 1 1") == []
    assert matches("b", "a b", "0 1") == [(1, 2)]
    assert matches("a", "") == []


WORDS = "ab"
PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "[]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} | {two[1]})"),
        st.tuples(inner, st.sampled_from(["?", "{2}", "{0,2}", "{1,2}"])).map(
            lambda two: f"({two[0]}){two[1]}"
        ),
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(PATTERNS, st.text(WORDS, max_size=7))
def test_matching_is_what_trying_everything_gives(text: str, letters: str) -> None:
    """With words of one letter a query is a regular expression, which Python's `re` judges."""
    try:
        parse_query(text)
    except QueryError:
        return
    expression = text.replace("[]", ".").replace(" ", "")
    wanted, at = [], 0
    for start in range(len(letters)):
        ends = range(start + 1, len(letters) + 1)
        fits = [end for end in ends if re.fullmatch(expression, letters[start:end])]
        if fits and start >= at:
            at = min(fits)
            wanted.append((start, at))
    assert matches(text, " ".join(letters)) == wanted
