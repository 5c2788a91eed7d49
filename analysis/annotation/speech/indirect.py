"""Indirect speech in one sentence: rules I1 to I11 of ``docs/reference/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Literal

from analysis.annotation.grammar.clauses import SUBORDINATE, Clause, Mood, find_clauses, mood_of
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.speech.frames import Frame, find_frames
from analysis.annotation.tokens import Token

#: A first or second person subject: "ich habe" is no Konjunktiv.
FIRST_PERSON = frozenset({"ich", "wir", "du", "ihr"})
#: The Konjunktiv that reports nothing: "es sei denn", "sei es ... oder".
IDIOMS = frozenset({("sei", "denn"), ("sei", "es")})
#: Words that begin an infinitive which is no content of what is said.
PURPOSE = frozenset({"um", "ohne", "statt", "anstatt", "außer"})
#: A report has at least so many words beside its frame.
FEWEST_WORDS = 2
#: How many clauses are looked through for the content of a frame, or before it.
FARTHEST = 8
KONJUNKTIV = frozenset({"konjunktiv_1", "konjunktiv_2"})
#: Verbs whose Konjunktiv II stands for a Konjunktiv I; *könnte* and its like rarely do.
CONTINUING = frozenset({"sein", "haben", "werden"})
#: Words with which a verb of judging reports: "sieht darin einen Deal in Reichweite".
JUDGED_AS = frozenset({"als", "für", "reichweite", "sicht", "nähe"})
ReportKind = Literal["konjunktiv", "dass", "infinitive", "preposition", "continued", "act"]


@dataclass(frozen=True, slots=True)
class Report:
    """Indirect speech: positions ``first`` up to and without ``last`` in a sentence.

    The frame may stand within the report ("Das sei, so Trump, falsch"). A report
    without a frame continues an earlier speaker.
    """

    first: int
    last: int
    kind: ReportKind
    rule: str
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class View:
    """A sentence with what the rules look at, each computed once.

    ``ends[i]`` is the last clause of a report that begins with clause ``i``: it
    ends before a main clause in the indicative. ``n_indicative[i]`` counts those
    before clause ``i``. ``first_word`` and ``last_word`` leave punctuation out.
    """

    tokens: Sequence[Token]
    clauses: Sequence[Clause]
    frames: Sequence[Frame]
    moods: Sequence[Mood]
    ends: Sequence[int]
    n_indicative: Sequence[int]
    first_word: int
    last_word: int

    def is_main(self, index: int) -> bool:
        """Return whether a clause is a main clause."""
        return self.clauses[index].kind in ("main", "verb_first")

    def end_of(self, index: int) -> int:
        """Return the position behind a report that begins with a clause."""
        return self.clauses[self.ends[index]].last

    def joined(self, index: int) -> bool:
        """Return whether a clause begins with a conjunction."""
        return self.tokens[self.clauses[index].first].pos == "KON"


def view_of(tokens: Sequence[Token], lexicons: Lexicons) -> View:
    """Find the clauses, frames and moods of a sentence without its quotations, in linear time."""
    clauses = find_clauses(tokens, lexicons.mood)
    frames = find_frames(tokens, clauses, lexicons.speech)
    moods = [_mood(tokens, clauses, index, lexicons) for index in range(len(clauses))]
    indicative = [
        clause.kind in ("main", "verb_first") and mood == "indicative"
        for clause, mood in zip(clauses, moods, strict=True)
    ]
    words = [i for i, token in enumerate(tokens) if token.is_word]
    return View(
        tokens,
        clauses,
        frames,
        moods,
        _ends(indicative, {frame.clause for frame in frames if frame.kind == "so"}),
        list(accumulate(indicative, initial=0)),
        words[0] if words else 0,
        words[-1] + 1 if words else len(tokens),
    )


def _mood(
    tokens: Sequence[Token], clauses: Sequence[Clause], index: int, lexicons: Lexicons
) -> Mood:
    clause = clauses[index]
    moods = [mood_of(tokens[i], lexicons.mood) for i in clause.finite]
    if "konjunktiv_1" in moods:
        forms = [tokens[i].form.lower() for i in clause.positions]
        idiom = not IDIOMS.isdisjoint(pairwise(forms))
        if index > 0 and tokens[clause.first].pos == "KON":
            forms += [tokens[i].form.lower() for i in clauses[index - 1].positions]
        if not idiom and FIRST_PERSON.isdisjoint(forms):
            return "konjunktiv_1"
    if "konjunktiv_2" in moods:
        return "konjunktiv_2"
    return "indicative" if moods else "none"


def _ends(indicative: Sequence[bool], so_frames: set[int]) -> list[int]:
    """Return for each clause the last one before the next main clause in the indicative."""
    ends: list[int] = []
    last = len(indicative) - 1
    for index in range(len(indicative) - 1, -1, -1):
        end = max(last, index)
        ends.append(end - 1 if end in so_frames and end > index else end)
        if indicative[index]:
            last = index - 1
    return ends[::-1]


def find_reports(view: View, *, follows: bool = False, quotes: bool = False) -> list[Report]:
    """Find the indirect speech of one sentence, by position, longer before shorter.

    If it follows on indirect speech, a Konjunktiv II continues that; if it quotes directly, its
    verbs of saying belong to the quotation. Reports may be nested.
    """
    found: list[Report] = []
    for frame in view.frames:
        report = _by_frame(view, frame, found)
        if report is not None and _long_enough(view, report):
            found.append(report)
    relative = [
        Report(clause.opener + 1, view.end_of(index), "dass", "I8", None)
        for index, clause in enumerate(view.clauses)
        if _opens_report(view, clause)
    ]
    found += [report for report in relative if _long_enough(view, report)]
    found += _bare(view, found, follows=follows)
    if not quotes:
        found += _acts(view, found)
    return sorted(found, key=lambda report: (report.first, -report.last))


def _by_frame(view: View, frame: Frame, found: Sequence[Report]) -> Report | None:
    if frame.kind in ("preposition", "back"):
        return _by_preposition(view, frame)
    if frame.kind in ("wie", "so"):  # a parenthesis within what is said
        rule = "I6" if frame.kind == "wie" else "I4"
        return _around(view, Report(0, len(view.tokens), "preposition", rule, frame), frame)
    return _forward(view, frame) or _backward(view, frame, found)


def _by_preposition(view: View, frame: Frame) -> Report:
    """Rule I5: "laut X", "nach Angaben von X", "X zufolge", "demnach"."""
    clause = view.clauses[frame.clause]
    first, last = clause.first, len(view.tokens)
    before = range(max(0, frame.clause - FARTHEST), frame.clause)
    if clause.kind in ("relative", "dass", "adverbial"):
        last = clause.last
    elif clause.kind == "fragment" or not any(map(view.is_main, before)):
        first = 0
    report = Report(first, last, "preposition", "I5", frame)
    if frame.first <= view.first_word:
        report = replace(report, first=frame.last)
    return _trimmed(view, report)


def _around(view: View, report: Report, frame: Frame) -> Report:
    """Leave out a frame at the beginning or the end of a report."""
    if frame.first <= view.first_word:
        report = replace(report, first=frame.last)
    elif frame.last >= view.last_word:
        report = replace(report, last=frame.first)
    return _trimmed(view, report)


def _trimmed(view: View, report: Report) -> Report:
    """Leave out the punctuation at both ends; a closing bracket or mark stays."""
    first, last = report.first, report.last
    while first < last and view.tokens[first].pos in ("$,", "$."):
        first += 1
    while last > first and view.tokens[last - 1].pos in ("$,", "$."):
        last -= 1
    return replace(report, first=first, last=last)


def _forward(view: View, frame: Frame) -> Report | None:
    """Rules I1, I2, I3, I7: a clause behind its frame."""
    start = _content_start(view, frame)
    if start is None:
        return None
    clause = view.clauses[start]
    kind: ReportKind = "konjunktiv"
    rule = "I2"
    if clause.kind == "infinitive":
        kind, rule = "infinitive", "I3"
    elif clause.kind in SUBORDINATE or frame.kind == "noun":
        kind, rule = "dass", "I1"
    if kind == "infinitive" and not _takes_infinitive(view, frame, clause):
        return None
    rule = "I7" if frame.kind == "noun" else rule
    return Report(clause.first, view.end_of(start), kind, rule, frame)


def _content_start(view: View, frame: Frame) -> int | None:
    """Find the clause that gives the content: the next one, past relative clauses."""
    strong = "main_clause" in frame.classes and frame.speaker is not None
    next_one = frame.clause + 1
    for index in range(next_one, min(len(view.clauses), frame.clause + FARTHEST)):
        kind = view.clauses[index].kind
        if kind in ("dass", "whether") or (kind == "wh" and frame.kind == "verb"):
            return index
        if kind == "infinitive" and index == next_one:
            return index
        if view.is_main(index) and view.moods[index] in KONJUNKTIV:
            return None if view.joined(index) else index
        if kind == "main" and index == next_one and strong:
            return index if _may_be_content(view, frame, index) else None
        if kind not in ("relative", "fragment", "adverbial"):
            return None
    return None


def _may_be_content(view: View, frame: Frame, index: int) -> bool:
    """Return whether a main clause in the indicative gives what is said: "Er sagt, er kommt"."""
    if frame.kind != "verb" or "passive" in frame.classes or view.joined(index):
        return False
    mark = view.tokens[view.clauses[index].first - 1].form
    holder = view.clauses[frame.clause].kind
    return mark in (",", ":") and holder in ("main", "verb_first", "dass")


def _takes_infinitive(view: View, frame: Frame, clause: Clause) -> bool:
    first = next(view.tokens[i] for i in clause.positions if view.tokens[i].form not in MARKS)
    if first.form.lower() in PURPOSE:
        return False
    return frame.kind == "noun" or bool(frame.classes & {"request", "think", "deny", "accuse"})


def _backward(view: View, frame: Frame, found: Sequence[Report]) -> Report | None:
    """Rule I4: "..., sagte Trump" behind what is said; it may go on behind its frame."""
    index = frame.clause
    clause = view.clauses[index]
    if frame.kind != "verb" or clause.kind != "verb_first" or index == 0:
        return None
    if view.joined(index) or not _fronted(view, index):
        return None
    taken = found[-1].last if found and found[-1].last <= clause.first else 0
    last = view.clauses[index - 1].last
    if index + 1 < len(view.clauses):
        goes_on = view.n_indicative[index + 2] == view.n_indicative[index + 1]
        last = view.end_of(index + 1) if goes_on else last
    return Report(max(view.clauses[0].first, taken), last, "konjunktiv", "I4", frame)


def _fronted(view: View, index: int) -> bool:
    """Detect a clause whose content stands before it, not an adverbial before its verb.

    A main clause whose verb stands at the end is a relative clause that was taken for one.
    """
    for before in range(max(0, index - FARTHEST), index):
        clause = view.clauses[before]
        if view.moods[before] == "konjunktiv_1" or clause.kind in ("dass", "whether"):
            return True
        long = clause.last - clause.first > 4
        if view.is_main(before) and not (long and clause.finite[-1] == clause.last - 1):
            return True
    return False


def _opens_report(view: View, clause: Clause) -> bool:
    """Rule I8: detect "wonach ...", "nach denen ...", "laut dem ..."."""
    if clause.opener < 0:
        return False
    if view.tokens[clause.opener].form.lower() == "wonach":
        return True
    before = view.tokens[clause.opener - 1].form.lower() if clause.opener > clause.first else ""
    return before in ("nach", "laut", "gemäß") and clause.kind == "relative"


def _long_enough(view: View, report: Report) -> bool:
    """Return whether a report has words of its own; looks at no more than it needs to."""
    frame = report.frame
    n_words = 0
    position = report.first
    while position < report.last and n_words < FEWEST_WORDS:
        if frame is not None and frame.first <= position < frame.last:
            position = frame.last
            continue
        n_words += view.tokens[position].is_word
        position += 1
    return n_words >= FEWEST_WORDS


def _bare(view: View, found: Sequence[Report], *, follows: bool) -> list[Report]:
    """Rules I9 and I10: Konjunktiv without a frame continues an earlier speaker."""
    bare: list[Report] = []
    changes = [0] * (len(view.tokens) + 1)
    for one in found:
        changes[one.first] += 1
        changes[one.last] -= 1
    n_reports = list(accumulate(changes))
    free_from = 0
    for index, clause in enumerate(view.clauses):
        report = _continued(view, index, follows=follows) if index >= free_from else None
        if report is not None and not n_reports[clause.first]:
            bare.append(report)
            free_from = view.ends[index] + 1
    return bare


def _continued(view: View, index: int, *, follows: bool) -> Report | None:
    clause, main = view.clauses[index], view.is_main(index)
    by_itself = all(view.tokens[i].lemma in CONTINUING for i in clause.finite)
    if view.moods[index] == "konjunktiv_1":
        rule = "I9"
    elif follows and main and by_itself and view.moods[index] == "konjunktiv_2":
        rule = "I10"
    else:
        return None
    last = view.end_of(index)
    leading = main and not view.n_indicative[index]
    first = 0 if leading else clause.first
    return Report(first, _to_the_end(view, last), "continued", rule, None)


def _to_the_end(view: View, last: int) -> int:
    """Take the punctuation at the end of a sentence along."""
    return len(view.tokens) if last >= view.last_word else last


def _acts(view: View, found: Sequence[Report]) -> list[Report]:
    """Rule I11: a verb that reports without a clause of its own: "Er fordert einen Deal"."""
    with_content = {report.frame.clause for report in found if report.frame is not None}
    return [
        _act(view, frame)
        for frame in view.frames
        if frame.kind == "verb" and frame.clause not in with_content and _acts_alone(view, frame)
    ]


def _acts_alone(view: View, frame: Frame) -> bool:
    clause = view.clauses[frame.clause]
    if frame.speaker is None or not clause.finite:
        return False
    forms = (view.tokens[i].form.lower() for i in clause.positions)
    judged = "judging" in frame.classes and not JUDGED_AS.isdisjoint(forms)
    return judged or "act" in frame.classes


def _act(view: View, frame: Frame) -> Report:
    clause = view.clauses[frame.clause]
    first, last = clause.first, clause.last
    if view.is_main(frame.clause):
        last = view.end_of(frame.clause)
        first = first if view.n_indicative[frame.clause] else 0
    if view.moods[frame.clause] != "konjunktiv_1":
        last = _to_the_end(view, last)
    return Report(first, last, "act", "I11", frame)
