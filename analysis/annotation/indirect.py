"""Indirect speech within one sentence: rules I1 to I10 of ``docs/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.clauses import SUBORDINATE, Clause, find_clauses
from analysis.annotation.lexicons import Lexicons
from analysis.annotation.mood import Mood, mood_of, reports
from analysis.annotation.quotation import MARKS
from analysis.annotation.reporting import Frame, find_frames
from analysis.annotation.tokens import Token

ReportKind = Literal["konjunktiv", "dass", "infinitive", "preposition", "continued", "act"]
#: Words that begin an infinitive which is no content of what is said.
PURPOSE = frozenset({"um", "ohne", "statt", "anstatt", "außer"})
#: A report has at least so many words beside its frame.
FEWEST_WORDS = 3
KONJUNKTIV = frozenset({"konjunktiv_1", "konjunktiv_2"})
#: Forms of the Konjunktiv II that stand for a Konjunktiv I; *könnte* and its like rarely do.
CONTINUING = frozenset({"sein", "haben", "werden"})
JUDGED_AS = frozenset({"als", "für", "reichweite", "sicht", "nähe"})
OF_SAYING = frozenset({"say", "think", "deny", "request", "accuse"})


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
    """A sentence with what the rules look at: clauses, frames and moods."""

    tokens: Sequence[Token]
    clauses: Sequence[Clause]
    frames: Sequence[Frame]
    moods: Sequence[Mood]

    def reported(self, index: int) -> bool:
        """Say whether a clause stands in the Konjunktiv I."""
        return self.moods[index] == "konjunktiv_1"

    def indicative(self, index: int) -> bool:
        """Say whether a clause is a main clause in the indicative."""
        main = self.clauses[index].kind in ("main", "verb_first")
        return main and self.moods[index] == "indicative"


def view_of(tokens: Sequence[Token], lexicons: Lexicons) -> View:
    """Find the clauses, frames and moods of a sentence."""
    clauses = find_clauses(tokens, lexicons.mood)
    frames = find_frames(tokens, clauses, lexicons.speech)
    moods = [_mood(tokens, clause, lexicons) for clause in clauses]
    return View(tokens, clauses, frames, moods)


def _mood(tokens: Sequence[Token], clause: Clause, lexicons: Lexicons) -> Mood:
    verbs = [tokens[i] for i in clause.finite]
    words = [tokens[i] for i in clause.positions]
    if reports(words, verbs, lexicons.mood) and not _idiom(words):
        return "konjunktiv_1"
    if any(mood_of(verb, lexicons.mood) == "konjunktiv_2" for verb in verbs):
        return "konjunktiv_2"
    return "indicative" if verbs else "none"


def _idiom(words: Sequence[Token]) -> bool:
    """Know the Konjunktiv that reports nothing: "es sei denn", "sei es ... oder"."""
    forms = [word.form.lower() for word in words]
    pairs = set(zip(forms, forms[1:], strict=False))
    return ("sei", "denn") in pairs or ("sei", "es") in pairs or ("möge", "") in pairs


def find_reports(view: View, *, follows: bool = False, quotes: bool = False) -> list[Report]:
    """Find the indirect speech of one sentence.

    Parameters
    ----------
    view : View
        The sentence.
    follows : bool
        Whether the sentence before ended in indirect speech: then a Konjunktiv II
        continues it.
    quotes : bool
        Whether the sentence quotes directly: then its verbs of saying belong to that.

    Returns
    -------
    list of Report
        Ordered by position, longer before shorter; they may be nested.
    """
    found: list[Report] = []
    for frame in view.frames:
        report = _by_frame(view, frame, found)
        if report is not None and _long_enough(view, report):
            found.append(report)
    found += _relative_reports(view)
    found += _bare(view, found, follows=follows)
    if not quotes:
        found += _acts(view, found)
    return sorted(found, key=lambda report: (report.first, -report.last))


def _by_frame(view: View, frame: Frame, found: Sequence[Report]) -> Report | None:
    if frame.kind in ("preposition", "back"):
        return _by_preposition(view, frame)
    if frame.kind == "wie":
        return _around(view, frame, "I6")
    if frame.kind == "so":
        return _around(view, frame, "I4")
    return _forward(view, frame) or _backward(view, frame, found)


# ---------------------------------------------------------------- content behind the frame


def _forward(view: View, frame: Frame) -> Report | None:
    """Rules I1, I2, I3, I7: a clause behind its frame."""
    start = _content_start(view, frame)
    if start is None:
        return None
    clause = view.clauses[start]
    kind, rule = _kind_and_rule(clause, frame)
    if kind == "infinitive" and not _takes_infinitive(view, frame, start):
        return None
    last = view.clauses[_forward_end(view, start)].last
    return Report(clause.first, last, kind, rule, frame)


def _content_start(view: View, frame: Frame) -> int | None:
    """Find the clause that gives the content: the next one, past relative clauses."""
    strong = "main_clause" in frame.classes and frame.speaker is not None
    for index in range(frame.clause + 1, len(view.clauses)):
        clause = view.clauses[index]
        if clause.kind in ("dass", "whether") or (clause.kind == "wh" and frame.kind == "verb"):
            return index
        if clause.kind == "infinitive" and index == frame.clause + 1:
            return index
        if clause.kind in ("main", "verb_first") and view.moods[index] in KONJUNKTIV:
            return index if not _starts_with_conjunction(view, clause) else None
        if clause.kind == "main" and index == frame.clause + 1 and strong:
            return index if _may_be_content(view, frame, clause) else None
        if clause.kind not in ("relative", "fragment", "adverbial"):
            return None
    return None


def _may_be_content(view: View, frame: Frame, clause: Clause) -> bool:
    """Say whether a main clause in the indicative gives what is said: "Er sagt, er kommt"."""
    if frame.kind != "verb" or "passive" in frame.classes or _starts_with_conjunction(view, clause):
        return False
    mark = view.tokens[clause.first - 1].form
    holder = view.clauses[frame.clause].kind
    return mark in (",", ":") and holder in ("main", "verb_first", "dass")


def _kind_and_rule(clause: Clause, frame: Frame) -> tuple[ReportKind, str]:
    if frame.kind == "noun":
        return ("infinitive" if clause.kind == "infinitive" else "dass"), "I7"
    if clause.kind in SUBORDINATE:
        return "dass", "I1"
    if clause.kind == "infinitive":
        return "infinitive", "I3"
    return "konjunktiv", "I2"


def _takes_infinitive(view: View, frame: Frame, start: int) -> bool:
    clause = view.clauses[start]
    first = next(view.tokens[i] for i in clause.positions if view.tokens[i].form not in MARKS)
    if first.form.lower() in PURPOSE:
        return False
    return frame.kind == "noun" or bool(frame.classes & {"request", "think", "deny", "accuse"})


def _forward_end(view: View, start: int) -> int:
    """Find the last clause of a report: it ends before a main clause in the indicative."""
    index = start
    while index + 1 < len(view.clauses) and not view.indicative(index + 1):
        index += 1
    while index > start and view.clauses[index].kind == "fragment" and _frame_like(view, index):
        index -= 1
    return index


def _frame_like(view: View, index: int) -> bool:
    return any(frame.clause == index and frame.kind == "so" for frame in view.frames)


# ---------------------------------------------------------------- content before or around


def _backward(view: View, frame: Frame, found: Sequence[Report]) -> Report | None:
    """Rule I4: "..., sagte Trump" behind what is said."""
    clause = view.clauses[frame.clause]
    if frame.kind != "verb" or clause.kind != "verb_first" or frame.clause == 0:
        return None
    if _starts_with_conjunction(view, clause) or not _fronted(view, frame.clause):
        return None
    taken = [report.last for report in found if report.last <= clause.first]
    first = max([view.clauses[0].first, *taken])
    last = _resumes(view, frame.clause) or view.clauses[frame.clause - 1].last
    return Report(first, last, "konjunktiv", "I4", frame)


def _fronted(view: View, index: int) -> bool:
    """Say whether what stands before a clause is its content, not an adverbial before the verb."""
    before = range(index)
    if any(view.reported(i) for i in before):
        return True
    return any(
        view.clauses[i].kind in ("dass", "whether")
        or (view.clauses[i].kind in ("main", "verb_first") and not _verb_final(view, i))
        for i in before
    )


def _verb_final(view: View, index: int) -> bool:
    """Know a relative clause that was taken for a main clause: its verb stands at the end."""
    clause = view.clauses[index]
    return clause.last - clause.first > 4 and clause.finite[-1] == clause.last - 1


def _resumes(view: View, index: int) -> int:
    """Give where a report ends that goes on behind its frame; 0 if it does not."""
    following = index + 1
    if following >= len(view.clauses) or view.indicative(following):
        return 0
    return view.clauses[_forward_end(view, following)].last


def _around(view: View, frame: Frame, rule: str) -> Report:
    """Rules I4 and I6: a parenthesis ("so Trump", "wie er sagte") within what is said."""
    first, last = 0, len(view.tokens)
    if frame.first <= _first_word(view):
        first = frame.last
    elif frame.last >= _last_word(view):
        last = frame.first
    return _trimmed(view, Report(first, last, "preposition", rule, frame))


def _by_preposition(view: View, frame: Frame) -> Report:
    """Rule I5: "laut X", "nach Angaben von X", "X zufolge", "demnach"."""
    clause = view.clauses[frame.clause]
    first, last = clause.first, len(view.tokens)
    if clause.kind in ("relative", "dass", "adverbial"):
        last = clause.last
    elif clause.kind == "fragment" or not any(
        view.clauses[i].kind in ("main", "verb_first") for i in range(frame.clause)
    ):
        first = 0
    report = Report(first, last, "preposition", "I5", frame)
    if frame.first <= _first_word(view):
        report = Report(frame.last, last, "preposition", "I5", frame)
    return _trimmed(view, report)


def _relative_reports(view: View) -> list[Report]:
    """Rule I8: "wonach ..."."""
    found = []
    for index, clause in enumerate(view.clauses):
        if _opens_report(view, clause):
            last = view.clauses[_forward_end(view, index)].last
            found.append(Report(clause.opener + 1, last, "dass", "I8", None))
    return found


def _opens_report(view: View, clause: Clause) -> bool:
    """Know "wonach ...", "nach denen ...", "laut dem ..."."""
    if clause.opener < 0:
        return False
    if view.tokens[clause.opener].form.lower() == "wonach":
        return True
    before = view.tokens[clause.opener - 1].form.lower() if clause.opener > clause.first else ""
    return before in ("nach", "laut", "gemäß") and clause.kind == "relative"


# ---------------------------------------------------------------- no frame at all


def _bare(view: View, found: Sequence[Report], *, follows: bool) -> list[Report]:
    """Rules I9 and I10: Konjunktiv without a frame continues an earlier speaker."""
    bare: list[Report] = []
    index = 0
    while index < len(view.clauses):
        clause = view.clauses[index]
        report = _continued(view, index, follows=follows)
        if report is None or _covered(clause, [*found, *bare]):
            index += 1
            continue
        bare.append(report)
        index = _forward_end(view, index) + 1
    return bare


def _continued(view: View, index: int, *, follows: bool) -> Report | None:
    clause = view.clauses[index]
    main = clause.kind in ("main", "verb_first")
    if view.reported(index):
        rule = "I9"
    elif follows and main and _continues_in_past(view, index):
        rule = "I10"
    else:
        return None
    last = view.clauses[_forward_end(view, index)].last
    leading = main and not any(view.indicative(i) for i in range(index))
    first = 0 if leading else clause.first
    if last >= _last_word(view):
        last = len(view.tokens)
    return Report(first, last, "continued", rule, None)


def _continues_in_past(view: View, index: int) -> bool:
    verbs = view.clauses[index].finite
    by_itself = all(view.tokens[i].lemma in CONTINUING for i in verbs)
    return by_itself and view.moods[index] == "konjunktiv_2"


def _covered(clause: Clause, reports_: Sequence[Report]) -> bool:
    return any(report.first <= clause.first < report.last for report in reports_)


# ---------------------------------------------------------------- speech acts


def _acts(view: View, found: Sequence[Report]) -> list[Report]:
    """Rule I11: a verb that reports without a clause of its own: "Er fordert einen Deal"."""
    acts = []
    with_content = {report.frame.clause for report in found if report.frame is not None}
    for frame in view.frames:
        if frame.kind == "verb" and frame.clause not in with_content and _acts_alone(view, frame):
            acts.append(_act(view, frame))
    return acts


def _acts_alone(view: View, frame: Frame) -> bool:
    if frame.speaker is None or not view.clauses[frame.clause].finite:
        return False
    if "act" in frame.classes:
        return True
    words = {view.tokens[i].form.lower() for i in view.clauses[frame.clause].positions}
    return "judging" in frame.classes and bool(words & JUDGED_AS)


def _act(view: View, frame: Frame) -> Report:
    clause = view.clauses[frame.clause]
    first, last = clause.first, clause.last
    if clause.kind in ("main", "verb_first"):
        last = view.clauses[_forward_end(view, frame.clause)].last
        leads = not any(view.indicative(i) for i in range(frame.clause))
        first = 0 if leads else first
    if last >= _last_word(view):
        last = len(view.tokens)
    return Report(first, last, "act", "I11", frame)


# ---------------------------------------------------------------- small helpers


def _starts_with_conjunction(view: View, clause: Clause) -> bool:
    return view.tokens[clause.first].pos == "KON"


def _first_word(view: View) -> int:
    return next((i for i, token in enumerate(view.tokens) if token.is_word), 0)


def _last_word(view: View) -> int:
    tokens = view.tokens
    return next((i + 1 for i in range(len(tokens) - 1, -1, -1) if tokens[i].is_word), len(tokens))


def _trimmed(view: View, report: Report) -> Report:
    """Leave out the punctuation at both ends; a closing bracket or mark stays."""
    first, last = report.first, report.last
    while first < last and view.tokens[first].pos in ("$,", "$."):
        first += 1
    while last > first and view.tokens[last - 1].pos in ("$,", "$."):
        last -= 1
    return Report(first, last, report.kind, report.rule, report.frame)


def _long_enough(view: View, report: Report) -> bool:
    frame = report.frame
    words = 0
    for position in range(report.first, report.last):
        in_frame = frame is not None and frame.first <= position < frame.last
        words += view.tokens[position].is_word and not in_frame
    return words >= FEWEST_WORDS
